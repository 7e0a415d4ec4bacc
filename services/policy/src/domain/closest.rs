use yihe_authz::Catalogue;
use yihe_kernel::Error;

use crate::reasons;

const SHOWN: usize = 3;
// what is longer is no misspelling, and the comparison is quadratic
const LONGEST: usize = 80;

/// The refusal of a permission that the catalogue does not have; names those that are spelt most alike.
pub(crate) fn unknown_permission(permission: &str, catalogue: &Catalogue) -> Error {
    let permission: String = permission.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
    let closest = closest(&permission, catalogue).join(", ");
    Error::new(&reasons::PERMISSION_UNKNOWN)
        .with("permission", permission)
        .with("closest", closest)
}

/// The permissions spelt most like a text, the closest first.
pub(crate) fn closest<'a>(text: &str, catalogue: &'a Catalogue) -> Vec<&'a str> {
    let text: Vec<char> = text.chars().take(LONGEST).collect();
    let mut all: Vec<_> = catalogue
        .permissions()
        .iter()
        .map(|permission| permission.name.as_str())
        .collect();
    // stable: equally close ones stay in the order of their names
    all.sort_by_cached_key(|name| distance(&text, name));
    all.truncate(SHOWN);
    all
}

/// Insertions, deletions and replacements that make one text of the other.
fn distance(text: &[char], name: &str) -> usize {
    let mut row: Vec<usize> = (0..=text.len()).collect();
    for (line, theirs) in name.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (place, ours) in text.iter().enumerate() {
            let replaced = diagonal + usize::from(*ours != theirs);
            diagonal = row[place + 1];
            row[place + 1] = replaced.min(diagonal + 1).min(row[place] + 1);
        }
    }
    row[text.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_the_textbook() {
        for (text, name, expected) in [
            ("kitten", "sitting", 3),
            ("", "abc", 3),
            ("abc", "", 3),
            ("开会", "开大会", 1),
            ("a", "a", 0),
        ] {
            assert_eq!(
                distance(&text.chars().collect::<Vec<_>>(), name),
                expected,
                "{text} {name}"
            );
        }
    }

    #[test]
    fn a_misspelling_finds_what_was_meant() {
        let catalogue = Catalogue::shipped();
        assert_eq!(closest("meeting.motion.sumbit", catalogue)[0], "meeting.motion.submit");
        assert_eq!(closest("meeting.vote.opne", catalogue)[0], "meeting.vote.open");
        let error = unknown_permission(&"开\n".repeat(1000), catalogue);
        assert_eq!(error.metadata()["permission"].chars().count(), LONGEST);
        assert_eq!(error.metadata()["closest"].split(", ").count(), SHOWN);
    }
}
