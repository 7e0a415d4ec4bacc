use std::collections::HashMap;

use yihe_authz::{Catalogue, Grant};

use super::write::row;
use crate::domain::lines::{Fault, Line, columns, read as lines};
use crate::domain::row::Row;

const COLUMNS: [&str; 9] = ["p", "role", "dom", "obj", "act", "eft", "when", "effective", "expire"];
/// Faults that are told at most; more of them say no more.
const TOLD: usize = 20;

/// A row that was read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Read {
    /// From 1.
    pub line: usize,
    pub grant: Grant,
}

/// Reads rows in casbin's form, each checked by itself against the catalogue.
///
/// # Errors
/// What is wrong, line by line, as far as it is told.
pub(crate) fn read(text: &str, catalogue: &Catalogue) -> Result<Vec<Read>, Vec<Fault>> {
    let mut seen = HashMap::new();
    let mut rows = Vec::new();
    let mut faults = Vec::new();
    for line in lines(text) {
        match line.and_then(|(number, line)| grant(number, line, catalogue)) {
            Ok(None) => {}
            Ok(Some(read)) => match seen.insert(row(&read.grant), read.line) {
                Some(earlier) => {
                    let detail = format!("the same row stands in line {earlier}");
                    faults.push(Fault::new(read.line, detail));
                }
                None => rows.push(read),
            },
            Err(fault) => faults.push(fault),
        }
        if faults.len() == TOLD {
            break;
        }
    }
    if faults.is_empty() { Ok(rows) } else { Err(faults) }
}

fn grant(number: usize, line: Line, catalogue: &Catalogue) -> Result<Option<Read>, Fault> {
    let Line::Row(fields) = line else { return Ok(None) };
    if fields.first().is_some_and(|kind| kind == "g") {
        let detail = "says who holds a role: roles come from appointments and assignments, not from a file of rules";
        return Err(Fault::new(number, detail));
    }
    let [kind, role, domain, object, action, effect, condition, effective, expire] = columns(number, fields, COLUMNS)?;
    if kind != "p" {
        return Err(Fault::new(
            number,
            format!("`{}` is not a kind of row; rules begin with p", cut(&kind)),
        ));
    }
    let permission = match (object.as_str(), action.as_str()) {
        ("*", "*") => "*".to_owned(),
        (object, action) => format!("{object}.{action}"),
    };
    let read = Row {
        source: "import",
        role: &role,
        domain: &domain,
        permission: &permission,
        effect: &effect,
        condition: &condition,
        effective: &effective,
        expire: &expire,
    };
    let grant = read.grant(catalogue).map_err(|detail| Fault::new(number, detail))?;
    Ok(Some(Read { line: number, grant }))
}

fn cut(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::super::rows;
    use super::*;

    const GOOD: &str = "p, PROPERTY_COMPANY/*, 440309002021, meeting.motion, submit, deny, owner, , ";

    fn faults(text: &str) -> Vec<(usize, String)> {
        let faults = read(text, Catalogue::shipped()).unwrap_err();
        faults.into_iter().map(|fault| (fault.line, fault.detail)).collect()
    }

    #[test]
    fn what_was_written_reads_as_it_was_and_writes_the_same_bytes() {
        let text = [
            "p, */*, *, *, *, deny, , , ",
            "p, */*, 440399, meeting.motion, *, allow, participant, , 2026-09-22T00:00:00.500000Z",
            GOOD,
            "p, ROLE/hall-keeper, 440309002021, meeting.vote, open, allow, , 2026-01-01T00:00:00.000000Z, ",
        ]
        .join("\n");
        let read = |text: &str| read(text, Catalogue::shipped()).unwrap();
        let grants: Vec<_> = read(&text).into_iter().map(|read| read.grant).collect();
        let written = rows(&grants, false).unwrap();
        assert_eq!(
            written,
            format!("# p, role, dom, obj, act, eft, when, effective, expire\n{text}\n")
        );
        let again: Vec<_> = read(&written).into_iter().map(|read| read.grant).collect();
        assert_eq!(again, grants);
        assert_eq!(rows(&again, false).unwrap(), written);
        // whatever the order, and with the ids told
        let turned: Vec<_> = grants.iter().rev().cloned().collect();
        assert_eq!(rows(&turned, false).unwrap(), written);
        let with_ids = rows(&grants, true).unwrap();
        assert!(with_ids.lines().count() == 1 + 2 * grants.len());
        let again: Vec<_> = read(&with_ids).into_iter().map(|read| read.grant).collect();
        assert_eq!(again, grants);
    }

    #[test]
    fn each_bad_row_is_named_with_what_is_wrong() {
        for (row, expected) in [
            (
                GOOD.replace("submit", "sumbit"),
                "the closest are meeting.motion.submit",
            ),
            (GOOD.replace("PROPERTY_COMPANY/*", "BOSS"), "is not a role"),
            (GOOD.replace("440309002021", "x"), "is not a division's code"),
            (GOOD.replace("deny", "forbid"), "is not one of allow, deny"),
            (GOOD.replace("owner", "friend"), "is not one of owner"),
            (
                GOOD.replace("owner, , ", "owner, 2027-01-01T00:00:00Z, 2026-01-01T00:00:00Z"),
                "not after its start",
            ),
            (GOOD.replace("owner, , ", "owner, yesterday, "), "is not an instant"),
            (
                GOOD.replace("meeting.motion, submit", "*, submit"),
                "is not a permission",
            ),
            (GOOD.replace("owner, , ", "owner, "), "fields instead of 9"),
            (GOOD.replacen('p', "p2", 1), "is not a kind of row"),
            (
                "g, users/x for self, */*, 440309002021".to_owned(),
                "roles come from appointments",
            ),
        ] {
            let faults = faults(&format!("# rules\n\n{row}\n"));
            assert_eq!((faults.len(), faults[0].0), (1, 3), "{faults:?}");
            assert!(faults[0].1.contains(expected), "{faults:?}");
        }
        assert_eq!(
            faults(&format!("{GOOD}\n{GOOD}\n")),
            [(2, "the same row stands in line 1".to_owned())]
        );
    }

    #[test]
    fn many_faults_are_told_up_to_a_limit() {
        let text = "p, BOSS, *, *, *, deny, , , \n".repeat(50);
        let faults = faults(&text);
        let lines: Vec<_> = faults.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, (1..=TOLD).collect::<Vec<_>>());
    }
}
