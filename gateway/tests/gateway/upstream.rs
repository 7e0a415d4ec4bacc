//! Services that tell what reached them, and do what the header `x-do` says.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::Stream;
use http::HeaderMap;
use tonic::{Request, Response, Status};
use yihe_authz::InternalClaims;
use yihe_kernel::{Error, reasons};
use yihe_proto::directory::v1 as directory;
use yihe_proto::directory::v1::community_service_server::CommunityService;
use yihe_proto::directory::v1::sign_in_service_server::SignInService;
use yihe_proto::meeting::v1 as meeting;
use yihe_proto::meeting::v1::meeting_service_server::MeetingService;

#[derive(Debug, Clone)]
pub struct Seen {
    pub claims: InternalClaims,
    pub headers: HeaderMap,
}

#[derive(Debug, Clone, Default)]
pub struct Upstream {
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Upstream {
    pub fn take(&self) -> Vec<Seen> {
        std::mem::take(&mut *self.seen.lock().unwrap())
    }

    pub fn last(&self) -> Seen {
        self.take().pop().expect("nothing reached the service")
    }

    fn note<T>(&self, request: &Request<T>) -> String {
        let claims = request.extensions().get::<InternalClaims>().unwrap().clone();
        let headers = request.metadata().clone().into_headers();
        let what = headers
            .get("x-do")
            .map(|value| value.to_str().unwrap().to_owned())
            .unwrap_or_default();
        self.seen.lock().unwrap().push(Seen { claims, headers });
        what
    }
}

macro_rules! service {
    ($name:ident in $package:ident, { $($custom:tt)* } $($method:ident($request:ident) -> $response:ident;)*) => {
        #[tonic::async_trait]
        impl $name for Upstream {
            $($custom)*
            $(async fn $method(&self, request: Request<$package::$request>) -> Result<Response<$package::$response>, Status> {
                self.note(&request);
                Ok(Response::new($package::$response::default()))
            })*
        }
    };
}

service! { MeetingService in meeting, {
        async fn get_meeting(
            &self,
            request: Request<meeting::GetMeetingRequest>,
        ) -> Result<Response<meeting::Meeting>, Status> {
            match self.note(&request).as_str() {
                "slow" => tokio::time::sleep(Duration::from_secs(30)).await,
                "fail" => return Err(Error::not_found(&request.get_ref().name).into()),
                "bare" => return Err(Status::out_of_range("Error, decoded message length too large: found 9 bytes, the limit is: 4 bytes")),
                "cancelled" => return Err(Status::cancelled("Timeout expired")),
                "panic" => panic!("the handler broke"),
                _ => {}
            }
            let name = request.into_inner().name;
            let mut response = Response::new(meeting::Meeting { name, ..meeting::Meeting::default() });
            response.metadata_mut().insert("x-told", "yes".parse().unwrap());
            Ok(response)
        }

        type WatchMeetingStream = Pin<Box<dyn Stream<Item = Result<meeting::MeetingEvent, Status>> + Send>>;

        async fn watch_meeting(
            &self,
            request: Request<meeting::WatchMeetingRequest>,
        ) -> Result<Response<Self::WatchMeetingStream>, Status> {
            let what = self.note(&request);
            let stream = futures::stream::unfold(1_i64, move |position| {
                let what = what.clone();
                async move {
                    if position == 4 && what == "fail" {
                        let error = Error::new(&reasons::UNAVAILABLE).with("detail", "mid-stream");
                        return Some((Err(error.into()), position + 1));
                    }
                    if position == 4 && what == "end" {
                        return None;
                    }
                    if what != "flood" {
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                    Some((Ok(meeting::MeetingEvent { position, ..meeting::MeetingEvent::default() }), position + 1))
                }
            });
            Ok(Response::new(Box::pin(stream)))
        }
    }
    create_meeting(CreateMeetingRequest) -> Meeting;
    list_meetings(ListMeetingsRequest) -> ListMeetingsResponse;
    update_meeting(UpdateMeetingRequest) -> Meeting;
    serve_notice(ServeNoticeRequest) -> Notice;
    get_notice(GetNoticeRequest) -> Notice;
    acknowledge_notice(AcknowledgeNoticeRequest) -> RosterEntry;
    open_session(OpenSessionRequest) -> Meeting;
    check_in(CheckInRequest) -> Presence;
    check_out(CheckOutRequest) -> Presence;
    get_quorum(GetQuorumRequest) -> Quorum;
    close_meeting(CloseMeetingRequest) -> Meeting;
    cancel_meeting(CancelMeetingRequest) -> Meeting;
}

service! { SignInService in directory, {}
    enrol(EnrolRequest) -> EnrolResponse;
    accept_invitation(AcceptInvitationRequest) -> AcceptInvitationResponse;
    sign_in(SignInRequest) -> TokenPair;
    refresh_token(RefreshTokenRequest) -> TokenPair;
    sign_out(SignOutRequest) -> SignOutResponse;
    issue_client_token(IssueClientTokenRequest) -> ClientToken;
    who_am_i(WhoAmIRequest) -> WhoAmIResponse;
}

service! { CommunityService in directory, {}
    activate_community(ActivateCommunityRequest) -> Community;
    invite_first_secretary(InviteFirstSecretaryRequest) -> InviteFirstSecretaryResponse;
    get_community(GetCommunityRequest) -> Community;
    list_communities(ListCommunitiesRequest) -> ListCommunitiesResponse;
}
