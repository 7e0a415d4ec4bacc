use yihe_proto::directory::v1::{self as pb, OrganizationKind, Post};

use crate::node::{COMMUNITY, Who, fields};
use crate::world::World;

const UUID: &str = "0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f";

fn compound(display_name: &str, owners_committee: &str) -> pb::CreateCompoundRequest {
    pb::CreateCompoundRequest {
        parent: COMMUNITY.into(),
        display_name: display_name.into(),
        owners_committee: owners_committee.into(),
        ..Default::default()
    }
}

fn contract(compound: &str, property_company: &str) -> pb::CreateServiceContractRequest {
    pb::CreateServiceContractRequest {
        parent: compound.into(),
        property_company: property_company.into(),
        ..Default::default()
    }
}

fn list() -> pb::ListCompoundsRequest {
    pb::ListCompoundsRequest {
        parent: COMMUNITY.into(),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_company_sees_the_compounds_it_serves_while_it_serves_them() {
    let world = World::start().await;
    let node = &world.node;
    let owners = world
        .register(OrganizationKind::OwnersCommittee, "北站花园业委会")
        .await;
    let company_a = world.register(OrganizationKind::PropertyCompany, "甲物业").await;
    let company_b = world.register(OrganizationKind::PropertyCompany, "乙物业").await;
    let manager_a = world.enrol(&company_a, Post::Manager, "jia").await.who;
    let manager_b = world.enrol(&company_b, Post::Manager, "yi.wu").await.who;
    let director = world.enrol(&owners, Post::Director, "yezhu").await.who;
    let garden: pb::Compound = node
        .call(&world.secretary, compound("北站花园", &owners))
        .await
        .unwrap();
    let _: pb::Compound = node.call(&world.secretary, compound("龙塘新村", "")).await.unwrap();
    let made: pb::ServiceContract = node
        .call(&world.secretary, contract(&garden.name, &company_a))
        .await
        .unwrap();

    let seen = async |who: &Who| -> Vec<String> {
        let page: pb::ListCompoundsResponse = node.call(who, list()).await.unwrap();
        page.compounds
            .into_iter()
            .map(|compound| compound.display_name)
            .collect()
    };
    assert_eq!(seen(&manager_a).await, ["北站花园"]);
    assert!(seen(&manager_b).await.is_empty());
    assert_eq!(seen(&director).await, ["北站花园"]);
    assert_eq!(seen(&world.secretary).await, ["北站花园", "龙塘新村"]);
    let get = || pb::GetCompoundRequest {
        name: garden.name.clone(),
    };
    assert!(node.call::<_, pb::Compound>(&manager_a, get()).await.is_ok());
    assert_eq!(
        node.refused::<pb::Compound, _>(&manager_b, get()).await,
        "PERMISSION_DENIED"
    );
    let contracts = || pb::ListServiceContractsRequest {
        parent: garden.name.clone(),
        ..Default::default()
    };
    let listed: pb::ListServiceContractsResponse = node.call(&manager_a, contracts()).await.unwrap();
    assert_eq!(listed.service_contracts.as_slice(), std::slice::from_ref(&made));

    let end = || pb::EndServiceContractRequest {
        name: made.name.clone(),
    };
    assert_eq!(
        node.refused::<pb::ServiceContract, _>(&manager_a, end()).await,
        "PERMISSION_DENIED"
    );
    let ended: pb::ServiceContract = node.call(&world.secretary, end()).await.unwrap();
    assert!(ended.end_time.is_some());
    assert!(seen(&manager_a).await.is_empty());
    assert_eq!(
        node.refused::<pb::Compound, _>(&manager_a, get()).await,
        "PERMISSION_DENIED"
    );
    assert_eq!(
        node.refused::<pb::ServiceContract, _>(&world.secretary, end()).await,
        "CONTRACT_ENDED"
    );
    let _: pb::ServiceContract = node
        .call(&world.secretary, contract(&garden.name, &company_b))
        .await
        .unwrap();
    assert_eq!(seen(&manager_b).await, ["北站花园"]);
}

#[tokio::test]
async fn compounds_and_contracts_are_refused_with_their_reasons() {
    let world = World::start().await;
    let node = &world.node;
    let owners = world.register(OrganizationKind::OwnersCommittee, "业委会").await;
    let company = world.register(OrganizationKind::PropertyCompany, "甲物业").await;
    let refused = async |request| node.refused::<pb::Compound, _>(&world.secretary, request).await;
    assert_eq!(refused(compound("花园", &company)).await, "NOT_AN_OWNERS_COMMITTEE");
    assert_eq!(
        refused(compound("花园", &format!("organizations/{UUID}"))).await,
        "ORGANIZATION_NOT_A_MEMBER"
    );
    let status = node
        .call::<_, pb::Compound>(&world.secretary, compound("\u{1}", ""))
        .await
        .unwrap_err();
    assert_eq!(fields(&status), ["display_name"]);
    let request = pb::CreateCompoundRequest {
        request_id: UUID.into(),
        ..compound("花园", &owners)
    };
    let garden: pb::Compound = node.call(&world.secretary, request.clone()).await.unwrap();
    let again: pb::Compound = node.call(&world.secretary, request).await.unwrap();
    assert_eq!(again, garden);
    assert_eq!(refused(compound("另一花园", &owners)).await, "OWNERS_COMMITTEE_TAKEN");

    let refused = async |request| node.refused::<pb::ServiceContract, _>(&world.secretary, request).await;
    assert_eq!(refused(contract(&garden.name, &owners)).await, "NOT_A_PROPERTY_COMPANY");
    assert_eq!(
        refused(contract(&garden.name, &format!("organizations/{UUID}"))).await,
        "ORGANIZATION_NOT_A_MEMBER"
    );
    assert_eq!(refused(contract(&garden.name, "")).await, "INVALID_REQUEST");
    assert_eq!(
        refused(contract(&format!("{COMMUNITY}/compounds/{UUID}"), &company)).await,
        "RESOURCE_NOT_FOUND"
    );
    let now = node.now();
    let term = |start: i64, end: i64| pb::CreateServiceContractRequest {
        start_time: Some(now.plus_days(start).to_proto()),
        end_time: Some(now.plus_days(end).to_proto()),
        ..contract(&garden.name, &company)
    };
    assert_eq!(refused(term(2, 1)).await, "TERM_EMPTY");
    let _: pb::ServiceContract = node.call(&world.secretary, term(1, 10)).await.unwrap();
    assert_eq!(refused(contract(&garden.name, &company)).await, "CONTRACT_OVERLAPS");
    assert_eq!(refused(term(9, 20)).await, "CONTRACT_OVERLAPS");
    let _: pb::ServiceContract = node.call(&world.secretary, term(10, 20)).await.unwrap();
    let unknown = format!("{}/serviceContracts/{UUID}", garden.name);
    assert_eq!(refused_end(&world, &unknown).await, "RESOURCE_NOT_FOUND");
}

async fn refused_end(world: &World, name: &str) -> String {
    let request = pb::EndServiceContractRequest { name: name.into() };
    world
        .node
        .refused::<pb::ServiceContract, _>(&world.secretary, request)
        .await
}
