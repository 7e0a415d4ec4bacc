use http::HeaderMap;
use yihe_authz::{Clause, Method, Revision, RevisionTokens, Scope, scope_of};
use yihe_kernel::{Error, FieldViolation, MalformedName, Result, reasons};
use yihe_server::reasons::MESSAGE_MALFORMED;

use crate::headers::single;
use crate::reasons as ours;
use crate::wire::{Fault, find};

/// Header with a revision token: the answer must come from policies at least as new.
pub const AT_LEAST: &str = "yihe-at-least-revision";

/// A permission that a call needs, and where.
#[derive(Debug, Clone)]
pub struct Need {
    pub permission: &'static str,
    pub scope: Scope,
}

/// What a call needs, found in its encoded message. Needs in a community come first: it settles the capacity.
///
/// # Errors
/// `MESSAGE_MALFORMED`, `DUPLICATE_FIELD`, `INVALID_REQUEST` for an absent name, `MALFORMED_NAME`, `TWO_COMMUNITIES`.
pub fn needs(method: &'static Method, message: &[u8]) -> Result<Vec<Need>> {
    let mut needs = Vec::with_capacity(method.clauses.len());
    for clause in &method.clauses {
        needs.push(Need {
            permission: &clause.permission,
            scope: scope(clause, message)?,
        });
    }
    one_community(&needs)?;
    needs.sort_by_key(|need| matches!(need.scope, Scope::Region(_)));
    Ok(needs)
}

fn scope(clause: &Clause, message: &[u8]) -> Result<Scope> {
    let name = find(message, &clause.field_numbers).map_err(|fault| match fault {
        Fault::Malformed(detail) => Error::new(&MESSAGE_MALFORMED).with("detail", detail),
        Fault::Duplicate => Error::new(&ours::DUPLICATE_FIELD).with("field", &clause.field_path),
    })?;
    if name.is_empty() {
        let (field, en, zh) = (clause.field_path.clone(), "is required".to_owned(), "必填".to_owned());
        return Err(Error::invalid(vec![FieldViolation { field, en, zh }]));
    }
    scope_of(name).ok_or_else(|| {
        let text = name.chars().take(200).collect();
        Error::malformed_name(
            &clause.field_path,
            &MalformedName {
                text,
                pattern: "communities/{community}/…",
            },
        )
    })
}

fn one_community(needs: &[Need]) -> Result<()> {
    let mut communities = needs.iter().filter_map(|need| need.scope.community());
    let Some(first) = communities.next() else { return Ok(()) };
    match communities.find(|other| *other != first) {
        Some(second) => Err(Error::new(&reasons::TWO_COMMUNITIES)
            .with("first", first)
            .with("second", second)),
        None => Ok(()),
    }
}

/// The revision that the caller has heard of. A token of another community or region is refused, not ignored: the caller would believe
/// that it reads what it wrote.
///
/// # Errors
/// `REVISION_INVALID`, `HEADER_INVALID`.
pub fn at_least(headers: &HeaderMap, tokens: &RevisionTokens, needs: &[Need]) -> Result<Option<Revision>> {
    let Some(token) = single(headers, AT_LEAST)? else {
        return Ok(None);
    };
    let (of, revision) = tokens.read(token)?;
    if needs.iter().any(|need| need.scope == of) {
        return Ok(Some(revision));
    }
    Err(Error::new(&yihe_authz::reason::REVISION_INVALID))
}
