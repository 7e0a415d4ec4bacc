//! Ids and names of what this service keeps.

use yihe_kernel::CommunityId;

yihe_kernel::ids! {
    /// Id of an account.
    AccountId
    /// Id of a transfer.
    TransferId
}

yihe_kernel::names! {
    /// Name of an account.
    AccountName { "communities" community: CommunityId, "accounts" account: AccountId }
    /// Name of a transfer.
    TransferName { "communities" community: CommunityId, "transfers" transfer: TransferId }
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
