use tonic::Request;
use yihe_authz::Admitted;
use yihe_kernel::Result;
use yihe_proto::resource::v1 as pb;

use crate::convert::{self, name};
use crate::domain::{List, Listing, ListingName, Match, category, rank, reasons};
use crate::lookup::sight;
use crate::names::{self, NeedName, OfferName};
use crate::service::Service;
use crate::store::{self, listing::Wanted};

/// Offers looked at for one need.
const MOST_OFFERS: u64 = 10_000;
/// Matches told.
const MOST_MATCHES: usize = 100;

pub async fn get_need(service: &Service, request: Request<pb::GetNeedRequest>) -> Result<pb::Need> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: NeedName = name("name", &request.name)?;
    let (_, need) = service.listing(admitted, &name.into()).await?;
    Ok(need.into())
}

pub async fn get_offer(service: &Service, request: Request<pb::GetOfferRequest>) -> Result<pb::Offer> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: OfferName = name("name", &request.name)?;
    let (_, offer) = service.listing(admitted, &name.into()).await?;
    Ok(offer.into())
}

pub async fn list_needs(service: &Service, request: Request<pb::ListNeedsRequest>) -> Result<pb::ListNeedsResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let wanted = convert::listing::wanted(&request.category, &request.owner, request.show_ended);
    let paging = (request.page_size, request.page_token.as_str());
    let (needs, next_page_token) = list(service, admitted, List::Need, wanted, paging).await?;
    Ok(pb::ListNeedsResponse {
        needs: needs.into_iter().map(Into::into).collect(),
        next_page_token,
    })
}

pub async fn list_offers(service: &Service, request: Request<pb::ListOffersRequest>) -> Result<pb::ListOffersResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let wanted = convert::listing::wanted(&request.category, &request.owner, request.show_ended);
    let paging = (request.page_size, request.page_token.as_str());
    let (offers, next_page_token) = list(service, admitted, List::Offer, wanted, paging).await?;
    Ok(pb::ListOffersResponse {
        offers: offers.into_iter().map(Into::into).collect(),
        next_page_token,
    })
}

async fn list(
    service: &Service,
    admitted: Admitted,
    list: List,
    wanted: Result<Wanted>,
    (page_size, page_token): (i32, &str),
) -> Result<(Vec<Listing>, String)> {
    let sight = sight(&admitted);
    let by = admitted.authorized_list();
    let (community, wanted) = (by.community()?, wanted?);
    let query = format!("{} of {community} {wanted:?}", list.code());
    let page = service.store.page(&query, page_size, page_token)?;
    let found = store::listing::list(service.reader(), (community, list), &wanted, &sight, &page).await?;
    Ok(page.next(found, |listing| listing.name.id.to_string()))
}

pub async fn matches(service: &Service, request: Request<pb::ListMatchesRequest>) -> Result<pb::ListMatchesResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: NeedName = name("parent", &request.parent)?;
    let name = ListingName::from(name);
    let (by, need) = service.listing(admitted, &name).await?;
    need.expect_open()?;
    let root = category::root(&need.category);
    let community = by.community()?;
    let offers = store::listing::open_offers(service.reader(), community, root, need.unit, MOST_OFFERS).await?;
    let ranked = rank(&need, &offers, MOST_MATCHES);
    Ok(pb::ListMatchesResponse {
        matches: ranked.into_iter().map(|found| wire(&need, &found)).collect(),
    })
}

fn wire(need: &Listing, found: &Match<'_>) -> pb::Match {
    use crate::convert::Wire;
    let reason = |it: crate::domain::MatchReason| pb::MatchReason {
        aspect: it.aspect.number(),
        points: it.points,
        text_zh: it.zh,
        text_en: it.en,
    };
    pb::Match {
        offer: found.offer.name.to_string(),
        title: found.offer.title.clone(),
        owner: names::organization(found.offer.owner.id),
        owner_display_name: found.offer.owner.display_name.clone(),
        score: found.score,
        reasons: reasons(need, found.offer).into_iter().map(reason).collect(),
        possible_quantity: found.possible,
    }
}
