use yihe_authz::{Admitted, Principal, Scope};
use yihe_kernel::{RegionName, Result};
use yihe_proto::directory::v1 as pb;
use yihe_store::Failure;

use crate::commands::region::directly_below::{Acting, check_directly_below};
use crate::commands::region::secretary_below::{Given, Seat, in_community, in_region};
use crate::convert::{self, Secretary};
use crate::directory::Directory;
use crate::secrets;
use crate::store::{Writing, community, region_committee};

struct Wanted {
    request: pb::AppointSecretaryBelowRequest,
    parent: RegionName,
    below: Scope,
    secretary: Secretary,
    seat: Seat,
    by_operator: bool,
}

/// `AppointSecretaryBelow`: gives the community or region below a secretary. Decided in the scope of the level that acts; that
/// the other lies directly below is read from the recorded tree.
pub async fn appoint(
    directory: &Directory,
    admitted: Admitted,
    request: pb::AppointSecretaryBelowRequest,
) -> Result<pb::AppointSecretaryBelowResponse> {
    let parent: RegionName = convert::name("parent", &request.parent)?;
    let by_operator = admitted.caller().principal == Principal::Operator;
    let by = admitted.without_target()?;
    let below = convert::below(&request.below)?;
    let secretary = convert::secretary(&request)?;
    let code = match &below {
        Scope::Community(community) => secrets::enrolment_code(community),
        Scope::Region(region) => secrets::region_enrolment_code(region),
    };
    let ids = directory.store.ids();
    let wanted = Wanted {
        seat: Seat {
            ids: (ids.next(), ids.next()),
            code_hash: code.hash,
            replace: request.replace,
        },
        request,
        parent,
        below: below.clone(),
        secretary,
        by_operator,
    };
    let (given, fresh) = directory
        .write("directory.appoint_secretary_below", by, wanted, |writing, wanted| {
            Box::pin(write(writing, wanted))
        })
        .await?;
    tracing::info!(place = %below, "secretary appointed or invited from above");
    let sequence = match &below {
        Scope::Community(id) => community::require(directory.reader(), id).await?.authority_sequence,
        Scope::Region(id) => region_committee::sequence(directory.reader(), id).await?,
    };
    let enrolment_code = if fresh && given.starts_invitation() {
        code.text
    } else {
        String::new()
    };
    let (appointment, invitation) = given.names();
    Ok(pb::AppointSecretaryBelowResponse {
        appointment,
        invitation,
        enrolment_code,
        revision: directory.revision_at(&below, sequence),
    })
}

async fn write(writing: &Writing<'_>, wanted: &Wanted) -> Result<(Given, bool), Failure> {
    let planned = wanted.seat.planned(&wanted.below, &wanted.secretary.taker);
    let scope = wanted.below.to_string();
    if let Some(name) = writing
        .seen_before(&scope, wanted.secretary.request_id, &wanted.request, &planned.name())
        .await?
    {
        return Ok((Given::named(name), false));
    }
    let acting = Acting {
        parent: &wanted.parent.region,
        by_operator: wanted.by_operator,
        breaks_the_glass: !wanted.seat.replace,
    };
    check_directly_below(writing, &acting, &wanted.below).await?;
    let replaced = match &wanted.below {
        Scope::Community(id) => in_community(writing, id, &wanted.secretary, &wanted.seat).await?,
        Scope::Region(id) => in_region(writing, id, &wanted.secretary, &wanted.seat).await?,
    };
    let (appointment, invitation) = planned.clone().names();
    let event = pb::SecretaryAppointedFromAbove {
        parent: wanted.parent.to_string(),
        below: scope.clone(),
        appointment,
        invitation,
        replaced: replaced.unwrap_or_default(),
    };
    writing.tell_at(writing.actor(), &wanted.below, scope, &event).await?;
    Ok((planned, true))
}
