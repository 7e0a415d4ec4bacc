use yihe_kernel::{CommunityId, Error, Result, Timestamp};
use yihe_tally::{BodyKind, Date, PackError, Place, RulePack, packs};

use super::TIME_ZONE;
use crate::reasons;

/// The version of a rule pack that is in force in a community now; without an id, the default of the kind of body.
///
/// # Errors
/// `RULE_PACK_UNKNOWN`.
pub fn pack_in_force(
    kind: BodyKind,
    id: Option<&str>,
    community: &CommunityId,
    now: Timestamp,
) -> Result<&'static RulePack> {
    let date = now.date_in(TIME_ZONE);
    let unknown = || {
        Error::new(&reasons::RULE_PACK_UNKNOWN)
            .with("rule_pack", id.unwrap_or("default"))
            .with("kind", kind.code())
            .with("date", &date)
    };
    let place: Place = community.as_str().parse().map_err(|_| unknown())?;
    let on: Date = date.parse().map_err(Error::internal)?;
    let shipped = packs::shipped().map_err(Error::internal)?;
    let found = match id {
        Some(id) => packs::in_force_by_id(shipped, id, kind, &place, on),
        None => packs::in_force_among(shipped, kind, &place, on),
    };
    match found {
        Ok(pack) => Ok(pack),
        Err(PackError::NoneInForce { .. }) => Err(unknown()),
        Err(other) => Err(Error::internal(other)),
    }
}
