//! Ids and names of what this service keeps.

use yihe_kernel::CommunityId;

yihe_kernel::ids! {
    /// Id of an account.
    AccountId
    /// Id of a transfer.
    TransferId
    /// Id of a service that was given.
    ServiceRecordId
    /// Id of a good.
    GoodId
    /// Id of a redemption, that of the transfer which holds its price.
    RedemptionId
    /// Id of a rate.
    RateId
    /// Id of a fund.
    FundId
    /// Id of a contribution, that of its transfer.
    ContributionId
    /// Id of an expense, that of its transfer.
    ExpenseId
    /// Id of a resolution, which the meeting service keeps.
    ResolutionId
    /// Id of a project, which the resource service keeps.
    ProjectId
    /// Id of a claim, which the resource service keeps.
    ClaimId
}

yihe_kernel::names! {
    /// Name of an account.
    AccountName { "communities" community: CommunityId, "accounts" account: AccountId }
    /// Name of a transfer.
    TransferName { "communities" community: CommunityId, "transfers" transfer: TransferId }
    /// Name of a service that was given.
    ServiceRecordName { "communities" community: CommunityId, "serviceRecords" service_record: ServiceRecordId }
    /// Name of a good.
    GoodName { "communities" community: CommunityId, "goods" good: GoodId }
    /// Name of a redemption.
    RedemptionName { "communities" community: CommunityId, "redemptions" redemption: RedemptionId }
    /// Name of a rate.
    RateName { "communities" community: CommunityId, "rates" rate: RateId }
    /// Name of a fund.
    FundName { "communities" community: CommunityId, "funds" fund: FundId }
    /// Name of a contribution.
    ContributionName {
        "communities" community: CommunityId,
        "funds" fund: FundId,
        "contributions" contribution: ContributionId,
    }
    /// Name of an expense.
    ExpenseName { "communities" community: CommunityId, "funds" fund: FundId, "expenses" expense: ExpenseId }
    /// Name of a resolution.
    ResolutionName { "communities" community: CommunityId, "resolutions" resolution: ResolutionId }
    /// Name of a project.
    ProjectName { "communities" community: CommunityId, "projects" project: ProjectId }
    /// Name of a claim.
    ClaimName { "communities" community: CommunityId, "claims" claim: ClaimId }
}

impl AccountName {
    /// An account of a community.
    #[must_use]
    pub fn new(community: &CommunityId, account: AccountId) -> Self {
        Self {
            community: community.clone(),
            account,
        }
    }
}

impl TransferName {
    /// A transfer of a community.
    #[must_use]
    pub fn new(community: &CommunityId, transfer: TransferId) -> Self {
        Self {
            community: community.clone(),
            transfer,
        }
    }
}

impl ExpenseName {
    /// The fund it was paid from.
    #[must_use]
    pub fn in_fund(&self) -> FundName {
        FundName {
            community: self.community.clone(),
            fund: self.fund,
        }
    }
}
