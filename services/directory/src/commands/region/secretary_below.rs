//! The seat of a secretary, filled from above.

use uuid::Uuid;
use yihe_authz::Scope;
use yihe_kernel::{CommunityId, Error, RegionCode, UserId, UserName};
use yihe_proto::directory::v1::Post;
use yihe_store::Failure;

use crate::commands::appointment::{create, end, invite};
use crate::commands::region;
use crate::convert::{Secretary, Taker};
use crate::domain::appointment::{Appointment, check_free};
use crate::domain::invitation::Invitation;
use crate::domain::names::{AppointmentName, InvitationName, RegionAppointmentName, RegionInvitationName};
use crate::domain::region_post::RegionInvitation;
use crate::domain::term;
use crate::reasons;
use crate::store::{
    Writing, appointment, community, invitation, membership, region_appointment, region_committee, region_invitation,
    user,
};

/// What is needed to fill the seat.
pub struct Seat {
    /// Of the appointment or invitation, and of a new person.
    pub ids: (Uuid, UserId),
    pub code_hash: Vec<u8>,
    /// Whether who sits there goes.
    pub replace: bool,
}

/// The name of what the seat was given.
#[derive(Debug, Clone)]
pub struct Given(String);

impl Given {
    pub fn named(name: String) -> Self {
        Self(name)
    }

    pub fn name(&self) -> &str {
        &self.0
    }

    pub fn starts_invitation(&self) -> bool {
        self.0.contains("/invitations/")
    }

    /// The appointment or the invitation; the other is empty.
    pub fn names(self) -> (String, String) {
        if self.starts_invitation() {
            (String::new(), self.0)
        } else {
            (self.0, String::new())
        }
    }
}

impl Seat {
    /// What it will be given.
    pub fn planned(&self, below: &Scope, taker: &Taker) -> Given {
        let id = self.ids.0;
        Given(match (below.clone(), taker) {
            (Scope::Community(community), Taker::Enrolled(_)) => AppointmentName {
                community,
                appointment: id.into(),
            }
            .to_string(),
            (Scope::Community(community), Taker::New(_)) => InvitationName {
                community,
                invitation: id.into(),
            }
            .to_string(),
            (Scope::Region(region), Taker::Enrolled(_)) => RegionAppointmentName {
                region,
                appointment: id.into(),
            }
            .to_string(),
            (Scope::Region(region), Taker::New(_)) => RegionInvitationName {
                region,
                invitation: id.into(),
            }
            .to_string(),
        })
    }
}

/// Fills the seat of a community's secretary; the name of the appointment that was ended for it.
pub async fn in_community(
    writing: &Writing<'_>,
    id: &CommunityId,
    secretary: &Secretary,
    seat: &Seat,
) -> Result<Option<String>, Failure> {
    let now = writing.now;
    let committee = community::lock(writing, id).await?.party_committee;
    let held = appointment::of_organization(writing.tx(), id, committee, now).await?;
    let in_office = held
        .into_iter()
        .find(|held| held.post == Post::Secretary && held.term().contains(now));
    let invited = invitation::is_open_for(writing.tx(), id, committee, Post::Secretary, now).await?;
    if !seat.replace && (in_office.is_some() || invited) {
        return Err(in_office_already(&Scope::Community(id.clone())));
    }
    let mut replaced = None;
    if let Some(held) = in_office {
        let ended = held.replaced(now);
        appointment::update(writing, &ended).await?;
        end::told(writing, &ended).await?;
        community::authority_changed(writing, id).await?;
        replaced = Some(ended.name().to_string());
    }
    invitation::close_post(writing, id, committee, Post::Secretary).await?;
    let organization = membership::require_active(writing.tx(), id, committee).await?;
    let held = appointment::of_organization(writing.tx(), id, committee, now).await?;
    let term = term::beginning(None, secretary.end_at, now)?;
    match &secretary.taker {
        Taker::Enrolled(user) => {
            known(writing, *user).await?;
            check_free(&organization, Post::Secretary, Some(*user), term, &held)?;
            let made = Appointment {
                community: id.clone(),
                id: seat.ids.0.into(),
                user: *user,
                organization: organization.id,
                kind: organization.kind,
                post: Post::Secretary,
                start_at: now,
                end_at: secretary.end_at,
                ended_at: None,
                version: 1,
            };
            create::add(writing, &made, writing.actor()).await?;
        }
        Taker::New(full_name) => {
            check_free(&organization, Post::Secretary, None, term, &held)?;
            let made = Invitation {
                community: id.clone(),
                id: seat.ids.0.into(),
                organization: committee,
                post: Post::Secretary,
                person: seat.ids.1,
                start_at: None,
                end_at: secretary.end_at,
                code_hash: None,
                expires_at: None,
                accepted_at: None,
                appointment: None,
                created_at: now,
            };
            invite::add(writing, &made.with_code(seat.code_hash.clone(), now), full_name).await?;
        }
    }
    Ok(replaced)
}

/// The same for a region's committee.
pub async fn in_region(
    writing: &Writing<'_>,
    id: &RegionCode,
    secretary: &Secretary,
    seat: &Seat,
) -> Result<Option<String>, Failure> {
    let now = writing.now;
    let committee = region_committee::lock(writing, id).await?;
    let held = region_appointment::of_region(writing.tx(), id, now).await?;
    let in_office = held
        .into_iter()
        .find(|held| held.post == Post::Secretary && held.term().contains(now));
    let invited = region_invitation::is_open_for(writing.tx(), id, Post::Secretary, now).await?;
    if !seat.replace && (in_office.is_some() || invited) {
        return Err(in_office_already(&Scope::Region(id.clone())));
    }
    let mut replaced = None;
    if let Some(held) = in_office {
        let ended = held.replaced(now);
        region::end::put(writing, &ended).await?;
        replaced = Some(ended.name().to_string());
    }
    region_invitation::close(writing, id, Post::Secretary).await?;
    let term = (None, secretary.end_at);
    match &secretary.taker {
        Taker::Enrolled(user) => {
            let ids = (seat.ids.0, *user);
            let made = region::appoint::appointment(writing, &committee, ids, Post::Secretary, term).await?;
            region::appoint::add(writing, &made, writing.actor()).await?;
        }
        Taker::New(full_name) => {
            let ids = (seat.ids.0.into(), seat.ids.1);
            let invited = RegionInvitation::new(id, ids, Post::Secretary, term, &seat.code_hash, now);
            region::appoint::invite(writing, &committee, &invited, full_name).await?;
        }
    }
    Ok(replaced)
}

async fn known(writing: &Writing<'_>, user: UserId) -> Result<(), Failure> {
    match user::find(writing.tx(), user).await? {
        Some(_) => Ok(()),
        None => Err(Error::new(&reasons::USER_NOT_FOUND)
            .with("name", UserName { user })
            .into()),
    }
}

fn in_office_already(place: &Scope) -> Failure {
    Error::new(&reasons::SECRETARY_IN_OFFICE).with("name", place).into()
}
