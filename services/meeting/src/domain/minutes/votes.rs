use yihe_tally::Language;

use super::page::Page;
use super::{VoteFacts, terms};
use crate::domain::BallotMethod;

/// A vote: the quorum certificate, the ballots, each test with its numbers, and the digests by which it is recounted.
pub fn render(vote: &VoteFacts, page: &mut Page) {
    page.field(
        "表决",
        format!("{}，{}", terms::method(vote.method), terms::vote_state(vote.state)),
    );
    page.field("表决开始", terms::instant(vote.opened_at));
    page.field("表决结束", terms::instant_or(vote.closed_at, "未结束"));
    if vote.method == BallotMethod::ByUnit {
        let known = vote.count.as_ref().map(|count| count.participation.as_str());
        page.field("参与表决", known.unwrap_or("未计票"));
    } else {
        page.field("法定人数", vote.quorum.sentence(Language::Zh));
    }
    if !vote.ballots.is_empty() {
        page.row(["成员", "表决意见"]);
        for ballot in &vote.ballots {
            let recorded = if ballot.recorded { "（代录）" } else { "" };
            page.row([&ballot.name, &format!("{}{recorded}", terms::choice(ballot.choice))]);
        }
        for ballot in &vote.ballots {
            for before in &ballot.earlier {
                page.entry(&terms::ballot_change(&ballot.name, before));
            }
        }
    }
    if let Some(casting) = vote.casting_vote {
        let choice = terms::choice(Some(casting.choice()));
        page.field("主席决定票", format!("{choice}，{}", terms::instant(casting.at)));
    }
    let Some(count) = &vote.count else { return };
    page.field("计票结果", &count.sentence);
    for test in &count.tests {
        page.field("检验", test);
    }
    page.field("计票结果 SHA-256", &count.sha256);
    page.field("计票单 SHA-256", &count.sheet_sha256);
    if let Some((number, text)) = &vote.resolution {
        page.entry(&format!("决议 {number} 号："));
        page.words(text);
    }
}
