use std::process::Command;

use anyhow::{Context, Result};

use crate::process;

/// A cargo subcommand that comes as a crate of its own.
pub struct Tool {
    subcommand: &'static str,
    package: &'static str,
    /// Installed when none is there; any other version that is there is used as it is.
    version: &'static str,
}

pub const DENY: Tool = Tool {
    subcommand: "deny",
    package: "cargo-deny",
    version: "0.20.2",
};
pub const NEXTEST: Tool = Tool {
    subcommand: "nextest",
    package: "cargo-nextest",
    version: "0.9.143",
};

impl Tool {
    pub fn installed(&self) -> bool {
        process::ask(Command::new("cargo").args([self.subcommand, "--version"])).is_some()
    }

    /// Installs into cargo's own folder, where every clone finds it.
    ///
    /// Unoptimised: these run for seconds, and the optimised build of one takes longer than all checks together.
    pub fn ensure(&self) -> Result<()> {
        if self.installed() {
            return Ok(());
        }
        let wanted = format!("{}@{}", self.package, self.version);
        eprintln!("{} is missing, installing it; this takes some minutes", self.package);
        let mut install = process::cargo(["install", "--locked", "--quiet", "--profile", "dev", &wanted])?;
        // the shared target folder is for this workspace's own dependencies
        install
            .env_remove("CARGO_TARGET_DIR")
            .env("CARGO_PROFILE_DEV_DEBUG", "0");
        process::run(&mut install)
            .with_context(|| format!("{} is needed; try `cargo install --locked {wanted}`", self.package))
    }
}

/// The rustup components that format and lint.
pub fn ensure_components() -> Result<()> {
    for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if process::ask(Command::new("cargo").args([subcommand, "--version"])).is_none() {
            eprintln!("{component} is missing, installing it");
            process::run(process::program("rustup")?.args(["component", "add", component]))
                .with_context(|| format!("{component} is needed; it comes with the Rust toolchain"))?;
        }
    }
    Ok(())
}
