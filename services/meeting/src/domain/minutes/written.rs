//! What a meeting in writing has instead of presence. Owners are counted, never listed: an area names the flat.

use yihe_tally::{Counts, Weight};

use super::page::Page;
use super::{WrittenFacts, terms};

/// How many were served, and how many acknowledged it.
pub fn notice(written: &WrittenFacts, page: &mut Page) {
    page.field("应送达业主", format!("{} 名", written.served));
    page.field("已签收", format!("{} 名", written.acknowledged));
}

/// The register by which was voted; who took part stands with each vote.
pub fn attendance(written: &WrittenFacts, page: &mut Page) {
    page.field("参与方式", "书面表决，不设会场，不签到");
    page.field(
        "表决名册",
        format!(
            "房屋 {} 套，业主 {} 人（按户计），专有部分面积 {}",
            written.units,
            written.heads,
            square_metres(written.area)
        ),
    );
    page.field("投票截止", terms::instant_or(written.ends_at, "未定"));
    page.field("参与情况", "见各项表决；业主的选票不逐一列示");
}

/// Who took part in a vote, out of whom.
pub fn participation(counts: &Counts) -> String {
    let Counts {
        participating, members, ..
    } = counts;
    let heads = format!("业主 {} 人（共 {} 人）", participating.heads, members.heads);
    match members {
        Weight { area: 0, .. } => heads,
        Weight { area, .. } => format!(
            "{heads}，专有部分面积 {}（共 {}）",
            square_metres(participating.area),
            square_metres(*area)
        ),
    }
}

fn square_metres(area: u64) -> String {
    format!("{}.{:02} 平方米", area / 100, area % 100)
}
