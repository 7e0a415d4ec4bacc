use anyhow::Result;

use super::Tree;

/// What cargo itself writes for crates.io, whatever mirror a machine really loads from.
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Lock files must serve everyone: the address of a mirror or a registry in one would bind others to it.
pub fn check(tree: &Tree) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for file in tree.ending_in("Cargo.lock") {
        findings.extend(foreign_sources(&tree.text(file)?).map(|line| format!("{file}: {line}")));
    }
    for file in tree
        .ending_in("package-lock.json")
        .chain(tree.ending_in("requirements.txt"))
    {
        findings.extend(addresses(&tree.text(file)?).map(|line| format!("{file}: {line}")));
    }
    Ok(findings)
}

fn foreign_sources(lock: &str) -> impl Iterator<Item = String> {
    let sources = numbered(lock).filter_map(|(number, line)| Some((number, line.trim().strip_prefix("source = ")?)));
    sources
        .map(|(number, source)| (number, source.trim_matches('"')))
        .filter(|(_, source)| *source != CRATES_IO)
        .map(|(number, source)| format!("line {number}: {source} is not crates.io"))
}

fn addresses(lock: &str) -> impl Iterator<Item = String> {
    numbered(lock)
        .filter(|(_, line)| line.contains("://"))
        .map(|(number, _)| format!("line {number}: holds an address; set omit-lockfile-registry-resolved for npm"))
}

fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(index, line)| (index + 1, line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_crates_io_is_a_source() {
        let ours = format!("[[package]]\nname = \"a\"\nsource = \"{CRATES_IO}\"\n");
        assert_eq!(foreign_sources(&ours).count(), 0);
        let mirror = "[[package]]\nsource = \"sparse+https://mirror.example/index/\"\n";
        let found: Vec<_> = foreign_sources(mirror).collect();
        assert_eq!(found, ["line 2: sparse+https://mirror.example/index/ is not crates.io"]);
        assert_eq!(foreign_sources("source = \"git+https://example.org/a#b\"").count(), 1);
    }

    #[test]
    fn npm_and_pip_name_no_host() {
        assert_eq!(
            addresses("{\n\"resolved\": \"https://npm.example/a.tgz\"\n}").count(),
            1
        );
        assert_eq!(addresses("--index-url http://mirror.example\ngrpcio==1.0\n").count(), 1);
        assert_eq!(addresses("grpcio==1.0 --hash=sha256:00\n").count(), 0);
    }
}
