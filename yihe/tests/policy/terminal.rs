use anyhow::{Context, Result, ensure};
use serde_json::Value;
use yihe_testkit::{Actor, Party, TestNode};

use crate::{error, text};

/// Somebody at a terminal.
pub struct Terminal {
    address: String,
    token: String,
    acting_as: String,
}

impl Terminal {
    pub fn of(node: &TestNode, party: &Party) -> Result<Self> {
        Self::for_actor(node, &party.person, &party.organization)
    }

    pub fn for_actor(node: &TestNode, actor: &Actor, organization: &str) -> Result<Self> {
        Ok(Self {
            address: node.address().to_string(),
            token: actor.token().context("nobody signed in")?,
            acting_as: organization.to_owned(),
        })
    }

    pub async fn run(&self, arguments: &[&str]) -> Result<std::process::Output> {
        let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_yihe"));
        command
            .arg("policy")
            .args(arguments)
            .env("YIHE_CLIENT_ADDRESS", &self.address)
            .env("YIHE_CLIENT_TOKEN", &self.token)
            .env("YIHE_CLIENT_ACTING_AS", &self.acting_as);
        Ok(command.output().await?)
    }

    pub async fn says(&self, arguments: &[&str]) -> Result<String> {
        let output = self.run(arguments).await?;
        ensure!(output.status.success(), "{arguments:?}: {}", error(&output));
        Ok(text(&output))
    }

    pub async fn json(&self, arguments: &[&str]) -> Result<Value> {
        let arguments = [arguments, &["--json"]].concat();
        Ok(serde_json::from_str(&self.says(&arguments).await?)?)
    }

    /// What is said where it is refused; the exit code is 1.
    pub async fn refused(&self, arguments: &[&str]) -> Result<String> {
        let output = self.run(arguments).await?;
        let told = error(&output);
        ensure!(
            output.status.code() == Some(1),
            "{arguments:?}: {:?} {told}",
            output.status
        );
        ensure!(text(&output).is_empty(), "{arguments:?} answered: {}", text(&output));
        Ok(told)
    }
}
