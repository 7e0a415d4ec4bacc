use anyhow::{Result, bail};

use crate::config::{BadKey, Config};

/// Prints the configuration in force, or every bad key.
///
/// # Errors
/// When any key is bad.
pub fn config_check(loaded: Result<Config, Vec<BadKey>>) -> Result<()> {
    let config = accept(loaded)?;
    println!(
        "configuration is usable: data in {}, gateway on {}",
        config.data_dir.display(),
        config.listen
    );
    Ok(())
}

/// Turns bad keys into one error that names them all.
pub(crate) fn accept(loaded: Result<Config, Vec<BadKey>>) -> Result<Config> {
    match loaded {
        Ok(config) => Ok(config),
        Err(bad) => {
            let lines: Vec<String> = bad.iter().map(|bad| format!("  {bad}")).collect();
            bail!("the configuration cannot be used:\n{}", lines.join("\n"))
        }
    }
}
