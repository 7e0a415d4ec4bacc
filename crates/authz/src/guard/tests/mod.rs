mod settle;

use yihe_kernel::{Clock, Locale, SystemClock};
use yihe_proto::directory::v1::{ActivateCommunityRequest, CreateAppointmentRequest, SignInRequest, WhoAmIRequest};
use yihe_proto::meeting::v1::{CastBallotRequest, GetMeetingRequest, Meeting, UpdateMeetingRequest};
use yihe_proto::policy::v1 as pb;

use super::*;
use crate::fake_source::FakeSource;
use crate::sample::{COMMUNITY, client, grant, holds, id, organization, user, wire};
use crate::{Capacity, Filter, Revision};

const GET: &str = "meeting.meeting.get";

fn guard(service: &'static str, grants: Vec<pb::Grant>) -> Guard {
    let roles = vec![
        holds(&user(1), organization(1), "PARTY_COMMITTEE/SECRETARY"),
        holds(&client(1), organization(2), "RESIDENT_UNIT/CLIENT"),
    ];
    let source = Arc::new(FakeSource::new(wire(grants, roles)));
    Guard::new(
        service,
        Snapshots::new(source, Arc::new(SystemClock)),
        Arc::new(SystemClock),
    )
}

fn claims(principal: Principal, capacity: Capacity, method: &str) -> InternalClaims {
    InternalClaims {
        principal,
        capacity,
        method: method.to_owned(),
        audience: Catalogue::shipped().method(method).unwrap().service.clone(),
        revision: Revision::default(),
        decided_at: SystemClock.now(),
        address: Some("192.0.2.1".into()),
        token_issued_at: None,
    }
}

async fn admit<R: Guarded>(guard: &Guard, principal: Principal, message: R) -> Result<Admitted> {
    let capacity = match &principal {
        Principal::Client(_) => organization(2),
        Principal::User(_) => organization(1),
        Principal::Anonymous | Principal::Service(_) | Principal::Operator => Capacity::Own,
    };
    let mut request = tonic::Request::new(message);
    request.extensions_mut().insert(claims(principal, capacity, R::METHOD));
    guard.admit(request).await.map(|(admitted, _)| admitted)
}

fn meeting(digit: u32) -> GetMeetingRequest {
    GetMeetingRequest {
        name: format!("{COMMUNITY}/meetings/{}", id(digit)),
    }
}

fn reason(result: Result<Admitted>) -> &'static str {
    result.unwrap_err().reason().code
}

#[tokio::test]
async fn only_the_gateways_word_for_this_rpc_opens() {
    let guard = guard("meeting", vec![grant("a", "*/*", GET)]);
    let send = async |claims: Option<InternalClaims>| {
        let mut request = tonic::Request::new(meeting(1));
        claims.map(|claims| request.extensions_mut().insert(claims));
        guard.admit(request).await
    };
    let sound = claims(user(1), organization(1), GetMeetingRequest::METHOD);
    let (admitted, message) = send(Some(sound.clone())).await.unwrap();
    assert_eq!(message, meeting(1));
    assert_eq!(admitted.caller().address.as_deref(), Some("192.0.2.1"));
    assert_eq!(admitted.community().unwrap().as_str(), "440309002021");
    assert_eq!(
        (admitted.user(), admitted.organization()),
        (user(1).user(), organization(1).organization())
    );

    let other_method = InternalClaims {
        method: CastBallotRequest::METHOD.to_owned(),
        ..sound.clone()
    };
    let other_service = InternalClaims {
        audience: "policy".to_owned(),
        ..sound.clone()
    };
    let old = InternalClaims {
        decided_at: SystemClock.now().plus_seconds(-61),
        ..sound
    };
    for refused in [None, Some(other_method), Some(other_service), Some(old)] {
        assert_eq!(send(refused).await.unwrap_err().reason().code, "UNAUTHENTICATED");
    }
}

#[tokio::test]
async fn names_come_before_the_decision() {
    // nobody may anything here, and yet bad names are told
    let guard = guard("meeting", Vec::new());
    let malformed = admit(
        &guard,
        user(1),
        GetMeetingRequest {
            name: format!("{COMMUNITY}/meetings/1"),
        },
    )
    .await
    .unwrap_err();
    assert_eq!(malformed.reason().code, "MALFORMED_NAME");
    assert_eq!(malformed.violations()[0].field, "name");
    assert!(
        malformed
            .to_string()
            .contains("communities/{community}/meetings/{meeting}"),
        "{malformed}"
    );

    let message = UpdateMeetingRequest {
        meeting: Some(Meeting {
            name: format!("{COMMUNITY}/meetings/{}", id(1)),
            convener: "organizations/1".to_owned(),
            ..Meeting::default()
        }),
        ..UpdateMeetingRequest::default()
    };
    let nested = admit(&guard, user(1), message).await.unwrap_err();
    assert_eq!(
        (nested.reason().code, nested.violations()[0].field.as_str()),
        ("MALFORMED_NAME", "meeting.convener")
    );

    let empty = admit(&guard, user(1), UpdateMeetingRequest::default())
        .await
        .unwrap_err();
    assert_eq!(
        (empty.reason().code, empty.violations()[0].field.as_str()),
        ("INVALID_REQUEST", "meeting.name")
    );

    let elsewhere = format!("organizations/{}", id(1));
    let nowhere = admit(&guard, user(1), GetMeetingRequest { name: elsewhere })
        .await
        .unwrap_err();
    assert_eq!(
        (nowhere.reason().code, nowhere.violations()[0].field.as_str()),
        ("MALFORMED_NAME", "name")
    );

    let message = UpdateMeetingRequest {
        meeting: Some(Meeting {
            name: format!("{COMMUNITY}/meetings/{}", id(1)),
            body: format!("communities/440309002022/bodies/{}", id(1)),
            ..Meeting::default()
        }),
        ..UpdateMeetingRequest::default()
    };
    let two = admit(&guard, user(1), message).await.unwrap_err();
    assert_eq!(two.reason().code, "TWO_COMMUNITIES");
    assert!(two.text(Locale::ZhCn).contains("440309002022"));

    let long = GetMeetingRequest {
        name: format!("{COMMUNITY}/{}", "x".repeat(100_000)),
    };
    let long = admit(&guard, user(1), long).await.unwrap_err();
    assert!(long.to_string().len() < 500 && long.violations()[0].field == "name");

    assert_eq!(reason(admit(&guard, user(1), meeting(1)).await), "PERMISSION_DENIED");
}

#[tokio::test]
async fn rules_of_the_contract_are_kept() {
    let guard = guard(
        "meeting",
        vec![grant("a", "*/*", "*"), grant("b", "RESIDENT_UNIT/CLIENT", "*")],
    );
    assert_eq!(
        reason(admit(&guard, Principal::Anonymous, meeting(1)).await),
        "UNAUTHENTICATED"
    );
    assert_eq!(
        reason(admit(&guard, Principal::Service("policy".into()), meeting(1)).await),
        "PERMISSION_DENIED"
    );
    assert_eq!(reason(admit(&guard, user(2), meeting(1)).await), "PERMISSION_DENIED");
    assert!(admit(&guard, client(1), meeting(1)).await.unwrap().is_unconditional());

    let ballot = CastBallotRequest {
        parent: format!("{COMMUNITY}/meetings/{0}/votes/{0}", id(1)),
        ..CastBallotRequest::default()
    };
    assert!(admit(&guard, user(1), ballot.clone()).await.is_ok());
    assert_eq!(reason(admit(&guard, client(1), ballot).await), "PERSONS_ONLY");
}

#[tokio::test]
async fn public_authenticated_and_internal_rpcs_need_no_permission() {
    let directory = guard("directory", Vec::new());
    for principal in [Principal::Anonymous, user(9), Principal::Operator] {
        let admitted = admit(&directory, principal, SignInRequest::default()).await.unwrap();
        assert!(admitted.community().is_err());
        assert!(admitted.without_target().is_ok());
    }
    assert_eq!(
        reason(admit(&directory, Principal::Anonymous, WhoAmIRequest {}).await),
        "UNAUTHENTICATED"
    );
    assert_eq!(
        admit(&directory, user(9), WhoAmIRequest {}).await.unwrap().filter(),
        Filter::All
    );

    let policy = guard("policy", vec![grant("a", "*/*", "*")]);
    let watch = |principal| admit(&policy, principal, pb::WatchRevisionsRequest {});
    assert!(watch(Principal::Service("gateway".into())).await.is_ok());
    for principal in [
        Principal::Service("stranger".into()),
        user(1),
        client(1),
        Principal::Operator,
        Principal::Anonymous,
    ] {
        assert_eq!(reason(watch(principal).await), "PERMISSION_DENIED");
    }
}

#[tokio::test]
async fn regions_are_decided_by_the_root_layer() {
    let guard = guard("directory", vec![grant("a", "*/*", "*")]);
    let activate = |region: &str| ActivateCommunityRequest {
        region: region.to_owned(),
        ..ActivateCommunityRequest::default()
    };
    let admitted = admit(&guard, Principal::Operator, activate("regions/440309002021"))
        .await
        .unwrap();
    assert!(admitted.community().is_err() && admitted.is_unconditional());
    // roles in a community give nothing above it
    assert_eq!(
        reason(admit(&guard, user(1), activate("regions/440309002021")).await),
        "PERMISSION_DENIED"
    );
    assert_eq!(
        reason(admit(&guard, Principal::Operator, activate("regions/440")).await),
        "MALFORMED_NAME"
    );
    assert_eq!(
        reason(admit(&guard, Principal::Operator, activate("")).await),
        "INVALID_REQUEST"
    );
}

#[tokio::test]
async fn a_community_that_is_not_there_is_told_to_operators_alone() {
    let guard = guard("directory", vec![grant("a", "*/*", "*")]);
    let appoint = CreateAppointmentRequest {
        parent: "communities/440309002999".to_owned(),
        ..CreateAppointmentRequest::default()
    };
    let admitted = admit(&guard, Principal::Operator, appoint.clone()).await.unwrap();
    assert_eq!(
        admitted.missing("communities/440309002999").reason().code,
        "RESOURCE_NOT_FOUND"
    );
    let there = CreateAppointmentRequest {
        parent: COMMUNITY.to_owned(),
        ..appoint.clone()
    };
    let (missing, existing) = (
        admit(&guard, user(2), appoint).await.unwrap_err(),
        admit(&guard, user(2), there).await.unwrap_err(),
    );
    assert_eq!(format!("{existing:?}"), format!("{missing:?}"));
}
