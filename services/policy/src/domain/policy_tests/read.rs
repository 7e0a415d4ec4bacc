use serde::Deserialize;
use serde_saphyr::Spanned;
use yihe_authz::{Capacity, Catalogue, Condition, ConditionSet, Principal, RoleName};
use yihe_kernel::Timestamp;
use yihe_proto::policy::v1::Verdict;

use super::{Actor, PolicyTest};
use crate::domain::closest::closest;
use crate::domain::lines::Fault;

const MOST_BYTES: usize = 1 << 20;
const MOST_TESTS: usize = 5_000;

type Text = Spanned<String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    tests: Vec<Spanned<Entry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    zh: Text,
    en: Text,
    role: Option<Text>,
    principal: Option<Text>,
    acting_as: Option<Text>,
    permission: Text,
    facts: Option<Vec<Text>>,
    at: Option<Text>,
    expect: Text,
}

/// Reads a file of policy tests; what is wrong with it names its line.
pub(crate) fn read(text: &str, catalogue: &Catalogue) -> Result<Vec<PolicyTest>, Fault> {
    if text.len() > MOST_BYTES {
        return Err(Fault::new(1, format!("the file has more than {MOST_BYTES} bytes")));
    }
    let file: File = serde_saphyr::from_str(text).map_err(|error| {
        let line = error.location().map_or(1, |location| number(location.line()));
        Fault::new(line, error.without_snippet().to_string())
    })?;
    if file.tests.is_empty() || file.tests.len() > MOST_TESTS {
        let detail = format!("holds {} tests; 1 to {MOST_TESTS} are read", file.tests.len());
        return Err(Fault::new(1, detail));
    }
    file.tests.iter().map(|entry| test(entry, catalogue)).collect()
}

fn test(entry: &Spanned<Entry>, catalogue: &Catalogue) -> Result<PolicyTest, Fault> {
    let line = number(entry.referenced.line());
    let entry = &entry.value;
    for text in [&entry.zh, &entry.en] {
        if text.value.trim().is_empty() {
            return Err(fault(text, "says nothing of what the test shows"));
        }
    }
    let permission = &entry.permission;
    if catalogue.permission_index(&permission.value).is_none() {
        let closest = closest(&permission.value, catalogue).join(", ");
        let detail = format!("`{}` is not a permission; the closest are {closest}", permission.value);
        return Err(fault(permission, detail));
    }
    Ok(PolicyTest {
        line,
        zh: entry.zh.value.trim().to_owned(),
        en: entry.en.value.trim().to_owned(),
        actor: actor(line, entry)?,
        permission: permission.value.clone(),
        facts: entry.facts.as_deref().map(facts).transpose()?,
        at: entry.at.as_ref().map(instant).transpose()?,
        expected: expected(&entry.expect)?,
    })
}

fn actor(line: usize, entry: &Entry) -> Result<Actor, Fault> {
    match (&entry.role, &entry.principal, &entry.acting_as) {
        (Some(role), None, None) => {
            let role: RoleName = parse(role)?;
            Ok(Actor::Role(role))
        }
        (None, Some(principal), Some(acting_as)) => {
            let somebody: Principal = parse(principal)?;
            let capacity: Capacity = parse(acting_as)?;
            Ok(Actor::Somebody(somebody, capacity))
        }
        _ => Err(Fault::new(line, "names neither a role nor a principal with acting_as")),
    }
}

fn facts(texts: &[Text]) -> Result<ConditionSet, Fault> {
    texts.iter().map(parse::<Condition>).collect()
}

fn instant(text: &Text) -> Result<Timestamp, Fault> {
    let refuse = || {
        let detail = format!("`{}` is not an instant such as 2026-03-01T00:00:00+08:00", text.value);
        fault(text, detail)
    };
    text.value.parse().map_err(|_| refuse())
}

fn expected(text: &Text) -> Result<Verdict, Fault> {
    match text.value.as_str() {
        "allow" => Ok(Verdict::Allow),
        "deny" => Ok(Verdict::Deny),
        "conditional" => Ok(Verdict::Conditional),
        other => Err(fault(text, format!("`{other}` is not one of allow, deny, conditional"))),
    }
}

fn parse<T: std::str::FromStr<Err: std::fmt::Display>>(text: &Text) -> Result<T, Fault> {
    text.value
        .parse()
        .map_err(|error: T::Err| fault(text, error.to_string()))
}

fn fault(at: &Text, detail: impl Into<String>) -> Fault {
    Fault::new(number(at.referenced.line()), detail)
}

fn number(line: u64) -> usize {
    usize::try_from(line).unwrap_or(usize::MAX)
}
