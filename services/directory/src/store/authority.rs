//! Everybody's authority in a community or region, as the policy service composes it.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;
use yihe_authz::Principal;
use yihe_kernel::{CommunityId, Error, RegionCode, RegionName, Timestamp, UserId};
use yihe_store::Failure;

use crate::domain::appointment::Appointment;
use crate::domain::client::Client;
use crate::domain::owner::Owner;
use crate::domain::region_committee::is_administered;
use crate::domain::region_post::RegionAppointment;
use crate::reasons;
use crate::store::entity::user;
use crate::store::{appointment, client, community, owner, region, region_appointment, region_committee};

/// Days for which cut-offs are told; longer than any token lives.
pub const CUTOFFS_KEPT_DAYS: i64 = 30;

/// Authority at a sequence, or newer: what changes while it is read is told again under the next sequence.
pub struct Authority {
    /// The sequence.
    pub sequence: u64,
    /// The community's own division and its recorded ancestors.
    pub regions: Vec<RegionCode>,
    /// Posts in force or to come.
    pub appointments: Vec<Appointment>,
    /// Owners who sign in.
    pub owners: Vec<Owner>,
    /// Clients in force.
    pub clients: Vec<Client>,
    /// Tokens of these issued before the instants are refused.
    pub cutoffs: Vec<(Principal, Timestamp)>,
}

/// Reads a community's authority. The sequence is read first: what follows is at least as new.
pub async fn read<C: ConnectionTrait>(connection: &C, id: &CommunityId, now: Timestamp) -> Result<Authority, Failure> {
    let found = community::require(connection, id).await?;
    let since = now.plus_days(-CUTOFFS_KEPT_DAYS);
    let regions = region::lineage(connection, &found.region).await?;
    let appointments = appointment::of_community(connection, id, now).await?;
    let clients = client::of_community(connection, id, since).await?;
    let owners = owner::linked(connection, id).await?;
    let people = appointments.iter().map(|held| held.user);
    let people = people.chain(owners.iter().filter_map(|owner| owner.user));
    let mut cutoffs = signed_out(connection, people, since).await?;
    let revoked = clients
        .iter()
        .filter_map(|client| Some((Principal::Client(client.id), client.cutoff_at?)));
    cutoffs.extend(revoked.filter(|(_, cutoff)| *cutoff > since));
    let clients = clients
        .into_iter()
        .filter(|client| client.revoked_at.is_none())
        .collect();
    Ok(Authority {
        sequence: found.authority_sequence,
        regions,
        appointments,
        owners,
        clients,
        cutoffs,
    })
}

/// Authority in a region: those who hold posts in its own committee, or in the nearest above.
pub struct RegionAuthority {
    /// The sequence.
    pub sequence: u64,
    /// The region itself and its recorded ancestors.
    pub regions: Vec<RegionCode>,
    /// Posts in force or to come.
    pub appointments: Vec<RegionAppointment>,
    /// Tokens of these issued before the instants are refused.
    pub cutoffs: Vec<(Principal, Timestamp)>,
}

/// Reads a region's authority. A community's own division is nobody's domain: there the community is. The sequence is read
/// first: what follows is at least as new.
pub async fn read_region<C: ConnectionTrait>(
    connection: &C,
    id: &RegionCode,
    now: Timestamp,
) -> Result<RegionAuthority, Failure> {
    let missing = || Error::new(&reasons::REGION_NOT_FOUND).with("name", RegionName { region: id.clone() });
    region::find(connection, id).await?.ok_or_else(missing)?;
    let sequence = region_committee::sequence(connection, id).await?;
    let regions = region::lineage(connection, id).await?;
    let committee = match is_administered(id) {
        true => region_committee::nearest(connection, &regions).await?,
        false => None,
    };
    let appointments = match committee {
        Some(committee) => region_appointment::of_region(connection, &committee.region, now).await?,
        None => Vec::new(),
    };
    let since = now.plus_days(-CUTOFFS_KEPT_DAYS);
    let cutoffs = signed_out(connection, appointments.iter().map(|held| held.user), since).await?;
    Ok(RegionAuthority {
        sequence,
        regions,
        appointments,
        cutoffs,
    })
}

async fn signed_out<C: ConnectionTrait>(
    connection: &C,
    users: impl Iterator<Item = UserId>,
    since: Timestamp,
) -> Result<Vec<(Principal, Timestamp)>, Failure> {
    let mut ids: Vec<Uuid> = users.map(UserId::uuid).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut cutoffs = Vec::new();
    // SQLite takes 32,766 values a statement
    for ids in ids.chunks(10_000) {
        let rows: Vec<(Uuid, Option<i64>)> = user::Entity::find()
            .select_only()
            .column(user::Column::Id)
            .column(user::Column::CutoffAt)
            .filter(user::Column::Id.is_in(ids.iter().copied()))
            .filter(user::Column::CutoffAt.gt(since.micros()))
            .into_tuple()
            .all(connection)
            .await?;
        let read =
            |(id, cutoff): (Uuid, Option<i64>)| Some((Principal::User(id.into()), Timestamp::from_micros(cutoff?)));
        cutoffs.extend(rows.into_iter().filter_map(read));
    }
    Ok(cutoffs)
}
