//! Signatures under minutes: who signs what, what voids them, and what stands in place of those that are missing.

use std::time::Duration;

use yihe_proto::meeting::v1::*;

use crate::harness::{House, detail, fields, reason};
use crate::recorded_ballots::{records, scan};
use crate::room::Room;

#[tokio::test]
async fn a_signature_says_who_signed_what_when_and_how() {
    let (room, minutes) = Room::signing().await;
    assert_eq!(room.get().await.state(), MeetingState::MinutesSigning);
    assert_eq!((minutes.signatures_due, minutes.signatures_given), (3, 0));
    let signed = room.sign(&room.units[0], &minutes).await.unwrap();
    assert_eq!((signed.version, signed.sha256.as_str()), (1, minutes.sha256.as_str()));
    assert_eq!(
        (signed.member.as_str(), signed.display_name.as_str()),
        (room.units[0].name().as_str(), "驻区单位 1")
    );
    assert_eq!(
        (signed.state(), signed.method()),
        (SignatureState::Signed, SignatureMethod::OnScreen)
    );
    assert_eq!(
        (signed.person_name.as_str(), signed.post.as_str()),
        ("张三", "RESIDENT_UNIT/REPRESENTATIVE")
    );
    assert_eq!(signed.person, format!("users/{}", room.units[0].user()));
    assert_eq!(
        (signed.recorded_by.as_str(), signed.algorithm.as_str()),
        ("", "Ed25519")
    );
    assert!(!signed.key_id.is_empty() && signed.countersignature.len() == 86);
    let refused = room.sign(&room.units[0], &minutes).await;
    assert_eq!(reason(refused), "ALREADY_SIGNED");
    assert_eq!(room.minutes(0).await.unwrap().signatures_given, 1);
    assert_eq!(room.signatures().await, [signed]);
}

#[tokio::test]
async fn another_version_or_another_text_is_not_signed() {
    let (room, minutes) = Room::signing().await;
    let newer = room.note("", "更正", "").await.unwrap();
    let refused = room.sign(&room.units[0], &minutes).await;
    assert_eq!(
        (detail(&refused, "version"), detail(&refused, "sha256")),
        ("2".to_owned(), newer.sha256.clone())
    );
    assert_eq!(reason(refused), "MINUTES_NOT_CURRENT");
    let digest = Minutes {
        sha256: minutes.sha256.clone(),
        ..newer.clone()
    };
    assert_eq!(reason(room.sign(&room.units[0], &digest).await), "MINUTES_NOT_CURRENT");
    let malformed = Minutes {
        sha256: "abc".to_owned(),
        ..newer
    };
    assert_eq!(fields(&room.sign(&room.units[0], &malformed).await), ["sha256"]);
    assert_eq!(
        reason(room.refuse(&room.units[0], 3, "不同意").await),
        "MINUTES_NOT_CURRENT"
    );
    assert!(room.signatures().await.is_empty());
}

#[tokio::test]
async fn nobody_signs_for_another() {
    let (room, minutes) = Room::signing().await;
    let request = SignMinutesRequest {
        name: room.meeting.clone(),
        version: minutes.version,
        sha256: minutes.sha256.clone(),
        member: room.units[1].name(),
    };
    let refused = room.units[0].minutes().sign_minutes(request).await;
    assert_eq!(reason(refused), "SIGNS_FOR_ITSELF");
    // on the roster, and did not come
    assert_eq!(reason(room.sign(&room.units[3], &minutes).await), "SIGNATURE_NOT_DUE");
    // neither on the roster nor allowed to sign, though it runs the procedure
    assert_eq!(reason(room.sign(&room.secretary, &minutes).await), "PERMISSION_DENIED");
    let client = room.client(room.units[0].organization.unwrap(), "RESIDENT_UNIT/CLIENT");
    assert_eq!(reason(room.sign(&client, &minutes).await), "PERSONS_ONLY");
    assert!(room.signatures().await.is_empty());
}

#[tokio::test]
async fn an_edit_voids_what_was_signed_and_begins_the_period_anew() {
    let (room, minutes) = Room::signing().await;
    room.sign(&room.units[0], &minutes).await.unwrap();
    room.wait(3 * 86_400);
    let newer = room.note(&room.item, "更正", "").await.unwrap();
    assert_eq!((newer.version, newer.signatures_given), (2, 0));
    assert!(newer.signing_end_time.as_ref().unwrap().seconds > minutes.signing_end_time.as_ref().unwrap().seconds);
    room.sign(&room.units[0], &newer).await.unwrap();
    let states: Vec<_> = room
        .signatures()
        .await
        .iter()
        .map(|one| (one.version, one.state()))
        .collect();
    assert_eq!(states, [(2, SignatureState::Signed), (1, SignatureState::Void)]);
}

#[tokio::test]
async fn what_all_have_signed_is_not_edited() {
    let (room, minutes) = Room::signing().await;
    for unit in &room.units[..3] {
        room.sign(unit, &minutes).await.unwrap();
    }
    assert_eq!(reason(room.note("", "更正", "").await), "MINUTES_SETTLED");
    room.publish().await.unwrap();
    let refused = room.note("", "更正", "").await;
    assert_eq!(detail(&refused, "version"), "1");
    assert_eq!(reason(refused), "MINUTES_PUBLISHED");
    assert_eq!(reason(room.sign(&room.units[0], &minutes).await), "MEETING_STATE");
    let kept = room.minutes(0).await.unwrap();
    assert_eq!((kept.version, kept.sha256), (1, minutes.sha256));
    // the first draft stands for ever, also where it is asked for again
    assert_eq!(room.draft_minutes().await.unwrap().version, 1);
}

#[tokio::test]
async fn a_missing_signature_is_recorded_after_the_period_and_publication_proceeds() {
    one_is_missing(House::new().await).await;
}

pub async fn one_is_missing(house: House) {
    let (room, minutes) = Room::signing_at(house).await;
    room.sign(&room.units[0], &minutes).await.unwrap();
    room.refuse(&room.units[1], 1, "会议记录不全").await.unwrap();
    let refused = room.publish().await;
    assert_eq!(detail(&refused, "until"), "2026-03-16T16:00:00Z");
    assert_eq!(reason(refused), "SIGNATURES_MISSING");
    // the pack gives seven days; the timer looks every second
    room.set("2026-03-16T16:00:00Z");
    assert_eq!(reason(room.sign(&room.units[2], &minutes).await), "SIGNING_OVER");
    let mut states = Vec::new();
    for _ in 0..100 {
        let signatures = room.signatures().await;
        states = signatures
            .iter()
            .map(|one| (one.display_name.clone(), one.state(), one.reason.clone()))
            .collect();
        states.sort_by(|a, b| a.0.cmp(&b.0));
        if states.len() == 3 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let expected = [
        ("驻区单位 1".to_owned(), SignatureState::Signed, String::new()),
        (
            "驻区单位 2".to_owned(),
            SignatureState::NotSigned,
            "会议记录不全".to_owned(),
        ),
        ("驻区单位 3".to_owned(), SignatureState::NotSigned, String::new()),
    ];
    assert_eq!(states, expected);
    assert_eq!(reason(room.note("", "更正", "").await), "MINUTES_SETTLED");
    let published = room.publish().await.unwrap();
    assert_eq!(room.get().await.state(), MeetingState::Published);
    assert_eq!(published.full_sha256, minutes.sha256);
}

#[tokio::test]
async fn who_refused_may_still_sign_within_the_period() {
    let (room, minutes) = Room::signing().await;
    room.refuse(&room.units[0], 1, "待核对").await.unwrap();
    assert_eq!(fields(&room.refuse(&room.units[1], 1, "").await), ["reason"]);
    room.sign(&room.units[0], &minutes).await.unwrap();
    assert_eq!(reason(room.refuse(&room.units[0], 1, "反悔").await), "ALREADY_SIGNED");
    let states: Vec<_> = room.signatures().await.iter().map(MinutesSignature::state).collect();
    assert_eq!(states, [SignatureState::Signed]);
    // all have answered: nothing to wait for
    room.refuse(&room.units[1], 1, "不同意").await.unwrap();
    room.sign(&room.units[2], &minutes).await.unwrap();
    room.publish().await.unwrap();
    let refused: Vec<_> = room
        .signatures()
        .await
        .into_iter()
        .filter(|one| one.state() == SignatureState::NotSigned)
        .collect();
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0].reason, "不同意");
}

#[tokio::test]
async fn the_clerk_records_a_seal_on_paper() {
    let (room, minutes) = Room::signing().await;
    let request = RecordSignatureRequest {
        name: room.meeting.clone(),
        member: room.units[2].name(),
        version: 1,
        sha256: minutes.sha256.clone(),
        person_name: "王五".to_owned(),
        post: "站长".to_owned(),
        evidence: scan(&room, &format!("{}/minutes", room.meeting)),
    };
    let elsewhere = RecordSignatureRequest {
        evidence: scan(&room, &room.item),
        ..request.clone()
    };
    assert_eq!(
        reason(room.secretary.minutes().record_signature(elsewhere).await),
        "FILE_ELSEWHERE"
    );
    let recorded = room
        .secretary
        .minutes()
        .record_signature(request.clone())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        (recorded.state(), recorded.method()),
        (SignatureState::Signed, SignatureMethod::ScannedSeal)
    );
    assert_eq!(recorded.recorded_by, format!("users/{}", room.secretary.user()));
    assert_eq!(
        (recorded.person.as_str(), recorded.evidence),
        ("", request.evidence.clone())
    );
    let kept = records(&room.units[2], &room.meeting).await;
    assert_eq!(
        (kept.len(), kept[0].act(), &kept[0].member, &kept[0].evidence),
        (1, RecordedAct::Signature, &room.units[2].name(), &request.evidence)
    );
    assert_eq!(kept[0].subject, recorded.name);
    let again = room.secretary.minutes().record_signature(request.clone()).await;
    assert_eq!(reason(again), "ALREADY_SIGNED");
    let not_due = RecordSignatureRequest {
        member: room.units[3].name(),
        ..request.clone()
    };
    assert_eq!(
        reason(room.secretary.minutes().record_signature(not_due).await),
        "SIGNATURE_NOT_DUE"
    );
    let bare = RecordSignatureRequest {
        evidence: String::new(),
        person_name: String::new(),
        ..request.clone()
    };
    let refused = room.secretary.minutes().record_signature(bare).await;
    assert_eq!(fields(&refused), ["person_name", "evidence"]);
    // a member does not record
    assert_eq!(
        reason(room.units[0].minutes().record_signature(request).await),
        "PERMISSION_DENIED"
    );
}
