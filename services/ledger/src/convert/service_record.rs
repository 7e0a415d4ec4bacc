use std::collections::BTreeSet;

use yihe_kernel::{Error, Fields, OrganizationId, OrganizationName, Result, UserId, UserName};
use yihe_proto::ledger::v1 as pb;

use super::account::owner_of;
use super::transfer::{claim_name, project_name};
use super::{Wire, instant, owner, required_request_id};
use crate::domain::{Owner, ServiceRecord};
use crate::names::{ClaimName, ProjectName, TransferName};
use yihe_retry::Retry;

const MOST_GIVERS: usize = 100;
const MOST: i64 = 1_000_000;

/// A service to be recorded.
#[derive(Debug)]
pub struct NewService {
    /// Who gave it, with weights.
    pub givers: Vec<(UserId, i64)>,
    /// Who received it.
    pub receiver: Owner,
    /// Who organized it.
    pub organizer: Option<OrganizationId>,
    /// Minutes of all together.
    pub minutes: i64,
    /// What was done.
    pub summary: String,
    /// The project it carries out.
    pub project: Option<ProjectName>,
    /// The claim it fulfils.
    pub claim: Option<ClaimName>,
    /// How the request is known again.
    pub retry: Retry,
}

impl NewService {
    /// The organizations it names.
    pub fn organizations(&self) -> impl Iterator<Item = OrganizationId> + use<> {
        let receiver = match self.receiver {
            Owner::Organization(organization) => Some(organization),
            Owner::Person(_) | Owner::Community => None,
        };
        receiver.into_iter().chain(self.organizer)
    }
}

/// Who gave and who organized what a request tells of, as far as that can be read: by whom it may be recorded.
pub fn parties(request: &pb::RecordServiceRequest) -> (Vec<UserId>, Option<OrganizationId>) {
    let Some(record) = &request.service_record else {
        return (Vec::new(), None);
    };
    let user = |giver: &pb::ServiceGiver| giver.user.parse::<UserName>().ok().map(|name| name.user);
    let organizer = record.organizer.parse::<OrganizationName>().ok();
    (
        record.givers.iter().filter_map(user).collect(),
        organizer.map(|name| name.organization),
    )
}

impl TryFrom<&pb::RecordServiceRequest> for NewService {
    type Error = Error;

    fn try_from(request: &pb::RecordServiceRequest) -> Result<Self> {
        let record = request.service_record.clone().unwrap_or_default();
        let receiver = owner_of("service_record.receiver", &record.receiver)?;
        let mut fields = Fields::new();
        required_request_id(&mut fields, &request.request_id);
        let retry = Retry::of(&mut fields, &request.request_id, request);
        if record.givers.is_empty() || record.givers.len() > MOST_GIVERS {
            fields.refuse("service_record.givers", "must be 1 to 100", "须为 1 至 100 人");
        }
        let mut givers = Vec::with_capacity(record.givers.len());
        let mut seen = BTreeSet::new();
        for (index, giver) in record.givers.iter().enumerate() {
            let field = |name: &str| format!("service_record.givers[{index}].{name}");
            let user = fields.name::<UserName>(&field("user"), &giver.user);
            let weight = if giver.weight == 0 { 1 } else { giver.weight };
            if !(1..=MOST).contains(&weight) {
                fields.refuse(&field("weight"), "must be 1 to 1,000,000", "须为 1 至 1000000");
            }
            let Some(user) = user else { continue };
            if !seen.insert(user.user) {
                fields.refuse(&field("user"), "is named twice", "重复");
            }
            givers.push((user.user, weight));
        }
        if givers.iter().any(|(user, _)| Owner::Person(*user) == receiver) {
            fields.refuse("service_record.receiver", "gave it itself", "不得同时为服务者");
        }
        let organizer = fields.optional_name::<OrganizationName>("service_record.organizer", &record.organizer);
        if !(1..=MOST).contains(&record.minutes) {
            fields.refuse("service_record.minutes", "must be 1 to 1,000,000", "须为 1 至 1000000");
        }
        let summary = fields.line("service_record.summary", &record.summary, 1..=500);
        let project = fields.optional_name::<ProjectName>("service_record.project", &record.project);
        let claim = fields.optional_name::<ClaimName>("service_record.claim", &record.claim);
        fields.finish()?;
        Ok(Self {
            givers,
            receiver,
            organizer: organizer.map(|name| name.organization),
            minutes: record.minutes,
            summary,
            project,
            claim,
            retry,
        })
    }
}

/// A service as it is told.
pub fn service_record(record: ServiceRecord) -> pb::ServiceRecord {
    let community = &record.name.community;
    let batch = record
        .batch
        .map(|batch| TransferName::new(community, batch).to_string());
    let user = |user: UserId| UserName { user }.to_string();
    let givers = record.givers.iter().map(|giver| pb::ServiceGiver {
        user: user(giver.user),
        weight: giver.weight,
        minutes: giver.minutes,
    });
    pb::ServiceRecord {
        givers: givers.collect(),
        name: record.name.to_string(),
        receiver: owner(record.receiver),
        organizer: record
            .organizer
            .map(|organizer| owner(Owner::Organization(organizer)))
            .unwrap_or_default(),
        minutes: record.minutes,
        summary: record.summary,
        state: record.state.number(),
        recorder: user(record.recorder),
        create_time: instant(Some(record.recorded_at)),
        decide_time: instant(record.decided.map(|(_, at)| at)),
        decider: record.decided.map(|(decider, _)| user(decider)).unwrap_or_default(),
        note: record.note,
        batch: batch.unwrap_or_default(),
        project: project_name(community, record.serves.project),
        claim: claim_name(community, record.serves.claim),
    }
}
