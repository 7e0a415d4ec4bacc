/// One collection of resources and the service that keeps it.
#[derive(Debug, PartialEq, Eq)]
pub struct Collection {
    /// The pattern of its names.
    pub pattern: &'static str,
    /// The service.
    pub service: &'static str,
}

macro_rules! collections {
    ($($service:literal: $($pattern:literal)+;)+) => {
        &[$($(Collection { pattern: $pattern, service: $service },)+)+]
    };
}

/// Every collection and its keeper: no table is read by two services, no name is made by two.
pub static COLLECTIONS: &[Collection] = collections! {
    "directory":
        "regions/{region}"
        "users/{user}"
        "organizations/{organization}"
        "communities/{community}"
        "communities/{community}/memberships/{membership}"
        "communities/{community}/applications/{application}"
        "communities/{community}/invitations/{invitation}"
        "communities/{community}/appointments/{appointment}"
        "communities/{community}/clients/{client}"
        "communities/{community}/compounds/{compound}"
        "communities/{community}/compounds/{compound}/serviceContracts/{service_contract}";
    "meeting":
        "communities/{community}/bodies/{body}"
        "communities/{community}/bodies/{body}/members/{member}"
        "communities/{community}/meetings/{meeting}"
        "communities/{community}/meetings/{meeting}/agendaItems/{agenda_item}"
        "communities/{community}/meetings/{meeting}/motions/{motion}"
        "communities/{community}/meetings/{meeting}/votes/{vote}"
        "communities/{community}/meetings/{meeting}/votes/{vote}/ballots/{ballot}"
        "communities/{community}/resolutions/{resolution}";
};
