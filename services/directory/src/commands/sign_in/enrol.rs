use yihe_authz::Admitted;
use yihe_kernel::{CommunityId, Error, Result, UserName};
use yihe_proto::directory::v1 as pb;
use yihe_store::Failure;

use crate::commands::sign_in::take_post::{take, wrong_code};
use crate::convert;
use crate::directory::Directory;
use crate::domain::appointment::Appointment;
use crate::domain::names::AppointmentId;
use crate::domain::user::{User, check_strength};
use crate::reasons;
use crate::secrets;
use crate::store::{Writing, community, invitation, user};
use crate::throttle::Door;

struct Wanted {
    community: CommunityId,
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
    let (community, code_hash) = open(directory, &request.enrolment_code).await?;
    check_strength(&request.login, &request.password)?;
    let password_hash = directory.passwords.hash(request.password).await?;
    let id = directory.store.ids().next();
    let wanted = Wanted {
        community: community.clone(),
        code_hash,
        login: request.login,
        password_hash,
        id,
    };
    let (made, sequence) = directory
        .write("directory.enrol", by, wanted, |writing, wanted| {
            Box::pin(write(writing, wanted))
        })
        .await?;
    tracing::info!(appointment = %made.name(), "person enrolled");
    Ok(pb::EnrolResponse {
        user: UserName { user: made.user }.to_string(),
        appointment: made.name().to_string(),
        revision: directory.revision(&community, sequence),
    })
}

/// Community and hash of a code that can be used now. Looked at before the costly work, and again in the transaction.
pub async fn open(directory: &Directory, typed: &str) -> Result<(CommunityId, Vec<u8>)> {
    let Some((community, hash)) = secrets::read_enrolment_code(typed) else {
        return Err(wrong_code());
    };
    let found = invitation::open_with_code(directory.reader(), &community, &hash, directory.now()).await?;
    found.map(|_| (community, hash)).ok_or_else(wrong_code)
}

async fn write(writing: &Writing<'_>, wanted: &Wanted) -> Result<(Appointment, u64), Failure> {
    community::lock(writing, &wanted.community).await?;
    let invited = invitation::open_with_code(writing.tx(), &wanted.community, &wanted.code_hash, writing.now).await?;
    let invited = invited.ok_or_else(wrong_code)?;
    let taken = || Error::new(&reasons::LOGIN_TAKEN).with("login", &wanted.login);
    if user::with_login(writing.tx(), &wanted.login).await?.is_some() {
        return Err(taken().into());
    }
    let made = User {
        id: invited.person,
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
