use yihe_kernel::{Timestamp, UserId};
use yihe_store::{Failure, Tx};

use crate::domain::{Frozen, Member, Second, SecondedSubject, Step};
use crate::names::MeetingName;
use crate::service::Service;
use crate::store;

/// Who seconds, and the person that does so for it.
#[derive(Debug, Clone, Copy)]
pub struct Seconder {
    pub member: Member,
    pub user: UserId,
}

impl Seconder {
    /// The second of somebody who is there for another's motion or amendment, and how many it has by it. The meeting must be held.
    pub async fn second(
        self,
        tx: &Tx,
        service: &Service,
        frozen: &Frozen,
        (subject, name, mover): (SecondedSubject, &str, Member),
        now: Timestamp,
    ) -> Result<(Second, usize), Failure> {
        let meeting = &frozen.meeting;
        let entry = frozen.entry(self.member)?;
        store::presence::room(tx, meeting)
            .await?
            .interval_of(&meeting.community, self.member, self.user)?;
        let before = store::second::of(tx, meeting, subject).await?;
        Second::expect_possible(meeting, (name, mover), self.member, &before)?;
        let second = Second {
            id: service.store.ids().next(),
            subject,
            member: self.member,
            display_name: entry.display_name.clone(),
            at: now,
        };
        Ok((second, before.len() + 1))
    }
}

/// The meeting, held, in a state in which things are seconded.
pub async fn hold(tx: &Tx, meeting: &MeetingName) -> Result<(), Failure> {
    Ok(store::meeting::hold(tx, meeting).await?.expect(Step::Decide)?)
}
