//! A room whose meeting is over: what the tests of minutes begin with.

use tonic::Status;
use yihe_kernel::Clock;
use yihe_proto::meeting::v1::*;

use crate::harness::{House, Party};
use crate::room::{self, Room, cast, check_in, check_out};

const NAMES: [&str; 4] = ["张三", "李四", "王五", "赵六"];

impl Room {
    /// Four units on the roster; the first three came, the third went early and came back; a resolution was adopted, and a
    /// matter of a person was discussed.
    pub async fn over() -> Self {
        Self::over_at(House::new().await).await
    }

    async fn over_at(house: House) -> Self {
        let room = Self::draft_at(house, 4).await;
        for (unit, name) in room.units.iter().zip(NAMES) {
            room.directory.name(format!("users/{}", unit.user()), name);
        }
        let secretary = format!("users/{}", room.secretary.user());
        room.directory.name(secretary, "周书记");
        let personal = room::propose(
            &room.units[1],
            &room.meeting,
            "某户低保申请",
            MatterClass::PersonalMatter,
        )
        .await
        .unwrap();
        room.serve().await.unwrap();
        room.open().await.unwrap();
        for unit in &room.units[..3] {
            check_in(unit, &room.meeting).await.unwrap();
        }
        room.decide(&room.item, [Choice::Yes, Choice::Yes, Choice::Abstain])
            .await;
        room.wait(600);
        check_out(&room.units[2], &room.meeting).await.unwrap();
        room.wait(60);
        check_in(&room.units[2], &room.meeting).await.unwrap();
        room.decide(&personal.name, [Choice::Yes, Choice::No, Choice::No]).await;
        room.wait(1200);
        room.close().await.unwrap();
        room
    }

    async fn decide(&self, item: &str, choices: [Choice; 3]) {
        let motion = room::submit(&self.units[0], &self.meeting, item).await.unwrap();
        let vote = self.open_vote(&motion.name).await.unwrap();
        for (unit, choice) in self.units.iter().zip(choices) {
            cast(unit, &vote.name, choice).await.unwrap();
        }
        self.close_vote(&vote.name).await.unwrap();
    }

    /// Lets time pass, in seconds.
    pub fn wait(&self, seconds: i64) {
        self.clock.set(self.clock.now().plus_seconds(seconds));
    }

    /// The same, with its minutes open to be signed.
    pub async fn signing() -> (Self, Minutes) {
        Self::signing_at(House::new().await).await
    }

    pub async fn signing_at(house: House) -> (Self, Minutes) {
        let room = Self::over_at(house).await;
        room.draft_minutes().await.unwrap();
        let minutes = room.request_signatures("").await.unwrap();
        (room, minutes)
    }

    pub async fn draft_minutes(&self) -> Result<Minutes, Status> {
        let request = DraftMinutesRequest {
            name: self.meeting.clone(),
        };
        Ok(self.secretary.minutes().draft_minutes(request).await?.into_inner())
    }

    pub async fn minutes(&self, version: i32) -> Result<Minutes, Status> {
        let request = GetMinutesRequest {
            name: self.meeting.clone(),
            version,
        };
        Ok(self.secretary.minutes().get_minutes(request).await?.into_inner())
    }

    /// Writes what was said on an item, or remarks.
    pub async fn note(&self, agenda_item: &str, text: &str, etag: &str) -> Result<Minutes, Status> {
        let request = UpdateMinutesRequest {
            name: self.meeting.clone(),
            notes: vec![MinutesNote {
                agenda_item: agenda_item.to_owned(),
                text: text.to_owned(),
            }],
            etag: etag.to_owned(),
        };
        Ok(self.secretary.minutes().update_minutes(request).await?.into_inner())
    }

    pub async fn request_signatures(&self, etag: &str) -> Result<Minutes, Status> {
        let request = RequestSignaturesRequest {
            name: self.meeting.clone(),
            etag: etag.to_owned(),
        };
        Ok(self.secretary.minutes().request_signatures(request).await?.into_inner())
    }

    pub async fn sign(&self, by: &Party, read: &Minutes) -> Result<MinutesSignature, Status> {
        let request = SignMinutesRequest {
            name: self.meeting.clone(),
            version: read.version,
            sha256: read.sha256.clone(),
            member: String::new(),
        };
        Ok(by.minutes().sign_minutes(request).await?.into_inner())
    }

    pub async fn refuse(&self, by: &Party, version: i32, reason: &str) -> Result<MinutesSignature, Status> {
        let request = RefuseToSignRequest {
            name: self.meeting.clone(),
            version,
            reason: reason.to_owned(),
        };
        Ok(by.minutes().refuse_to_sign(request).await?.into_inner())
    }

    pub async fn signatures(&self) -> Vec<MinutesSignature> {
        let request = ListMinutesSignaturesRequest {
            parent: self.meeting.clone(),
            ..Default::default()
        };
        let listed = self.secretary.minutes().list_minutes_signatures(request).await;
        listed.unwrap().into_inner().signatures
    }

    pub async fn publish(&self) -> Result<Publication, Status> {
        let request = PublishMinutesRequest {
            name: self.meeting.clone(),
            etag: String::new(),
        };
        Ok(self.secretary.disclosure().publish_minutes(request).await?.into_inner())
    }

    pub async fn publication(&self, by: &Party) -> Result<Publication, Status> {
        let request = GetPublicationRequest {
            name: self.meeting.clone(),
        };
        Ok(by.disclosure().get_publication(request).await?.into_inner())
    }

    pub async fn export(&self) -> MinutesExport {
        let request = ExportMinutesRequest {
            name: self.meeting.clone(),
        };
        self.secretary
            .minutes()
            .export_minutes(request)
            .await
            .unwrap()
            .into_inner()
    }

    pub async fn print(&self, version: i32) -> Result<String, Status> {
        let request = RenderMinutesRequest {
            name: self.meeting.clone(),
            version,
        };
        Ok(self
            .secretary
            .minutes()
            .render_minutes(request)
            .await?
            .into_inner()
            .html)
    }
}

/// A text without what differs from run to run: ids, digests, countersignatures, the seconds of a time (the clock of a test goes
/// on by itself).
pub fn redacted(text: &str) -> String {
    let after_minutes = |out: &str| {
        let mut last = out.bytes().rev().take(6).collect::<Vec<_>>();
        last.retain(|byte| !byte.is_ascii_digit());
        last == *b"::"
    };
    let mut out = String::new();
    let mut word = String::new();
    for letter in text.chars().chain(['\n']) {
        if letter.is_ascii_alphanumeric() || letter == '-' || letter == '_' {
            word.push(letter);
            continue;
        }
        let hex = |word: &str| word.bytes().all(|b| b.is_ascii_hexdigit());
        out.push_str(match word.len() {
            2 if after_minutes(&out) => "[s]",
            64 if hex(&word) => "[sha256]",
            36 if word.matches('-').count() == 4 && hex(&word.replace('-', "")) => "[id]",
            86 => "[countersignature]",
            _ => &word,
        });
        word.clear();
        out.push(letter);
    }
    out.truncate(out.len() - 1);
    out
}
