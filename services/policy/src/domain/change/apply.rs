use std::collections::HashMap;

use yihe_authz::RoleName;
use yihe_kernel::{Error, Result};

use super::edit::{Edit, Target};
use crate::domain::made::{Item, ItemKind, Made};
use crate::reasons;

/// Rules, roles and assignments that a domain may hold.
pub(crate) const MOST_ITEMS: usize = 20_000;

/// What a domain's rules are after a change.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct After {
    pub made: Made,
    /// What began, each with the place of its edit.
    pub begun: Vec<(usize, String)>,
    /// What ended, with the item.
    pub ended: Vec<(String, Item)>,
}

impl After {
    /// What began, each with the place of its edit.
    pub fn items_begun(&self) -> impl Iterator<Item = (usize, &Item)> {
        self.begun
            .iter()
            .filter_map(|(place, id)| Some((*place, self.made.items.get(id)?)))
    }
}

/// Applies edits in order, as the revision `sequence`, brought by the change of this name.
///
/// # Errors
/// `RULE_NOT_IN_FORCE`, `RULE_REPEATED`, `MADE_ROLE_TAKEN`, `MADE_ROLE_UNKNOWN`, `MADE_ROLE_IN_USE`, `TOO_MANY_RULES`.
pub(crate) fn apply(before: &Made, edits: &[Edit], above: &[RoleName], sequence: u64, source: &str) -> Result<After> {
    let contents = before.items.iter().map(|(id, item)| (item.content(), id.clone()));
    let mut applying = Applying {
        contents: contents.collect(),
        after: After {
            made: Made {
                sequence,
                ..before.clone()
            },
            begun: Vec::new(),
            ended: Vec::new(),
        },
        source,
    };
    for (place, edit) in edits.iter().enumerate() {
        match edit {
            Edit::Begin(item) => applying.begin(place, item)?,
            Edit::End(target) => applying.end(place, target)?,
            Edit::Replace(id, grant) => {
                applying.end(place, &Target::Item(ItemKind::Grant, id.clone()))?;
                applying.begin(place, &Item::Grant(grant.clone()))?;
            }
        }
    }
    let after = applying.after;
    check_roles(&after, edits, above)?;
    let count = after.made.items.len();
    if count > MOST_ITEMS {
        return Err(Error::new(&reasons::TOO_MANY_RULES)
            .with("count", count)
            .with("limit", MOST_ITEMS));
    }
    Ok(after)
}

struct Applying<'a> {
    after: After,
    /// Ids of what is in force, by what it says.
    contents: HashMap<(i32, Vec<u8>), String>,
    source: &'a str,
}

impl Applying<'_> {
    fn begin(&mut self, place: usize, item: &Item) -> Result<()> {
        if let Item::Settings(_) = item
            && let Some(id) = self.after.made.settings_made().map(|(id, _)| id.clone())
        {
            self.take(place, &id)?;
        }
        let id = format!("{}/{}.{}", self.after.made.domain, self.after.made.sequence, place + 1);
        if let Item::Role(role) = item
            && self.after.made.roles().any(|(_, known)| known.role == role.role)
        {
            return Err(Error::new(&reasons::MADE_ROLE_TAKEN)
                .with("edit", at(place))
                .with("role", &role.role));
        }
        if let Some(same) = self.contents.insert(item.content(), id.clone()) {
            return Err(Error::new(&reasons::RULE_REPEATED)
                .with("edit", at(place))
                .with("rule", same));
        }
        let item = item.clone().named(&id, self.source);
        self.after.made.items.insert(id.clone(), item);
        self.after.begun.push((place, id));
        Ok(())
    }

    fn end(&mut self, place: usize, target: &Target) -> Result<()> {
        let (id, text) = match target {
            Target::Item(kind, id) => {
                let found = self.after.made.items.get(id).filter(|item| item.kind() == *kind);
                (found.map(|_| id.clone()), id.clone())
            }
            Target::Role(role) => {
                let text = role.to_string();
                let found = self.after.made.roles().find(|(_, known)| known.role == text);
                (found.map(|(id, _)| id.clone()), text)
            }
        };
        // what began in this very change has no id that its proposer could know
        let id = id.filter(|id| self.after.begun.iter().all(|(_, begun)| begun != id));
        match id {
            Some(id) => self.take(place, &id),
            None => Err(self.not_in_force(place, &text)),
        }
    }

    fn take(&mut self, place: usize, id: &str) -> Result<()> {
        let Some(item) = self.after.made.items.remove(id) else {
            return Err(self.not_in_force(place, id));
        };
        self.contents.remove(&item.content());
        self.after.ended.push((id.to_owned(), item));
        Ok(())
    }

    fn not_in_force(&self, place: usize, text: &str) -> Error {
        Error::new(&reasons::RULE_NOT_IN_FORCE)
            .with("edit", at(place))
            .with("rule", text.chars().take(200).collect::<String>())
            .with("domain", &self.after.made.domain)
    }
}

/// Every role that is named was made here or above, and none that is ended is named.
fn check_roles(after: &After, edits: &[Edit], above: &[RoleName]) -> Result<()> {
    let own: Vec<RoleName> = after
        .made
        .roles()
        .filter_map(|(_, role)| role.role.parse().ok())
        .collect();
    for (place, item) in after.items_begun() {
        let role = match item {
            // the domain that makes a role is part of it: it is nobody's but its own
            Item::Role(_) => continue,
            Item::Grant(grant) => Some(grant.role),
            Item::Assignment(assignment) => assignment.role.parse().ok(),
            Item::Settings(_) => None,
        };
        if let Some(role @ RoleName::Made(_)) = role
            && !own.contains(&role)
            && !above.contains(&role)
        {
            return Err(Error::new(&reasons::MADE_ROLE_UNKNOWN)
                .with("edit", at(place))
                .with("role", role)
                .with("domain", &after.made.domain));
        }
    }
    for (place, edit) in edits.iter().enumerate() {
        let Edit::End(Target::Role(role)) = edit else { continue };
        let name = RoleName::Made(*role);
        let held = after.made.assignments().any(|held| held.role == name.to_string());
        if (held || after.made.grants().any(|grant| grant.role == name)) && !own.contains(&name) {
            return Err(Error::new(&reasons::MADE_ROLE_IN_USE)
                .with("edit", at(place))
                .with("role", name));
        }
    }
    Ok(())
}

/// Path of an edit in its request.
pub(crate) fn at(place: usize) -> String {
    format!("edits[{place}]")
}
