//! What an operator meets on the command line.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::Path;
use std::process::{Command, Output};

fn yihe(arguments: &[&str], data: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_yihe"));
    command.args(arguments).arg("--data-dir").arg(data);
    command.output().unwrap()
}

fn error(output: &Output) -> String {
    assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn help_says_what_each_command_does() {
    let output = Command::new(env!("CARGO_BIN_EXE_yihe")).arg("--help").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    for command in [
        "serve", "config", "doctor", "migrate", "backup", "restore", "bus", "import", "minutes", "token", "tally",
        "pack", "policy",
    ] {
        assert!(text.contains(command), "{text}");
    }
}

#[test]
fn a_broken_data_file_is_named_and_left_as_it_is() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("meeting.db");
    std::fs::write(&file, [0x5a; 8192]).unwrap();
    let error = error(&yihe(&["serve", "--listen", "127.0.0.1:0"], data.path()));
    assert!(error.contains("meeting.db"), "{error}");
    assert!(error.contains("damaged"), "{error}");
    assert_eq!(std::fs::read(&file).unwrap(), [0x5a; 8192]);
}

#[test]
fn a_database_that_does_not_answer_is_told_without_its_password() {
    let data = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_yihe"))
        .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(data.path())
        .env("YIHE_DATABASE__URL", "postgres://yihe:sesame@127.0.0.1:9/yihe")
        .output()
        .unwrap();
    let error = error(&output);
    assert!(
        error.contains("PostgreSQL schema yihe_directory cannot be opened"),
        "{error}"
    );
    assert!(!error.contains("sesame"), "{error}");
}

#[test]
fn a_broken_key_is_named() {
    let data = tempfile::tempdir().unwrap();
    assert!(yihe(&["import", "divisions", "shenzhen"], data.path()).status.success());
    for entry in std::fs::read_dir(data.path().join("keys")).unwrap() {
        std::fs::write(entry.unwrap().path(), "nonsense").unwrap();
    }
    let error = error(&yihe(&["token", "mint"], data.path()));
    assert!(error.contains("keys"), "{error}");
}

#[test]
fn a_token_needs_a_node() {
    let data = tempfile::tempdir().unwrap();
    let error = error(&yihe(&["token", "mint"], data.path()));
    assert!(error.contains("holds no node"), "{error}");
    assert_eq!(std::fs::read_dir(data.path()).unwrap().count(), 0);
}

#[test]
fn an_import_refuses_by_line_and_imports_nothing() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("bad.csv");
    for (rows, lines) in [
        ("44,0,广东省\n44x,44,深圳市\n4403,44\n", ["line 3", "line 4"]),
        (
            "44,0,广东省\n4403,44,深圳市\n4403,44,深圳市\n44,4403,广东省\n",
            ["line 4", "line 5"],
        ),
        (
            "44,0,广东省\n440309,4403,龙华区\n440310,4403,坪山区\n",
            ["line 3", "line 4"],
        ),
    ] {
        std::fs::write(&file, format!("code,parent,name\n{rows}")).unwrap();
        let error = error(&yihe(&["import", "divisions", file.to_str().unwrap()], data.path()));
        for line in lines {
            assert!(error.contains(line), "{line} is not named in {error}");
        }
    }
    let output = yihe(&["import", "divisions", "shenzhen"], data.path());
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && text.contains("901"), "{text}");
}

#[test]
fn a_calendar_is_imported_and_a_broken_one_refused_by_line_or_key() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("2027.json");
    let good = r#"{"year": 2027, "papers": [], "days": [{"name": "元旦", "date": "2027-01-01", "isOffDay": true}]}"#;
    for (content, named) in [
        ("{\n\"year\": 2027,\n\"days\": 7}".to_owned(), "line 3"),
        (good.replace("2027-01-01", "2026-05-01"), "days[0].date"),
        (good.replace("papers", "paper"), "paper"),
    ] {
        std::fs::write(&file, content).unwrap();
        let error = error(&yihe(&["import", "calendar", file.to_str().unwrap()], data.path()));
        assert!(error.contains(named), "{named} is not named in {error}");
    }
    std::fs::write(&file, good).unwrap();
    for said in [
        "2027: 1 days, 1 of them new or changed",
        "2027: 1 days, nothing changed",
    ] {
        let output = yihe(&["import", "calendar", file.to_str().unwrap()], data.path());
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && text.contains(said), "{text}");
    }
}

#[test]
fn every_bad_key_of_a_configuration_is_named() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("yihe.toml");
    std::fs::write(&file, "lissten = \"127.0.0.1:1\"\nwiring = \"string\"\n").unwrap();
    let error = error(&yihe(
        &["--config", file.to_str().unwrap(), "config", "check"],
        data.path(),
    ));
    assert!(error.contains("lissten") && error.contains("wiring"), "{error}");
    std::fs::write(&file, "listen = \"127.0.0.1:1\"\n").unwrap();
    assert!(
        yihe(&["--config", file.to_str().unwrap(), "config", "check"], data.path())
            .status
            .success()
    );
}

#[test]
fn an_address_in_use_is_named() {
    let data = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let error = error(&yihe(&["serve", "--listen", &address], data.path()));
    assert!(error.contains(&address), "{error}");
}
