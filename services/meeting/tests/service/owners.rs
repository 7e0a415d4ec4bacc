use tonic::Code;
use yihe_kernel::UserId;
use yihe_proto::directory::v1::OrganizationKind;
use yihe_proto::meeting::v1::*;
use yihe_tally::CountSheet;

use crate::harness::{House, PARENT, Party, detail, reason};
use crate::owners_room::{Assembly, END, Flat, START, cast, correct, flat, one_each, paper};

async fn get(by: &Party, meeting: &str) -> Result<Meeting, tonic::Status> {
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
    let refused = cast(&owner, &vote, Choice::Yes, &[&assembly.units[1]]).await;
    assert_eq!(reason(refused), "NOT_AN_OWNER");
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

async fn list(by: &Party, vote: &str) -> Result<Vec<UnitBallot>, tonic::Status> {
    let mut request = ListUnitBallotsRequest {
        parent: vote.to_owned(),
        page_size: 2,
        ..Default::default()
    };
    let mut found = Vec::new();
    loop {
        let page = by.owners().list_unit_ballots(request.clone()).await?.into_inner();
        found.extend(page.unit_ballots);
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            return Ok(found);
        }
    }
}

#[tokio::test]
async fn ballots_by_name_are_for_few_and_each_reading_is_kept() {
    let (assembly, vote) = Assembly::voting(&one_each(6)).await;
    assembly.vote_of(0..5, &vote, Choice::Yes).await;
    let owner = assembly.owner(0);
    assert_eq!(list(&owner, &vote).await.unwrap_err().code(), Code::PermissionDenied);
    let ballots = list(&assembly.secretary, &vote).await.unwrap();
    assert_eq!(ballots.len(), 5);
    let reads = |events: Vec<String>| events.iter().filter(|kind| *kind == "UnitBallotsRead").count();
    assert_eq!(reads(assembly.events().await), 3, "one for each page");

    let export = ExportCountRequest { name: vote.clone() };
    let early = assembly.secretary.owners().export_count(export.clone()).await;
    assert_eq!(reason(early), "VOTE_NOT_COUNTED");
    let tally = assembly.tally().await;
    let sheet = assembly
        .secretary
        .owners()
        .export_count(export.clone())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(reads(assembly.events().await), 4);
    assert_eq!(
        owner.owners().export_count(export).await.unwrap_err().code(),
        Code::PermissionDenied
    );

    let recounted = CountSheet::from_json(&sheet.content).unwrap().count().unwrap();
    let bytes = recounted.canonical_bytes().unwrap();
    assert_eq!(sha256(&bytes), sheet.tally_sha256);
    assert_eq!(sheet.tally_sha256, tally.sha256);
    assert_eq!(sha256(&sheet.content), sheet.sha256);
    let told = String::from_utf8(sheet.content).unwrap();
    assert!(!told.contains("owners/") && !told.contains("users/"), "ids alone");
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    let digest = sha2::Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn challenge(by: &Party, vote: &str) -> Result<Challenge, tonic::Status> {
    let request = ChallengeResultRequest {
        parent: vote.to_owned(),
        text: "二栋的选票未经本人签字".to_owned(),
        ..Default::default()
    };
    Ok(by.owners().challenge_result(request).await?.into_inner())
}

#[tokio::test]
async fn an_owner_challenges_the_result_within_a_year_and_is_answered() {
    let (assembly, vote) = Assembly::voting(&one_each(6)).await;
    assembly.vote_of(0..5, &vote, Choice::Yes).await;
    let owner = assembly.owner(5);
    assert_eq!(reason(challenge(&owner, &vote).await), "VOTE_NOT_COUNTED");
    assembly.tally().await;
    let made = challenge(&owner, &vote).await.unwrap();
    assert_eq!(
        (made.owner.clone(), made.author.clone()),
        (assembly.owners[5].clone(), owner.principal.to_string())
    );
    assert_eq!(
        challenge(&assembly.secretary, &vote).await.unwrap_err().code(),
        Code::PermissionDenied
    );
    let answer = AnswerChallengeRequest {
        name: made.name.clone(),
        answer: "已核对纸质选票原件".to_owned(),
    };
    let refused = owner.owners().answer_challenge(answer.clone()).await;
    assert_eq!(refused.unwrap_err().code(), Code::PermissionDenied);
    let answered = assembly
        .secretary
        .owners()
        .answer_challenge(answer.clone())
        .await
        .unwrap()
        .into_inner();
    assert!(answered.answer_time.is_some());
    let refused = assembly.secretary.owners().answer_challenge(answer).await;
    assert_eq!(reason(refused), "CHALLENGE_ANSWERED");
    let request = ListChallengesRequest {
        parent: vote.clone(),
        ..Default::default()
    };
    let listed = assembly
        .owner(0)
        .owners()
        .list_challenges(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(listed.challenges, [answered]);
    assembly.set("2027-04-03T15:59:59Z");
    challenge(&owner, &vote).await.unwrap();
    assembly.set("2027-04-03T16:00:00Z");
    assert_eq!(reason(challenge(&owner, &vote).await), "CHALLENGE_OVER");
}

#[tokio::test]
async fn a_change_of_use_is_put_to_the_owners_of_the_building() {
    let house = House::new().await;
    let committee = house.organization(OrganizationKind::PartyCommittee, "北站社区党委");
    let secretary = house.appoint(committee, "PARTY_COMMITTEE/SECRETARY");
    let mut assembly = Assembly::empty(house, secretary, &one_each(25)).await;
    let class = MatterClass::OwnersChangeOfUse;
    let item = assembly.propose("二栋 121 改为民宿", class, "7栋").await.unwrap();
    assembly.motion = assembly.submit(&item.name).await.unwrap().name;
    let refused = assembly.serve().await;
    assert_eq!(detail(&refused, "building"), "7栋");
    assert_eq!(reason(refused), "BUILDING_UNKNOWN");
    let withdraw = WithdrawAgendaItemRequest {
        name: item.name,
        ..Default::default()
    };
    assembly
        .secretary
        .agenda()
        .withdraw_agenda_item(withdraw)
        .await
        .unwrap();
    let item = assembly.propose("二栋 121 改为民宿", class, "2栋").await.unwrap();
    assert_eq!(item.building, "2栋");
    assembly.submit(&item.name).await.unwrap();
    let vote = assembly.begin().await;
    let outside = cast(&assembly.owner(0), &vote, Choice::No, &[]).await;
    assert_eq!(
        reason(outside),
        "NOT_AN_OWNER",
        "whose flat is in another building has no vote"
    );
    let checked = assembly
        .record(&vote, vec![paper("1栋", 101, Choice::No)], true)
        .await
        .unwrap();
    assert_eq!(checked.faults[0].kind(), PaperUnitBallotFaultKind::UnitNotInterested);
    assembly.vote_of(20..25, &vote, Choice::Yes).await;
    let tally = assembly.tally().await;
    assert_eq!(
        (tally.members, tally.yes, tally.verdict()),
        (5, 5, TallyVerdict::Adopted)
    );
}

#[tokio::test]
async fn a_draft_that_owners_could_not_vote_on_is_not_noticed() {
    let house = House::new().await;
    let committee = house.organization(OrganizationKind::PartyCommittee, "北站社区党委");
    let secretary = house.appoint(committee, "PARTY_COMMITTEE/SECRETARY");
    let assembly = Assembly::empty(house, secretary, &one_each(3)).await;
    assert_eq!(reason(assembly.serve().await), "AGENDA_EMPTY");
    let item = assembly
        .propose("使用维修资金", MatterClass::OwnersOrdinary, "")
        .await
        .unwrap();
    assert_eq!(reason(assembly.serve().await), "MOTION_MISSING");
    let owner = assembly.owner(0);
    let motion = assembly.submit_by(&owner, &item.name).await.unwrap();
    assert_eq!(motion.mover, owner.principal.to_string());
    let withdraw = WithdrawMotionRequest {
        name: motion.name,
        ..Default::default()
    };
    owner.motions().withdraw_motion(withdraw).await.unwrap();
    assert_eq!(reason(assembly.serve().await), "MOTION_MISSING");
    assembly.submit(&item.name).await.unwrap();
    let class = assembly
        .propose("共享停车位", MatterClass::ResourceSharing, "")
        .await
        .unwrap();
    assembly.submit(&class.name).await.unwrap();
    assert_eq!(reason(assembly.serve().await), "AGENDA_ITEM_NOT_FOR_DECISION");
    let withdraw = WithdrawAgendaItemRequest {
        name: class.name,
        ..Default::default()
    };
    assembly
        .secretary
        .agenda()
        .withdraw_agenda_item(withdraw)
        .await
        .unwrap();
    assembly.set("2026-03-10T01:00:00Z");
    assert_eq!(reason(assembly.serve().await), "NOTICE_TOO_SHORT");
    assembly.set("2026-03-02T01:00:00Z");
    assembly.directory.register(&assembly.compound, Vec::new());
    assert_eq!(reason(assembly.serve().await), "ROSTER_EMPTY");
    assembly.register(&one_each(3));
    assembly.serve().await.unwrap();

    assembly.set(START);
    let request = OpenSessionRequest {
        name: assembly.meeting.clone(),
        ..Default::default()
    };
    let refused = assembly.secretary.meetings().open_session(request).await;
    assert_eq!(
        (detail(&refused, "needed").as_str(), reason(refused)),
        ("SESSION", "MEETING_MODE".to_owned())
    );
    assembly.set(END);
    assert_eq!(
        reason(
            assembly
                .secretary
                .owners()
                .open_voting(OpenVotingRequest {
                    name: assembly.meeting.clone(),
                    ..Default::default()
                })
                .await
        ),
        "VOTING_OVER"
    );
}

#[tokio::test]
async fn an_owners_assembly_meets_in_writing_with_an_end_and_others_do_not() {
    let assembly = Assembly::draft(&one_each(3)).await;
    assert_eq!(reason(assembly.convene(START, "").await), "VOTING_END");
    assert_eq!(reason(assembly.convene(START, START).await), "VOTING_END");
    let session = Meeting {
        mode: MeetingMode::Session.into(),
        ..get(&assembly.secretary, &assembly.meeting).await.unwrap()
    };
    assert_eq!(reason(assembly.create(session).await), "MEETING_MODE");
    let update = UpdateMeetingRequest {
        meeting: Some(Meeting {
            name: assembly.meeting.clone(),
            voting_end_time: Some(crate::room::instant("2026-04-10T10:00:00Z")),
            ..Default::default()
        }),
        ..Default::default()
    };
    let changed = assembly
        .secretary
        .meetings()
        .update_meeting(update)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        changed.voting_end_time,
        Some(crate::room::instant("2026-04-10T10:00:00Z"))
    );
    assert_eq!(changed.mode(), MeetingMode::Written);
    let council = crate::room::create_body(&assembly.secretary, "联席会议").await.unwrap();
    let written = Meeting {
        body: council.name,
        title: "书面联席会议".to_owned(),
        mode: MeetingMode::Written.into(),
        start_time: Some(crate::room::instant(START)),
        voting_end_time: Some(crate::room::instant(END)),
        ..Default::default()
    };
    assert_eq!(reason(assembly.create(written).await), "MEETING_MODE");
}

#[tokio::test]
async fn a_voting_that_is_postponed_lapses_and_begins_anew() {
    let (assembly, vote) = Assembly::voting(&one_each(3)).await;
    assembly.vote_of(0..1, &vote, Choice::No).await;
    let request = PostponeMeetingRequest {
        name: assembly.meeting.clone(),
        start_time: Some(crate::room::instant("2026-04-20T01:00:00Z")),
        reason: "印制有误".to_owned(),
        ..Default::default()
    };
    assembly.secretary.procedure().postpone_meeting(request).await.unwrap();
    let lapsed = GetVoteRequest { name: vote.clone() };
    let lapsed = assembly.secretary.votes().get_vote(lapsed).await.unwrap().into_inner();
    assert_eq!(lapsed.state(), VoteState::Lapsed);
    assert_eq!(
        reason(assembly.serve().await),
        "VOTING_END",
        "the end is before the new start"
    );
    let update = UpdateMeetingRequest {
        meeting: Some(Meeting {
            name: assembly.meeting.clone(),
            voting_end_time: Some(crate::room::instant("2026-05-10T10:00:00Z")),
            ..Default::default()
        }),
        ..Default::default()
    };
    assembly.secretary.meetings().update_meeting(update).await.unwrap();
    assembly.serve().await.unwrap();
    assembly.set("2026-04-20T01:00:00Z");
    let request = OpenVotingRequest {
        name: assembly.meeting.clone(),
        ..Default::default()
    };
    let opened = assembly
        .secretary
        .owners()
        .open_voting(request)
        .await
        .unwrap()
        .into_inner();
    cast(&assembly.owner(0), &opened.votes[0].name, Choice::Yes, &[])
        .await
        .unwrap();
    let cancel = CancelMeetingRequest {
        name: assembly.meeting.clone(),
        reason: "业主撤回请求".to_owned(),
        ..Default::default()
    };
    let cancelled = assembly
        .secretary
        .meetings()
        .cancel_meeting(cancel)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(cancelled.state(), MeetingState::Cancelled);
}

#[tokio::test]
async fn owners_find_the_meetings_of_their_compound_in_lists() {
    let (assembly, vote) = Assembly::voting(&one_each(3)).await;
    let owner = assembly.owner(0);
    let meetings = ListMeetingsRequest {
        parent: PARENT.to_owned(),
        ..Default::default()
    };
    let found = owner
        .meetings()
        .list_meetings(meetings.clone())
        .await
        .unwrap()
        .into_inner()
        .meetings;
    assert_eq!(found.len(), 1);
    let bodies = ListBodiesRequest {
        parent: PARENT.to_owned(),
        ..Default::default()
    };
    assert_eq!(
        owner
            .bodies()
            .list_bodies(bodies)
            .await
            .unwrap()
            .into_inner()
            .bodies
            .len(),
        1
    );
    let votes = ListVotesRequest {
        parent: assembly.meeting.clone(),
        ..Default::default()
    };
    let votes = owner.votes().list_votes(votes).await.unwrap().into_inner().votes;
    assert_eq!(votes[0].name, vote);
    let stranger = assembly.person(assembly.ids.next(), "COMPOUND/OWNER");
    let found = stranger
        .meetings()
        .list_meetings(meetings)
        .await
        .unwrap()
        .into_inner()
        .meetings;
    assert_eq!(found, []);
}

#[tokio::test]
async fn what_is_by_units_is_not_voted_on_as_in_a_session() {
    let (assembly, vote) = Assembly::voting(&one_each(3)).await;
    let owner = assembly.owner(0);
    let refused = crate::room::cast(&owner, &vote, Choice::Yes).await;
    assert!(refused.is_err());
    let close = CloseVoteRequest { name: vote };
    assert_eq!(
        reason(assembly.secretary.votes().close_vote(close).await),
        "MEETING_STATE"
    );
    let quorum = crate::room::quorum(&assembly.secretary, &assembly.meeting)
        .await
        .unwrap();
    assert_eq!((quorum.members, quorum.met), (3, true));
    let (room, session) = crate::room::Room::voting(3).await;
    assert_eq!(reason(list(&room.secretary, &session.name).await), "NOT_BY_UNITS");
    for unit in &room.units {
        crate::room::cast(unit, &session.name, Choice::Yes).await.unwrap();
    }
    let closed = room.close_vote(&session.name).await.unwrap();
    let export = ExportCountRequest { name: session.name };
    let sheet = room.secretary.owners().export_count(export).await.unwrap().into_inner();
    let recounted = CountSheet::from_json(&sheet.content).unwrap().count().unwrap();
    assert_eq!(
        sha256(&recounted.canonical_bytes().unwrap()),
        closed.tally.unwrap().sha256
    );
}

/// A joint conference adopted what the law reserves to the owners, and the owners are asked in writing.
#[tokio::test]
async fn what_a_joint_conference_recommended_is_settled_when_the_owners_have_voted() {
    for (voters, state, original) in [
        (4, RatificationState::Ratified, MotionState::Ratified),
        (3, RatificationState::Pending, MotionState::PendingRatification),
    ] {
        let (room, motion, ratification) = crate::ratification::pending().await;
        let crate::room::Room { house, secretary, .. } = room;
        let mut assembly = Assembly::empty(house, secretary, &one_each(6)).await;
        let (start, end) = ("2026-04-13T01:00:00Z", "2026-04-27T10:00:00Z");
        assembly.meeting = assembly.convene(start, end).await.unwrap().name;
        let by = assembly.secretary.clone();
        let routed = crate::ratification::route(&by, &ratification.name, &assembly.meeting).await;
        assert_eq!(routed.unwrap().state(), RatificationState::Routed);
        assembly.serve().await.unwrap();
        assembly.set(start);
        let request = OpenVotingRequest {
            name: assembly.meeting.clone(),
            ..Default::default()
        };
        let opened = by.owners().open_voting(request).await.unwrap().into_inner();
        let vote = opened.votes[0].name.clone();
        assembly.vote_of(0..voters, &vote, Choice::Yes).await;
        assembly.set(end);
        let request = CloseVotingRequest {
            name: assembly.meeting.clone(),
            ..Default::default()
        };
        by.owners().close_voting(request).await.unwrap();
        let request = GetRatificationRequest {
            name: ratification.name,
        };
        let settled = by.ratifications().get_ratification(request).await.unwrap().into_inner();
        assert_eq!(settled.state(), state, "{voters} of 6 took part");
        assert_eq!(settled.resolution.is_empty(), state == RatificationState::Pending);
        let request = GetMotionRequest { name: motion.name };
        let motion = by.motions().get_motion(request).await.unwrap().into_inner();
        assert_eq!(motion.state(), original);
    }
}

#[tokio::test]
async fn minutes_of_a_meeting_in_writing_tell_numbers_and_no_ballots() {
    let (assembly, vote) = Assembly::voting(&one_each(6)).await;
    let owner = assembly.owner(0);
    cast(&owner, &vote, Choice::Yes, &[]).await.unwrap();
    assembly.vote_of(1..5, &vote, Choice::Yes).await;
    assembly.tally().await;
    let request = DraftMinutesRequest {
        name: assembly.meeting.clone(),
    };
    let drafted = assembly
        .secretary
        .minutes()
        .draft_minutes(request)
        .await
        .unwrap()
        .into_inner();
    for told in [
        "房屋 6 套，业主 6 人（按户计），专有部分面积 600.00 平方米",
        "业主 5 人（共 6 人），专有部分面积 500.00 平方米（共 600.00 平方米）",
        "按户记名书面表决",
        "应送达业主：6 名",
    ] {
        assert!(drafted.text.contains(told), "{told} in {}", drafted.text);
    }
    let user = owner.principal.to_string();
    assert!(!drafted.text.contains(&user) && !drafted.text.contains("1栋"));
    let export = ExportMinutesRequest {
        name: assembly.meeting.clone(),
    };
    // the convener's file recounts; an owner's is verified without the sheet that tells how the others voted
    for (by, withheld) in [(&assembly.secretary, false), (&owner, true)] {
        let file = by.minutes().export_minutes(export.clone()).await.unwrap().into_inner();
        let verified = yihe_meeting::verify_minutes(&file.content, None).unwrap();
        assert_eq!(verified.votes.len(), 1);
        assert_eq!(verified.votes[0].1.contains("未重新计票"), withheld);
        let text = String::from_utf8(file.content).unwrap();
        let unit = assembly.units[0].rsplit('/').next().unwrap().to_owned();
        assert_eq!(text.contains(&unit), !withheld);
    }
}
