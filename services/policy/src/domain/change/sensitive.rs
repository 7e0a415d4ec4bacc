use yihe_authz::{Catalogue, Grant, PermissionPattern, RoleName};

use super::apply::After;
use crate::domain::made::Item;

/// Whether a change touches who administers policies: a permission `policy.*`, a made role that holds one, or the settings.
pub(crate) fn is_sensitive(after: &After, above: &[Grant]) -> bool {
    let begun = after.items_begun().map(|(_, item)| item);
    let ended = after.ended.iter().map(|(_, item)| item);
    let before = || {
        after.ended.iter().filter_map(|(_, item)| match item {
            Item::Grant(grant) => Some(grant),
            _ => None,
        })
    };
    // what a role held before the change counts too
    let holds = |role: &str| {
        let role: Option<RoleName> = role.parse().ok();
        after
            .made
            .grants()
            .chain(before())
            .chain(above)
            .any(|grant| Some(grant.role) == role && touches(&grant.permission))
    };
    begun.chain(ended).any(|item| match item {
        Item::Grant(grant) => touches(&grant.permission),
        Item::Assignment(assignment) => holds(&assignment.role),
        Item::Role(role) => holds(&role.role),
        Item::Settings(_) => true,
    })
}

fn touches(pattern: &PermissionPattern) -> bool {
    Catalogue::shipped()
        .permissions()
        .iter()
        .any(|permission| permission.name.starts_with("policy.") && pattern.matches(&permission.name))
}
