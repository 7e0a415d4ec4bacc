use yihe_authz::{Admitted, Authorized};
use yihe_kernel::Result;
use yihe_proto::directory::v1 as pb;
use yihe_store::Failure;

use crate::convert;
use crate::directory::{Directory, settle};
use crate::domain::facts::Facts;
use crate::domain::names::{CompoundName, OwnerId, OwnerName};
use crate::domain::owner::Owner;
use crate::queries::compound::find as find_compound;
use crate::store::person::{self, Contact};
use crate::store::{compound, owner};

/// An owner that the caller may act on, and the proof.
pub async fn find(directory: &Directory, admitted: Admitted, name: &OwnerName) -> Result<(Owner, Authorized)> {
    let of = compound::find(directory.reader(), &name.community, name.compound).await?;
    let found = owner::find(directory.reader(), name).await?;
    let Some((of, found)) = of.zip(found) else {
        return Err(admitted.missing(name));
    };
    let by = settle(
        admitted,
        Facts {
            owner: of.owners_committee,
            about: found.user,
            served_by: None,
        },
    )?;
    Ok((found, by))
}

/// Owners with what is known of them.
pub struct Known {
    owners: Vec<Owner>,
    contacts: std::collections::HashMap<OwnerId, Contact>,
    units: std::collections::HashMap<OwnerId, Vec<crate::domain::names::UnitId>>,
}

/// How an owner is told: masked or in full.
type Telling = fn(&CompoundName, &Owner, Option<&Contact>, &[crate::domain::names::UnitId]) -> pb::Owner;

impl Known {
    /// Reads what is known of owners.
    pub async fn of(directory: &Directory, compound: &CompoundName, owners: Vec<Owner>) -> Result<Self, Failure> {
        let ids: Vec<OwnerId> = owners.iter().map(|owner| owner.id).collect();
        Ok(Self {
            contacts: person::contacts(directory.reader(), &ids).await?,
            units: owner::units(directory.reader(), compound, &ids).await?,
            owners,
        })
    }

    /// Tells it.
    pub fn tell(&self, compound: &CompoundName, telling: Telling) -> Vec<pb::Owner> {
        let tell = |owner: &Owner| {
            let units = self.units.get(&owner.id).map(Vec::as_slice).unwrap_or_default();
            telling(compound, owner, self.contacts.get(&owner.id), units)
        };
        self.owners.iter().map(tell).collect()
    }
}

/// `ListOwners`.
pub async fn list(
    directory: &Directory,
    admitted: Admitted,
    request: pb::ListOwnersRequest,
) -> Result<pb::ListOwnersResponse> {
    let parent: CompoundName = convert::name("parent", &request.parent)?;
    find_compound(directory, admitted, &parent).await?;
    let query = format!("owners|{parent}");
    let page = directory.store.page(&query, request.page_size, &request.page_token)?;
    let (after, limit) = (page.after.as_deref(), Some(page.limit + 1));
    let rows = owner::list(directory.reader(), &parent, after, limit).await?;
    let (rows, next_page_token) = page.next(rows, |owner| owner.id.to_string());
    let known = Known::of(directory, &parent, rows).await?;
    Ok(pb::ListOwnersResponse {
        owners: known.tell(&parent, convert::owner),
        next_page_token,
    })
}
