use http::HeaderMap;
use yihe_authz::{Capacity, Decision, Principal, Snapshot, refusal};
use yihe_kernel::{Error, OrganizationId, Result, Timestamp};

use crate::headers::single;
use crate::reasons as ours;

/// Header that says for whom a person with posts in several organizations acts: `organizations/{organization}` or `self`.
pub const ACTING_AS: &str = "yihe-acting-as";

/// The capacity that the caller asks for; `None` where it leaves it open.
///
/// # Errors
/// The header is malformed or there twice.
pub fn asked(headers: &HeaderMap) -> Result<Option<Capacity>> {
    let Some(text) = single(headers, ACTING_AS)? else {
        return Ok(None);
    };
    text.parse()
        .map(Some)
        .map_err(|refusal| Error::malformed_name(ACTING_AS, &refusal))
}

/// The capacity in which a principal acts where `snapshot` decides.
///
/// # Errors
/// `NOT_YOUR_CAPACITY` for one it does not hold now, `CAPACITY_REQUIRED` for a person who leaves open which of several;
/// `PERMISSION_DENIED` for a client that is not one here (any more).
pub fn settle(
    snapshot: &Snapshot,
    principal: &Principal,
    asked: Option<Capacity>,
    permission: &str,
    now: Timestamp,
) -> Result<Capacity> {
    let own = |capacity: Capacity| Error::new(&ours::NOT_YOUR_CAPACITY).with("capacity", capacity);
    let held = || snapshot.capacities(principal, now);
    match (principal, asked) {
        (Principal::Client(_), asked) => match (held().first(), asked) {
            (None, _) => Err(refusal(permission, &Decision::Deny { grant: None })),
            (Some(one), None) => Ok(Capacity::Organization(*one)),
            (Some(one), Some(asked)) if asked == Capacity::Organization(*one) => Ok(asked),
            (Some(_), Some(asked)) => Err(own(asked)),
        },
        (_, Some(Capacity::Own)) => Ok(Capacity::Own),
        (_, Some(Capacity::Organization(organization))) if held().contains(&organization) => {
            Ok(Capacity::Organization(organization))
        }
        (_, Some(capacity)) => Err(own(capacity)),
        (_, None) => match held().as_slice() {
            [] => Ok(Capacity::Own),
            [one] => Ok(Capacity::Organization(*one)),
            several => Err(required(several)),
        },
    }
}

fn required(several: &[OrganizationId]) -> Error {
    let names: Vec<String> = several
        .iter()
        .map(|one| Capacity::Organization(*one).to_string())
        .collect();
    Error::new(&ours::CAPACITY_REQUIRED).with("organizations", names.join(", "))
}
