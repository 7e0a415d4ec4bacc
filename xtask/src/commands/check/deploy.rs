use std::fs;

use anyhow::{Context, Result, ensure};

use crate::tools::{deploy, python};
use crate::{process, workspace};

const COMPOSE: [&str; 2] = ["deploy/compose.yaml", "deploy/compose.tls.yaml"];
const IMAGE: &str = "deploy/Containerfile";
const PROMETHEUS: &str = "deploy/observability/prometheus.yml";
const UNIT: &str = "deploy/systemd/yihe.service";

/// What can be tried of `deploy/` without running it.
pub fn run() -> Result<()> {
    let programs = python::environment("deploy", "deploy/requirements.txt")?.join("bin");
    let mut compose = process::program(programs.join("check-jsonschema"))?;
    process::run(
        compose
            .args(["--quiet", "--builtin-schema", "vendor.compose-spec"])
            .args(COMPOSE),
    )?;
    // Debian's packages are taken as they are today, with their security updates: none is pinned
    let mut image = process::program(programs.join("hadolint"))?;
    process::run(image.args(["--ignore", "DL3008", IMAGE]))?;
    deploy::ensure()?;
    process::run(process::program("promtool")?.args(["check", "config", PROMETHEUS]))?;
    unit()
}

/// Verified with another program in its place: nobody has ours installed where it is checked.
fn unit() -> Result<()> {
    let text = fs::read_to_string(workspace::root()?.join(UNIT)).with_context(|| format!("cannot read {UNIT}"))?;
    let stands_in = text.replace("ExecStart=/usr/local/bin/yihe ", "ExecStart=/bin/true ");
    ensure!(
        stands_in != text,
        "{UNIT} starts something else than /usr/local/bin/yihe"
    );
    let folder = tempfile::tempdir()?;
    let copy = folder.path().join("yihe.service");
    fs::write(&copy, stands_in)?;
    process::run(
        process::program("systemd-analyze")?
            .arg("verify")
            .arg("--man=no")
            .arg(&copy),
    )
}
