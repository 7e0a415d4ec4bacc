use super::page::Page;
use super::{Facts, Reader, RecordFacts, terms};

/// What the clerk recorded for others, and what those concerned say of it. Signatures stand under the minutes, not in them.
pub fn render(facts: &Facts, reader: Reader, page: &mut Page) {
    if facts.records.is_empty() {
        return;
    }
    page.section("代录与异议");
    page.row(["事项", "当事成员", "代录人", "代录时间", "凭据"]);
    for record in &facts.records {
        page.row([
            terms::recorded_act(record.act),
            &record.member,
            &record.recorded_by,
            &terms::instant(record.recorded_at),
            if record.proved { "有" } else { "无" },
        ]);
    }
    for record in &facts.records {
        contest(record, reader, page);
    }
}

fn contest(record: &RecordFacts, reader: Reader, page: &mut Page) {
    let Some(contest) = &record.contest else { return };
    page.entry(&format!(
        "{} 于 {} 对代录的{}提出异议，{}：",
        record.member,
        terms::instant(contest.contested_at),
        terms::recorded_act(record.act),
        terms::contest_state(contest.state),
    ));
    // what somebody says of a record may tell of a person
    if reader == Reader::Public {
        return;
    }
    page.words(&contest.reason);
    if let Some((answer, at)) = &contest.answer {
        page.entry(&format!("于 {} 答复：", terms::instant(*at)));
        page.words(answer);
    }
}
