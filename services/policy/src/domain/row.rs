use yihe_authz::{Catalogue, Condition, Domain, Grant, PermissionPattern, RoleName};
use yihe_kernel::Timestamp;
use yihe_proto::policy::v1 as pb;

use super::closest::closest;

/// The text of one row of a rules file.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Row<'a> {
    /// Where it comes from, as in [`Grant::source`].
    pub source: &'a str,
    pub role: &'a str,
    pub domain: &'a str,
    pub permission: &'a str,
    pub effect: &'a str,
    /// Empty means always.
    pub condition: &'a str,
    /// RFC 3339; empty means from ever.
    pub effective: &'a str,
    /// RFC 3339; empty means for ever.
    pub expire: &'a str,
}

impl Row<'_> {
    /// The grant that the row says, if every field of it is valid; what is wrong in words otherwise.
    pub fn grant(&self, catalogue: &Catalogue) -> Result<Grant, String> {
        let role: RoleName = self.role.parse()?;
        self.check_permission(catalogue)?;
        self.domain.parse::<Domain>()?;
        let effect = match self.effect {
            "allow" => pb::Effect::Allow,
            "deny" => pb::Effect::Deny,
            other => return Err(format!("`{other}` is not one of allow, deny")),
        };
        let condition = match self.condition {
            "" => pb::Condition::Unspecified,
            text => text.parse::<Condition>()?.to_proto(),
        };
        let (start, end) = (instant(self.effective)?, instant(self.expire)?);
        if let (Some(start), Some(end)) = (start, end)
            && end <= start
        {
            return Err(format!("the term ends at {end}, not after its start at {start}"));
        }
        let wire = pb::Grant {
            id: self.id(start),
            role: role.to_string(),
            domain: self.domain.to_owned(),
            permission: self.permission.to_owned(),
            effect: effect.into(),
            condition: condition.into(),
            start_time: start.map(Timestamp::to_proto),
            end_time: end.map(Timestamp::to_proto),
            source: self.source.to_owned(),
        };
        Grant::parse(&wire, catalogue).map_err(|error| error.to_string())
    }

    fn check_permission(&self, catalogue: &Catalogue) -> Result<(), String> {
        let Ok(pattern) = self.permission.parse::<PermissionPattern>();
        // patterns are checked with the rest of the row
        let PermissionPattern::One(one) = pattern else {
            return Ok(());
        };
        if catalogue.permission_index(&one).is_some() {
            return Ok(());
        }
        let closest = closest(self.permission, catalogue).join(", ");
        Err(format!(
            "`{}` is not a permission; the closest are {closest}",
            self.permission
        ))
    }

    /// Tells what the row says, so that the same row has the same id wherever it stands.
    fn id(&self, start: Option<Timestamp>) -> String {
        let domain = if self.domain == "*" { "" } else { self.domain };
        let effect = if self.effect == "deny" { "deny" } else { "" };
        let parts = [self.source, domain, self.permission, self.role, self.condition, effect];
        let id = parts
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("/");
        start.map_or_else(|| id.clone(), |start| format!("{id}@{start}"))
    }
}

fn instant(text: &str) -> Result<Option<Timestamp>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse()
        .map(Some)
        .map_err(|_| format!("`{text}` is not an instant such as 2026-03-01T00:00:00+08:00"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: Row<'_> = Row {
        source: "fixture",
        role: "PROPERTY_COMPANY/*",
        domain: "440309",
        permission: "meeting.ballot.cast",
        effect: "deny",
        condition: "serves",
        effective: "2026-03-01T00:00:00+08:00",
        expire: "2026-04-01T00:00:00+08:00",
    };

    #[test]
    fn a_row_says_one_grant_whose_id_tells_it() {
        let grant = GOOD.grant(Catalogue::shipped()).unwrap();
        assert_eq!(
            &*grant.id,
            "fixture/440309/meeting.ballot.cast/PROPERTY_COMPANY/*/serves/deny@2026-02-28T16:00:00Z"
        );
        assert_eq!(
            grant.term.end().map(|end| end.to_string()).as_deref(),
            Some("2026-03-31T16:00:00Z")
        );
        let shortest = Row {
            source: "template",
            domain: "*",
            effect: "allow",
            condition: "",
            effective: "",
            expire: "",
            ..GOOD
        };
        assert_eq!(
            &*shortest.grant(Catalogue::shipped()).unwrap().id,
            "template/meeting.ballot.cast/PROPERTY_COMPANY/*"
        );
    }

    #[test]
    fn each_bad_field_is_told_in_words() {
        let bad = [
            (
                Row {
                    role: "PROPERTY_COMPANY/BOSS",
                    ..GOOD
                },
                "is not a role",
            ),
            (
                Row {
                    role: "COMPANY/*",
                    ..GOOD
                },
                "is not a role",
            ),
            (
                Row {
                    permission: "meeting.ballot.cats",
                    ..GOOD
                },
                "the closest are meeting.ballot.cast",
            ),
            (
                Row {
                    permission: "meeting.*",
                    ..GOOD
                },
                "is not valid: `meeting.*`",
            ),
            (Row { permission: "", ..GOOD }, "is not a permission"),
            (
                Row {
                    domain: "4403090020211",
                    ..GOOD
                },
                "is not a division's code",
            ),
            (Row { domain: "", ..GOOD }, "is not a division's code"),
            (
                Row {
                    effect: "permit",
                    ..GOOD
                },
                "is not one of allow, deny",
            ),
            (
                Row {
                    condition: "member",
                    ..GOOD
                },
                "is not one of owner",
            ),
            (
                Row {
                    effective: "2026-03-01",
                    ..GOOD
                },
                "is not an instant",
            ),
            (
                Row {
                    expire: GOOD.effective,
                    ..GOOD
                },
                "not after its start",
            ),
        ];
        for (row, expected) in bad {
            let detail = row.grant(Catalogue::shipped()).unwrap_err();
            assert!(detail.contains(expected), "{detail}");
        }
    }
}
