//! What was resolved becomes a project: a need claimed in parts, and one hall that two ask for at the same minute.

use anyhow::{Context, Result, ensure};
use yihe_kernel::{Clock, Timestamp};
use yihe_proto::resource::v1::{
    AcceptClaimRequest, Bookable, BookableKind, Booking, BookingState, CancelBookingRequest, Claim, ClaimNeedRequest,
    CreateBookableRequest, CreateBookingRequest, CreateNeedRequest, CreateOfferRequest, CreateProjectRequest,
    GetBookingRequest, GetNeedRequest, ListMatchesRequest, Need, Offer, Project, QuantityUnit,
};
use yihe_testkit::{Beizhan, Party, TestNode};

use crate::narrator::Narrator;

const DAY: i64 = 86_400;
const CATEGORY: &str = "people.volunteers";

/// What the next scenes go on with.
pub struct Shared {
    /// `communities/…/projects/…`.
    pub project: String,
    /// The claim of the school, accepted.
    pub claim: String,
}

pub async fn tell(node: &TestNode, narrator: &mut Narrator, beizhan: &Beizhan, resolution: &str) -> Result<Shared> {
    narrator.scene("三张清单:需求、资源、项目", "Three lists: needs, offers, projects");
    let station = &beizhan.station().person;
    let request = CreateProjectRequest {
        parent: beizhan.community.clone(),
        project: Some(Project {
            title: "小小文明劝导员".into(),
            resolution: resolution.to_owned(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let project = station
        .call(request.clone())
        .await
        .context("entering the project")?
        .name;
    narrator.step(
        "北站依联席会议决议立项“小小文明劝导员”",
        "the station enters the project that the joint meeting resolved on",
    );
    let mut invented = request;
    invented.project = invented.project.map(|project| Project {
        resolution: format!("{}/resolutions/0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f", beizhan.community),
        ..project
    });
    narrator.refused(
        "引用一项并不存在的决议立项",
        "a project from a resolution that does not exist",
        station.call(invented).await,
        "RESOLUTION_UNKNOWN",
    )?;
    let claim = lists(narrator, beizhan, &project).await?;
    hall(node, narrator, beizhan, &project).await?;
    Ok(Shared { project, claim })
}

async fn lists(narrator: &mut Narrator, beizhan: &Beizhan, project: &str) -> Result<String> {
    let (station, school, company) = (beizhan.station(), beizhan.school(), &beizhan.property_company);
    let offer = CreateOfferRequest {
        parent: beizhan.community.clone(),
        offer: Some(Offer {
            category: CATEGORY.into(),
            title: "40 名学生,每人 3 小时".into(),
            quantity: 120,
            unit: QuantityUnit::Hour.into(),
            ..Default::default()
        }),
        ..Default::default()
    };
    school.person.call(offer).await.context("the school offers hours")?;
    let need = CreateNeedRequest {
        parent: beizhan.community.clone(),
        need: Some(Need {
            category: CATEGORY.into(),
            title: "文明劝导志愿者".into(),
            quantity: 100,
            unit: QuantityUnit::Hour.into(),
            project: project.to_owned(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let need = station.person.call(need).await.context("the station needs hours")?.name;
    let request = ListMatchesRequest {
        parent: need.clone(),
        ..Default::default()
    };
    let matches = station.person.call(request).await.context("matching")?.matches;
    let best = matches.first().context("nothing matches")?;
    ensure!(
        best.owner == school.organization,
        "{} comes first",
        best.owner_display_name
    );
    let (zh, en): (Vec<_>, Vec<_>) = best
        .reasons
        .iter()
        .map(|reason| (reason.text_zh.as_str(), reason.text_en.as_str()))
        .unzip();
    narrator.step(
        &format!(
            "北站缺 100 小时,学校有 40 名学生共 120 小时:排在首位的正是学校({})",
            zh.join(";")
        ),
        &format!(
            "the station lacks 100 hours, the school has 40 pupils with 120: it comes first ({})",
            en.join("; ")
        ),
    );
    let mine = claim(school, &need, 80).await.context("the school claims")?;
    let request = AcceptClaimRequest {
        name: mine.name.clone(),
    };
    station
        .person
        .call(request)
        .await
        .context("accepting the school's claim")?;
    let above = narrator.refused(
        "物业公司想认领 21 小时,只剩 20",
        "the property company would claim 21 hours where 20 are open",
        claim(company, &need, 21).await,
        "CLAIM_ABOVE_OPEN",
    )?;
    ensure!(above.metadata.get("open").is_some_and(|open| open == "20"), "{above:?}");
    let rest = claim(company, &need, 20).await.context("the company claims")?;
    let request = AcceptClaimRequest { name: rest.name };
    station
        .person
        .call(request)
        .await
        .context("accepting the company's claim")?;
    let counted = station.person.call(GetNeedRequest { name: need }).await?;
    let counts = (counted.quantity, counted.committed_quantity, counted.open_quantity);
    ensure!(counts == (100, 100, 0), "{counts:?}");
    narrator.step(
        "学校认领 80 小时,物业公司认领 20 小时:需求 100,已认领 100,尚余 0",
        "the school claims 80 hours, the company 20: requested 100, committed 100, open 0",
    );
    Ok(mine.name)
}

async fn claim(party: &Party, need: &str, quantity: i64) -> Result<Claim, tonic::Status> {
    let request = ClaimNeedRequest {
        name: need.to_owned(),
        claim: Some(Claim {
            quantity,
            ..Default::default()
        }),
        ..Default::default()
    };
    party.person.call(request).await
}

async fn hall(node: &TestNode, narrator: &mut Narrator, beizhan: &Beizhan, project: &str) -> Result<()> {
    let hall = CreateBookableRequest {
        parent: beizhan.community.clone(),
        bookable: Some(Bookable {
            kind: BookableKind::Place.into(),
            title: "党群服务中心多功能厅".into(),
            capacity: 1,
            ..Default::default()
        }),
        ..Default::default()
    };
    let hall = beizhan
        .resident_committee
        .person
        .call(hall)
        .await
        .context("registering the hall")?;
    let from = Timestamp::from_seconds(node.clock.now().micros() / 1_000_000 / DAY * DAY + 3 * DAY + 11 * 3_600);
    let ask = |project: &str, wait_if_full: bool| CreateBookingRequest {
        parent: hall.name.clone(),
        booking: Some(Booking {
            start_time: Some(from.to_proto()),
            end_time: Some(from.plus_seconds(7_200).to_proto()),
            quantity: 1,
            purpose: "岗前培训".into(),
            project: project.to_owned(),
            ..Default::default()
        }),
        wait_if_full,
        ..Default::default()
    };
    let (station, library) = (beizhan.station(), &beizhan.units[5]);
    let (first, second) = tokio::join!(
        station.person.call(ask(project, true)),
        library.person.call(ask("", true))
    );
    let mut both = [(first?, station), (second?, library)];
    both.sort_by_key(|(booking, _)| booking.state());
    let [(booked, booker), (waits, waiter)] = both;
    ensure!(
        (booked.state(), waits.state()) == (BookingState::Confirmed, BookingState::Waiting),
        "{booked:?} {waits:?}"
    );
    narrator.step(
        &format!(
            "同一分钟两家都要同一个厅:{}订到,{}进入候补",
            booker.display_name, waiter.display_name
        ),
        "two ask for the same hall at the same minute: one gets it, one joins the waiting list",
    );
    let full = narrator.refused(
        "物业公司也要这个时段,不候补",
        "the property company asks for the same time and would not wait",
        beizhan.property_company.person.call(ask("", false)).await,
        "BOOKING_FULL",
    )?;
    ensure!(full.metadata.contains_key("next"), "{full:?}");
    let cancel = CancelBookingRequest {
        name: booked.name,
        reason: "改为线上培训".into(),
    };
    booker.person.call(cancel).await.context("cancelling")?;
    let name = waits.name;
    let moved_up = waiter.person.call(GetBookingRequest { name }).await?;
    ensure!(moved_up.state() == BookingState::Confirmed, "{:?}", moved_up.state());
    narrator.step(
        &format!("{}取消,{}在同一笔事务里递补", booker.display_name, waiter.display_name),
        "the first cancels, and whoever waited moves up in the same transaction",
    );
    Ok(())
}
