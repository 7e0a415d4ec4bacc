use yihe_authz::{Condition, Decision, Effect, Residual, RoleName, Snapshot};
use yihe_kernel::Timestamp;

use super::made_roles::MadeRoles;
use super::matrix::roles_that_may;
use super::sentences::{by_condition, listed};
use super::vocabulary::{Words, condition};

/// A condition that is open, and who could fulfil it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Open {
    pub condition: Condition,
    /// It must not hold.
    pub excludes: bool,
    /// The permission by whose use it comes about; `None` where it follows from the object itself.
    pub permission: Option<&'static str>,
    /// Who has that permission here; where there is none, who may under this condition what is explained.
    pub roles: Vec<(RoleName, Decision)>,
}

/// The permission by whose use a condition comes about.
const fn brought_about_by(condition: Condition) -> Option<&'static str> {
    match condition {
        Condition::Participant => Some("meeting.body_member.add"),
        Condition::Convener => Some("meeting.body.create"),
        Condition::Assignee => Some("meeting.commitment.create"),
        Condition::Serves => Some("directory.service_contract.create"),
        Condition::Owner | Condition::Caller => None,
    }
}

impl Open {
    /// Those that a decision about a permission left open, those that must hold first.
    pub fn of(snapshot: &Snapshot, permission: &str, residual: &Residual, now: Timestamp) -> Vec<Self> {
        let open = |condition, excludes| {
            let by = brought_about_by(condition);
            Self {
                condition,
                excludes,
                permission: by,
                roles: match by {
                    Some(by) => roles_that_may(snapshot, by, now),
                    None => under(snapshot, permission, condition, now),
                },
            }
        };
        let must = residual.allow_if.iter().map(|condition| open(condition, false));
        must.chain(residual.deny_if.iter().map(|condition| open(condition, true)))
            .collect()
    }

    /// Who could fulfil it, in words.
    pub fn words(&self, names: &MadeRoles) -> Words {
        let what = condition(self.condition);
        let (zh, en) = match self.excludes {
            true => (
                format!("除外情形“{}”", what.zh),
                format!("What excludes, that {},", what.en),
            ),
            false => (format!("“{}”", what.zh), format!("That {}", what.en)),
        };
        match self.permission {
            None => {
                let roles: Vec<_> = self.roles.iter().map(|(role, _)| names.words(*role)).collect();
                Words::new(
                    format!(
                        "{zh}取决于事项本身；规则就此写到的有：{}。",
                        listed(&roles, "、", |words| &words.zh)
                    ),
                    format!(
                        "{en} follows from the object itself; the rules name under it: {}.",
                        listed(&roles, ", ", |words| &words.en)
                    ),
                )
            }
            Some(by) if self.roles.is_empty() => Words::new(
                format!("{zh}须经“{by}”形成，目前没有任何职务可以办理。"),
                format!("{en} comes about by `{by}`, which no role may do now."),
            ),
            Some(by) => {
                let who = by_condition(&self.roles, names);
                Words::new(
                    format!("{zh}须经“{by}”形成，可以办理的有：{}。", who.zh),
                    format!("{en} comes about by `{by}`; those who may: {}.", who.en),
                )
            }
        }
    }
}

/// The roles that rules in force name under a condition.
fn under(snapshot: &Snapshot, permission: &str, condition: Condition, now: Timestamp) -> Vec<(RoleName, Decision)> {
    let named = snapshot
        .grants_for(permission)
        .filter(|grant| grant.condition == Some(condition) && grant.term.contains(now));
    let mut roles: Vec<(RoleName, Decision)> = Vec::new();
    for grant in named {
        let decision = match grant.effect {
            Effect::Allow => Decision::Allow {
                grant: grant.id.clone(),
            },
            Effect::Deny => Decision::Deny {
                grant: Some(grant.id.clone()),
            },
        };
        if roles.iter().all(|(role, _)| *role != grant.role) {
            roles.push((grant.role, decision));
        }
    }
    roles
}

#[cfg(test)]
mod tests {
    use yihe_authz::Catalogue;

    use super::*;

    #[test]
    fn what_brings_a_condition_about_is_in_the_catalogue() {
        for condition in Condition::ALL {
            if let Some(permission) = brought_about_by(condition) {
                assert!(
                    Catalogue::shipped().permission_index(permission).is_some(),
                    "{permission}"
                );
            }
        }
    }
}
