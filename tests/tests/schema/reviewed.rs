//! The tables that do not belong to one community each, with the reason. Whoever adds one writes down why.

/// Where a table lies when communities are spread over several databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The same everywhere: read in every community, rarely written.
    Everywhere,
    /// In one place: never read together with what is a community's.
    Once,
}

use Place::{Everywhere, Once};

/// What every service has.
pub const OF_EVERY_SERVICE: &[(&str, Place, &str)] = &[
    (
        "consumed_event",
        Once,
        "a consumer's notes, by event, of whatever community",
    ),
    ("dead_letter", Once, "what a consumer put aside, for the operator"),
    ("lease", Once, "which replica does what only one may do"),
    (
        "outbox",
        Once,
        "one order for all communities, which the relay publishes",
    ),
    ("seaql_migrations", Once, "which migrations have run"),
    ("stream_cursor", Once, "how far relay and consumers have come"),
];

/// By `service.table`.
pub const OWN: &[(&str, Place, &str)] = &[
    (
        "directory.calendar_year",
        Everywhere,
        "working days, the same in the whole country",
    ),
    (
        "directory.community",
        Everywhere,
        "communities themselves, by their code",
    ),
    (
        "directory.lapse_warning",
        Once,
        "warnings of terms that end, of communities and of regions",
    ),
    (
        "directory.organization",
        Everywhere,
        "a property company serves many communities",
    ),
    ("directory.person", Everywhere, "people are the same in every community"),
    ("directory.refresh_session", Once, "sign-ins of users"),
    (
        "directory.refresh_token",
        Once,
        "sign-ins of users, by the token's hash",
    ),
    ("directory.region", Everywhere, "regions above communities"),
    (
        "directory.region_appointment",
        Once,
        "posts of regions above communities",
    ),
    (
        "directory.region_authority",
        Once,
        "what counts in a region above communities",
    ),
    (
        "directory.region_committee",
        Once,
        "committees of regions above communities",
    ),
    ("directory.region_invitation", Once, "invitations to posts of regions"),
    (
        "directory.user",
        Everywhere,
        "credentials are the same in every community",
    ),
    (
        "policy.change",
        Once,
        "changes of rules of a domain: community, region or all",
    ),
    ("policy.change_step", Once, "steps of such changes"),
    ("policy.made_revision", Once, "revisions of a domain"),
    (
        "policy.policy_sequence",
        Once,
        "one sequence for the revisions of all domains",
    ),
    ("policy.revision", Once, "the revision of each domain"),
    ("policy.rule", Once, "rules of a domain"),
    ("policy.usage_count", Once, "what was decided in a domain, by day"),
    ("policy.usage_report", Once, "reports that were counted already"),
];
