use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Result, bail};
use yihe_authz::{AccessTokens, Keys, Principal};
use yihe_kernel::{SharedClock, SystemClock};

use crate::commands::config_check::accept;
use crate::config::{Config, Flags};

/// Seconds an operator's token is valid.
pub(crate) const OPERATOR_TOKEN_SECONDS: i64 = 15 * 60;

/// `yihe token mint`.
#[derive(Debug, Clone, clap::Args)]
pub struct Token {
    /// Folder with data files and keys [default: yihe-data]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

/// Prints an operator's access token.
///
/// # Errors
/// There is no node in the data folder, or its keys cannot be read.
pub fn token(token: &Token, file: Option<&Path>) -> Result<()> {
    let flags = Flags {
        data_dir: token.data_dir.clone(),
        ..Flags::default()
    };
    let config = accept(Config::load(file, &flags))?;
    if !config.data_dir.join("keys").is_dir() {
        bail!(
            "{} holds no node: start one there first, or name its folder by --data-dir",
            config.data_dir.display()
        );
    }
    let keys = Keys::load_or_create(&config.data_dir)?;
    println!("{}", operator_token(&keys, Arc::new(SystemClock))?);
    Ok(())
}

pub(crate) fn operator_token(keys: &Keys, clock: SharedClock) -> Result<String> {
    let (token, _) = AccessTokens::new(keys, clock).issue(&Principal::Operator, None, OPERATOR_TOKEN_SECONDS)?;
    Ok(token)
}
