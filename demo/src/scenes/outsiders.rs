//! A revoked client calls; a client of another community looks in.

use anyhow::{Context, Result};
use yihe_proto::directory::v1::{
    ActivateCommunityRequest, AdmitApplicationRequest, ApplyForMembershipRequest, CollectCredentialsRequest,
    EnrolRequest, InviteFirstSecretaryRequest, ListMembershipsRequest, OrganizationKind, RevokeClientRequest,
};
use yihe_proto::meeting::v1::GetMeetingRequest;
use yihe_testkit::{Actor, Beizhan, TestNode};

use crate::narrator::Narrator;
use crate::scenes::admission::Partner;

pub async fn tell(
    node: &TestNode,
    narrator: &mut Narrator,
    beizhan: &Beizhan,
    partner: &Partner,
    meeting: &str,
) -> Result<()> {
    narrator.scene("外人", "Outsiders");
    let list = ListMembershipsRequest {
        parent: beizhan.community.clone(),
        page_size: 1,
        ..Default::default()
    };
    partner
        .client
        .call(list.clone())
        .await
        .context("the client before it is revoked")?;
    let revoked = beizhan
        .committee
        .person
        .call(RevokeClientRequest {
            name: partner.client_name.clone(),
        })
        .await?;
    node.stranger().saw(&revoked.name, &revoked.revision);
    narrator.refused(
        "接口客户端被吊销后继续调用",
        "the federation's client calls after it was revoked, with a token that has not expired",
        partner.client.call(list).await,
        "CREDENTIALS_REVOKED",
    )?;

    let outsider = client_of_another_community(node).await?;
    narrator.refused(
        "花果山社区的接口客户端窥探北站会议",
        "a client of Huaguoshan community looks into Beizhan's meeting",
        outsider
            .call(GetMeetingRequest {
                name: meeting.to_owned(),
            })
            .await,
        "PERMISSION_DENIED",
    )?;
    narrator.refused(
        "没有凭据者查看会议",
        "somebody without credentials looks into the meeting",
        node.stranger()
            .call(GetMeetingRequest {
                name: meeting.to_owned(),
            })
            .await,
        "UNAUTHENTICATED",
    )?;
    Ok(())
}

async fn client_of_another_community(node: &TestNode) -> Result<Actor> {
    let operator = node.operator()?;
    let request = ActivateCommunityRequest {
        region: "regions/440305006013".into(),
        ..Default::default()
    };
    let community = operator.call(request).await.context("activating Huaguoshan")?;
    operator.saw(&community.name, &community.revision);
    let request = InviteFirstSecretaryRequest {
        community: community.name.clone(),
        full_name: "花果山书记".into(),
        ..Default::default()
    };
    let invited = operator.call(request).await?;
    let (login, password) = ("huaguoshan", "correct horse battery 花果山");
    let request = EnrolRequest {
        enrolment_code: invited.enrolment_code,
        login: login.into(),
        password: password.into(),
    };
    let enrolled = node.stranger().call(request).await?;
    node.stranger().saw(&enrolled.appointment, &enrolled.revision);
    let secretary = node.stranger().sign_in(login, password).await?;

    let request = ApplyForMembershipRequest {
        community: community.name,
        kind: OrganizationKind::ResidentUnit.into(),
        display_name: "花果山小学".into(),
        contact_name: "校办".into(),
        ..Default::default()
    };
    let applied = node.stranger().call(request).await?;
    let admitted = secretary
        .call(AdmitApplicationRequest {
            name: applied.application.clone(),
        })
        .await?;
    node.stranger().saw(&admitted.name, &admitted.revision);
    let request = CollectCredentialsRequest {
        application: applied.application,
        claim_code: applied.claim_code,
    };
    let credentials = node.stranger().call(request).await?;
    Ok(node
        .stranger()
        .sign_in_client(&credentials.client, &credentials.client_secret)
        .await?)
}
