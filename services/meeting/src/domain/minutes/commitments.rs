use super::page::Page;
use super::{Facts, Reader};
use crate::domain::{CommitmentPart, CommitmentState};

/// What organizations committed to, as it stood when this version was drawn up. Nothing where nobody did.
pub fn render(facts: &Facts, reader: Reader, page: &mut Page) {
    let hidden = |item| {
        let found = facts.agenda.iter().find(|known| Some(known.id) == item);
        found.is_some_and(|item| reader.may_not_see(item))
    };
    let shown: Vec<_> = facts.commitments.iter().filter(|one| !hidden(one.item)).collect();
    if shown.is_empty() {
        return;
    }
    page.section("承诺事项");
    page.row(["决议", "责任单位", "分工", "事项", "期限", "状态"]);
    for commitment in shown {
        page.row([
            &commitment
                .resolution
                .as_ref()
                .map_or("—".to_owned(), |number| format!("{number} 号")),
            &commitment.organization,
            match commitment.part {
                CommitmentPart::Lead => "牵头",
                CommitmentPart::Support => "配合",
            },
            &commitment.text,
            &commitment.due_on,
            state(commitment.state),
        ]);
    }
}

const fn state(state: CommitmentState) -> &'static str {
    match state {
        CommitmentState::Proposed => "待接受",
        CommitmentState::Accepted => "已接受",
        CommitmentState::InProgress => "办理中",
        CommitmentState::Done => "已报办结，待确认",
        CommitmentState::Confirmed => "已确认办结",
        CommitmentState::Declined => "不予接受，退回召集单位",
        CommitmentState::Cancelled => "已取消",
    }
}
