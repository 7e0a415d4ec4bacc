//! Why this service refuses. The comments of the RPCs name the same codes.

use yihe_kernel::reasons;

reasons! {
    ACCOUNT_EXISTS: AlreadyExists, "{owner} has an account for {unit} already: {name}", "{owner} 已有{unit}账户:{name}";
    ACCOUNT_UNKNOWN: Precondition, "there is no account {name}", "账户 {name} 不存在";
    ACCOUNT_CLOSED: Precondition, "{name} is closed", "账户 {name} 已销户";
    ACCOUNT_NOT_EMPTY: Precondition, "{balance} stand in {name} and {held} are held", "账户 {name} 尚有余额 {balance}、冻结 {held}";
    BALANCE_TOO_LOW: Precondition, "{amount} {unit} cannot go from {name}: {possible} could", "无法从 {name} 付出 {amount} {unit},最多可付 {possible}";
    BALANCE_TOO_HIGH: Precondition, "{amount} {unit} cannot come to {name}: {possible} could", "{name} 无法收入 {amount} {unit},最多可收 {possible}";
    DONATE_ONLY: Precondition, "what is in {name} may only be donated", "账户 {name} 中的余额仅限捐赠";
    BOOK_ACCOUNT: Precondition, "{name} is kept by the ledger itself", "账户 {name} 由系统自身记账,不得直接办理";
    MONEY_IS_NOT_ISSUED: Precondition, "{name} counts money, which nobody here issues", "账户 {name} 记的是资金,本系统不发行资金";
    UNITS_MIXED: Invalid, "transfers[{index}] counts {unit}, but {name} counts {other}", "transfers[{index}] 的单位为 {unit},而账户 {name} 的单位为 {other}";
    SAME_ACCOUNT: Invalid, "transfers[{index}] goes from {name} to itself", "transfers[{index}] 的付方与收方同为 {name}";
    VOUCHER_REQUIRED: Invalid, "transfers[{index}] moves money without a voucher", "transfers[{index}] 为资金转账,须附凭证";
    VOUCHER_UNKNOWN: Precondition, "{name} is no file in use in this community", "{name} 不是本社区在用的文件";
    NOT_A_HOLD: Precondition, "{name} had its effect at once; nothing is held", "{name} 为即时转账,没有冻结";
    HOLD_ENDED: Precondition, "the hold {name} ended already: {state}", "冻结 {name} 已结束:{state}";
    HOLD_EXPIRED: Precondition, "the hold {name} ran out at {expired_at}", "冻结 {name} 已于 {expired_at} 到期";
    HOLD_TOO_SMALL: Precondition, "the hold {name} holds {possible}, not {amount}", "冻结 {name} 的金额为 {possible},不足 {amount}";
    TRANSFER_KIND: Precondition, "{name} is {kind} and is dealt with where that was done", "{name} 的类别为 {kind},须在原业务中办理";
    SERVICE_DECIDED: Precondition, "{name} is {state} already", "服务 {name} 已处理:{state}";
    OWN_SERVICE: Precondition, "you gave {name} yourself: somebody else confirms it", "{name} 为您本人提供的服务,须由他人确认";
    STOCK_TOO_LOW: Precondition, "there are {possible} of {name}, not {quantity}", "{name} 库存为 {possible},不足 {quantity}";
    GOOD_RETIRED: Precondition, "{name} was taken off the list", "物品 {name} 已下架";
    RATE_REPLACED: Precondition, "{name} was replaced by a newer rate", "兑换率 {name} 已更新";
    EXCHANGE_UNEVEN: Precondition, "{amount} is no multiple of {step}; {possible} is", "{amount} 不是 {step} 的整数倍,可兑换 {possible}";
    ACTS_FOR_NONE: Precondition, "this is done for an organization", "此事须以单位身份办理";
    FUND_CLOSED: Precondition, "{name} is closed", "共筹 {name} 已结清";
    FUND_TOO_LOW: Precondition, "{amount} fen cannot be paid from {name}: {possible} could", "无法从 {name} 支出 {amount} 分,最多可支出 {possible} 分";
    SHARE_TOO_LOW: Precondition, "{amount} fen cannot go back from {name}: {possible} are unspent", "无法从 {name} 退回 {amount} 分,未用余额为 {possible} 分";
    RESOLUTION_REQUIRED: Precondition, "{amount} fen from {name} take a resolution; without one {possible} could be spent", "从 {name} 支出 {amount} 分须有决议,无决议时最多 {possible} 分";
    PROJECT_UNKNOWN: Precondition, "{name} is no project of this community that goes on", "{name} 不是本社区进行中的项目";
    CLAIM_UNKNOWN: Precondition, "{name} is no accepted claim of this community whose project goes on", "{name} 不是本社区已接受且项目进行中的认领";
    ALREADY_CORRECTED: Precondition, "{name} was corrected by {correction}", "{name} 已由 {correction} 冲正";
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_contract_names_every_reason() {
        let contracts = [
            include_str!("../../../proto/yihe/ledger/v1/account.proto"),
            include_str!("../../../proto/yihe/ledger/v1/transfer.proto"),
            include_str!("../../../proto/yihe/ledger/v1/statement.proto"),
            include_str!("../../../proto/yihe/ledger/v1/time_bank.proto"),
            include_str!("../../../proto/yihe/ledger/v1/good.proto"),
            include_str!("../../../proto/yihe/ledger/v1/exchange.proto"),
            include_str!("../../../proto/yihe/ledger/v1/fund.proto"),
        ];
        for reason in super::REASONS {
            let named = contracts
                .iter()
                .any(|text| text.contains(&format!("`{}`", reason.code)));
            assert!(named, "{} is not named in the contract", reason.code);
        }
    }
}
