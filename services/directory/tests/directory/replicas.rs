//! Several replicas on one database, and one after another: what is announced is announced once.

use yihe_proto::directory::v1::{OrganizationKind, Post};

use crate::lapses::{appoint, warned};
use crate::node::Node;
use crate::world::World;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_and_restarts_warn_once() {
    for node in Node::start_both().await {
        let mut world = World::on(node).await;
        let unit = world.register(OrganizationKind::ResidentUnit, "深圳北站").await;
        let end = world.node.now().plus_days(40);
        let mut terms = Vec::new();
        for login in ["one", "two", "three", "four", "five"] {
            let person = world.enrol(&unit, Post::Staff, login).await;
            terms.push(appoint(&world, &person.user, &unit, None, end).await);
        }
        let second = world.node.replica().await;
        let third = world.node.replica().await;
        world.node.clock.set(end.plus_days(-30));
        let told = warned(&world.node, terms.len()).await;
        let mut of: Vec<_> = told.iter().map(|warning| warning.appointment.clone()).collect();
        of.sort();
        terms.sort();
        assert_eq!(of, terms, "each of them once");

        // all end, and one begins anew that knows nothing but the database
        drop((second, third));
        world.node.stop_timers();
        let next = world.node.replica().await;
        warned(&world.node, terms.len()).await;
        drop(next);
        // nobody is there when the seventh day comes; who comes later makes up for it
        world.node.clock.set(end.plus_days(-6));
        warned(&world.node, terms.len()).await;
        let _late = world.node.replica().await;
        let told = warned(&world.node, 2 * terms.len()).await;
        assert!(told[terms.len()..].iter().all(|warning| warning.days == 7), "{told:?}");
    }
}
