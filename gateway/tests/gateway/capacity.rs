//! For whom a caller acts.

use tonic::Code;
use yihe_authz::Capacity;
use yihe_kernel::Clock;

use crate::node::{COMMUNITY, Node, client, metadata, organization, reason, user};

const HEADER: &str = "yihe-acting-as";

#[tokio::test]
async fn the_capacity_is_settled_by_the_posts_in_force() {
    let node = Node::start().await;
    let (one, two) = (organization(1).to_string(), organization(2).to_string());
    for (who, asked, expected) in [
        (user(1), None, organization(1)),
        (user(1), Some(one.as_str()), organization(1)),
        (user(2), Some(one.as_str()), organization(1)),
        (user(2), Some(two.as_str()), organization(2)),
        (client(1), None, organization(2)),
        (client(1), Some(two.as_str()), organization(2)),
    ] {
        let headers: Vec<_> = asked.iter().map(|value| (HEADER, *value)).collect();
        node.get(&who, &headers)
            .await
            .unwrap_or_else(|status| panic!("{who} {asked:?}: {status:?}"));
        let claims = node.upstream.last().claims;
        assert_eq!((claims.principal, claims.capacity), (who, expected), "{asked:?}");
    }
}

#[tokio::test]
async fn only_the_roles_of_the_capacity_count() {
    let node = Node::start().await;
    let status = node.get(&user(1), &[(HEADER, "self")]).await.unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::PermissionDenied, "PERMISSION_DENIED")
    );
    // somebody without a post acts for itself, and a rule for it would be looked for there
    let status = node.get(&user(9), &[]).await.unwrap_err();
    assert_eq!(reason(&status), "PERMISSION_DENIED");
}

#[tokio::test]
async fn a_capacity_that_is_not_held_is_refused() {
    let node = Node::start().await;
    let two = organization(2).to_string();
    for (who, asked) in [
        (user(1), two.as_str()),
        (user(9), two.as_str()),
        (client(1), "self"),
        (client(1), &organization(1).to_string()),
    ] {
        let status = node.get(&who, &[(HEADER, asked)]).await.unwrap_err();
        assert_eq!(
            (status.code(), reason(&status).as_str()),
            (Code::PermissionDenied, "NOT_YOUR_CAPACITY"),
            "{who} {asked}"
        );
        assert_eq!(metadata(&status, "capacity"), asked);
    }
}

#[tokio::test]
async fn a_lapsed_post_is_no_capacity_any_more() {
    let node = Node::start().await;
    let end = node.clock.now().plus_seconds(60);
    let revision = node.policies.change(COMMUNITY, |snapshot| {
        for role in snapshot
            .roles
            .iter_mut()
            .filter(|role| role.principal == user(1).to_string())
        {
            role.end_time = Some(end.to_proto());
        }
    });
    node.heard(revision).await;
    let one = organization(1).to_string();
    assert!(node.get(&user(1), &[(HEADER, &one)]).await.is_ok());
    node.clock.set(end);
    let status = node.get(&user(1), &[(HEADER, &one)]).await.unwrap_err();
    assert_eq!(reason(&status), "NOT_YOUR_CAPACITY");
    assert_eq!(reason(&node.get(&user(1), &[]).await.unwrap_err()), "PERMISSION_DENIED");
}

#[tokio::test]
async fn whoever_has_posts_in_several_must_say_for_which_it_acts() {
    let node = Node::start().await;
    let status = node.get(&user(2), &[]).await.unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::InvalidArgument, "CAPACITY_REQUIRED")
    );
    assert_eq!(
        metadata(&status, "organizations"),
        format!("{}, {}", organization(1), organization(2))
    );
}

#[tokio::test]
async fn a_malformed_capacity_is_refused() {
    let node = Node::start().await;
    let one = organization(1).to_string();
    for bad in [
        "",
        "Self",
        "organizations/1",
        "users/1",
        &one.to_uppercase(),
        &format!("{one},{one}"),
    ] {
        let status = node.get(&user(1), &[(HEADER, bad)]).await.unwrap_err();
        assert_eq!(
            (status.code(), reason(&status).as_str()),
            (Code::InvalidArgument, "MALFORMED_NAME"),
            "{bad}"
        );
        assert_eq!(metadata(&status, "field"), HEADER);
    }
    let twice = [(HEADER, one.as_str()), (HEADER, "self")];
    assert_eq!(reason(&node.get(&user(1), &twice).await.unwrap_err()), "HEADER_INVALID");
    assert!("self".parse::<Capacity>().is_ok());
}
