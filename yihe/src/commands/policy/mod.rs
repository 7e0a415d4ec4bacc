//! What a person does with the rules from the command line: a client of the public API like any other.

mod ask;
mod change;
mod client;
mod edits;
mod exchange;
mod place;
mod revision;
mod rules;
mod show;
mod simulate;
mod table;
mod test;

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

use self::change::Taken;
use self::client::{Client, Connection};
use self::table::{Form, Table};

/// `yihe policy …`.
#[derive(Debug, Clone, Subcommand)]
pub enum PolicyCommand {
    /// Run a file of policy tests (权责测试) against the shipped template, or against the rules of a community, a street or a district
    ///
    /// Exit code 0: all passed; 1: the file or the node cannot be read; 2: a test failed.
    Test(test::Test),
    /// Write the matrix of roles and permissions (权责矩阵) as CSV
    Matrix(exchange::Matrix),
    /// Explain a decision (解释): why somebody may, or what is missing and which post may grant it
    Explain(ask::Explain),
    /// Tell who may do something (谁可以做)
    WhoCan(ask::WhoCan),
    /// Tell what somebody may do (能做什么)
    WhatCan(ask::WhatCan),
    /// Propose a change of the rules (提出变更) of a community, a street or a district
    Propose(change::Propose),
    /// Show what a change would do (模拟): cells of the matrix that flip, and real use of the last 30 days that would have gone otherwise
    Simulate(simulate::Simulate),
    /// Approve a proposed change (批准)
    Approve(change::Step),
    /// Reject a change that is not in force (否决)
    Reject(change::Step),
    /// Withdraw a change that is not in force (撤回); its proposer does
    Withdraw(change::Step),
    /// Put an approved change into force (生效)
    Activate(change::Step),
    /// List the changes with their states (变更)
    Changes(change::Changes),
    /// Show one change with its edits and everything that was done with it
    Show(show::Show),
    /// Tell how many approvals changes take (审批设置); they change by `propose --settings`
    Settings(change::Settings),
    /// List the revisions of the rules (修订历史)
    Revisions(revision::Revisions),
    /// Show one revision with everything that was in force in it
    Revision(revision::Revision),
    /// Show what lies between two revisions of the rules (修订对比)
    Diff(revision::Diff),
    /// Propose to go back to a revision (回退)
    RollBack(revision::RollBack),
    /// List the roles that were made here and who holds them (自定角色); they change by `propose`
    Roles(revision::Roles),
    /// Write the rules in casbin's form
    Export(exchange::Export),
    /// Propose the rules of a file in casbin's form as one change
    Import(exchange::Import),
}

/// Where the node is, who asks, and how the answer is shown.
#[derive(Debug, Clone, clap::Args)]
pub struct Policy {
    #[command(flatten)]
    connection: Connection,
    /// Answer in JSON
    #[arg(long, global = true)]
    json: bool,
    /// Answer in Chinese
    #[arg(long, global = true)]
    zh: bool,
    #[command(subcommand)]
    command: PolicyCommand,
}

/// Runs a command.
///
/// # Errors
/// A file cannot be read, the node cannot be reached, or it refuses.
pub fn policy(policy: &Policy) -> Result<ExitCode> {
    let form = Form {
        json: policy.json,
        zh: policy.zh,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(run(policy, form))
}

async fn run(policy: &Policy, form: Form) -> Result<ExitCode> {
    if let PolicyCommand::Test(test) = &policy.command
        && test.template
    {
        return test.offline(form);
    }
    let client = Client::connect(&policy.connection, form.zh).await?;
    match &policy.command {
        PolicyCommand::Test(test) => return test.run(&client, form).await,
        PolicyCommand::Matrix(matrix) => matrix.run(&client).await?,
        PolicyCommand::Explain(explain) => explain.run(&client, form).await?,
        PolicyCommand::WhoCan(who_can) => who_can.run(&client, form).await?,
        PolicyCommand::WhatCan(what_can) => what_can.run(&client, form).await?,
        PolicyCommand::Propose(propose) => propose.run(&client, form).await?,
        PolicyCommand::Simulate(simulate) => simulate.run(&client, form).await?,
        PolicyCommand::Approve(step) => step.run(Taken::Approve, &client, form).await?,
        PolicyCommand::Reject(step) => step.run(Taken::Reject, &client, form).await?,
        PolicyCommand::Withdraw(step) => step.run(Taken::Withdraw, &client, form).await?,
        PolicyCommand::Activate(step) => step.run(Taken::Activate, &client, form).await?,
        PolicyCommand::Changes(changes) => changes.run(&client, form).await?,
        PolicyCommand::Show(show) => show.run(&client, form).await?,
        PolicyCommand::Settings(settings) => settings.run(&client, form).await?,
        PolicyCommand::Revisions(revisions) => revisions.run(&client, form).await?,
        PolicyCommand::Revision(revision) => revision.run(&client, form).await?,
        PolicyCommand::Diff(diff) => diff.run(&client, form).await?,
        PolicyCommand::RollBack(roll_back) => roll_back.run(&client, form).await?,
        PolicyCommand::Roles(roles) => roles.run(&client, form).await?,
        PolicyCommand::Export(export) => export.run(&client).await?,
        PolicyCommand::Import(import) => import.run(&client, form).await?,
    }
    Ok(ExitCode::SUCCESS)
}
