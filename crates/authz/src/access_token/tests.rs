use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use yihe_kernel::{AdjustableClock, Clock, reasons};

use super::*;
use crate::sample::{client, community, user};
use crate::{Capacity, InternalClaims, InternalTokens, Revision};

// far from the machine's time on purpose: nothing may read that
fn clock() -> Arc<AdjustableClock> {
    Arc::new(AdjustableClock::starting_at(
        "2051-05-06T07:08:09.123456Z".parse().unwrap(),
    ))
}

fn detail(result: Result<AccessClaims>) -> String {
    let refusal = result.unwrap_err();
    assert!(refusal.is(&reasons::UNAUTHENTICATED), "{refusal}");
    refusal.metadata()["detail"].clone()
}

fn parts(token: &str) -> (serde_json::Value, serde_json::Value, String) {
    let parts: Vec<_> = token.split('.').collect();
    let read = |part: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    (read(parts[0]), read(parts[1]), parts[2].to_owned())
}

fn join(header: &serde_json::Value, claims: &serde_json::Value, signature: &str) -> String {
    let write = |part: &serde_json::Value| URL_SAFE_NO_PAD.encode(part.to_string());
    format!("{}.{}.{signature}", write(header), write(claims))
}

#[test]
fn claims_survive_the_round_trip() {
    let clock = clock();
    let tokens = AccessTokens::new(&Keys::ephemeral().unwrap(), Arc::clone(&clock) as _);
    let before = clock.now();
    let (token, expires_at) = tokens.issue(&client(3), Some(&community()), 900).unwrap();
    let claims = tokens.verify(&token).unwrap();
    assert_eq!(
        (&claims.principal, &claims.community, claims.expires_at),
        (&client(3), &Some(community()), expires_at)
    );
    assert!(
        claims.issued_at >= before && claims.issued_at <= clock.now(),
        "the microseconds are lost"
    );
    let (header, body, _) = parts(&token);
    assert_eq!(
        (&header["alg"], &body["iss"], &body["aud"]),
        (&"EdDSA".into(), &"yihe".into(), &"yihe".into())
    );
    assert!(!header["kid"].as_str().unwrap().is_empty());
    let (token, _) = tokens.issue(&user(1), None, 900).unwrap();
    assert_eq!(tokens.verify(&token).unwrap().community, None);
}

#[test]
fn it_is_good_until_the_injected_clock_says_otherwise() {
    let clock = clock();
    let tokens = AccessTokens::new(&Keys::ephemeral().unwrap(), Arc::clone(&clock) as _);
    let (token, expires_at) = tokens.issue(&user(1), None, 60).unwrap();
    clock.set(Timestamp::from_micros(expires_at.micros() - 500_000));
    assert!(tokens.verify(&token).is_ok());
    clock.set(expires_at);
    assert_eq!(detail(tokens.verify(&token)), "the token has expired");
    clock.set(expires_at.plus_seconds(-120));
    assert_eq!(detail(tokens.verify(&token)), "the token is dated in the future");
}

#[test]
fn what_this_node_did_not_sign_is_refused() {
    let (keys, clock) = (Keys::ephemeral().unwrap(), clock());
    let tokens = AccessTokens::new(&keys, Arc::clone(&clock) as _);
    let (token, _) = tokens.issue(&user(1), None, 900).unwrap();
    let (header, body, signature) = parts(&token);

    let mut other = body.clone();
    other["sub"] = user(2).to_string().into();
    assert_eq!(
        detail(tokens.verify(&join(&header, &other, &signature))),
        "the token's signature is wrong"
    );

    let mut none = header.clone();
    none["alg"] = "none".into();
    for forged in [join(&none, &other, ""), join(&none, &other, &signature)] {
        assert_eq!(detail(tokens.verify(&forged)), "the token is malformed");
    }
    let mut symmetric = header.clone();
    symmetric["alg"] = "HS256".into();
    assert_eq!(
        detail(tokens.verify(&join(&symmetric, &body, &signature))),
        "the token's algorithm is not EdDSA"
    );

    let strange = AccessTokens::new(&Keys::ephemeral().unwrap(), Arc::clone(&clock) as _);
    let (foreign, _) = strange.issue(&user(1), None, 900).unwrap();
    assert_eq!(detail(tokens.verify(&foreign)), "the token's key is not known");
    // the foreign signature under our key's name
    let (_, body, signature) = parts(&foreign);
    assert_eq!(
        detail(tokens.verify(&join(&header, &body, &signature))),
        "the token's signature is wrong"
    );

    for text in [
        "",
        ".",
        "..",
        "x",
        "a.b.c",
        &token[1..],
        &format!("{token}.x"),
        &token[..token.len() - 2],
    ] {
        detail(tokens.verify(text));
    }
}

#[test]
fn claims_of_another_issuer_audience_or_subject_are_refused() {
    let (keys, clock) = (Keys::ephemeral().unwrap(), clock());
    let tokens = AccessTokens::new(&keys, Arc::clone(&clock) as _);
    let sign = |change: &dyn Fn(&mut serde_json::Value)| {
        let now = clock.now();
        let (sub, exp) = (user(1).to_string(), now.seconds() + 60);
        let mut claims = serde_json::json!({
            "iss": "yihe", "aud": "yihe", "sub": sub, "iat": now.seconds(), "exp": exp, "iat_us": now.micros(),
        });
        change(&mut claims);
        tokens.verify(&Signer::new("any", keys.access.clone()).sign(&claims).unwrap())
    };
    assert!(sign(&|_| ()).is_ok());
    assert_eq!(
        detail(sign(&|claims| claims["iss"] = "yihe-node".into())),
        "the token has another issuer"
    );
    assert_eq!(
        detail(sign(&|claims| claims["aud"] = "meeting".into())),
        "the token is for another audience"
    );
    for sub in ["services/policy", "anonymous", "", "users/1"] {
        assert_eq!(
            detail(sign(&|claims| claims["sub"] = sub.into())),
            "the token is malformed"
        );
    }
    for lost in ["iss", "aud", "sub", "exp", "iat_us"] {
        detail(sign(&|claims| drop(claims.as_object_mut().unwrap().remove(lost))));
    }
    assert_eq!(
        detail(sign(&|claims| claims["community"] = "x".into())),
        "the token is malformed"
    );
}

#[test]
fn an_internal_token_is_no_access_token() {
    let (keys, clock) = (Keys::ephemeral().unwrap(), clock());
    let claims = InternalClaims {
        principal: user(1),
        capacity: Capacity::Own,
        method: "/x/Y".to_owned(),
        audience: AUDIENCE.to_owned(),
        revision: Revision::default(),
        decided_at: clock.now(),
        address: None,
        token_issued_at: None,
    };
    let token = InternalTokens::new(&keys, Arc::clone(&clock) as _)
        .issue(&claims)
        .unwrap();
    assert_eq!(
        detail(AccessTokens::new(&keys, clock).verify(&token)),
        "the token's key is not known"
    );
}

#[test]
fn nobody_else_bears_one() {
    let tokens = AccessTokens::new(&Keys::ephemeral().unwrap(), clock());
    for principal in [Principal::Anonymous, Principal::Service("policy".into())] {
        assert!(tokens.issue(&principal, None, 60).unwrap_err().is(&reasons::INTERNAL));
    }
}

#[test]
fn after_a_new_key_is_added_the_old_one_still_verifies() {
    let (dir, clock) = (tempfile::tempdir().unwrap(), clock());
    let old = AccessTokens::new(&Keys::load_or_create(dir.path()).unwrap(), Arc::clone(&clock) as _);
    let added = Keys::add_access_key(dir.path()).unwrap();
    assert!(added.ends_with("access-token-0002.pem"));
    let new = AccessTokens::new(&Keys::load_or_create(dir.path()).unwrap(), clock);
    let ((first, _), (second, _)) = (
        old.issue(&user(1), None, 60).unwrap(),
        new.issue(&user(1), None, 60).unwrap(),
    );
    assert_ne!(parts(&first).0["kid"], parts(&second).0["kid"]);
    assert!(new.verify(&first).is_ok() && new.verify(&second).is_ok());
    assert_eq!(detail(old.verify(&second)), "the token's key is not known");
}
