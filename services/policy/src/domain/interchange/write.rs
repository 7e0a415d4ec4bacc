use std::fmt::Write as _;

use yihe_authz::{Condition, Effect, Grant, PermissionPattern, Scope, Snapshot};
use yihe_kernel::{Error, Result, Timestamp};

use super::instant::fixed;
use crate::domain::holders::Candidate;

/// The columns, as a comment: casbin's files have no header.
const HEADER: &str = "# p, role, dom, obj, act, eft, when, effective, expire";
/// The one definition of the model.
pub(crate) const MODEL: &str = include_str!("../../../model.conf");

/// The rows of grants in the order of what they say, so that the same rules make the same file; with their ids if wanted.
pub(crate) fn rows<'a>(grants: impl IntoIterator<Item = &'a Grant>, ids: bool) -> Result<String> {
    let mut rows: Vec<_> = grants.into_iter().map(|grant| (row(grant), grant)).collect();
    rows.sort_unstable_by(|(row, grant), (other, their)| (row, &grant.id).cmp(&(other, &their.id)));
    let mut text = format!("{HEADER}\n");
    for (row, grant) in rows {
        if ids {
            writeln!(text, "# {} of {}", grant.id, grant.source).map_err(Error::internal)?;
        }
        writeln!(text, "{row}").map_err(Error::internal)?;
    }
    Ok(text)
}

/// A grant as a row of the model.
pub(super) fn row(grant: &Grant) -> String {
    let permission = grant.permission.to_string();
    let (object, action) = match &grant.permission {
        PermissionPattern::All => ("*", "*"),
        PermissionPattern::One(_) | PermissionPattern::Resource(_) => {
            permission.rsplit_once('.').unwrap_or((&permission, "*"))
        }
    };
    let effect = match grant.effect {
        Effect::Allow => "allow",
        Effect::Deny => "deny",
    };
    let instant = |bound: Option<Timestamp>| bound.map(fixed).unwrap_or_default();
    let (start, end) = (instant(grant.term.start()), instant(grant.term.end()));
    let when = grant.condition.map_or("", Condition::as_str);
    let (role, domain) = (grant.role, &grant.domain);
    [
        "p",
        &role.to_string(),
        &domain.to_string(),
        object,
        action,
        effect,
        when,
        &start,
        &end,
    ]
    .join(", ")
}

/// Who holds which role in which capacity at an instant, wider roles included: casbin knows no terms of roles.
pub(crate) fn holders(snapshot: &Snapshot, candidates: &[Candidate], now: Timestamp) -> Result<String> {
    let place = match snapshot.scope() {
        Some(Scope::Community(community)) => community.to_string(),
        Some(Scope::Region(region)) => region.to_string(),
        None => String::new(),
    };
    let mut text = String::from("# g, subject, role, community or region\n");
    for Candidate {
        principal, capacity, ..
    } in candidates
    {
        for role in snapshot.roles(principal, capacity, now) {
            writeln!(text, "g, {principal} for {capacity}, {role}, {place}").map_err(Error::internal)?;
        }
    }
    Ok(text)
}
