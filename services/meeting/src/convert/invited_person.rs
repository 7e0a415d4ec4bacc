use yihe_kernel::{Fields, Result, UserId};
use yihe_proto::meeting::v1 as pb;

use super::mandate::by_account_or_name;
use super::{instant, user};
use crate::domain::InvitedPerson;
use crate::names::{AgendaItemId, AgendaItemName, MeetingName};
use yihe_retry::Retry;

/// The most items that one is invited for by name.
const ITEMS: usize = 100;

/// A person to be invited.
#[derive(Debug)]
pub struct NewInvitedPerson {
    /// Who; one without an account has no id yet.
    pub person: Option<UserId>,
    /// Name of one without an account.
    pub display_name: String,
    /// As what.
    pub role: String,
    /// For which items.
    pub items: Vec<AgendaItemId>,
    /// How the request is known again.
    pub retry: Retry,
}

impl NewInvitedPerson {
    /// From the wire.
    ///
    /// # Errors
    /// `INVALID_REQUEST`.
    pub fn read(meeting: &MeetingName, request: &pb::InvitePersonRequest) -> Result<Self> {
        let mut fields = Fields::new();
        let retry = Retry::of(&mut fields, &request.request_id, request);
        let invited = request.invited_person.clone().unwrap_or_default();
        let (person, display_name) = by_account_or_name(
            &mut fields,
            ("invited_person.person", &invited.person),
            ("invited_person.display_name", &invited.display_name),
        );
        let role = fields.line("invited_person.role", &invited.role, 1..=50);
        let items = items(&mut fields, meeting, &invited.items);
        fields.finish()?;
        Ok(Self {
            person,
            display_name,
            role,
            items,
            retry,
        })
    }
}

fn items(fields: &mut Fields, meeting: &MeetingName, names: &[String]) -> Vec<AgendaItemId> {
    let field = "invited_person.items";
    if names.len() > ITEMS {
        fields.refuse(field, "must be at most 100", "至多 100 项");
    }
    let mut items = Vec::new();
    for name in names.iter().take(ITEMS) {
        let Some(name) = fields.name::<AgendaItemName>(field, name) else {
            continue;
        };
        if name.meeting() != *meeting {
            fields.refuse(field, "names an item of another meeting", "含有其他会议的议题");
        } else if items.contains(&name.agenda_item) {
            fields.refuse(field, "names an item twice", "议题重复");
        } else {
            items.push(name.agenda_item);
        }
    }
    items
}

impl From<InvitedPerson> for pb::InvitedPerson {
    fn from(invited: InvitedPerson) -> Self {
        let meeting = invited.name.meeting();
        let item = |item: &AgendaItemId| meeting.agenda_item(*item).to_string();
        Self {
            name: invited.name.to_string(),
            person: user(invited.person),
            items: invited.items.iter().map(item).collect(),
            display_name: invited.display_name,
            role: invited.role,
            invite_time: instant(Some(invited.invited_at)),
            withdraw_time: instant(invited.withdrawn_at),
        }
    }
}
