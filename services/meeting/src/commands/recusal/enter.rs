use std::sync::Arc;

use yihe_authz::Authorized;
use yihe_kernel::{FileName, Result, UserId};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::commands::record::keep::keep;
use crate::domain::{Frozen, Meeting, Member, NewRecord, RecordedAct, Recusal, RecusalState};
use crate::names::{AgendaItemName, RecusalName};
use crate::service::{Service, person};
use crate::{events, store};
use yihe_retry::Retry;

/// A recusal that is declared, by the member or as the clerk records it, or moved.
pub struct Enter {
    pub by: Authorized,
    pub item: AgendaItemName,
    pub member: Member,
    /// Who moves it, and the person that does.
    pub mover: Option<(Member, UserId)>,
    pub reason: String,
    pub retry: Retry,
    /// Evidence and note of the clerk, where it is recorded for the member.
    pub recorded: Option<(Option<FileName>, String)>,
}

struct Input {
    service: Arc<Service>,
    frozen: Option<Arc<Frozen>>,
    enter: Enter,
}

impl Enter {
    /// Enters it.
    pub async fn enter(self, service: &Arc<Service>, transaction: &'static str) -> Result<pb::Recusal> {
        let meeting = self.item.meeting();
        if let Some((evidence, _)) = &self.recorded {
            service.expect_evidence(evidence.as_ref(), &meeting).await?;
        }
        let input = Input {
            service: Arc::clone(service),
            frozen: service.frozen.of(&meeting).await?,
            enter: self,
        };
        let name = service
            .store
            .transaction(transaction, input, |tx, input| Box::pin(apply(tx, input)))
            .await?;
        tracing::info!(%name, "recusal declared or moved");
        Ok(store::recusal::get(service.reader(), &name).await?.into())
    }
}

async fn apply(tx: &Tx, input: &Input) -> Result<RecusalName, Failure> {
    let Input { service, frozen, enter } = input;
    let (by, now) = (&enter.by, service.now());
    let meeting = enter.item.meeting();
    let name = meeting.recusal(service.store.ids().next());
    if let Some(earlier) = enter.retry.earlier(tx, by, &name, now).await? {
        return Ok(earlier);
    }
    let held = store::meeting::hold(tx, &meeting).await?;
    let frozen = Meeting::frozen(&meeting, frozen.as_deref())?;
    let item = store::agenda::get(tx, &enter.item).await?;
    let before = store::recusal::of_item(tx, &enter.item).await?;
    let votes = store::item_votes::of_item(tx, &enter.item).await?;
    let mover = enter.mover.map(|(mover, _)| mover);
    Recusal::expect_possible(&held, &item, (enter.member, mover), &before, &votes)?;
    let recorded_by = match &enter.recorded {
        Some(_) => Some(person(by.user())?),
        None => None,
    };
    let recusal = Recusal {
        name: name.clone(),
        agenda_item: enter.item.agenda_item,
        member: enter.member,
        member_display_name: frozen.entry(enter.member)?.display_name.clone(),
        mover: mover_there(tx, enter, frozen).await?,
        reason: enter.reason.clone(),
        state: match mover {
            Some(_) => RecusalState::Moved,
            None => RecusalState::InForce,
        },
        created_at: now,
        ended_at: None,
        show_of_hands: None,
        recorded_by,
    };
    store::recusal::insert(tx, by, &recusal).await?;
    let kind = match mover {
        Some(_) => events::RecusalMoved,
        None => events::RecusalDeclared,
    };
    events::append(tx, by, kind, &meeting, &name, now).await?;
    if mover.is_none() {
        settle(tx, by, before, &recusal).await?;
    }
    if let Some((evidence, note)) = &enter.recorded {
        let new = NewRecord {
            meeting,
            act: RecordedAct::Recusal,
            member: enter.member,
            subject: name.to_string(),
            evidence: evidence.clone(),
            note: note.clone(),
        };
        keep(tx, service, by, new, now).await?;
    }
    Ok(name)
}

async fn mover_there(tx: &Tx, enter: &Enter, frozen: &Frozen) -> Result<Option<(Member, String)>, Failure> {
    let Some((mover, user)) = enter.mover else {
        return Ok(None);
    };
    let entry = frozen.entry(mover)?;
    store::presence::room(tx, &frozen.meeting)
        .await?
        .interval_of(&frozen.meeting.community, mover, user)?;
    Ok(Some((mover, entry.display_name.clone())))
}

/// What others moved against a member that now declares itself recused has nothing left to decide.
async fn settle(tx: &Tx, by: &Authorized, before: Vec<Recusal>, declared: &Recusal) -> Result<(), Failure> {
    let now = declared.created_at;
    let moved = before
        .into_iter()
        .filter(|other| other.member == declared.member && other.state == RecusalState::Moved);
    for moved in moved {
        let settled = moved.settle(now);
        store::recusal::save(tx, by, &settled, RecusalState::Moved).await?;
        events::append(
            tx,
            by,
            events::RecusalSettled,
            &settled.name.meeting(),
            &settled.name,
            now,
        )
        .await?;
    }
    Ok(())
}
