//! Processes that tell a collector of their work, as an operator runs them: what was asked at the gateway of one is seen to its last
//! effect in another.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use yihe_kernel::{Clock, SystemClock};
use yihe_proto::directory::v1::EndMembershipRequest;
use yihe_proto::meeting::v1::{
    AddBodyMemberRequest, AgendaItem, AgendaItemKind, Body, BodyKind, CastBallotRequest, CheckInRequest, Choice,
    CreateAgendaItemRequest, CreateBodyRequest, CreateMeetingRequest, ListBallotsRequest, MatterClass, Meeting, Motion,
    OpenSessionRequest, OpenVoteRequest, ServeNoticeRequest, SubmitMotionRequest,
};
use yihe_testkit::{Actor, Beizhan, Collector, Nats, Party, SeenSpan, TestNode, TestNodeOptions, whole};

const SERVICES: [&str; 7] = ["directory", "policy", "meeting", "file", "ledger", "resource", "record"];
const CAST: &str = "yihe.meeting.v1.VoteService/CastBallot";

struct Prepared {
    data: tempfile::TempDir,
    community: String,
    vote: String,
    secretary: Party,
    voters: Vec<Party>,
}

/// An open vote, made on a clock that reaches the present when it opens.
async fn prepare() -> Result<Prepared> {
    let data = tempfile::tempdir()?;
    let node = TestNode::start(TestNodeOptions {
        data_dir: Some(data.path().to_owned()),
        starting_at: Some(SystemClock.now().plus_days(-10)),
        ..TestNodeOptions::default()
    })
    .await?;
    let beizhan = Beizhan::set_up(&node).await?;
    let voters: Vec<Party> = beizhan.units.iter().take(4).cloned().collect();
    let secretary = &beizhan.committee.person;
    let body = CreateBodyRequest {
        parent: beizhan.community.clone(),
        body: Some(Body {
            kind: BodyKind::JointConference.into(),
            display_name: "联席会议".into(),
            convener: beizhan.committee.organization.clone(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let body = secretary.call(body).await?.name;
    for voter in &voters {
        let add = AddBodyMemberRequest {
            parent: body.clone(),
            organization: voter.organization.clone(),
            ..Default::default()
        };
        secretary.call(add).await?;
    }
    let vote = open_vote(&node, &beizhan, &body, &voters).await?;
    let prepared = Prepared {
        data,
        community: beizhan.community.clone(),
        vote,
        secretary: beizhan.committee.clone(),
        voters,
    };
    node.stop().await?;
    Ok(prepared)
}

async fn open_vote(node: &TestNode, beizhan: &Beizhan, body: &str, voters: &[Party]) -> Result<String> {
    let secretary = &beizhan.committee.person;
    let meeting = CreateMeetingRequest {
        parent: beizhan.community.clone(),
        meeting: Some(Meeting {
            body: body.to_owned(),
            title: "第一次会议".into(),
            start_time: Some(node.clock.now().plus_days(9).to_proto()),
            ..Default::default()
        }),
        ..Default::default()
    };
    let meeting = secretary.call(meeting).await?.name;
    let item = CreateAgendaItemRequest {
        parent: meeting.clone(),
        agenda_item: Some(AgendaItem {
            title: "议题".into(),
            kind: AgendaItemKind::Decision.into(),
            matter_class: MatterClass::Coordination.into(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let item = secretary.call(item).await?.name;
    let notice = ServeNoticeRequest {
        name: meeting.clone(),
        ..Default::default()
    };
    secretary.call(notice).await?;
    // the present, so that processes on the machine's clock go on from here
    node.clock.set(SystemClock.now());
    let open = OpenSessionRequest {
        name: meeting.clone(),
        ..Default::default()
    };
    secretary.call(open).await?;
    for voter in voters {
        let check_in = CheckInRequest {
            name: meeting.clone(),
            ..Default::default()
        };
        voter.person.call(check_in).await?;
    }
    let motion = SubmitMotionRequest {
        parent: meeting,
        motion: Some(Motion {
            agenda_item: item,
            text: "议案".into(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let open = OpenVoteRequest {
        parent: voters[0].person.call(motion).await?.name,
        ..Default::default()
    };
    Ok(secretary.call(open).await?.name)
}

struct Process(Child);

impl Process {
    fn start(config: &Path, services: &[&str]) -> Result<Self> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_yihe"));
        command.arg("--config").arg(config).arg("serve");
        for service in services {
            command.args(["--service", service]);
        }
        let log = std::fs::File::create(config.with_file_name(format!("{}.log", services[0])))?;
        Ok(Self(command.stdout(Stdio::null()).stderr(log).spawn()?))
    }

    /// Tells it to stop. Returns how long it took.
    fn stop(&mut self) -> Result<Duration> {
        let begun = Instant::now();
        Command::new("kill")
            .args(["-TERM", &self.0.id().to_string()])
            .status()?;
        let status = self.0.wait()?;
        ensure!(status.success(), "{status}");
        Ok(begun.elapsed())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The meeting service alone, the record service alone, and everything else with the gateway.
struct Running {
    folder: tempfile::TempDir,
    address: SocketAddr,
    rest: Process,
    meeting: Process,
    record: Process,
}

impl Running {
    async fn start(data: &Path, bus: &str, telemetry: &str) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        // all are held until the last one is known, so that no port comes twice
        let listeners = [(); 8].map(|()| TcpListener::bind("127.0.0.1:0"));
        let mut addresses = Vec::new();
        for listener in listeners {
            addresses.push(listener?.local_addr()?);
        }
        let address = addresses.remove(0);
        let mut text = format!(
            "data_dir = {data:?}\nlisten = \"{address}\"\nlog_format = \"json\"\n[bus]\nurl = \"{bus}\"\n[telemetry]\n{telemetry}\n"
        );
        for (service, address) in SERVICES.into_iter().zip(addresses) {
            text += &format!("[services.{service}]\nlisten = \"{address}\"\naddress = \"http://{address}\"\n");
        }
        let config = folder.path().join("yihe.toml");
        std::fs::write(&config, text)?;
        let rest = Process::start(
            &config,
            &["gateway", "directory", "policy", "file", "ledger", "resource"],
        )?;
        let meeting = Process::start(&config, &["meeting"])?;
        let record = Process::start(&config, &["record"])?;
        Ok(Self {
            folder,
            address,
            rest,
            meeting,
            record,
        })
    }

    /// Somebody without credentials, as soon as there is a gateway.
    async fn stranger(&self) -> Result<Actor> {
        let endpoint = tonic::transport::Channel::from_shared(format!("http://{}", self.address))?;
        let begun = Instant::now();
        loop {
            match endpoint.connect().await {
                Ok(channel) => return Ok(Actor::stranger(channel)),
                Err(error) if begun.elapsed() > Duration::from_secs(40) => bail!("not ready: {error}"),
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    fn log(&self, of: &str) -> Result<String> {
        Ok(std::fs::read_to_string(self.folder.path().join(format!("{of}.log")))?)
    }
}

/// Signs a party in, asking until the services have found one another.
async fn signed_in(stranger: &Actor, party: &Party) -> Result<Actor> {
    let (login, password) = party.person.login().context("login")?;
    let begun = Instant::now();
    loop {
        match stranger.sign_in(login, password).await {
            Ok(person) => return Ok(person.acting_as(&party.organization)),
            Err(status) if begun.elapsed() > Duration::from_secs(40) => bail!("still not ready: {status:?}"),
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

async fn cast(voter: &Actor, vote: &str) -> Result<()> {
    let begun = Instant::now();
    loop {
        let ballot = CastBallotRequest {
            parent: vote.to_owned(),
            choice: Choice::Yes.into(),
            ..CastBallotRequest::default()
        };
        match voter.call(ballot).await {
            Ok(_) => return Ok(()),
            Err(status) if status.code() == tonic::Code::Unavailable && begun.elapsed() < Duration::from_secs(40) => {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            Err(status) => bail!("{status:?}"),
        }
    }
}

/// The one span of a trace with this name whose parent is `parent`.
fn child<'a>(trace: &'a [SeenSpan], parent: &SeenSpan, name: &str) -> Result<&'a SeenSpan> {
    let mut found = trace
        .iter()
        .filter(|span| span.parent == parent.id && span.name == name);
    match (found.next(), found.next()) {
        (Some(span), None) => Ok(span),
        (None, _) => bail!("{parent:?} has no child {name} in {trace:#?}"),
        (Some(_), Some(_)) => bail!("{parent:?} has several children {name}"),
    }
}

/// What the record service has of an event of another process.
fn is_recorded(span: &SeenSpan) -> bool {
    span.name == "bus.consume" && span.process == "yihe-record"
}

/// What the meeting service has of an event of another process.
fn is_effect(span: &SeenSpan) -> bool {
    span.name == "bus.consume" && span.process == "yihe-meeting"
}

/// The span, the one that it is part of or came of, and so on to the root.
fn way<'a>(trace: &'a [SeenSpan], from: &'a SeenSpan) -> Result<Vec<&'a SeenSpan>> {
    let mut way = vec![from];
    while let Some(last) = way.last().filter(|last| !last.parent.is_empty()) {
        let parent = trace.iter().find(|span| span.id == last.parent);
        way.push(parent.context("a parent is missing")?);
    }
    Ok(way)
}

fn root(trace: &[SeenSpan]) -> Result<&SeenSpan> {
    trace.iter().find(|span| span.parent.is_empty()).context("no root")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_is_seen_from_the_gateway_to_its_effect_in_another_process() -> Result<()> {
    let prepared = prepare().await.context("preparing")?;
    let (nats, collector) = (Nats::start()?, Collector::start().await?);
    let telemetry = format!("endpoint = \"{}\"\nsampling_ratio = 1\n", collector.url());
    let mut running = Running::start(prepared.data.path(), &nats.url(), &telemetry).await?;
    let stranger = running.stranger().await?;
    let voter = signed_in(&stranger, &prepared.voters[0]).await?;
    cast(&voter, &prepared.vote).await?;

    let within = Duration::from_secs(30);
    let ballot = collector
        .trace(within, |trace| {
            let cast = trace.iter().any(|span| span.name == CAST);
            whole(trace).is_ok() && cast && trace.iter().any(is_recorded)
        })
        .await?;
    let gateway = root(&ballot)?;
    assert_eq!((gateway.name.as_str(), gateway.kind.as_str()), (CAST, "Server"));
    for (key, value) in [
        ("rpc.system", "grpc"),
        ("rpc.service", "yihe.meeting.v1.VoteService"),
        ("rpc.method", "CastBallot"),
        ("rpc.grpc.status_code", "0"),
        ("yihe.service", "gateway"),
    ] {
        assert_eq!(gateway.attributes.get(key).map(String::as_str), Some(value), "{key}");
    }
    let service = child(&ballot, gateway, CAST)?;
    assert_eq!(service.process, "yihe-meeting");
    let transaction = child(&ballot, service, "meeting.cast_ballot")?;
    assert_eq!(transaction.attributes["db.system.name"], "sqlite");
    let recorded = ballot.iter().find(|span| is_recorded(span)).context("not recorded")?;
    let names: Vec<&str> = way(&ballot, recorded)?.iter().map(|span| span.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "bus.consume",
            "bus.process",
            "bus.publish",
            "meeting.cast_ballot",
            CAST,
            CAST
        ]
    );
    let others = [&gateway.instance, &service.instance];
    assert!(!others.contains(&&recorded.instance), "three processes");

    // who leaves the community leaves its bodies, which the meeting service learns by the bus
    let secretary = signed_in(&stranger, &prepared.secretary).await?;
    let left = prepared.voters[3].organization.rsplit('/').next().unwrap_or_default();
    let end = EndMembershipRequest {
        name: format!("{}/memberships/{left}", prepared.community),
        ..Default::default()
    };
    secretary.call(end).await?;
    let left = collector
        .trace(within, |trace| whole(trace).is_ok() && trace.iter().any(is_effect))
        .await?;
    let effect = left.iter().find(|span| is_effect(span)).context("no effect")?;
    let way = way(&left, effect)?;
    let names: Vec<&str> = way.iter().map(|span| span.name.as_str()).collect();
    let method = "yihe.directory.v1.MembershipService/EndMembership";
    assert_eq!(
        names,
        [
            "bus.consume",
            "bus.process",
            "bus.publish",
            "directory.end_membership",
            method,
            method
        ]
    );
    assert_eq!((way[1].kind.as_str(), way[2].kind.as_str()), ("Consumer", "Producer"));
    let gateway = way[5];
    assert_ne!(effect.instance, gateway.instance, "two processes");

    for (process, of) in [
        (&mut running.record, "record"),
        (&mut running.meeting, "meeting"),
        (&mut running.rest, "rest"),
    ] {
        let took = process.stop()?;
        ensure!(took < Duration::from_secs(20), "{of} took {took:?} to stop");
    }
    // what was counted and logged last was handed over before the end
    let metrics = collector.metrics();
    for name in [
        "rpc.server.call.duration",
        "yihe.authz.decisions",
        "yihe.transaction.duration",
        "yihe.policy.snapshot.age",
        "yihe.outbox.depth",
        "yihe.outbox.lag",
        "yihe.bus.dead_letters",
    ] {
        assert!(metrics.contains(name), "{name} is not among {metrics:?}");
    }
    let (records, traces) = collector.logs();
    assert!(
        records > 0 && traces.contains(&gateway.trace),
        "no log line of {}",
        gateway.trace
    );
    let log = running.log("gateway")?;
    let line = format!("\"trace_id\":\"{}\"", gateway.trace);
    assert!(log.contains(&line), "no line of {} in\n{log}", gateway.trace);
    no_personal_data(&collector, &["correct horse"])
}

/// Everything that persons and organizations are called in these stories is Chinese; nothing the program tells of itself is.
fn no_personal_data(collector: &Collector, more: &[&str]) -> Result<()> {
    let everything = collector.everything();
    let chinese = everything.find(|character: char| ('\u{4e00}'..='\u{9fff}').contains(&character));
    if let Some(place) = chinese {
        let around: String = everything[place..].chars().take(60).collect();
        bail!("a name was exported: {around}");
    }
    for word in more {
        ensure!(!everything.contains(word), "{word} was exported");
    }
    Ok(())
}

#[tokio::test]
async fn counts_are_there_to_be_fetched() -> Result<()> {
    let data = tempfile::tempdir()?;
    let mut node = Command::new(env!("CARGO_BIN_EXE_yihe"))
        .args(["serve", "--listen", "127.0.0.1:0", "--log", "error", "--data-dir"])
        .arg(data.path())
        .env("YIHE_TELEMETRY__METRICS_LISTEN", "127.0.0.1:0")
        .stdout(Stdio::piped())
        .spawn()?;
    let mut lines = BufReader::new(node.stdout.take().context("stdout")?).lines();
    let mut node = Process(node);
    let mut address = |of: &str| -> Result<String> {
        let prefix = format!("{of} on ");
        let line = lines
            .by_ref()
            .map_while(Result::ok)
            .find(|line| line.starts_with(&prefix));
        Ok(line.with_context(|| format!("no {of}"))?.replacen(&prefix, "", 1))
    };
    let (metrics, gateway) = (address("metrics")?, address("gateway")?);
    let channel = tonic::transport::Channel::from_shared(format!("http://{gateway}"))?
        .connect()
        .await?;
    let refused = Actor::stranger(channel)
        .sign_in("nobody", "no password of anybody")
        .await;
    ensure!(refused.is_err());
    let fetched = fetch(&metrics, "/metrics")?;
    for line in [
        "rpc_server_call_duration_seconds_bucket",
        "rpc_method=\"SignIn\"",
        "yihe_rpc_refusals_total",
        "yihe_policy_snapshot_age_seconds",
        "service_name=\"yihe\"",
    ] {
        assert!(fetched.contains(line), "{line} is not in\n{fetched}");
    }
    assert!(fetch(&metrics, "/")?.starts_with("HTTP/1.1 404"));
    node.stop()?;
    Ok(())
}

fn fetch(address: &str, path: &str) -> Result<String> {
    let mut stream = TcpStream::connect(address)?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_is_away_or_slow_fails_no_call_and_holds_up_no_end() -> Result<()> {
    let prepared = prepare().await.context("preparing")?;
    let nats = Nats::start()?;
    let slow = Collector::start().await?;
    slow.slow_down(Duration::from_secs(60));
    let nobody = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let mut voters = prepared.voters.iter();
    for collector in [slow.url(), format!("http://{nobody}")] {
        let telemetry = format!("endpoint = \"{collector}\"\nsampling_ratio = 1\n");
        let mut running = Running::start(prepared.data.path(), &nats.url(), &telemetry).await?;
        let stranger = running.stranger().await?;
        let voter = signed_in(&stranger, voters.next().context("a voter")?).await?;
        cast(&voter, &prepared.vote).await?;
        let begun = Instant::now();
        for _ in 0..300 {
            let ballots = ListBallotsRequest {
                parent: prepared.vote.clone(),
                ..Default::default()
            };
            voter.call(ballots).await?;
        }
        let took = begun.elapsed();
        ensure!(took < Duration::from_secs(15), "{collector}: 300 calls took {took:?}");
        for process in [&mut running.record, &mut running.meeting, &mut running.rest] {
            let took = process.stop()?;
            ensure!(took < Duration::from_secs(20), "{collector}: {took:?} to stop");
        }
    }
    Ok(())
}
