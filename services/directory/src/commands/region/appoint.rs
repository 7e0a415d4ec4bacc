use yihe_authz::{Admitted, Scope};
use yihe_kernel::{Error, RegionName, Result, UserId, UserName};
use yihe_proto::directory::v1::{self as pb, Post};
use yihe_store::Failure;

use crate::convert::{self, RegionPlace, Taker};
use crate::directory::Directory;
use crate::domain::appointment::check_post_free;
use crate::domain::names::{RegionAppointmentName, RegionInvitationName};
use crate::domain::region_committee::RegionCommittee;
use crate::domain::region_post::{RegionAppointment, RegionInvitation};
use crate::domain::term;
use crate::queries::region_appointment::whole;
use crate::reasons;
use crate::secrets;
use crate::store::{Writing, person, region_appointment, region_committee, region_invitation, user};

struct Wanted {
    request: pb::AppointRegionPersonRequest,
    region: RegionName,
    place: RegionPlace,
    ids: (uuid::Uuid, UserId),
    code_hash: Vec<u8>,
}

/// `AppointRegionPerson`: gives a person a post in a region's own committee, or invites a new one to it.
pub async fn appoint(
    directory: &Directory,
    admitted: Admitted,
    request: pb::AppointRegionPersonRequest,
) -> Result<pb::AppointRegionPersonResponse> {
    let name: RegionName = convert::name("parent", &request.parent)?;
    let by = admitted.without_target()?;
    let place = convert::region_place(&request)?;
    let code = secrets::region_enrolment_code(&name.region);
    let invites = matches!(place.taker, Taker::New(_));
    let wanted = Wanted {
        request,
        region: name.clone(),
        place,
        ids: (directory.store.ids().next(), directory.store.ids().next()),
        code_hash: code.hash,
    };
    let (made, fresh) = directory
        .write("directory.appoint_in_region", by, wanted, |writing, wanted| {
            Box::pin(write(writing, wanted))
        })
        .await?;
    tracing::info!(%made, "person appointed or invited in a region");
    if invites {
        return Ok(pb::AppointRegionPersonResponse {
            appointment: None,
            invitation: made,
            enrolment_code: if fresh { code.text } else { String::new() },
        });
    }
    let made: RegionAppointmentName = convert::name("name", &made)?;
    let held = region_appointment::find(directory.reader(), &made.region, made.appointment).await?;
    let held = held.ok_or_else(|| Error::not_found(&made))?;
    let sequence = region_committee::sequence(directory.reader(), &name.region).await?;
    Ok(pb::AppointRegionPersonResponse {
        appointment: Some(pb::RegionAppointment {
            revision: directory.revision_at(&Scope::Region(name.region), sequence),
            ..whole(directory, &held).await?
        }),
        ..Default::default()
    })
}

async fn write(writing: &Writing<'_>, wanted: &Wanted) -> Result<(String, bool), Failure> {
    let (id, place, now) = (&wanted.region.region, &wanted.place, writing.now);
    let committee = region_committee::lock(writing, id).await?;
    let name = match place.taker {
        Taker::Enrolled(_) => RegionAppointmentName {
            region: id.clone(),
            appointment: wanted.ids.0.into(),
        }
        .to_string(),
        Taker::New(_) => RegionInvitationName {
            region: id.clone(),
            invitation: wanted.ids.0.into(),
        }
        .to_string(),
    };
    if let Some(name) = writing
        .seen_before(id.as_str(), place.request_id, &wanted.request, &name)
        .await?
    {
        return Ok((name, false));
    }
    if place.post == Post::Secretary {
        return Err(Error::new(&reasons::SECRETARY_FROM_ABOVE)
            .with("name", &wanted.region)
            .into());
    }
    let terms = (place.start_at, place.end_at);
    match &place.taker {
        Taker::Enrolled(user) => {
            let made = appointment(writing, &committee, (wanted.ids.0, *user), place.post, terms).await?;
            add(writing, &made, writing.actor()).await?;
        }
        Taker::New(full_name) => {
            let ids = (wanted.ids.0.into(), wanted.ids.1);
            let invited = RegionInvitation::new(id, ids, place.post, terms, &wanted.code_hash, now);
            invite(writing, &committee, &invited, full_name).await?;
        }
    }
    Ok((name, true))
}

/// An appointment of somebody enrolled to a post that is free.
pub async fn appointment(
    writing: &Writing<'_>,
    committee: &RegionCommittee,
    (id, user): (uuid::Uuid, UserId),
    post: Post,
    (start_at, end_at): (Option<yihe_kernel::Timestamp>, Option<yihe_kernel::Timestamp>),
) -> Result<RegionAppointment, Failure> {
    let now = writing.now;
    if user::find(writing.tx(), user).await?.is_none() {
        return Err(Error::new(&reasons::USER_NOT_FOUND)
            .with("name", UserName { user })
            .into());
    }
    let term = term::beginning(start_at, end_at, now)?;
    check_free(writing, committee, post, Some(user), term).await?;
    Ok(RegionAppointment {
        region: committee.region.clone(),
        id: id.into(),
        user,
        organization: committee.organization.id,
        kind: committee.organization.kind,
        post,
        start_at: start_at.unwrap_or(now),
        end_at,
        ended_at: None,
        version: 1,
    })
}

/// Refuses a post of the committee that is not to be had in the term.
pub async fn check_free(
    writing: &Writing<'_>,
    committee: &RegionCommittee,
    post: Post,
    user: Option<UserId>,
    term: yihe_authz::Term,
) -> Result<(), Failure> {
    let held = region_appointment::of_region(writing.tx(), &committee.region, writing.now).await?;
    let held = held.iter().map(|other| (other.post, other.user, other.term()));
    Ok(check_post_free(&committee.organization, post, user, term, held)?)
}

/// Adds an appointment; authority changes. Returns the region's new sequence.
pub async fn add(writing: &Writing<'_>, made: &RegionAppointment, actor: String) -> Result<u64, Failure> {
    region_appointment::insert(writing, made).await?;
    let event = pb::RegionAppointmentMade {
        appointment: Some(convert::region_appointment(made, String::new(), writing.now)),
    };
    let place = Scope::Region(made.region.clone());
    writing.tell_at(actor, &place, made.name().to_string(), &event).await?;
    region_committee::authority_changed(writing, &made.region).await
}

/// Invites a new person to a post that is free.
pub async fn invite(
    writing: &Writing<'_>,
    committee: &RegionCommittee,
    invited: &RegionInvitation,
    full_name: &str,
) -> Result<(), Failure> {
    check_free(writing, committee, invited.post, None, invited.term(writing.now)?).await?;
    person::insert(writing, invited.person, full_name).await?;
    region_invitation::insert(writing, invited).await?;
    let event = pb::PersonInvited {
        invitation: invited.name().to_string(),
        organization: convert::organization_name(committee.organization.id),
        post: invited.post.into(),
    };
    let place = Scope::Region(invited.region.clone());
    writing
        .tell_at(writing.actor(), &place, invited.name().to_string(), &event)
        .await
}
