//! Organizations that are represented by somebody who holds no post in them.

use tonic::Status;
use yihe_kernel::UserId;
use yihe_proto::directory::v1::OrganizationKind;
use yihe_proto::meeting::v1::*;

use crate::harness::{House, Party, detail, fields, reason};
use crate::room::{Room, ballots, cast, check_in, check_out, quorum, submit};

/// Somebody with a post elsewhere, who acts for itself.
pub fn outsider(house: &House) -> Party {
    let station = house.organization(OrganizationKind::SocialOrganization, "社工站");
    let appointed = house.appoint(station, "SOCIAL_ORGANIZATION/MANAGER");
    house.party(appointed.principal, None)
}

fn name(party: &Party) -> String {
    party.principal.to_string()
}

pub async fn grant(by: &Party, meeting: &str, to: &Party) -> Result<Mandate, Status> {
    let request = GrantMandateRequest {
        parent: meeting.to_owned(),
        mandate: Some(Mandate {
            person: name(to),
            note: "本单位人员出差".to_owned(),
            ..Default::default()
        }),
        ..Default::default()
    };
    Ok(by.mandates().grant_mandate(request).await?.into_inner())
}

pub async fn revoke(by: &Party, mandate: &str) -> Result<Mandate, Status> {
    let request = RevokeMandateRequest {
        name: mandate.to_owned(),
    };
    Ok(by.mandates().revoke_mandate(request).await?.into_inner())
}

async fn list(by: &Party, meeting: &str) -> Result<Vec<Mandate>, Status> {
    let request = ListMandatesRequest {
        parent: meeting.to_owned(),
        ..Default::default()
    };
    Ok(by.mandates().list_mandates(request).await?.into_inner().mandates)
}

async fn check_in_for(by: &Party, meeting: &str, organization: &str) -> Result<Presence, Status> {
    let request = CheckInRequest {
        name: meeting.to_owned(),
        member: organization.to_owned(),
    };
    Ok(by.meetings().check_in(request).await?.into_inner())
}

async fn cast_for(by: &Party, vote: &str, organization: &str, choice: Choice) -> Result<Ballot, Status> {
    let request = CastBallotRequest {
        parent: vote.to_owned(),
        choice: choice.into(),
        member: organization.to_owned(),
        ..Default::default()
    };
    Ok(by.votes().cast_ballot(request).await?.into_inner())
}

async fn record_check_in(by: &Party, meeting: &str, organization: &str, person: &str) -> Result<Presence, Status> {
    let request = RecordCheckInRequest {
        name: meeting.to_owned(),
        member: organization.to_owned(),
        representative: person.to_owned(),
        ..Default::default()
    };
    Ok(by.presence().record_check_in(request).await?.into_inner())
}

#[tokio::test]
async fn who_holds_a_mandate_checks_in_moves_and_votes_for_the_organization() {
    let room = Room::noticed(3).await;
    let [first, second, third] = &room.units[..] else {
        panic!()
    };
    let substitute = outsider(&room.house);
    room.open().await.unwrap();
    assert_eq!(
        reason(check_in_for(&substitute, &room.meeting, &first.name()).await),
        "PERMISSION_DENIED",
        "a stranger learns nothing"
    );
    let mandate = grant(first, &room.meeting, &substitute).await.unwrap();
    assert_eq!(
        (&mandate.organization, &mandate.person, mandate.recorded_by.as_str()),
        (&first.name(), &name(&substitute), "")
    );
    assert_eq!(
        reason(check_in_for(&substitute, &room.meeting, &second.name()).await),
        "MANDATE_ABSENT"
    );
    assert_eq!(reason(check_in(&substitute, &room.meeting).await), "NOT_ON_ROSTER");
    let presence = check_in_for(&substitute, &room.meeting, &first.name()).await.unwrap();
    assert_eq!(
        (&presence.member, &presence.representative, &presence.mandate),
        (&first.name(), &name(&substitute), &mandate.name)
    );
    assert_eq!(
        reason(check_in(first, &room.meeting).await),
        "ALREADY_REPRESENTED",
        "one organization, one representative"
    );
    check_in(second, &room.meeting).await.unwrap();
    assert_eq!(quorum(&substitute, &room.meeting).await.unwrap().present, 2);

    let request = SubmitMotionRequest {
        parent: room.meeting.clone(),
        motion: Some(Motion {
            agenda_item: room.item.clone(),
            text: "试行一学期".to_owned(),
            ..Default::default()
        }),
        member: first.name(),
        ..Default::default()
    };
    let motion = substitute.motions().submit_motion(request).await.unwrap().into_inner();
    assert_eq!(motion.mover, first.name());
    assert_eq!(
        reason(submit(&substitute, &room.meeting, &room.item).await),
        "PERMISSION_DENIED",
        "for itself it is nobody here"
    );
    let vote = room.open_vote(&motion.name).await.unwrap();
    let ballot = cast_for(&substitute, &vote.name, &first.name(), Choice::Yes)
        .await
        .unwrap();
    assert_eq!(
        (&ballot.member, &ballot.representative, ballot.proxy.as_str()),
        (&first.name(), &name(&substitute), "")
    );
    assert_eq!(
        reason(cast_for(&substitute, &vote.name, &first.name(), Choice::No).await),
        "ALREADY_VOTED"
    );
    assert_eq!(
        reason(cast_for(&substitute, &vote.name, &third.name(), Choice::No).await),
        "PERMISSION_DENIED"
    );
    cast(second, &vote.name, Choice::Yes).await.unwrap();
    let tally = room.close_vote(&vote.name).await.unwrap().tally.unwrap();
    assert_eq!((tally.verdict(), tally.yes), (TallyVerdict::Adopted, 2));
    let listed = list(&substitute, &room.meeting).await.unwrap();
    assert_eq!(listed, std::slice::from_ref(&mandate));
    assert_eq!(list(third, &room.meeting).await.unwrap(), [mandate]);
    assert_eq!(
        reason(list(&outsider(&room.house), &room.meeting).await),
        "PERMISSION_DENIED"
    );
}

#[tokio::test]
async fn a_revoked_mandate_ends_the_representation_and_what_was_cast_stands() {
    let room = Room::noticed(3).await;
    let [first, second, third] = &room.units[..] else {
        panic!()
    };
    let substitute = outsider(&room.house);
    let mandate = grant(first, &room.meeting, &substitute).await.unwrap();
    room.open().await.unwrap();
    check_in_for(&substitute, &room.meeting, &first.name()).await.unwrap();
    check_in(second, &room.meeting).await.unwrap();
    let motion = submit(second, &room.meeting, &room.item).await.unwrap();
    let vote = room.open_vote(&motion.name).await.unwrap();
    assert_eq!(reason(revoke(second, &mandate.name).await), "PERMISSION_DENIED");
    assert_eq!(reason(revoke(&substitute, &mandate.name).await), "PERMISSION_DENIED");
    let revoked = revoke(first, &mandate.name).await.unwrap();
    assert!(revoked.revoke_time.is_some());
    assert_eq!(reason(revoke(first, &mandate.name).await), "MANDATE_ENDED");
    assert_eq!(reason(revoke(&room.secretary, &mandate.name).await), "MANDATE_ENDED");
    assert_eq!(
        reason(cast_for(&substitute, &vote.name, &first.name(), Choice::Yes).await),
        "PERMISSION_DENIED"
    );
    assert_eq!(
        reason(quorum(&substitute, &room.meeting).await),
        "PERMISSION_DENIED",
        "it reads nothing any more"
    );
    let now = quorum(second, &room.meeting).await.unwrap();
    assert_eq!(
        (now.present, now.met),
        (1, false),
        "its presence ended with the mandate"
    );

    // the organization comes itself and casts the ballot that is still its own
    check_in(first, &room.meeting).await.unwrap();
    cast(first, &vote.name, Choice::Yes).await.unwrap();
    cast(second, &vote.name, Choice::Yes).await.unwrap();
    room.close_vote(&vote.name).await.unwrap();
    let again = grant(third, &room.meeting, &substitute).await.unwrap();
    check_in_for(&substitute, &room.meeting, &third.name())
        .await
        .expect_err("it represented another in this meeting");
    revoke(third, &again.name).await.unwrap();
    let ballots = ballots(second, &vote.name).await;
    assert!(ballots.iter().all(|ballot| ballot.choice() == Choice::Yes));
}

#[tokio::test]
async fn mandates_are_of_organizations_on_the_roster_one_at_a_time() {
    let room = Room::draft(2).await;
    let [first, _] = &room.units[..] else { panic!() };
    let substitute = outsider(&room.house);
    assert_eq!(reason(grant(first, &room.meeting, &substitute).await), "MEETING_STATE");
    room.serve().await.unwrap();
    assert_eq!(
        reason(grant(&substitute, &room.meeting, &substitute).await),
        "PERMISSION_DENIED"
    );
    let request = GrantMandateRequest {
        parent: room.meeting.clone(),
        mandate: Some(Mandate {
            person: name(&substitute),
            ..Default::default()
        }),
        request_id: room.ids.next::<uuid::Uuid>().to_string(),
    };
    let given = first
        .mandates()
        .grant_mandate(request.clone())
        .await
        .unwrap()
        .into_inner();
    let again = first.mandates().grant_mandate(request).await.unwrap().into_inner();
    assert_eq!(given, again, "the same request has one effect");
    let refused = grant(first, &room.meeting, &outsider(&room.house)).await;
    assert_eq!(detail(&refused, "name"), given.name);
    assert_eq!(reason(refused), "MANDATE_EXISTS");
    let empty = GrantMandateRequest {
        parent: room.meeting.clone(),
        ..Default::default()
    };
    assert_eq!(fields(&first.mandates().grant_mandate(empty).await), ["mandate.person"]);

    let (council, members) = crate::persons::Council::of(2).await.in_session(2).await;
    assert_eq!(
        reason(grant(&members[0], &council.meeting, &members[1]).await),
        "ORGANIZATION_REQUIRED",
        "a person has no substitute"
    );
}

#[tokio::test]
async fn the_clerk_records_a_mandate_on_sealed_paper_also_for_one_without_an_account() {
    let room = Room::noticed(3).await;
    let [first, second, third] = &room.units[..] else {
        panic!()
    };
    let clerk = &room.secretary;
    let evidence = format!("{}/files/{}", crate::harness::PARENT, room.ids.next::<uuid::Uuid>());
    let paper = Mandate {
        organization: first.name(),
        person_display_name: "王五".to_owned(),
        evidence: evidence.clone(),
        ..Default::default()
    };
    let record = async |by: &Party, mandate: Mandate| {
        let request = RecordMandateRequest {
            parent: room.meeting.clone(),
            mandate: Some(mandate),
            ..Default::default()
        };
        by.mandates().record_mandate(request).await
    };
    assert_eq!(
        fields(&record(clerk, Mandate::default()).await),
        ["mandate.organization", "mandate.evidence", "mandate.person"]
    );
    let both = Mandate {
        person: name(third),
        ..paper.clone()
    };
    assert_eq!(fields(&record(clerk, both).await), ["mandate.person_display_name"]);
    assert_eq!(reason(record(clerk, paper.clone()).await), "FILE_UNKNOWN");
    room.kept.keep(&evidence, &room.item);
    assert_eq!(reason(record(clerk, paper.clone()).await), "FILE_ELSEWHERE");
    room.kept.keep(&evidence, &room.meeting);
    assert_eq!(reason(record(second, paper.clone()).await), "PERMISSION_DENIED");
    let stranger = Mandate {
        organization: clerk.name(),
        ..paper.clone()
    };
    assert_eq!(reason(record(clerk, stranger).await), "NOT_ON_ROSTER");
    let mandate = record(clerk, paper).await.unwrap().into_inner();
    assert_eq!(
        (
            mandate.recorded_by.as_str(),
            mandate.person_display_name.as_str(),
            &mandate.evidence
        ),
        (name(clerk).as_str(), "王五", &evidence)
    );
    let records = ListRecordsRequest {
        parent: room.meeting.clone(),
        ..Default::default()
    };
    let records = first
        .records()
        .list_records(records)
        .await
        .unwrap()
        .into_inner()
        .records;
    assert_eq!(
        records
            .iter()
            .map(|record| (record.act(), &record.subject))
            .collect::<Vec<_>>(),
        [(RecordedAct::Mandate, &mandate.name)]
    );

    room.open().await.unwrap();
    let somebody = format!("users/{}", room.ids.next::<UserId>());
    assert_eq!(
        reason(record_check_in(clerk, &room.meeting, &first.name(), &somebody).await),
        "REPRESENTATIVE_NOT_APPOINTED"
    );
    assert_eq!(
        reason(record_check_in(clerk, &room.meeting, &second.name(), &mandate.person).await),
        "REPRESENTATIVE_NOT_APPOINTED"
    );
    let presence = record_check_in(clerk, &room.meeting, &first.name(), &mandate.person)
        .await
        .unwrap();
    assert_eq!(
        (&presence.mandate, &presence.recorded_by),
        (&mandate.name, &name(clerk))
    );
    let revoked = revoke(clerk, &mandate.name).await.unwrap();
    assert!(revoked.revoke_time.is_some());
    assert_eq!(quorum(second, &room.meeting).await.unwrap().present, 0);
}

/// A joint conference under rules that its body names.
async fn under(rule_pack: &str) -> Room {
    let house = House::new().await;
    let committee = house.organization(OrganizationKind::PartyCommittee, "北站社区党委");
    let secretary = house.appoint(committee, "PARTY_COMMITTEE/SECRETARY");
    let units: Vec<_> = (1..=4)
        .map(|number| {
            let unit = house.organization(OrganizationKind::ResidentUnit, &format!("驻区单位 {number}"));
            house.appoint(unit, "RESIDENT_UNIT/REPRESENTATIVE")
        })
        .collect();
    let request = CreateBodyRequest {
        parent: crate::harness::PARENT.to_owned(),
        body: Some(Body {
            kind: BodyKind::JointConference.into(),
            display_name: "联席会议".to_owned(),
            convener: secretary.name(),
            rule_pack: rule_pack.to_owned(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let body = secretary.bodies().create_body(request).await.unwrap().into_inner().name;
    for unit in &units {
        crate::room::add_member(&secretary, &body, &unit.name()).await.unwrap();
    }
    let meeting = crate::room::create_meeting(&secretary, &body, crate::room::NEXT_MONDAY)
        .await
        .unwrap()
        .name;
    let item = crate::room::propose(&units[0], &meeting, "文明劝导", MatterClass::ResourceSharing)
        .await
        .unwrap()
        .name;
    let room = Room {
        house,
        secretary,
        units,
        body,
        meeting,
        item,
    };
    room.serve().await.unwrap();
    room.open().await.unwrap();
    room
}

#[tokio::test]
async fn one_person_represents_two_organizations_only_where_the_rules_let_it() {
    for (rules, both) in [("", false), ("cn.joint-conference.shared-representatives", true)] {
        let room = under(rules).await;
        let [first, second, third, fourth] = &room.units[..] else {
            panic!()
        };
        let person = room.party(first.principal.clone(), None);
        for unit in [second, third] {
            grant(unit, &room.meeting, &person).await.unwrap();
        }
        check_in(first, &room.meeting).await.unwrap();
        check_in(fourth, &room.meeting).await.unwrap();
        let entered = check_in_for(&person, &room.meeting, &second.name()).await;
        if !both {
            assert_eq!(
                (detail(&entered, "member"), detail(&entered, "limit")),
                (first.name(), "1".to_owned())
            );
            assert_eq!(reason(entered), "REPRESENTS_ANOTHER");
            continue;
        }
        entered.unwrap();
        let third_one = check_in_for(&person, &room.meeting, &third.name()).await;
        assert_eq!(detail(&third_one, "limit"), "2");
        assert_eq!(reason(third_one), "REPRESENTS_ANOTHER");
        assert_eq!(quorum(first, &room.meeting).await.unwrap().present, 3);
        let motion = submit(first, &room.meeting, &room.item).await.unwrap();
        let vote = room.open_vote(&motion.name).await.unwrap();
        cast(first, &vote.name, Choice::No).await.unwrap();
        cast_for(&person, &vote.name, &second.name(), Choice::Yes)
            .await
            .unwrap();
        cast(fourth, &vote.name, Choice::Yes).await.unwrap();
        let tally = room.close_vote(&vote.name).await.unwrap().tally.unwrap();
        assert_eq!((tally.yes, tally.no), (2, 1), "each organization has its own vote");
        check_out(first, &room.meeting).await.unwrap();
        assert_eq!(
            reason(check_in_for(&person, &room.meeting, &third.name()).await),
            "REPRESENTS_ANOTHER",
            "leaving one makes no room for another"
        );
    }
}
