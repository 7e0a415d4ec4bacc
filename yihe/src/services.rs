//! What each service keeps, for whoever looks after its data without running it.

use yihe_store::Migrations;

use crate::config::ServiceName;

/// The tables of a service, as its migrations make them; none where it keeps nothing.
#[must_use]
pub fn migrations(service: ServiceName) -> Option<Migrations> {
    match service {
        ServiceName::Gateway => None,
        ServiceName::Directory => Some(yihe_directory::migrations),
        ServiceName::Policy => Some(yihe_policy::migrations),
        ServiceName::Meeting => Some(yihe_meeting::migrations),
        ServiceName::File => Some(yihe_file::migrations),
        ServiceName::Ledger => Some(yihe_ledger::migrations),
        ServiceName::Resource => Some(yihe_resource::migrations),
        ServiceName::Record => Some(yihe_record::migrations),
    }
}

/// The services that keep something.
pub fn keepers() -> impl Iterator<Item = (ServiceName, Migrations)> {
    ServiceName::ALL
        .into_iter()
        .filter_map(|service| Some((service, migrations(service)?)))
}

/// The schema of a service in a PostgreSQL database.
#[must_use]
pub fn schema(service: ServiceName) -> String {
    format!("yihe_{}", service.as_str())
}
