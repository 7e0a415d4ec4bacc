use yihe_authz::Admitted;
use yihe_kernel::{Error, Result, reasons as common};
use yihe_proto::directory::v1 as pb;
use yihe_store::Failure;

use crate::convert;
use crate::directory::Directory;
use crate::domain::names::{CompoundName, OwnerId, UnitName};
use crate::domain::register::CurrentUnit;
use crate::queries::register::find_unit;
use crate::reasons;
use crate::store::register::Wanted as WantedUnits;
use crate::store::{Writing, community, register};

struct Wanted {
    name: UnitName,
    compound: CompoundName,
    owner: Option<OwnerId>,
    expected_revision: i64,
}

/// `NominateVoter`: records who votes for a unit of several owners.
pub async fn nominate(
    directory: &Directory,
    admitted: Admitted,
    request: pb::NominateVoterRequest,
) -> Result<pb::Unit> {
    let name: UnitName = convert::name("name", &request.name)?;
    let (_, _, by) = find_unit(directory, admitted, &name).await?;
    let (owner, expected_revision) = convert::nomination(&name, &request)?;
    let compound = CompoundName {
        community: name.community.clone(),
        compound: name.compound,
    };
    let wanted = Wanted {
        name: name.clone(),
        compound: compound.clone(),
        owner,
        expected_revision,
    };
    let (unit, revision) = directory
        .write("directory.nominate_voter", by, wanted, |writing, wanted| {
            Box::pin(write(writing, wanted))
        })
        .await?;
    tracing::info!(unit = %name, revision, "voter nominated");
    Ok(convert::unit(&compound, &unit, revision))
}

async fn write(writing: &Writing<'_>, wanted: &Wanted) -> Result<(CurrentUnit, i64), Failure> {
    let (name, compound) = (&wanted.name, &wanted.compound);
    community::lock(writing, &name.community).await?;
    let latest = register::latest(writing.tx(), compound).await?;
    let latest = latest.ok_or_else(|| Error::not_found(name))?;
    if wanted.expected_revision != 0 && wanted.expected_revision != latest.revision {
        return Err(Error::new(&common::ETAG_MISMATCH).with("name", compound).into());
    }
    let only = WantedUnits {
        revision: latest.revision,
        only: Some(&[name.unit]),
        ..WantedUnits::default()
    };
    let found = register::units(writing.tx(), compound, only).await?.pop();
    let unit = found.ok_or_else(|| Error::not_found(name))?;
    if let Some(owner) = wanted.owner
        && !unit.shares.iter().any(|share| share.owner == owner)
    {
        let refusal = Error::new(&reasons::NOT_AN_OWNER_OF_UNIT).with("name", name);
        return Err(refusal.with("owner", convert::owner_name(compound, owner)).into());
    }
    if unit.nominee == wanted.owner {
        return Ok((unit, latest.revision));
    }
    let unit = CurrentUnit {
        nominee: wanted.owner,
        ..unit
    };
    let made = latest.of_nomination(writing.actor(), writing.now);
    register::end_units(writing, compound, &[unit.id], made.revision).await?;
    register::insert_units(writing, compound, &[&unit], made.revision).await?;
    register::insert_revision(writing, compound, &made).await?;
    let event = pb::VoterNominated {
        unit: name.to_string(),
        owner: unit
            .nominee
            .map(|id| convert::owner_name(compound, id))
            .unwrap_or_default(),
        revision: made.revision,
    };
    writing.tell(&name.community, name, &event).await?;
    Ok((unit, made.revision))
}
