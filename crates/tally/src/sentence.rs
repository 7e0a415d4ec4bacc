//! Findings and outcomes in words, for minutes and screens.

use crate::finding::{Finding, Test};
use crate::fraction::{Comparison, Threshold};
use crate::outcome::{Outcome, Verdict};
use crate::terms::{Base, BodyKind, CastingVote, Measure};

/// A language texts are made in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// Chinese, simplified.
    Zh,
    /// English.
    En,
}

impl Finding {
    /// The test with its numbers, such as `present 14 of 25 members > 1/2: met`.
    pub fn sentence(&self, language: Language) -> String {
        match language {
            Language::Zh => self.zh(),
            Language::En => self.en(),
        }
    }

    fn en(&self) -> String {
        let what = match (self.test, self.measure) {
            (Test::PresenceQuorum, _) => "present",
            (Test::Participation, Measure::Area) => "area participating",
            (Test::Participation, Measure::Heads | Measure::Both) => "participating",
            (Test::Majority, Measure::Area) => "area for",
            (Test::Majority, Measure::Heads | Measure::Both) => "in favour",
        };
        let base = match self.base {
            Base::AllMembers => "members",
            Base::Present => "present",
            Base::Participating => "participating",
        };
        let base = match &self.group {
            Some(group) => format!("{base} among the {}", group.title.en),
            None => base.to_owned(),
        };
        let (unit, sign) = (
            if self.measure == Measure::Area { " m²" } else { "" },
            sign(self.threshold.comparison),
        );
        let met = if self.met { "met" } else { "not met" };
        let (counted, of, fraction) = (self.figure(self.counted), self.figure(self.of), self.threshold.fraction);
        format!("{what} {counted} of {of}{unit} {base} {sign} {fraction}: {met}")
    }

    fn zh(&self) -> String {
        let area = self.measure == Measure::Area;
        let base = match (self.test, self.base) {
            (Test::PresenceQuorum, _) => "成员",
            (_, Base::AllMembers) => "全体",
            (_, Base::Present) => "到会",
            (_, Base::Participating) => "参与表决",
        };
        let what = match self.test {
            Test::PresenceQuorum => "到会",
            Test::Participation => "参与表决",
            Test::Majority => "赞成",
        };
        let (noun, unit) = if area { ("面积", "平方米") } else { ("", "名") };
        let ballots = if self.test == Test::Majority && !area {
            "票"
        } else {
            unit
        };
        let met = if self.met { "满足" } else { "不满足" };
        let (counted, of, asked) = (
            self.figure(self.counted),
            self.figure(self.of),
            asked_zh(self.threshold),
        );
        let group = self.group.as_ref().map_or("", |group| group.title.zh.as_str());
        format!("{group}{what}{noun} {counted} {ballots}，{base}{noun} {of} {unit}，要求{asked}：{met}")
    }

    fn figure(&self, number: u64) -> String {
        match self.measure {
            Measure::Area => format!("{}.{:02}", grouped(number / 100), number % 100),
            Measure::Heads | Measure::Both => grouped(number),
        }
    }
}

impl Outcome {
    /// The verdict with the votes by heads, such as `adopted: 14 for, 3 against, 2 abstaining, 0 invalid, 6 not voted`.
    pub fn sentence(&self, language: Language) -> String {
        let counts = &self.counts;
        let [yes, no, abstain, invalid, not_voted] =
            [counts.yes, counts.no, counts.abstain, counts.invalid, counts.not_voted].map(|w| grouped(w.heads));
        match language {
            Language::En => {
                let chair = self.casting_vote.map_or("", |vote| match vote {
                    CastingVote::Yes => ", the chair's casting vote for",
                    CastingVote::No => ", the chair's casting vote against",
                });
                let pending = self
                    .pending_ratification()
                    .map(|kind| format!(", pending ratification by the {}", kind_en(kind)));
                let unverified = if self.pack_verified {
                    ""
                } else {
                    ", under rules not yet verified"
                };
                format!(
                    "{}: {yes} for, {no} against, {abstain} abstaining, {invalid} invalid, {not_voted} not voted{chair}{}{unverified}",
                    verdict_en(self.verdict),
                    pending.unwrap_or_default()
                )
            }
            Language::Zh => {
                let chair = self.casting_vote.map_or("", |vote| match vote {
                    CastingVote::Yes => "，主持人裁决赞成",
                    CastingVote::No => "，主持人裁决反对",
                });
                let pending = self
                    .pending_ratification()
                    .map(|kind| format!("，待{}追认", kind_zh(kind)));
                let unverified = if self.pack_verified {
                    ""
                } else {
                    "，所依规则未经核实"
                };
                format!(
                    "{}：赞成 {yes}，反对 {no}，弃权 {abstain}，无效 {invalid}，未表决 {not_voted}{chair}{}{unverified}",
                    verdict_zh(self.verdict),
                    pending.unwrap_or_default()
                )
            }
        }
    }
}

const fn sign(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::MoreThan => ">",
        Comparison::AtLeast => "≥",
    }
}

/// As the statutes put it: 过半数, 三分之二以上 (which counts the figure itself in), 超过三分之二, 全体.
fn asked_zh(threshold: Threshold) -> String {
    let fraction = threshold.fraction;
    let share = match (digit_zh(fraction.numerator()), digit_zh(fraction.denominator())) {
        (Some(numerator), Some(denominator)) => format!("{denominator}分之{numerator}"),
        _ => fraction.to_string(),
    };
    match threshold.comparison {
        Comparison::MoreThan if fraction.is_half() => "过半数".to_owned(),
        Comparison::AtLeast if fraction.is_half() => "半数以上".to_owned(),
        Comparison::AtLeast if fraction.is_whole() => "全体".to_owned(),
        Comparison::MoreThan => format!("超过{share}"),
        Comparison::AtLeast => format!("{share}以上"),
    }
}

fn digit_zh(number: u32) -> Option<&'static str> {
    let digits = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];
    digits.get(usize::try_from(number).ok()?.checked_sub(1)?).copied()
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

const fn verdict_en(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Adopted => "adopted",
        Verdict::Rejected => "rejected",
        Verdict::Tied => "tied",
        Verdict::NoQuorum => "no quorum",
        Verdict::InsufficientParticipation => "too few took part",
    }
}

const fn verdict_zh(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Adopted => "通过",
        Verdict::Rejected => "未通过",
        Verdict::Tied => "票数相等",
        Verdict::NoQuorum => "到会人数不足",
        Verdict::InsufficientParticipation => "参与表决不足",
    }
}

const fn kind_en(kind: BodyKind) -> &'static str {
    match kind {
        BodyKind::JointConference => "joint conference",
        BodyKind::OnSite => "on-site meeting",
        BodyKind::PartyBriefing => "secretary's tea party",
        BodyKind::ResidentsCouncil => "residents' council",
        BodyKind::SupervisoryBoard => "supervisory board",
        BodyKind::CaptainsAssociation => "captains' association",
        BodyKind::OwnersCommitteeMeeting => "owners' committee",
        BodyKind::OwnersAssembly => "owners' assembly",
        BodyKind::ResidentsMeeting => "residents' meeting",
        BodyKind::MediationPanel => "mediation panel",
    }
}

const fn kind_zh(kind: BodyKind) -> &'static str {
    match kind {
        BodyKind::JointConference => "联席会议",
        BodyKind::OnSite => "现场协商会",
        BodyKind::PartyBriefing => "书记茶话会",
        BodyKind::ResidentsCouncil => "居民议事会",
        BodyKind::SupervisoryBoard => "居民监事会",
        BodyKind::CaptainsAssociation => "楼长协会",
        BodyKind::OwnersCommitteeMeeting => "业委会会议",
        BodyKind::OwnersAssembly => "业主大会",
        BodyKind::ResidentsMeeting => "居民会议",
        BodyKind::MediationPanel => "联合调解会议",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(test: Test, measure: Measure, base: Base, counted: u64, of: u64, asked: (Comparison, &str)) -> Finding {
        let threshold = Threshold {
            comparison: asked.0,
            fraction: asked.1.parse().unwrap(),
        };
        Finding::new(test, measure, base, counted, of, (threshold, "statute"))
    }

    #[test]
    fn findings_read_as_people_say_them() {
        let more_than_half = (Comparison::MoreThan, "1/2");
        let cases = [
            (
                finding(
                    Test::PresenceQuorum,
                    Measure::Heads,
                    Base::AllMembers,
                    14,
                    25,
                    more_than_half,
                ),
                "present 14 of 25 members > 1/2: met",
                "到会 14 名，成员 25 名，要求过半数：满足",
            ),
            (
                finding(Test::Majority, Measure::Heads, Base::Present, 7, 14, more_than_half),
                "in favour 7 of 14 present > 1/2: not met",
                "赞成 7 票，到会 14 名，要求过半数：不满足",
            ),
            (
                finding(
                    Test::Majority,
                    Measure::Area,
                    Base::Participating,
                    741_250,
                    980_310,
                    (Comparison::AtLeast, "3/4"),
                ),
                "area for 7,412.50 of 9,803.10 m² participating ≥ 3/4: met",
                "赞成面积 7,412.50 平方米，参与表决面积 9,803.10 平方米，要求四分之三以上：满足",
            ),
            (
                finding(
                    Test::Participation,
                    Measure::Heads,
                    Base::AllMembers,
                    799,
                    1_200,
                    (Comparison::AtLeast, "2/3"),
                ),
                "participating 799 of 1,200 members ≥ 2/3: not met",
                "参与表决 799 名，全体 1,200 名，要求三分之二以上：不满足",
            ),
            (
                finding(
                    Test::Participation,
                    Measure::Area,
                    Base::AllMembers,
                    5,
                    1_234_567_807,
                    (Comparison::MoreThan, "2/3"),
                ),
                "area participating 0.05 of 12,345,678.07 m² members > 2/3: not met",
                "参与表决面积 0.05 平方米，全体面积 12,345,678.07 平方米，要求超过三分之二：不满足",
            ),
            (
                finding(
                    Test::Majority,
                    Measure::Heads,
                    Base::AllMembers,
                    12,
                    12,
                    (Comparison::AtLeast, "1/1"),
                ),
                "in favour 12 of 12 members ≥ 1/1: met",
                "赞成 12 票，全体 12 名，要求全体：满足",
            ),
        ];
        for (finding, en, zh) in cases {
            assert_eq!(finding.sentence(Language::En), en);
            assert_eq!(finding.sentence(Language::Zh), zh);
        }
    }

    #[test]
    fn shares_beyond_ten_are_written_in_figures() {
        let threshold = Threshold {
            comparison: Comparison::AtLeast,
            fraction: "7/12".parse().unwrap(),
        };
        assert_eq!(asked_zh(threshold), "7/12以上");
        let threshold = Threshold {
            comparison: Comparison::AtLeast,
            fraction: "3/6".parse().unwrap(),
        };
        assert_eq!(asked_zh(threshold), "半数以上");
    }
}
