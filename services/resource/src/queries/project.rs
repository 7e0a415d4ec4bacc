use tonic::Request;
use yihe_authz::Filter;
use yihe_kernel::Result;
use yihe_proto::resource::v1 as pb;
use yihe_store::MAX_PAGE_SIZE;

use crate::convert::{self, Wire, name, optional_name};
use crate::domain::List;
use crate::lookup::sight;
use crate::names::ResolutionName;
use crate::service::Service;
use crate::store::visible::Sight;
use crate::store::{self, booking, claim, listing, project_entry};

/// A project whole: whoever may see it sees what carries it out.
pub async fn get(service: &Service, request: Request<pb::GetProjectRequest>) -> Result<pb::ProjectView> {
    let (admitted, request) = service.guard.admit(request).await?;
    let (by, project) = service.project(admitted, &name("name", &request.name)?).await?;
    let (community, of) = (by.community()?, Some(project.name.project));
    let everything = Sight {
        filter: Filter::All,
        acting: None,
    };
    let most = i32::try_from(MAX_PAGE_SIZE).unwrap_or(i32::MAX);
    let page = service.store.page("a project whole", most, "")?;
    let reader = service.reader();
    let listed = listing::Wanted {
        project: of,
        ended: true,
        ..listing::Wanted::default()
    };
    let needs = listing::list(reader, (community, List::Need), &listed, &everything, &page).await?;
    let offers = listing::list(reader, (community, List::Offer), &listed, &everything, &page).await?;
    let claimed = claim::Wanted {
        project: of,
        ..claim::Wanted::default()
    };
    let claims = claim::list(reader, community, &claimed, &everything, &page).await?;
    let booked = booking::Wanted {
        project: of,
        ..booking::Wanted::default()
    };
    let bookings = booking::list(reader, community, &booked, &everything, &page).await?;
    let entries = project_entry::list(reader, &project.name, MAX_PAGE_SIZE).await?;
    let totals = project_entry::totals(reader, &project.name).await?;
    let now = service.now();
    let most = usize::try_from(MAX_PAGE_SIZE).unwrap_or(usize::MAX);
    Ok(pb::ProjectView {
        project: Some(project.into()),
        needs: needs.into_iter().take(most).map(Into::into).collect(),
        offers: offers.into_iter().take(most).map(Into::into).collect(),
        claims: claims.into_iter().take(most).map(Into::into).collect(),
        bookings: bookings
            .into_iter()
            .take(most)
            .map(|it| convert::booking::booking(it, now))
            .collect(),
        entries: entries.into_iter().map(Into::into).collect(),
        totals: totals
            .into_iter()
            .map(|(unit, amount)| pb::ProjectTotal {
                unit: unit.number(),
                amount,
            })
            .collect(),
    })
}

pub async fn list(service: &Service, request: Request<pb::ListProjectsRequest>) -> Result<pb::ListProjectsResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let sight = sight(&admitted);
    let by = admitted.authorized_list();
    let community = by.community()?;
    let resolution: Option<ResolutionName> = optional_name("resolution", &request.resolution)?;
    let resolution = resolution.map(|name| name.resolution);
    let query = format!("projects of {community} {resolution:?}");
    let page = service.store.page(&query, request.page_size, &request.page_token)?;
    let found = store::project::list(service.reader(), community, resolution, &sight, &page).await?;
    let (found, next_page_token) = page.next(found, |project| project.name.project.to_string());
    Ok(pb::ListProjectsResponse {
        projects: found.into_iter().map(Into::into).collect(),
        next_page_token,
    })
}
