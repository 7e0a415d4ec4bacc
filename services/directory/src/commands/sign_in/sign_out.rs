use std::collections::BTreeSet;

use yihe_authz::{Admitted, Scope};
use yihe_kernel::{Error, Result, Timestamp, UserId, UserName};
use yihe_proto::directory::v1 as pb;
use yihe_store::Failure;

use crate::directory::Directory;
use crate::store::{Writing, appointment, community, owner, region_appointment, region_committee, session, user};

/// `SignOut`: ends all sessions of the caller and refuses its access tokens from now on, wherever it holds posts.
pub async fn sign_out(directory: &Directory, admitted: Admitted, _: pb::SignOutRequest) -> Result<pb::SignOutResponse> {
    let by = directory.signed_in(admitted).await?;
    let user = by
        .user()
        .ok_or_else(|| Error::new(&yihe_kernel::reasons::PERSONS_ONLY))?;
    let cutoff_at = directory
        .write("directory.sign_out", by, user, |writing, user| {
            Box::pin(write(writing, *user))
        })
        .await?;
    tracing::info!(%user, "signed out");
    Ok(pb::SignOutResponse {
        cutoff_time: Some(cutoff_at.to_proto()),
    })
}

async fn write(writing: &Writing<'_>, user: UserId) -> Result<Timestamp, Failure> {
    let now = writing.now;
    user::cut_off(writing, user).await?;
    session::end_all(writing, user).await?;
    // by code: two who sign out at once lock communities in the same order
    let mut communities: Vec<_> = appointment::of_user(writing.tx(), user, now)
        .await?
        .into_iter()
        .map(|held| held.community)
        .collect();
    let owned = owner::of_user(writing.tx(), user).await?;
    communities.extend(owned.into_iter().map(|owner| owner.community));
    communities.sort();
    communities.dedup();
    let name = UserName { user };
    for community in communities {
        community::authority_changed(writing, &community).await?;
        let event = pb::PersonSignedOut {
            user: name.to_string(),
            cutoff_time: Some(now.to_proto()),
        };
        writing.tell(&community, &name, &event).await?;
    }
    let held = region_appointment::of_user(writing.tx(), user, now).await?;
    for region in held.into_iter().map(|held| held.region).collect::<BTreeSet<_>>() {
        region_committee::authority_changed(writing, &region).await?;
        let event = pb::PersonSignedOut {
            user: name.to_string(),
            cutoff_time: Some(now.to_proto()),
        };
        let place = Scope::Region(region);
        writing
            .tell_at(writing.actor(), &place, name.to_string(), &event)
            .await?;
    }
    Ok(now)
}
