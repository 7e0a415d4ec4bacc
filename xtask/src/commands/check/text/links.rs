use std::path::{Component, Path, PathBuf};

use anyhow::Result;

use super::Tree;

/// Links between files of the repository lead somewhere. Addresses on the web are not followed.
pub fn check(tree: &Tree) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for file in tree.ending_in(".md") {
        let text = tree.text(file)?;
        for (line, target) in local_targets(&text) {
            let found = resolve(file, target).is_some_and(|path| tree.root.join(path).exists());
            if !found {
                findings.push(format!("{file}: line {line}: the link to {target} leads nowhere"));
            }
        }
    }
    Ok(findings)
}

/// The path from the root; `None` when it leaves the repository.
fn resolve(file: &str, target: &str) -> Option<PathBuf> {
    let start = match target.strip_prefix('/') {
        Some(from_root) => PathBuf::from(from_root),
        None => Path::new(file).parent()?.join(target),
    };
    let mut path = PathBuf::new();
    for component in start.components() {
        match component {
            Component::Normal(name) => path.push(name),
            Component::CurDir => {}
            Component::ParentDir => path.pop().then_some(())?,
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(path)
}

/// Inline links and images outside code, each with its line from 1, without fragment.
fn local_targets(markdown: &str) -> Vec<(usize, &str)> {
    let mut targets = Vec::new();
    let mut fenced = false;
    for (index, line) in markdown.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
            continue;
        }
        if fenced {
            continue;
        }
        let prose = line.split('`').step_by(2);
        targets.extend(prose.flat_map(targets_in).map(|target| (index + 1, target)));
    }
    targets
}

fn targets_in(prose: &str) -> impl Iterator<Item = &str> {
    prose
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split([')', ' ']).next())
        .filter(|target| !target.contains("://") && !target.starts_with("mailto:"))
        .filter_map(|target| target.split('#').next())
        .filter(|path| !path.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_links_are_found_outside_code() {
        let text = "see [a](docs/a.md#part), ![b](b.svg \"t\") and [web](https://example.org/x)\n\
                    `[code](no.md)` but [after](yes.md), [part](#below)\n\
                    ```\n[fenced](no.md)\n```\n[last](../c.md)\n";
        let expected = [(1, "docs/a.md"), (1, "b.svg"), (2, "yes.md"), (6, "../c.md")];
        assert_eq!(local_targets(text), expected);
    }

    #[test]
    fn a_link_in_a_link_text_split_by_code_is_still_found() {
        assert_eq!(local_targets("[`name`](a.md)"), [(1, "a.md")]);
    }

    #[test]
    fn paths_start_at_the_file_or_the_root() {
        assert_eq!(resolve("docs/adr/0001-a.md", "../b.md"), Some("docs/b.md".into()));
        assert_eq!(resolve("docs/adr/0001-a.md", "/README.md"), Some("README.md".into()));
        assert_eq!(resolve("README.md", "./docs/"), Some("docs".into()));
        assert_eq!(resolve("README.md", "../outside.md"), None);
    }
}
