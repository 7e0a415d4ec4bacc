use tonic::Request;
use yihe_kernel::{Error, Result};
use yihe_proto::meeting::v1 as pb;

use crate::convert::{self, name};
use crate::domain::{BallotMethod, Vote};
use crate::names::{MeetingName, VoteName};
use crate::queries::person;
use crate::service::Service;
use crate::store;

/// A vote with its turnout, for answers to commands; the caller was authorized.
pub async fn read(service: &Service, name: &VoteName) -> Result<pb::Vote> {
    let vote = store::vote::find(service.reader(), name)
        .await?
        .ok_or_else(|| Error::not_found(name))?;
    let mut votes = with_turnout(service, vec![vote]).await?;
    votes.pop().ok_or_else(|| Error::not_found(name))
}

/// Votes with their turnout; the caller was authorized.
pub async fn with_turnout(service: &Service, votes: Vec<Vote>) -> Result<Vec<pb::Vote>> {
    let turnout = store::vote::turnout(service.reader(), &votes).await?;
    let by_units = store::owners::turnout(service.reader(), &votes).await?;
    let of = |vote: &Vote| match vote.method {
        BallotMethod::ByUnit => (
            i64::try_from(vote.quorum.members).unwrap_or(i64::MAX),
            by_units.get(&vote.name.vote).copied().unwrap_or_default(),
        ),
        BallotMethod::OpenRollCall | BallotMethod::Secret => turnout.get(&vote.name.vote).copied().unwrap_or_default(),
    };
    Ok(votes
        .into_iter()
        .map(|vote| {
            let turnout = of(&vote);
            convert::decision::vote(vote, turnout)
        })
        .collect())
}

pub async fn get(service: &Service, request: Request<pb::GetVoteRequest>) -> Result<pb::Vote> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: VoteName = name("name", &request.name)?;
    service.vote(admitted, &name).await?;
    read(service, &name).await
}

pub async fn list(service: &Service, request: Request<pb::ListVotesRequest>) -> Result<pb::ListVotesResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let meeting: MeetingName = name("parent", &request.parent)?;
    service.meeting(admitted, &meeting).await?;
    let page = service
        .store
        .page(&format!("votes of {meeting}"), request.page_size, &request.page_token)?;
    let votes = store::vote::list(service.reader(), &meeting, &page).await?;
    let (votes, next_page_token) = page.next(votes, |vote| vote.name.vote.to_string());
    Ok(pb::ListVotesResponse {
        votes: with_turnout(service, votes).await?,
        next_page_token,
    })
}

pub async fn list_ballots(
    service: &Service,
    request: Request<pb::ListBallotsRequest>,
) -> Result<pb::ListBallotsResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let vote: VoteName = name("parent", &request.parent)?;
    service.vote(admitted, &vote).await?;
    let page = service
        .store
        .page(&format!("ballots of {vote}"), request.page_size, &request.page_token)?;
    let ballots = store::vote::list_ballots(service.reader(), &vote, &page).await?;
    let (ballots, next_page_token) = page.next(ballots, |ballot| ballot.member.uuid().to_string());
    let ballots = person::tell(service, &vote.community, ballots)
        .await?
        .into_iter()
        .map(|ballot| convert::decision::ballot(&vote, ballot))
        .collect();
    Ok(pb::ListBallotsResponse {
        ballots,
        next_page_token,
    })
}
