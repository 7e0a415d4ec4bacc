use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use yihe_authz::{Catalogue, Domain, Grant};
use yihe_kernel::Result;

use super::lines::{Fault, Line, columns, read};
use super::row::Row;

/// Text of the shipped template.
pub(crate) const TEMPLATE: &str = include_str!("../../template.csv");
const COLUMNS: [&str; 5] = ["group", "role", "permission", "effect", "condition"];
const SOURCE: &str = "template";
/// After a group's name: its rows hold in each region itself, and in no community.
const IN_REGIONS: &str = " @regions";

/// A group of rows and the sentence that says what they are for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    pub name: String,
    pub zh: String,
    pub en: String,
    /// Everywhere, or in regions alone.
    pub domain: Domain,
}

/// The rights-and-duties list (权责清单) that holds everywhere.
#[derive(Debug)]
pub(crate) struct Template {
    grants: Vec<Grant>,
    groups: Vec<Group>,
    /// Place in `groups`, by grant.
    group_of: HashMap<Arc<str>, usize>,
}

impl Template {
    /// The one this program was built with.
    pub fn shipped() -> Result<Self> {
        Self::read(TEMPLATE, Catalogue::shipped()).map_err(|fault| fault.in_file("template.csv"))
    }

    /// Reads a template and checks every row of it against the catalogue.
    pub fn read(text: &str, catalogue: &Catalogue) -> Result<Self, Fault> {
        let mut reading = Reading::default();
        for line in read(text) {
            match line? {
                (number, Line::Comment(comment)) => reading.comment(number, &comment)?,
                (number, Line::Row(row)) => reading.row(number, row, catalogue)?,
            }
        }
        reading.check_last_group()?;
        if reading.template.grants.is_empty() {
            return Err(Fault::new(1, "holds no grant"));
        }
        Ok(reading.template)
    }

    /// All grants, in the order of the file.
    pub fn grants(&self) -> &[Grant] {
        &self.grants
    }

    /// All groups, in the order of the file.
    #[cfg(test)]
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The group of a grant; `None` for one of elsewhere.
    pub fn group_of(&self, grant: &str) -> Option<&Group> {
        self.groups.get(*self.group_of.get(grant)?)
    }
}

struct Reading {
    template: Template,
    header: bool,
    names: HashSet<String>,
    /// Line of the last group's sentence and its rows so far.
    last_group: Option<(usize, usize)>,
    lines: HashMap<Arc<str>, usize>,
}

impl Default for Reading {
    fn default() -> Self {
        Self {
            template: Template {
                grants: Vec::new(),
                groups: Vec::new(),
                group_of: HashMap::new(),
            },
            header: false,
            names: HashSet::new(),
            last_group: None,
            lines: HashMap::new(),
        }
    }
}

impl Reading {
    fn comment(&mut self, number: usize, comment: &str) -> Result<(), Fault> {
        let Some(group) = sentence(comment) else { return Ok(()) };
        self.check_last_group()?;
        if !self.names.insert(group.name.clone()) {
            return Err(Fault::new(number, format!("group `{}` has begun before", group.name)));
        }
        self.template.groups.push(group);
        self.last_group = Some((number, 0));
        Ok(())
    }

    fn row(&mut self, number: usize, row: Vec<String>, catalogue: &Catalogue) -> Result<(), Fault> {
        let [group, roles, permission, effect, condition] = columns(number, row, COLUMNS)?;
        if !self.header {
            self.header = true;
            let is_header = [&group, &roles, &permission, &effect, &condition]
                .into_iter()
                .eq(COLUMNS.iter());
            return if is_header {
                Ok(())
            } else {
                Err(Fault::new(
                    number,
                    format!("expected the columns {}", COLUMNS.join(",")),
                ))
            };
        }
        let current = self.template.groups.len().checked_sub(1);
        let Some(place) = current.filter(|place| self.template.groups[*place].name == group) else {
            return Err(Fault::new(
                number,
                format!("group `{group}` is not introduced by `# {group}: Chinese | English`"),
            ));
        };
        let domain = self.template.groups[place].domain.to_string();
        if let Some((_, rows)) = &mut self.last_group {
            *rows += 1;
        }
        if roles.is_empty() {
            return Err(Fault::new(number, "names no role"));
        }
        for role in roles.split_whitespace() {
            let row = Row {
                source: SOURCE,
                role,
                domain: &domain,
                permission: &permission,
                effect: &effect,
                condition: &condition,
                ..Row::default()
            };
            let grant = row.grant(catalogue).map_err(|detail| Fault::new(number, detail))?;
            if let Some(earlier) = self.lines.insert(Arc::clone(&grant.id), number) {
                return Err(Fault::new(
                    number,
                    format!("{role} has the same grant in line {earlier}"),
                ));
            }
            self.template.group_of.insert(Arc::clone(&grant.id), place);
            self.template.grants.push(grant);
        }
        Ok(())
    }

    fn check_last_group(&self) -> Result<(), Fault> {
        match self.last_group {
            Some((line, 0)) => Err(Fault::new(line, "a group without rows")),
            _ => Ok(()),
        }
    }
}

/// `group: Chinese | English` or `group @regions: Chinese | English`; any other comment is just a comment.
fn sentence(comment: &str) -> Option<Group> {
    let (name, rest) = comment.split_once(": ")?;
    let (zh, en) = rest.split_once(" | ")?;
    let (name, domain) = match name.strip_suffix(IN_REGIONS) {
        Some(name) => (name, Domain::Regions),
        None => (name, Domain::Everywhere),
    };
    let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    is_name.then(|| Group {
        name: name.to_owned(),
        zh: zh.trim().to_owned(),
        en: en.trim().to_owned(),
        domain,
    })
}

#[cfg(test)]
mod page;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod tests;
