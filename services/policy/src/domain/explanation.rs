use yihe_authz::{ConditionSet, Decision, Domain, Effect, Grant, Revision, RoleName};
use yihe_kernel::CommunityId;
use yihe_proto::directory::v1::{OrganizationKind, Post};

use super::origin::Origin;
use super::vocabulary::{Words, condition, role};

/// The posts that administer a community's policies: the secretary approves what is proposed.
pub(crate) const ADMINISTRATORS: [RoleName; 1] = [RoleName::Post(OrganizationKind::PartyCommittee, Post::Secretary)];

/// A decision and what is known around it.
#[derive(Debug)]
pub(crate) struct Case<'a> {
    pub permission: &'a str,
    pub community: &'a CommunityId,
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
    pub fn roles_that_may_grant(&self) -> &'static [RoleName] {
        let Decision::Deny { .. } = self.decision else {
            return &[];
        };
        let liftable = match &self.deciding {
            None => !self.needs_a_person && !self.only_the_operator_may(),
            Some((grant, _)) => matches!(&grant.domain, Domain::Code(code) if code.as_str() == self.community.as_str()),
        };
        if liftable { &ADMINISTRATORS } else { &[] }
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
                (vec![self.may_zh(&zh)], vec![self.may_en(&en)])
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
        let names: Vec<_> = held.into_iter().map(|held| role(*held)).collect();
        let (zh, en) = (
            listed(&names, "、", |words| &words.zh),
            listed(&names, ", ", |words| &words.en),
        );
        Words::new(
            format!("现任{zh}，没有获得此项授权。"),
            format!("The roles held ({en}) have not been granted it."),
        )
    }

    fn who_may(&self) -> Words {
        if self.roles_that_may.is_empty() {
            return Words::new(
                "目前没有任何职务获得此项授权。如确有需要，可请社区党委书记依程序授予。",
                "No role has been granted it. The secretary of the Party committee may grant it by the governed procedure.",
            );
        }
        let Words { zh, en } = by_condition(self.roles_that_may);
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
            format!("可以执行的有：{zh}。如确有需要，可请社区党委书记依程序授予。"),
            format!(
                "Those who may: {en}. The secretary of the Party committee may grant it by the governed procedure."
            ),
        )
    }

    fn lifting(&self, grant: &Grant) -> Words {
        if !self.roles_that_may_grant().is_empty() {
            return Words::new(
                "可请社区党委书记依程序解除。",
                "The secretary of the Party committee may lift it by the governed procedure.",
            );
        }
        match &grant.domain {
            Domain::Everywhere => Words::new(
                "它对所有社区有效，社区不能解除。",
                "It holds everywhere; no community can lift it.",
            ),
            Domain::Code(code) => {
                let (zh, en) = match &self.level {
                    Some(name) => (format!("{name}，区划 {code}"), format!("{name}, division {code}")),
                    None => (format!("区划 {code}"), format!("division {code}")),
                };
                Words::new(
                    format!("只有作出禁止的上级（{zh}）可以解除，社区不能放宽。"),
                    format!("Only the level above that forbids it ({en}) can lift it; a community cannot."),
                )
            }
        }
    }

    /// What the deciding grant says and where it comes from.
    fn rule(&self) -> Words {
        let Some((grant, origin)) = &self.deciding else {
            return Words::new("无", "none");
        };
        let (who, under) = (role(grant.role), grant.condition.map(condition));
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

/// Roles with the conditions under which they may, those of one condition together.
fn by_condition(roles: &[(RoleName, Decision)]) -> Words {
    let mut groups: Vec<(Words, Vec<Words>)> = Vec::new();
    for (holder, decision) in roles {
        let (zh, en) = match decision {
            Decision::Residual(residual) => open(residual.allow_if, residual.deny_if),
            Decision::Allow { .. } | Decision::Deny { .. } => (String::new(), String::new()),
        };
        let (zh, en) = (zh.trim_start_matches('，'), en.trim_start_matches([',', ' ']));
        let under = match en {
            "" => Words::new("", ""),
            _ => Words::new(format!("（{zh}）"), format!("{en}: ")),
        };
        match groups.iter_mut().find(|(known, _)| *known == under) {
            Some((_, holders)) => holders.push(role(*holder)),
            None => groups.push((under, vec![role(*holder)])),
        }
    }
    let told = groups.into_iter().map(|(under, holders)| {
        let zh = format!("{}{}", under.zh, listed(&holders, "、", |words| &words.zh));
        let en = format!("{}{}", under.en, listed(&holders, ", ", |words| &words.en));
        Words::new(zh, en)
    });
    let told: Vec<_> = told.collect();
    Words::new(
        listed(&told, "；", |words| &words.zh),
        listed(&told, "; ", |words| &words.en),
    )
}

fn open(allow_if: ConditionSet, deny_if: ConditionSet) -> (String, String) {
    let words = |set: ConditionSet| set.iter().map(condition).collect::<Vec<_>>();
    let (allowing, denying) = (words(allow_if), words(deny_if));
    let (mut zh, mut en) = (String::new(), String::new());
    if !allowing.is_empty() {
        zh += &format!("，须{}", listed(&allowing, "，或", |words| &words.zh));
        en += &format!(" where {}", listed(&allowing, ", or ", |words| &words.en));
    }
    if !denying.is_empty() {
        zh += &format!("，但{}的除外", listed(&denying, "，或", |words| &words.zh));
        en += &format!(", but not where {}", listed(&denying, ", or ", |words| &words.en));
    }
    (zh, en)
}

fn listed<'a>(words: &'a [Words], separator: &str, language: impl Fn(&'a Words) -> &'a String) -> String {
    words
        .iter()
        .map(language)
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(separator)
}
