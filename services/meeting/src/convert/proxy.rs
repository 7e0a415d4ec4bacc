use yihe_kernel::{Fields, FileName, Result, Timestamp};
use yihe_proto::meeting::v1 as pb;

use super::{Wire, instant, user};
use crate::domain::{Member, Proxy, ProxyInstruction, ProxyScope};
use crate::names::{AgendaItemName, MeetingName};
use yihe_retry::Retry;

/// The most items that one proxy names.
const ITEMS: usize = 100;

/// A proxy to be given or recorded.
#[derive(Debug)]
pub struct NewProxy {
    /// Who casts the ballot.
    pub holder: Member,
    /// For which items, and how.
    pub scope: ProxyScope,
    /// The first instant it is no longer good for.
    pub expires_at: Option<Timestamp>,
    /// The paper, where it was given on paper.
    pub evidence: Option<FileName>,
    /// How the request is known again.
    pub retry: Retry,
}

impl NewProxy {
    /// Given by the principal itself.
    ///
    /// # Errors
    /// `INVALID_REQUEST`.
    pub fn granted(meeting: &MeetingName, request: &pb::GrantProxyRequest) -> Result<Self> {
        let mut fields = Fields::new();
        let retry = Retry::of(&mut fields, &request.request_id, request);
        let proxy = request.proxy.clone().unwrap_or_default();
        let made = terms(&mut fields, meeting, &proxy).map(|(holder, scope, expires_at)| Self {
            holder,
            scope,
            expires_at,
            evidence: None,
            retry,
        });
        fields.finish_with("proxy", made)
    }

    /// Given on paper, with its principal.
    ///
    /// # Errors
    /// `INVALID_REQUEST`.
    pub fn recorded(meeting: &MeetingName, request: &pb::RecordProxyRequest) -> Result<(Member, Self)> {
        let mut fields = Fields::new();
        let retry = Retry::of(&mut fields, &request.request_id, request);
        let proxy = request.proxy.clone().unwrap_or_default();
        let principal = fields.name::<Member>("proxy.principal", &proxy.principal);
        let evidence = fields.name::<FileName>("proxy.evidence", &proxy.evidence);
        let terms = terms(&mut fields, meeting, &proxy);
        let made = principal.zip(terms).map(|(principal, (holder, scope, expires_at))| {
            let new = Self {
                holder,
                scope,
                expires_at,
                evidence,
                retry,
            };
            (principal, new)
        });
        fields.finish_with("proxy", made)
    }
}

fn terms(
    fields: &mut Fields,
    meeting: &MeetingName,
    proxy: &pb::Proxy,
) -> Option<(Member, ProxyScope, Option<Timestamp>)> {
    let holder = fields.name::<Member>("proxy.holder", &proxy.holder);
    let expires_at = fields.instant("proxy.expire_time", proxy.expire_time.as_ref());
    if proxy.items.is_empty() {
        let instruction = instruction(fields, "proxy.instruction", proxy.instruction);
        return Some((holder?, ProxyScope::All(instruction), expires_at));
    }
    if proxy.items.len() > ITEMS {
        fields.refuse("proxy.items", "must be at most 100", "至多 100 项");
    }
    let mut items = Vec::new();
    for item in proxy.items.iter().take(ITEMS) {
        let instruction = instruction(fields, "proxy.items", item.instruction);
        let Some(name) = fields.name::<AgendaItemName>("proxy.items", &item.agenda_item) else {
            continue;
        };
        if name.meeting() != *meeting {
            fields.refuse("proxy.items", "names an item of another meeting", "含有其他会议的议题");
        } else if items.iter().any(|(known, _)| *known == name.agenda_item) {
            fields.refuse("proxy.items", "names an item twice", "议题重复");
        } else {
            items.push((name.agenda_item, instruction));
        }
    }
    Some((holder?, ProxyScope::Items(items), expires_at))
}

fn instruction(fields: &mut Fields, field: &str, number: i32) -> ProxyInstruction {
    let wire = pb::ProxyInstruction::try_from(number);
    if wire.is_err() {
        fields.refuse(field, "must be one of the values of the contract", "须为约定的取值之一");
    }
    wire.ok()
        .and_then(ProxyInstruction::from_wire)
        .unwrap_or(ProxyInstruction::Free)
}

impl From<Proxy> for pb::Proxy {
    fn from(proxy: Proxy) -> Self {
        let community = &proxy.name.community;
        let item = |(item, instruction): &(_, ProxyInstruction)| pb::ProxyItem {
            agenda_item: proxy.name.meeting().agenda_item(*item).to_string(),
            instruction: instruction.number(),
        };
        let (items, instruction) = match &proxy.scope {
            ProxyScope::All(instruction) => (Vec::new(), instruction.to_wire()),
            ProxyScope::Items(items) => (items.iter().map(item).collect(), pb::ProxyInstruction::Unspecified),
        };
        Self {
            name: proxy.name.to_string(),
            principal: proxy.principal.name(community),
            holder: proxy.holder.name(community),
            items,
            instruction: instruction.into(),
            form: proxy.form.number(),
            expire_time: instant(proxy.expires_at),
            evidence: proxy.evidence.map(|file| file.to_string()).unwrap_or_default(),
            grant_time: instant(Some(proxy.granted_at)),
            revoke_time: instant(proxy.revoked_at),
            void_time: instant(proxy.voided_at),
            recorded_by: proxy.recorded_by.map(user).unwrap_or_default(),
        }
    }
}
