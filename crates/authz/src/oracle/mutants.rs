//! Seeded defects of the index. Each puts one wrong value in the place of a right one, by `mutate!`; the comparison with the
//! oracle must notice every one of them.

use std::cell::Cell;

macro_rules! mutants {
    ($($(#[$docs:meta])* $name:ident)+) => {
        /// One seeded defect.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Mutant {
            $($(#[$docs])* $name,)+
        }

        /// All of them.
        pub const ALL: &[Mutant] = &[$(Mutant::$name),+];
    };
}

mutants! {
    /// A role held or a grant counts from the microsecond after its first instant.
    StartExclusive
    /// It counts before its first instant.
    StartIgnored
    /// It still counts at the first instant after it.
    EndInclusive
    /// It never lapses.
    EndIgnored
    /// The term of grants is not looked at.
    GrantTermIgnored
    /// The term of roles is not looked at.
    RoleTermIgnored
    /// Whoever was ever appointed is an appointed person.
    LapsedIsAppointed
    /// Rows of the template cover nothing.
    TemplateCoversNothing
    /// Rows for regions alone cover communities too.
    RegionsCoverCommunities
    /// Rows for regions alone cover nothing.
    RegionsCoverNothing
    /// Rows of regions cover nothing.
    RegionCoversNothing
    /// Rows of regions cover only communities directly below.
    NearestRegionOnly
    /// Regions are told by digits, not by the recorded tree.
    RegionByDigits
    /// Rows of the community itself do not cover it.
    CommunityCoversNothing
    /// Rows of other regions and communities cover this one.
    CoversEverything
    /// `*` is about no permission.
    StarMatchesNothing
    /// `service.resource.*` is about the whole service.
    ResourceMatchesService
    /// `service.resource.*` is about no permission.
    ResourceMatchesNothing
    /// The last row of a permission is lost.
    LastRowLost
    /// Unconditional denials are not looked at.
    DenyIgnored
    /// An allow in an earlier row stands against a denial.
    EarlierAllowStands
    /// Conditional denials are not looked at.
    ConditionalDenyIgnored
    /// Conditional denials deny always.
    ConditionalDenyAlways
    /// Conditional allows are not looked at.
    ConditionalAllowIgnored
    /// Conditional allows allow always.
    ConditionalAllowAlways
    /// An unconditional allow is told without the conditional denials.
    AllowHidesConditionalDeny
    /// A residual is settled without its denials.
    SettleIgnoresDeny
    /// A residual is settled only if all its conditions hold.
    SettleWantsAll
    /// Roles of a compound's register count for the organization that keeps it.
    RegisterUnderOrganization
    /// Roles of all capacities count in each.
    CapacityIgnored
    /// A post does not bring `KIND/*` along.
    KindNotImplied
    /// An API client counts as `KIND/*`.
    ClientHoldsKind
    /// An API client counts as an appointed person.
    ClientIsAppointed
    /// An appointed person counts as one for organizations it has no post in.
    ActsForAnybody
    /// An appointed person does not count as one for itself.
    AppointedActsAlone
    /// An operator counts as an appointed person.
    OperatorIsAppointed
    /// An operator counts as one for organizations.
    OperatorForAnybody
    /// The widest layer is left out.
    WidestLayerLeftOut
    /// The narrowest layer is left out.
    NarrowestLayerLeftOut
    /// The number of a role that was made is looked for among those of another layer.
    NumberOfAnotherLayer
    /// Rules apply whoever asks.
    RoleNotAsked
    /// At the instant at which roles change, those before still count.
    IntervalEndsLate
    /// Roles count a microsecond before the instant at which they change.
    IntervalBeginsEarly
    /// The roles of another stretch of time count.
    IntervalBefore
    /// A row counts for whatever organization.
    AnyOrganization
    /// A mark is taken for that of its holder unseen, and there is one for all.
    MarkIsHolder
    /// Rules of the community's own are overlooked.
    NarrowRuleOverlooked
    /// Rules of the layers of many communities are overlooked.
    WideRuleOverlooked
    /// A line that had no room for all is taken for whole.
    CrowdedLineBelieved
    /// A layer is taken for another of the same domain.
    StaleLayer
    /// A role that was made counts in every capacity.
    MadeInAnyCapacity
    /// Whoever holds a role that was made counts as an appointed person.
    MadeIsAppointed
    /// A role assigned for an organization stays when the last post in it has ended.
    MadeOutlivesPost
}

thread_local! {
    static ACTIVE: Cell<Option<Mutant>> = const { Cell::new(None) };
}

/// The defect now seeded in this thread.
pub fn active() -> Option<Mutant> {
    ACTIVE.get()
}

/// Runs with a defect seeded.
pub fn with<T>(mutant: Mutant, run: impl FnOnce() -> T) -> T {
    ACTIVE.set(Some(mutant));
    let result = run();
    ACTIVE.set(None);
    result
}
