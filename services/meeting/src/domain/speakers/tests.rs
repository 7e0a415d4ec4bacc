use uuid::Uuid;
use yihe_kernel::OrganizationId;

use super::*;
use crate::names::{MeetingName, SpeechId};

const SIDES: DebateRules = DebateRules {
    speech_seconds: 120,
    speeches_per_item: 2,
    alternate_sides: true,
};

fn at(second: i64) -> Timestamp {
    "2026-03-09T07:00:00Z"
        .parse::<Timestamp>()
        .unwrap()
        .plus_seconds(second)
}

fn speech(number: u128, side: Option<SpeechSide>) -> Speech {
    let meeting = MeetingName {
        community: "440309002021".parse().unwrap(),
        meeting: Uuid::from_u128(1).into(),
    };
    Speech {
        name: meeting.speech(SpeechId::from(Uuid::from_u128(100 + number))),
        item: Uuid::from_u128(2).into(),
        member: Member::Organization(OrganizationId::from(Uuid::from_u128(number))),
        speaker: Uuid::from_u128(1000 + number).into(),
        side,
        state: SpeechState::Waiting,
        asked_at: at(i64::try_from(number).unwrap()),
        floor_at: None,
        spoken_micros: 0,
        ended_at: None,
    }
}

fn ended(number: u128, side: SpeechSide) -> Speech {
    Speech {
        state: SpeechState::Ended,
        floor_at: Some(at(0)),
        ended_at: Some(at(1)),
        ..speech(number, Some(side))
    }
}

fn order(rules: &DebateRules, all: &[Speech]) -> Vec<u128> {
    queue(rules, all)
        .iter()
        .map(|speech| speech.member.uuid().as_u128())
        .collect()
}

fn code<T>(result: Result<T>) -> &'static str {
    result.map_or_else(|error| error.reason().code, |_| "OK")
}

#[test]
fn points_of_order_go_first_then_the_sides_take_turns_each_by_time() {
    use SpeechSide::{Against, For, Neutral};
    let all = [
        speech(1, Some(For)),
        speech(2, Some(For)),
        speech(3, Some(Neutral)),
        speech(4, Some(Against)),
        speech(5, None),
        speech(6, Some(For)),
    ];
    assert_eq!(order(&SIDES, &all), [5, 1, 4, 2, 3, 6]);
    let by_time = DebateRules {
        alternate_sides: false,
        ..SIDES
    };
    assert_eq!(order(&by_time, &all), [5, 1, 2, 3, 4, 6]);
    let heard = [all.to_vec(), vec![ended(7, For)]].concat();
    assert_eq!(
        order(&SIDES, &heard),
        [5, 4, 1, 3, 2, 6],
        "after one in favour comes one against"
    );
    let only = [ended(7, For), speech(1, Some(For)), speech(2, Some(For))];
    assert_eq!(order(&SIDES, &only), [1, 2], "a side without opponents speaks on");
    let interrupted = Speech {
        state: SpeechState::Interrupted,
        floor_at: Some(at(0)),
        ..speech(6, Some(For))
    };
    assert_eq!(
        order(&SIDES, &[speech(1, Some(Against)), interrupted, speech(5, None)]),
        [5, 6, 1],
        "who was interrupted goes on before others begin"
    );
}

#[test]
fn one_speech_has_the_floor_and_a_point_of_order_interrupts_it() {
    let (first, second, point) = (
        speech(1, Some(SpeechSide::For)),
        speech(2, Some(SpeechSide::Against)),
        speech(3, None),
    );
    let waiting = [first.clone(), second.clone()];
    assert_eq!(
        code(second.clone().take_floor(&SIDES, &waiting, at(10))),
        "SPEAKER_NOT_NEXT"
    );
    let (speaking, none) = first.clone().take_floor(&SIDES, &waiting, at(10)).unwrap();
    assert_eq!((none, speaking.ends_at(&SIDES)), (None, Some(at(130))));
    let all = [speaking.clone(), second.clone(), point.clone()];
    assert_eq!(code(second.clone().take_floor(&SIDES, &all, at(20))), "FLOOR_TAKEN");
    assert_eq!(code(speaking.clone().take_floor(&SIDES, &all, at(20))), "SPEECH_STATE");
    let (ordering, interrupted) = point.take_floor(&SIDES, &all, at(40)).unwrap();
    let interrupted = interrupted.unwrap();
    assert_eq!(
        (interrupted.state, interrupted.ends_at(&SIDES), ordering.ends_at(&SIDES)),
        (SpeechState::Interrupted, None, None)
    );
    let over = ordering.end(&SIDES, false, at(50)).unwrap();
    let (again, _) = interrupted
        .clone()
        .take_floor(&SIDES, &[interrupted, second, over], at(60))
        .unwrap();
    assert_eq!(
        again.ends_at(&SIDES),
        Some(at(150)),
        "thirty of its 120 seconds are spent"
    );
    assert_eq!(code(again.clone().end(&SIDES, false, at(149))), "SPEECH_NOT_OVER");
    assert_eq!(code(again.clone().end(&SIDES, true, at(149))), "OK");
    assert_eq!(code(again.end(&SIDES, false, at(150))), "OK");
}

#[test]
fn a_member_speaks_as_often_as_the_rules_say() {
    use SpeechSide::For;
    let asks = speech(1, Some(For));
    let spoken = |times: usize| vec![ended(1, For); times];
    assert_eq!(code(asks.expect_askable(&SIDES, &spoken(1))), "OK");
    assert_eq!(code(asks.expect_askable(&SIDES, &spoken(2))), "SPEECH_LIMIT");
    let waiting = speech(1, Some(SpeechSide::Against));
    assert_eq!(
        code(asks.expect_askable(&SIDES, std::slice::from_ref(&waiting))),
        "SPEECH_ASKED"
    );
    assert_eq!(
        code(speech(1, None).expect_askable(&SIDES, &spoken(2))),
        "OK",
        "a point of order is not counted"
    );
    assert_eq!(code(speech(2, Some(For)).expect_askable(&SIDES, &spoken(2))), "OK");
    let endless = DebateRules {
        speech_seconds: 0,
        speeches_per_item: 0,
        ..SIDES
    };
    assert_eq!(code(asks.expect_askable(&endless, &spoken(9))), "OK");
    let (speaking, _) = asks.take_floor(&endless, &[], at(10)).unwrap();
    assert_eq!(speaking.ends_at(&endless), None);
    assert_eq!(code(speaking.clone().withdraw(at(11))), "SPEECH_STATE");
    assert_eq!(code(speaking.end(&endless, false, at(11))), "OK");
    assert_eq!(waiting.withdraw(at(11)).unwrap().state, SpeechState::Withdrawn);
}
