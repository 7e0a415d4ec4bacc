use yihe_authz::{Admitted, Principal};
use yihe_kernel::{Error, RegionName, Result, Timestamp};
use yihe_proto::directory::v1::{self as pb, OrganizationKind, Post};
use yihe_store::Failure;

use crate::commands::appointment;
use crate::commands::appointment::extend::Extension;
use crate::commands::region;
use crate::commands::region::directly_below::{Acting, check_directly_below};
use crate::convert::{self, Seated};
use crate::directory::Directory;
use crate::reasons;
use crate::store::{self, Writing, community, region_appointment, region_committee};

struct Wanted {
    parent: RegionName,
    by_operator: bool,
    secretary: Seated,
    extension: Extension,
}

/// What became of the term.
struct Extended {
    name: String,
    end_at: Option<Timestamp>,
    etag: String,
    sequence: u64,
}

/// `ExtendSecretaryBelow`: prolongs the term of the secretary of the community or region below. Decided in the scope of the level
/// that acts; that the other lies directly below is read from the recorded tree.
pub async fn extend(
    directory: &Directory,
    admitted: Admitted,
    request: pb::ExtendSecretaryBelowRequest,
) -> Result<pb::ExtendSecretaryBelowResponse> {
    let parent: RegionName = convert::name("parent", &request.parent)?;
    let by_operator = admitted.caller().principal == Principal::Operator;
    let by = admitted.without_target()?;
    let secretary = convert::seated("appointment", &request.appointment)?;
    let place = secretary.place();
    let wanted = Wanted {
        parent,
        by_operator,
        secretary,
        extension: Extension {
            until: convert::new_end(request.end_time.as_ref())?,
            etag: request.etag,
            asked_by: by.user(),
        },
    };
    let extended = directory
        .write("directory.extend_secretary_below", by, wanted, |writing, wanted| {
            Box::pin(write(writing, wanted))
        })
        .await?;
    tracing::info!(appointment = extended.name, "term of a secretary below prolonged");
    Ok(pb::ExtendSecretaryBelowResponse {
        appointment: extended.name,
        end_time: extended.end_at.map(Timestamp::to_proto),
        etag: extended.etag,
        revision: directory.revision_at(&place, extended.sequence),
    })
}

async fn write(writing: &Writing<'_>, wanted: &Wanted) -> Result<Extended, Failure> {
    let acting = Acting {
        parent: &wanted.parent.region,
        by_operator: wanted.by_operator,
        breaks_the_glass: false,
    };
    check_directly_below(writing, &acting, &wanted.secretary.place()).await?;
    match &wanted.secretary {
        Seated::InCommunity(name) => {
            community::lock(writing, &name.community).await?;
            let found = store::appointment::find(writing.tx(), &name.community, name.appointment).await?;
            let found = found.ok_or_else(|| Error::not_found(name))?;
            if found.post != Post::Secretary || found.kind != OrganizationKind::PartyCommittee {
                return Err(Error::new(&reasons::NOT_A_SECRETARY).with("name", name).into());
            }
            let (made, sequence) = appointment::extend::put(writing, found, &wanted.extension).await?;
            Ok(Extended {
                name: made.name().to_string(),
                end_at: made.end_at,
                etag: made.etag(),
                sequence,
            })
        }
        Seated::InRegion(name) => {
            let committee = region_committee::lock(writing, &name.region).await?;
            let found = region_appointment::find(writing.tx(), &name.region, name.appointment).await?;
            let found = found.ok_or_else(|| Error::not_found(name))?;
            if found.post != Post::Secretary {
                return Err(Error::new(&reasons::NOT_A_SECRETARY).with("name", name).into());
            }
            let (made, sequence) = region::extend::put(writing, &committee, found, &wanted.extension).await?;
            Ok(Extended {
                name: made.name().to_string(),
                end_at: made.end_at,
                etag: made.etag(),
                sequence,
            })
        }
    }
}
