//! Owners of a register as people: who signs in as them, and what of them is shown.

use yihe_kernel::{CommunityId, Error, Result, Timestamp, UserId};
use yihe_proto::directory::v1::OwnerType;

use crate::domain::names::{CompoundId, OwnerId, OwnerName};
use crate::reasons;

/// Days after which a claim code is of no use any more: it is carried to the doors on paper.
pub const CLAIM_LAPSES_AFTER_DAYS: i64 = 60;

/// An owner in a compound's register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The community.
    pub community: CommunityId,
    /// The compound.
    pub compound: CompoundId,
    /// Its id, in the erasable table too.
    pub id: OwnerId,
    /// What it is.
    pub owner_type: OwnerType,
    /// Whether the present revision has it.
    pub in_register: bool,
    /// Who signs in as the owner.
    pub user: Option<UserId>,
    /// When that began.
    pub linked_at: Option<Timestamp>,
}

impl Owner {
    /// Its resource name.
    #[must_use]
    pub fn name(&self) -> OwnerName {
        OwnerName {
            community: self.community.clone(),
            compound: self.compound,
            owner: self.id,
        }
    }

    /// Refuses one that nobody can be invited to be.
    ///
    /// # Errors
    /// `OWNER_DROPPED`, `OWNER_LINKED`.
    pub fn check_open(&self) -> Result<()> {
        if !self.in_register {
            return Err(Error::new(&reasons::OWNER_DROPPED).with("name", self.name()));
        }
        if self.user.is_some() {
            return Err(Error::new(&reasons::OWNER_LINKED).with("name", self.name()));
        }
        Ok(())
    }

    /// Who signs in as the owner and shall no longer.
    ///
    /// # Errors
    /// `OWNER_NOT_LINKED`.
    pub fn linked(&self) -> Result<UserId> {
        self.user
            .ok_or_else(|| Error::new(&reasons::OWNER_NOT_LINKED).with("name", self.name()))
    }
}

/// A code by which somebody comes to sign in as an owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// As whom.
    pub owner: OwnerName,
    /// Hash of the code.
    pub code_hash: Vec<u8>,
    /// When the code lapses.
    pub expires_at: Timestamp,
}

/// A name as everybody may see it who may see the register: of a person only the first character.
#[must_use]
pub fn masked_name(name: &str, owner_type: OwnerType) -> String {
    if owner_type == OwnerType::Person {
        masked(name, 1, 0)
    } else {
        name.to_owned()
    }
}

/// A telephone number as they may see it: its last two digits.
#[must_use]
pub fn masked_phone(phone: &str) -> String {
    masked(phone, 0, 2)
}

fn masked(text: &str, first: usize, last: usize) -> String {
    let count = text.chars().count();
    let shown = |place: usize| place < first || place + last >= count;
    let marked = text.chars().enumerate();
    marked
        .map(|(place, character)| if shown(place) { character } else { '*' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_not_to_be_known_from_what_is_shown() {
        assert_eq!(masked_name("欧阳小明", OwnerType::Person), "欧***");
        assert_eq!(masked_name("龙塘置业", OwnerType::Developer), "龙塘置业");
        assert_eq!(masked_phone("13800000042"), "*********42");
        assert_eq!((masked_phone("1"), masked_phone("")), ("1".to_owned(), String::new()));
    }
}
