use anyhow::{Context, Result, bail};
use yihe_authz::Condition;
use yihe_kernel::Timestamp;
use yihe_proto::policy::v1 as pb;
use yihe_proto::policy::v1::policy_edit::Edit;

/// What a change changes; each may be repeated.
#[derive(Debug, Clone, clap::Args)]
pub struct Edits {
    /// A rule to add: ROLE,PERMISSION,allow|deny[,CONDITION[,FROM[,UNTIL]]] with instants in RFC 3339
    #[arg(long, value_name = "RULE")]
    add: Vec<String>,
    /// Id of a rule to end
    #[arg(long, value_name = "ID")]
    end: Vec<String>,
    /// A rule to put in another one's place: ID=RULE
    #[arg(long, value_name = "ID=RULE")]
    replace: Vec<String>,
    /// A role to make (自定角色): ROLE/slug,NAME IN CHINESE,NAME IN ENGLISH
    #[arg(long, value_name = "ROLE")]
    add_role: Vec<String>,
    /// A made role to end: ROLE/slug
    #[arg(long, value_name = "ROLE")]
    end_role: Vec<String>,
    /// A made role to give: users/…|clients/…,organizations/…|self,ROLE/slug[,FROM[,UNTIL]]
    #[arg(long, value_name = "ASSIGNMENT")]
    assign: Vec<String>,
    /// Id of an assignment to end
    #[arg(long, value_name = "ID")]
    end_assignment: Vec<String>,
    /// Approvals that changes take from now on (审批设置): ORDINARY,SENSITIVE
    #[arg(long, value_name = "NUMBERS")]
    settings: Option<String>,
}

impl Edits {
    /// The edits: what is ended first, then what begins, roles before what names them.
    ///
    /// # Errors
    /// The first argument that cannot be read.
    pub(super) fn read(&self) -> Result<Vec<pb::PolicyEdit>> {
        let mut edits = Vec::new();
        edits.extend(self.end.iter().cloned().map(Edit::End));
        edits.extend(self.end_assignment.iter().cloned().map(Edit::EndAssignment));
        edits.extend(each("--add-role", &self.add_role, |text| {
            made_role(text).map(Edit::AddRole)
        })?);
        edits.extend(each("--replace", &self.replace, |text| {
            replaced(text).map(Edit::Replace)
        })?);
        edits.extend(each("--add", &self.add, |text| grant(text).map(Edit::Add))?);
        edits.extend(each("--assign", &self.assign, |text| {
            assignment(text).map(Edit::Assign)
        })?);
        edits.extend(self.end_role.iter().cloned().map(Edit::EndRole));
        let settings = self.settings.iter().cloned().collect::<Vec<_>>();
        edits.extend(each("--settings", &settings, |text| {
            settings_of(text).map(Edit::Settings)
        })?);
        Ok(edits
            .into_iter()
            .map(|edit| pb::PolicyEdit { edit: Some(edit) })
            .collect())
    }
}

fn each(flag: &str, texts: &[String], read: impl Fn(&str) -> Result<Edit>) -> Result<Vec<Edit>> {
    let read = texts
        .iter()
        .map(|text| read(text).with_context(|| format!("{flag} {text}")));
    read.collect()
}

fn fields(text: &str) -> Vec<&str> {
    text.split(',').map(str::trim).collect()
}

/// A field that may be left out.
fn field<'a>(rest: &[&'a str], place: usize) -> Option<&'a str> {
    rest.get(place).copied().filter(|text| !text.is_empty())
}

fn grant(text: &str) -> Result<pb::Grant> {
    let fields = fields(text);
    let [role, permission, effect, rest @ ..] = fields.as_slice() else {
        bail!("a rule is ROLE,PERMISSION,allow|deny[,CONDITION[,FROM[,UNTIL]]]");
    };
    if rest.len() > 3 {
        bail!("a rule has at most 6 fields");
    }
    let effect = match *effect {
        "allow" => pb::Effect::Allow,
        "deny" => pb::Effect::Deny,
        other => bail!("`{other}` is not one of allow, deny"),
    };
    let condition = field(rest, 0).map(|text| text.parse::<Condition>().map_err(anyhow::Error::msg));
    let condition = condition
        .transpose()?
        .map_or(pb::Condition::Unspecified, Condition::to_proto);
    Ok(pb::Grant {
        role: (*role).to_owned(),
        permission: (*permission).to_owned(),
        effect: effect.into(),
        condition: condition.into(),
        start_time: field(rest, 1).map(instant).transpose()?,
        end_time: field(rest, 2).map(instant).transpose()?,
        ..Default::default()
    })
}

fn replaced(text: &str) -> Result<pb::ReplaceGrant> {
    let (id, rule) = text.split_once('=').context("a replacement is ID=RULE")?;
    Ok(pb::ReplaceGrant {
        id: id.trim().to_owned(),
        grant: Some(grant(rule)?),
    })
}

fn made_role(text: &str) -> Result<pb::MadeRole> {
    let fields = fields(text);
    let [role, zh, en] = fields.as_slice() else {
        bail!("a role is ROLE/slug,NAME IN CHINESE,NAME IN ENGLISH");
    };
    Ok(pb::MadeRole {
        role: (*role).to_owned(),
        display_name_zh: (*zh).to_owned(),
        display_name_en: (*en).to_owned(),
    })
}

fn assignment(text: &str) -> Result<pb::RoleAssignment> {
    let fields = fields(text);
    let [principal, capacity, role, rest @ ..] = fields.as_slice() else {
        bail!("an assignment is PRINCIPAL,CAPACITY,ROLE[,FROM[,UNTIL]]");
    };
    if rest.len() > 2 {
        bail!("an assignment has at most 5 fields");
    }
    Ok(pb::RoleAssignment {
        principal: (*principal).to_owned(),
        capacity: (*capacity).to_owned(),
        role: (*role).to_owned(),
        start_time: field(rest, 0).map(instant).transpose()?,
        end_time: field(rest, 1).map(instant).transpose()?,
        ..Default::default()
    })
}

fn settings_of(text: &str) -> Result<pb::PolicySettings> {
    let numbers: Option<Vec<i32>> = fields(text).into_iter().map(|number| number.parse().ok()).collect();
    let Some([ordinary_approvals, sensitive_approvals]) = numbers.as_deref() else {
        bail!("settings are two numbers, ORDINARY,SENSITIVE");
    };
    Ok(pb::PolicySettings {
        ordinary_approvals: *ordinary_approvals,
        sensitive_approvals: *sensitive_approvals,
    })
}

fn instant(text: &str) -> Result<prost_types::Timestamp> {
    let read = text.parse::<Timestamp>().ok();
    let instant = read.with_context(|| format!("`{text}` is not an instant such as 2026-03-01T00:00:00+08:00"))?;
    Ok(instant.to_proto())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_read_with_condition_and_term() {
        let read = grant("PROPERTY_COMPANY/*, meeting.ballot.cast, deny, serves, 2026-03-01T00:00:00+08:00").unwrap();
        assert_eq!(
            (read.role.as_str(), read.permission.as_str()),
            ("PROPERTY_COMPANY/*", "meeting.ballot.cast")
        );
        assert_eq!(
            (read.effect(), read.condition()),
            (pb::Effect::Deny, pb::Condition::Serves)
        );
        assert_eq!(read.start_time.map(|start| start.seconds), Some(1_772_294_400));
        assert_eq!(read.end_time, None);
        assert!(
            grant("*/*,meeting.vote.open,allow,,,2027-01-01T00:00:00Z")
                .unwrap()
                .end_time
                .is_some()
        );
    }

    #[test]
    fn what_is_wrong_with_a_rule_is_told() {
        for (text, expected) in [
            ("*/*", "a rule is ROLE"),
            ("*/*,meeting.vote.open,maybe", "is not one of allow, deny"),
            ("*/*,meeting.vote.open,allow,friend", "is not one of owner"),
            ("*/*,meeting.vote.open,allow,,tomorrow", "is not an instant"),
            ("*/*,meeting.vote.open,allow,,,,", "at most 6 fields"),
        ] {
            let told = grant(text).unwrap_err().to_string();
            assert!(told.contains(expected), "{told}");
        }
        let told = replaced("*/*,meeting.vote.open,allow").unwrap_err().to_string();
        assert!(told.contains("ID=RULE"), "{told}");
    }

    #[test]
    fn roles_assignments_and_settings_are_read() {
        let role = made_role("ROLE/hall-keeper, 礼堂管理员, Hall keeper").unwrap();
        assert_eq!(
            (role.role.as_str(), role.display_name_en.as_str()),
            ("ROLE/hall-keeper", "Hall keeper")
        );
        let held = assignment("users/1,self,ROLE/hall-keeper,,2027-01-01T00:00:00Z").unwrap();
        assert_eq!((held.capacity.as_str(), held.start_time), ("self", None));
        assert!(held.end_time.is_some());
        let settings = settings_of("2, 3").unwrap();
        assert_eq!((settings.ordinary_approvals, settings.sensitive_approvals), (2, 3));
        for told in [
            made_role("ROLE/x").unwrap_err(),
            assignment("users/1,self").unwrap_err(),
            assignment("users/1,self,ROLE/x,,,").unwrap_err(),
            settings_of("2").unwrap_err(),
            settings_of("two,3").unwrap_err(),
        ] {
            let told = told.to_string();
            assert!(
                told.contains("is ROLE/") || told.contains("an assignment") || told.contains("two numbers"),
                "{told}"
            );
        }
    }
}
