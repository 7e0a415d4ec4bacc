use yihe_authz::{Admitted, Authorized};
use yihe_kernel::{Error, OwnerName, Result, UserId, UserName};
use yihe_proto::directory::v1 as pb;
use yihe_store::Failure;

use crate::convert;
use crate::directory::{Directory, settle, sight};
use crate::domain::compound::Compound;
use crate::domain::facts::Facts;
use crate::domain::names::{CompoundName, OwnerId, UnitName};
use crate::domain::register::CurrentUnit;
use crate::queries::compound::find;
use crate::reasons;
use crate::store::register::{UnitColumns, Wanted};
use crate::store::{compound, owner, register};

/// A unit of the present revision that the caller may act on, the revision, and the proof.
pub async fn find_unit(
    directory: &Directory,
    admitted: Admitted,
    name: &UnitName,
) -> Result<(CurrentUnit, i64, Authorized)> {
    let parent = CompoundName {
        community: name.community.clone(),
        compound: name.compound,
    };
    let reader = directory.reader();
    let of = compound::find(reader, &parent.community, parent.compound).await?;
    let revision = register::latest(reader, &parent)
        .await?
        .map_or(0, |latest| latest.revision);
    let found = one(directory, name, revision).await?;
    let Some((of, unit)) = of.zip(found) else {
        return Err(admitted.missing(name));
    };
    let owners: Vec<OwnerId> = unit.shares.iter().map(|share| share.owner).collect();
    let users = owner::users(reader, &parent, &owners).await?;
    let caller = admitted
        .user()
        .filter(|caller| users.values().any(|user| user == caller));
    let by = settle(
        admitted,
        Facts {
            owner: of.owners_committee,
            about: caller,
            served_by: None,
        },
    )?;
    Ok((unit, revision, by))
}

async fn one(directory: &Directory, name: &UnitName, revision: i64) -> Result<Option<CurrentUnit>, Failure> {
    let parent = CompoundName {
        community: name.community.clone(),
        compound: name.compound,
    };
    let wanted = Wanted {
        revision,
        only: Some(&[name.unit]),
        ..Wanted::default()
    };
    Ok(register::units(directory.reader(), &parent, wanted).await?.pop())
}

/// `GetUnit`.
pub async fn get_unit(directory: &Directory, admitted: Admitted, request: pb::GetUnitRequest) -> Result<pb::Unit> {
    let name: UnitName = convert::name("name", &request.name)?;
    let (unit, revision, _) = find_unit(directory, admitted, &name).await?;
    let parent = CompoundName {
        community: name.community,
        compound: name.compound,
    };
    Ok(convert::unit(&parent, &unit, revision))
}

/// `ListUnits`.
pub async fn list_units(
    directory: &Directory,
    admitted: Admitted,
    request: pb::ListUnitsRequest,
) -> Result<pb::ListUnitsResponse> {
    let parent: CompoundName = convert::name("parent", &request.parent)?;
    let Some(of) = compound::find(directory.reader(), &parent.community, parent.compound).await? else {
        return Err(admitted.missing(&parent));
    };
    let sight = sight(admitted);
    let columns = UnitColumns {
        owners_committee: of.owners_committee,
    };
    let building = request.building.as_str();
    let query = format!("units|{parent}|{building}");
    let page = directory.store.page(&query, request.page_size, &request.page_token)?;
    let revision = present(directory, &parent).await?;
    let wanted = Wanted {
        revision,
        building: Some(building).filter(|building| !building.is_empty()),
        sight: Some((&sight, &columns)),
        after: page.after.as_deref(),
        limit: Some(page.limit + 1),
        only: None,
    };
    let rows = register::units(directory.reader(), &parent, wanted).await?;
    let (rows, next_page_token) = page.next(rows, |unit| unit.id.to_string());
    Ok(pb::ListUnitsResponse {
        units: rows.iter().map(|unit| convert::unit(&parent, unit, revision)).collect(),
        next_page_token,
    })
}

/// `ListRegisterRevisions`.
pub async fn list_revisions(
    directory: &Directory,
    admitted: Admitted,
    request: pb::ListRegisterRevisionsRequest,
) -> Result<pb::ListRegisterRevisionsResponse> {
    let parent: CompoundName = convert::name("parent", &request.parent)?;
    find(directory, admitted, &parent).await?;
    let query = format!("registerRevisions|{parent}");
    let page = directory.store.page(&query, request.page_size, &request.page_token)?;
    let after = page.after.as_deref().and_then(|after| after.parse().ok()).unwrap_or(0);
    let rows = register::revisions(directory.reader(), &parent, after, page.limit + 1).await?;
    let (rows, next_page_token) = page.next(rows, |revision| revision.revision.to_string());
    Ok(pb::ListRegisterRevisionsResponse {
        revisions: rows.iter().map(convert::register_revision).collect(),
        next_page_token,
    })
}

/// `GetRegister`.
pub async fn get(
    directory: &Directory,
    admitted: Admitted,
    request: pb::GetRegisterRequest,
) -> Result<pb::GetRegisterResponse> {
    let name: CompoundName = convert::name("compound", &request.compound)?;
    admitted.without_target()?;
    let of = known(directory, &name).await?;
    let reader = directory.reader();
    let asked = match request.revision {
        0 => register::latest(reader, &name).await?,
        asked => register::revision(reader, &name, asked).await?,
    };
    let revision = asked
        .ok_or_else(|| Error::new(&reasons::REGISTER_MISSING).with("name", &name))?
        .revision;
    let query = format!("register|{name}|{revision}");
    let page = directory.store.page(&query, request.page_size, &request.page_token)?;
    let wanted = Wanted {
        revision,
        after: page.after.as_deref(),
        limit: Some(page.limit + 1),
        ..Wanted::default()
    };
    let rows = register::units(reader, &name, wanted).await?;
    let (rows, next_page_token) = page.next(rows, |unit| unit.id.to_string());
    let shares = rows.iter().flat_map(|unit| &unit.shares);
    let owners: Vec<OwnerId> = shares.map(|share| share.owner).collect();
    let users = owner::users(reader, &name, &owners).await?;
    Ok(pb::GetRegisterResponse {
        units: rows
            .iter()
            .map(|unit| convert::register_unit(&name, unit, &users))
            .collect(),
        next_page_token,
        ..convert::register_page(&of, revision)
    })
}

async fn known(directory: &Directory, name: &CompoundName) -> Result<Compound> {
    let found = compound::find(directory.reader(), &name.community, name.compound).await?;
    found.ok_or_else(|| Error::not_found(name))
}

/// The number of the present revision; 0 before the first.
async fn present(directory: &Directory, compound: &CompoundName) -> Result<i64, Failure> {
    let latest = register::latest(directory.reader(), compound).await?;
    Ok(latest.map_or(0, |latest| latest.revision))
}

/// `LookupOwners`.
pub async fn lookup_owners(
    directory: &Directory,
    admitted: Admitted,
    request: pb::LookupOwnersRequest,
) -> Result<pb::LookupOwnersResponse> {
    let name: CompoundName = convert::name("compound", &request.compound)?;
    let user: UserName = convert::name("user", &request.user)?;
    admitted.without_target()?;
    let owners = of_user(directory, &name, user.user).await?;
    Ok(pb::LookupOwnersResponse {
        owners: owners.iter().map(OwnerName::to_string).collect(),
    })
}

async fn of_user(directory: &Directory, compound: &CompoundName, user: UserId) -> Result<Vec<OwnerName>, Failure> {
    let mut owners = owner::of_user(directory.reader(), user).await?;
    owners.retain(|owner| owner.community == compound.community && owner.compound == compound.compound);
    Ok(owners.iter().map(crate::domain::owner::Owner::name).collect())
}
