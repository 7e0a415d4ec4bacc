//! Why this service refuses. The comments of the RPCs name the same codes.

use yihe_kernel::reasons;

reasons! {
    ORGANIZATION_REQUIRED: Denied, "this is done for an organization; act for one", "此事须代表单位办理,请选择所代表的单位";
    BOOKABLE_ENDED: Precondition, "{name} is out of use", "{name} 已停用";
    BOOKABLE_IN_USE: Precondition, "{name} is booked, last until {until}", "{name} 尚有预约,最后一个到 {until}";
    BOOKABLE_REF_TAKEN: AlreadyExists, "the organization has something to book with the number `{external_ref}`", "该单位已有编号为“{external_ref}”的可预约资源";
    CAPACITY_IN_USE: Precondition, "{least} units of {name} are taken at {at}; the capacity can be no less", "{name} 在 {at} 已占用 {least},容量不得低于此数";
    BLACKOUT_IN_USE: Precondition, "{booking} lies in the time from {from} to {until}; cancel it first", "{booking} 落在 {from} 至 {until} 之内,请先取消";
    BOOKER_NOT_ALLOWED: Denied, "{organization} may not book {name}", "{organization} 不在 {name} 的可预约范围内";
    QUANTITY_ABOVE_CAPACITY: Precondition, "{quantity} were asked for; {name} has {capacity}", "申请 {quantity},而 {name} 的容量为 {capacity}";
    BOOKING_IN_PAST: Precondition, "the time begins at {from}, and it is {now}", "开始时间 {from} 已过,现在是 {now}";
    BOOKING_NOTICE_TOO_SHORT: Precondition, "{name} is booked {minutes} minutes ahead; the earliest start is {earliest}", "{name} 须提前 {minutes} 分钟预约,最早可从 {earliest} 开始";
    BOOKING_TOO_LONG: Precondition, "{name} is booked for {longest} minutes at most; {minutes} were asked for", "{name} 每次至多预约 {longest} 分钟,申请了 {minutes} 分钟";
    OUTSIDE_OPENING_HOURS: Precondition, "{name} is not open all that time; next possible start: {next}", "{name} 在该时段并非全程开放,下一个可预约时间:{next}";
    IN_BLACKOUT: Precondition, "{name} is closed from {from} to {until}; next possible start: {next}", "{name} 自 {from} 至 {until} 停用,下一个可预约时间:{next}";
    BOOKING_QUOTA_EXCEEDED: Precondition, "{used} of {quota} minutes are used; {left} are left, {minutes} were asked for", "配额 {quota} 分钟已用 {used},剩余 {left},申请了 {minutes}";
    BOOKING_FULL: Precondition, "{free} of {capacity} are free then, {quantity} were asked for; next possible start: {next}", "该时段容量 {capacity} 仅余 {free},申请了 {quantity},下一个可预约时间:{next}";
    BOOKING_REF_TAKEN: AlreadyExists, "the organization has a booking with the number `{external_ref}`", "该单位已有编号为“{external_ref}”的预约";
    BOOKING_STATE: Precondition, "{name} is {state}", "{name} 的状态为 {state}";
    BOOKING_HOLD_EXPIRED: Precondition, "{name} was held until {until}", "{name} 的暂留已于 {until} 到期";
    CHECK_IN_CLOSED: Precondition, "the bookers of {name} check in from {from} to {until}", "{name} 的签到时间为 {from} 至 {until}";
    NO_SHOW_TOO_EARLY: Precondition, "{name} begins at {from}; until then everybody may still come", "{name} 于 {from} 开始,此前不得登记未到";
    SERIES_CONFLICTS: Precondition, "{count} dates are not possible: {dates}", "有 {count} 个日期无法预约:{dates}";
    RECURRENCE_INVALID: Invalid, "the rule of recurrence cannot be used: {detail}", "周期规则无法使用:{detail_zh}";
    RECURRENCE_ENDLESS: Invalid, "the rule of recurrence has no end; add COUNT (at most {most}) or UNTIL", "周期规则没有终点,请加 COUNT(至多 {most})或 UNTIL";
    PROJECT_UNKNOWN: Precondition, "{name} is no project of this community that goes on", "{name} 不是本社区进行中的项目";
    PROJECT_ENDED: Precondition, "{name} was ended", "{name} 已结项";
    LISTING_ENDED: Precondition, "{name} was ended; nothing more is claimed of it", "{name} 已结束,不再接受认领";
    LISTING_REF_TAKEN: AlreadyExists, "the organization has a listing with the number `{external_ref}`", "该单位已有编号为“{external_ref}”的需求或资源";
    CATEGORY_UNKNOWN: Precondition, "there is no category `{category}`", "没有类别“{category}”";
    CATEGORY_TAKEN: AlreadyExists, "there is a category `{category}` already", "类别“{category}”已存在";
    CLAIM_OWN: Precondition, "{name} is the organization's own", "{name} 是本单位自己的";
    CLAIM_ABOVE_OPEN: Precondition, "{open} of {name} are open, {quantity} were asked for", "{name} 尚余 {open} 可认领,申请了 {quantity}";
    CLAIM_STATE: Precondition, "{name} is {state}", "{name} 的状态为 {state}";
    NOT_THE_RECEIVER: Denied, "whoever receives what was claimed confirms {name}", "{name} 须由接收方确认";
    DELIVERED_ABOVE_CLAIMED: Precondition, "{claimed} were claimed in {name}; {delivered} cannot have come of it", "{name} 认领了 {claimed},兑现数 {delivered} 超出";
    WINDOW_TOO_LONG: Invalid, "{days} days can be looked at in one call", "一次至多查看 {days} 天";
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_contract_names_every_reason() {
        let contracts = [
            include_str!("../../../proto/yihe/resource/v1/bookable.proto"),
            include_str!("../../../proto/yihe/resource/v1/booking.proto"),
            include_str!("../../../proto/yihe/resource/v1/free_busy.proto"),
            include_str!("../../../proto/yihe/resource/v1/need.proto"),
            include_str!("../../../proto/yihe/resource/v1/offer.proto"),
            include_str!("../../../proto/yihe/resource/v1/claim.proto"),
            include_str!("../../../proto/yihe/resource/v1/category.proto"),
            include_str!("../../../proto/yihe/resource/v1/project.proto"),
        ];
        for reason in super::REASONS {
            let named = contracts
                .iter()
                .any(|text| text.contains(&format!("`{}`", reason.code)));
            assert!(named, "{} is not named in the contract", reason.code);
        }
    }
}
