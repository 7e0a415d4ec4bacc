//! `kill -9` in the middle of a vote: no acknowledged ballot is lost, none is doubled.

mod slow {
    use std::collections::BTreeSet;
    use std::net::{SocketAddr, TcpListener};
    use std::process::{Child, Command, Stdio};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::{Duration, Instant};

    use anyhow::{Context, Result, bail, ensure};
    use yihe_kernel::{Clock, SystemClock};
    use yihe_proto::meeting::v1::{
        AddBodyMemberRequest, AgendaItem, AgendaItemKind, Body, BodyKind, CastBallotRequest, CheckInRequest, Choice,
        CreateAgendaItemRequest, CreateBodyRequest, CreateMeetingRequest, ListBallotsRequest, MatterClass, Meeting,
        Motion, OpenSessionRequest, OpenVoteRequest, ServeNoticeRequest, SubmitMotionRequest, WatchMeetingRequest,
    };
    use yihe_testkit::{Actor, Beizhan, Party, TestNode, TestNodeOptions};

    const ROUNDS: usize = 50;
    const VOTERS: usize = 12;

    struct Prepared {
        data: tempfile::TempDir,
        votes: Vec<String>,
        voters: Vec<Party>,
    }

    /// Fifty open votes, made on a clock that reaches the present when they open.
    async fn prepare() -> Result<Prepared> {
        let data = tempfile::tempdir()?;
        let options = TestNodeOptions {
            data_dir: Some(data.path().to_owned()),
            starting_at: Some(SystemClock.now().plus_days(-10)),
            ..TestNodeOptions::default()
        };
        let node = TestNode::start(options).await?;
        let beizhan = Beizhan::set_up(&node).await?;
        let voters: Vec<Party> = beizhan.units.iter().take(VOTERS).cloned().collect();
        let secretary = &beizhan.committee.person;
        let body = Body {
            kind: BodyKind::JointConference.into(),
            display_name: "联席会议".into(),
            convener: beizhan.committee.organization.clone(),
            ..Default::default()
        };
        let request = CreateBodyRequest {
            parent: beizhan.community.clone(),
            body: Some(body),
            ..Default::default()
        };
        let body = secretary.call(request).await?.name;
        for voter in &voters {
            let organization = voter.organization.clone();
            secretary
                .call(AddBodyMemberRequest {
                    parent: body.clone(),
                    organization,
                    ..Default::default()
                })
                .await?;
        }
        let start = node.clock.now().plus_days(9);
        let mut meetings = Vec::new();
        for round in 0..ROUNDS {
            let meeting = Meeting {
                body: body.clone(),
                title: format!("第 {round} 次会议"),
                start_time: Some(start.to_proto()),
                ..Default::default()
            };
            let request = CreateMeetingRequest {
                parent: beizhan.community.clone(),
                meeting: Some(meeting),
                ..Default::default()
            };
            let meeting = secretary.call(request).await?.name;
            let item = AgendaItem {
                title: "议题".into(),
                kind: AgendaItemKind::Decision.into(),
                matter_class: MatterClass::Coordination.into(),
                ..Default::default()
            };
            let request = CreateAgendaItemRequest {
                parent: meeting.clone(),
                agenda_item: Some(item),
                ..Default::default()
            };
            let item = secretary.call(request).await?.name;
            secretary
                .call(ServeNoticeRequest {
                    name: meeting.clone(),
                    ..Default::default()
                })
                .await?;
            meetings.push((meeting, item));
        }
        // the present, so that a node on the machine's clock goes on from here
        node.clock.set(SystemClock.now());
        let mut votes = Vec::new();
        for (meeting, item) in meetings {
            secretary
                .call(OpenSessionRequest {
                    name: meeting.clone(),
                    ..Default::default()
                })
                .await?;
            for voter in &voters {
                voter
                    .person
                    .call(CheckInRequest {
                        name: meeting.clone(),
                        ..Default::default()
                    })
                    .await?;
            }
            let motion = Motion {
                agenda_item: item,
                text: "议案".into(),
                ..Default::default()
            };
            let request = SubmitMotionRequest {
                parent: meeting,
                motion: Some(motion),
                ..Default::default()
            };
            let motion = voters[0].person.call(request).await?.name;
            votes.push(
                secretary
                    .call(OpenVoteRequest {
                        parent: motion,
                        ..Default::default()
                    })
                    .await?
                    .name,
            );
        }
        node.stop().await?;
        Ok(Prepared { data, votes, voters })
    }

    struct Running(Child);

    impl Running {
        async fn start(prepared: &Prepared, address: SocketAddr) -> Result<(Self, Actor)> {
            let child = Command::new(env!("CARGO_BIN_EXE_yihe"))
                .args(["serve", "--log", "warn", "--listen", &address.to_string(), "--data-dir"])
                .arg(prepared.data.path())
                .stdout(Stdio::null())
                .spawn()?;
            let mut running = Self(child);
            let begun = Instant::now();
            while begun.elapsed() < Duration::from_secs(30) {
                if let Some(status) = running.0.try_wait()? {
                    bail!("the node ended with {status}");
                }
                let endpoint = tonic::transport::Channel::from_shared(format!("http://{address}"))?;
                if let Ok(channel) = endpoint.connect().await {
                    return Ok((running, Actor::stranger(channel)));
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            bail!("the node was not ready within 30 s")
        }

        /// `SIGKILL`: no drain, no destructor, no last write.
        fn kill(&mut self) -> Result<()> {
            self.0.kill()?;
            self.0.wait()?;
            Ok(())
        }
    }

    impl Drop for Running {
        fn drop(&mut self) {
            let _ = self.kill();
        }
    }

    /// A small generator with a fixed seed: the instants are the same in every run.
    struct Seeded(u64);

    impl Seeded {
        fn below(&mut self, bound: u64) -> u64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            self.0 % bound
        }
    }

    fn ballot(vote: &str, request_id: &str) -> CastBallotRequest {
        CastBallotRequest {
            parent: vote.to_owned(),
            choice: Choice::Yes.into(),
            request_id: request_id.to_owned(),
            ..CastBallotRequest::default()
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn no_acknowledged_ballot_is_lost_and_none_is_doubled() -> Result<()> {
        let prepared = prepare().await.context("preparing")?;
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let (mut running, mut stranger) = Running::start(&prepared, address).await?;
        let mut tokens = Vec::new();
        for voter in &prepared.voters {
            let (login, password) = voter.person.login().context("login")?;
            tokens.push((
                stranger.sign_in(login, password).await?.token().unwrap(),
                voter.organization.clone(),
            ));
        }
        let mut seeded = Seeded(0x9e37_79b9_7f4a_7c15);
        let (mut acknowledged_in_all, mut unanswered_in_all) = (0, 0);
        for (round, vote) in prepared.votes.iter().enumerate() {
            // an instant in the middle of the vote, however fast the machine: so many answers, and a moment more
            let answers = usize::try_from(seeded.below(VOTERS as u64))?;
            let moment = Duration::from_micros(seeded.below(2_000));
            let answered = Arc::new(AtomicUsize::new(0));
            let casting: Vec<_> = tokens
                .iter()
                .enumerate()
                .map(|(index, (token, organization))| {
                    let voter = stranger.with_token(token).acting_as(organization);
                    let request = ballot(vote, &request_id(round, index));
                    let organization = organization.clone();
                    let pause = Duration::from_micros(seeded.below(40_000));
                    let answered = Arc::clone(&answered);
                    tokio::spawn(async move {
                        tokio::time::sleep(pause).await;
                        let ballot = voter.call(request).await?;
                        answered.fetch_add(1, Ordering::SeqCst);
                        Ok::<_, tonic::Status>((organization, ballot))
                    })
                })
                .collect();
            while answered.load(Ordering::SeqCst) < answers {
                tokio::time::sleep(Duration::from_micros(100)).await;
            }
            tokio::time::sleep(moment).await;
            running.kill()?;
            let mut acknowledged = BTreeSet::new();
            for cast in casting {
                match cast.await? {
                    Ok((organization, _)) => {
                        acknowledged.insert(organization);
                    }
                    Err(status) => {
                        let lost = matches!(
                            status.code(),
                            tonic::Code::Unavailable | tonic::Code::Unknown | tonic::Code::Cancelled
                        );
                        ensure!(lost, "round {round}: {status:?}");
                        unanswered_in_all += 1;
                    }
                }
            }
            acknowledged_in_all += acknowledged.len();

            (running, stranger) = Running::start(&prepared, address)
                .await
                .with_context(|| format!("round {round}"))?;
            let everybody: Vec<Actor> = tokens
                .iter()
                .map(|(token, organization)| stranger.with_token(token).acting_as(organization))
                .collect();
            let kept = cast(&everybody[0], vote).await?;
            let lost: Vec<_> = acknowledged.difference(&kept).collect();
            assert!(
                lost.is_empty(),
                "round {round}, killed after {answers} answers and {moment:?}: acknowledged and lost: {lost:?}"
            );

            // those who got no answer ask again with the same request_id: one effect, whether the first try had it or not
            for (index, voter) in everybody.iter().enumerate() {
                voter
                    .call(ballot(vote, &request_id(round, index)))
                    .await
                    .with_context(|| format!("round {round} again"))?;
            }
            assert_eq!(cast(&everybody[0], vote).await?.len(), VOTERS, "round {round}");
            assert_eq!(
                told(&everybody[0], vote).await?,
                VOTERS,
                "round {round}: events of ballots"
            );
        }
        // both kinds must have been met, or the instants prove nothing
        assert!(
            acknowledged_in_all > ROUNDS,
            "{acknowledged_in_all} ballots were acknowledged before the kill"
        );
        assert!(
            unanswered_in_all > ROUNDS,
            "{unanswered_in_all} ballots were unanswered"
        );
        Ok(())
    }

    fn request_id(round: usize, index: usize) -> String {
        format!("0190a5b4-7e1e-7c3a-9b3e-{round:04x}{index:08x}")
    }

    async fn cast(reader: &Actor, vote: &str) -> Result<BTreeSet<String>> {
        let request = ListBallotsRequest {
            parent: vote.to_owned(),
            page_size: 1000,
            ..Default::default()
        };
        let ballots = reader.call(request).await?.ballots;
        Ok(ballots
            .into_iter()
            .filter(|ballot| ballot.choice() == Choice::Yes)
            .map(|ballot| ballot.organization)
            .collect())
    }

    /// Ballots in the meeting's stream of events.
    async fn told(reader: &Actor, vote: &str) -> Result<usize> {
        let meeting = vote.split("/votes/").next().unwrap_or_default().to_owned();
        let mut stream = reader
            .watch(WatchMeetingRequest {
                name: meeting,
                after_position: 0,
            })
            .await?;
        let mut ballots = 0;
        let within = Duration::from_millis(150);
        while let Ok(Some(event)) = tokio::time::timeout(within, stream.message()).await.unwrap_or(Ok(None)) {
            let told = event.earlier.iter().chain([&event]);
            ballots += told.filter(|event| event.r#type.ends_with(".BallotCast")).count();
        }
        Ok(ballots)
    }
}
