//! The contract's services. Every method lets the caller in through the guard and hands over to a command or query.

use std::sync::Arc;

use futures::stream::BoxStream;
use tonic::service::Routes;
use tonic::{Request, Response, Status};
use yihe_proto::directory::v1 as pb;

use crate::commands::{
    application, appointment, client, community, compound, membership, owner, region, register, sign_in,
};
use crate::directory::Directory;
use crate::queries;

#[derive(Clone)]
struct Api(Arc<Directory>);

/// The router of all services.
pub fn routes(directory: Arc<Directory>) -> Routes {
    let api = Api(directory);
    Routes::new(pb::region_service_server::RegionServiceServer::new(api.clone()))
        .add_service(pb::community_service_server::CommunityServiceServer::new(api.clone()))
        .add_service(pb::membership_service_server::MembershipServiceServer::new(api.clone()))
        .add_service(pb::application_service_server::ApplicationServiceServer::new(
            api.clone(),
        ))
        .add_service(pb::appointment_service_server::AppointmentServiceServer::new(
            api.clone(),
        ))
        .add_service(pb::sign_in_service_server::SignInServiceServer::new(api.clone()))
        .add_service(pb::client_service_server::ClientServiceServer::new(api.clone()))
        .add_service(pb::compound_service_server::CompoundServiceServer::new(api.clone()))
        .add_service(pb::authority_service_server::AuthorityServiceServer::new(api.clone()))
        .add_service(pb::register_service_server::RegisterServiceServer::new(api.clone()))
        .add_service(pb::owner_service_server::OwnerServiceServer::new(api.clone()))
        .add_service(pb::calendar_service_server::CalendarServiceServer::new(api.clone()))
        .add_service(pb::region_authority_service_server::RegionAuthorityServiceServer::new(
            api.clone(),
        ))
        .add_service(pb::appointment_term_service_server::AppointmentTermServiceServer::new(
            api.clone(),
        ))
        .add_service(pb::lapse_service_server::LapseServiceServer::new(api.clone()))
        .add_service(pb::person_service_server::PersonServiceServer::new(api))
}

macro_rules! serve {
    (
        $module:ident::$service:ident {
            $($method:ident($request:ident) -> $response:ident = $handler:path;)+
            $([$watch:ident($watched:ident) -> $stream:ident of $item:ident = $watcher:path])?
        }
    ) => {
        #[tonic::async_trait]
        impl pb::$module::$service for Api {
            $(
                async fn $method(&self, request: Request<pb::$request>) -> Result<Response<pb::$response>, Status> {
                    let (admitted, request) = self.0.guard.admit(request).await?;
                    Ok(Response::new($handler(&self.0, admitted, request).await?))
                }
            )+
            $(
                type $stream = BoxStream<'static, Result<pb::$item, Status>>;

                async fn $watch(&self, request: Request<pb::$watched>) -> Result<Response<Self::$stream>, Status> {
                    let (admitted, _) = self.0.guard.admit(request).await?;
                    Ok(Response::new($watcher(&self.0, admitted)?))
                }
            )?
        }
    };
}

serve! { region_service_server::RegionService {
    get_region(GetRegionRequest) -> Region = queries::region::get;
    list_regions(ListRegionsRequest) -> ListRegionsResponse = queries::region::list;
} }

serve! { community_service_server::CommunityService {
    activate_community(ActivateCommunityRequest) -> Community = community::activate::activate;
    invite_first_secretary(InviteFirstSecretaryRequest) -> InviteFirstSecretaryResponse = community::invite_first_secretary::invite;
    get_community(GetCommunityRequest) -> Community = queries::community::get;
    list_communities(ListCommunitiesRequest) -> ListCommunitiesResponse = queries::community::list;
} }

serve! { membership_service_server::MembershipService {
    create_membership(CreateMembershipRequest) -> Membership = membership::create::create;
    get_membership(GetMembershipRequest) -> Membership = queries::membership::get;
    list_memberships(ListMembershipsRequest) -> ListMembershipsResponse = queries::membership::list;
    end_membership(EndMembershipRequest) -> Membership = membership::end::end;
} }

serve! { application_service_server::ApplicationService {
    apply_for_membership(ApplyForMembershipRequest) -> ApplyForMembershipResponse = application::apply::apply;
    get_application(GetApplicationRequest) -> Application = queries::application::get;
    list_applications(ListApplicationsRequest) -> ListApplicationsResponse = queries::application::list;
    admit_application(AdmitApplicationRequest) -> Application = application::admit::admit;
    reject_application(RejectApplicationRequest) -> Application = application::reject::reject;
    collect_credentials(CollectCredentialsRequest) -> CollectCredentialsResponse = application::collect::collect;
} }

serve! { appointment_service_server::AppointmentService {
    create_invitation(CreateInvitationRequest) -> CreateInvitationResponse = appointment::invite::invite;
    create_appointment(CreateAppointmentRequest) -> Appointment = appointment::create::create;
    get_appointment(GetAppointmentRequest) -> Appointment = queries::appointment::get;
    list_appointments(ListAppointmentsRequest) -> ListAppointmentsResponse = queries::appointment::list;
    end_appointment(EndAppointmentRequest) -> Appointment = appointment::end::end;
} }

serve! { sign_in_service_server::SignInService {
    enrol(EnrolRequest) -> EnrolResponse = sign_in::enrol::enrol;
    accept_invitation(AcceptInvitationRequest) -> AcceptInvitationResponse = sign_in::accept_invitation::accept;
    sign_in(SignInRequest) -> TokenPair = sign_in::begin::sign_in;
    refresh_token(RefreshTokenRequest) -> TokenPair = sign_in::refresh::refresh;
    sign_out(SignOutRequest) -> SignOutResponse = sign_in::sign_out::sign_out;
    issue_client_token(IssueClientTokenRequest) -> ClientToken = sign_in::client_token::issue;
    who_am_i(WhoAmIRequest) -> WhoAmIResponse = queries::who_am_i::who_am_i;
} }

serve! { client_service_server::ClientService {
    get_client(GetClientRequest) -> Client = queries::client::get;
    list_clients(ListClientsRequest) -> ListClientsResponse = queries::client::list;
    rotate_client_secret(RotateClientSecretRequest) -> RotateClientSecretResponse = client::rotate::rotate;
    revoke_client(RevokeClientRequest) -> Client = client::revoke::revoke;
} }

serve! { compound_service_server::CompoundService {
    create_compound(CreateCompoundRequest) -> Compound = compound::create::create;
    get_compound(GetCompoundRequest) -> Compound = queries::compound::get;
    list_compounds(ListCompoundsRequest) -> ListCompoundsResponse = queries::compound::list;
    create_service_contract(CreateServiceContractRequest) -> ServiceContract = compound::create_contract::create;
    list_service_contracts(ListServiceContractsRequest) -> ListServiceContractsResponse = queries::compound::list_contracts;
    end_service_contract(EndServiceContractRequest) -> ServiceContract = compound::end_contract::end;
} }

serve! { authority_service_server::AuthorityService {
    get_authority(GetAuthorityRequest) -> Authority = queries::authority::get;
    lookup_organizations(LookupOrganizationsRequest) -> LookupOrganizationsResponse = queries::authority::lookup;
    [watch_authority(WatchAuthorityRequest) -> WatchAuthorityStream of AuthorityChange = queries::watch_authority::watch]
} }

serve! { register_service_server::RegisterService {
    import_register(ImportRegisterRequest) -> ImportRegisterResponse = register::import::import;
    list_register_revisions(ListRegisterRevisionsRequest) -> ListRegisterRevisionsResponse = queries::register::list_revisions;
    list_units(ListUnitsRequest) -> ListUnitsResponse = queries::register::list_units;
    get_unit(GetUnitRequest) -> Unit = queries::register::get_unit;
    nominate_voter(NominateVoterRequest) -> Unit = register::nominate::nominate;
    get_register(GetRegisterRequest) -> GetRegisterResponse = queries::register::get;
    lookup_owners(LookupOwnersRequest) -> LookupOwnersResponse = queries::register::lookup_owners;
} }

serve! { owner_service_server::OwnerService {
    list_owners(ListOwnersRequest) -> ListOwnersResponse = queries::owner::list;
    reveal_owners(RevealOwnersRequest) -> RevealOwnersResponse = owner::reveal::reveal;
    invite_owner(InviteOwnerRequest) -> InviteOwnerResponse = owner::invite::invite;
    enrol_owner(EnrolOwnerRequest) -> EnrolOwnerResponse = owner::enrol::enrol;
    link_owner(LinkOwnerRequest) -> LinkOwnerResponse = owner::link::link;
    unlink_owner(UnlinkOwnerRequest) -> UnlinkOwnerResponse = owner::unlink::unlink;
} }

serve! { calendar_service_server::CalendarService {
    get_calendars(GetCalendarsRequest) -> GetCalendarsResponse = queries::calendar::get;
} }

serve! { person_service_server::PersonService {
    lookup_persons(LookupPersonsRequest) -> LookupPersonsResponse = queries::person::lookup;
} }

serve! { region_authority_service_server::RegionAuthorityService {
    establish_region_committee(EstablishRegionCommitteeRequest) -> EstablishRegionCommitteeResponse = region::establish::establish;
    get_region_committee(GetRegionCommitteeRequest) -> RegionCommittee = queries::region_appointment::committee;
    appoint_region_person(AppointRegionPersonRequest) -> AppointRegionPersonResponse = region::appoint::appoint;
    end_region_appointment(EndRegionAppointmentRequest) -> RegionAppointment = region::end::end;
    get_region_appointment(GetRegionAppointmentRequest) -> RegionAppointment = queries::region_appointment::get;
    list_region_appointments(ListRegionAppointmentsRequest) -> ListRegionAppointmentsResponse = queries::region_appointment::list;
    appoint_secretary_below(AppointSecretaryBelowRequest) -> AppointSecretaryBelowResponse = region::appoint_secretary::appoint;
} }

serve! { appointment_term_service_server::AppointmentTermService {
    extend_appointment(ExtendAppointmentRequest) -> Appointment = appointment::extend::extend;
    extend_region_appointment(ExtendRegionAppointmentRequest) -> RegionAppointment = region::extend::extend;
    extend_secretary_below(ExtendSecretaryBelowRequest) -> ExtendSecretaryBelowResponse = region::extend_secretary::extend;
} }

serve! { lapse_service_server::LapseService {
    list_lapsing_appointments(ListLapsingAppointmentsRequest) -> ListLapsingAppointmentsResponse = queries::lapse::list;
} }
