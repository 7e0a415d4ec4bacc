//! Owners who come to sign in.

use std::num::NonZeroU32;

use tonic::Status;
use yihe_directory::Config;
use yihe_proto::directory::v1::{self as pb, OrganizationKind, Post};

use crate::node::{COMMUNITY, Node, Who, reason};
use crate::registers::{FOUR, garden, import, owners, units};
use crate::world::{PASSWORD, World, person_named};

const UUID: &str = "0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f";

fn invitation(owner: &str) -> pb::InviteOwnerRequest {
    pb::InviteOwnerRequest {
        name: owner.into(),
        ..Default::default()
    }
}

async fn code(node: &Node, who: &Who, owner: &str) -> String {
    let invited: pb::InviteOwnerResponse = node.call(who, invitation(owner)).await.unwrap();
    assert!(invited.claim_code.starts_with("440309002021-"));
    invited.claim_code
}

fn enrolment(code: &str, login: &str) -> pb::EnrolOwnerRequest {
    pb::EnrolOwnerRequest {
        claim_code: code.into(),
        login: login.into(),
        password: PASSWORD.into(),
    }
}

async fn enrol(node: &Node, code: &str, login: &str) -> Result<pb::EnrolOwnerResponse, Status> {
    node.call(&Who::stranger(), enrolment(code, login)).await
}

async fn roles(node: &Node, user: &str) -> Vec<(OrganizationKind, Post, String)> {
    let request = pb::GetAuthorityRequest {
        community: COMMUNITY.into(),
        ..Default::default()
    };
    let told: pb::Authority = node.call(&Who::service("policy"), request).await.unwrap();
    let own = told.holdings.into_iter().filter(|holding| holding.user == user);
    own.map(|holding| (holding.kind(), holding.post(), holding.organization))
        .collect()
}

fn owner_role() -> (OrganizationKind, Post, String) {
    (OrganizationKind::Compound, Post::Owner, String::new())
}

#[tokio::test]
async fn an_owner_enrols_with_a_code_and_sees_its_own_units() {
    let world = World::start().await;
    let node = &world.node;
    let (garden, director) = garden(&world).await;
    import(node, &director, &garden, FOUR).await;
    let li = owners(node, &director, &garden).await.remove(1);
    let code = code(node, &director, &li.name).await;
    let enrolled = enrol(node, &code, "li.si").await.unwrap();
    assert_eq!(enrolled.owner, li.name);
    let person = person_named(&enrolled.user);
    assert_eq!(roles(node, &enrolled.user).await, [owner_role()]);

    let seen = units(node, &person, &garden).await;
    assert_eq!(seen.iter().map(|unit| &unit.number).collect::<Vec<_>>(), ["101", "102"]);
    let own = pb::GetUnitRequest {
        name: seen[0].name.clone(),
    };
    assert!(node.call::<_, pb::Unit>(&person, own).await.is_ok());
    let another = pb::GetUnitRequest {
        name: units(node, &director, &garden).await[2].name.clone(),
    };
    assert_eq!(node.refused::<pb::Unit, _>(&person, another).await, "PERMISSION_DENIED");
    let told: pb::WhoAmIResponse = node.call(&person, pb::WhoAmIRequest {}).await.unwrap();
    assert_eq!((told.full_name.as_str(), told.capacities.len()), ("李四", 0));
    assert_eq!(told.ownerships[0].owner, li.name);
    assert_eq!(told.ownerships[0].compound_display_name, "北站花园");
    let lookup = |user: &str| pb::LookupOwnersRequest {
        compound: garden.clone(),
        user: user.into(),
    };
    let found: pb::LookupOwnersResponse = node
        .call(&Who::service("meeting"), lookup(&enrolled.user))
        .await
        .unwrap();
    assert_eq!(found.owners, std::slice::from_ref(&li.name));
    let nobody: pb::LookupOwnersResponse = node
        .call(&Who::service("meeting"), lookup(&director.principal.to_string()))
        .await
        .unwrap();
    assert!(nobody.owners.is_empty());
    let signed_in = pb::SignInRequest {
        login: "li.si".into(),
        password: PASSWORD.into(),
    };
    assert!(node.call::<_, pb::TokenPair>(&Who::stranger(), signed_in).await.is_ok());
    let _: pb::SignOutResponse = node.call(&person, pb::SignOutRequest {}).await.unwrap();
    let request = pb::GetAuthorityRequest {
        community: COMMUNITY.into(),
        ..Default::default()
    };
    let told: pb::Authority = node.call(&Who::service("policy"), request).await.unwrap();
    assert_eq!(
        told.cutoffs[0].principal, enrolled.user,
        "a sign-out reaches owners too"
    );
}

#[tokio::test]
async fn a_code_works_once_for_the_latest_invitation_and_for_sixty_days() {
    let world = World::start().await;
    let node = &world.node;
    let (garden, director) = garden(&world).await;
    import(node, &director, &garden, FOUR).await;
    let listed = owners(node, &director, &garden).await;
    let (zhang, li) = (&listed[0].name, &listed[1].name);
    let wrong = async |code: &str, login: &str| {
        node.refused::<pb::EnrolOwnerResponse, _>(&Who::stranger(), enrolment(code, login))
            .await
    };
    let earlier = code(node, &director, zhang).await;
    let latest = code(node, &director, zhang).await;
    assert_eq!(wrong(&earlier, "zhang").await, "OWNER_CODE_WRONG");
    assert_eq!(wrong("nonsense", "zhang").await, "OWNER_CODE_WRONG");
    assert_eq!(wrong(&latest, "x").await, "INVALID_REQUEST");
    let weak = pb::EnrolOwnerRequest {
        password: "zhang.zhang".into(),
        ..enrolment(&latest, "zhang")
    };
    assert_eq!(
        node.refused::<pb::EnrolOwnerResponse, _>(&Who::stranger(), weak).await,
        "PASSWORD_TOO_WEAK"
    );
    assert_eq!(wrong(&latest, "secretary").await, "LOGIN_TAKEN");
    enrol(node, &latest, "zhang").await.unwrap();
    assert_eq!(wrong(&latest, "zhang2").await, "OWNER_CODE_WRONG");
    assert_eq!(
        node.refused::<pb::InviteOwnerResponse, _>(&director, invitation(zhang))
            .await,
        "OWNER_LINKED"
    );
    let request = pb::InviteOwnerRequest {
        request_id: UUID.into(),
        ..invitation(li)
    };
    let made: pb::InviteOwnerResponse = node.call(&director, request.clone()).await.unwrap();
    let again: pb::InviteOwnerResponse = node.call(&director, request).await.unwrap();
    assert_eq!((again.owner.as_str(), again.claim_code.as_str()), (li.as_str(), ""));
    node.clock.advance_seconds(60 * 86_400);
    assert_eq!(wrong(&made.claim_code, "li.si").await, "OWNER_CODE_WRONG");
    let stranger = world.enrol(&world.committee, Post::Member, "member").await.who;
    assert_eq!(
        node.refused::<pb::InviteOwnerResponse, _>(&stranger, invitation(li))
            .await,
        "PERMISSION_DENIED"
    );
}

#[tokio::test]
async fn a_person_with_a_post_redeems_a_code_and_the_role_ends_with_the_link() {
    let world = World::start().await;
    let node = &world.node;
    let (garden, director) = garden(&world).await;
    import(node, &director, &garden, FOUR).await;
    let wang = owners(node, &director, &garden).await.remove(2);
    let code_of = async || code(node, &director, &wang.name).await;
    let neighbour = world.enrol(&world.committee, Post::Member, "wang.wu").await;
    let link = |code: String| pb::LinkOwnerRequest { claim_code: code };
    let linked: pb::LinkOwnerResponse = node.call(&neighbour.who, link(code_of().await)).await.unwrap();
    assert_eq!(linked.owner, wang.name);
    assert!(roles(node, &neighbour.user).await.contains(&owner_role()));
    let own = person_named(&neighbour.user);
    assert_eq!(units(node, &own, &garden).await.len(), 1);
    let list = pb::ListUnitsRequest {
        parent: garden.clone(),
        ..Default::default()
    };
    assert_eq!(
        node.refused::<pb::ListUnitsResponse, _>(&neighbour.who, list).await,
        "PERMISSION_DENIED",
        "for the committee it is no owner"
    );
    let unlink = || pb::UnlinkOwnerRequest {
        name: wang.name.clone(),
    };
    let before = node.sequence().await;
    let _: pb::UnlinkOwnerResponse = node.call(&director, unlink()).await.unwrap();
    assert_eq!(node.sequence().await, before + 1);
    assert!(!roles(node, &neighbour.user).await.contains(&owner_role()));
    assert_eq!(
        node.refused::<pb::UnlinkOwnerResponse, _>(&director, unlink()).await,
        "OWNER_NOT_LINKED"
    );
    assert_eq!(
        node.refused::<pb::LinkOwnerResponse, _>(&own, link("nonsense".into()))
            .await,
        "OWNER_CODE_WRONG"
    );
    // who enrolled as the owner before has an account, and redeems a further code there
    let enrolled = enrol(node, &code_of().await, "wang").await.unwrap();
    let _: pb::UnlinkOwnerResponse = node.call(&person_named(&enrolled.user), unlink()).await.unwrap();
    let further = code_of().await;
    let refused = async |code: &str| {
        node.refused::<pb::EnrolOwnerResponse, _>(&Who::stranger(), enrolment(code, "wang3"))
            .await
    };
    assert_eq!(refused(&further).await, "OWNER_ENROLLED");
    let account = person_named(&enrolled.user);
    assert!(
        node.call::<_, pb::LinkOwnerResponse>(&account, link(further))
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn what_a_new_revision_drops_ends() {
    let world = World::start().await;
    let node = &world.node;
    let (garden, director) = garden(&world).await;
    import(node, &director, &garden, FOUR).await;
    let listed = owners(node, &director, &garden).await;
    let (li, wang) = (&listed[1].name, &listed[2].name);
    let li_code = code(node, &director, li).await;
    let wang_code = code(node, &director, wang).await;
    let enrolled = enrol(node, &wang_code, "wang.wu").await.unwrap();
    let sequence = node.sequence().await;
    let sold = FOUR.replace("王五,PERSON,C", "赵六,PERSON,F");
    let request = crate::registers::file(&garden, &sold);
    let answer: pb::ImportRegisterResponse = node.call(&director, request).await.unwrap();
    assert_eq!(answer.revision.unwrap().owners_dropped, 1);
    assert!(!answer.authority_revision.is_empty());
    assert_eq!(node.sequence().await, sequence + 1);
    assert!(roles(node, &enrolled.user).await.is_empty());
    assert!(node.events().await.contains(&"OwnerUnlinked".to_owned()));
    assert_eq!(
        node.refused::<pb::InviteOwnerResponse, _>(&director, invitation(wang))
            .await,
        "OWNER_DROPPED"
    );
    assert!(enrol(node, &li_code, "li.si").await.is_ok(), "who stays keeps the code");
    let gone = FOUR
        .lines()
        .filter(|line| !line.contains("龙塘"))
        .collect::<Vec<_>>()
        .join("\n");
    let developer = owners(node, &director, &garden).await;
    let developer = developer
        .iter()
        .find(|owner| owner.owner_type() == pb::OwnerType::Developer)
        .unwrap();
    let unused = code(node, &director, &developer.name).await;
    import(
        node,
        &director,
        &garden,
        &gone.replace("王五,PERSON,C", "赵六,PERSON,F"),
    )
    .await;
    let late = enrol(node, &unused, "developer").await.unwrap_err();
    assert_eq!(reason(&late), "OWNER_CODE_WRONG", "the code of who is gone is gone");
}

#[tokio::test]
async fn codes_are_throttled() {
    let limit = NonZeroU32::new(2).unwrap();
    let node = Node::start_with(Config {
        attempts_per_address_per_minute: limit,
        ..Config::default()
    })
    .await;
    let mut last = Vec::new();
    for _ in 0..3 {
        let request = enrolment("440309002021-0000", "somebody");
        last.push(
            node.refused::<pb::EnrolOwnerResponse, _>(&Who::stranger(), request)
                .await,
        );
    }
    assert_eq!(last, ["OWNER_CODE_WRONG", "OWNER_CODE_WRONG", "TOO_MANY_ATTEMPTS"]);
    let person = Who::new(format!("users/{UUID}").parse().unwrap());
    let request = pb::LinkOwnerRequest {
        claim_code: String::new(),
    };
    assert_eq!(
        node.refused::<pb::LinkOwnerResponse, _>(&person, request).await,
        "TOO_MANY_ATTEMPTS",
        "one budget for both ways"
    );
}
