use yihe_kernel::{Error, OrganizationId, Result, Timestamp, UserId};
use yihe_tally::{RulePack, Verdict, packs};

use super::*;
use crate::names::{AgendaItemId, BodyId, MeetingName, MotionId, VoteId};
use crate::reasons;

mod working_days;

fn uuid(number: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(number)
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn organization(number: u128) -> OrganizationId {
    uuid(number).into()
}

fn member(number: u128) -> Member {
    Member::Organization(organization(number))
}

fn user(number: u128) -> UserId {
    uuid(1000 + number).into()
}

fn pack() -> RulePack {
    let packs = packs::shipped().unwrap();
    packs
        .iter()
        .find(|pack| pack.id() == "cn.joint-conference.default")
        .unwrap()
        .clone()
}

fn meeting(state: MeetingState) -> Meeting {
    Meeting {
        name: MeetingName {
            community: "440309002021".parse().unwrap(),
            meeting: uuid(1).into(),
        },
        body: BodyId::from(uuid(2)),
        body_kind: BodyKind::JointConference,
        convener: organization(99),
        title: "会议".to_owned(),
        location: String::new(),
        starts_at: at("2026-03-09T07:00:00Z"),
        mode: MeetingMode::Session,
        state,
        created_at: at("2026-03-01T00:00:00Z"),
        noticed_at: None,
        opened_at: None,
        closed_at: None,
        cancel_reason: None,
        start_known: true,
        postponed: None,
        suspended: None,
        debate: None,
        notice_round: 0,
        voting_ends_at: None,
        quorate: false,
        version: 1,
    }
}

fn written(meeting: Meeting, end: &str) -> Meeting {
    Meeting {
        mode: MeetingMode::Written,
        voting_ends_at: Some(at(end)),
        ..meeting
    }
}

fn frozen(members: u128) -> Frozen {
    let roster = (1..=members).map(|number| RosterEntry {
        member: member(number),
        kind: OrganizationKind::ResidentUnit,
        display_name: format!("单位 {number}"),
        group: String::new(),
        heads: 1,
        acknowledged_at: None,
    });
    let meeting = meeting(MeetingState::Noticed);
    let notice = Notice {
        meeting: meeting.name.clone(),
        served_at: at("2026-03-02T00:00:00Z"),
        pack: pack(),
        agenda: Vec::new(),
        roster: roster.collect(),
        register: None,
    };
    Frozen::new(notice, &meeting)
}

fn room(present: impl IntoIterator<Item = u128>) -> Room {
    Room(present.into_iter().map(interval).collect(), Vec::new())
}

fn interval(number: u128) -> Presence {
    Presence {
        id: uuid(2000 + number),
        member: member(number),
        representative: user(number),
        started_at: at("2026-03-09T07:00:00Z"),
        ended_at: None,
        recorded_by: None,
        mandate: None,
        invited: None,
    }
}

fn motion(state: MotionState) -> Motion {
    Motion {
        name: meeting(MeetingState::InSession).name.motion(MotionId::from(uuid(3))),
        agenda_item: AgendaItemId::from(uuid(4)),
        text: "试行".to_owned(),
        mover: member(1),
        mover_display_name: "单位 1".to_owned(),
        state,
        created_at: at("2026-03-09T07:10:00Z"),
        version: 1,
        candidate: None,
        withdrawal: None,
    }
}

fn item(kind: AgendaItemKind, matter_class: MatterClass) -> AgendaItem {
    AgendaItem {
        name: meeting(MeetingState::Draft)
            .name
            .agenda_item(AgendaItemId::from(uuid(4))),
        position: 1,
        title: "议题".to_owned(),
        description: String::new(),
        proposer: member(1),
        proposer_display_name: "单位 1".to_owned(),
        kind,
        matter_class,
        building: String::new(),
        noticed: true,
        created_at: at("2026-03-01T00:00:00Z"),
        withdrawn_at: None,
        course: Course::default(),
        papers: Vec::new(),
        version: 1,
    }
}

fn code<T>(result: Result<T>) -> &'static str {
    result.map_or_else(|error: Error| error.reason().code, |_| "OK")
}

const NOW: &str = "2026-03-09T08:00:00Z";

/// Every state and every command: what is let through, and where it leads.
#[test]
fn the_life_of_a_meeting_is_this_and_nothing_else() {
    use MeetingState::*;
    use Step::*;
    let allowed: &[(MeetingState, &[Step])] = &[
        (
            Draft,
            &[
                Classify,
                Change,
                Agenda,
                ServeNotice,
                Waive,
                Cancel,
                Postpone,
                Step::Contest,
                Step::Invite,
            ],
        ),
        (
            Noticed,
            &[
                Classify,
                Acknowledge,
                Open,
                Step::OpenVoting,
                Presence,
                Cancel,
                Postpone,
                Step::Contest,
                Step::Proxy,
                Step::Table,
                Step::Recuse,
                Step::Mandate,
                Step::Invite,
            ],
        ),
        (
            InSession,
            &[
                Classify,
                Acknowledge,
                Presence,
                Decide,
                Commit,
                Close,
                Cancel,
                Postpone,
                Suspend,
                Step::Contest,
                Step::Proxy,
                Step::Table,
                Step::Recuse,
                Step::Dissent,
                Step::Mandate,
                Step::Invite,
            ],
        ),
        (
            Suspended,
            &[
                Classify,
                Acknowledge,
                Presence,
                Commit,
                Close,
                Cancel,
                Postpone,
                Resume,
                Step::Contest,
                Step::Proxy,
                Step::Table,
                Step::Recuse,
                Step::Dissent,
                Step::Mandate,
                Step::Invite,
            ],
        ),
        (
            Closed,
            &[
                Commit,
                Step::Dissent,
                Step::Contest,
                Step::Mandate,
                Minutes,
                RequestSignatures,
            ],
        ),
        (MinutesSigning, &[Step::Contest, Step::Mandate, Minutes, SignMinutes]),
        (Published, &[Object]),
        (Cancelled, &[]),
        (
            Postponed,
            &[
                Classify,
                Change,
                Agenda,
                ServeNotice,
                Waive,
                Cancel,
                Postpone,
                Step::Contest,
                Step::Invite,
            ],
        ),
        (
            Voting,
            &[
                Cancel,
                Postpone,
                Step::Contest,
                Step::Proxy,
                Step::CloseVoting,
                Step::Table,
                Step::Mandate,
                Step::Invite,
            ],
        ),
    ];
    assert_eq!(allowed.len(), MeetingState::ALL.len());
    let empty_room = room([]).quorum(&frozen(3), at(NOW)).unwrap();
    for (state, steps) in allowed {
        for step in Step::ALL {
            let before = meeting(*state);
            let let_through = steps.contains(step);
            assert_eq!(
                code(before.expect(*step)),
                if let_through { "OK" } else { "MEETING_STATE" },
                "{state:?} {step:?}"
            );
            let after = match step {
                ServeNotice => before
                    .serve_notice(&empty_room, at(NOW))
                    .map(|meeting| (meeting, Noticed)),
                Open => before.open_session(at(NOW)).map(|meeting| (meeting, InSession)),
                Step::OpenVoting => written(before, "2099-01-01T00:00:00Z")
                    .open_voting(at(NOW))
                    .map(|meeting| (meeting, Voting)),
                Step::CloseVoting => written(before, NOW)
                    .close_voting(at(NOW))
                    .map(|meeting| (meeting, Closed)),
                Close => before.close(at(NOW)).map(|meeting| (meeting, Closed)),
                Cancel => before
                    .cancel("台风".to_owned(), at(NOW))
                    .map(|meeting| (meeting, Cancelled)),
                Step::Postpone => before
                    .postpone(None, "台风".to_owned(), at(NOW))
                    .map(|meeting| (meeting, Postponed)),
                Suspend => before
                    .suspend(String::new(), at(NOW))
                    .map(|meeting| (meeting, Suspended)),
                Resume => before.resume().map(|meeting| (meeting, InSession)),
                RequestSignatures => before.request_signatures().map(|meeting| (meeting, MinutesSigning)),
                SignMinutes => before.publish().map(|meeting| (meeting, Published)),
                Change
                | Agenda
                | Acknowledge
                | Presence
                | Decide
                | Waive
                | Classify
                | Commit
                | Minutes
                | Object
                | Step::Contest
                | Step::Recuse
                | Step::Dissent
                | Step::Proxy
                | Step::Table
                | Step::Mandate
                | Step::Invite => continue,
            };
            assert_eq!(after.is_ok(), let_through, "{state:?} {step:?}");
            if let Ok((meeting, expected)) = after {
                assert_eq!(
                    (meeting.state, meeting.quorate),
                    (expected, false),
                    "{state:?} {step:?}"
                );
            }
        }
    }
}

#[test]
fn every_motion_state_meets_every_command() {
    for state in MotionState::ALL {
        let told = |let_through: bool| if let_through { "OK" } else { "MOTION_STATE" };
        let (submitted, awaiting) = (*state == MotionState::Submitted, *state == MotionState::AwaitingSecond);
        assert_eq!(
            code(motion(*state).withdraw(&meeting(MeetingState::InSession))),
            told(submitted || awaiting)
        );
        assert_eq!(code(motion(*state).put_to_vote()), told(submitted));
        assert_eq!(
            code(motion(*state).expect_awaiting()),
            if awaiting { "OK" } else { "NOT_AWAITING_SECOND" }
        );
        assert_eq!(
            code(motion(*state).withdraw(&meeting(MeetingState::Closed))),
            "MEETING_STATE"
        );
    }
}

#[test]
fn every_vote_state_meets_every_command() {
    let frozen = frozen(3);
    let (full, empty) = (room([1, 2, 3]), room([1]));
    let (full, empty) = (
        full.quorum(&frozen, at(NOW)).unwrap(),
        empty.quorum(&frozen, at(NOW)).unwrap(),
    );
    let session = meeting(MeetingState::InSession);
    for state in VoteState::ALL {
        let vote = || Vote {
            state: *state,
            ..open_vote(&frozen, &room([1, 2, 3]))
        };
        let open = *state == VoteState::Open;
        assert_eq!(code(vote().expect_open()), if open { "OK" } else { "VOTE_CLOSED" });
        assert_eq!(
            code(vote().expect_closable(&session, &full)),
            if open { "OK" } else { "VOTE_CLOSED" }
        );
        assert_eq!(
            code(vote().expect_closable(&session, &empty)),
            if open { "MEETING_NOT_QUORATE" } else { "VOTE_CLOSED" }
        );
        let suspended = meeting(MeetingState::Suspended);
        assert_eq!(
            code(vote().expect_closable(&suspended, &full)),
            if open { "MEETING_STATE" } else { "VOTE_CLOSED" }
        );
    }
    assert_eq!(
        code(open_vote(&frozen, &room([1, 2, 3])).lapse(&full, at(NOW))),
        "VOTE_OPEN"
    );
    let lapsed = open_vote(&frozen, &room([1, 2, 3])).lapse(&empty, at(NOW)).unwrap();
    assert_eq!((lapsed.state, lapsed.count), (VoteState::Lapsed, None));
}

fn open_vote(frozen: &Frozen, room: &Room) -> Vote {
    let session = meeting(MeetingState::InSession);
    let name = session.name.vote(VoteId::from(uuid(5)));
    Vote::open(
        name,
        (MotionId::from(uuid(3)), AgendaItemId::from(uuid(4))),
        &session,
        frozen,
        (room, &[]),
        (BallotMethod::OpenRollCall, MatterClass::ResourceSharing),
        at(NOW),
    )
    .unwrap()
    .0
}

#[test]
fn items_are_decided_if_noticed_for_decision_and_ruled_by_the_pack() {
    let pack = pack();
    for kind in AgendaItemKind::ALL {
        for class in MatterClass::ALL {
            let decidable = *kind == AgendaItemKind::Decision && *class != MatterClass::Information;
            let expected = if decidable {
                "OK"
            } else {
                "AGENDA_ITEM_NOT_FOR_DECISION"
            };
            assert_eq!(
                code(item(*kind, *class).expect_decidable(&pack)),
                expected,
                "{kind:?} {class:?}"
            );
            let unnoticed = AgendaItem {
                noticed: false,
                ..item(*kind, *class)
            };
            assert_eq!(code(unnoticed.expect_decidable(&pack)), "AGENDA_ITEM_NOT_NOTICED");
        }
    }
}

#[test]
fn who_is_not_on_the_roster_makes_no_quorum() {
    let frozen = frozen(4);
    let quorum = room([1, 2, 77, 78]).quorum(&frozen, at(NOW)).unwrap();
    assert_eq!((quorum.present, quorum.members, quorum.met), (2, 4, false));
    assert!(room([1, 2, 3, 77]).quorum(&frozen, at(NOW)).unwrap().met);
    let refusal = quorum.refusal(&frozen.meeting);
    assert!(refusal.is(&reasons::MEETING_NOT_QUORATE) && refusal.to_string().contains("present 2 of 4 members"));
}

#[test]
fn a_certificate_survives_its_storage() {
    let quorum = room([2, 1]).quorum(&frozen(3), at(NOW)).unwrap();
    let stored = serde_json::to_string(&quorum).unwrap();
    assert_eq!(serde_json::from_str::<Quorum>(&stored).unwrap(), quorum);
    assert_eq!(quorum.attending, [member(1), member(2)]);
}

#[test]
fn secrecy_needs_one_head_each() {
    let possible = |frozen: &Frozen| secret::secrecy_is_possible(frozen, MatterClass::Election);
    let mut frozen = frozen(3);
    possible(&frozen).unwrap();
    frozen.roster.values_mut().last().unwrap().heads = 2;
    assert_eq!(code(possible(&frozen)), "SECRET_NOT_POSSIBLE");
    frozen.roster.values_mut().last().unwrap().heads = 1;
    // areas name their owners
    let owners = |pack: &&RulePack| pack.id() == "cn.owners-assembly.civil-code-278";
    frozen.pack = packs::shipped().unwrap().iter().find(owners).unwrap().clone();
    assert_eq!(
        code(secret::secrecy_is_possible(&frozen, MatterClass::OwnersOrdinary)),
        "SECRET_NOT_POSSIBLE"
    );
}

mod recount;
