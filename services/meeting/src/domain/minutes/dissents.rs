use yihe_kernel::Timestamp;

use super::page::Page;
use super::terms;

/// One dissent from what a motion came to.
#[derive(Debug, Clone)]
pub struct DissentFacts {
    /// Who dissented.
    pub member: String,
    /// What it says.
    pub text: String,
    /// When it was attached.
    pub created_at: Timestamp,
    /// When and what the organizer answered.
    pub answer: Option<(Timestamp, String)>,
}

/// A dissent with its answer.
pub fn render(dissent: &DissentFacts, page: &mut Page) {
    let at = terms::instant(dissent.created_at);
    page.entry(&format!("保留意见（{} 于 {at} 提出）：", dissent.member));
    page.words(&dissent.text);
    if let Some((at, text)) = &dissent.answer {
        page.entry(&format!("答复（{}）：", terms::instant(*at)));
        page.words(text);
    }
}
