use yihe_kernel::{Error, MalformedName, OrganizationName, RegionCode, RegionName, Result};
use yihe_proto::policy::v1 as pb;

use crate::domain::change::base::Covering;
use crate::domain::change::{Change, State, Step};
use crate::domain::place::Place;
use crate::reasons;

/// Reads a name of a request.
///
/// # Errors
/// `MALFORMED_NAME` naming the field.
pub(crate) fn name<T: std::str::FromStr<Err = MalformedName>>(field: &str, text: &str) -> Result<T> {
    text.parse().map_err(|refusal| Error::malformed_name(field, &refusal))
}

/// Reads whose rules a request is about. A division of 12 digits has its rules as the community that it is: they would else be
/// changed by two.
///
/// # Errors
/// `MALFORMED_NAME`, `DOMAIN_NOT_ADMINISTERED`.
pub(crate) fn place(field: &str, text: &str) -> Result<Place> {
    let place: Place = name(field, text)?;
    administered(&place)?;
    Ok(place)
}

/// Whether the rules of a place are changed under its name.
///
/// # Errors
/// `DOMAIN_NOT_ADMINISTERED`.
pub(crate) fn administered(place: &Place) -> Result<()> {
    match place {
        Place::Region(region) if !is_administered(region) => {
            let name = RegionName { region: region.clone() };
            Err(Error::new(&reasons::DOMAIN_NOT_ADMINISTERED).with("name", name))
        }
        Place::Region(_) | Place::Community(_) => Ok(()),
    }
}

/// Whether a region is a domain of its own: a community's own division is not.
pub(crate) fn is_administered(region: &RegionCode) -> bool {
    region.as_str().len() < 12
}

/// A change as it is shown, in conflict where what it was made against has moved.
pub(crate) fn change(change: &Change, covering: &Covering) -> pb::PolicyChange {
    let moved = if change.is_open() {
        covering.moved(change.base)
    } else {
        Vec::new()
    };
    let state = if moved.is_empty() {
        change.state
    } else {
        State::Conflicted
    };
    pb::PolicyChange {
        name: change.name.to_string(),
        title: change.title.clone(),
        rationale: change.rationale.clone(),
        state: state.into(),
        edits: change.edits.clone(),
        edit_count: i32::try_from(change.edits.len()).unwrap_or(i32::MAX),
        base_revision: change.base,
        sensitive: change.sensitive,
        approvals_needed: change.approvals_needed,
        proposer: change.proposer.clone(),
        steps: change.steps.iter().map(step).collect(),
        revision: change.revision.unwrap_or_default(),
        moved: moved
            .into_iter()
            .map(|(domain, revision)| pb::MovedPolicy { domain, revision })
            .collect(),
        etag: change.etag(),
        revision_token: String::new(),
        restores: change.restores,
    }
}

fn step(step: &Step) -> pb::PolicyChangeStep {
    let organization = step.hand.organization;
    pb::PolicyChangeStep {
        step: step.kind.into(),
        actor: step.hand.actor.clone(),
        organization: organization
            .map(|organization| OrganizationName { organization }.to_string())
            .unwrap_or_default(),
        step_time: Some(step.at.to_proto()),
        comment: step.comment.clone(),
    }
}
