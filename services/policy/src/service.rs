use std::sync::Arc;

use tonic::service::RoutesBuilder;
use yihe_authz::{Guard, InternalTokens, RevisionTokens, Snapshots};
use yihe_kernel::{Result, SharedClock};
use yihe_proto::policy::v1::change_service_server::ChangeServiceServer;
use yihe_proto::policy::v1::lookup_service_server::LookupServiceServer;
use yihe_proto::policy::v1::policy_service_server::PolicyServiceServer;
use yihe_proto::policy::v1::snapshot_service_server::SnapshotServiceServer;
use yihe_proto::policy::v1::usage_service_server::UsageServiceServer;
use yihe_server::{ServiceLink, Tasks, protect};
use yihe_store::Store;

use crate::authority::{Authorities, Known, follow};
use crate::composer::Composer;
use crate::domain::fixture;
use crate::domain::rules::{Rules, digest};
use crate::domain::template::Template;
use crate::domain::wire_layers::WireLayers;
use crate::in_force::InForce;
use crate::store::revision::adopt;
use crate::{Deps, Pace, Started, migrations};

const SERVICE: &str = "policy";

/// What every RPC works with.
pub(crate) struct Policy {
    pub store: Store,
    pub clock: SharedClock,
    pub guard: Guard,
    pub snapshots: Arc<Snapshots>,
    pub tokens: RevisionTokens,
    pub composer: Composer,
    pub in_force: Arc<InForce>,
    pub directory: ServiceLink,
}

pub(crate) async fn start(deps: Deps, pace: Pace) -> Result<Started> {
    let others = deps
        .grants_file
        .as_deref()
        .map(fixture::load)
        .transpose()?
        .unwrap_or_default();
    let template = Template::shipped()?;
    let store = Store::open(&deps.store, migrations::all, Arc::clone(&deps.clock)).await?;
    let sequence = adopt(&store, digest(template.grants().iter().chain(&others))).await?;
    let known = Arc::new(Known::new());
    let base = Rules::new(template, others, sequence);
    let in_force = Arc::new(InForce::load(store.clone(), base, Arc::clone(&known)).await?);
    let authorities = Authorities::new(deps.directory.clone(), Arc::clone(&known), pace);
    let mut tasks = Tasks::default();
    tasks.spawn(
        "policy.follow_directory",
        follow(deps.directory.clone(), Arc::clone(&known), pace),
    );
    let rules = in_force.rules();
    tasks.spawn("policy.follow_rules", Arc::clone(&in_force).follow(pace));
    let policy = Arc::new(Policy {
        in_force,
        guard: Guard::new(SERVICE, Arc::clone(&deps.snapshots), Arc::clone(&deps.clock)),
        snapshots: deps.snapshots,
        tokens: RevisionTokens::new(&deps.keys),
        composer: Composer {
            rules,
            known,
            authorities,
            wires: WireLayers::default(),
            pace,
        },
        directory: deps.directory,
        clock: Arc::clone(&deps.clock),
        store: store.clone(),
    });
    let mut routes = RoutesBuilder::default();
    routes.add_service(PolicyServiceServer::from_arc(Arc::clone(&policy)));
    routes.add_service(ChangeServiceServer::from_arc(Arc::clone(&policy)));
    routes.add_service(LookupServiceServer::from_arc(Arc::clone(&policy)));
    routes.add_service(SnapshotServiceServer::from_arc(Arc::clone(&policy)));
    routes.add_service(UsageServiceServer::from_arc(policy));
    let tokens = InternalTokens::new(&deps.keys, Arc::clone(&deps.clock));
    Ok(Started {
        routes: protect(routes.routes(), SERVICE, tokens, deps.clock),
        feed: store.feed(),
        outbox: store.outbox(),
        tasks,
    })
}
