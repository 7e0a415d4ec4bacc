//! The contract's comments and the reasons agree, and every table of reasons is told.

use std::collections::BTreeSet;

/// Words of capitals in backticks within comments of the directory's contract.
fn codes_in_comments() -> BTreeSet<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../proto/yihe/directory/v1");
    let mut codes = BTreeSet::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let comments: Vec<_> = text.lines().filter_map(|line| line.trim().strip_prefix("//")).collect();
        let comments = comments.join("\n");
        for word in comments.split('`').skip(1).step_by(2) {
            let code =
                word.len() > 3 && word.contains('_') && word.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
            if code {
                codes.insert(word.to_owned());
            }
        }
    }
    codes
}

#[test]
fn every_reason_is_in_a_comment_and_every_comment_tells_a_reason() {
    let told = codes_in_comments();
    let own: BTreeSet<_> = yihe_directory::REASONS
        .iter()
        .map(|reason| reason.code.to_owned())
        .collect();
    let common: BTreeSet<_> = yihe_kernel::REASONS
        .iter()
        .map(|reason| reason.code.to_owned())
        .collect();
    let untold: Vec<_> = own.difference(&told).collect();
    assert!(untold.is_empty(), "no comment tells of {untold:?}");
    let unknown: Vec<_> = told
        .iter()
        .filter(|code| !own.contains(*code) && !common.contains(*code))
        .collect();
    assert!(unknown.is_empty(), "no reason is called {unknown:?}");
}

#[test]
fn texts_name_only_what_is_filled_in() {
    for reason in yihe_directory::REASONS {
        let keys = |text: &str| -> BTreeSet<String> {
            text.split('{')
                .skip(1)
                .filter_map(|rest| rest.split_once('}'))
                .map(|(key, _)| key.to_owned())
                .collect()
        };
        assert_eq!(keys(reason.en), keys(reason.zh), "{}", reason.code);
        let plain = reason.en.replace("Party", "");
        assert!(
            !reason.en.ends_with('.') && plain.chars().next().is_some_and(|c| !c.is_uppercase()),
            "{}",
            reason.code
        );
    }
}
