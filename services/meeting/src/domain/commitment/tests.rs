use uuid::Uuid;
use yihe_kernel::{CommunityId, Reason};
use yihe_tally::{Calendar, DayUnit};

use super::*;
use crate::domain::{MatterClass, Resolution};
use crate::names::{MotionId, ResolutionName, VoteId};
use crate::reasons;

const CONVENER: u128 = 1;
const HOLDER: u128 = 2;
const OTHER: u128 = 3;

fn community() -> CommunityId {
    "440309002021".parse().unwrap()
}

fn organization(number: u128) -> OrganizationId {
    Uuid::from_u128(number).into()
}

fn holder(number: u128) -> Holder {
    Holder {
        organization: organization(number),
        display_name: format!("单位 {number}"),
    }
}

fn doing(number: u128, at: &str) -> Doing {
    Doing {
        actor: "users/someone".to_owned(),
        organization: Some(organization(number)),
        at: at.parse().unwrap(),
    }
}

const MADE: &str = "2026-03-09T08:00:00Z";
const LATER: &str = "2026-03-10T08:00:00Z";

/// Due on the 20th of March 2026, held by the second organization.
fn made() -> Commitment {
    let origin = Origin {
        body: Uuid::from_u128(10).into(),
        meeting: Uuid::from_u128(11).into(),
        resolution: Some(Uuid::from_u128(12).into()),
        agenda_item: None,
        convener: holder(CONVENER),
        escalation: Escalation {
            days: 7,
            unit: DayUnit::Calendar,
        },
    };
    let new = NewCommitment {
        part: CommitmentPart::Lead,
        text: "桥洞挂灯".to_owned(),
        due_on: "2026-03-20".parse().unwrap(),
        external_ref: String::new(),
        problem: None,
    };
    let id = Uuid::from_u128(20).into();
    let name = CommitmentName {
        community: community(),
        commitment: id,
    };
    let made = Commitment::make(
        (name, id),
        origin,
        holder(HOLDER),
        (new, &calendar()),
        doing(CONVENER, MADE),
    );
    made.unwrap().commitment
}

fn calendar() -> Calendar {
    Calendar::shipped().unwrap()
}

fn accepted() -> Commitment {
    made().accept(String::new(), doing(HOLDER, LATER)).unwrap().commitment
}

fn done() -> Commitment {
    let done = accepted().complete("已挂".to_owned(), Vec::new(), doing(HOLDER, LATER));
    done.unwrap().commitment
}

#[track_caller]
fn refused(answer: Result<Changed>, reason: &'static Reason) {
    assert!(answer.unwrap_err().is(reason));
}

#[test]
fn only_its_holder_answers_for_it() {
    let note = String::new;
    refused(made().accept(note(), doing(OTHER, LATER)), &reasons::NOT_HOLDER);
    refused(
        made().decline(note(), None, doing(CONVENER, LATER)),
        &reasons::NOT_HOLDER,
    );
    refused(accepted().progress(note(), doing(OTHER, LATER)), &reasons::NOT_HOLDER);
    refused(
        accepted().complete(note(), Vec::new(), doing(OTHER, LATER)),
        &reasons::NOT_HOLDER,
    );
    let own = Doing {
        organization: None,
        ..doing(HOLDER, LATER)
    };
    refused(made().accept(note(), own), &reasons::ORGANIZATION_REQUIRED);
}

#[test]
fn each_step_asks_for_its_state() {
    let note = String::new;
    let state = &reasons::COMMITMENT_STATE;
    refused(accepted().accept(note(), doing(HOLDER, LATER)), state);
    refused(accepted().decline(note(), None, doing(HOLDER, LATER)), state);
    refused(made().progress(note(), doing(HOLDER, LATER)), state);
    refused(made().complete(note(), Vec::new(), doing(HOLDER, LATER)), state);
    refused(accepted().confirm(note(), doing(CONVENER, LATER)), state);
    refused(accepted().reopen(note(), doing(CONVENER, LATER), &calendar()), state);
    refused(
        done().reassign(holder(OTHER), None, note(), (doing(CONVENER, LATER), &calendar())),
        state,
    );
    let closed = done().confirm(note(), doing(CONVENER, LATER)).unwrap().commitment;
    refused(closed.cancel(&resolution(10, 13, LATER), doing(CONVENER, LATER)), state);
}

#[test]
fn what_is_declined_waits_with_the_convener_and_goes_to_the_next() {
    let declined = made().decline("无高空作业资质".to_owned(), Some(holder(OTHER)), doing(HOLDER, LATER));
    let Changed { commitment, step, .. } = declined.unwrap();
    assert_eq!(commitment.state, CommitmentState::Declined);
    assert_eq!(commitment.holder, holder(CONVENER));
    assert_eq!(step.suggested, Some(holder(OTHER)));
    let given = commitment.reassign(
        holder(OTHER),
        None,
        "有资质".to_owned(),
        (doing(CONVENER, LATER), &calendar()),
    );
    let given = given.unwrap().commitment;
    assert_eq!(
        (given.state, given.holder.clone()),
        (CommitmentState::Proposed, holder(OTHER))
    );
    refused(
        given.reassign(
            holder(OTHER),
            None,
            String::new(),
            (doing(CONVENER, LATER), &calendar()),
        ),
        &reasons::COMMITMENT_HELD_ALREADY,
    );
}

#[test]
fn a_due_date_lies_ahead() {
    let yesterday = Some("2026-03-09".parse().unwrap());
    let given = made().reassign(
        holder(OTHER),
        yesterday,
        String::new(),
        (doing(CONVENER, LATER), &calendar()),
    );
    refused(given, &reasons::DUE_DATE_PASSED);
    let today = Some("2026-03-10".parse().unwrap());
    let given = made().reassign(
        holder(OTHER),
        today,
        String::new(),
        (doing(CONVENER, LATER), &calendar()),
    );
    assert_eq!(given.unwrap().step.due_on, "2026-03-10".parse().unwrap());
}

#[test]
fn it_is_taken_up_at_once_after_a_week_and_after_two() {
    let up = |commitment: Commitment, at: &str| commitment.escalate(doing(CONVENER, at), &calendar()).unwrap();
    assert_eq!(up(accepted(), "2026-03-20T15:59:59Z"), None, "due on that day");
    let head = up(accepted(), "2026-03-20T16:00:00Z").unwrap().commitment;
    assert_eq!(head.level, EscalationLevel::Head);
    assert_eq!(up(head.clone(), "2026-03-27T15:59:59Z"), None);
    let secretary = up(head, "2026-03-27T16:00:00Z").unwrap().commitment;
    assert_eq!(secretary.level, EscalationLevel::Secretary);
    assert_eq!(up(secretary.clone(), "2026-04-03T15:59:59Z"), None);
    let street = up(secretary, "2026-04-03T16:00:00Z").unwrap().commitment;
    assert_eq!((street.level, street.escalates_at), (EscalationLevel::Street, None));
    assert_eq!(up(street, "2027-04-03T16:00:00Z"), None, "nobody is above the street");
}

#[test]
fn what_is_done_is_taken_up_no_further_until_it_is_sent_back() {
    assert_eq!(
        done()
            .escalate(doing(CONVENER, "2026-06-01T00:00:00Z"), &calendar())
            .unwrap(),
        None
    );
    assert_eq!(done().days_overdue("2026-06-01T00:00:00Z".parse().unwrap()).unwrap(), 0);
    let back = done()
        .reopen("灯不亮".to_owned(), doing(CONVENER, LATER), &calendar())
        .unwrap()
        .commitment;
    assert_eq!((back.state, back.done_at), (CommitmentState::InProgress, None));
    assert_eq!(back.days_overdue("2026-03-22T00:00:00Z".parse().unwrap()).unwrap(), 2);
    assert!(
        back.escalate(doing(CONVENER, "2026-03-22T00:00:00Z"), &calendar())
            .unwrap()
            .is_some()
    );
}

#[test]
fn a_new_due_date_begins_the_escalation_anew() {
    let late = accepted()
        .escalate(doing(CONVENER, "2026-03-22T00:00:00Z"), &calendar())
        .unwrap()
        .unwrap();
    let at = "2026-03-23T00:00:00Z";
    let kept = late
        .commitment
        .clone()
        .reassign(holder(OTHER), None, String::new(), (doing(CONVENER, at), &calendar()))
        .unwrap();
    assert_eq!(
        kept.commitment.level,
        EscalationLevel::Head,
        "the matter is as late as before"
    );
    let due = Some("2026-04-10".parse().unwrap());
    let anew = late
        .commitment
        .reassign(holder(OTHER), due, String::new(), (doing(CONVENER, at), &calendar()))
        .unwrap();
    assert_eq!(anew.commitment.level, EscalationLevel::None);
    assert_eq!(
        anew.commitment.escalates_at,
        Some("2026-04-10T16:00:00Z".parse().unwrap())
    );
}

fn resolution(body: u128, id: u128, adopted_at: &str) -> Resolution {
    let meeting = crate::names::MeetingName {
        community: community(),
        meeting: Uuid::from_u128(11).into(),
    };
    Resolution {
        name: ResolutionName {
            community: community(),
            resolution: Uuid::from_u128(id).into(),
        },
        year: 2026,
        serial: 1,
        body: Uuid::from_u128(body).into(),
        motion: meeting.motion(MotionId::from(Uuid::from_u128(1))),
        vote: meeting.vote(VoteId::from(Uuid::from_u128(1))),
        text: String::new(),
        title: String::new(),
        matter_class: MatterClass::Coordination,
        adopted_at: adopted_at.parse().unwrap(),
    }
}

#[test]
fn only_a_later_resolution_of_the_same_body_cancels_it() {
    let not_later = &reasons::RESOLUTION_NOT_LATER;
    for by in [
        resolution(10, 12, MADE),
        resolution(99, 13, LATER),
        resolution(10, 13, "2026-03-01T00:00:00Z"),
    ] {
        refused(made().cancel(&by, doing(CONVENER, LATER)), not_later);
    }
    let cancelled = made()
        .cancel(&resolution(10, 13, LATER), doing(CONVENER, LATER))
        .unwrap();
    assert_eq!(cancelled.commitment.state, CommitmentState::Cancelled);
    assert_eq!(cancelled.step.resolution, Some(Uuid::from_u128(13).into()));
}

#[test]
fn what_a_leaving_holder_held_goes_back_to_the_convener() {
    let left = accepted().holder_left(doing(HOLDER, LATER)).unwrap();
    assert_eq!(left.commitment.state, CommitmentState::Declined);
    assert_eq!(left.commitment.holder, holder(CONVENER));
    assert_eq!(
        left.commitment.clone().holder_left(doing(CONVENER, LATER)),
        None,
        "it waits there"
    );
    let left = done().holder_left(doing(HOLDER, LATER)).unwrap();
    assert_eq!(left.commitment.state, CommitmentState::Done, "it is not owed again");
    let closed = done().confirm(String::new(), doing(CONVENER, LATER)).unwrap();
    assert_eq!(closed.commitment.holder_left(doing(HOLDER, LATER)), None);
}
