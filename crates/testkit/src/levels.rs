use anyhow::{Context, Result};
use yihe_kernel::Timestamp;
use yihe_proto::directory::v1::{AppointSecretaryBelowRequest, EstablishRegionCommitteeRequest};

use crate::actor::Actor;
use crate::beizhan::{Party, enrol};
use crate::node::TestNode;

/// Establishes a region's Party committee and enrols its secretary, who acts for it.
///
/// # Errors
/// A step is refused.
pub async fn establish(node: &TestNode, by: &Actor, region: &str, login: &str) -> Result<Party> {
    let request = EstablishRegionCommitteeRequest {
        parent: region.to_owned(),
        secretary_full_name: format!("{login}书记"),
        ..Default::default()
    };
    let made = by
        .call(request)
        .await
        .with_context(|| format!("establishing {region}"))?;
    let committee = made.committee.context("a committee")?;
    by.saw(region, &committee.revision);
    let (person, appointment) = enrol(node, &made.enrolment_code, login).await?;
    Ok(Party {
        person: person.acting_as(&committee.organization),
        organization: committee.organization.clone(),
        display_name: committee.display_name.clone(),
        kind: committee.kind(),
        appointment,
    })
}

/// Invites a secretary from above, until an instant, and enrols the person. Returns the person, capacity not chosen.
///
/// # Errors
/// A step is refused.
pub async fn secretary_below(
    node: &TestNode,
    by: &Actor,
    (parent, below): (&str, &str),
    login: &str,
    until: Option<Timestamp>,
) -> Result<Actor> {
    let request = AppointSecretaryBelowRequest {
        parent: parent.to_owned(),
        below: below.to_owned(),
        full_name: format!("{login}书记"),
        end_time: until.map(Timestamp::to_proto),
        ..Default::default()
    };
    let invited = by.call(request).await.with_context(|| format!("inviting {login}"))?;
    Ok(enrol(node, &invited.enrolment_code, login).await?.0)
}
