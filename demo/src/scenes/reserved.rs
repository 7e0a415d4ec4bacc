//! What the law reserves to the owners is agreed on and decides nothing yet.

use anyhow::{Context, Result, ensure};
use yihe_proto::meeting::v1::{
    BallotMethod, BodyKind, GetMotionRequest, ListRatificationsRequest, MotionState, RatificationState,
};
use yihe_testkit::Party;

use crate::narrator::Narrator;
use crate::room::Room;

pub const TEXT: &str = "动用住宅专项维修资金 180 万元,更新 6 部电梯";

/// Returns what waits for the owners, `communities/…/ratifications/…`.
pub async fn tell(narrator: &mut Narrator, room: Room<'_>, agenda_item: &str, present: &[&Party]) -> Result<String> {
    narrator.scene("法定由业主共同决定的事项", "What the law reserves to the owners");
    let owners = &room.beizhan.owners_committee;
    let motion = room.submit(owners, agenda_item, TEXT).await?;
    let vote = room.open(&motion, BallotMethod::OpenRollCall).await?;
    room.cast_all(present, &vote.name, 20, 0).await?;
    let (closed, _) = room.close(&vote.name, (20, 0, 0)).await?;
    ensure!(closed.resolution.is_empty(), "{} was adopted", closed.resolution);
    let found = owners.person.call(GetMotionRequest { name: motion.clone() }).await?;
    ensure!(
        found.state() == MotionState::PendingRatification,
        "the motion is {:?}",
        found.state()
    );
    let request = ListRatificationsRequest {
        parent: room.beizhan.community.clone(),
        ..Default::default()
    };
    let waiting = owners.person.call(request).await?.ratifications;
    let ratification = waiting
        .into_iter()
        .find(|one| one.motion == motion)
        .context("nothing waits for the owners")?;
    let (state, body) = (ratification.state(), ratification.body_kind());
    ensure!(
        (state, body) == (RatificationState::Pending, BodyKind::OwnersAssembly),
        "{state:?} {body:?}"
    );
    narrator.step(
        "20 家一致同意,但《民法典》第 278 条规定使用维修资金由业主共同决定:不生效,转待业主大会决定",
        "all twenty agree, but by Civil Code 278 the owners decide on their repair fund: nothing is adopted, it waits for the owners' assembly",
    );
    Ok(ratification.name)
}
