use anyhow::Result;

use super::Tree;

const CHECKLISTS: [&str; 4] = [
    "docs/meeting-checklist.md",
    "docs/policy-checklist.md",
    "docs/runtime-checklist.md",
    "docs/sharing-checklist.md",
];

/// Each line of a checklist names what shows it, and what it names exists.
pub fn check(tree: &Tree) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for checklist in CHECKLISTS {
        check_one(tree, checklist, &mut findings)?;
    }
    Ok(findings)
}

fn check_one(tree: &Tree, checklist: &str, findings: &mut Vec<String>) -> Result<()> {
    let text = tree.text(checklist)?;
    for (line, what, shown_by) in rows(&text) {
        let named: Vec<_> = shown_by.split('`').skip(1).step_by(2).collect();
        if named.is_empty() {
            findings.push(format!("{checklist}: line {line}: nothing shows `{what}`"));
        }
        for name in named {
            if !exists(tree, name)? {
                findings.push(format!("{checklist}: line {line}: there is no {name}"));
            }
        }
    }
    Ok(())
}

/// The rows of the tables, without their heads: line from 1, and the two cells.
fn rows(text: &str) -> impl Iterator<Item = (usize, &str, &str)> {
    text.lines().enumerate().filter_map(|(index, line)| {
        let (what, shown_by) = line.strip_prefix("| ")?.strip_suffix('|')?.split_once(" |")?;
        let head = shown_by.trim() == "shown by" || what.starts_with("---");
        (!head).then_some((index + 1, what, shown_by))
    })
}

/// `folder: test` is a function in a folder named so; anything else is a path.
fn exists(tree: &Tree, name: &str) -> Result<bool> {
    let Some((folder, test)) = name.split_once(": ") else {
        return Ok(tree.root.join(name).is_file());
    };
    let function = format!("fn {test}(");
    for file in tree.ending_in(".rs") {
        let inside = file.starts_with(&format!("{folder}/")) || file.contains(&format!("/{folder}/"));
        if inside && tree.text(file)?.contains(&function) {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_without_heads() {
        let text = "| what | shown by |\n|---|---|\n| a `b` | `tally: c`, `d.rs` |\n| empty | |\n";
        let expected = [(3, "a `b`", " `tally: c`, `d.rs` "), (4, "empty", " ")];
        assert!(rows(text).eq(expected));
    }
}
