use std::collections::HashMap;
use std::path::Path;

use yihe_authz::{Catalogue, Grant};
use yihe_kernel::{Error, Result};

use super::lines::{Fault, Line, columns, read};
use super::row::Row;
use crate::reasons;

const COLUMNS: [&str; 7] = [
    "role",
    "domain",
    "permission",
    "effect",
    "condition",
    "effective",
    "expire",
];
const SOURCE: &str = "fixture";

/// Reads the grants of regions and communities from a file given at the start.
pub(crate) fn load(file: &Path) -> Result<Vec<Grant>> {
    let name = file.display().to_string();
    let text = std::fs::read_to_string(file).map_err(|cause| {
        Error::new(&reasons::RULES_FILE_UNREADABLE)
            .with("file", &name)
            .with("detail", &cause)
            .caused_by(cause)
    })?;
    parse(&text, Catalogue::shipped()).map_err(|fault| fault.in_file(&name))
}

fn parse(text: &str, catalogue: &Catalogue) -> Result<Vec<Grant>, Fault> {
    let mut header = false;
    let mut lines = HashMap::new();
    let mut grants = Vec::new();
    for line in read(text) {
        let (number, Line::Row(row)) = line? else { continue };
        let row = columns(number, row, COLUMNS)?;
        if !header {
            if row != COLUMNS {
                return Err(Fault::new(
                    number,
                    format!("expected the columns {}", COLUMNS.join(",")),
                ));
            }
            header = true;
            continue;
        }
        let [role, domain, permission, effect, condition, effective, expire] = &row;
        let row = Row {
            source: SOURCE,
            role,
            domain,
            permission,
            effect,
            condition,
            effective,
            expire,
        };
        let grant = row.grant(catalogue).map_err(|detail| Fault::new(number, detail))?;
        if let Some(earlier) = lines.insert(grant.id.clone(), number) {
            return Err(Fault::new(number, format!("the same grant stands in line {earlier}")));
        }
        grants.push(grant);
    }
    if !header {
        return Err(Fault::new(1, format!("expected the columns {}", COLUMNS.join(","))));
    }
    Ok(grants)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "role,domain,permission,effect,condition,effective,expire\n";

    #[test]
    fn rows_of_regions_and_communities_are_read_with_their_terms() {
        let text = format!(
            "{HEADER}# a street forbids\n*/*,440309002,meeting.motion.submit,deny,,,\nRESIDENT_UNIT/*,440309002021,meeting.body.*,allow,owner,2026-01-01T00:00:00Z,2027-01-01T00:00:00Z\n"
        );
        let grants = parse(&text, Catalogue::shipped()).unwrap();
        assert_eq!(
            grants.iter().map(|grant| grant.domain.to_string()).collect::<Vec<_>>(),
            ["440309002", "440309002021"]
        );
        assert!(grants.iter().all(|grant| &*grant.source == "fixture"));
        assert!(parse(HEADER, Catalogue::shipped()).unwrap().is_empty());
    }

    #[test]
    fn a_bad_row_is_refused_with_its_line() {
        let good = "*/*,440309002,meeting.motion.submit,deny,,,";
        for (text, line, expected) in [
            (String::new(), 1, "expected the columns"),
            ("role,domain\n".to_owned(), 1, "fields instead of 7"),
            (format!("{good}\n"), 1, "expected the columns"),
            (
                format!("{HEADER}\n{good}\n{good}\n"),
                4,
                "the same grant stands in line 3",
            ),
            (
                format!("{HEADER}{good}\n*/*,4403,meeting.motion.sumbit,deny,,,\n"),
                3,
                "the closest are meeting.motion.submit",
            ),
            (format!("{HEADER}{good},\n"), 2, "fields instead of 7"),
        ] {
            let fault = parse(&text, Catalogue::shipped()).unwrap_err();
            assert_eq!(fault.line, line, "{fault:?}");
            assert!(fault.detail.contains(expected), "{fault:?}");
        }
    }

    #[test]
    fn errors_name_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("grants.csv");
        let error = load(&file).unwrap_err();
        assert!(error.is(&reasons::RULES_FILE_UNREADABLE) && error.metadata()["file"].ends_with("grants.csv"));
        std::fs::write(&file, format!("{HEADER}*/*,x,meeting.motion.submit,deny,,,\n")).unwrap();
        let error = load(&file).unwrap_err();
        assert!(error.is(&reasons::RULES_FILE_INVALID));
        assert!(
            error
                .to_string()
                .contains("grants.csv, line 2: `x` is not a division's code"),
            "{error}"
        );
    }
}
