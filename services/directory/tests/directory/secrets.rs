//! What is shown once is kept nowhere, and names of persons are in one table.

use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};
use yihe_proto::directory::v1::{self as pb, Post};

use crate::node::{COMMUNITY, Who};
use crate::world::{PASSWORD, World, enrol};

const UUID: &str = "0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f";

async fn texts(database: &DatabaseConnection, sql: String) -> Vec<String> {
    let rows = database
        .query_all_raw(Statement::from_string(DbBackend::Sqlite, sql))
        .await
        .unwrap();
    rows.iter()
        .map(|row| row.try_get_by_index::<String>(0).unwrap())
        .collect()
}

/// Every table with all its values as hexadecimal digits.
async fn dump(database: &DatabaseConnection) -> Vec<(String, String)> {
    let mut tables = Vec::new();
    for table in texts(database, "SELECT name FROM sqlite_master WHERE type = 'table'".into()).await {
        let columns = texts(database, format!("SELECT name FROM pragma_table_info('{table}')")).await;
        let columns: Vec<_> = columns
            .iter()
            .map(|column| format!("hex(coalesce(\"{column}\", ''))"))
            .collect();
        let rows = texts(
            database,
            format!("SELECT {} FROM \"{table}\"", columns.join(" || '|' || ")),
        )
        .await;
        tables.push((table, rows.join("\n")));
    }
    tables
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02X}")).collect()
}

#[tokio::test]
async fn nothing_shown_once_is_kept_and_names_are_in_one_table() {
    let world = World::start().await;
    let node = &world.node;
    let request = pb::CreateInvitationRequest {
        request_id: UUID.into(),
        ..crate::world::invitation(&world.committee, Post::Member, "欧阳委员")
    };
    let invited: pb::CreateInvitationResponse = node.call(&world.secretary, request).await.unwrap();
    let request = pb::ApplyForMembershipRequest {
        request_id: UUID.into(),
        ..crate::world::application("深圳北站")
    };
    let applied: pb::ApplyForMembershipResponse = node.call(&Who::stranger(), request).await.unwrap();
    let request = pb::AdmitApplicationRequest {
        name: applied.application.clone(),
    };
    let _: pb::Application = node.call(&world.secretary, request).await.unwrap();
    let request = pb::CollectCredentialsRequest {
        application: applied.application,
        claim_code: applied.claim_code.clone(),
    };
    let collected: pb::CollectCredentialsResponse = node.call(&Who::stranger(), request).await.unwrap();
    let request = pb::RotateClientSecretRequest {
        name: collected.client,
        end_old_secret_now: false,
    };
    let rotated: pb::RotateClientSecretResponse = node.call(&world.secretary, request).await.unwrap();
    let member = enrol(node, &invited.enrolment_code, "ou.yang").await.unwrap();
    let request = pb::SignInRequest {
        login: "ou.yang".into(),
        password: PASSWORD.into(),
    };
    let pair: pb::TokenPair = node.call(&Who::stranger(), request).await.unwrap();
    let request = pb::RefreshTokenRequest {
        refresh_token: pair.refresh_token.clone(),
    };
    let next: pb::TokenPair = node.call(&Who::stranger(), request).await.unwrap();
    let request = pb::GetAppointmentRequest {
        name: member.appointment,
    };
    let seen: pb::Appointment = node.call(&world.secretary, request).await.unwrap();
    assert_eq!(seen.full_name, "欧阳委员");

    let shown = [
        invited.enrolment_code,
        applied.claim_code,
        collected.client_secret,
        collected.enrolment_code,
        rotated.client_secret,
        pair.access_token,
        pair.refresh_token,
        next.refresh_token,
    ];
    let database = Database::connect(format!("sqlite://{}", node.file().display()))
        .await
        .unwrap();
    let tables = dump(&database).await;
    let holding = |text: &str| -> Vec<&str> {
        let digits = hex(text);
        tables
            .iter()
            .filter(|(_, rows)| rows.contains(&digits))
            .map(|(table, _)| table.as_str())
            .collect()
    };
    for secret in &shown {
        assert!(holding(secret).is_empty(), "{secret} is in {:?}", holding(secret));
        let code = secret.strip_prefix("440309002021-").unwrap_or(secret).replace('-', "");
        assert!(holding(&code).is_empty(), "{code} is in {:?}", holding(&code));
    }
    assert!(holding(PASSWORD).is_empty());
    assert_eq!(holding("欧阳委员"), ["person"]);
    assert_eq!(holding("陈站长"), ["person"]);
    assert_eq!(holding("缺志愿者"), ["application"], "free text is not in events");
    // what is looked for would be found
    assert!(holding(COMMUNITY).contains(&"outbox"));
    assert_eq!(holding("ou.yang"), ["user"]);
}
