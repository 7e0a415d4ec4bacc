use std::sync::Arc;

use yihe_directory::import::{DIVISIONS_OF_SHENZHEN, ImportError, ImportReport, Note, import_divisions};
use yihe_directory::migrations;
use yihe_kernel::SystemClock;
use yihe_proto::directory::v1::{self as pb, RegionLevel};
use yihe_store::{Backend, Store, StoreConfig};
use yihe_testkit::Postgres;

use crate::node::{COMMUNITY, Node, Who};
use crate::world::World;

async fn import(store: &Store, text: &str) -> Result<(ImportReport, Vec<Note>), ImportError> {
    let mut notes = Vec::new();
    let report = import_divisions(store, text.as_bytes(), &mut |note| notes.push(note)).await?;
    Ok((report, notes))
}

async fn problems(store: &Store, text: &str) -> Vec<String> {
    match import(store, text).await {
        Err(ImportError::Refused(problems)) => problems.iter().map(ToString::to_string).collect(),
        other => panic!("{other:?}"),
    }
}

async fn open(backend: Backend) -> Store {
    Store::open(&StoreConfig::new(backend, [7; 32]), migrations, Arc::new(SystemClock))
        .await
        .unwrap()
}

const GOOD: &str =
    "code,parent,name\n44,0,广东省\n4419,44,东莞市\n441900003,4419,东城街道\n441900003001,441900003,\u{3000}岗贝社区\n";

#[tokio::test]
async fn divisions_are_imported_whole_on_either_database() {
    let folder = tempfile::tempdir().unwrap();
    let server = Postgres::start().unwrap();
    let sqlite = Backend::Sqlite {
        file: folder.path().join("directory.db"),
    };
    let postgres = Backend::Postgres {
        url: server.url(),
        schema: "directory".into(),
    };
    for backend in [sqlite, postgres] {
        let store = open(backend).await;
        let (report, notes) = import(&store, GOOD).await.unwrap();
        assert_eq!((report.rows, report.changed), (4, 4));
        assert_eq!(notes.len(), 1);
        assert_eq!(
            (notes[0].line, notes[0].code.as_str(), notes[0].name.as_str()),
            (5, "441900003001", "\u{3000}岗贝社区")
        );

        let (report, _) = import(&store, GOOD).await.unwrap();
        assert_eq!(report.changed, 0, "the same file changes nothing");
        let renamed = GOOD.replace("东莞市", "东莞");
        let (report, _) = import(&store, &renamed).await.unwrap();
        assert_eq!(report.changed, 1);
        let (report, _) = import(&store, "code,parent,name\n441900003002,441900003,主山社区\n")
            .await
            .unwrap();
        assert_eq!(report.changed, 1, "a parent may be known already");

        let events = store.feed().after(0, 100).await.unwrap();
        assert_eq!(events.len(), 4);
        assert!(
            events
                .iter()
                .all(|event| event.kind.ends_with(".DivisionsImported") && event.actor == "operators/local")
        );
        // several statements
        let many: String = (0..30_000)
            .map(|index| format!("45{index:010},45,村{index}\n"))
            .collect();
        let (report, _) = import(&store, &format!("code,parent,name\n45,0,广西\n{many}"))
            .await
            .unwrap();
        assert_eq!((report.rows, report.changed), (30_001, 30_001));
    }
}

#[tokio::test]
async fn a_bad_file_is_refused_by_line_number_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(Backend::Sqlite {
        file: folder.path().join("directory.db"),
    })
    .await;
    let with = |rows: &str| format!("code,parent,name\n44,0,广东省\n{rows}");
    let cases = [
        (
            "4403,45,深圳市\n",
            "line 3: the parent 45 of 4403 is neither in the file nor known",
        ),
        (
            "4403,44,深圳市\n4403,44,深圳\n",
            "line 4: 4403 stands in line 3 already",
        ),
        (
            "440,44,深圳市\n",
            "line 3: `440` is not a division's code of 2, 4, 6, 9 or 12 digits",
        ),
        (
            "44a3,44,深圳市\n",
            "line 3: `44a3` is not a division's code of 2, 4, 6, 9 or 12 digits",
        ),
        (
            "4403,x,深圳市\n",
            "line 3: the parent `x` of 4403 is not a division's code, nor 0",
        ),
        (
            "4403,440309,深圳市\n440309,4403,龙华区\n",
            "line 3: the parent 440309 of 4403 is not of a level above it",
        ),
        (
            "4403,4403,深圳市\n",
            "line 3: the parent 4403 of 4403 is not of a level above it",
        ),
        ("4403,44\n", "line 3: has 2 fields, not 3"),
        ("4403,44,深圳市,x\n", "line 3: has 4 fields, not 3"),
        (
            "4403,44, \n",
            "line 3: the name of 4403 must have 1 to 100 characters, none of them control characters",
        ),
    ];
    for (rows, wanted) in cases {
        assert_eq!(problems(&store, &with(rows)).await, [wanted], "{rows}");
    }
    let two_cities = "4401,4402,广州市\n4402,4401,韶关市\n";
    assert_eq!(problems(&store, &with(two_cities)).await.len(), 2, "a cycle");
    assert_eq!(
        problems(&store, "").await,
        ["line 1: the file is empty; the header must be code,parent,name"]
    );
    assert_eq!(
        problems(&store, "44,0,广东省\n").await,
        ["line 1: the header must be code,parent,name"]
    );
    let orphans: String = (10..60).map(|index| format!("44{index},45,市\n")).collect();
    let refusal = import(&store, &with(&orphans)).await.unwrap_err();
    let ImportError::Refused(problems) = &refusal else {
        panic!("{refusal:?}")
    };
    assert_eq!((problems.len(), problems[0].line, problems[19].line), (20, 3, 22));
    assert!(refusal.to_string().contains("nothing was imported"));

    let mut notes = |_| {};
    let not_utf8 = import_divisions(&store, &b"code,parent,name\n44,0,\xff\xfe\n"[..], &mut notes)
        .await
        .unwrap_err();
    assert!(not_utf8.to_string().contains("line 2: is not UTF-8"), "{not_utf8}");
    assert!(
        store.feed().after(0, 10).await.unwrap().is_empty(),
        "nothing was written"
    );
}

#[tokio::test]
async fn a_move_in_the_tree_changes_the_authority_of_communities_below() {
    let world = World::start().await;
    let node = &world.node;
    let before = node.sequence().await;
    let store = open(Backend::Sqlite { file: node.file() }).await;
    let (report, _) = import(&store, "code,parent,name\n440309,4403,龙华新区\n")
        .await
        .unwrap();
    assert_eq!((report.changed, report.communities), (1, 0), "a new name moves nobody");
    let (report, _) = import(&store, "code,parent,name\n440309,44,龙华市\n").await.unwrap();
    assert_eq!((report.changed, report.communities), (1, 1));
    assert_eq!(node.sequence().await, before + 1);
    let request = pb::GetAuthorityRequest {
        community: COMMUNITY.into(),
        ..Default::default()
    };
    let authority: pb::Authority = node.call(&Who::service("policy"), request).await.unwrap();
    assert_eq!(authority.regions.len(), 4);
}

#[tokio::test]
async fn the_tree_is_read_by_whoever_signed_in() {
    let node = Node::start().await;
    let operator = Who::operator();
    let get = |name: &str| pb::GetRegionRequest { name: name.into() };
    let street: pb::Region = node.call(&operator, get("regions/440309002")).await.unwrap();
    assert_eq!(
        (street.parent.as_str(), street.level()),
        ("regions/440309", RegionLevel::Street)
    );
    let list = |parent: &str, page_token: String| pb::ListRegionsRequest {
        parent: parent.into(),
        page_size: 7,
        page_token,
    };
    let provinces: pb::ListRegionsResponse = node.call(&operator, list("", String::new())).await.unwrap();
    assert_eq!(provinces.regions.len(), 1);
    let mut names = Vec::new();
    let mut token = String::new();
    loop {
        let page: pb::ListRegionsResponse = node.call(&operator, list("regions/440309002", token)).await.unwrap();
        names.extend(page.regions.into_iter().map(|region| region.name));
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    let in_file = std::str::from_utf8(DIVISIONS_OF_SHENZHEN).unwrap().lines();
    let in_file = in_file
        .filter(|line| line.split(',').nth(1) == Some("440309002"))
        .count();
    assert_eq!(names.len(), in_file);
    assert!(names.is_sorted() && names.contains(&"regions/440309002021".to_owned()));

    assert_eq!(
        node.refused::<pb::Region, _>(&operator, get("regions/99")).await,
        "REGION_NOT_FOUND"
    );
    assert_eq!(
        node.refused::<pb::Region, _>(&operator, get("regions/9")).await,
        "MALFORMED_NAME"
    );
    assert_eq!(
        node.refused::<pb::Region, _>(&Who::stranger(), get("regions/44")).await,
        "UNAUTHENTICATED"
    );
    let page: pb::ListRegionsResponse = node
        .call(&operator, list("regions/440309002", String::new()))
        .await
        .unwrap();
    let foreign = list("regions/44", page.next_page_token);
    assert_eq!(
        node.refused::<pb::ListRegionsResponse, _>(&operator, foreign).await,
        "PAGE_TOKEN_INVALID"
    );
}
