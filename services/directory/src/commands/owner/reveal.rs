use yihe_authz::Admitted;
use yihe_kernel::Result;
use yihe_proto::directory::v1 as pb;
use yihe_store::Failure;

use crate::convert;
use crate::directory::Directory;
use crate::domain::names::CompoundName;
use crate::queries::compound::find;
use crate::queries::owner::Known;
use crate::store::{Writing, owner};

struct Wanted {
    compound: CompoundName,
    first_owner: String,
    count: i64,
}

/// `RevealOwners`: tells owners' names and numbers in full. That they were read is written before they are told.
pub async fn reveal(
    directory: &Directory,
    admitted: Admitted,
    request: pb::RevealOwnersRequest,
) -> Result<pb::RevealOwnersResponse> {
    let parent: CompoundName = convert::name("parent", &request.parent)?;
    let (_, by) = find(directory, admitted, &parent).await?;
    let query = format!("revealedOwners|{parent}");
    let page = directory.store.page(&query, request.page_size, &request.page_token)?;
    let (after, limit) = (page.after.as_deref(), Some(page.limit + 1));
    let rows = owner::list(directory.reader(), &parent, after, limit).await?;
    let (rows, next_page_token) = page.next(rows, |owner| owner.id.to_string());
    let wanted = Wanted {
        compound: parent.clone(),
        first_owner: rows.first().map(|owner| owner.name().to_string()).unwrap_or_default(),
        count: i64::try_from(rows.len()).unwrap_or(i64::MAX),
    };
    let known = Known::of(directory, &parent, rows).await?;
    directory
        .write("directory.reveal_owners", by, wanted, |writing, wanted| {
            Box::pin(write(writing, wanted))
        })
        .await?;
    Ok(pb::RevealOwnersResponse {
        owners: known.tell(&parent, convert::revealed_owner),
        next_page_token,
    })
}

async fn write(writing: &Writing<'_>, wanted: &Wanted) -> Result<(), Failure> {
    let event = pb::OwnersRevealed {
        compound: wanted.compound.to_string(),
        first_owner: wanted.first_owner.clone(),
        count: wanted.count,
    };
    writing.tell(&wanted.compound.community, &wanted.compound, &event).await
}
