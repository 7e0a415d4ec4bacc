use yihe_authz::{Admitted, Scope};
use yihe_kernel::{Error, Result, UserName};
use yihe_proto::directory::v1 as pb;
use yihe_store::Failure;

use crate::commands::sign_in::take_post::{Taken, hold, take, wrong_code};
use crate::convert;
use crate::directory::Directory;
use crate::domain::names::AppointmentId;
use crate::domain::user::{User, check_strength};
use crate::reasons;
use crate::secrets;
use crate::store::{Writing, invitation, region_invitation, user};
use crate::throttle::Door;

struct Wanted {
    place: Scope,
    code_hash: Vec<u8>,
    login: String,
    password_hash: String,
    id: AppointmentId,
}

/// `Enrol`: makes an account and the appointment it was invited to.
pub async fn enrol(directory: &Directory, admitted: Admitted, request: pb::EnrolRequest) -> Result<pb::EnrolResponse> {
    let throttle = &directory.throttle;
    throttle.admit(Door::Enrol, admitted.caller().address.as_deref())?;
    let by = admitted.without_target()?;
    convert::account(&request.login, &request.password)?;
    let (place, code_hash) = open(directory, &request.enrolment_code).await?;
    check_strength(&request.login, &request.password)?;
    let password_hash = directory.passwords.hash(request.password).await?;
    let id = directory.store.ids().next();
    let wanted = Wanted {
        place: place.clone(),
        code_hash,
        login: request.login,
        password_hash,
        id,
    };
    let taken = directory
        .write("directory.enrol", by, wanted, |writing, wanted| {
            Box::pin(write(writing, wanted))
        })
        .await?;
    tracing::info!(appointment = taken.appointment, "person enrolled");
    Ok(pb::EnrolResponse {
        user: UserName { user: taken.user }.to_string(),
        appointment: taken.appointment,
        revision: directory.revision_at(&place, taken.sequence),
    })
}

/// Place and hash of a code that can be used now. Looked at before the costly work, and again in the transaction.
pub async fn open(directory: &Directory, typed: &str) -> Result<(Scope, Vec<u8>)> {
    let Some((place, hash)) = secrets::read_enrolment_code(typed) else {
        return Err(wrong_code());
    };
    let (reader, now) = (directory.reader(), directory.now());
    let is_open = match &place {
        Scope::Community(id) => invitation::open_with_code(reader, id, &hash, now).await?.is_some(),
        Scope::Region(id) => region_invitation::open_with_code(reader, id, &hash, now)
            .await?
            .is_some(),
    };
    if is_open { Ok((place, hash)) } else { Err(wrong_code()) }
}

async fn write(writing: &Writing<'_>, wanted: &Wanted) -> Result<Taken, Failure> {
    let invited = hold(writing, &wanted.place, &wanted.code_hash).await?;
    let taken = || Error::new(&reasons::LOGIN_TAKEN).with("login", &wanted.login);
    if user::with_login(writing.tx(), &wanted.login).await?.is_some() {
        return Err(taken().into());
    }
    let made = User {
        id: invited.person(),
        login: wanted.login.clone(),
        password_hash: wanted.password_hash.clone(),
        created_at: writing.now,
        cutoff_at: None,
    };
    let inserted = user::insert(writing, &made).await;
    inserted.map_err(|failure| {
        if failure.is_unique_violation() {
            taken().into()
        } else {
            failure
        }
    })?;
    take(writing, invited, made.id, wanted.id).await
}
