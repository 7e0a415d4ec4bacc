//! Why this service refuses. The comments of the RPCs name the same codes.

use yihe_kernel::reasons;

reasons! {
    ORGANIZATION_REQUIRED: Denied, "this is done for an organization; act for one", "此事须代表单位办理,请选择所代表的单位";
    CURSOR_INVALID: Invalid, "the cursor is none of this community; begin without one", "游标不属于本社区,请从头开始订阅";
    WEBHOOK_URL_REFUSED: Precondition, "a webhook cannot lead there: {detail}", "回调地址不可用:{detail_zh}";
    WEBHOOK_LIMIT: Exhausted, "an organization has at most {most} webhooks in a community", "每个单位在一个社区至多有 {most} 个回调";
    WEBHOOK_STATE: Precondition, "{name} is {state}", "{name} 的状态为 {state}";
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_contract_names_every_reason() {
        let contracts = [
            include_str!("../../../proto/yihe/record/v1/record.proto"),
            include_str!("../../../proto/yihe/record/v1/webhook.proto"),
        ];
        for reason in super::REASONS {
            let named = contracts
                .iter()
                .any(|text| text.contains(&format!("`{}`", reason.code)));
            assert!(named, "{} is not named in the contract", reason.code);
        }
    }
}
