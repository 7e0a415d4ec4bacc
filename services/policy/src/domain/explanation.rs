use yihe_authz::{Decision, Domain, Effect, Grant, Revision, RoleName};

use super::made_roles::MadeRoles;
use super::open_condition::Open;
use super::origin::Origin;
use super::place::Place;
use super::sentences::{by_condition, listed, open};
use super::vocabulary::{Words, condition};

/// A decision and what is known around it.
#[derive(Debug)]
pub(crate) struct Case<'a> {
    pub permission: &'a str,
    pub place: &'a Place,
    /// The posts that administer its policies: the secretary approves what is proposed.
    pub administrators: &'a [RoleName],
    /// What roles that were made are called.
    pub names: &'a MadeRoles,
    /// For a conditional decision: what is open.
    pub open: &'a [Open],
    /// Name of somebody else than the caller, such as `users/{user}`.
    pub somebody: Option<String>,
    /// What the organization acted for is called; `None` for `self`.
    pub acting_for: Option<String>,
    /// The roles held in that capacity.
    pub roles: &'a [RoleName],
    pub decision: &'a Decision,
    /// The grant that decides, and where it comes from.
    pub deciding: Option<(&'a Grant, Origin<'a>)>,
    /// For a denial from a level above: what its division is called, where that is known.
    pub level: Option<String>,
    /// For a denial: what would have allowed but for its term.
    pub out_of_term: &'a [Words],
    /// For a denial: the widest roles that may, here and now, with their decisions.
    pub roles_that_may: &'a [(RoleName, Decision)],
    /// An API client asks about what only a person may do.
    pub needs_a_person: bool,
    /// What other organizations are called for which the same person may.
    pub may_for: &'a [String],
    pub revision: Revision,
}

impl Case<'_> {
    /// The roles that could grant what is denied: none where a level above denies, or where only the operator may.
    pub fn roles_that_may_grant(&self) -> &[RoleName] {
        let Decision::Deny { .. } = self.decision else {
            return &[];
        };
        let liftable = match &self.deciding {
            None => !self.needs_a_person && !self.only_the_operator_may(),
            Some((grant, _)) => grant.domain == self.place.domain(),
        };
        if liftable { self.administrators } else { &[] }
    }

    fn only_the_operator_may(&self) -> bool {
        matches!(self.roles_that_may, [(RoleName::Operator, _)])
    }

    /// The explanation in sentences.
    pub fn words(&self) -> Words {
        let (mut zh, mut en) = match self.decision {
            Decision::Allow { .. } => (vec![self.may_zh("")], vec![self.may_en("")]),
            Decision::Residual(residual) => {
                let (zh, en) = open(residual.allow_if, residual.deny_if);
                let fulfilling: Vec<_> = self.open.iter().map(|open| open.words(self.names)).collect();
                (
                    [self.may_zh(&zh)]
                        .into_iter()
                        .chain(fulfilling.iter().map(|words| words.zh.clone()))
                        .collect(),
                    [self.may_en(&en)]
                        .into_iter()
                        .chain(fulfilling.iter().map(|words| words.en.clone()))
                        .collect(),
                )
            }
            Decision::Deny { .. } => self.denial(),
        };
        if self.needs_a_person {
            zh.push("此事须由本人办理，接口客户端不得代行。".to_owned());
            en.push("A person must do it; an API client may not, whatever is granted.".to_owned());
        }
        let Revision { directory, policy } = self.revision;
        let (zh, en) = (zh.concat(), en.join(" "));
        Words::new(
            format!("{zh}（修订：名册 {directory}、规则 {policy}）"),
            format!("{en} (Revision: directory {directory}, policy {policy}.)"),
        )
    }

    fn may_zh(&self, open: &str) -> String {
        let (who, permission, rule) = (self.who_zh(), self.permission, self.rule().zh);
        format!("{who}可以执行“{permission}”{open}。依据：{rule}。")
    }

    fn may_en(&self, open: &str) -> String {
        let (who, permission, rule) = (self.who_en(), self.permission, self.rule().en);
        format!("{who} may do `{permission}`{open}. By the rule: {rule}.")
    }

    fn denial(&self) -> (Vec<String>, Vec<String>) {
        let permission = self.permission;
        let mut zh = vec![format!("{}不可以执行“{permission}”。", self.who_zh())];
        let mut en = vec![format!("{} may not do `{permission}`.", self.who_en())];
        let mut say = |words: Words| {
            zh.push(words.zh);
            en.push(words.en);
        };
        match &self.deciding {
            Some((grant, _)) => {
                let rule = self.rule();
                say(Words::new(
                    format!("已有禁止：{}。禁止优先于任何准许。", rule.zh),
                    format!("It is forbidden: {}. A denial beats every grant.", rule.en),
                ));
                say(self.lifting(grant));
            }
            None => {
                say(self.lacking());
                self.out_of_term.iter().cloned().for_each(&mut say);
                say(self.who_may());
            }
        }
        if !self.may_for.is_empty() {
            say(Words::new(
                format!("换为代表{}则可以。", self.may_for.join("、")),
                format!("Acting for {}, the same person may.", self.may_for.join(" or ")),
            ));
        }
        (zh, en)
    }

    fn lacking(&self) -> Words {
        let held: Vec<_> = self
            .roles
            .iter()
            .filter(|held| !matches!(held, RoleName::Kind(_) | RoleName::Appointed))
            .collect();
        if held.is_empty() {
            return Words::new("在此身份下没有在任的职务。", "In this capacity no post is held now.");
        }
        let names: Vec<_> = held.into_iter().map(|held| self.names.words(*held)).collect();
        let (zh, en) = (
            listed(&names, "、", |words| &words.zh),
            listed(&names, ", ", |words| &words.en),
        );
        Words::new(
            format!("现任{zh}，没有获得此项授权。"),
            format!("The roles held ({en}) have not been granted it."),
        )
    }

    fn administrators(&self) -> Words {
        let words: Vec<_> = self.administrators.iter().map(|role| self.names.words(*role)).collect();
        Words::new(
            listed(&words, "或", |words| &words.zh),
            listed(&words, " or ", |words| &words.en),
        )
    }

    fn who_may(&self) -> Words {
        let granting = self.administrators();
        if self.roles_that_may.is_empty() {
            return Words::new(
                format!(
                    "目前没有任何职务获得此项授权。如确有需要，可请{}依程序授予。",
                    granting.zh
                ),
                format!(
                    "No role has been granted it. The {} may grant it by the governed procedure.",
                    granting.en
                ),
            );
        }
        let Words { zh, en } = by_condition(self.roles_that_may, self.names);
        if self.needs_a_person {
            return Words::new(format!("可以执行的有：{zh}。"), format!("Those who may: {en}."));
        }
        if self.roles_that_may_grant().is_empty() {
            return Words::new(
                format!("可以执行的有：{zh}，不得转授。"),
                format!("Those who may: {en}. It cannot be granted to others."),
            );
        }
        Words::new(
            format!("可以执行的有：{zh}。如确有需要，可请{}依程序授予。", granting.zh),
            format!(
                "Those who may: {en}. The {} may grant it by the governed procedure.",
                granting.en
            ),
        )
    }

    fn lifting(&self, grant: &Grant) -> Words {
        if !self.roles_that_may_grant().is_empty() {
            let lifting = self.administrators();
            return Words::new(
                format!("可请{}依程序解除。", lifting.zh),
                format!("The {} may lift it by the governed procedure.", lifting.en),
            );
        }
        let (below_zh, below_en) = match self.place {
            Place::Community(_) => ("社区", "a community"),
            Place::Region(_) => ("本级", "this level"),
        };
        match &grant.domain {
            Domain::Everywhere => Words::new(
                "它对所有社区有效，社区不能解除。",
                "It holds everywhere; no community can lift it.",
            ),
            Domain::Regions => Words::new(
                "它对各级区域本身有效，任何一级不能解除。",
                "It holds in every region itself; no level can lift it.",
            ),
            Domain::Code(code) => {
                let (zh, en) = match &self.level {
                    Some(name) => (format!("{name}，区划 {code}"), format!("{name}, division {code}")),
                    None => (format!("区划 {code}"), format!("division {code}")),
                };
                Words::new(
                    format!("只有作出禁止的上级（{zh}）可以解除，{below_zh}不能放宽。"),
                    format!("Only the level above that forbids it ({en}) can lift it; {below_en} cannot."),
                )
            }
        }
    }

    /// What the deciding grant says and where it comes from.
    fn rule(&self) -> Words {
        let Some((grant, origin)) = &self.deciding else {
            return Words::new("无", "none");
        };
        let (who, under) = (self.names.words(grant.role), grant.condition.map(condition));
        let (verb_zh, verb_en) = match grant.effect {
            Effect::Allow => ("准许", "may"),
            Effect::Deny => ("禁止", "may not"),
        };
        let (under_zh, under_en) = match under {
            Some(words) => (format!("（条件：{}）", words.zh), format!(" where {}", words.en)),
            None => (String::new(), String::new()),
        };
        let source = origin.words(grant);
        Words::new(
            format!("{verb_zh}{}{under_zh}，见{}", who.zh, source.zh),
            format!("{} {verb_en}{under_en}; {}", who.en, source.en),
        )
    }

    fn who_zh(&self) -> String {
        let who = self.somebody.as_deref().unwrap_or("您");
        match &self.acting_for {
            Some(organization) => format!("{who}代表{organization}"),
            None => format!("{who}以本人身份"),
        }
    }

    fn who_en(&self) -> String {
        let who = self.somebody.as_deref().unwrap_or("You");
        match (&self.acting_for, &self.somebody) {
            (Some(organization), _) => format!("{who}, acting for {organization},"),
            (None, None) => "You, acting for yourself,".to_owned(),
            (None, Some(_)) => format!("{who}, acting for themselves,"),
        }
    }
}
