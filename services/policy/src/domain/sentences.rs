use yihe_authz::{ConditionSet, Decision, RoleName};

use super::made_roles::MadeRoles;
use super::vocabulary::{Words, condition};

/// Roles with the conditions under which they may, those of one condition together.
pub(crate) fn by_condition(roles: &[(RoleName, Decision)], names: &MadeRoles) -> Words {
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
            Some((_, holders)) => holders.push(names.words(*holder)),
            None => groups.push((under, vec![names.words(*holder)])),
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

/// The conditions that are open, to follow a verb.
pub(crate) fn open(allow_if: ConditionSet, deny_if: ConditionSet) -> (String, String) {
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

/// Texts of one language with a separator between.
pub(crate) fn listed<'a>(words: &'a [Words], separator: &str, language: impl Fn(&'a Words) -> &'a String) -> String {
    words
        .iter()
        .map(language)
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(separator)
}
