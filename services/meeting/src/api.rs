//! The RPCs, each delegated to its command or query.

mod amendment;
mod clerk;
mod commitment;
mod competence;
mod invited_person;
mod ledger;
mod mandate;
mod minutes;
mod owners;

use std::sync::Arc;

use tonic::service::Routes;
use tonic::{Request, Response, Status, async_trait};
use yihe_proto::meeting::v1::agenda_paper_service_server::AgendaPaperServiceServer;
use yihe_proto::meeting::v1::agenda_service_server::{AgendaService, AgendaServiceServer};
use yihe_proto::meeting::v1::amendment_service_server::AmendmentServiceServer;
use yihe_proto::meeting::v1::ballot_service_server::BallotServiceServer;
use yihe_proto::meeting::v1::body_service_server::{BodyService, BodyServiceServer};
use yihe_proto::meeting::v1::clerk_service_server::ClerkServiceServer;
use yihe_proto::meeting::v1::commitment_service_server::CommitmentServiceServer;
use yihe_proto::meeting::v1::competence_service_server::CompetenceServiceServer;
use yihe_proto::meeting::v1::disclosure_service_server::DisclosureServiceServer;
use yihe_proto::meeting::v1::dissent_service_server::DissentServiceServer;
use yihe_proto::meeting::v1::invited_person_service_server::InvitedPersonServiceServer;
use yihe_proto::meeting::v1::ledger_service_server::LedgerServiceServer;
use yihe_proto::meeting::v1::mandate_service_server::MandateServiceServer;
use yihe_proto::meeting::v1::meeting_service_server::{MeetingService, MeetingServiceServer};
use yihe_proto::meeting::v1::minutes_service_server::MinutesServiceServer;
use yihe_proto::meeting::v1::motion_service_server::{MotionService, MotionServiceServer};
use yihe_proto::meeting::v1::notice_service_server::NoticeServiceServer;
use yihe_proto::meeting::v1::object_service_server::{ObjectService, ObjectServiceServer};
use yihe_proto::meeting::v1::owners_vote_service_server::OwnersVoteServiceServer;
use yihe_proto::meeting::v1::presence_service_server::PresenceServiceServer;
use yihe_proto::meeting::v1::procedure_service_server::ProcedureServiceServer;
use yihe_proto::meeting::v1::proxy_service_server::ProxyServiceServer;
use yihe_proto::meeting::v1::ratification_service_server::RatificationServiceServer;
use yihe_proto::meeting::v1::record_service_server::RecordServiceServer;
use yihe_proto::meeting::v1::recusal_service_server::RecusalServiceServer;
use yihe_proto::meeting::v1::resolution_service_server::{ResolutionService, ResolutionServiceServer};
use yihe_proto::meeting::v1::seconding_service_server::SecondingServiceServer;
use yihe_proto::meeting::v1::speaker_service_server::SpeakerServiceServer;
use yihe_proto::meeting::v1::tie_service_server::TieServiceServer;
use yihe_proto::meeting::v1::vote_service_server::{VoteService, VoteServiceServer};
use yihe_proto::meeting::v1::*;

use crate::queries::watch::Events;
use crate::service::Service;
use crate::{commands, queries};

/// All services of the contract.
#[derive(Clone)]
pub struct Api(Arc<Service>);

impl Api {
    /// Their router.
    pub fn routes(service: Arc<Service>) -> Routes {
        let api = Self(service);
        Routes::new(BodyServiceServer::new(api.clone()))
            .add_service(BallotServiceServer::new(api.clone()))
            .add_service(ClerkServiceServer::new(api.clone()))
            .add_service(CommitmentServiceServer::new(api.clone()))
            .add_service(LedgerServiceServer::new(api.clone()))
            .add_service(MeetingServiceServer::new(api.clone()))
            .add_service(AgendaServiceServer::new(api.clone()))
            .add_service(MotionServiceServer::new(api.clone()))
            .add_service(ProcedureServiceServer::new(api.clone()))
            .add_service(NoticeServiceServer::new(api.clone()))
            .add_service(PresenceServiceServer::new(api.clone()))
            .add_service(RecordServiceServer::new(api.clone()))
            .add_service(VoteServiceServer::new(api.clone()))
            .add_service(ObjectServiceServer::new(api.clone()))
            .add_service(ProxyServiceServer::new(api.clone()))
            .add_service(MandateServiceServer::new(api.clone()))
            .add_service(SpeakerServiceServer::new(api.clone()))
            .add_service(AgendaPaperServiceServer::new(api.clone()))
            .add_service(InvitedPersonServiceServer::new(api.clone()))
            .add_service(AmendmentServiceServer::new(api.clone()))
            .add_service(CompetenceServiceServer::new(api.clone()))
            .add_service(RatificationServiceServer::new(api.clone()))
            .add_service(RecusalServiceServer::new(api.clone()))
            .add_service(DissentServiceServer::new(api.clone()))
            .add_service(SecondingServiceServer::new(api.clone()))
            .add_service(TieServiceServer::new(api.clone()))
            .add_service(MinutesServiceServer::new(api.clone()))
            .add_service(DisclosureServiceServer::new(api.clone()))
            .add_service(OwnersVoteServiceServer::new(api.clone()))
            .add_service(ResolutionServiceServer::new(api))
    }
}

mod notice;
mod presence;
mod procedure;
mod proxy;
mod record;
mod recusal;
mod seconding;
mod speaker;

type Answer<T> = Result<Response<T>, Status>;

fn answer<T>(done: yihe_kernel::Result<T>) -> Answer<T> {
    Ok(Response::new(done?))
}

#[async_trait]
impl BodyService for Api {
    async fn create_body(&self, request: Request<CreateBodyRequest>) -> Answer<Body> {
        Ok(Response::new(commands::body::create::create(&self.0, request).await?))
    }

    async fn get_body(&self, request: Request<GetBodyRequest>) -> Answer<Body> {
        Ok(Response::new(queries::body::get(&self.0, request).await?))
    }

    async fn list_bodies(&self, request: Request<ListBodiesRequest>) -> Answer<ListBodiesResponse> {
        Ok(Response::new(queries::body::list(&self.0, request).await?))
    }

    async fn add_body_member(&self, request: Request<AddBodyMemberRequest>) -> Answer<BodyMember> {
        Ok(Response::new(commands::body_member::add::add(&self.0, request).await?))
    }

    async fn remove_body_member(&self, request: Request<RemoveBodyMemberRequest>) -> Answer<BodyMember> {
        Ok(Response::new(
            commands::body_member::remove::remove(&self.0, request).await?,
        ))
    }

    async fn erase_body_member_name(&self, request: Request<EraseBodyMemberNameRequest>) -> Answer<BodyMember> {
        Ok(Response::new(
            commands::body_member::erase_name::erase_name(&self.0, request).await?,
        ))
    }

    async fn list_body_members(&self, request: Request<ListBodyMembersRequest>) -> Answer<ListBodyMembersResponse> {
        Ok(Response::new(queries::body::list_members(&self.0, request).await?))
    }
}

#[async_trait]
impl MeetingService for Api {
    type WatchMeetingStream = Events;

    async fn create_meeting(&self, request: Request<CreateMeetingRequest>) -> Answer<Meeting> {
        Ok(Response::new(
            commands::meeting::create::create(&self.0, request).await?,
        ))
    }

    async fn get_meeting(&self, request: Request<GetMeetingRequest>) -> Answer<Meeting> {
        Ok(Response::new(queries::meeting::get(&self.0, request).await?))
    }

    async fn list_meetings(&self, request: Request<ListMeetingsRequest>) -> Answer<ListMeetingsResponse> {
        Ok(Response::new(queries::meeting::list(&self.0, request).await?))
    }

    async fn update_meeting(&self, request: Request<UpdateMeetingRequest>) -> Answer<Meeting> {
        Ok(Response::new(
            commands::meeting::update::update(&self.0, request).await?,
        ))
    }

    async fn serve_notice(&self, request: Request<ServeNoticeRequest>) -> Answer<Notice> {
        Ok(Response::new(commands::notice::serve::serve(&self.0, request).await?))
    }

    async fn get_notice(&self, request: Request<GetNoticeRequest>) -> Answer<Notice> {
        Ok(Response::new(queries::meeting::notice(&self.0, request).await?))
    }

    async fn acknowledge_notice(&self, request: Request<AcknowledgeNoticeRequest>) -> Answer<RosterEntry> {
        Ok(Response::new(
            commands::notice::acknowledge::acknowledge(&self.0, request).await?,
        ))
    }

    async fn open_session(&self, request: Request<OpenSessionRequest>) -> Answer<Meeting> {
        Ok(Response::new(commands::session::open::open(&self.0, request).await?))
    }

    async fn check_in(&self, request: Request<CheckInRequest>) -> Answer<Presence> {
        Ok(Response::new(
            commands::presence::check_in::check_in(&self.0, request).await?,
        ))
    }

    async fn check_out(&self, request: Request<CheckOutRequest>) -> Answer<Presence> {
        Ok(Response::new(
            commands::presence::check_out::check_out(&self.0, request).await?,
        ))
    }

    async fn get_quorum(&self, request: Request<GetQuorumRequest>) -> Answer<Quorum> {
        Ok(Response::new(queries::meeting::quorum(&self.0, request).await?))
    }

    async fn close_meeting(&self, request: Request<CloseMeetingRequest>) -> Answer<Meeting> {
        Ok(Response::new(commands::meeting::close::close(&self.0, request).await?))
    }

    async fn cancel_meeting(&self, request: Request<CancelMeetingRequest>) -> Answer<Meeting> {
        Ok(Response::new(
            commands::meeting::cancel::cancel(&self.0, request).await?,
        ))
    }

    async fn watch_meeting(&self, request: Request<WatchMeetingRequest>) -> Answer<Events> {
        Ok(Response::new(queries::watch::watch(&self.0, request).await?))
    }
}

#[async_trait]
impl AgendaService for Api {
    async fn create_agenda_item(&self, request: Request<CreateAgendaItemRequest>) -> Answer<AgendaItem> {
        Ok(Response::new(
            commands::agenda_item::create::create(&self.0, request).await?,
        ))
    }

    async fn get_agenda_item(&self, request: Request<GetAgendaItemRequest>) -> Answer<AgendaItem> {
        Ok(Response::new(queries::agenda_item::get(&self.0, request).await?))
    }

    async fn list_agenda_items(&self, request: Request<ListAgendaItemsRequest>) -> Answer<ListAgendaItemsResponse> {
        Ok(Response::new(queries::agenda_item::list(&self.0, request).await?))
    }

    async fn withdraw_agenda_item(&self, request: Request<WithdrawAgendaItemRequest>) -> Answer<AgendaItem> {
        Ok(Response::new(
            commands::agenda_item::withdraw::withdraw(&self.0, request).await?,
        ))
    }
}

#[async_trait]
impl MotionService for Api {
    async fn submit_motion(&self, request: Request<SubmitMotionRequest>) -> Answer<Motion> {
        Ok(Response::new(commands::motion::submit::submit(&self.0, request).await?))
    }

    async fn get_motion(&self, request: Request<GetMotionRequest>) -> Answer<Motion> {
        Ok(Response::new(queries::motion::get(&self.0, request).await?))
    }

    async fn list_motions(&self, request: Request<ListMotionsRequest>) -> Answer<ListMotionsResponse> {
        Ok(Response::new(queries::motion::list(&self.0, request).await?))
    }

    async fn withdraw_motion(&self, request: Request<WithdrawMotionRequest>) -> Answer<Motion> {
        Ok(Response::new(
            commands::motion::withdraw::withdraw(&self.0, request).await?,
        ))
    }
}

#[async_trait]
impl VoteService for Api {
    async fn open_vote(&self, request: Request<OpenVoteRequest>) -> Answer<Vote> {
        Ok(Response::new(commands::vote::open::open(&self.0, request).await?))
    }

    async fn cast_ballot(&self, request: Request<CastBallotRequest>) -> Answer<Ballot> {
        Ok(Response::new(commands::ballot::cast::cast(&self.0, request).await?))
    }

    async fn close_vote(&self, request: Request<CloseVoteRequest>) -> Answer<Vote> {
        Ok(Response::new(commands::vote::close::close(&self.0, request).await?))
    }

    async fn get_vote(&self, request: Request<GetVoteRequest>) -> Answer<Vote> {
        Ok(Response::new(queries::vote::get(&self.0, request).await?))
    }

    async fn list_votes(&self, request: Request<ListVotesRequest>) -> Answer<ListVotesResponse> {
        Ok(Response::new(queries::vote::list(&self.0, request).await?))
    }

    async fn list_ballots(&self, request: Request<ListBallotsRequest>) -> Answer<ListBallotsResponse> {
        Ok(Response::new(queries::vote::list_ballots(&self.0, request).await?))
    }
}

#[async_trait]
impl ResolutionService for Api {
    async fn get_resolution(&self, request: Request<GetResolutionRequest>) -> Answer<Resolution> {
        Ok(Response::new(queries::resolution::get(&self.0, request).await?))
    }

    async fn list_resolutions(&self, request: Request<ListResolutionsRequest>) -> Answer<ListResolutionsResponse> {
        Ok(Response::new(queries::resolution::list(&self.0, request).await?))
    }
}

#[async_trait]
impl ObjectService for Api {
    async fn get_object_facts(&self, request: Request<GetObjectFactsRequest>) -> Answer<ObjectFacts> {
        Ok(Response::new(queries::object::facts(&self.0, request).await?))
    }
}
