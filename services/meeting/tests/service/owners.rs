use tonic::Code;
use yihe_kernel::UserId;
use yihe_proto::directory::v1::OrganizationKind;
use yihe_proto::meeting::v1::*;

use crate::harness::{PARENT, Party, detail, reason};
use crate::owners_room::{Assembly, END, Flat, cast, correct, flat, one_each, paper};

pub async fn get(by: &Party, meeting: &str) -> Result<Meeting, tonic::Status> {
    let request = GetMeetingRequest {
        name: meeting.to_owned(),
    };
    Ok(by.meetings().get_meeting(request).await?.into_inner())
}

#[tokio::test]
async fn owners_vote_in_writing_from_draft_to_close() {
    let assembly = Assembly::draft(&one_each(6)).await;
    let owner = assembly.owner(0);
    assert_eq!(
        get(&owner, &assembly.meeting).await.unwrap().state(),
        MeetingState::Draft
    );
    let notice = assembly.serve().await.unwrap();
    let register = notice.register.clone().unwrap();
    assert_eq!(
        (
            register.compound,
            register.revision,
            register.units,
            register.heads,
            register.area
        ),
        (assembly.compound.clone(), 7, 6, 6, 60_000)
    );
    assert_eq!(notice.roster.len(), 6, "every owner is served");
    assert!(notice.roster.iter().any(|entry| entry.member == assembly.owners[0]));

    let early = OpenVotingRequest {
        name: assembly.meeting.clone(),
        ..Default::default()
    };
    let refused = assembly.secretary.owners().open_voting(early).await;
    assert_eq!(reason(refused), "TOO_EARLY");
    assert_eq!(
        reason(assembly.submit(&assembly.item).await),
        "MEETING_STATE",
        "motions are frozen with the notice"
    );
    let opened = assembly.open().await.unwrap();
    assert_eq!(opened.meeting.unwrap().state(), MeetingState::Voting);
    let vote = opened.votes[0].clone();
    assert_eq!(
        (vote.state(), vote.method(), vote.eligible, vote.ballots_cast),
        (VoteState::Open, BallotMethod::ByUnit, 6, 0)
    );
    let told = cast(&owner, &vote.name, Choice::Yes, &[]).await.unwrap();
    assert_eq!(
        (
            told.len(),
            told[0].choice(),
            told[0].owner.clone(),
            told[0].area,
            told[0].building.as_str()
        ),
        (1, Choice::Yes, assembly.owners[0].clone(), 10_000, "1栋")
    );
    assert_eq!(told[0].caster, owner.principal.to_string());
    assembly.vote_of(1..4, &vote.name, Choice::Yes).await;
    assembly.vote_of(4..5, &vote.name, Choice::No).await;
    let early = CloseVotingRequest {
        name: assembly.meeting.clone(),
        ..Default::default()
    };
    assert_eq!(
        reason(assembly.secretary.owners().close_voting(early).await),
        "TOO_EARLY"
    );
    let closed = assembly.close().await.unwrap();
    assert_eq!(closed.meeting.unwrap().state(), MeetingState::Closed);
    let tally = closed.votes[0].tally.clone().unwrap();
    assert_eq!(
        (
            tally.verdict(),
            tally.yes,
            tally.no,
            tally.not_voted,
            tally.members,
            tally.participating
        ),
        (TallyVerdict::Adopted, 4, 1, 1, 6, 5)
    );
    let area = tally.area.unwrap();
    assert_eq!(
        (area.yes, area.no, area.participating, area.members),
        (40_000, 10_000, 50_000, 60_000)
    );
    assert_eq!(tally.tests.len(), 4, "participation and majority, by area and by heads");
    let resolution = GetResolutionRequest {
        name: closed.votes[0].resolution.clone(),
    };
    let resolution = owner
        .resolutions()
        .get_resolution(resolution)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(resolution.title, "使用维修资金更换电梯");
    let events = assembly.events().await;
    for kind in [
        "VotingOpened",
        "UnitBallotsCast",
        "VoteClosed",
        "ResolutionAdopted",
        "MeetingClosed",
    ] {
        assert!(events.iter().any(|event| event == kind), "{kind} in {events:?}");
    }
    assert_eq!(
        reason(cast(&assembly.owner(5), &vote.name, Choice::Yes, &[]).await),
        "VOTE_CLOSED"
    );
    assert_eq!(reason(assembly.close().await), "MEETING_STATE");
}

#[tokio::test]
async fn participation_is_known_when_the_voting_closes() {
    for (voters, verdict, state) in [
        (39, TallyVerdict::NotQuorate, MotionState::Rejected),
        (40, TallyVerdict::Adopted, MotionState::Adopted),
    ] {
        let (assembly, vote) = Assembly::voting(&one_each(60)).await;
        assembly.vote_of(0..voters, &vote, Choice::Yes).await;
        let tally = assembly.tally().await;
        assert_eq!(tally.verdict(), verdict, "{voters} of 60");
        assert_eq!(tally.tests[0].met, voters == 40, "exactly two thirds are enough");
        let request = GetMotionRequest {
            name: assembly.motion.clone(),
        };
        let motion = assembly.secretary.motions().get_motion(request).await.unwrap();
        assert_eq!(motion.into_inner().state(), state);
    }
}

/// Three more owners of a flat each, so that what the first flats say shows in the sums.
fn with_others(mut flats: Vec<Flat>, from: usize) -> Vec<Flat> {
    for owner in from..from + 3 {
        flats.push(flat("9栋", owner, 10_000, &[owner]));
    }
    flats
}

#[tokio::test]
async fn several_units_of_one_owner_are_one_head_with_all_their_area() {
    let flats = with_others(vec![flat("1栋", 0, 8000, &[0]), flat("2栋", 1, 12_000, &[0])], 1);
    let (assembly, vote) = Assembly::voting(&flats).await;
    assert_eq!(
        cast(&assembly.owner(0), &vote, Choice::Yes, &[]).await.unwrap().len(),
        2
    );
    assembly.vote_of(1..4, &vote, Choice::No).await;
    let tally = assembly.tally().await;
    assert_eq!((tally.yes, tally.no, tally.members), (1, 3, 4));
    assert_eq!(tally.area.unwrap().yes, 20_000);
}

#[tokio::test]
async fn ballots_of_one_head_that_differ_are_invalid_unless_corrected_before_the_close() {
    for corrected in [false, true] {
        let flats = with_others(vec![flat("1栋", 0, 10_000, &[0]), flat("2栋", 1, 10_000, &[0])], 1);
        let (assembly, vote) = Assembly::voting(&flats).await;
        let owner = assembly.owner(0);
        cast(&owner, &vote, Choice::Yes, &[&assembly.units[0]]).await.unwrap();
        assert_eq!(reason(correct(&owner, &vote, Choice::No).await), "UNIT_BALLOTS_AGREE");
        cast(&owner, &vote, Choice::No, &[&assembly.units[1]]).await.unwrap();
        if corrected {
            let now = correct(&owner, &vote, Choice::Yes).await.unwrap();
            let changed: Vec<_> = now.iter().filter(|ballot| ballot.correct_time.is_some()).collect();
            assert_eq!((changed.len(), changed[0].corrected_from()), (1, Choice::No));
            assert_eq!(reason(correct(&owner, &vote, Choice::No).await), "UNIT_BALLOTS_AGREE");
        }
        assembly.vote_of(1..4, &vote, Choice::Yes).await;
        let tally = assembly.tally().await;
        let (yes, invalid) = if corrected { (4, 0) } else { (3, 1) };
        assert_eq!((tally.yes, tally.invalid, tally.participating), (yes, invalid, 4));
    }
}

#[tokio::test]
async fn co_owners_have_one_ballot_and_the_nominated_one_casts_it() {
    let nominated = Flat {
        nominee: Some(1),
        ..flat("1栋", 0, 10_000, &[0, 1])
    };
    let flats = with_others(
        vec![
            nominated,
            flat("1栋", 1, 10_000, &[2, 3]),
            flat("1栋", 2, 10_000, &[4, 5]),
        ],
        6,
    );
    let (assembly, vote) = Assembly::voting(&flats).await;
    for (owner, choice) in [
        (0, Choice::No),
        (1, Choice::Yes),
        (2, Choice::Yes),
        (3, Choice::Yes),
        (4, Choice::Yes),
        (5, Choice::No),
    ] {
        cast(&assembly.owner(owner), &vote, choice, &[]).await.unwrap();
    }
    assembly.vote_of(6..9, &vote, Choice::Yes).await;
    let tally = assembly.tally().await;
    assert_eq!(
        (tally.members, tally.yes, tally.no, tally.not_voted),
        (6, 5, 0, 1),
        "the nominated one decides, those who agree count once, those who do not count not at all"
    );
}

#[tokio::test]
async fn the_developers_unsold_units_are_one_head() {
    let mut flats: Vec<_> = (0..10).map(|number| flat("1栋", number, 5000, &[0])).collect();
    flats = with_others(flats, 1);
    let (assembly, vote) = Assembly::voting(&flats).await;
    assembly.vote_of(0..1, &vote, Choice::No).await;
    assembly.vote_of(1..4, &vote, Choice::Yes).await;
    let tally = assembly.tally().await;
    assert_eq!((tally.members, tally.yes, tally.no), (4, 3, 1));
    let area = tally.area.unwrap();
    assert_eq!((area.yes, area.no), (30_000, 50_000));
    assert_eq!(tally.verdict(), TallyVerdict::Rejected, "heads pass and area fails");
}

#[tokio::test]
async fn who_buys_after_the_notice_does_not_vote() {
    let mut flats = one_each(3);
    flats.push(flat("1栋", 50, 10_000, &[3]));
    let assembly = Assembly::draft(&flats[..3]).await;
    let vote = assembly.begin().await;
    // sold after the notice: the register knows the new owner, the frozen roster does not
    let late = format!("{}/owners/{}", assembly.compound, assembly.ids.next::<uuid::Uuid>());
    let user: UserId = assembly.ids.next();
    assembly
        .directory
        .owns(&assembly.compound, format!("users/{user}"), &late);
    let late = assembly.person(user, "COMPOUND/OWNER");
    assert_eq!(
        get(&late, &assembly.meeting).await.unwrap().state(),
        MeetingState::Voting
    );
    let refused = cast(&late, &vote, Choice::Yes, &[]).await;
    assert_eq!(refused.as_ref().unwrap_err().code(), Code::PermissionDenied);
    assert_eq!(reason(refused), "NOT_AN_OWNER");
}

#[tokio::test]
async fn ballots_for_units_that_are_not_on_the_roster_or_not_ones_own_are_refused() {
    let (assembly, vote) = Assembly::voting(&one_each(3)).await;
    let owner = assembly.owner(0);
    let strange = format!("{}/units/{}", assembly.compound, assembly.ids.next::<uuid::Uuid>());
    let refused = cast(&owner, &vote, Choice::Yes, &[&assembly.units[0], &strange]).await;
    assert!(strange.ends_with(&detail(&refused, "units")));
    assert_eq!(reason(refused), "UNIT_NOT_ON_ROSTER");
    let refused = cast(&owner, &vote, Choice::Yes, &[&assembly.units[0], &assembly.units[1]]).await;
    assert!(assembly.units[1].ends_with(&detail(&refused, "units")));
    assert_eq!(reason(refused), "NOT_YOUR_UNITS");
    let elsewhere = format!("{PARENT}/compounds/{0}/units/{0}", assembly.ids.next::<uuid::Uuid>());
    let refused = cast(&owner, &vote, Choice::Yes, &[&elsewhere]).await;
    assert_eq!(crate::harness::fields(&refused), ["units"]);
    let refused = cast(&owner, &vote, Choice::Invalid, &[]).await;
    assert_eq!(crate::harness::fields(&refused), ["choice"]);
    assert_eq!(
        cast(&owner, &vote, Choice::Yes, &[]).await.unwrap().len(),
        1,
        "nothing of what was refused is kept"
    );
    let again = cast(&owner, &vote, Choice::No, &[]).await;
    assert_eq!(detail(&again, "units"), "1栋 101");
    assert_eq!(reason(again), "UNIT_ALREADY_VOTED");

    let nobody = assembly.person(assembly.ids.next(), "COMPOUND/OWNER");
    assert_eq!(
        cast(&nobody, &vote, Choice::Yes, &[]).await.unwrap_err().code(),
        Code::PermissionDenied
    );
    assert_eq!(
        get(&nobody, &assembly.meeting).await.unwrap_err().code(),
        Code::PermissionDenied
    );
    let company = assembly.organization(OrganizationKind::PropertyCompany, "物业公司");
    let company = assembly.appoint(company, "PROPERTY_COMPANY/MANAGER");
    assert_eq!(
        get(&company, &assembly.meeting).await.unwrap_err().code(),
        Code::PermissionDenied
    );
    assembly.set(END);
    assert_eq!(
        reason(cast(&assembly.owner(1), &vote, Choice::Yes, &[]).await),
        "VOTING_OVER"
    );
}

#[tokio::test]
async fn a_request_that_comes_again_casts_once() {
    let (assembly, vote) = Assembly::voting(&one_each(3)).await;
    let owner = assembly.owner(0);
    let request = CastUnitBallotsRequest {
        parent: vote,
        choice: Choice::Yes.into(),
        request_id: assembly.ids.next::<uuid::Uuid>().to_string(),
        ..Default::default()
    };
    let first = owner
        .owners()
        .cast_unit_ballots(request.clone())
        .await
        .unwrap()
        .into_inner();
    let again = owner.owners().cast_unit_ballots(request).await.unwrap().into_inner();
    assert_eq!(first, again);
}

#[tokio::test]
async fn ballots_on_paper_are_recorded_all_or_none_with_every_bad_line_named() {
    let mut flats = one_each(6);
    flats.push(flat("2栋", 6, 10_000, &[6, 7]));
    let (assembly, vote) = Assembly::voting(&flats).await;
    assembly.vote_of(0..1, &vote, Choice::Yes).await;
    let bad = vec![
        paper("1栋", 102, Choice::Yes),
        paper("1栋", 999, Choice::Yes),
        paper("1栋", 101, Choice::No),
        paper("2栋", 107, Choice::Yes),
        PaperUnitBallot {
            owner: assembly.owners[0].clone(),
            ..paper("1栋", 103, Choice::Yes)
        },
        paper("1栋", 102, Choice::No),
        paper("1栋", 104, Choice::Sealed),
    ];
    let checked = assembly.record(&vote, bad.clone(), true).await.unwrap();
    let faults: Vec<_> = checked.faults.iter().map(|fault| (fault.line, fault.kind())).collect();
    assert_eq!(
        faults,
        [
            (2, PaperUnitBallotFaultKind::UnitUnknown),
            (3, PaperUnitBallotFaultKind::AlreadyVoted),
            (4, PaperUnitBallotFaultKind::OwnerRequired),
            (5, PaperUnitBallotFaultKind::OwnerUnknown),
            (6, PaperUnitBallotFaultKind::Duplicate),
            (7, PaperUnitBallotFaultKind::Choice),
        ]
    );
    let refused = assembly.record(&vote, bad, false).await;
    assert_eq!(
        (detail(&refused, "count").as_str(), reason(refused)),
        ("6", "PAPER_BALLOTS_REFUSED".to_owned())
    );
    let request = GetVoteRequest { name: vote.clone() };
    let stands = assembly.secretary.votes().get_vote(request).await.unwrap().into_inner();
    assert_eq!(stands.ballots_cast, 1, "nothing of a refused batch is kept");

    let good = vec![
        paper("1栋", 102, Choice::Yes),
        paper("1栋", 103, Choice::Invalid),
        PaperUnitBallot {
            unit: assembly.units[3].clone(),
            choice: Choice::Yes.into(),
            ..Default::default()
        },
        PaperUnitBallot {
            owner: assembly.owners[6].clone(),
            ..paper("2栋", 107, Choice::Yes)
        },
    ];
    let elsewhere = RecordPaperUnitBallotsRequest {
        parent: vote.clone(),
        ballots: good.clone(),
        evidence: format!("{PARENT}/files/{}", assembly.ids.next::<uuid::Uuid>()),
        ..Default::default()
    };
    let refused = assembly.secretary.owners().record_paper_unit_ballots(elsewhere).await;
    assert_eq!(reason(refused), "FILE_UNKNOWN");
    let done = assembly.record(&vote, good, false).await.unwrap();
    assert_eq!((done.recorded, done.faults.len()), (4, 0));
    let owner = assembly.owner(1);
    assert_eq!(reason(cast(&owner, &vote, Choice::No, &[]).await), "UNIT_ALREADY_VOTED");

    // the owner finds what was recorded for it, and contests it
    let own = ListOwnUnitBallotsRequest { parent: vote.clone() };
    let own = owner.owners().list_own_unit_ballots(own).await.unwrap().into_inner();
    assert_eq!(
        own.unit_ballots[0].recorded_by,
        assembly.secretary.principal.to_string()
    );
    assert!(!own.unit_ballots[0].evidence.is_empty());
    let records = ListRecordsRequest {
        parent: assembly.meeting.clone(),
        ..Default::default()
    };
    let records = owner
        .records()
        .list_records(records)
        .await
        .unwrap()
        .into_inner()
        .records;
    assert_eq!(records.len(), 4);
    let mine = records
        .iter()
        .find(|record| record.member == assembly.owners[1])
        .unwrap();
    let contest = |name: &str| ContestRecordRequest {
        name: name.to_owned(),
        reason: "不是我的笔迹".to_owned(),
    };
    owner.records().contest_record(contest(&mine.name)).await.unwrap();
    let other = records
        .iter()
        .find(|record| record.member == assembly.owners[2])
        .unwrap();
    let refused = owner.records().contest_record(contest(&other.name)).await;
    assert_eq!(refused.unwrap_err().code(), Code::PermissionDenied);
    let tally = assembly.tally().await;
    assert_eq!(
        (tally.yes, tally.invalid, tally.participating, tally.members),
        (4, 1, 5, 7)
    );
}
