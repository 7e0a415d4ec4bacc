//! One vote after another in a meeting that is in session: moved, opened, cast, closed.

use anyhow::Result;
use futures::future::join_all;
use yihe_proto::meeting::v1::{
    CastBallotRequest, Choice as Wire, CloseVoteRequest, GetVoteRequest, Motion, OpenVoteRequest, SubmitMotionRequest,
    VoteState,
};
use yihe_testkit::crash::Dice;

use super::journal::{Act, Choice};
use super::load::{Desk, key, pause};

pub async fn hold(desk: Desk, worker: u64) -> Result<()> {
    let mut dice = desk.dice(worker);
    for number in 0.. {
        if !desk.goes_on() {
            break;
        }
        let base = number * 100;
        let Some(vote) = open(&desk, worker, base).await else {
            continue;
        };
        let choices = choices(&mut dice, desk.people.voters.len());
        let casting = choices.into_iter().enumerate().map(|(voter, choice)| {
            cast(
                &desk,
                &vote,
                voter,
                choice,
                key(desk.round.seed, worker, base + 10 + voter as u64),
            )
        });
        join_all(casting).await;
        close(&desk, &vote, &key(desk.round.seed, worker, base + 2)).await;
        pause(10).await;
    }
    Ok(())
}

async fn open(desk: &Desk, worker: u64, base: u64) -> Option<String> {
    let first = key(desk.round.seed, worker, base);
    let motion = SubmitMotionRequest {
        parent: desk.people.meeting.clone(),
        motion: Some(Motion {
            agenda_item: desk.people.item.clone(),
            text: first.clone(),
            ..Default::default()
        }),
        request_id: first.clone(),
        ..Default::default()
    };
    let heard = desk.people.voters[0].1.ask(motion).await;
    let made = |made: &Motion| (made.name.clone(), made.create_time);
    let motion = heard.note(&desk.journal, &first, Act::Step("motion"), made)?.name;
    let second = key(desk.round.seed, worker, base + 1);
    let open = OpenVoteRequest {
        parent: motion,
        request_id: second.clone(),
        ..Default::default()
    };
    let heard = desk.people.secretary.ask(open).await;
    let opened = heard.note(&desk.journal, &second, Act::Step("open"), |made| {
        (made.name.clone(), made.open_time)
    })?;
    Some(opened.name)
}

async fn cast(desk: &Desk, vote: &str, voter: usize, choice: Choice, key: String) {
    let (organization, caller) = &desk.people.voters[voter];
    let request = CastBallotRequest {
        parent: vote.to_owned(),
        choice: wire(choice).into(),
        request_id: key.clone(),
        ..Default::default()
    };
    let act = Act::Ballot {
        vote: vote.to_owned(),
        organization: organization.clone(),
        choice,
    };
    let heard = caller.ask(request).await;
    heard.note(&desk.journal, &key, act, |made| (made.name.clone(), made.cast_time));
}

/// Closing has no `request_id`: who was not answered looks whether it happened.
async fn close(desk: &Desk, vote: &str, key: &str) {
    let request = CloseVoteRequest {
        name: vote.to_owned(),
        ..Default::default()
    };
    let act = Act::Tally { vote: vote.to_owned() };
    let heard = desk.people.secretary.ask(request).await;
    if heard.answer.is_err() && heard.sent > 1 {
        let look = GetVoteRequest { name: vote.to_owned() };
        let mut looked = desk.people.secretary.ask(look).await;
        if looked.answer.as_ref().is_ok_and(|vote| vote.state() != VoteState::Open) {
            looked.begun = heard.begun;
            looked.sent += heard.sent;
            looked.note(&desk.journal, key, act, |made| (made.name.clone(), made.close_time));
            return;
        }
    }
    heard.note(&desk.journal, key, act, |made| (made.name.clone(), made.close_time));
}

/// As the dice say, but no tie.
fn choices(dice: &mut Dice, voters: usize) -> Vec<Choice> {
    let mut choices: Vec<Choice> = (0..voters)
        .map(|_| match dice.roll(5) {
            0 | 1 => Choice::Yes,
            2 | 3 => Choice::No,
            _ => Choice::Abstain,
        })
        .collect();
    let count = |wanted| choices.iter().filter(|choice| **choice == wanted).count();
    if count(Choice::Yes) == count(Choice::No)
        && let Some(first) = choices.first_mut()
    {
        *first = if *first == Choice::Yes { Choice::No } else { Choice::Yes };
    }
    choices
}

fn wire(choice: Choice) -> Wire {
    match choice {
        Choice::Yes => Wire::Yes,
        Choice::No => Wire::No,
        Choice::Abstain => Wire::Abstain,
    }
}
