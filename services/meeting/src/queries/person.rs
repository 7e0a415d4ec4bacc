//! Names of persons as they were entered, put into answers: rows know persons by id only.

use std::collections::HashMap;

use yihe_kernel::{CommunityId, Result, UserId};

use crate::domain::{Ballot, BodyMember, InvitedPerson, Mandate, Member, RosterEntry};
use crate::service::Service;
use crate::store;

/// Something that names a member.
pub trait Named {
    /// Who, and where its name goes.
    fn named(&mut self) -> (Member, &mut String);
}

macro_rules! named {
    ($($name:ident)+) => {$(
        impl Named for $name {
            fn named(&mut self) -> (Member, &mut String) {
                (self.member, &mut self.display_name)
            }
        }
    )+};
}

named! { BodyMember RosterEntry Ballot }

macro_rules! named_person {
    ($($name:ident)+) => {$(
        impl Named for $name {
            fn named(&mut self) -> (Member, &mut String) {
                (Member::Person(self.person), &mut self.display_name)
            }
        }
    )+};
}

named_person! { Mandate InvitedPerson }

/// Fills in the names of persons that were entered by name.
pub async fn tell<N: Named>(service: &Service, community: &CommunityId, mut rows: Vec<N>) -> Result<Vec<N>> {
    let persons: Vec<UserId> = rows.iter_mut().filter_map(|row| row.named().0.person()).collect();
    if persons.is_empty() {
        return Ok(rows);
    }
    let names: HashMap<UserId, String> = store::person_name::names(service.reader(), community, &persons).await?;
    for row in &mut rows {
        let (member, display_name) = row.named();
        // one person may stand in several rows
        if let Some(name) = member.person().and_then(|person| names.get(&person)) {
            display_name.clone_from(name);
        }
    }
    Ok(rows)
}

/// The same for one.
pub async fn tell_one<N: Named>(service: &Service, community: &CommunityId, row: N) -> Result<Option<N>> {
    Ok(tell(service, community, vec![row]).await?.pop())
}
