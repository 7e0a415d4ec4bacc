use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use sea_orm::ConnectionTrait;
use sha2::{Digest, Sha256};
use yihe_authz::Admitted;
use yihe_kernel::{Error, OwnerId, Result, UserName, reasons as common};
use yihe_proto::directory::v1 as pb;
use yihe_store::Failure;

use crate::convert::{self, NewRegister};
use crate::directory::Directory;
use crate::domain::names::CompoundName;
use crate::domain::owner::Owner;
use crate::domain::register::{
    self as domain, Change, Current, CurrentOwner, Draft, Fate, Fault, NewIds, PlannedOwner, Revision,
};
use crate::queries::compound::find;
use crate::store::register::Wanted as WantedUnits;
use crate::store::{Writing, community, owner, person, register};

struct Wanted {
    request: pb::ImportRegisterRequest,
    compound: CompoundName,
    new: NewRegister,
    draft: Arc<Draft>,
    ids: NewIds,
    sha256: Vec<u8>,
}

/// What an import came to: the revision, and the community's authority where it changed.
type Imported = (i64, Option<u64>);

/// `ImportRegister`: makes a file the register's new revision.
pub async fn import(
    directory: &Directory,
    admitted: Admitted,
    mut request: pb::ImportRegisterRequest,
) -> Result<pb::ImportRegisterResponse> {
    let compound: CompoundName = convert::name("parent", &request.parent)?;
    let (_, by) = find(directory, admitted, &compound).await?;
    let new = convert::new_register(&request)?;
    let content = std::mem::take(&mut request.content);
    let sha256 = Sha256::digest(&content).to_vec();
    let draft = read(directory, content).await?;
    if request.validate_only {
        return preview(directory, &compound, draft, sha256).await;
    }
    let draft = Arc::new(draft.map_err(|faults| convert::refused(&faults))?);
    // a retry has the same file: its digest stands for it in the retry table
    request.content.clone_from(&sha256);
    let wanted = Wanted {
        ids: new_ids(directory, &draft),
        request,
        compound: compound.clone(),
        new,
        draft,
        sha256,
    };
    let (revision, authority) = directory
        .write("directory.import_register", by, wanted, |writing, wanted| {
            Box::pin(write(writing, wanted))
        })
        .await?;
    tracing::info!(%compound, revision, "register imported");
    let made = register::revision(directory.reader(), &compound, revision).await?;
    let authority = authority.map(|sequence| directory.revision(&compound.community, sequence));
    Ok(pb::ImportRegisterResponse {
        revision: made.as_ref().map(convert::register_revision),
        faults: Vec::new(),
        authority_revision: authority.unwrap_or_default(),
    })
}

async fn read(directory: &Directory, content: Vec<u8>) -> Result<Result<Draft, Vec<Fault>>> {
    let key = directory.id_numbers;
    let read = move || domain::read(&content, &|number| keyed(&key, number));
    tokio::task::spawn_blocking(read).await.map_err(Error::internal)
}

fn keyed(key: &[u8; 32], number: &str) -> Vec<u8> {
    // HMAC pads short keys with zeros to the block
    let mut block = [0; 64];
    block[..32].copy_from_slice(key);
    let mac = Hmac::<Sha256>::new(&block.into());
    mac.chain_update(number).finalize().into_bytes().to_vec()
}

fn new_ids(directory: &Directory, draft: &Draft) -> NewIds {
    let ids = directory.store.ids();
    NewIds {
        owners: draft.owners.iter().map(|_| ids.next()).collect(),
        units: draft.units.iter().map(|_| ids.next()).collect(),
    }
}

/// What the file would do.
async fn preview(
    directory: &Directory,
    compound: &CompoundName,
    draft: Result<Draft, Vec<Fault>>,
    sha256: Vec<u8>,
) -> Result<pb::ImportRegisterResponse> {
    let current = current(directory.reader(), compound).await?;
    let planned = draft.and_then(|draft| {
        let ids = new_ids(directory, &draft);
        domain::plan(compound.compound, &draft, &current, &ids)
    });
    Ok(match planned {
        Ok(change) => {
            let made = Revision::of_import(&change, sha256, String::new(), directory.now());
            let made = convert::register_revision(&made);
            pb::ImportRegisterResponse {
                revision: Some(pb::RegisterRevision {
                    create_time: None,
                    ..made
                }),
                ..Default::default()
            }
        }
        Err(faults) => pb::ImportRegisterResponse {
            faults: faults.iter().map(convert::fault).collect(),
            ..Default::default()
        },
    })
}

/// The whole present revision.
async fn current<C: ConnectionTrait>(connection: &C, compound: &CompoundName) -> Result<Current, Failure> {
    let Some(latest) = register::latest(connection, compound).await? else {
        return Ok(Current::default());
    };
    let wanted = WantedUnits {
        revision: latest.revision,
        ..WantedUnits::default()
    };
    let units = register::units(connection, compound, wanted).await?;
    let owners = owner::list(connection, compound, None, None).await?;
    let ids: Vec<OwnerId> = owners.iter().map(|owner| owner.id).collect();
    let mut contacts = person::contacts(connection, &ids).await?;
    let known = |owner: Owner| {
        let contact = contacts.remove(&owner.id);
        let contact = contact.map(|known| (Some(known.full_name), known.key, known.id_hash, known.phone));
        let (name, key, id_hash, phone) = contact.unwrap_or_default();
        CurrentOwner {
            id: owner.id,
            owner_type: owner.owner_type,
            name,
            key,
            id_hash,
            phone,
            user: owner.user,
        }
    };
    Ok(Current {
        revision: latest.revision,
        units,
        owners: owners.into_iter().map(known).collect(),
    })
}

async fn write(writing: &Writing<'_>, wanted: &Wanted) -> Result<Imported, Failure> {
    let compound = &wanted.compound;
    let id = &compound.community;
    community::lock(writing, id).await?;
    let current = current(writing.tx(), compound).await?;
    let planned = domain::plan(compound.compound, &wanted.draft, &current, &wanted.ids);
    let changes = planned.as_ref().is_ok_and(|change| !change.is_nothing());
    let revision = current.revision + i64::from(changes);
    let result = format!("{compound}/registerRevisions/{revision}");
    if let Some(known) = writing
        .seen_before(id.as_str(), wanted.new.request_id, &wanted.request, &result)
        .await?
    {
        let known = known.rsplit('/').next().and_then(|number| number.parse().ok());
        return Ok((known.unwrap_or(current.revision), None));
    }
    if wanted.new.expected_revision != 0 && wanted.new.expected_revision != current.revision {
        return Err(Error::new(&common::ETAG_MISMATCH).with("name", compound).into());
    }
    let change = planned.map_err(|faults| convert::refused(&faults))?;
    if !changes {
        return Ok((revision, None));
    }
    write_owners(writing, compound, &change).await?;
    write_units(writing, compound, &change).await?;
    let made = Revision::of_import(&change, wanted.sha256.clone(), writing.actor(), writing.now);
    register::insert_revision(writing, compound, &made).await?;
    let event = pb::RegisterImported {
        compound: compound.to_string(),
        revision: Some(convert::register_revision(&made)),
    };
    writing.tell(id, compound, &event).await?;
    Ok((revision, end_links(writing, compound, &change).await?))
}

async fn write_owners(writing: &Writing<'_>, compound: &CompoundName, change: &Change) -> Result<(), Failure> {
    let that = |fate: Fate| -> Vec<&PlannedOwner> { change.owners.iter().filter(|owner| owner.fate == fate).collect() };
    let added = that(Fate::Added);
    owner::insert(writing, compound, &added, change.revision).await?;
    person::insert_owners(writing, &added).await?;
    for changed in that(Fate::Changed) {
        let name = yihe_kernel::OwnerName {
            community: compound.community.clone(),
            compound: compound.compound,
            owner: changed.id,
        };
        owner::set_type(writing, &name, changed.draft.owner_type).await?;
        person::update_owner(writing, changed).await?;
    }
    let dropped: Vec<OwnerId> = change.dropped_owners.iter().map(|owner| owner.id).collect();
    owner::end(writing, compound, &dropped, change.revision).await
}

async fn write_units(writing: &Writing<'_>, compound: &CompoundName, change: &Change) -> Result<(), Failure> {
    let rows = change.units.iter().filter(|planned| planned.fate != Fate::Kept);
    let rows: Vec<_> = rows.map(|planned| &planned.unit).collect();
    let changed = change.units.iter().filter(|planned| planned.fate == Fate::Changed);
    let mut ended = change.dropped_units.clone();
    ended.extend(changed.map(|planned| planned.unit.id));
    register::end_units(writing, compound, &ended, change.revision).await?;
    register::insert_units(writing, compound, &rows, change.revision).await
}

/// Whom the revision drops signs in as owner no longer.
async fn end_links(writing: &Writing<'_>, compound: &CompoundName, change: &Change) -> Result<Option<u64>, Failure> {
    let mut authority = None;
    for dropped in &change.dropped_owners {
        let Some(user) = dropped.user else { continue };
        let owner = convert::owner_name(compound, dropped.id);
        let event = pb::OwnerUnlinked {
            owner: owner.clone(),
            user: UserName { user }.to_string(),
        };
        writing.tell(&compound.community, &owner, &event).await?;
        authority = Some(());
    }
    match authority {
        Some(()) => Ok(Some(community::authority_changed(writing, &compound.community).await?)),
        None => Ok(None),
    }
}
