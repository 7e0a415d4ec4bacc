use anyhow::{Context, Result};
use yihe_proto::meeting::v1::{CloseMeetingRequest, Resolution, Tally};
use yihe_testkit::{Beizhan, TestNode};

use crate::narrator::Narrator;
use crate::room::Room;
use crate::scenes;

/// What came of it.
pub struct Story {
    /// The community as it was set up.
    pub beizhan: Beizhan,
    /// `communities/…/meetings/…`.
    pub meeting: String,
    /// The count of the vote.
    pub tally: Tally,
    /// The resolution.
    pub resolution: Resolution,
}

/// Tells the whole story against a fresh node.
///
/// # Errors
/// The first step that does not come out as told.
pub async fn tell(node: &TestNode, narrator: &mut Narrator) -> Result<Story> {
    let beizhan = scenes::structure::tell(node, narrator).await?;
    let partner = scenes::admission::tell(node, narrator, &beizhan).await?;
    scenes::rights::tell(narrator, &beizhan).await?;
    let notice = scenes::convening::tell(node, narrator, &beizhan).await?;
    let session = scenes::session::tell(node, narrator, &beizhan, &notice).await?;
    let room = Room {
        beizhan: &beizhan,
        meeting: &notice.meeting,
    };
    scenes::amendment::tell(narrator, room, &session.motion, &session.present).await?;
    let (tally, resolution) = scenes::vote::tell(narrator, &beizhan, &partner, &session).await?;
    let ratification = scenes::reserved::tell(narrator, room, &notice.agenda.reserved, &session.present).await?;
    scenes::recusal::tell(narrator, room, &notice.agenda.review, &session.present).await?;
    scenes::election::tell(narrator, room, &notice.agenda.election, &session.present).await?;
    let request = CloseMeetingRequest {
        name: notice.meeting.clone(),
        ..Default::default()
    };
    beizhan
        .committee
        .person
        .call(request)
        .await
        .context("closing the meeting")?;
    narrator.step("书记宣布闭会", "the secretary closes the meeting");
    scenes::commitments::tell(node, narrator, &beizhan, &resolution.name).await?;
    scenes::minutes::tell(node, narrator, room, &session.present).await?;
    scenes::culvert::tell(node, narrator, &beizhan).await?;
    scenes::assembly::tell(node, narrator, &beizhan, &ratification).await?;
    let shared = scenes::sharing::tell(node, narrator, &beizhan, &resolution.name).await?;
    scenes::hours::tell(node, narrator, &beizhan, &shared).await?;
    scenes::pooled::tell(narrator, &beizhan, &notice.meeting, &resolution.name).await?;
    scenes::policies::tell(node, narrator, &beizhan).await?;
    scenes::street::tell(node, narrator, &beizhan).await?;
    scenes::outsiders::tell(node, narrator, &beizhan, &partner, &notice.meeting).await?;
    Ok(Story {
        beizhan,
        meeting: notice.meeting,
        tally,
        resolution,
    })
}
