//! Minutes (会议纪要): text made from what happened, signed, published, and verified by anybody.
//!
//! One file for each topic renders its part of the text from [`Facts`]. A part that lands later adds its file, its facts and one
//! line in [`draw_up`].

mod agenda;
mod amendments;
mod attendance;
mod beside;
mod bundle;
mod commitments;
mod dissents;
mod facts;
mod heading;
mod items;
mod notice;
mod objection;
mod page;
mod period;
mod print;
mod records;
mod recusals;
mod remarks;
mod representation;
mod signature;
mod standing;
mod suspensions;
mod terms;
mod verify;
mod votes;
mod written;

pub use amendments::AmendmentFacts;
pub use beside::{CommitmentFacts, InvitedFacts, ProxyEnd, ProxyFacts, SubstituteFacts, SuspensionFacts};
pub use bundle::{Bundle, BundledVote};
pub use dissents::DissentFacts;
pub use facts::{
    BallotFacts, ChangeFacts, CountFacts, Facts, Interval, ItemFacts, MemberFacts, MotionFacts, Notes, PackFacts,
    RecordFacts, VoteFacts, WrittenFacts,
};

pub use objection::{Answer, Objection};
pub use period::last_day;
pub use print::{SealBox, html};
pub use recusals::{ClassObjectionFacts, RecusalFacts};
pub use signature::{
    Countersignature, PUBLICATION_STATEMENT, PublicationStatement, SIGNATURE_STATEMENT, Signature, SignatureMethod,
    SignatureState, SignatureStatement, countersign,
};
pub use standing::{Minutes, Version};
pub use verify::{Fault, Verified, verify};

use super::digest::sha256_hex;
use page::Page;

/// For whom a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reader {
    /// Those who took part: everything.
    Member,
    /// Everybody: without items that concern a person.
    Public,
}

impl Reader {
    fn may_not_see(self, item: &ItemFacts) -> bool {
        self == Self::Public && item.is_closed()
    }
}

/// A text in its canonical form (UTF-8, LF) with its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The text.
    pub text: String,
    /// SHA-256 of the text, 64 hexadecimal digits.
    pub sha256: String,
}

impl Text {
    fn new(text: String) -> Self {
        let sha256 = sha256_hex(text.as_bytes());
        Self { text, sha256 }
    }
}

/// Both forms of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// What is signed.
    pub full: Text,
    /// What is published.
    pub published: Text,
}

/// The text of a version from the facts and the free text.
#[must_use]
pub fn draw_up(facts: &Facts, notes: &Notes, version: i32) -> Drawn {
    let body = body(facts, notes, Reader::Member);
    let full = Text::new(headed("会议纪要", facts, version, &[], &body));
    let closed = facts.agenda.iter().filter(|item| item.is_closed()).count();
    let left_out = match closed {
        0 => "公开范围：全文公开".to_owned(),
        some => format!("公开范围：略去 {some} 项涉及个人事务的议题"),
    };
    let lines = [left_out, format!("完整文本 SHA-256：{}", full.sha256)];
    let published = Text::new(headed(
        "会议纪要（公开文本）",
        facts,
        version,
        &lines,
        &self::body(facts, notes, Reader::Public),
    ));
    Drawn { full, published }
}

/// Stable lines before the first section: what it is, of which meeting, which version, and the digest of what follows them.
fn headed(title: &str, facts: &Facts, version: i32, more: &[String], body: &str) -> String {
    let mut head = format!("# {title}\n会议：{}\n版本：第 {version} 版\n", facts.meeting);
    for line in more {
        head.push_str(line);
        head.push('\n');
    }
    format!(
        "{head}时间：均为北京时间\n正文 SHA-256：{}\n{body}",
        sha256_hex(body.as_bytes())
    )
}

fn body(facts: &Facts, notes: &Notes, reader: Reader) -> String {
    let mut page = Page::default();
    heading::render(facts, &mut page);
    notice::render(facts, &mut page);
    attendance::render(facts, &mut page);
    representation::render(facts, &mut page);
    suspensions::render(facts, &mut page);
    agenda::render(facts, reader, &mut page);
    items::render(facts, notes, reader, &mut page);
    records::render(facts, reader, &mut page);
    commitments::render(facts, reader, &mut page);
    remarks::render(facts, notes, &mut page);
    page.finish()
}
