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
        "regions/{region}/appointments/{appointment}"
        "regions/{region}/invitations/{invitation}"
        "users/{user}"
        "organizations/{organization}"
        "communities/{community}"
        "communities/{community}/memberships/{membership}"
        "communities/{community}/applications/{application}"
        "communities/{community}/invitations/{invitation}"
        "communities/{community}/appointments/{appointment}"
        "communities/{community}/clients/{client}"
        "communities/{community}/compounds/{compound}"
        "communities/{community}/compounds/{compound}/units/{unit}"
        "communities/{community}/compounds/{compound}/owners/{owner}"
        "communities/{community}/compounds/{compound}/serviceContracts/{service_contract}";
    "meeting":
        "communities/{community}/bodies/{body}"
        "communities/{community}/bodies/{body}/members/{member}"
        "communities/{community}/meetings/{meeting}"
        "communities/{community}/meetings/{meeting}/agendaItems/{agenda_item}"
        "communities/{community}/meetings/{meeting}/motions/{motion}"
        "communities/{community}/meetings/{meeting}/records/{record}"
        "communities/{community}/meetings/{meeting}/amendments/{amendment}"
        "communities/{community}/meetings/{meeting}/classObjections/{class_objection}"
        "communities/{community}/meetings/{meeting}/recusals/{recusal}"
        "communities/{community}/meetings/{meeting}/dissents/{dissent}"
        "communities/{community}/ratifications/{ratification}"
        "communities/{community}/meetings/{meeting}/votes/{vote}"
        "communities/{community}/meetings/{meeting}/votes/{vote}/ballots/{ballot}"
        "communities/{community}/meetings/{meeting}/votes/{vote}/challenges/{challenge}"
        "communities/{community}/meetings/{meeting}/proxies/{proxy}"
        "communities/{community}/meetings/{meeting}/mandates/{mandate}"
        "communities/{community}/meetings/{meeting}/speeches/{speech}"
        "communities/{community}/meetings/{meeting}/invitedPersons/{invited_person}"
        "communities/{community}/meetings/{meeting}/minutes"
        "communities/{community}/meetings/{meeting}/signatures/{signature}"
        "communities/{community}/meetings/{meeting}/objections/{objection}"
        "communities/{community}/resolutions/{resolution}"
        "communities/{community}/commitments/{commitment}"
        "communities/{community}/problems/{problem}"
        "communities/{community}/monthReports/{month_report}";
    "policy":
        "communities/{community}/policyChanges/{policy_change}"
        "communities/{community}/policyRevisions/{policy_revision}"
        "regions/{region}/policyChanges/{policy_change}"
        "regions/{region}/policyRevisions/{policy_revision}";
    "file":
        "communities/{community}/files/{file}";
    "ledger":
        "communities/{community}/accounts/{account}"
        "communities/{community}/transfers/{transfer}"
        "communities/{community}/serviceRecords/{service_record}"
        "communities/{community}/goods/{good}"
        "communities/{community}/redemptions/{redemption}"
        "communities/{community}/rates/{rate}"
        "communities/{community}/funds/{fund}"
        "communities/{community}/funds/{fund}/contributions/{contribution}"
        "communities/{community}/funds/{fund}/expenses/{expense}";
    "resource":
        "communities/{community}/bookables/{bookable}"
        "communities/{community}/bookings/{booking}"
        "communities/{community}/needs/{need}"
        "communities/{community}/offers/{offer}"
        "communities/{community}/claims/{claim}"
        "communities/{community}/projects/{project}";
    "record":
        "communities/{community}/events/{event}"
        "communities/{community}/webhooks/{webhook}";
};

/// The collection that a resource name is of; `None` for every other text. Ids in it are not looked at.
#[must_use]
pub fn collection_of(name: &str) -> Option<&'static Collection> {
    COLLECTIONS.iter().find(|collection| {
        let mut segments = name.split('/');
        let all = collection.pattern.split('/').all(|expected| {
            let segment = segments.next();
            segment.is_some_and(|segment| expected == segment || (expected.starts_with('{') && !segment.is_empty()))
        });
        all && segments.next().is_none()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_of_one_collection_or_of_none() {
        let service = |name: &str| collection_of(name).map(|collection| collection.service);
        assert_eq!(service("communities/1/meetings/2/votes/3"), Some("meeting"));
        assert_eq!(service("communities/1"), Some("directory"));
        assert_eq!(service("communities/1/files/2"), Some("file"));
        for other in [
            "",
            "communities",
            "communities/",
            "communities/1/votes/3",
            "communities/1/files/2/x",
        ] {
            assert_eq!(service(other), None, "{other}");
        }
    }
}
