//! Minutes from what happened, signed by all but one, published, verified without the node.

use anyhow::{Context, Result, ensure};
use yihe_proto::meeting::v1::{
    DraftMinutesRequest, ExportMinutesRequest, ListMinutesSignaturesRequest, Minutes, MinutesNote,
    PublishMinutesRequest, RequestSignaturesRequest, SignMinutesRequest, SignatureState, UpdateMinutesRequest,
};
use yihe_testkit::{Party, TestNode};

use crate::narrator::Narrator;
use crate::room::Room;

const DAY: i64 = 86_400;

pub async fn tell(node: &TestNode, narrator: &mut Narrator, room: Room<'_>, present: &[&Party]) -> Result<()> {
    narrator.scene("会议纪要", "Minutes");
    let clerk = &room.beizhan.clerk;
    let draft = clerk
        .call(DraftMinutesRequest {
            name: room.meeting.to_owned(),
        })
        .await
        .context("drafting the minutes")?;
    narrator.step(
        &format!(
            "书记员生成纪要第 {} 版:通知、到会、议题、表决、决议逐项据实生成",
            draft.version
        ),
        &format!(
            "the clerk draws up version {} of the minutes from what happened",
            draft.version
        ),
    );
    let note = MinutesNote {
        text: "与会单位一致肯定车站与学校互补所需。".into(),
        ..Default::default()
    };
    let edited = clerk
        .call(UpdateMinutesRequest {
            name: room.meeting.to_owned(),
            notes: vec![note],
            etag: draft.etag,
        })
        .await
        .context("writing a remark")?;
    ensure!(edited.version == draft.version + 1, "version {}", edited.version);
    let opened = room
        .beizhan
        .committee
        .person
        .call(RequestSignaturesRequest {
            name: room.meeting.to_owned(),
            etag: edited.etag,
        })
        .await
        .context("asking for signatures")?;
    let sign = |minutes: &Minutes| SignMinutesRequest {
        name: room.meeting.to_owned(),
        version: minutes.version,
        sha256: minutes.sha256.clone(),
        ..Default::default()
    };
    narrator.refused(
        "车站在旧版上签字",
        "the station signs the version before",
        room.beizhan
            .station()
            .person
            .call(SignMinutesRequest {
                version: draft.version,
                sha256: draft.sha256.clone(),
                ..sign(&opened)
            })
            .await,
        "MINUTES_NOT_CURRENT",
    )?;
    let (missing, signing) = present.split_last().context("nobody was present")?;
    for party in signing {
        let signed = room.speaker(party).call(sign(&opened)).await;
        signed.with_context(|| format!("{} signs", party.display_name))?;
    }
    narrator.refused(
        &format!("{}尚未签字即公布", missing.display_name),
        "publication while one signature is missing and the period is not over",
        room.beizhan.committee.person.call(publish(room)).await,
        "SIGNATURES_MISSING",
    )?;
    node.clock.advance_seconds(8 * DAY);
    let published = room
        .beizhan
        .committee
        .person
        .call(publish(room))
        .await
        .context("publishing")?;
    let signatures = clerk
        .call(ListMinutesSignaturesRequest {
            parent: room.meeting.to_owned(),
            page_size: 100,
            ..Default::default()
        })
        .await?
        .signatures;
    let count = |state| signatures.iter().filter(|signature| signature.state() == state).count();
    ensure!(
        (count(SignatureState::Signed), count(SignatureState::NotSigned)) == (signing.len(), 1),
        "{} signed, {} not",
        count(SignatureState::Signed),
        count(SignatureState::NotSigned)
    );
    narrator.step(
        &format!(
            "{} 家签字,{}逾期未签,照实记为“未签字”,纪要照常公示",
            signing.len(),
            missing.display_name
        ),
        &format!(
            "{} sign; one does not within the period, which is recorded, and the minutes are published",
            signing.len()
        ),
    );
    ensure!(!published.text.is_empty(), "nothing was published");
    let export = clerk
        .call(ExportMinutesRequest {
            name: room.meeting.to_owned(),
        })
        .await
        .context("exporting")?;
    narrator.step(
        &format!(
            "导出 {}({} 字节),任何人可用 `yihe minutes verify` 离线核验",
            export.file_name,
            export.content.len()
        ),
        &format!(
            "exported as {}: anybody verifies it offline by `yihe minutes verify`",
            export.file_name
        ),
    );
    Ok(())
}

fn publish(room: Room<'_>) -> PublishMinutesRequest {
    PublishMinutesRequest {
        name: room.meeting.to_owned(),
        ..Default::default()
    }
}
