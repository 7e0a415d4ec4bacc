use super::page::Page;
use super::{Facts, Notes};

/// What is remarked on the whole.
pub fn render(_: &Facts, notes: &Notes, page: &mut Page) {
    if notes.remarks.is_empty() {
        return;
    }
    page.section("备注");
    page.words(&notes.remarks);
}
