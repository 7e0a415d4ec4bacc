use std::collections::HashSet;

use yihe_authz::Term;
use yihe_kernel::Timestamp;
use yihe_proto::policy::v1 as pb;
use yihe_proto::policy::v1::policy_edit::Edit as Wire;

use crate::domain::made::{Item, Made};

/// The edits that lead from what is in force back to what was. What was has to say the same, not to go by the same ids; what has
/// a term that is over stays ended.
pub(crate) fn edits(is: &Made, was: &Made, now: Timestamp) -> Vec<pb::PolicyEdit> {
    let (here, there) = (contents(is), contents(was));
    let ends = is
        .items
        .iter()
        .filter(|(_, item)| !there.contains(&item.content()))
        .filter_map(|(id, item)| end(id, item, was));
    let begins = was
        .items
        .values()
        .filter(|item| !here.contains(&item.content()) && has_time_left(item, now))
        .map(begin);
    ends.chain(begins)
        .map(|edit| pb::PolicyEdit { edit: Some(edit) })
        .collect()
}

fn contents(made: &Made) -> HashSet<(i32, Vec<u8>)> {
    made.items.values().map(Item::content).collect()
}

fn end(id: &str, item: &Item, was: &Made) -> Option<Wire> {
    match item {
        Item::Grant(_) => Some(Wire::End(id.to_owned())),
        Item::Role(role) => Some(Wire::EndRole(role.role.clone())),
        Item::Assignment(_) => Some(Wire::EndAssignment(id.to_owned())),
        // settings are replaced by others, or by what holds where none were made
        Item::Settings(_) => was.settings_made().is_none().then(|| Wire::Settings(was.settings())),
    }
}

fn begin(item: &Item) -> Wire {
    match item {
        Item::Grant(grant) => Wire::Add(pb::Grant {
            id: String::new(),
            source: String::new(),
            domain: String::new(),
            ..grant.to_proto()
        }),
        Item::Role(role) => Wire::AddRole(role.clone()),
        Item::Assignment(assignment) => Wire::Assign(pb::RoleAssignment {
            id: String::new(),
            ..assignment.clone()
        }),
        Item::Settings(settings) => Wire::Settings(*settings),
    }
}

fn has_time_left(item: &Item, now: Timestamp) -> bool {
    let is_left = |term: Term| term.end().is_none_or(|end| end > now);
    match item {
        Item::Grant(grant) => is_left(grant.term),
        Item::Assignment(assignment) => {
            let end = assignment.end_time.as_ref().and_then(Timestamp::from_proto);
            end.is_none_or(|end| end > now)
        }
        Item::Role(_) | Item::Settings(_) => true,
    }
}
