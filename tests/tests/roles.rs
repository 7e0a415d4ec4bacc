//! Every service under a database role of its own, which may do nothing but read and write its service's rows.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Result, ensure};
use sea_orm::{ConnectionTrait, Database};
use yihe::services::{keepers, schema};
use yihe_demo::{Narrator, tell};
use yihe_kernel::SystemClock;
use yihe_store::{Backend, Store, StoreConfig, grant};
use yihe_testkit::{Postgres, TestNode, TestNodeOptions};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_story_comes_out_the_same_and_roles_can_do_nothing_else() -> Result<()> {
    let server = Postgres::start()?;
    let owner = Database::connect(server.url()).await?;
    let mut urls = BTreeMap::new();
    for (service, migrations) in keepers() {
        let role = schema(service);
        owner.execute_unprepared(&format!("CREATE ROLE {role} LOGIN")).await?;
        let backend = Backend::Postgres {
            url: server.url(),
            schema: role.clone(),
        };
        let place = StoreConfig::new(backend, [0; 32]);
        Store::open(&place, migrations, Arc::new(SystemClock)).await?;
        grant(&place, &role).await?;
        urls.insert(service, server.url().replace("yihe@", &format!("{role}@")));
    }
    let node = TestNode::start(TestNodeOptions {
        database: Some(server.url()),
        databases: urls.clone(),
        ..TestNodeOptions::default()
    })
    .await?;
    let story = tell(&node, &mut Narrator::silent()).await?;
    assert_eq!((story.tally.yes, story.tally.no, story.tally.abstain), (16, 2, 2));
    node.stop().await?;

    for (service, _) in keepers() {
        let (role, url) = (schema(service), &urls[&service]);
        let connection = Database::connect(url).await?;
        connection
            .execute_unprepared(&format!("SELECT count(*) FROM {role}.outbox"))
            .await?;
        for (other, _) in keepers().filter(|(other, _)| *other != service) {
            let read = format!("SELECT count(*) FROM {}.outbox", schema(other));
            denied(&connection, &read).await?;
        }
        for statement in [
            format!("CREATE TABLE {role}.own (id int)"),
            format!("ALTER TABLE {role}.outbox ADD COLUMN own int"),
            format!("DROP TABLE {role}.outbox"),
            format!("TRUNCATE {role}.outbox"),
            format!("DELETE FROM {role}.seaql_migrations"),
            "CREATE SCHEMA own".to_owned(),
            "CREATE TABLE public.own (id int)".to_owned(),
            "CREATE ROLE own".to_owned(),
        ] {
            denied(&connection, &statement).await?;
        }
        connection.close().await?;
    }
    Ok(())
}

async fn denied(connection: &impl ConnectionTrait, statement: &str) -> Result<()> {
    let Err(error) = connection.execute_unprepared(statement).await else {
        anyhow::bail!("{statement} was done");
    };
    let said = error.to_string();
    ensure!(
        said.contains("permission denied") || said.contains("must be owner"),
        "{statement}: {said}"
    );
    Ok(())
}
