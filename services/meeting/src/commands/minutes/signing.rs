//! Who has to sign, who has, and what stands in place of the others.

use std::collections::HashMap;

use yihe_authz::Authorized;
use yihe_kernel::{Error, FileName, Result, Timestamp, UserId};
use yihe_store::{Failure, Tx};
use yihe_tally::RulePack;

use crate::commands::record::keep::keep;
use crate::domain::minutes::{Minutes, Signature, SignatureMethod, SignatureState, Version};
use crate::domain::{Member, NewRecord, RecordedAct, Step};
use crate::names::{MeetingName, SignatureName};
use crate::service::Service;
use crate::store::minutes_facts::Names;
use crate::{events, reasons, store};

/// The signatures of the current version.
pub struct Signatures {
    /// The rules of the meeting.
    pub pack: RulePack,
    due: Vec<(Member, String)>,
    given: HashMap<Member, Signature>,
}

/// Loads them.
pub async fn signatures(tx: &Tx, minutes: &Minutes, names: &Names) -> Result<Signatures, Failure> {
    let happened = store::minutes_facts::load(tx, &minutes.meeting).await?;
    let given = store::signature::of_version(tx, &minutes.meeting, minutes.version).await?;
    Ok(Signatures {
        due: happened.due(names),
        pack: happened.frozen.pack,
        given: given
            .into_iter()
            .map(|signature| (signature.member, signature))
            .collect(),
    })
}

impl Signatures {
    /// Whether everybody due has signed, or the signing is closed.
    pub fn all_signed(&self) -> bool {
        let done = |state| matches!(state, SignatureState::Signed | SignatureState::NotSigned);
        !self.due.is_empty() && self.all(done)
    }

    /// Whether everybody due has said whether it signs.
    pub fn all_answered(&self) -> bool {
        self.all(|_| true)
    }

    fn all(&self, done: impl Fn(SignatureState) -> bool) -> bool {
        let state = |member| self.given.get(member).map(|signature| signature.state);
        self.due.iter().all(|(member, _)| state(member).is_some_and(&done))
    }

    /// What the member is called that signs now.
    ///
    /// # Errors
    /// `SIGNATURE_NOT_DUE`, `ALREADY_SIGNED`.
    pub fn expect_due(&self, minutes: &Minutes, member: Member) -> Result<String> {
        let name = || member.name(&minutes.meeting.community);
        let due = self.due.iter().find(|(due, _)| *due == member);
        let Some((_, display_name)) = due else {
            return Err(Error::new(&reasons::SIGNATURE_NOT_DUE)
                .with("member", name())
                .with("name", &minutes.meeting));
        };
        match self.given.get(&member) {
            Some(signature) if signature.state == SignatureState::Signed => Err(Error::new(&reasons::ALREADY_SIGNED)
                .with("member", name())
                .with("version", minutes.version)),
            _ => Ok(display_name.clone()),
        }
    }

    /// Records every missing signature as such, with the reason that was given, if any.
    pub async fn close(
        &self,
        tx: &Tx,
        service: &Service,
        by: &Authorized,
        (minutes, version): (&Minutes, &Version),
        now: Timestamp,
    ) -> Result<(), Failure> {
        for (member, display_name) in &self.due {
            let missing = match self.given.get(member) {
                Some(signature) if signature.state == SignatureState::Refused => Signature {
                    state: SignatureState::NotSigned,
                    ..signature.clone()
                },
                Some(_) => continue,
                None => Signature {
                    name: minutes.meeting.signature(service.store.ids().next()),
                    version: version.version,
                    sha256: version.drawn.full.sha256.clone(),
                    member: *member,
                    display_name: display_name.clone(),
                    state: SignatureState::NotSigned,
                    person: None,
                    person_name: String::new(),
                    post: String::new(),
                    method: None,
                    at: now,
                    reason: String::new(),
                    recorded_by: None,
                    evidence: String::new(),
                    countersigned: Default::default(),
                },
            };
            store::signature::put(tx, by, &missing.countersign(&service.record)?).await?;
        }
        Ok(())
    }
}

/// The current version of minutes.
pub async fn current(tx: &Tx, minutes: &Minutes) -> Result<Version, Failure> {
    let current = store::minutes::version(tx, &minutes.meeting, minutes.version).await?;
    Ok(current.ok_or_else(|| Error::internal(format!("{} has no current version", minutes.meeting)))?)
}

/// What somebody says of a version.
pub struct Act {
    /// The version.
    pub version: i32,
    /// SHA-256 of its text; absent where only the version is named.
    pub sha256: Option<String>,
    /// For whom.
    pub member: Member,
    /// Whether it signs or refuses.
    pub state: SignatureState,
    /// Who signs or refuses, where that is somebody with an account.
    pub person: Option<UserId>,
    /// Full name of that person.
    pub person_name: String,
    /// The posts the person holds.
    pub post: String,
    /// How it signs.
    pub method: Option<SignatureMethod>,
    /// Why it refuses.
    pub reason: String,
    /// Who records it.
    pub recorded_by: Option<UserId>,
    /// The scan.
    pub evidence: Option<FileName>,
}

/// Puts a signature, or the refusal of one, under the current version.
pub async fn put(
    tx: &Tx,
    service: &Service,
    by: &Authorized,
    (meeting, names): (&MeetingName, &Names),
    act: &Act,
) -> Result<SignatureName, Failure> {
    let now = service.now();
    store::meeting::hold(tx, meeting).await?.expect(Step::SignMinutes)?;
    let minutes = store::minutes::get(tx, meeting).await?;
    let version = current(tx, &minutes).await?;
    let sha256 = &version.drawn.full.sha256;
    minutes.expect_current(act.version, act.sha256.as_deref(), sha256)?;
    let display_name = signatures(tx, &minutes, names)
        .await?
        .expect_due(&minutes, act.member)?;
    minutes.expect_signing(now)?;
    let name = meeting.signature(service.store.ids().next());
    let signature = Signature {
        name: name.clone(),
        version: act.version,
        sha256: sha256.clone(),
        member: act.member,
        display_name,
        state: act.state,
        person: act.person,
        person_name: act.person_name.clone(),
        post: act.post.clone(),
        method: act.method,
        at: now,
        reason: act.reason.clone(),
        recorded_by: act.recorded_by,
        evidence: act.evidence.as_ref().map(FileName::to_string).unwrap_or_default(),
        countersigned: Default::default(),
    };
    let kind = match act.state {
        SignatureState::Signed => events::MinutesSigned,
        SignatureState::Refused | SignatureState::NotSigned => events::SigningRefused,
    };
    store::signature::put(tx, by, &signature.countersign(&service.record)?).await?;
    events::append(tx, by, kind, meeting, &act.member.name(&meeting.community), now).await?;
    if act.recorded_by.is_some() {
        let record = NewRecord {
            meeting: meeting.clone(),
            act: RecordedAct::Signature,
            member: act.member,
            subject: name.to_string(),
            evidence: act.evidence.clone(),
            note: String::new(),
        };
        keep(tx, service, by, record, now).await?;
    }
    Ok(name)
}

/// The posts that the person acting holds for whom it acts, such as `RESIDENT_UNIT/REPRESENTATIVE`. Before a transaction.
pub async fn posts(service: &Service, by: &Authorized) -> Result<String> {
    let snapshot = service.snapshots.community(by.community()?, None).await?;
    let caller = by.caller();
    let roles = snapshot.roles(&caller.principal, &caller.capacity, service.now());
    let posts: Vec<_> = roles.into_iter().filter(|role| !role.ends_with("/*")).collect();
    Ok(posts.join("、"))
}
