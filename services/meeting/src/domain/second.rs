use yihe_kernel::{Error, Result, Timestamp};

use super::{Frozen, Member, ShowOfHands};
use crate::names::{AmendmentId, MeetingName, MotionId, MotionName};
use crate::reasons;

/// What can be seconded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecondedSubject {
    /// A motion.
    Motion(MotionId),
    /// An amendment to it.
    Amendment(MotionId, AmendmentId),
}

impl SecondedSubject {
    /// The motion that it is or belongs to.
    #[must_use]
    pub const fn motion(self) -> MotionId {
        match self {
            Self::Motion(motion) | Self::Amendment(motion, _) => motion,
        }
    }

    /// The amendment, where it is one.
    #[must_use]
    pub const fn amendment(self) -> Option<AmendmentId> {
        match self {
            Self::Motion(_) => None,
            Self::Amendment(_, amendment) => Some(amendment),
        }
    }

    /// The id of what is seconded.
    #[must_use]
    pub const fn uuid(self) -> uuid::Uuid {
        match self {
            Self::Motion(motion) => motion.uuid(),
            Self::Amendment(_, amendment) => amendment.uuid(),
        }
    }
}

/// One second.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Second {
    /// Orders seconds.
    pub id: uuid::Uuid,
    /// Of what.
    pub subject: SecondedSubject,
    /// Who.
    pub member: Member,
    /// Name of the organization when notice was served; empty for a person.
    pub display_name: String,
    /// When.
    pub at: Timestamp,
}

impl Second {
    /// How many have to second a motion or an amendment before it is voted on.
    #[must_use]
    pub fn needed(frozen: &Frozen, amendment: bool) -> usize {
        let rule = &frozen.pack.provisions().seconding;
        if amendment && !rule.amendments {
            return 0;
        }
        usize::try_from(rule.seconders).unwrap_or(usize::MAX)
    }

    /// Whether `member` can second `name`, which `mover` moved and the others seconded before.
    ///
    /// # Errors
    /// `SECOND_OF_ONESELF`, `SECONDED_ALREADY`.
    pub fn expect_possible(
        meeting: &MeetingName,
        (name, mover): (&str, Member),
        member: Member,
        before: &[Self],
    ) -> Result<()> {
        let refuse = |reason| {
            Error::new(reason)
                .with("member", member.name(&meeting.community))
                .with("name", name)
        };
        if mover == member {
            return Err(refuse(&reasons::SECOND_OF_ONESELF));
        }
        if before.iter().any(|second| second.member == member) {
            return Err(refuse(&reasons::SECONDED_ALREADY));
        }
        Ok(())
    }

    /// Refuses to withdraw what was seconded without its seconders, unless the members carried it.
    ///
    /// # Errors
    /// `WITHDRAWAL_NOT_CONSENTED`.
    pub fn expect_consent(motion: &MotionName, seconds: &[Self], shown: Option<&ShowOfHands>) -> Result<()> {
        let consents = |second: &Self| shown.is_some_and(|shown| shown.hands.in_favour.contains(&second.member));
        if seconds.iter().all(consents) || shown.is_some_and(|shown| shown.carried) {
            return Ok(());
        }
        let names: Vec<_> = seconds
            .iter()
            .map(|second| second.member.name(&motion.community))
            .collect();
        Err(Error::new(&reasons::WITHDRAWAL_NOT_CONSENTED)
            .with("name", motion)
            .with("seconders", names.join(" ")))
    }
}
