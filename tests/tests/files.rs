//! Papers and evidence through the gateway: uploaded and downloaded as streams, read by those who may read what they belong to.

use anyhow::Result;
use tonic::Code;
use yihe::Wiring;
use yihe_proto::file::v1::{
    File, FileDeclaration, FileState, GetFileRequest, ListFilesRequest, RetireFileRequest, UploadFileRequest,
};
use yihe_proto::meeting::v1::{
    AddBodyMemberRequest, AgendaItem, AgendaItemKind, Body, BodyKind, CreateAgendaItemRequest, CreateBodyRequest,
    CreateMeetingRequest, MatterClass, Meeting,
};
use yihe_testkit::{Actor, Beizhan, Refused, TestNode, TestNodeOptions, declare, refused, upload_messages};

const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF and the dark culvert";

struct World {
    node: TestNode,
    beizhan: Beizhan,
    meeting: String,
}

impl World {
    /// A meeting of the committee, the first two units and nobody else.
    async fn new(wiring: Wiring) -> Result<Self> {
        let options = TestNodeOptions {
            wiring,
            ..TestNodeOptions::default()
        };
        let node = TestNode::start(options).await?;
        let beizhan = Beizhan::set_up(&node).await?;
        let secretary = &beizhan.committee.person;
        let body = Body {
            kind: BodyKind::JointConference.into(),
            display_name: "联席会议".into(),
            convener: beizhan.committee.organization.clone(),
            ..Default::default()
        };
        let parent = beizhan.community.clone();
        let body = CreateBodyRequest {
            parent: parent.clone(),
            body: Some(body),
            request_id: String::new(),
        };
        let body = secretary.call(body).await?.name;
        for party in [&beizhan.committee, beizhan.station(), beizhan.school()] {
            let member = AddBodyMemberRequest {
                parent: body.clone(),
                organization: party.organization.clone(),
                request_id: String::new(),
                ..Default::default()
            };
            secretary.call(member).await?;
        }
        let meeting = Meeting {
            body,
            title: "暗渠清淤".into(),
            start_time: Some(prost_types::Timestamp {
                seconds: 1_773_100_800,
                nanos: 0,
            }),
            ..Default::default()
        };
        let meeting = CreateMeetingRequest {
            parent,
            meeting: Some(meeting),
            ..Default::default()
        };
        let meeting = secretary.call(meeting).await?.name;
        Ok(Self { node, beizhan, meeting })
    }

    async fn item(&self, class: MatterClass) -> Result<String> {
        let item = AgendaItem {
            title: "暗渠由谁清理".into(),
            kind: AgendaItemKind::Deliberation.into(),
            matter_class: class.into(),
            ..Default::default()
        };
        let request = CreateAgendaItemRequest {
            parent: self.meeting.clone(),
            agenda_item: Some(item),
            request_id: String::new(),
        };
        Ok(self.beizhan.station().person.call(request).await?.name)
    }

    fn secretary(&self) -> &Actor {
        &self.beizhan.committee.person
    }

    fn station(&self) -> &Actor {
        &self.beizhan.station().person
    }

    async fn files(&self, owner_object: &str) -> Result<Vec<File>> {
        let request = ListFilesRequest {
            owner_object: owner_object.to_owned(),
            show_retired: true,
            ..Default::default()
        };
        Ok(self.secretary().call(request).await?.files)
    }
}

fn get(name: &str) -> GetFileRequest {
    GetFileRequest { name: name.to_owned() }
}

async fn papers(wiring: Wiring) -> Result<()> {
    let world = World::new(wiring).await?;
    let (station, school) = (world.station(), &world.beizhan.school().person);
    let item = world.item(MatterClass::Coordination).await?;
    // larger than one message, and than what a connection lets through unasked
    let large = [b"%PDF-1.7\n".to_vec(), vec![b'x'; 5 << 20]].concat();
    let paper = station.upload(&item, "暗渠测绘.pdf", "application/pdf", &large).await?;
    assert_eq!((paper.size_bytes, paper.state()), (5_242_889, FileState::Active));
    assert_eq!(
        (paper.owner_object.as_str(), paper.file_name.as_str()),
        (item.as_str(), "暗渠测绘.pdf")
    );
    assert_eq!(paper.organization, world.beizhan.station().organization);

    for reader in [station, school, world.secretary(), &world.beizhan.clerk] {
        assert_eq!(reader.call(get(&paper.name)).await?, paper);
        let (head, content) = reader.download(&paper.name, 0, 0).await?;
        assert_eq!(head.file.as_ref(), Some(&paper));
        assert!(content == large, "{} bytes came", content.len());
    }
    let (head, part) = school.download(&paper.name, 2 << 20, 300_000).await?;
    assert_eq!((head.offset, head.length, part.len()), (2 << 20, 300_000, 300_000));
    for (offset, length) in [(5_242_889, 0), (0, 5_242_890), (-1, 0), (0, -1)] {
        refused(school.download(&paper.name, offset, length).await, "RANGE_INVALID")?;
    }

    // the photo of one is no affair of the other's, but it may see it
    let photo = school.upload(&item, "渠口.jpg", "image/jpeg", JPEG).await?;
    let retire = |file: &File| RetireFileRequest {
        name: file.name.clone(),
    };
    refused(station.call(retire(&photo)).await, "PERMISSION_DENIED")?;
    let retired = school.call(retire(&photo)).await?;
    assert_eq!(retired.state(), FileState::Retired);
    refused(school.call(retire(&photo)).await, "FILE_RETIRED")?;
    refused(station.download(&photo.name, 0, 0).await, "FILE_RETIRED")?;
    let request = ListFilesRequest {
        owner_object: item.clone(),
        ..Default::default()
    };
    let listed = station.call(request).await?.files;
    assert_eq!(listed, [paper]);
    assert_eq!(world.files(&item).await?.len(), 2);
    world.node.stop().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn papers_are_uploaded_and_read_in_process() -> Result<()> {
    papers(Wiring::Direct).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn papers_are_uploaded_and_read_over_sockets() -> Result<()> {
    papers(Wiring::Tcp).await
}

/// Whoever may not read the object learns of its files what it would learn of files that do not exist: nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_cannot_read_the_object_learns_nothing() -> Result<()> {
    let world = World::new(Wiring::Direct).await?;
    let item = world.item(MatterClass::Coordination).await?;
    let photo = world.station().upload(&item, "渠口.jpg", "image/jpeg", JPEG).await?;
    let missing = format!("{}/files/0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f", world.beizhan.community);
    let no_item = format!("{}/agendaItems/0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f", world.meeting);
    let outsider = &world.beizhan.property_company.person;
    let told = |status: tonic::Status| {
        let refused = Refused::from(&status);
        assert_eq!(refused.code, Code::PermissionDenied);
        refused
    };
    for (there, absent) in [
        (
            outsider.call(get(&photo.name)).await.unwrap_err(),
            outsider.call(get(&missing)).await.unwrap_err(),
        ),
        (
            outsider.download(&photo.name, 0, 0).await.unwrap_err(),
            outsider.download(&missing, 0, 0).await.unwrap_err(),
        ),
        (
            outsider
                .call(RetireFileRequest {
                    name: photo.name.clone(),
                })
                .await
                .unwrap_err(),
            outsider
                .call(RetireFileRequest { name: missing.clone() })
                .await
                .unwrap_err(),
        ),
        (
            outsider.upload(&item, "x.jpg", "image/jpeg", JPEG).await.unwrap_err(),
            outsider
                .upload(&no_item, "x.jpg", "image/jpeg", JPEG)
                .await
                .unwrap_err(),
        ),
    ] {
        assert_eq!(told(there), told(absent));
    }
    for owner_object in [&item, &no_item] {
        let request = ListFilesRequest {
            owner_object: owner_object.clone(),
            ..Default::default()
        };
        refused(outsider.call(request).await, "PERMISSION_DENIED")?;
    }
    // the core may know that there is nothing; and an object of a kind that has no files is nothing
    refused(world.secretary().call(get(&missing)).await, "RESOURCE_NOT_FOUND")?;
    refused(
        world.secretary().upload(&no_item, "x.jpg", "image/jpeg", JPEG).await,
        "RESOURCE_NOT_FOUND",
    )?;
    let compound = world.beizhan.compound.clone();
    refused(
        world.secretary().upload(&compound, "x.jpg", "image/jpeg", JPEG).await,
        "RESOURCE_NOT_FOUND",
    )?;
    refused(
        world.node.stranger().upload(&item, "x.jpg", "image/jpeg", JPEG).await,
        "UNAUTHENTICATED",
    )?;

    // a personal matter is for those alone who take part, whatever a post allows besides
    let committee = &world.beizhan.resident_committee.person;
    let personal = world.item(MatterClass::PersonalMatter).await?;
    let evidence = world
        .station()
        .upload(&personal, "病历.jpg", "image/jpeg", JPEG)
        .await?;
    world.secretary().call(get(&evidence.name)).await?;
    refused(committee.call(get(&evidence.name)).await, "PERMISSION_DENIED")?;
    world.node.stop().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_upload_is_refused_and_nothing_is_kept() -> Result<()> {
    let world = World::new(Wiring::Direct).await?;
    let station = world.station();
    let honest = declare(&world.meeting, "渠口.jpg", "image/jpeg", JPEG);
    let with = |change: &dyn Fn(&mut FileDeclaration)| {
        let mut declaration = honest.clone();
        change(&mut declaration);
        declaration
    };

    // 2 GB: refused by what is declared, though nothing and nobody would ever send them
    let huge = with(&|it| it.size_bytes = 2 << 30);
    let scope = huge.owner_object.clone();
    let first = futures::stream::iter(upload_messages(huge, &[]));
    let endless = futures::StreamExt::chain(first, futures::stream::pending());
    let answer = tokio::time::timeout(std::time::Duration::from_secs(10), station.send(&scope, endless)).await?;
    let too_large = refused(answer, "FILE_TOO_LARGE")?;
    assert_eq!(
        (too_large.metadata["limit"].as_str(), too_large.code),
        ("67108864", Code::ResourceExhausted)
    );

    let wrong_digest = with(&|it| it.sha256 = "0".repeat(64));
    refused(station.upload_declared(wrong_digest, JPEG).await, "DIGEST_MISMATCH")?;
    let zip = b"PK\x03\x04\x14\0\0\0\0\0 an archive named like a photo";
    let renamed = refused(
        station.upload(&world.meeting, "渠口.jpg", "image/jpeg", zip).await,
        "MEDIA_TYPE_MISMATCH",
    )?;
    assert_eq!(
        (
            renamed.metadata["declared"].as_str(),
            renamed.metadata["found"].as_str()
        ),
        ("image/jpeg", "application/zip")
    );
    refused(
        station.upload(&world.meeting, "x.zip", "application/zip", zip).await,
        "MEDIA_TYPE_NOT_ALLOWED",
    )?;
    refused(
        station.upload_declared(honest.clone(), &JPEG[..9]).await,
        "SIZE_MISMATCH",
    )?;
    refused(
        station.upload_declared(honest.clone(), &[JPEG, b"more"].concat()).await,
        "SIZE_MISMATCH",
    )?;
    refused(
        station.upload(&world.meeting, "leer.txt", "text/plain", b"").await,
        "INVALID_REQUEST",
    )?;
    for file_name in ["", "../渠口.jpg", "a\\b.jpg", "a\u{7}.jpg", "..", &"长".repeat(256)] {
        let bad = with(&|it| it.file_name = file_name.to_owned());
        refused(station.upload_declared(bad, JPEG).await, "INVALID_REQUEST")?;
    }
    let unnamed = with(&|it| it.owner_object = String::new());
    refused(station.upload_declared(unnamed, JPEG).await, "INVALID_REQUEST")?;
    let malformed = with(&|it| it.owner_object = format!("{}/nothing", world.beizhan.community));
    refused(station.upload_declared(malformed, JPEG).await, "MALFORMED_NAME")?;

    // a stream with nothing in it, and one that names another object once it was decided
    let nothing = futures::stream::iter(Vec::<UploadFileRequest>::new());
    refused(station.send(&world.meeting, nothing).await, "MESSAGE_MISSING")?;
    let twice = [
        upload_messages(honest.clone(), &[]),
        upload_messages(honest.clone(), JPEG),
    ]
    .concat();
    refused(
        station.send(&world.meeting, futures::stream::iter(twice)).await,
        "NAMES_COME_FIRST",
    )?;

    assert!(world.files(&world.meeting).await?.is_empty());
    station.upload_declared(honest, JPEG).await?;
    assert_eq!(world.files(&world.meeting).await?.len(), 1);
    world.node.stop().await?;
    Ok(())
}

/// Whoever loses the right to upload while its bytes still come is told so at once, and nothing is kept.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_ends_with_the_post_it_was_made_by() -> Result<()> {
    let world = World::new(Wiring::Direct).await?;
    let station = world.station().clone();
    let scope = world.meeting.clone();
    let begun = futures::stream::iter(upload_messages(
        declare(&scope, "渠口.jpg", "image/jpeg", JPEG),
        &JPEG[..9],
    ));
    let endless = futures::StreamExt::chain(begun, futures::stream::pending());
    let upload = tokio::spawn(async move { station.send(&scope, endless).await });
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert!(!upload.is_finished());
    let request = yihe_proto::directory::v1::EndAppointmentRequest {
        name: world.beizhan.station().appointment.clone(),
        ..Default::default()
    };
    world.secretary().call(request).await?;
    let answer = tokio::time::timeout(std::time::Duration::from_secs(10), upload).await??;
    assert_eq!(answer.unwrap_err().code(), Code::PermissionDenied);
    assert!(world.files(&world.meeting).await?.is_empty());
    world.node.stop().await?;
    Ok(())
}
