mod messages;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use yihe_kernel::{CommunityId, Error, FieldViolation, MalformedName, Result, SharedClock, reasons};
use yihe_proto::Guarded;

pub use self::messages::Messages;
use crate::admitted::Needed;
use crate::names::{OneCommunity, Refused};
use crate::signing::unauthenticated;
use crate::{Admitted, Catalogue, Decision, InternalClaims, Method, Principal, Rule, Snapshots, Use, scope_of};

/// Asked by a service at the beginning of every RPC. Decides from the service's own decoded message, never from what the
/// gateway found.
#[derive(Clone)]
pub struct Guard {
    service: &'static str,
    snapshots: Arc<Snapshots>,
    clock: SharedClock,
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Guard({})", self.service)
    }
}

impl Guard {
    /// The guard of a service, such as `meeting`.
    #[must_use]
    pub fn new(service: &'static str, snapshots: Arc<Snapshots>, clock: SharedClock) -> Self {
        Self {
            service,
            snapshots,
            clock,
        }
    }

    /// Lets a caller in, or not: first the names of the message are checked, then it is decided, then the rest is the handler's.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` without the gateway's word for this very RPC, or for nobody known; `MALFORMED_NAME`, `TWO_COMMUNITIES`
    /// and `INVALID_REQUEST` for bad names; `PERSONS_ONLY`; `PERMISSION_DENIED`; `SNAPSHOT_STALE` and `UNAVAILABLE` where it
    /// cannot be decided now.
    pub async fn admit<R: Guarded>(&self, request: tonic::Request<R>) -> Result<(Admitted, R)> {
        let (_, extensions, message) = request.into_parts();
        Ok((self.decide_on(&extensions, &message).await?, message))
    }

    /// Lets the caller of a client stream in, or not, by its first message, which is waited for as long as `patience`. Of the
    /// later ones none may name a resource: nobody has decided on those.
    ///
    /// # Errors
    /// As [`Guard::admit`]; `UNAVAILABLE` where no message comes in time; the status the stream ends with.
    pub async fn admit_stream<R: Guarded>(
        &self,
        request: tonic::Request<tonic::Streaming<R>>,
        patience: Duration,
    ) -> Result<(Admitted, R, Messages<R>), tonic::Status> {
        let (_, extensions, stream) = request.into_parts();
        let mut messages = Messages::new(stream);
        let first = messages.first(patience).await?;
        Ok((self.decide_on(&extensions, &first).await?, first, messages))
    }

    async fn decide_on<R: Guarded>(&self, extensions: &tonic::Extensions, message: &R) -> Result<Admitted> {
        let method = Catalogue::shipped()
            .method(R::METHOD)
            .ok_or_else(|| Error::internal(R::METHOD))?;
        let claims = extensions
            .get::<InternalClaims>()
            .ok_or_else(|| unauthenticated("the call did not come through the gateway"))?;
        if claims.method != R::METHOD || claims.audience != self.service {
            return Err(unauthenticated("the internal token is for another RPC"));
        }
        claims.check_age(self.clock.now())?;
        let community = names(method, message)?;
        check_principal(method, &claims.principal)?;
        let mut required = Vec::new();
        for (permission, name) in message.scopes() {
            let needed = self.decide(claims, permission, name).await?;
            if matches!(needed.decision, Decision::Deny { .. }) {
                needed.count_denied(self.snapshots.usage());
                return Err(refusal(permission, &needed.decision));
            }
            required.push(needed);
        }
        Ok(Admitted {
            caller: claims.caller(),
            community,
            required,
            usage: Arc::clone(self.snapshots.usage()),
        })
    }

    async fn decide(&self, claims: &InternalClaims, permission: &'static str, name: &str) -> Result<Needed> {
        let scope =
            scope_of(name).ok_or_else(|| Error::internal(format!("`{name}` is in no community and no region")))?;
        let at_least = Some(claims.revision);
        let (decision, snapshot) = self
            .snapshots
            .decide(&claims.principal, &claims.capacity, permission, &scope, at_least)
            .await?;
        let now = self.clock.now();
        Ok(Needed {
            permission,
            decision,
            roles: snapshot
                .roles(&claims.principal, &claims.capacity, now)
                .join(" ")
                .into(),
            day: Use::day_of(now),
            scope,
        })
    }
}

/// The refusal of a permission, in the same words wherever it is refused and whether the target exists or not.
#[must_use]
pub fn refusal(permission: &str, decision: &Decision) -> Error {
    Error::new(&reasons::PERMISSION_DENIED)
        .with("permission", permission)
        .with("missing", decision.missing())
}

fn names<R: Guarded>(method: &Method, message: &R) -> Result<Option<CommunityId>> {
    let mut one = OneCommunity::default();
    message.visit_names(&mut |name| one.visit(name));
    let scopes = message.scopes();
    // an annotated field need not be marked as a name
    scopes.iter().for_each(|(_, name)| one.visit(name));
    let community = match one.finish() {
        Ok(community) => community,
        Err(Refused::Malformed(refusal)) => {
            let field = method
                .field_holding(message, &refusal.text)
                .unwrap_or_else(|| "name".to_owned());
            return Err(Error::malformed_name(&field, &refusal));
        }
        Err(Refused::TwoCommunities(first, second)) => {
            return Err(Error::new(&reasons::TWO_COMMUNITIES)
                .with("first", first)
                .with("second", second));
        }
    };
    let violations: Vec<_> = method
        .clauses
        .iter()
        .zip(&scopes)
        .filter(|(_, (_, name))| name.is_empty())
        .map(|(clause, _)| FieldViolation {
            field: clause.field_path.clone(),
            en: "is required".to_owned(),
            zh: "必填".to_owned(),
        })
        .collect();
    if !violations.is_empty() {
        return Err(Error::invalid(violations));
    }
    for (clause, (_, name)) in method.clauses.iter().zip(&scopes) {
        if scope_of(name).is_none() {
            let refusal = MalformedName {
                text: (*name).to_owned(),
                pattern: "communities/{community}/…",
            };
            return Err(Error::malformed_name(&clause.field_path, &refusal));
        }
    }
    Ok(community)
}

fn check_principal(method: &Method, principal: &Principal) -> Result<()> {
    let anonymous = *principal == Principal::Anonymous;
    match &method.rule {
        Rule::Require | Rule::Authenticated if anonymous => return Err(unauthenticated("sign in first")),
        Rule::Internal(callers) => {
            let named =
                matches!(principal, Principal::Service(service) if callers.iter().any(|caller| **caller == **service));
            if !named {
                return Err(refusal(&method.path, &Decision::Deny { grant: None }));
            }
        }
        Rule::Require | Rule::Authenticated | Rule::Public => {}
    }
    if method.persons_only && matches!(principal, Principal::Client(_) | Principal::Service(_)) {
        return Err(Error::new(&reasons::PERSONS_ONLY));
    }
    Ok(())
}
