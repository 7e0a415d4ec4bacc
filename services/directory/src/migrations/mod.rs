//! The directory's tables. Expand first, contract in a later release.

mod m0001_regions;
mod m0002_people;
mod m0003_communities;
mod m0004_posts;
mod m0005_compounds;
mod m0006_registers;
mod m0007_calendars;
mod m0008_region_committees;

use sea_orm_migration::MigrationTrait;

/// All migrations of the directory, the store's own first.
#[must_use]
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    yihe_store::with_own_tables(vec![
        Box::new(m0001_regions::Regions),
        Box::new(m0002_people::People),
        Box::new(m0003_communities::Communities),
        Box::new(m0004_posts::Posts),
        Box::new(m0005_compounds::Compounds),
        Box::new(m0006_registers::Registers),
        Box::new(m0007_calendars::Calendars),
        Box::new(m0008_region_committees::RegionCommittees),
    ])
}
