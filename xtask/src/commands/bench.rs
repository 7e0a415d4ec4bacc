use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::{process, workspace};

/// Huge pages for what the allocator takes, as the README tells to run a node: without them each far read walks tables of pages too.
const TUNABLES: (&str, &str) = ("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1");

#[derive(Args)]
pub struct Arguments {
    /// Which benchmark; the bench program lists them when it does not know the name
    name: String,
    /// Handed to the benchmark, `--json` among them
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

impl Arguments {
    /// Builds the node with the benchmarks, because some of them start it as its own process, and only then measures.
    pub fn run(self) -> Result<ExitCode> {
        let mut build = process::cargo(["build", "--release", "--package", "yihe", "--package", "yihe-bench"])?;
        if self.name == "authz" {
            // Cedar takes minutes to build, and nothing else needs it
            build.args(["--features", "yihe-bench/peers"]);
        }
        process::run(&mut build)?;
        let built = workspace::target_dir()?.join("release");
        let mut bench = process::program(built.join("yihe-bench"))?;
        bench.env("YIHE_BIN", built.join("yihe"));
        let (name, value) = TUNABLES;
        if std::env::var_os(name).is_none() {
            bench.env(name, value);
        }
        process::replace(bench.arg(self.name).args(self.arguments))
    }
}
