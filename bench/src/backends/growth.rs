//! What a request costs as communities grow in number: one caller, a request at a time, in communities all over, on a node with few of
//! them and on one with many, a part of each after the other. All communities are made through the API, and one person is the secretary of
//! each; everything was asked once before, as in a node that has run for a day.

use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures::stream::{StreamExt, TryStreamExt, iter};
use serde_json::{Map, Value, json};
use yihe_proto::directory::v1::{
    AcceptInvitationRequest, ActivateCommunityRequest, GetCommunityRequest, InviteFirstSecretaryRequest,
};
use yihe_proto::resource::v1::{Bookable, BookableKind, CreateBookableRequest};
use yihe_testkit::{Actor, Postgres};

use super::Arguments;
use super::process::{Given, Process};
use crate::figures::{Report, higher, median, median_rate, millis, ratio};
use crate::import::unpacked;
use crate::room;

/// The province that the communities lie in; it has 26,631.
const PROVINCE: &str = "44";
const AT_ONCE: usize = 16;
/// Far from every power of two: each request goes to a community that was not asked for long.
const STEP: usize = 7_919;

pub async fn measure(
    server: &Postgres,
    arguments: &Arguments,
    report: &Report,
    told: &mut Map<String, Value>,
) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (file, regions) = divisions(folder.path())?;
    ensure!(
        arguments.communities <= regions.len(),
        "there are no more than {} communities",
        regions.len()
    );
    let given = |database| Given {
        database,
        divisions: Some(&file),
        connections: arguments.connections,
        ..Given::default()
    };
    let few_node = Process::start(server, given("few")).await?;
    let many_node = Process::start(server, given("many")).await?;
    let few = City::set_up(&few_node, &regions[..arguments.few.min(arguments.communities)]).await?;
    let begun = Instant::now();
    let many = City::set_up(&many_node, &regions[..arguments.communities]).await?;
    let (made, begun) = (begun.elapsed(), Instant::now());
    few.ask_all().await?;
    many.ask_all().await?;
    report.line(&format!(
        "{} communities made in {} s, asked in {} s",
        many.communities.len(),
        made.as_secs(),
        begun.elapsed().as_secs()
    ));
    let mut growths = Vec::new();
    for (ask, what) in [(Ask::Read, "read"), (Ask::Write, "write")] {
        let (mut quotients, mut of_few, mut of_many) = (Vec::new(), Vec::new(), Vec::new());
        for part in 0..arguments.parts {
            let small = few.ask(ask, part, arguments.requests).await?;
            let large = many.ask(ask, part, arguments.requests).await?;
            of_few.push(small);
            of_many.push(large);
            quotients.push(ratio(large, small));
        }
        let (small, large) = (millis(median(&of_few)?), millis(median(&of_many)?));
        let growth = median_rate(&quotients)?;
        report.line(&format!(
            "a {what}: p50 {small} ms of few, {large} ms of many, {growth} times"
        ));
        told.insert(format!("community_{what}_p50_ms"), json!([small, large]));
        told.insert(format!("community_{what}_growth"), json!(growth));
        growths.push(growth);
    }
    told.insert(
        "communities".to_owned(),
        json!([few.communities.len(), many.communities.len()]),
    );
    told.insert("community_growth".to_owned(), json!(higher(&growths)?));
    Ok(())
}

/// The divisions of the province as a file, and those that can be communities.
fn divisions(folder: &Path) -> Result<(PathBuf, Vec<String>)> {
    let all = BufReader::new(std::fs::File::open(unpacked(folder)?)?);
    let file = folder.join("province.csv");
    let mut some = BufWriter::new(std::fs::File::create(&file)?);
    let mut regions = Vec::new();
    for (index, line) in all.lines().enumerate() {
        let line = line?;
        if index == 0 || line.starts_with(PROVINCE) {
            writeln!(some, "{line}")?;
        }
        regions.extend(community_of(&line));
    }
    some.flush()?;
    Ok((file, regions))
}

/// The name of the division that a line tells of, where it lies in the province and can be a community.
fn community_of(line: &str) -> Option<String> {
    let (code, _) = line.split_once(',')?;
    (code.starts_with(PROVINCE) && code.len() == 12).then(|| format!("regions/{code}"))
}

#[derive(Debug, Clone, Copy)]
enum Ask {
    Read,
    Write,
}

/// The communities of a node, and somebody who may act in each.
struct City {
    secretary: Actor,
    communities: Vec<String>,
}

impl City {
    async fn set_up(node: &Process, regions: &[String]) -> Result<Self> {
        let stranger = node.stranger().await?;
        let operator = &node.operator(&stranger)?;
        let (first, others) = regions.split_first().context("no communities")?;
        let (first, _, secretary) = room::community(&stranger, operator, first).await?;
        let others: Vec<String> = iter(others)
            .map(|region| further(operator, &secretary, region))
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        Ok(Self {
            communities: std::iter::once(first).chain(others).collect(),
            secretary,
        })
    }

    async fn ask_all(&self) -> Result<()> {
        iter(&self.communities)
            .map(|community| async move {
                self.ask_one(Ask::Read, community).await?;
                self.ask_one(Ask::Write, community).await
            })
            .buffer_unordered(AT_ONCE)
            .try_collect::<()>()
            .await
    }

    /// The median of so many requests in communities all over.
    async fn ask(&self, ask: Ask, part: usize, requests: usize) -> Result<Duration> {
        let mut took = Vec::with_capacity(requests);
        for request in 0..requests {
            let place = (part * requests + request).wrapping_mul(STEP) % self.communities.len();
            let begun = Instant::now();
            self.ask_one(ask, &self.communities[place]).await?;
            took.push(begun.elapsed());
        }
        median(&took)
    }

    async fn ask_one(&self, ask: Ask, community: &str) -> Result<()> {
        match ask {
            Ask::Read => {
                let request = GetCommunityRequest {
                    name: community.to_owned(),
                };
                self.secretary.call(request).await.context("reading")?;
            }
            Ask::Write => {
                let request = CreateBookableRequest {
                    parent: community.to_owned(),
                    bookable: Some(Bookable {
                        kind: BookableKind::Place.into(),
                        title: "会议室".to_owned(),
                        capacity: 1,
                        ..Default::default()
                    }),
                    ..Default::default()
                };
                self.secretary.call(request).await.context("writing")?;
            }
        }
        Ok(())
    }
}

/// A further community with the same secretary. Returns its name.
async fn further(operator: &Actor, secretary: &Actor, region: &str) -> Result<String> {
    let activate = ActivateCommunityRequest {
        region: region.to_owned(),
        ..Default::default()
    };
    let name = operator.call(activate).await.context(region.to_owned())?.name;
    let invite = InviteFirstSecretaryRequest {
        community: name.clone(),
        full_name: "书记".into(),
        ..Default::default()
    };
    let enrolment_code = operator.call(invite).await.context("inviting")?.enrolment_code;
    let taken = secretary.call(AcceptInvitationRequest { enrolment_code }).await;
    let taken = taken.context("taking the post")?;
    secretary.saw(&taken.appointment, &taken.revision);
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn communities_of_the_province_are_found() {
        assert_eq!(
            community_of("440309002021,440309002,北站社区居民委员会").as_deref(),
            Some("regions/440309002021")
        );
        for other in [
            "440309002,440309,民治街道",
            "110101001001,110101001,多福巷社区居委会",
            "code,parent,name",
            "",
        ] {
            assert_eq!(community_of(other), None, "{other}");
        }
    }
}
