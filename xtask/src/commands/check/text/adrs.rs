use anyhow::Result;

use super::Tree;

const FOLDER: &str = "docs/adr/";

/// Decisions are numbered from 0001 without gap or repetition, so that others can cite them.
pub fn check(tree: &Tree) -> Result<Vec<String>> {
    let names = tree
        .ending_in(".md")
        .filter_map(|file| file.strip_prefix(FOLDER))
        .filter(|name| *name != "README.md");
    Ok(misnumbered(names))
}

/// Expects the names in order.
fn misnumbered<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut findings = Vec::new();
    let mut next = 1;
    for name in names {
        let Some(number) = number(name) else {
            findings.push(format!("{FOLDER}{name}: not named NNNN-title.md"));
            continue;
        };
        if number != next {
            findings.push(format!("{FOLDER}{name}: expected number {next:04}"));
        }
        next = number + 1;
    }
    findings
}

fn number(name: &str) -> Option<u32> {
    let (digits, title) = name.strip_suffix(".md")?.split_once('-')?;
    let titled = !title.is_empty()
        && title
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '-');
    let numbered = digits.len() == 4 && digits.bytes().all(|digit| digit.is_ascii_digit());
    (titled && numbered).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(names: &[&str]) -> Vec<String> {
        misnumbered(names.iter().copied())
    }

    #[test]
    fn numbers_run_without_gap() {
        assert!(findings(&["0001-one.md", "0002-two-words.md"]).is_empty());
        assert_eq!(
            findings(&["0001-one.md", "0003-three.md"]),
            ["docs/adr/0003-three.md: expected number 0002"]
        );
        assert_eq!(
            findings(&["0001-one.md", "0001-uno.md"]),
            ["docs/adr/0001-uno.md: expected number 0002"]
        );
        assert_eq!(
            findings(&["0002-two.md"]),
            ["docs/adr/0002-two.md: expected number 0001"]
        );
    }

    #[test]
    fn names_have_their_form() {
        for name in [
            "1-one.md",
            "0001.md",
            "0001-.md",
            "one.md",
            "0001_one.md",
            "0001-a b.md",
        ] {
            assert_eq!(findings(&[name]).len(), 1, "{name}");
        }
    }
}
