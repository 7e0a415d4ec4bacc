use std::sync::Arc;

use tonic::service::Routes;
use tonic::{Request, Response, Status, async_trait};
use yihe_authz::{InternalTokens, Keys};
use yihe_kernel::SystemClock;
use yihe_proto::file::v1::file_lookup_service_server::{FileLookupService, FileLookupServiceServer};
use yihe_proto::file::v1::{LookupFilesResponse, RetainFilesResponse};
use yihe_server::Link;

use super::*;

const MEETING: &str = "communities/440309002021/meetings/0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f";

fn file(digit: u32) -> FileName {
    format!("communities/440309002021/files/{digit:08x}-0000-7000-8000-000000000000")
        .parse()
        .unwrap()
}

/// A file service with three files: one of the meeting, one of another object, one of the meeting that was retired.
struct Double;

#[async_trait]
impl FileLookupService for Double {
    async fn lookup_files(
        &self,
        request: Request<LookupFilesRequest>,
    ) -> Result<Response<LookupFilesResponse>, Status> {
        let known = [
            (1, MEETING, FileState::Active),
            (2, "communities/440309002021/x", FileState::Active),
            (3, MEETING, FileState::Retired),
        ];
        let files = known.map(|(digit, owner_object, state)| File {
            name: file(digit).to_string(),
            owner_object: owner_object.to_owned(),
            state: state.into(),
            ..File::default()
        });
        let asked = request.into_inner().names;
        let files = files.into_iter().filter(|file| asked.contains(&file.name)).collect();
        Ok(Response::new(LookupFilesResponse { files }))
    }

    async fn retain_files(
        &self,
        request: Request<RetainFilesRequest>,
    ) -> Result<Response<RetainFilesResponse>, Status> {
        match request.into_inner().names.contains(&file(1).to_string()) {
            true => Ok(Response::new(RetainFilesResponse::default())),
            false => Err(Error::not_found("it").into()),
        }
    }
}

fn files(link: Link) -> Files {
    let clock: yihe_kernel::SharedClock = Arc::new(SystemClock);
    let tokens = InternalTokens::new(&Keys::ephemeral().unwrap(), Arc::clone(&clock));
    Files::new(ServiceLink::new(link, tokens, "meeting", clock))
}

#[tokio::test]
async fn what_a_record_names_must_be_there_and_belong_to_it() {
    let files = files(Link::Local(Routes::new(FileLookupServiceServer::new(Double))));
    files.expect_attached(&[], &MEETING).await.unwrap();
    files.expect_attached(&[file(1)], &MEETING).await.unwrap();
    for (named, reason) in [
        (vec![file(1), file(9)], &reasons::FILE_UNKNOWN),
        (vec![file(3)], &reasons::FILE_UNKNOWN),
        (vec![file(1), file(2)], &reasons::FILE_ELSEWHERE),
    ] {
        let refused = files.expect_attached(&named, &MEETING).await.unwrap_err();
        assert!(refused.is(reason), "{refused}");
        assert_eq!(refused.metadata()["name"], named[named.len() - 1].to_string());
    }
    let until = Timestamp::from_seconds(1_800_000_000);
    files.retain(&[file(1)], until).await.unwrap();
    assert!(
        files
            .retain(&[file(9)], until)
            .await
            .unwrap_err()
            .is(&reasons::FILE_UNKNOWN)
    );
}

#[tokio::test]
async fn a_file_service_that_is_away_is_not_taken_for_a_missing_file() {
    let files = files(Link::late().0);
    files.expect_attached(&[], &MEETING).await.unwrap();
    let refused = files.expect_attached(&[file(1)], &MEETING).await.unwrap_err();
    assert!(refused.is(&yihe_kernel::reasons::UNAVAILABLE), "{refused}");
}
