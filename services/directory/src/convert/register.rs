//! Registers and owners.

use std::collections::HashMap;

use uuid::Uuid;
use yihe_kernel::{Error, FieldViolation, Fields, Locale, Result, UserId, UserName};
use yihe_proto::directory::v1 as pb;

use crate::convert::organization_name;
use crate::domain::compound::Compound;
use crate::domain::names::{CompoundName, OwnerId, OwnerName, UnitId, UnitName};
use crate::domain::owner::{Owner, masked_name, masked_phone};
use crate::domain::register::{CurrentUnit, Fault, Revision, Share};
use crate::reasons;
use crate::store::person::Contact;

/// A file that a message of 4 MiB has room for.
const LARGEST_FILE: usize = 4_000_000;
/// Faults that a refusal names; a status has little room.
const NAMED: usize = 20;

/// An import to make.
pub struct NewRegister {
    pub expected_revision: i64,
    pub request_id: Option<Uuid>,
}

/// Reads an import, all but its content.
pub fn new_register(request: &pb::ImportRegisterRequest) -> Result<NewRegister> {
    let mut fields = Fields::new();
    if request.content.len() > LARGEST_FILE {
        fields.refuse("content", "must have at most 4,000,000 bytes", "至多 4000000 字节");
    }
    let expected_revision = revision(&mut fields, request.expected_revision);
    let request_id = fields.request_id(&request.request_id);
    fields.finish()?;
    Ok(NewRegister {
        expected_revision,
        request_id,
    })
}

fn revision(fields: &mut Fields, number: i64) -> i64 {
    if number < 0 {
        fields.refuse("expected_revision", "must not be negative", "不得为负");
    }
    number
}

/// Reads a nomination of an owner of the same compound.
pub fn nomination(name: &UnitName, request: &pb::NominateVoterRequest) -> Result<(Option<OwnerId>, i64)> {
    let mut fields = Fields::new();
    let owner = fields.optional_name::<OwnerName>("owner", &request.owner);
    if owner
        .as_ref()
        .is_some_and(|owner| owner.community != name.community || owner.compound != name.compound)
    {
        fields.refuse("owner", "is of another compound", "不属于该小区");
    }
    let expected = revision(&mut fields, request.expected_revision);
    fields.finish()?;
    Ok((owner.map(|owner| owner.owner), expected))
}

/// Refuses a file, naming its first faults.
#[must_use]
pub fn refused(faults: &[Fault]) -> Error {
    let violation = |fault: &Fault| FieldViolation {
        field: place(fault),
        en: fault.en.clone(),
        zh: fault.zh.clone(),
    };
    let named: Vec<_> = faults.iter().take(NAMED).map(place).collect();
    Error::new(&reasons::REGISTER_REFUSED)
        .with("count", faults.len())
        .with("fields", named.join(", "))
        .naming(faults.iter().take(NAMED).map(violation).collect())
}

/// Where a fault is, such as `content:12:area`.
fn place(fault: &Fault) -> String {
    match (fault.line, fault.column_name()) {
        (0, _) => "content".to_owned(),
        (line, "") => format!("content:{line}"),
        (line, column) => format!("content:{line}:{column}"),
    }
}

/// A fault in the language of the call.
pub fn fault(fault: &Fault) -> pb::RegisterFault {
    let line = |line: u64| i64::try_from(line).unwrap_or(i64::MAX);
    let text = match Locale::current() {
        Locale::En => &fault.en,
        Locale::ZhCn => &fault.zh,
    };
    pb::RegisterFault {
        line: line(fault.line),
        column: fault.column_name().to_owned(),
        kind: fault.kind.into(),
        text: text.clone(),
        other_line: fault.other_line.map(line).unwrap_or_default(),
    }
}

/// A revision.
pub fn register_revision(revision: &Revision) -> pb::RegisterRevision {
    let hexadecimal = |digest: &Vec<u8>| digest.iter().map(|byte| format!("{byte:02x}")).collect();
    pb::RegisterRevision {
        revision: revision.revision,
        create_time: Some(revision.created_at.to_proto()),
        creator: revision.creator.clone(),
        sha256: revision.sha256.as_ref().map(hexadecimal).unwrap_or_default(),
        units: revision.units,
        buildings: revision.buildings,
        owners: revision.owners,
        heads: revision.heads,
        area: revision.area,
        units_added: revision.units_added,
        units_changed: revision.units_changed,
        units_dropped: revision.units_dropped,
        owners_dropped: revision.owners_dropped,
    }
}

/// `…/units/…`.
pub fn unit_name(compound: &CompoundName, unit: UnitId) -> String {
    let name = UnitName {
        community: compound.community.clone(),
        compound: compound.compound,
        unit,
    };
    name.to_string()
}

/// `…/owners/…`.
pub fn owner_name(compound: &CompoundName, owner: OwnerId) -> String {
    let name = OwnerName {
        community: compound.community.clone(),
        compound: compound.compound,
        owner,
    };
    name.to_string()
}

/// A unit.
pub fn unit(compound: &CompoundName, unit: &CurrentUnit, revision: i64) -> pb::Unit {
    let owner = |share: &Share<OwnerId>| pb::UnitOwner {
        owner: owner_name(compound, share.owner),
        share_numerator: share.numerator,
        share_denominator: share.denominator,
    };
    pb::Unit {
        name: unit_name(compound, unit.id),
        building: unit.building.clone(),
        number: unit.number.clone(),
        area: unit.area,
        area_basis: unit.area_basis.into(),
        standing: unit.standing.into(),
        owners: unit.shares.iter().map(owner).collect(),
        head: unit.head.to_string(),
        nominee: unit.nominee.map(|id| owner_name(compound, id)).unwrap_or_default(),
        revision,
    }
}

/// A page of a register without its units and token.
pub fn register_page(compound: &Compound, revision: i64) -> pb::GetRegisterResponse {
    pb::GetRegisterResponse {
        revision,
        compound_display_name: compound.display_name.clone(),
        owners_committee: compound.owners_committee.map(organization_name).unwrap_or_default(),
        ..Default::default()
    }
}

/// A unit as it counts in a vote.
pub fn register_unit(
    compound: &CompoundName,
    unit: &CurrentUnit,
    users: &HashMap<OwnerId, UserId>,
) -> pb::RegisterUnit {
    let user = |owner: OwnerId| users.get(&owner).map(|user| UserName { user: *user }.to_string());
    let owner = |share: &Share<OwnerId>| pb::RegisterOwner {
        owner: owner_name(compound, share.owner),
        user: user(share.owner).unwrap_or_default(),
        share_numerator: share.numerator,
        share_denominator: share.denominator,
    };
    pb::RegisterUnit {
        unit: unit_name(compound, unit.id),
        building: unit.building.clone(),
        number: unit.number.clone(),
        area: unit.area,
        area_basis: unit.area_basis.into(),
        standing: unit.standing.into(),
        head: unit.head.to_string(),
        owners: unit.shares.iter().map(owner).collect(),
        nominee: unit.nominee.map(|id| owner_name(compound, id)).unwrap_or_default(),
    }
}

/// An owner, names and numbers masked.
pub fn owner(compound: &CompoundName, owner: &Owner, contact: Option<&Contact>, units: &[UnitId]) -> pb::Owner {
    let phone = contact.and_then(|contact| contact.phone.as_deref());
    pb::Owner {
        name: owner.name().to_string(),
        full_name: contact
            .map(|contact| masked_name(&contact.full_name, owner.owner_type))
            .unwrap_or_default(),
        phone: phone.map(masked_phone).unwrap_or_default(),
        owner_type: owner.owner_type.into(),
        owner_key: String::new(),
        units: units.iter().map(|unit| unit_name(compound, *unit)).collect(),
        user: owner.user.map(|user| UserName { user }.to_string()).unwrap_or_default(),
        link_time: owner.linked_at.map(yihe_kernel::Timestamp::to_proto),
    }
}

/// An owner with names and numbers in full.
pub fn revealed_owner(
    compound: &CompoundName,
    known: &Owner,
    contact: Option<&Contact>,
    units: &[UnitId],
) -> pb::Owner {
    let told = |text: fn(&Contact) -> Option<&String>| contact.and_then(text).cloned().unwrap_or_default();
    pb::Owner {
        full_name: told(|contact| Some(&contact.full_name)),
        phone: told(|contact| contact.phone.as_ref()),
        owner_key: told(|contact| contact.key.as_ref()),
        ..owner(compound, known, contact, units)
    }
}
