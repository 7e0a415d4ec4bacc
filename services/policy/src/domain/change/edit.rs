use yihe_authz::{Catalogue, Grant, MadeRole, PermissionPattern, Principal, RoleName};
use yihe_kernel::{Error, Fields, Result, Timestamp};
use yihe_proto::policy::v1 as pb;
use yihe_proto::policy::v1::policy_edit::Edit as Wire;

use crate::domain::closest::closest;
use crate::domain::made::{Item, ItemKind, made_role};
use crate::domain::place::Place;
use crate::reasons;

/// Edits that a change may hold.
pub(crate) const MOST_EDITS: usize = 1_000;
const MOST_APPROVALS: i32 = 20;

/// One edit, its fields valid by themselves.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Edit {
    Begin(Item),
    End(Target),
    Replace(String, Grant),
}

/// What an edit ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    Item(ItemKind, String),
    Role(MadeRole),
}

/// Whether there are not too many edits. A roll-back holds as many as it takes.
///
/// # Errors
/// `TOO_MANY_EDITS`.
pub(crate) fn check_count(edits: &[pb::PolicyEdit]) -> Result<()> {
    if edits.len() <= MOST_EDITS {
        return Ok(());
    }
    Err(Error::new(&reasons::TOO_MANY_EDITS)
        .with("count", edits.len())
        .with("limit", MOST_EDITS))
}

/// Reads the edits of a change of a place.
///
/// # Errors
/// `NOTHING_TO_CHANGE`; `RULE_OF_ANOTHER_DOMAIN`; `INVALID_REQUEST` naming every bad field.
pub(crate) fn read(edits: &[pb::PolicyEdit], place: &Place, now: Timestamp) -> Result<Vec<Edit>> {
    if edits.is_empty() {
        return Err(Error::new(&reasons::NOTHING_TO_CHANGE));
    }
    let mut fields = Fields::new();
    let mut read = Vec::with_capacity(edits.len());
    for (index, edit) in edits.iter().enumerate() {
        let at = format!("edits[{index}]");
        let mut reader = Reader {
            fields: &mut fields,
            place,
            now,
        };
        match &edit.edit {
            None => reader.fields.refuse(&at, "says nothing", "内容为空"),
            Some(edit) => read.extend(reader.edit(&at, edit)?),
        }
    }
    fields.finish()?;
    Ok(read)
}

struct Reader<'a> {
    fields: &'a mut Fields,
    place: &'a Place,
    now: Timestamp,
}

impl Reader<'_> {
    fn edit(&mut self, at: &str, edit: &Wire) -> Result<Option<Edit>> {
        Ok(match edit {
            Wire::Add(grant) => self
                .grant(&format!("{at}.add"), grant)?
                .map(|grant| Edit::Begin(Item::Grant(grant))),
            Wire::End(id) => Some(Edit::End(Target::Item(ItemKind::Grant, id.clone()))),
            Wire::Replace(replace) => {
                let wire = replace.grant.clone().unwrap_or_default();
                let grant = self.grant(&format!("{at}.replace.grant"), &wire)?;
                grant.map(|grant| Edit::Replace(replace.id.clone(), grant))
            }
            Wire::AddRole(role) => self.role(&format!("{at}.add_role"), role),
            Wire::EndRole(role) => self
                .made(&format!("{at}.end_role"), role)
                .map(|role| Edit::End(Target::Role(role))),
            Wire::Assign(assignment) => self.assignment(&format!("{at}.assign"), assignment),
            Wire::EndAssignment(id) => Some(Edit::End(Target::Item(ItemKind::Assignment, id.clone()))),
            Wire::Settings(settings) => self.settings(&format!("{at}.settings"), *settings),
        })
    }

    fn grant(&mut self, at: &str, wire: &pb::Grant) -> Result<Option<Grant>> {
        let own = self.place.code();
        if !wire.domain.is_empty() && wire.domain != own {
            return Err(Error::new(&reasons::RULE_OF_ANOTHER_DOMAIN)
                .with("edit", at)
                .with("domain", own)
                .with("other", wire.domain.chars().take(40).collect::<String>()));
        }
        let mut sound = self.permission(at, &wire.permission);
        if let Err(detail) = wire.role.parse::<RoleName>() {
            let zh = format!("“{}”不是角色", cut(&wire.role));
            self.fields.refuse(&format!("{at}.role"), detail, zh);
            sound = false;
        }
        if !matches!(
            pb::Effect::try_from(wire.effect),
            Ok(pb::Effect::Allow | pb::Effect::Deny)
        ) {
            self.fields
                .refuse(&format!("{at}.effect"), "is neither allow nor deny", "须为准许或禁止");
            sound = false;
        }
        if pb::Condition::try_from(wire.condition).is_err() {
            self.fields
                .refuse(&format!("{at}.condition"), "is not a condition", "不是已知的条件");
            sound = false;
        }
        sound &= self.term(at, wire.start_time.as_ref(), wire.end_time.as_ref());
        if !sound {
            return Ok(None);
        }
        let whole = pb::Grant {
            id: at.to_owned(),
            domain: own.to_owned(),
            source: String::new(),
            ..wire.clone()
        };
        Grant::parse(&whole, Catalogue::shipped()).map(Some)
    }

    fn permission(&mut self, at: &str, text: &str) -> bool {
        let catalogue = Catalogue::shipped();
        let Ok(pattern) = text.parse::<PermissionPattern>();
        let known = match &pattern {
            PermissionPattern::All => true,
            PermissionPattern::One(one) => catalogue.permission_index(one).is_some(),
            PermissionPattern::Resource(prefix) => {
                prefix.ends_with('.')
                    && prefix.matches('.').count() == 2
                    && catalogue.permissions().iter().any(|known| pattern.matches(&known.name))
            }
        };
        if !known {
            let (text, closest) = (cut(text), closest(text, catalogue).join(", "));
            self.fields.refuse(
                &format!("{at}.permission"),
                format!("`{text}` is not a permission; the closest are {closest}"),
                format!("没有“{text}”这一权限；相近的有 {closest}"),
            );
        }
        known
    }

    fn term(&mut self, at: &str, start: Option<&prost_types::Timestamp>, end: Option<&prost_types::Timestamp>) -> bool {
        let start_at = self.fields.instant(&format!("{at}.start_time"), start);
        let end_at = self.fields.instant(&format!("{at}.end_time"), end);
        let field = format!("{at}.end_time");
        if let (Some(start), Some(end)) = (start_at, end_at)
            && end <= start
        {
            self.fields
                .refuse(&field, "is not after start_time", "必须晚于起始时间");
            return false;
        }
        if end_at.is_some_and(|end| end <= self.now) {
            self.fields.refuse(&field, "has passed", "已经过去");
            return false;
        }
        // an instant outside the calendar was refused above
        start.is_some() == start_at.is_some() && end.is_some() == end_at.is_some()
    }

    fn made(&mut self, at: &str, text: &str) -> Option<MadeRole> {
        match made_role(text) {
            Ok(role) => Some(role),
            Err(detail) => {
                let zh = format!("“{}”不是自定角色：ROLE/slug", cut(text));
                self.fields.refuse(at, detail, zh);
                None
            }
        }
    }

    fn role(&mut self, at: &str, role: &pb::MadeRole) -> Option<Edit> {
        let at_role = format!("{at}.role");
        let made = self.made(&at_role, &role.role)?;
        let own = self.place.code();
        if made.maker().is_some_and(|maker| maker.as_str() != own) {
            let zh = format!("“{}”属于另一辖域", cut(&role.role));
            self.fields.refuse(&at_role, "is a role of another domain", zh);
            return None;
        }
        let display_name_zh = self
            .fields
            .line(&format!("{at}.display_name_zh"), &role.display_name_zh, 1..=60);
        let display_name_en = self
            .fields
            .line(&format!("{at}.display_name_en"), &role.display_name_en, 1..=60);
        Some(Edit::Begin(Item::Role(pb::MadeRole {
            role: made.to_string(),
            display_name_zh,
            display_name_en,
        })))
    }

    fn assignment(&mut self, at: &str, assignment: &pb::RoleAssignment) -> Option<Edit> {
        let role = self.made(&format!("{at}.role"), &assignment.role);
        let principal = match assignment.principal.parse() {
            Ok(principal @ (Principal::User(_) | Principal::Client(_))) => Some(principal),
            _ => {
                self.fields.refuse(
                    &format!("{at}.principal"),
                    "is not of the form `users/{user}` or `clients/{client}`",
                    "须为“users/{user}”或“clients/{client}”",
                );
                None
            }
        };
        let capacity: Option<yihe_authz::Capacity> = assignment.capacity.parse().ok();
        let own = capacity == Some(yihe_authz::Capacity::Own);
        if capacity.is_none() || own && matches!(principal, Some(Principal::Client(_))) {
            self.fields.refuse(
                &format!("{at}.capacity"),
                "is not `organizations/{organization}`, or for a person `self`",
                "须为“organizations/{organization}”，个人也可为“self”",
            );
            return None;
        }
        let sound = self.term(at, assignment.start_time.as_ref(), assignment.end_time.as_ref());
        let (role, _) = (role?, principal?);
        sound.then(|| {
            Edit::Begin(Item::Assignment(pb::RoleAssignment {
                id: String::new(),
                role: role.to_string(),
                ..assignment.clone()
            }))
        })
    }

    fn settings(&mut self, at: &str, settings: pb::PolicySettings) -> Option<Edit> {
        for (field, value) in [
            ("ordinary_approvals", settings.ordinary_approvals),
            ("sensitive_approvals", settings.sensitive_approvals),
        ] {
            if !(0..=MOST_APPROVALS).contains(&value) {
                self.fields.refuse(
                    &format!("{at}.{field}"),
                    format!("is not from 1 to {MOST_APPROVALS}"),
                    format!("须在 1 至 {MOST_APPROVALS} 之间"),
                );
            }
        }
        Some(Edit::Begin(Item::Settings(pb::PolicySettings {
            ordinary_approvals: settings.ordinary_approvals.max(1),
            sensitive_approvals: settings.sensitive_approvals.max(1),
        })))
    }
}

fn cut(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(80).collect()
}
