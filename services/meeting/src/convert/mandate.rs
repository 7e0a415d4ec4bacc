use yihe_kernel::{Fields, FileName, OrganizationId, OrganizationName, Result, UserId, UserName};
use yihe_proto::meeting::v1 as pb;

use super::{instant, organization, user};
use crate::domain::{Mandate, Member};
use yihe_retry::Retry;

const NAME: std::ops::RangeInclusive<usize> = 0..=50;
const NOTE: std::ops::RangeInclusive<usize> = 0..=2000;

/// A mandate to be given or recorded.
#[derive(Debug)]
pub struct NewMandate {
    /// Who is to represent; one without an account has no id yet.
    pub person: Option<UserId>,
    /// Name of one without an account.
    pub display_name: String,
    /// What the organization says of it.
    pub note: String,
    /// The paper.
    pub evidence: Option<FileName>,
    /// How the request is known again.
    pub retry: Retry,
}

impl NewMandate {
    /// Given by the organization itself.
    ///
    /// # Errors
    /// `INVALID_REQUEST`.
    pub fn granted(request: &pb::GrantMandateRequest) -> Result<Self> {
        let mut fields = Fields::new();
        let retry = Retry::of(&mut fields, &request.request_id, request);
        let mandate = request.mandate.clone().unwrap_or_default();
        let person = fields.name::<UserName>("mandate.person", &mandate.person);
        let note = fields.lines("mandate.note", &mandate.note, NOTE);
        let made = person.map(|person| Self {
            person: Some(person.user),
            display_name: String::new(),
            note,
            evidence: None,
            retry,
        });
        fields.finish_with("mandate.person", made)
    }

    /// Given on paper, with the organization it is of.
    ///
    /// # Errors
    /// `INVALID_REQUEST`.
    pub fn recorded(request: &pb::RecordMandateRequest) -> Result<(OrganizationId, Self)> {
        let mut fields = Fields::new();
        let retry = Retry::of(&mut fields, &request.request_id, request);
        let mandate = request.mandate.clone().unwrap_or_default();
        let organization = fields.name::<OrganizationName>("mandate.organization", &mandate.organization);
        let evidence = fields.name::<FileName>("mandate.evidence", &mandate.evidence);
        let note = fields.lines("mandate.note", &mandate.note, NOTE);
        let (person, display_name) = by_account_or_name(
            &mut fields,
            ("mandate.person", &mandate.person),
            ("mandate.person_display_name", &mandate.person_display_name),
        );
        let made = organization.map(|organization| {
            let new = Self {
                person,
                display_name,
                note,
                evidence,
                retry,
            };
            (organization.organization, new)
        });
        fields.finish_with("mandate.organization", made)
    }
}

/// A person by its account, or by its name where it has none.
pub(super) fn by_account_or_name(
    fields: &mut Fields,
    (account_field, account): (&str, &str),
    (name_field, name): (&str, &str),
) -> (Option<UserId>, String) {
    let person = fields.optional_name::<UserName>(account_field, account);
    let name = fields.line(name_field, name, NAME);
    match (account.is_empty(), name.is_empty()) {
        (true, true) => fields.refuse(
            account_field,
            "is required, or the name of one without an account",
            "必填,或填写没有账号者的姓名",
        ),
        (false, false) => fields.refuse(name_field, "is for one without an account", "仅适用于没有账号者"),
        _ => {}
    }
    (person.map(|person| person.user), name)
}

/// For whom the acting person wants to act by a mandate; absent means who acts.
///
/// # Errors
/// `INVALID_REQUEST`.
pub fn wanted(member: &str) -> Result<Option<Member>> {
    let mut fields = Fields::new();
    let wanted = fields.optional_name("member", member);
    fields.finish()?;
    Ok(wanted)
}

impl From<Mandate> for pb::Mandate {
    fn from(mandate: Mandate) -> Self {
        Self {
            name: mandate.name.to_string(),
            organization: organization(mandate.organization),
            person: user(mandate.person),
            person_display_name: mandate.display_name,
            note: mandate.note,
            evidence: mandate.evidence.map(|file| file.to_string()).unwrap_or_default(),
            grant_time: instant(Some(mandate.granted_at)),
            recorded_by: mandate.recorded_by.map(user).unwrap_or_default(),
            revoke_time: instant(mandate.revoked_at),
        }
    }
}
