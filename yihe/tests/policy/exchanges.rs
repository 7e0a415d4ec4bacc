use std::path::Path;

use anyhow::{Result, ensure};
use serde_json::Value;

use crate::terminal::Terminal;
use crate::{CODE, error};

pub async fn exchanges(secretary: &Terminal, folder: &Path) -> Result<()> {
    let (file, model) = (folder.join("rules.csv"), folder.join("model.conf"));
    let (file, model) = (file.display().to_string(), model.display().to_string());
    let export = [
        "export",
        "--community",
        CODE,
        "--own",
        "--output",
        &file,
        "--model",
        &model,
    ];
    secretary.says(&export).await?;
    let rules = std::fs::read_to_string(&file)?;
    ensure!(
        rules.contains(
            "p, RESIDENT_UNIT/*, 440309002021, meeting.vote, open, allow, convener, , 2029-12-31T16:00:00.000000Z"
        ),
        "{rules}"
    );
    ensure!(std::fs::read_to_string(&model)?.contains("[matchers]"));
    let import = ["import", &file, "--community", CODE, "--title", "导入"];
    let unchanged = secretary.json(&import).await?;
    ensure!(
        unchanged["unchanged"] == 1 && unchanged["changes"] == Value::Array(Vec::new()),
        "{unchanged}"
    );
    std::fs::write(
        &file,
        format!("{rules}p, */*, 440309002021, meeting.vote, get, deny, , , \n"),
    )?;
    let added = secretary.json(&import).await?;
    ensure!(
        added["added"] == 1 && added["changes"][0]["state"] == "proposed",
        "{added}"
    );
    std::fs::write(
        &file,
        format!("{rules}p, */*, 440309002021, meeting.vote, gte, deny, , , \n"),
    )?;
    let output = secretary.run(&import).await?;
    let told = error(&output);
    ensure!(told.contains("line 3") && told.contains("meeting.vote.get"), "{told}");
    Ok(())
}
