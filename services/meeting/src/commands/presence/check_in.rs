use std::sync::Arc;

use tonic::Request;
use yihe_authz::{Capacity, Decision, Principal, Scope};
use yihe_kernel::{Error, Fields, OrganizationId, OrganizationName, Result, UserId, UserName};
use yihe_proto::meeting::v1 as pb;

use super::passage::{Passage, Way};
use crate::convert::{self, name};
use crate::domain::Member;
use crate::names::MeetingName;
use crate::service::{Service, person};
use crate::{reasons, store};

/// What an organization's own people need to check in for it.
const PERMISSION: &str = "meeting.presence.check_in";

pub async fn check_in(service: &Arc<Service>, request: Request<pb::CheckInRequest>) -> Result<pb::Presence> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: MeetingName = name("name", &request.name)?;
    let wanted = convert::mandate::wanted(&request.member)?;
    let (by, _, member) = service.meeting_as(admitted, &name, wanted).await?;
    let passage = Passage {
        member,
        mandated: by.organization() != member.organization(),
        way: Way::In(person(by.user())?),
        recorded: None,
        by,
        name,
    };
    passage.pass(service, "meeting.check_in").await
}

pub async fn record(service: &Arc<Service>, request: Request<pb::RecordCheckInRequest>) -> Result<pb::Presence> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: MeetingName = name("name", &request.name)?;
    let (by, _) = service.meeting(admitted, &name).await?;
    let mut fields = Fields::new();
    let member: Option<Member> = fields.name("member", &request.member);
    let representative: Option<UserName> = fields.optional_name("representative", &request.representative);
    let recorded = convert::record::proof(&mut fields, &request.evidence, &request.note);
    let named = member.zip(match (member, representative) {
        (Some(Member::Person(person)), Some(representative)) if representative.user != person => {
            fields.refuse("representative", "must be the person itself", "个人须本人到会");
            None
        }
        (_, Some(representative)) => Some(representative.user),
        (Some(Member::Person(person)), None) => Some(person),
        _ => {
            fields.refuse("representative", "is required", "必填");
            None
        }
    });
    let (member, representative) = fields.finish_with("member", named)?;
    let mandated = match member.organization() {
        Some(organization) => is_mandated(service, &name, organization, representative).await?,
        None => false,
    };
    let passage = Passage {
        member,
        mandated,
        way: Way::In(representative),
        recorded: Some(recorded),
        by,
        name,
    };
    passage.pass(service, "meeting.record_check_in").await
}

/// Whether a representative is there by a mandate; one who has neither that nor a post by which it could check in itself is
/// refused.
async fn is_mandated(
    service: &Service,
    meeting: &MeetingName,
    organization: OrganizationId,
    user: UserId,
) -> Result<bool> {
    let (principal, capacity) = (Principal::User(user), Capacity::Organization(organization));
    let scope = Scope::Community(meeting.community.clone());
    let decided = service
        .snapshots
        .decide(&principal, &capacity, PERMISSION, &scope, None)
        .await?;
    if !matches!(decided, (Decision::Deny { .. }, _)) {
        return Ok(false);
    }
    match store::mandate::in_force(service.reader(), meeting, organization, user).await? {
        Some(_) => Ok(true),
        None => Err(Error::new(&reasons::REPRESENTATIVE_NOT_APPOINTED)
            .with("user", UserName { user })
            .with("organization", OrganizationName { organization })),
    }
}
