use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::process;

#[derive(Args)]
#[command(disable_help_flag = true)]
pub struct Arguments {
    /// Handed to `yihe serve`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

impl Arguments {
    pub fn run(self) -> Result<ExitCode> {
        let mut cargo = process::cargo(["run", "--package", "yihe", "--", "serve"])?;
        process::replace(cargo.args(self.arguments))
    }
}
