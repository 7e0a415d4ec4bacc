//! Reads everything that runs changed, through the interfaces.

use anyhow::{Context, Result};
use yihe_proto::ledger::v1::{ComputeTrialBalanceRequest, GetAccountRequest, ListPostingsRequest, Unit};
use yihe_proto::meeting::v1::{Choice as Wire, GetVoteRequest, ListBallotsRequest, VoteState};
use yihe_proto::policy::v1::ListRevisionsRequest;
use yihe_proto::record::v1::{EventFilter, EventOrder, ListEventsRequest};
use yihe_proto::resource::v1::{BookingState, ListBookingsRequest};

use super::journal::{Act, Asked, Choice};
use super::load::{CAPACITY, Round};
use super::scene::People;
use super::seen::{Account, Booking, Posting, Seen, Tally, Vote};

const PAGE: i32 = 200;

/// All pages of a list.
macro_rules! pages {
    ($caller:expr, $request:expr, $field:ident) => {{
        let mut request = $request;
        request.page_size = PAGE;
        let mut all = Vec::new();
        loop {
            let answer = $caller.ask(request.clone()).await.answer.context(stringify!($field))?;
            all.extend(answer.$field);
            if answer.next_page_token.is_empty() {
                break all;
            }
            request.page_token = answer.next_page_token;
        }
    }};
}

/// Everything of these rounds.
pub async fn look(people: &People, rounds: &[&Round], asked: &[Asked]) -> Result<Seen> {
    let mut seen = Seen::default();
    for round in rounds {
        for (account, holder) in &round.accounts {
            seen.accounts
                .insert(account.clone(), self::account(people, account, *holder).await?);
        }
        for hall in &round.halls {
            seen.capacities.insert(hall.clone(), CAPACITY);
            seen.bookings.extend(bookings(people, hall).await?);
        }
    }
    for one in asked {
        if let Act::Ballot { vote, .. } | Act::Tally { vote } = &one.act
            && !seen.votes.contains_key(vote)
        {
            seen.votes.insert(vote.clone(), self::vote(people, vote).await?);
        }
    }
    let trial = ComputeTrialBalanceRequest {
        parent: people.community.clone(),
    };
    let lines = people.secretary.ask(trial).await.answer.context("trial balance")?.lines;
    for unit in [Unit::Minutes, Unit::Points, Unit::Fen] {
        let of_unit = lines.iter().filter(|line| line.unit() == unit);
        let sum = of_unit.map(|line| line.balance).sum();
        seen.trial.push((unit.as_str_name().to_owned(), sum));
    }
    let revisions = ListRevisionsRequest {
        parent: people.community.clone(),
        ..Default::default()
    };
    let revisions = pages!(people.secretary, revisions, revisions);
    seen.revisions = revisions.into_iter().map(|one| (one.number, one.change)).collect();
    if seen.revisions.first() > seen.revisions.last() {
        seen.revisions.reverse();
    }
    Ok(seen)
}

/// Types and subjects of the whole record.
pub async fn events(people: &People) -> Result<Vec<(String, String)>> {
    let request = ListEventsRequest {
        parent: people.community.clone(),
        filter: Some(EventFilter {
            sources: ["ledger", "resource", "meeting", "policy"].map(str::to_owned).to_vec(),
            ..Default::default()
        }),
        order: EventOrder::OldestFirst.into(),
        ..Default::default()
    };
    let events = pages!(people.secretary, request, events);
    Ok(events.into_iter().map(|event| (event.r#type, event.subject)).collect())
}

async fn account(people: &People, name: &str, holder: usize) -> Result<Account> {
    let caller = &people.voters[holder].1;
    let get = GetAccountRequest { name: name.to_owned() };
    let balance = caller.ask(get).await.answer.context("an account")?.balance;
    let list = ListPostingsRequest {
        parent: name.to_owned(),
        ..Default::default()
    };
    let postings = pages!(caller, list, postings);
    let postings = postings.into_iter().map(|posting| Posting {
        transfer: posting.transfer,
        memo: posting.memo,
        amount: posting.amount,
    });
    Ok(Account {
        balance,
        postings: postings.collect(),
    })
}

async fn bookings(people: &People, hall: &str) -> Result<Vec<Booking>> {
    let list = ListBookingsRequest {
        parent: people.community.clone(),
        bookable: hall.to_owned(),
        ..Default::default()
    };
    // the owner of the hall sees all
    let bookings = pages!(people.voters[0].1, list, bookings);
    let booking = |one: yihe_proto::resource::v1::Booking| Booking {
        takes: matches!(
            one.state(),
            BookingState::Held | BookingState::Confirmed | BookingState::CheckedIn
        ),
        from: one.start_time.map(|at| at.seconds).unwrap_or_default(),
        until: one.end_time.map(|at| at.seconds).unwrap_or_default(),
        name: one.name,
        hall: one.bookable,
        purpose: one.purpose,
        quantity: one.quantity,
    };
    Ok(bookings.into_iter().map(booking).collect())
}

async fn vote(people: &People, name: &str) -> Result<Vote> {
    let get = GetVoteRequest { name: name.to_owned() };
    let vote = match people.secretary.ask(get).await.answer {
        Ok(vote) => vote,
        // what is lost has no ballots either
        Err(status) if status.code() == tonic::Code::NotFound => return Ok(Vote::default()),
        Err(status) => return Err(status).context("a vote"),
    };
    let list = ListBallotsRequest {
        parent: name.to_owned(),
        ..Default::default()
    };
    let ballots = pages!(people.secretary, list, ballots);
    let mut seen = Vote::default();
    for ballot in ballots {
        let choice = match ballot.choice() {
            Wire::Yes => Choice::Yes,
            Wire::No => Choice::No,
            Wire::Abstain => Choice::Abstain,
            Wire::Unspecified | Wire::Sealed | Wire::Invalid => continue,
        };
        seen.ballots.push((ballot.organization, choice));
    }
    let is_open = vote.state() == VoteState::Open;
    seen.tally = vote.tally.filter(|_| !is_open).map(|tally| Tally {
        yes: tally.yes,
        no: tally.no,
        abstain: tally.abstain,
    });
    Ok(seen)
}
