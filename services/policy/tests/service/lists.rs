use std::collections::BTreeMap;

use yihe_proto::directory::v1::{OrganizationKind as Kind, Post};
use yihe_proto::policy::v1::{
    GetMatrixRequest, Grant, ListGrantsRequest, ListPermissionsRequest, Matrix, MatrixRow, Verdict,
};

use crate::people::*;
use crate::running::{Running, reason};

async fn grants(running: &Running, permission: &str, page_size: i32) -> Vec<Grant> {
    let mut all = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = ListGrantsRequest {
            parent: COMMUNITY.to_owned(),
            page_size,
            page_token,
            permission: permission.to_owned(),
        };
        let page = running
            .policy()
            .list_grants(running.call(&secretary(), request))
            .await
            .unwrap()
            .into_inner();
        assert!(page_size == 0 || page.grants.len() <= usize::try_from(page_size).unwrap());
        all.extend(page.grants);
        if page.next_page_token.is_empty() {
            return all;
        }
        page_token = page.next_page_token;
    }
}

#[tokio::test]
async fn grants_come_in_pages_each_once() {
    let rows = "*/*,440399,meeting.motion.submit,deny,,2020-01-01T00:00:00Z,2021-01-01T00:00:00Z\n*/*,440309,meeting.vote.open,deny,,,\n";
    let running = Running::start_with(rows).await;
    let all = grants(&running, "", 1000).await;
    assert_eq!(grants(&running, "", 37).await, all);
    let ids: Vec<_> = all.iter().map(|grant| grant.id.as_str()).collect();
    assert!(ids.is_sorted_by(|a, b| a < b));
    let of_regions: Vec<_> = all.iter().filter(|grant| grant.source == "fixture").collect();
    assert_eq!(of_regions.len(), 1, "the other lies elsewhere in the recorded tree");
    assert!(of_regions[0].end_time.is_some(), "ended terms are shown too");
}

#[tokio::test]
async fn grants_on_one_permission_include_wider_ones() {
    let rows = "RESIDENT_UNIT/*,440309002021,meeting.motion.*,allow,owner,,\nPARTY_BRANCH/*,4403,*,deny,,,\n";
    let running = Running::start_with(rows).await;
    let listed: Vec<_> = grants(&running, "meeting.motion.withdraw", 1)
        .await
        .into_iter()
        .map(|grant| grant.id)
        .collect();
    let expected = [
        "fixture/4403/*/PARTY_BRANCH/*/deny",
        "fixture/440309002021/meeting.motion.*/RESIDENT_UNIT/*/owner",
        "template/meeting.motion.withdraw/*/*/owner",
    ];
    assert_eq!(listed, expected);
}

#[tokio::test]
async fn permissions_come_in_pages_with_their_rpcs() {
    let running = Running::start().await;
    let mut names = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = ListPermissionsRequest {
            page_size: 10,
            page_token,
        };
        // signed in is enough: a stranger may read the catalogue
        let answer = running
            .policy()
            .list_permissions(running.call(&who(STRANGER, "self"), request))
            .await;
        let page = answer.unwrap().into_inner();
        for permission in page.permissions {
            assert!(!permission.description.is_empty(), "{}", permission.permission);
            assert!(
                permission
                    .methods
                    .iter()
                    .all(|method| method.starts_with("yihe.") && method.matches('.').count() == 4)
            );
            names.push(permission.permission);
        }
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    let catalogue = yihe_authz::Catalogue::shipped().permissions();
    assert!(names.iter().eq(catalogue.iter().map(|permission| &permission.name)));
}

#[tokio::test]
async fn a_page_token_is_good_for_its_own_query() {
    let running = Running::start().await;
    let request = |permission: &str, page_token: String, page_size| ListGrantsRequest {
        parent: COMMUNITY.to_owned(),
        page_size,
        page_token,
        permission: permission.to_owned(),
    };
    let call = |request| running.call(&secretary(), request);
    let page = running
        .policy()
        .list_grants(call(request("", String::new(), 1)))
        .await
        .unwrap()
        .into_inner();
    let refused = running
        .policy()
        .list_grants(call(request("meeting.vote.get", page.next_page_token, 1)))
        .await;
    assert_eq!(reason(&refused.unwrap_err()), "PAGE_TOKEN_INVALID");
    let refused = running.policy().list_grants(call(request("", String::new(), -1))).await;
    assert_eq!(reason(&refused.unwrap_err()), "INVALID_REQUEST");
    let request = ListPermissionsRequest {
        page_size: 0,
        page_token: "x".to_owned(),
    };
    let refused = running
        .policy()
        .list_permissions(running.call(&secretary(), request))
        .await;
    assert_eq!(reason(&refused.unwrap_err()), "PAGE_TOKEN_INVALID");
}

async fn matrix(running: &Running) -> Matrix {
    let request = GetMatrixRequest {
        parent: COMMUNITY.to_owned(),
    };
    running
        .policy()
        .get_matrix(running.call(&caretaker(), request))
        .await
        .unwrap()
        .into_inner()
}

fn row<'a>(matrix: &'a Matrix, role: &str) -> &'a MatrixRow {
    matrix
        .rows
        .iter()
        .find(|row| row.role == role)
        .unwrap_or_else(|| panic!("no row for {role}"))
}

fn cells(row: &MatrixRow) -> BTreeMap<&str, Verdict> {
    row.cells
        .iter()
        .map(|cell| (cell.permission.as_str(), cell.verdict()))
        .collect()
}

#[tokio::test]
async fn the_matrix_shows_what_is_in_force_here() {
    let rows = "PROPERTY_COMPANY/STAFF,440309002021,meeting.vote.open,allow,,,\nRESIDENT_UNIT/*,4403,meeting.motion.submit,deny,,,\n\
                RESIDENT_UNIT/STAFF,4403,meeting.vote.open,allow,,2020-01-01T00:00:00Z,2021-01-01T00:00:00Z\n";
    let running = Running::start_with(rows).await;
    let mut authority = authority(1);
    // a post that no list of sensible ones has
    authority
        .holdings
        .push(holding(STRANGER, STATION, Kind::ResidentUnit, Post::GridWorker));
    running.directory.put_untold(authority);
    let matrix = matrix(&running).await;
    assert!(!matrix.revision.is_empty());
    let secretary = cells(row(&matrix, "PARTY_COMMITTEE/SECRETARY"));
    assert_eq!(secretary["meeting.vote.open"], Verdict::Allow);
    assert_eq!(secretary["meeting.ballot.cast"], Verdict::Conditional);
    assert!(!secretary.contains_key("directory.community.activate"));
    assert_eq!(
        cells(row(&matrix, "PROPERTY_COMPANY/STAFF"))["meeting.vote.open"],
        Verdict::Allow
    );
    assert!(!cells(row(&matrix, "PROPERTY_COMPANY/MANAGER")).contains_key("meeting.vote.open"));
    let staff = cells(row(&matrix, "RESIDENT_UNIT/STAFF"));
    assert!(!staff.contains_key("meeting.motion.submit"), "forbidden by the city");
    assert!(!staff.contains_key("meeting.vote.open"), "the grant has ended");
    assert_eq!(
        cells(row(&matrix, "RESIDENT_UNIT/GRID_WORKER"))["meeting.ballot.cast"],
        Verdict::Conditional
    );
    assert_eq!(cells(row(&matrix, "OPERATOR")).len(), 4);
    assert_eq!(
        cells(row(&matrix, "PROPERTY_COMPANY/CLIENT"))["directory.membership.list"],
        Verdict::Allow
    );
}
