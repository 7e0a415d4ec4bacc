use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use yihe_kernel::{Clock, SystemClock};
use yihe_proto::policy::v1 as pb;

use super::ask::verdict;
use super::place::place;
use super::{Client, Form, Table};

/// `yihe policy test FILE`.
#[derive(Debug, Clone, clap::Args)]
pub struct Test {
    /// The file of tests (YAML)
    file: PathBuf,
    /// Test the shipped template; needs no node
    #[arg(long, required_unless_present_any = ["community", "region"], conflicts_with_all = ["community", "region"])]
    pub(super) template: bool,
    /// Test the rules in force in a community: its division code
    #[arg(long, value_name = "CODE", conflicts_with = "region")]
    community: Option<String>,
    /// Test the rules in force in a street or district itself: its division code
    #[arg(long, value_name = "CODE")]
    region: Option<String>,
    /// Test the rules as they would be after this change of the same place
    #[arg(long, conflicts_with = "template", value_name = "CHANGE")]
    after: Option<String>,
}

impl Test {
    /// Against the template of this program.
    pub(super) fn offline(&self, form: Form) -> Result<ExitCode> {
        let report = yihe_policy::test_template(&self.text()?, SystemClock.now());
        Ok(tell(report.with_context(|| self.file.display().to_string())?, form))
    }

    pub(super) async fn run(&self, client: &Client, form: Form) -> Result<ExitCode> {
        let request = pb::RunPolicyTestsRequest {
            parent: place(self.community.as_deref(), self.region.as_deref()),
            tests: self.text()?,
            change: self.after.clone().unwrap_or_default(),
        };
        let report = client.call(request).await;
        Ok(tell(report.with_context(|| self.file.display().to_string())?, form))
    }

    fn text(&self) -> Result<String> {
        std::fs::read_to_string(&self.file).with_context(|| format!("{} cannot be read", self.file.display()))
    }
}

fn tell(report: pb::RunPolicyTestsResponse, form: Form) -> ExitCode {
    let mut table = Table::new(&[
        ("line", "行", "line"),
        ("passed", "通过", "passed"),
        ("expected", "应为", "expected"),
        ("verdict", "结论", "verdict"),
        ("test", "测试", "test"),
        ("grant", "依据", "by the grant"),
    ]);
    let (passed, failed) = (report.passed, report.failed);
    for result in report.results {
        let (zh, en) = (result.description_zh, result.description_en);
        table.row([
            result.line.into(),
            result.passed.into(),
            verdict(result.expected).into(),
            verdict(result.verdict).into(),
            if form.zh { zh } else { en }.into(),
            result.grant.into(),
        ]);
    }
    table.print(form);
    if !form.json {
        match form.zh {
            true => println!("通过 {passed} 项，未通过 {failed} 项"),
            false => println!("{passed} passed, {failed} failed"),
        }
    }
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(2)
    }
}
