//! The owners' register as its keepers see it.

use yihe_proto::directory::v1::{self as pb, OrganizationKind, Post, RegisterFaultKind};
use yihe_testkit::register;

use crate::node::{COMMUNITY, Node, Who, fields, reason};
use crate::world::World;

const UUID: &str = "0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f";
pub const FOUR: &str = "building,unit,area,area_basis,standing,owner,owner_type,owner_key,phone,share,nominee\n\
    1,101,89.13,REGISTER,SOLD,张三,PERSON,A,13800000042,1/2,\n\
    1,101,89.13,REGISTER,SOLD,李四,PERSON,B,,1/2,yes\n\
    1,102,100,SURVEY,SOLD,李四,PERSON,B,,,\n\
    1,103,70.5,SALE_CONTRACT,SOLD,王五,PERSON,C,,,\n\
    2,101,50,REGISTER,UNSOLD,龙塘置业,DEVELOPER,D,,,\n";

pub async fn garden(world: &World) -> (String, Who) {
    let owners = world.register(OrganizationKind::OwnersCommittee, "花园业委会").await;
    let director = world.enrol(&owners, Post::Director, "director").await.who;
    let request = pb::CreateCompoundRequest {
        parent: COMMUNITY.into(),
        display_name: "北站花园".into(),
        owners_committee: owners,
        ..Default::default()
    };
    let made: pb::Compound = world.node.call(&world.secretary, request).await.unwrap();
    (made.name, director)
}

pub fn file(compound: &str, content: &str) -> pb::ImportRegisterRequest {
    pb::ImportRegisterRequest {
        parent: compound.into(),
        content: content.into(),
        ..Default::default()
    }
}

pub async fn import(node: &Node, who: &Who, compound: &str, content: &str) -> pb::RegisterRevision {
    let answer: pb::ImportRegisterResponse = node.call(who, file(compound, content)).await.unwrap();
    answer.revision.unwrap()
}

pub async fn units(node: &Node, who: &Who, compound: &str) -> Vec<pb::Unit> {
    let request = pb::ListUnitsRequest {
        parent: compound.into(),
        page_size: 1000,
        ..Default::default()
    };
    let page: pb::ListUnitsResponse = node.call(who, request).await.unwrap();
    page.units
}

pub async fn owners(node: &Node, who: &Who, compound: &str) -> Vec<pb::Owner> {
    let request = pb::ListOwnersRequest {
        parent: compound.into(),
        page_size: 1000,
        ..Default::default()
    };
    let page: pb::ListOwnersResponse = node.call(who, request).await.unwrap();
    page.owners
}

/// The whole register at a revision, in pages.
async fn whole(node: &Node, compound: &str, revision: i64, page_size: i32) -> Vec<pb::RegisterUnit> {
    let mut request = pb::GetRegisterRequest {
        compound: compound.into(),
        revision,
        page_size,
        page_token: String::new(),
    };
    let mut units = Vec::new();
    loop {
        let page: pb::GetRegisterResponse = node.call(&Who::service("meeting"), request.clone()).await.unwrap();
        units.extend(page.units);
        (request.revision, request.page_token) = (page.revision, page.next_page_token);
        if request.page_token.is_empty() {
            return units;
        }
    }
}

#[tokio::test]
async fn a_register_of_1200_units_is_imported_on_both_backends() {
    for node in Node::start_both().await {
        let world = World::on(node).await;
        let node = &world.node;
        let (garden, director) = garden(&world).await;
        let sample = register::sample(1_200, 278);
        let begun = std::time::Instant::now();
        let made = import(node, &director, &garden, &sample.csv).await;
        let taken = begun.elapsed();
        assert!(taken.as_secs() < 20, "{taken:?} even in a slow build");
        let number = |number: usize| i64::try_from(number).unwrap();
        assert_eq!(
            (made.revision, made.units, made.units_added, made.owners, made.heads),
            (1, 1_200, 1_200, number(sample.owners), number(sample.heads))
        );
        assert_eq!((made.area, made.buildings), (i64::try_from(sample.area).unwrap(), 20));
        assert_eq!(
            (made.creator.as_str(), made.sha256.len()),
            (director.principal.to_string().as_str(), 64)
        );

        let units = whole(node, &garden, 0, 500).await;
        assert_eq!(units.len(), 1_200);
        let heads: std::collections::BTreeSet<_> = units.iter().map(|unit| &unit.head).collect();
        assert_eq!(heads.len(), sample.heads);
        let developers = units.iter().filter(|unit| unit.standing() != pb::UnitStanding::Sold);
        assert_eq!(developers.count(), sample.developer_units);
        assert_eq!(units.iter().map(|unit| unit.area).sum::<i64>(), made.area);
        assert!(
            units
                .iter()
                .any(|unit| unit.owners.len() == 2 && !unit.nominee.is_empty())
        );

        // the same file again changes nothing; a later revision leaves the earlier one as it was
        assert_eq!(import(node, &director, &garden, &sample.csv).await, made);
        let later = import(node, &director, &garden, &register::csv(1_199, 278)).await;
        assert_eq!((later.revision, later.units_dropped), (2, 1));
        assert_eq!(whole(node, &garden, 1, 1000).await, units);
        assert_eq!(whole(node, &garden, 0, 1000).await.len(), 1_199);
        let request = pb::ListRegisterRevisionsRequest {
            parent: garden.clone(),
            ..Default::default()
        };
        let listed: pb::ListRegisterRevisionsResponse = node.call(&director, request).await.unwrap();
        assert_eq!(listed.revisions, [made, later]);
    }
}

#[tokio::test]
async fn a_file_with_faults_writes_nothing_and_every_fault_is_told() {
    let world = World::start().await;
    let node = &world.node;
    let (garden, director) = garden(&world).await;
    let bad = "building,unit,area,area_basis,owner,owner_key\n1,101,-1,REGISTER,张三,A\n1,102,90,HEARSAY,陳国偉,\n\
               1,103,90,REGISTER,陈国伟,\n";
    let status = node
        .call::<_, pb::ImportRegisterResponse>(&director, file(&garden, bad))
        .await
        .unwrap_err();
    assert_eq!(reason(&status), "REGISTER_REFUSED");
    assert_eq!(
        fields(&status),
        ["content:2:area", "content:3:area_basis", "content:4:owner"]
    );
    let request = pb::ImportRegisterRequest {
        validate_only: true,
        ..file(&garden, bad)
    };
    let told: pb::ImportRegisterResponse = node.call(&director, request).await.unwrap();
    assert!(told.revision.is_none());
    let kinds: Vec<_> = told.faults.iter().map(|fault| (fault.line, fault.kind())).collect();
    assert_eq!(
        kinds,
        [
            (2, RegisterFaultKind::Area),
            (3, RegisterFaultKind::Cell),
            (4, RegisterFaultKind::Alike)
        ]
    );
    assert_eq!(told.faults[2].other_line, 3);
    assert!(told.faults[0].text.is_ascii(), "in the language of the call");

    let request = pb::ImportRegisterRequest {
        validate_only: true,
        ..file(&garden, FOUR)
    };
    let would: pb::ImportRegisterResponse = node.call(&director, request).await.unwrap();
    let would = would.revision.unwrap();
    assert_eq!((would.revision, would.units, would.owners, would.heads), (1, 4, 4, 4));
    assert!(units(node, &director, &garden).await.is_empty(), "nothing was written");
    assert!(!node.events().await.contains(&"RegisterImported".to_owned()));
    let missing = pb::GetRegisterRequest {
        compound: garden.clone(),
        ..Default::default()
    };
    let meeting = Who::service("meeting");
    let refused = node.refused::<pb::GetRegisterResponse, _>(&meeting, missing).await;
    assert_eq!(refused, "REGISTER_MISSING");
    let large = pb::ImportRegisterRequest {
        content: vec![b'x'; 4_000_001],
        expected_revision: -1,
        ..file(&garden, "")
    };
    let status = node
        .call::<_, pb::ImportRegisterResponse>(&director, large)
        .await
        .unwrap_err();
    assert_eq!(fields(&status), ["content", "expected_revision"]);
}

#[tokio::test]
async fn two_who_import_at_once_and_one_who_retries() {
    let world = World::start().await;
    let node = &world.node;
    let (garden, director) = garden(&world).await;
    let request = pb::ImportRegisterRequest {
        request_id: UUID.into(),
        ..file(&garden, FOUR)
    };
    let first: pb::ImportRegisterResponse = node.call(&director, request.clone()).await.unwrap();
    let fewer = FOUR.lines().take(5).collect::<Vec<_>>().join("\n");
    assert_eq!(import(node, &world.secretary, &garden, &fewer).await.revision, 2);
    let again: pb::ImportRegisterResponse = node.call(&director, request.clone()).await.unwrap();
    assert_eq!(again, first, "a retry has no further effect");
    let other = pb::ImportRegisterRequest {
        content: fewer.clone().into(),
        ..request
    };
    assert_eq!(
        node.refused::<pb::ImportRegisterResponse, _>(&director, other).await,
        "REQUEST_ID_REUSED"
    );
    let stale = pb::ImportRegisterRequest {
        expected_revision: 1,
        ..file(&garden, FOUR)
    };
    assert_eq!(
        node.refused::<pb::ImportRegisterResponse, _>(&director, stale).await,
        "ETAG_MISMATCH"
    );
    let reused = fewer.replace("王五", "赵六");
    let status = node
        .call::<_, pb::ImportRegisterResponse>(&director, file(&garden, &reused))
        .await
        .unwrap_err();
    assert_eq!(
        (reason(&status), fields(&status)),
        ("REGISTER_REFUSED".into(), vec!["content:5:owner_key".into()])
    );
}

#[tokio::test]
async fn co_owners_nominate_one_of_them() {
    let world = World::start().await;
    let node = &world.node;
    let (garden, director) = garden(&world).await;
    import(node, &director, &garden, FOUR).await;
    let unit = units(node, &director, &garden).await.remove(0);
    let (zhang, li) = (&unit.owners[0].owner, &unit.owners[1].owner);
    assert_eq!((&unit.nominee, unit.area, unit.revision), (li, 8913, 1));
    let nominate = |owner: &str, expected_revision| pb::NominateVoterRequest {
        name: unit.name.clone(),
        owner: owner.into(),
        expected_revision,
    };
    let changed: pb::Unit = node.call(&director, nominate(zhang, 1)).await.unwrap();
    assert_eq!((&changed.nominee, changed.revision), (zhang, 2));
    assert_eq!(changed.head, unit.head);
    let refused = async |request| node.refused::<pb::Unit, _>(&director, request).await;
    assert_eq!(refused(nominate(li, 1)).await, "ETAG_MISMATCH");
    let others = units(node, &director, &garden).await;
    assert_eq!(
        refused(nominate(&others[3].owners[0].owner, 0)).await,
        "NOT_AN_OWNER_OF_UNIT"
    );
    let elsewhere = zhang.replace(&garden, &format!("{COMMUNITY}/compounds/{UUID}"));
    assert_eq!(refused(nominate(&elsewhere, 0)).await, "INVALID_REQUEST");
    let same: pb::Unit = node.call(&director, nominate(zhang, 0)).await.unwrap();
    assert_eq!(same.revision, 2, "nothing changes, no revision");
    let back: pb::Unit = node.call(&director, nominate("", 0)).await.unwrap();
    assert_eq!((back.nominee.as_str(), back.revision), ("", 3));
    assert_eq!(
        whole(node, &garden, 2, 10).await[0].nominee,
        *zhang,
        "revision 2 stays what it was"
    );
    let get = pb::GetUnitRequest {
        name: unit.name.clone(),
    };
    let now: pb::Unit = node.call(&director, get).await.unwrap();
    assert_eq!(now, back);
    let unknown = pb::GetUnitRequest {
        name: format!("{garden}/units/{UUID}"),
    };
    assert_eq!(
        node.refused::<pb::Unit, _>(&world.secretary, unknown).await,
        "RESOURCE_NOT_FOUND"
    );
}

#[tokio::test]
async fn names_are_masked_and_told_in_full_to_few_each_time_by_an_event() {
    let world = World::start().await;
    let node = &world.node;
    let (garden, director) = garden(&world).await;
    import(node, &director, &garden, FOUR).await;
    let masked = owners(node, &director, &garden).await;
    let shown: Vec<_> = masked
        .iter()
        .map(|owner| (owner.full_name.as_str(), owner.phone.as_str()))
        .collect();
    assert_eq!(
        shown,
        [("张*", "*********42"), ("李*", ""), ("王*", ""), ("龙塘置业", "")]
    );
    assert_eq!(masked[1].units.len(), 2);
    assert!(
        masked
            .iter()
            .all(|owner| owner.owner_key.is_empty() && owner.user.is_empty())
    );
    let reveal = || pb::RevealOwnersRequest {
        parent: garden.clone(),
        ..Default::default()
    };
    let full: pb::RevealOwnersResponse = node.call(&world.secretary, reveal()).await.unwrap();
    assert_eq!(
        (full.owners[0].full_name.as_str(), full.owners[0].phone.as_str()),
        ("张三", "13800000042")
    );
    assert_eq!(full.owners[0].owner_key, "A");
    assert_eq!(node.events().await.last().map(String::as_str), Some("OwnersRevealed"));
    assert_eq!(
        node.refused::<pb::RevealOwnersResponse, _>(&director, reveal()).await,
        "PERMISSION_DENIED",
        "who may list may not therefore reveal"
    );

    // the property company that serves the compound, and another compound's committee
    let company = world.register(OrganizationKind::PropertyCompany, "甲物业").await;
    let manager = world.enrol(&company, Post::Manager, "manager").await.who;
    let contract = pb::CreateServiceContractRequest {
        parent: garden.clone(),
        property_company: company,
        ..Default::default()
    };
    let _: pb::ServiceContract = node.call(&world.secretary, contract).await.unwrap();
    let other = world.register(OrganizationKind::OwnersCommittee, "新村业委会").await;
    let stranger = world.enrol(&other, Post::Director, "other").await.who;
    for who in [&manager, &stranger] {
        let list = pb::ListOwnersRequest {
            parent: garden.clone(),
            ..Default::default()
        };
        assert_eq!(
            node.refused::<pb::ListOwnersResponse, _>(who, list).await,
            "PERMISSION_DENIED"
        );
        assert_eq!(
            node.refused::<pb::ImportRegisterResponse, _>(who, file(&garden, FOUR))
                .await,
            "PERMISSION_DENIED"
        );
        let get = pb::GetUnitRequest {
            name: units(node, &director, &garden).await[0].name.clone(),
        };
        assert_eq!(node.refused::<pb::Unit, _>(who, get).await, "PERMISSION_DENIED");
    }
    assert!(units(node, &stranger, &garden).await.is_empty());
    let register = pb::GetRegisterRequest {
        compound: garden.clone(),
        ..Default::default()
    };
    for who in [&manager, &world.secretary, &Who::service("policy")] {
        assert_eq!(
            node.refused::<pb::GetRegisterResponse, _>(who, register.clone()).await,
            "PERMISSION_DENIED"
        );
    }
}
