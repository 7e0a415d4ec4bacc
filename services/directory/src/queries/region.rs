use yihe_authz::Admitted;
use yihe_kernel::{Error, RegionName, Result};
use yihe_proto::directory::v1 as pb;

use crate::convert;
use crate::directory::Directory;
use crate::reasons;
use crate::store::region;

/// `GetRegion`.
pub async fn get(directory: &Directory, admitted: Admitted, request: pb::GetRegionRequest) -> Result<pb::Region> {
    let name: RegionName = convert::name("name", &request.name)?;
    directory.signed_in(admitted).await?;
    let found = region::find(directory.reader(), &name.region).await?;
    let found = found.ok_or_else(|| Error::new(&reasons::REGION_NOT_FOUND).with("name", &name))?;
    Ok(convert::region(&found))
}

/// `ListRegions`.
pub async fn list(
    directory: &Directory,
    admitted: Admitted,
    request: pb::ListRegionsRequest,
) -> Result<pb::ListRegionsResponse> {
    let parent: Option<RegionName> = convert::optional_name("parent", &request.parent)?;
    directory.signed_in(admitted).await?;
    let query = format!("regions|{}", request.parent);
    let page = directory.store.page(&query, request.page_size, &request.page_token)?;
    let parent = parent.map(|name| name.region);
    let rows = region::children(
        directory.reader(),
        parent.as_ref(),
        page.after.as_deref(),
        page.limit + 1,
    )
    .await?;
    let (rows, next_page_token) = page.next(rows, |region| region.code.to_string());
    Ok(pb::ListRegionsResponse {
        regions: rows.iter().map(convert::region).collect(),
        next_page_token,
    })
}
