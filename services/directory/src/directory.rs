use futures::future::BoxFuture;
use yihe_authz::{AccessTokens, Admitted, Authorized, Guard, Principal, Revision, RevisionTokens, Scope};
use yihe_kernel::{CommunityId, Error, Result, Timestamp, reasons as common};
use yihe_store::{Failure, Reader, Store};

use crate::config::Config;
use crate::domain::facts::Facts;
use crate::passwords::Passwords;
use crate::store::filter::Sight;
use crate::store::{Writing, client, user};
use crate::throttle::Throttle;

/// What commands and queries work with.
pub struct Directory {
    pub store: Store,
    pub guard: Guard,
    pub access_tokens: AccessTokens,
    pub revisions: RevisionTokens,
    pub passwords: Passwords,
    pub throttle: Throttle,
    pub config: Config,
    /// Keys the hashes of ID numbers, which are too few to be kept as plain hashes.
    pub id_numbers: [u8; 32],
}

impl Directory {
    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.store.clock().now()
    }

    /// For reading.
    pub fn reader(&self) -> &Reader {
        self.store.reader()
    }

    /// Runs `body` in one transaction for somebody authorized.
    pub async fn write<I, T, F>(&self, name: &'static str, by: Authorized, input: I, body: F) -> Result<T>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        F: for<'a> Fn(&'a Writing<'a>, &'a I) -> BoxFuture<'a, Result<T, Failure>> + Send + Sync + 'static,
    {
        Writing::run(&self.store, name, by, input, body).await
    }

    /// The token of a community's authority at a sequence. Of the policies the directory knows nothing.
    pub fn revision(&self, community: &CommunityId, sequence: u64) -> String {
        self.revisions.mint(
            community,
            Revision {
                directory: sequence,
                policy: 0,
            },
        )
    }

    /// The token of the authority of a community or region at a sequence.
    pub fn revision_at(&self, scope: &Scope, sequence: u64) -> String {
        let revision = Revision {
            directory: sequence,
            policy: 0,
        };
        self.revisions.mint_at(scope, revision)
    }

    /// Lets a signed-in caller of an RPC outside any community through. No snapshot knows of its sign-outs there: the
    /// directory asks its own tables.
    ///
    /// # Errors
    /// `CREDENTIALS_REVOKED` after a sign-out or a revocation; `UNAUTHENTICATED` for nobody known.
    pub async fn signed_in(&self, admitted: Admitted) -> Result<Authorized> {
        let caller = admitted.caller();
        let cutoff_at = match &caller.principal {
            Principal::User(id) => {
                let user = user::find(self.reader(), *id)
                    .await?
                    .ok_or_else(|| nobody("the user is unknown"))?;
                user.cutoff_at
            }
            Principal::Client(id) => {
                let client = client::find_anywhere(self.reader(), *id).await?;
                client.ok_or_else(|| nobody("the client is unknown"))?.cutoff_at
            }
            Principal::Service(_) | Principal::Operator | Principal::Anonymous => None,
        };
        let issued_at = caller.token_issued_at;
        if cutoff_at.is_some_and(|cutoff_at| issued_at.is_none_or(|issued_at| issued_at < cutoff_at)) {
            return Err(Error::new(&common::CREDENTIALS_REVOKED));
        }
        admitted.without_target()
    }
}

fn nobody(detail: &str) -> Error {
    Error::new(&common::UNAUTHENTICATED).with("detail", detail)
}

/// Settles the open conditions with the facts of the target.
///
/// # Errors
/// `PERMISSION_DENIED`.
pub fn settle(admitted: Admitted, facts: Facts) -> Result<Authorized> {
    let caller = admitted.caller().clone();
    admitted.settle(&|condition| facts.hold(condition, &caller))
}

/// What the caller may see of a list.
pub fn sight(admitted: Admitted) -> Sight {
    let filter = admitted.filter();
    let caller = admitted.authorized_list().caller().clone();
    Sight { filter, caller }
}
