//! The documentation of reasons is generated from the code, and contracts name only reasons there are.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use yihe_kernel::{Kind, Reason};

fn all() -> BTreeMap<&'static str, &'static Reason> {
    let lists = [
        yihe_kernel::REASONS,
        yihe_authz::REASONS,
        yihe_server::reasons::REASONS,
        yihe_gateway::REASONS,
        yihe_directory::REASONS,
        yihe_policy::REASONS,
        yihe_meeting::REASONS,
        yihe_file::REASONS,
        yihe_ledger::REASONS,
        yihe_resource::REASONS,
        yihe_record::REASONS,
    ];
    let mut all: BTreeMap<&str, &Reason> = BTreeMap::new();
    for reason in lists.into_iter().flatten() {
        if let Some(other) = all.insert(reason.code, reason) {
            assert_eq!(other, *reason, "{} means two things", reason.code);
        }
    }
    all
}

fn code(kind: Kind) -> &'static str {
    match kind {
        Kind::Invalid => "INVALID_ARGUMENT",
        Kind::NotFound => "NOT_FOUND",
        Kind::AlreadyExists => "ALREADY_EXISTS",
        Kind::Precondition => "FAILED_PRECONDITION",
        Kind::Conflict => "ABORTED",
        Kind::Denied => "PERMISSION_DENIED",
        Kind::Unauthenticated => "UNAUTHENTICATED",
        Kind::Exhausted => "RESOURCE_EXHAUSTED",
        Kind::Unavailable => "UNAVAILABLE",
        Kind::Internal => "INTERNAL",
    }
}

#[test]
fn the_list_of_reasons_is_the_codes() {
    let mut text = String::from(
        "# Reasons of errors\n\nGenerated from the code; regenerate with `YIHE_TEST_UPDATE_GOLDEN=1 cargo test -p yihe-tests --test reasons`.\n\
         `{…}` is filled from the metadata of `ErrorInfo`.\n\n| reason | gRPC code | English | 中文 |\n|---|---|---|---|\n",
    );
    for (name, reason) in all() {
        writeln!(
            text,
            "| `{name}` | {} | {} | {} |",
            code(reason.kind),
            reason.en,
            reason.zh
        )
        .unwrap();
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reasons.md");
    if std::env::var_os("YIHE_TEST_UPDATE_GOLDEN").is_some() {
        std::fs::write(&file, &text).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(&file).unwrap_or_default(),
        text,
        "docs/reasons.md is not up to date"
    );
}

#[test]
fn texts_are_in_both_languages_and_in_style() {
    for (name, reason) in all() {
        assert!(
            !reason.en.ends_with('.') && !reason.en.is_empty(),
            "{name}: {}",
            reason.en
        );
        assert!(
            reason.zh.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)),
            "{name}: {}",
            reason.zh
        );
        let placeholders = |text: &str| {
            // a value may itself come in two languages: `test` and `test_zh`
            let parts = text.split('{').skip(1).filter_map(|part| part.split('}').next());
            let parts = parts.map(|part| part.trim_end_matches("_zh").to_owned());
            parts.collect::<BTreeSet<_>>()
        };
        assert_eq!(
            placeholders(reason.en),
            placeholders(reason.zh),
            "{name} tells different things in the two languages"
        );
    }
}

#[test]
fn contracts_name_only_reasons_there_are() {
    let known = all();
    let mut named = 0;
    for rpc in yihe_tests::rpcs().unwrap() {
        for word in rpc.comment().split('`').skip(1).step_by(2) {
            let is_reason =
                word.len() > 5 && word.contains('_') && word.chars().all(|c| c.is_ascii_uppercase() || c == '_');
            if is_reason {
                named += 1;
                assert!(
                    known.contains_key(word),
                    "{} names {word}, which nothing gives",
                    rpc.path
                );
            }
        }
    }
    assert!(named > 50, "only {named} reasons are named");
}
