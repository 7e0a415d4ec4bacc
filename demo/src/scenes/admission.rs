//! A partner applies, is admitted, and receives its client's secret once.

use anyhow::{Context, Result, ensure};
use yihe_proto::directory::v1::{
    AdmitApplicationRequest, ApplyForMembershipRequest, CollectCredentialsRequest, EnrolRequest,
    ListMembershipsRequest, OrganizationKind,
};
use yihe_testkit::{Actor, Beizhan, TestNode};

use crate::narrator::Narrator;

/// The partner after admission.
pub struct Partner {
    /// `communities/…/clients/…`.
    pub client_name: String,
    /// Its API client, signed in.
    pub client: Actor,
    /// Its manager.
    pub manager: Actor,
}

pub async fn tell(node: &TestNode, narrator: &mut Narrator, beizhan: &Beizhan) -> Result<Partner> {
    narrator.scene("合作单位申请与准入", "A partner applies and is admitted");
    let request = ApplyForMembershipRequest {
        community: beizhan.community.clone(),
        kind: OrganizationKind::SocialOrganization.into(),
        display_name: "龙华志愿服务联合会".into(),
        contact_name: "联合会负责人".into(),
        statement: "参与文明劝导志愿服务".into(),
        ..Default::default()
    };
    let applied = node.stranger().call(request).await.context("applying")?;
    narrator.step(
        "龙华志愿服务联合会公开申请加入,得到领取码",
        "Longhua Volunteers' Federation applies in public and gets a claim code",
    );
    let collect = CollectCredentialsRequest {
        application: applied.application.clone(),
        claim_code: applied.claim_code,
    };
    narrator.refused(
        "未获准入就领取凭据",
        "it tries to collect credentials before it is admitted",
        node.stranger().call(collect.clone()).await,
        "APPLICATION_NOT_ADMITTED",
    )?;
    let admitted = beizhan
        .committee
        .person
        .call(AdmitApplicationRequest {
            name: applied.application,
        })
        .await?;
    node.stranger().saw(&admitted.name, &admitted.revision);
    let credentials = node.stranger().call(collect.clone()).await?;
    ensure!(credentials.client == admitted.client, "credentials of another client");
    narrator.step(
        "书记准予加入;申请人(而非审批人)领取接口密钥,仅此一次",
        "the secretary admits it; the applicant, not the approver, collects the client's secret, once",
    );
    narrator.refused(
        "再次领取凭据",
        "it tries to collect the secret a second time",
        node.stranger().call(collect).await,
        "CREDENTIALS_COLLECTED",
    )?;
    let client = node
        .stranger()
        .sign_in_client(&credentials.client, &credentials.client_secret)
        .await?;
    let request = ListMembershipsRequest {
        parent: beizhan.community.clone(),
        page_size: 5,
        ..Default::default()
    };
    let seen = client.call(request).await?.memberships.len();
    ensure!(seen == 5, "the client sees {seen} memberships");
    narrator.step(
        "联合会的接口客户端登录并读取成员名册",
        "the federation's API client signs in and reads the register",
    );

    let (login, password) = ("federation", "correct horse battery 联合会");
    let request = EnrolRequest {
        enrolment_code: credentials.enrolment_code,
        login: login.into(),
        password: password.into(),
    };
    let enrolled = node.stranger().call(request).await?;
    node.stranger().saw(&enrolled.appointment, &enrolled.revision);
    let manager = node.stranger().sign_in(login, password).await?;
    Ok(Partner {
        client_name: credentials.client,
        client,
        manager,
    })
}
