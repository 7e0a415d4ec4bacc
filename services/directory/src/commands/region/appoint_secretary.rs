use yihe_authz::{Admitted, Principal, Scope};
use yihe_kernel::{Error, RegionCode, RegionName, Result};
use yihe_proto::directory::v1 as pb;
use yihe_store::Failure;

use crate::commands::region::secretary_below::{Given, Seat, in_community, in_region};
use crate::convert::{self, Secretary};
use crate::directory::Directory;
use crate::reasons;
use crate::secrets;
use crate::store::{Writing, community, region, region_committee};

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
    check_directly_below(writing, wanted).await?;
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

/// Refuses where the committee that administers the acting region is not the nearest above by the recorded tree. Where nothing
/// is recorded above the operator breaks the glass, and only for a vacant post.
async fn check_directly_below(writing: &Writing<'_>, wanted: &Wanted) -> Result<(), Failure> {
    let lineage = match &wanted.below {
        Scope::Community(id) => {
            let found = community::require(writing.tx(), id).await?;
            region::lineage(writing.tx(), &found.region).await?
        }
        Scope::Region(id) => {
            region_committee::require(writing.tx(), id).await?;
            region::lineage(writing.tx(), id).await?
        }
    };
    let (above, own): (Vec<RegionCode>, _) = match &wanted.below {
        Scope::Community(_) => (lineage.clone(), None),
        Scope::Region(id) => (lineage.iter().skip(1).cloned().collect(), Some(id)),
    };
    let nearest = region_committee::nearest(writing.tx(), &above).await?;
    let parent = &wanted.parent.region;
    let named = RegionName { region: parent.clone() };
    match nearest {
        Some(nearest) if wanted.by_operator => Err(Error::new(&reasons::REGION_ADMINISTERED_FROM_ABOVE)
            .with("name", &wanted.below)
            .with("above", RegionName { region: nearest.region })
            .into()),
        Some(nearest) if above.contains(parent) => {
            let acting = region::lineage(writing.tx(), parent).await?;
            let acting = region_committee::nearest(writing.tx(), &acting).await?;
            match acting.is_some_and(|acting| acting.region == nearest.region) {
                true => Ok(()),
                false => Err(not_directly_below(&named, &wanted.below)),
            }
        }
        // of the region itself, or of one above it: nobody else is there
        None if wanted.by_operator && !wanted.seat.replace && (own == Some(parent) || above.contains(parent)) => Ok(()),
        Some(_) | None => Err(not_directly_below(&named, &wanted.below)),
    }
}

fn not_directly_below(parent: &RegionName, below: &Scope) -> Failure {
    Error::new(&reasons::NOT_DIRECTLY_BELOW)
        .with("parent", parent)
        .with("name", below)
        .into()
}
