use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use yihe_kernel::{OrganizationId, Timestamp, UserId};
use yihe_store::{Failure, Page, Tx};

#[cfg(test)]
use super::super::entity::commitment_holding;
use super::super::entity::commitment_step;
use super::super::row as columns;
use super::row;
use crate::domain::{Changed, CommitmentAct, CommitmentState, CommitmentStep, Doing, EscalationLevel, Holder};
use crate::names::{CommitmentName, ResolutionId};

const SEPARATOR: &str = "\n";

/// A page of what happened to a commitment, oldest first.
pub async fn history(
    conn: &impl ConnectionTrait,
    name: &CommitmentName,
    page: &Page,
) -> Result<Vec<CommitmentStep>, Failure> {
    use commitment_step::Column;
    let mut query = commitment_step::Entity::find()
        .filter(Column::Community.eq(name.community.as_str()))
        .filter(Column::Commitment.eq(name.commitment.uuid()));
    if let Some(after) = &page.after {
        let after: i64 = after.parse().map_err(|_| columns::broken("page_token", after))?;
        query = query.filter(Column::Serial.gt(after));
    }
    let query = query.order_by_asc(Column::Serial).limit(columns::fetch(page));
    let rows = query.all(conn).await?;
    rows.into_iter().map(CommitmentStep::try_from).collect()
}

#[cfg(test)]
/// Who held a commitment from when until when, in order.
pub async fn holdings(
    conn: &impl ConnectionTrait,
    name: &CommitmentName,
) -> Result<Vec<(OrganizationId, Timestamp, Option<Timestamp>)>, Failure> {
    use commitment_holding::Column;
    let rows = commitment_holding::Entity::find()
        .filter(Column::Community.eq(name.community.as_str()))
        .filter(Column::Commitment.eq(name.commitment.uuid()))
        .order_by_asc(Column::Serial)
        .all(conn)
        .await?;
    let held = rows.into_iter().map(|row| {
        (
            OrganizationId::from(row.organization),
            Timestamp::from_micros(row.started_at),
            columns::instant(row.ended_at),
        )
    });
    Ok(held.collect())
}

/// Notes what happened; never changed after.
pub async fn append(tx: &Tx, Changed { commitment, step, .. }: &Changed) -> Result<(), Failure> {
    let row = commitment_step::ActiveModel {
        community: Set(commitment.name.community.to_string()),
        commitment: Set(commitment.name.commitment.uuid()),
        serial: Set(step.serial),
        act: Set(step.act.code().to_owned()),
        actor: Set(step.doing.actor.clone()),
        organization: Set(step.doing.organization.map(OrganizationId::uuid)),
        at: Set(step.doing.at.micros()),
        note: Set(step.note.clone()),
        suggested: Set(step.suggested.as_ref().map(|holder| holder.organization.uuid())),
        suggested_display_name: Set(step.suggested.as_ref().map(|holder| holder.display_name.clone())),
        evidence: Set(step.evidence.join(SEPARATOR)),
        resolution: Set(step.resolution.map(ResolutionId::uuid)),
        state: Set(step.state.code().to_owned()),
        holder: Set(step.holder.organization.uuid()),
        holder_display_name: Set(step.holder.display_name.clone()),
        due_on: Set(step.due_on.to_string()),
        level: Set(step.level.code().to_owned()),
        recipients: Set(recipients(&step.recipients)),
    };
    commitment_step::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

fn recipients(users: &[UserId]) -> String {
    let users: Vec<_> = users.iter().map(UserId::to_string).collect();
    users.join(SEPARATOR)
}

impl TryFrom<commitment_step::Model> for CommitmentStep {
    type Error = Failure;

    fn try_from(row: commitment_step::Model) -> Result<Self, Failure> {
        let suggested = row.suggested.zip(row.suggested_display_name);
        Ok(Self {
            serial: row.serial,
            act: columns::read(CommitmentAct::from_code(&row.act), "act", &row.act)?,
            doing: Doing {
                actor: row.actor,
                organization: row.organization.map(OrganizationId::from),
                at: Timestamp::from_micros(row.at),
            },
            note: row.note,
            suggested: suggested.map(|(organization, display_name)| row::holder(organization, display_name)),
            evidence: row
                .evidence
                .split(SEPARATOR)
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect(),
            resolution: row.resolution.map(ResolutionId::from),
            state: columns::read(CommitmentState::from_code(&row.state), "state", &row.state)?,
            holder: Holder {
                organization: OrganizationId::from(row.holder),
                display_name: row.holder_display_name,
            },
            due_on: row::date(&row.due_on)?,
            level: columns::read(EscalationLevel::from_code(&row.level), "level", &row.level)?,
            recipients: row
                .recipients
                .split_terminator(SEPARATOR)
                .map(|user| user.parse().map_err(|_| columns::broken("recipients", user)))
                .collect::<Result<_, _>>()?,
        })
    }
}
