use std::sync::Arc;

use tonic::Request;
use yihe_kernel::{Error, Result};
use yihe_proto::meeting::v1 as pb;

use crate::commands::owners::{own_ballots, read, voter};
use crate::convert::name;
use crate::convert::owners::{challenge, unit_ballots};
use crate::domain::owners::{electorate, unit_sheet};
use crate::domain::{BallotMethod, Meeting, Vote, sha256_hex, sheet};
use crate::names::VoteName;
use crate::service::Service;
use crate::{reasons, store};

pub async fn list(
    service: &Arc<Service>,
    request: Request<pb::ListUnitBallotsRequest>,
) -> Result<pb::ListUnitBallotsResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let vote: VoteName = name("parent", &request.parent)?;
    let (by, found) = service.vote(admitted, &vote).await?;
    found.expect_by_units()?;
    let page = service.store.page(
        &format!("ballots for units of {vote}"),
        request.page_size,
        &request.page_token,
    )?;
    let register = store::owners::extract(service.reader(), &vote.meeting()).await?;
    let register = register.ok_or_else(|| Error::internal(format!("{vote} is of no register")))?;
    read::note(service, by, vec![vote.clone()]).await?;
    let ballots = store::owners::list(service.reader(), &vote, &page).await?;
    let (ballots, next_page_token) = page.next(ballots, |ballot| format!("{}/{}", ballot.unit, ballot.owner));
    let named = ballots.iter().map(|ballot| ballot.unit).collect();
    let units = store::owners::units_named(service.reader(), &vote.meeting(), &named).await?;
    let with_units = ballots.into_iter().filter_map(|ballot| {
        let unit = units.iter().find(|unit| unit.unit == ballot.unit)?;
        Some((unit.clone(), ballot))
    });
    Ok(pb::ListUnitBallotsResponse {
        unit_ballots: unit_ballots(&vote, register.compound, with_units),
        next_page_token,
    })
}

pub async fn list_own(
    service: &Arc<Service>,
    request: Request<pb::ListOwnUnitBallotsRequest>,
) -> Result<pb::ListOwnUnitBallotsResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let vote: VoteName = name("parent", &request.parent)?;
    let voter = voter(service, admitted, &vote).await?;
    let ballots = own_ballots(service, &voter).await?;
    Ok(pb::ListOwnUnitBallotsResponse {
        unit_ballots: unit_ballots(&vote, voter.compound, ballots),
    })
}

pub async fn export_count(service: &Arc<Service>, request: Request<pb::ExportCountRequest>) -> Result<pb::CountExport> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: VoteName = name("name", &request.name)?;
    let (by, vote) = service.vote(admitted, &name).await?;
    let Some(count) = &vote.count else {
        return Err(Error::new(&reasons::VOTE_NOT_COUNTED).with("name", &name));
    };
    if vote.method == BallotMethod::ByUnit {
        read::note(service, by, vec![name.clone()]).await?;
    }
    let content = count_sheet(service, &vote).await?;
    Ok(pb::CountExport {
        vote: name.to_string(),
        file_name: format!("count-{}.json", name.vote),
        sha256: sha256_hex(&content),
        tally_sha256: count.sha256.clone(),
        content,
    })
}

/// The count sheet of a counted vote, from what is stored.
async fn count_sheet(service: &Service, vote: &Vote) -> Result<Vec<u8>> {
    let (reader, meeting) = (service.reader(), vote.name.meeting());
    let frozen = Meeting::frozen(&meeting, service.frozen.of(&meeting).await?)?;
    let motion = store::motion::get(reader, &meeting.motion(vote.motion)).await?;
    let item = store::agenda::get(reader, &meeting.agenda_item(motion.agenda_item)).await?;
    let sheet = match vote.method {
        BallotMethod::ByUnit => {
            let units = electorate(store::owners::units(reader, &meeting).await?, &item);
            let ballots = store::owners::of_vote(reader, &vote.name).await?;
            unit_sheet(&frozen, item.matter_class, &units, &ballots)
        }
        BallotMethod::OpenRollCall | BallotMethod::Secret => {
            let ballots = store::vote::ballots(reader, &vote.name).await?;
            sheet(&frozen, item.matter_class, vote, &ballots)
        }
    };
    sheet.to_json().map_err(Error::internal)
}

pub async fn list_challenges(
    service: &Service,
    request: Request<pb::ListChallengesRequest>,
) -> Result<pb::ListChallengesResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let vote: VoteName = name("parent", &request.parent)?;
    let (_, found) = service.vote(admitted, &vote).await?;
    found.expect_by_units()?;
    let page = service
        .store
        .page(&format!("challenges of {vote}"), request.page_size, &request.page_token)?;
    let register = store::owners::extract(service.reader(), &vote.meeting()).await?;
    let register = register.ok_or_else(|| Error::internal(format!("{vote} is of no register")))?;
    let challenges = store::owners::challenges(service.reader(), &vote, &page).await?;
    let (challenges, next_page_token) = page.next(challenges, |one| one.name.challenge.to_string());
    Ok(pb::ListChallengesResponse {
        challenges: challenges
            .into_iter()
            .map(|one| challenge(one, register.compound))
            .collect(),
        next_page_token,
    })
}
