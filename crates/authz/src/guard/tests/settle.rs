use yihe_proto::policy::v1 as pb;

use super::{GET, admit, guard, meeting};
use crate::sample::{conditional, deny, grant, organization, user};
use crate::{Authorized, Condition, Filter};

#[tokio::test]
async fn a_residual_is_settled_by_the_facts_and_tells_nothing_of_them() {
    let owner = conditional("a", "*/*", GET, pb::Condition::Owner);
    let guard = guard(
        "meeting",
        vec![owner, deny(conditional("b", "*/*", GET, pb::Condition::Caller))],
    );
    let admitted = async || admit(&guard, user(1), meeting(1)).await.unwrap();
    let proof = admitted()
        .await
        .settle(&|condition| condition == Condition::Owner)
        .unwrap();
    assert_eq!((proof.actor(), proof.user()), (user(1).to_string(), user(1).user()));
    assert_eq!(
        (proof.organization(), proof.event()),
        (organization(1).organization(), None)
    );
    assert_eq!(proof.community().unwrap().as_str(), "440309002021");

    let missing = admitted().await.missing("communities/440309002021/meetings/x");
    let refused = [
        admitted().await.settle(&|_| false).unwrap_err(),
        admitted().await.settle(&|_| true).unwrap_err(),
        admitted()
            .await
            .settle(&|condition| condition == Condition::Participant)
            .unwrap_err(),
        admitted().await.without_target().unwrap_err(),
    ];
    for refused in refused {
        assert_eq!(format!("{refused:?}"), format!("{missing:?}"));
        assert_eq!(
            (
                refused.metadata()["permission"].as_str(),
                refused.metadata()["missing"].as_str()
            ),
            (GET, "owner and not caller")
        );
    }
    let owner = [Condition::Owner].into_iter().collect();
    let caller = [Condition::Caller].into_iter().collect();
    assert_eq!(
        admitted().await.filter(),
        Filter::Where {
            allow_if: Some(owner),
            deny_if: caller
        }
    );
    assert_eq!(admitted().await.authorized_list().actor(), user(1).to_string());
}

#[tokio::test]
async fn who_may_whatever_the_object_learns_that_it_is_missing() {
    let guard = guard("meeting", vec![grant("a", "PARTY_COMMITTEE/*", GET)]);
    let admitted = admit(&guard, user(1), meeting(1)).await.unwrap();
    assert!(admitted.is_unconditional());
    let missing = admitted.missing("communities/440309002021/meetings/x");
    assert_eq!(
        (missing.reason().code, missing.metadata()["name"].as_str()),
        ("RESOURCE_NOT_FOUND", "communities/440309002021/meetings/x")
    );
    assert!(admitted.settle(&|_| panic!("no fact matters")).is_ok());
}

#[test]
fn a_service_acts_on_an_event_as_itself() {
    let event = uuid::Uuid::from_u128(7);
    let proof = Authorized::by_event("meeting", event, "440309002021".parse().unwrap());
    assert_eq!(
        (proof.actor(), proof.event()),
        ("services/meeting".to_owned(), Some(event))
    );
    assert_eq!((proof.user(), proof.organization()), (None, None));
    assert_eq!(proof.community().unwrap().as_str(), "440309002021");
}
