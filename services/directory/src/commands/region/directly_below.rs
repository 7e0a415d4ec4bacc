//! Which level acts on the secretary of which community or region.

use yihe_authz::Scope;
use yihe_kernel::{Error, RegionCode, RegionName};
use yihe_store::Failure;

use crate::reasons;
use crate::store::{Writing, community, region, region_committee};

/// Who acts on a secretary below.
pub struct Acting<'a> {
    /// The region in whose name it is done.
    pub parent: &'a RegionCode,
    /// Whether the operator does it.
    pub by_operator: bool,
    /// Whether the operator may where nothing is recorded above.
    pub breaks_the_glass: bool,
}

/// Refuses where the committee that administers the acting region is not the nearest above by the recorded tree. Where nothing
/// is recorded above the operator breaks the glass, and only for a vacant post.
pub async fn check_directly_below(writing: &Writing<'_>, acting: &Acting<'_>, below: &Scope) -> Result<(), Failure> {
    let lineage = match below {
        Scope::Community(id) => {
            let found = community::require(writing.tx(), id).await?;
            region::lineage(writing.tx(), &found.region).await?
        }
        Scope::Region(id) => {
            region_committee::require(writing.tx(), id).await?;
            region::lineage(writing.tx(), id).await?
        }
    };
    let (above, own): (Vec<RegionCode>, _) = match below {
        Scope::Community(_) => (lineage, None),
        Scope::Region(id) => (lineage.iter().skip(1).cloned().collect(), Some(id)),
    };
    let nearest = region_committee::nearest(writing.tx(), &above).await?;
    let parent = acting.parent;
    match nearest {
        Some(nearest) if acting.by_operator => Err(Error::new(&reasons::REGION_ADMINISTERED_FROM_ABOVE)
            .with("name", below)
            .with("above", RegionName { region: nearest.region })
            .into()),
        Some(nearest) if above.contains(parent) => {
            let administers = region::lineage(writing.tx(), parent).await?;
            let administers = region_committee::nearest(writing.tx(), &administers).await?;
            match administers.is_some_and(|administers| administers.region == nearest.region) {
                true => Ok(()),
                false => Err(not_directly_below(parent, below)),
            }
        }
        // of the region itself, or of one above it: nobody else is there
        None if acting.by_operator && acting.breaks_the_glass && (own == Some(parent) || above.contains(parent)) => {
            Ok(())
        }
        Some(_) | None => Err(not_directly_below(parent, below)),
    }
}

fn not_directly_below(parent: &RegionCode, below: &Scope) -> Failure {
    let parent = RegionName { region: parent.clone() };
    Error::new(&reasons::NOT_DIRECTLY_BELOW)
        .with("parent", parent)
        .with("name", below)
        .into()
}
