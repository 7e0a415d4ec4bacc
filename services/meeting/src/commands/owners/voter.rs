use std::sync::Arc;

use yihe_authz::{Admitted, Authorized};
use yihe_kernel::{CompoundId, Error, OwnerId, Result, Timestamp, UnitId, UserId};
use yihe_store::{Failure, Tx};

use crate::domain::owners::{OwnUnits, RosterUnit, UnitBallot, electorate};
use crate::domain::{AgendaItem, Member, Vote};
use crate::names::VoteName;
use crate::service::{Service, acting_member};
use crate::{reasons, store};

/// A person who votes as an owner; looked up before the transaction.
#[derive(Debug)]
pub struct Voter {
    /// The proof that it may.
    pub by: Authorized,
    /// The vote.
    pub vote: VoteName,
    /// The person.
    pub user: UserId,
    /// The compound.
    pub compound: CompoundId,
    /// The owners that it is.
    pub owners: Vec<OwnerId>,
}

/// Who votes.
///
/// # Errors
/// `NOT_BY_UNITS`, `NOT_AN_OWNER`; `UNAVAILABLE` where the directory does not answer.
pub async fn voter(service: &Service, admitted: Admitted, name: &VoteName) -> Result<Voter> {
    let (by, vote) = service.vote(admitted, name).await?;
    vote.expect_by_units()?;
    let not_an_owner = || Error::new(&reasons::NOT_AN_OWNER).with("name", name);
    let Member::Person(user) = acting_member(&by)? else {
        return Err(not_an_owner());
    };
    let frozen = service.frozen.of(&name.meeting()).await?;
    let register = frozen.and_then(|frozen| frozen.register).ok_or_else(not_an_owner)?;
    let owners = service
        .directory
        .owners(&name.community, register.compound, user)
        .await?;
    Ok(Voter {
        by,
        vote: name.clone(),
        user,
        compound: register.compound,
        owners,
    })
}

/// The ballots for the units of a person, those of co-owners among them.
///
/// # Errors
/// `NOT_AN_OWNER`.
pub async fn own_ballots(service: &Arc<Service>, voter: &Voter) -> Result<Vec<(RosterUnit, UnitBallot)>> {
    let units = store::owners::units_of(service.reader(), &voter.vote.meeting(), &voter.owners).await?;
    OwnUnits::of(&voter.vote, &units, (voter.user, &voter.owners))?;
    let ids = units.iter().map(|unit| unit.unit);
    let ballots = store::owners::of_units(service.reader(), &voter.vote, ids).await?;
    Ok(ballots
        .into_iter()
        .filter_map(|ballot| {
            let unit = units.iter().find(|unit| unit.unit == ballot.unit)?;
            Some((unit.clone(), ballot))
        })
        .collect())
}

/// Opens the ballot box: the vote cannot be closed until the transaction ends. Gives what it is on.
pub(super) async fn ballot_box(tx: &Tx, name: &VoteName, now: Timestamp) -> Result<(Vote, AgendaItem), Failure> {
    let vote = store::vote::share(tx, name).await?;
    vote.expect_open()?;
    let meeting = store::meeting::find(tx, &name.meeting()).await?;
    meeting.ok_or_else(|| Error::not_found(name))?.expect_voting(now)?;
    let motion = store::motion::get(tx, &name.meeting().motion(vote.motion)).await?;
    let item = store::agenda::get(tx, &name.meeting().agenda_item(motion.agenda_item)).await?;
    Ok((vote, item))
}

impl Voter {
    /// The units by which it votes on an item.
    pub(super) async fn units(&self, tx: &Tx, item: &AgendaItem) -> Result<Vec<RosterUnit>, Failure> {
        let units = store::owners::units_of(tx, &self.vote.meeting(), &self.owners).await?;
        // a head's units have the same owners: who is interested shows in one's own units alone
        Ok(electorate(units, item))
    }

    /// Those of its units that were named, or all where none is.
    ///
    /// # Errors
    /// `NOT_YOUR_UNITS` for units of others, `UNIT_NOT_ON_ROSTER` for ones that have no part in the vote.
    pub(super) async fn named<'a>(
        &'a self,
        tx: &Tx,
        units: &'a [RosterUnit],
        wanted: &[UnitId],
    ) -> Result<OwnUnits<'a>, Failure> {
        let own = OwnUnits::of(&self.vote, units, (self.user, &self.owners))?;
        let others = own.others(wanted);
        if others.is_empty() {
            return Ok(own.only(wanted));
        }
        let rostered = store::owners::units_named(tx, &self.vote.meeting(), &others.iter().copied().collect()).await?;
        let of_others = |unit: &RosterUnit| !unit.owners.iter().any(|owner| self.owners.contains(owner));
        let (theirs, strange): (Vec<&UnitId>, Vec<&UnitId>) = others
            .iter()
            .partition(|other| rostered.iter().any(|unit| unit.unit == **other && of_others(unit)));
        let (reason, units) = match strange.is_empty() {
            true => (&reasons::NOT_YOUR_UNITS, theirs),
            false => (&reasons::UNIT_NOT_ON_ROSTER, strange),
        };
        let units = units.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        Err(Error::new(reason).with("name", &self.vote).with("units", units).into())
    }
}
