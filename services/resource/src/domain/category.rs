use yihe_kernel::{Error, Result};

use crate::reasons;

/// A kind of thing that is needed or offered, in a tree: the code of each begins with that of the one above.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// Its code, such as `places.halls`.
    pub code: String,
    /// Name in Chinese.
    pub zh: String,
    /// Name in English.
    pub en: String,
    /// Whether every community has it.
    pub shipped: bool,
}

/// The tree that every community begins with.
const SHIPPED: &[(&str, &str, &str)] = &[
    ("equipment", "设备器材", "equipment"),
    ("equipment.audio", "音响灯光", "sound and light"),
    ("equipment.computers", "电脑投影", "computers and projectors"),
    ("equipment.medical", "医疗器械", "medical devices"),
    ("equipment.tools", "工具", "tools"),
    ("equipment.vehicles", "车辆", "vehicles"),
    ("goods", "物资", "goods"),
    ("goods.books", "图书文具", "books and stationery"),
    ("goods.food", "食品", "food"),
    ("goods.supplies", "应急物资", "emergency supplies"),
    ("money", "资金", "money"),
    ("money.donations", "捐赠", "donations"),
    ("money.grants", "资助", "grants"),
    ("people", "人力", "people"),
    ("people.experts", "专家", "experts"),
    ("people.experts.legal", "法律专家", "lawyers"),
    ("people.experts.medical", "医疗专家", "medical experts"),
    ("people.experts.technical", "技术专家", "technical experts"),
    ("people.performers", "文艺人才", "performers"),
    ("people.security", "安保人员", "security staff"),
    ("people.teachers", "教师", "teachers"),
    ("people.volunteers", "志愿者", "volunteers"),
    ("places", "场地", "places"),
    ("places.classrooms", "教室", "classrooms"),
    ("places.halls", "礼堂、多功能厅", "halls"),
    ("places.offices", "办公、会议室", "offices and meeting rooms"),
    ("places.outdoor", "室外场地", "outdoor places"),
    ("places.sports", "运动场馆", "sports places"),
    ("services", "服务", "services"),
    ("services.care", "照护", "care"),
    ("services.culture", "文化活动", "culture"),
    ("services.education", "教育培训", "education"),
    ("services.health", "健康义诊", "health"),
    ("services.mediation", "调解", "mediation"),
    ("services.repair", "维修", "repair"),
    ("services.transport", "运输", "transport"),
];

/// Levels of the tree.
const DEEPEST: usize = 5;

/// The shipped categories, in the order of their codes.
pub fn shipped() -> impl Iterator<Item = Category> {
    SHIPPED.iter().map(|(code, zh, en)| Category {
        code: (*code).to_owned(),
        zh: (*zh).to_owned(),
        en: (*en).to_owned(),
        shipped: true,
    })
}

/// Whether a code is one of the shipped ones.
#[must_use]
pub fn is_shipped(code: &str) -> bool {
    SHIPPED.binary_search_by_key(&code, |(code, _, _)| code).is_ok()
}

/// Whether a text can be a code.
#[must_use]
pub fn is_code(text: &str) -> bool {
    let word = |word: &str| {
        (1..=30).contains(&word.len()) && word.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    };
    text.split('.').count() <= DEEPEST && text.split('.').all(word)
}

/// The code of the category above; `None` for one at the root.
#[must_use]
pub fn above(code: &str) -> Option<&str> {
    code.rsplit_once('.').map(|(above, _)| above)
}

/// The code of the root of the tree's branch.
#[must_use]
pub fn root(code: &str) -> &str {
    code.split('.').next().unwrap_or(code)
}

/// Whether one category is another or lies below it.
#[must_use]
pub fn is_within(code: &str, of: &str) -> bool {
    code.strip_prefix(of)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The refusal of a code that the community does not have.
#[must_use]
pub fn unknown(code: &str) -> Error {
    Error::new(&reasons::CATEGORY_UNKNOWN).with("category", code)
}

/// Refuses a code that a community may not add: only those below an existing one are its own.
///
/// # Errors
/// `CATEGORY_TAKEN`, `CATEGORY_UNKNOWN`.
pub fn expect_addable(code: &str) -> Result<&str> {
    if is_shipped(code) {
        return Err(Error::new(&reasons::CATEGORY_TAKEN).with("category", code));
    }
    above(code).ok_or_else(|| unknown(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_tree_is_sorted_and_whole() {
        assert!(SHIPPED.is_sorted_by_key(|(code, _, _)| code));
        for (code, _, _) in SHIPPED {
            assert!(is_code(code) && above(code).is_none_or(is_shipped), "{code}");
        }
    }

    #[test]
    fn a_category_lies_within_those_above_it() {
        assert!(is_within("people.experts.legal", "people") && is_within("people", "people"));
        assert!(!is_within("peoples", "people") && !is_within("people", "people.experts"));
        assert!(!is_code("People") && !is_code("a..b") && !is_code("") && !is_code("a.b.c.d.e.f"));
        assert!(expect_addable("places.halls").is_err() && expect_addable("wonders").is_err());
        assert_eq!(expect_addable("places.halls.small").ok(), Some("places.halls"));
    }
}
