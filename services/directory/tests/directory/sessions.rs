use yihe_authz::Principal;
use yihe_proto::directory::v1::{self as pb, OrganizationKind, Post};

use crate::node::{COMMUNITY, Node, Who, fields, reason, told};
use crate::world::{PASSWORD, World, enrol, enrolment, person_named};

fn with_password(login: &str, password: &str) -> pb::SignInRequest {
    pb::SignInRequest {
        login: login.into(),
        password: password.into(),
    }
}

pub async fn sign_in(node: &Node, login: &str) -> pb::TokenPair {
    node.call(&Who::stranger(), with_password(login, PASSWORD))
        .await
        .unwrap()
}

async fn refresh(node: &Node, token: &str) -> Result<pb::TokenPair, String> {
    let request = pb::RefreshTokenRequest {
        refresh_token: token.into(),
    };
    node.call(&Who::stranger(), request)
        .await
        .map_err(|status| reason(&status))
}

#[tokio::test]
async fn enrolling_makes_an_account_and_the_post() {
    let world = World::start().await;
    let node = &world.node;
    let code = world.invite(&world.committee, Post::Member, "李委员").await;
    let before = node.sequence().await;
    let enrolled: pb::EnrolResponse = node.call(&Who::stranger(), enrolment(&code, "li.si")).await.unwrap();
    let (_, revision) = node.revisions.read(&enrolled.revision).unwrap();
    assert_eq!((revision.directory, node.sequence().await), (before + 1, before + 1));

    let request = pb::GetAppointmentRequest {
        name: enrolled.appointment.clone(),
    };
    let appointment: pb::Appointment = node.call(&world.secretary, request).await.unwrap();
    assert_eq!(
        (appointment.full_name.as_str(), appointment.post()),
        ("李委员", Post::Member)
    );
    assert!(appointment.in_force && appointment.user == enrolled.user);

    let me: pb::WhoAmIResponse = node
        .call(&person_named(&enrolled.user), pb::WhoAmIRequest {})
        .await
        .unwrap();
    assert_eq!(
        (me.principal.as_str(), me.full_name.as_str()),
        (enrolled.user.as_str(), "李委员")
    );
    assert_eq!(me.capacities.len(), 1);
    assert_eq!(
        (me.capacities[0].community.as_str(), me.capacities[0].post()),
        (COMMUNITY, Post::Member)
    );
    assert_eq!(me.capacities[0].display_name, "北站社区党委");
    assert_eq!(
        reason(&enrol(node, &code, "li.si2").await.unwrap_err()),
        "ENROLMENT_CODE_WRONG",
        "a code works once"
    );
}

#[tokio::test]
async fn enrolling_is_refused_with_its_reason_and_the_code_stays_good() {
    let world = World::start().await;
    let node = &world.node;
    let code = world.invite(&world.committee, Post::Member, "李委员").await;
    let refused = async |request| node.refused::<pb::EnrolResponse, _>(&Who::stranger(), request).await;
    assert_eq!(refused(enrolment(&code, "secretary")).await, "LOGIN_TAKEN");
    for wrong in [
        "",
        "x",
        "440309002021-0000",
        "440305006013-0000-0000",
        &code[..code.len() - 1],
    ] {
        assert_eq!(
            refused(enrolment(wrong, "li.si")).await,
            "ENROLMENT_CODE_WRONG",
            "{wrong}"
        );
    }
    let weak = pb::EnrolRequest {
        password: "aaaaaaaaaaaa".into(),
        ..enrolment(&code, "li.si")
    };
    assert_eq!(refused(weak).await, "PASSWORD_TOO_WEAK");
    let bad = pb::EnrolRequest {
        login: "李四".into(),
        password: "short".into(),
        enrolment_code: code.clone(),
    };
    let status = node
        .call::<_, pb::EnrolResponse>(&Who::stranger(), bad)
        .await
        .unwrap_err();
    assert_eq!(fields(&status), ["login", "password"]);
    assert!(
        !format!("{status:?}").contains("short"),
        "a password is never told back"
    );
    enrol(node, &code.to_lowercase(), "li.si").await.unwrap();
}

#[tokio::test]
async fn a_term_that_ended_before_anybody_came_is_empty() {
    let world = World::start().await;
    let end_time = Some(world.node.now().plus_seconds(3600).to_proto());
    let request = pb::CreateInvitationRequest {
        end_time,
        ..crate::world::invitation(&world.committee, Post::Member, "李委员")
    };
    let invited: pb::CreateInvitationResponse = world.node.call(&world.secretary, request).await.unwrap();
    world.node.clock.advance_seconds(3600);
    assert_eq!(
        reason(&enrol(&world.node, &invited.enrolment_code, "li.si").await.unwrap_err()),
        "TERM_EMPTY"
    );
}

#[tokio::test]
async fn a_further_post_is_accepted_by_the_person() {
    let world = World::start().await;
    let node = &world.node;
    let school = world
        .register(OrganizationKind::ResidentUnit, "深圳高级中学北校区")
        .await;
    let member = world.enrol(&world.committee, Post::Member, "li.si").await;
    let code = world.invite(&school, Post::Representative, "李四").await;
    let accept = |code: &str| pb::AcceptInvitationRequest {
        enrolment_code: code.into(),
    };
    let accepted: pb::AcceptInvitationResponse = node.call(&member.who, accept(&code)).await.unwrap();
    assert!(
        accepted
            .appointment
            .starts_with("communities/440309002021/appointments/")
    );
    let me: pb::WhoAmIResponse = node.call(&member.who, pb::WhoAmIRequest {}).await.unwrap();
    assert_eq!(me.capacities.len(), 2);
    assert_eq!(me.full_name, "某人", "the account's own name stays");

    let refused =
        async |who: &Who, code: &str| node.refused::<pb::AcceptInvitationResponse, _>(who, accept(code)).await;
    assert_eq!(refused(&member.who, &code).await, "ENROLMENT_CODE_WRONG");
    assert_eq!(refused(&Who::stranger(), &code).await, "UNAUTHENTICATED");
    let twice = world.invite(&school, Post::Representative, "李四").await;
    assert_eq!(
        refused(&member.who, &twice).await,
        "POST_FILLED",
        "nobody holds the same post twice"
    );
    let (_, collected) = world.partner("深圳北站").await;
    let client: Principal = format!("clients/{}", collected.client.rsplit('/').next().unwrap())
        .parse()
        .unwrap();
    assert_eq!(refused(&Who::new(client), &twice).await, "PERSONS_ONLY");
}

#[tokio::test]
async fn signing_in_tells_nobody_what_was_wrong() {
    let world = World::start().await;
    let node = &world.node;
    let pair = sign_in(node, "secretary").await;
    let claims = node.tokens.verify(&pair.access_token).unwrap();
    assert_eq!(claims.principal, world.secretary.principal);
    let lifetime = pair.expire_time.unwrap().seconds - node.now().seconds();
    assert!((890..=900).contains(&lifetime), "{lifetime}");
    let upper: pb::TokenPair = node
        .call(&Who::stranger(), with_password("SECRETARY", PASSWORD))
        .await
        .unwrap();
    assert!(!upper.access_token.is_empty());

    let mut statuses = Vec::new();
    for (login, password) in [
        ("secretary", "wrong horse battery"),
        ("nobody", PASSWORD),
        ("", ""),
        ("李四", "x"),
    ] {
        let answer = node
            .call::<_, pb::TokenPair>(&Who::stranger(), with_password(login, password))
            .await;
        let status = answer.unwrap_err();
        statuses.push(told(&status));
    }
    assert!(statuses.windows(2).all(|pair| pair[0] == pair[1]), "{statuses:?}");
    assert!(statuses[0].contains("Unauthenticated"), "{statuses:?}");
}

#[tokio::test]
async fn a_refresh_token_works_once_and_its_reuse_ends_the_session() {
    let world = World::start().await;
    let node = &world.node;
    let other = sign_in(node, "secretary").await;
    let first = sign_in(node, "secretary").await;
    let second = refresh(node, &first.refresh_token).await.unwrap();
    let third = refresh(node, &second.refresh_token).await.unwrap();
    assert_ne!(third.refresh_token, second.refresh_token);
    assert_eq!(
        refresh(node, &first.refresh_token).await.unwrap_err(),
        "REFRESH_TOKEN_INVALID"
    );
    assert_eq!(
        refresh(node, &third.refresh_token).await.unwrap_err(),
        "REFRESH_TOKEN_INVALID",
        "the session is over"
    );
    assert!(
        refresh(node, &other.refresh_token).await.is_ok(),
        "another session goes on"
    );
    assert_eq!(refresh(node, "").await.unwrap_err(), "REFRESH_TOKEN_INVALID");
    assert_eq!(
        refresh(node, &other.access_token).await.unwrap_err(),
        "REFRESH_TOKEN_INVALID"
    );

    let late = sign_in(node, "secretary").await;
    node.clock.advance_seconds(30 * 86_400);
    assert_eq!(
        refresh(node, &late.refresh_token).await.unwrap_err(),
        "REFRESH_TOKEN_INVALID"
    );
}

#[tokio::test]
async fn signing_out_cuts_off_tokens_everywhere() {
    let world = World::start().await;
    let node = &world.node;
    let pair = sign_in(node, "secretary").await;
    let before = node.sequence().await;
    let mut old = world.secretary.clone();
    old.token_issued_at = Some(node.tokens.verify(&pair.access_token).unwrap().issued_at);
    let out: pb::SignOutResponse = node.call(&old, pb::SignOutRequest {}).await.unwrap();
    assert_eq!(node.sequence().await, before + 1);

    assert_eq!(
        node.refused::<pb::WhoAmIResponse, _>(&old, pb::WhoAmIRequest {}).await,
        "CREDENTIALS_REVOKED"
    );
    assert_eq!(
        node.refused::<pb::SignOutResponse, _>(&old, pb::SignOutRequest {})
            .await,
        "CREDENTIALS_REVOKED"
    );
    let list = pb::ListRegionsRequest::default();
    assert_eq!(
        node.refused::<pb::ListRegionsResponse, _>(&old, list).await,
        "CREDENTIALS_REVOKED"
    );
    assert_eq!(
        refresh(node, &pair.refresh_token).await.unwrap_err(),
        "REFRESH_TOKEN_INVALID"
    );
    let request = pb::GetAuthorityRequest {
        community: COMMUNITY.into(),
        ..Default::default()
    };
    let authority: pb::Authority = node.call(&Who::service("policy"), request).await.unwrap();
    let cutoff = &authority.cutoffs[0];
    assert_eq!(
        (&cutoff.principal, cutoff.cutoff_time),
        (&world.secretary.principal.to_string(), out.cutoff_time)
    );
    assert!(node.events().await.contains(&"PersonSignedOut".to_owned()));

    let again = sign_in(node, "secretary").await;
    let mut new = world.secretary.clone();
    new.token_issued_at = Some(node.tokens.verify(&again.access_token).unwrap().issued_at);
    let me: pb::WhoAmIResponse = node.call(&new, pb::WhoAmIRequest {}).await.unwrap();
    assert_eq!(me.principal, world.secretary.principal.to_string());
}
