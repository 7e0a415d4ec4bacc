use std::collections::HashMap;

use yihe_authz::{Catalogue, Condition, ConditionSet, PermissionInfo};
use yihe_kernel::{Error, Result};
use yihe_proto::policy::v1::{Matrix, MatrixCell, Verdict};

// without it a spreadsheet takes the file for one in another encoding
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// The matrix as CSV: a Chinese and an English header, then a row for each role.
pub(crate) fn write(matrix: &Matrix) -> Result<String> {
    let permissions = Catalogue::shipped().permissions();
    let mut writer = csv::Writer::from_writer(BYTE_ORDER_MARK.as_bytes().to_vec());
    let chinese = permissions.iter().map(|info| term(info).unwrap_or(&info.name));
    let english = permissions.iter().map(|info| info.name.as_str());
    let mut record = |fields: Vec<&str>| writer.write_record(fields).map_err(Error::internal);
    record(["角色", "名称", "英文名称"].into_iter().chain(chinese).collect())?;
    record(
        ["role", "name in Chinese", "name in English"]
            .into_iter()
            .chain(english)
            .collect(),
    )?;
    for row in &matrix.rows {
        let cells: HashMap<_, _> = row
            .cells
            .iter()
            .map(|shown| (shown.permission.as_str(), cell(shown)))
            .collect();
        let cells = permissions
            .iter()
            .map(|info| cells.get(info.name.as_str()).map_or("", String::as_str));
        record(
            [row.role.as_str(), &row.display_name_zh, &row.display_name_en]
                .into_iter()
                .chain(cells)
                .collect(),
        )?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| Error::internal(error.to_string()))?;
    String::from_utf8(bytes).map_err(Error::internal)
}

/// `allow`, or the conditions.
fn cell(cell: &MatrixCell) -> String {
    let set = |conditions: &[i32]| -> ConditionSet {
        let known = conditions.iter().filter_map(|number| (*number).try_into().ok());
        known.filter_map(Condition::from_proto).collect()
    };
    match cell.verdict() {
        Verdict::Unspecified | Verdict::Deny => String::new(),
        Verdict::Allow => "allow".to_owned(),
        Verdict::Conditional => {
            let (allow_if, deny_if) = (set(&cell.allow_if), set(&cell.deny_if));
            let allow = if allow_if.is_empty() {
                "allow".to_owned()
            } else {
                allow_if.to_string()
            };
            match deny_if.is_empty() {
                true => allow,
                false => format!("{allow} not {deny_if}"),
            }
        }
    }
}

/// The Chinese term that the contract gives in brackets.
fn term(info: &PermissionInfo) -> Option<&str> {
    info.description
        .split('(')
        .filter_map(|rest| rest.split_once(')'))
        .map(|(inside, _)| inside)
        .find(|inside| !inside.is_empty() && inside.chars().all(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)))
}

#[cfg(test)]
mod tests {
    use yihe_proto::policy::v1 as pb;

    use super::*;

    #[test]
    fn cells_tell_what_must_and_what_must_not_hold() {
        let shown = |verdict: Verdict, allow_if: &[pb::Condition], deny_if: &[pb::Condition]| {
            let numbers = |set: &[pb::Condition]| set.iter().map(|one| i32::from(*one)).collect();
            cell(&MatrixCell {
                permission: String::new(),
                verdict: verdict.into(),
                allow_if: numbers(allow_if),
                deny_if: numbers(deny_if),
            })
        };
        let (owner, serves) = (pb::Condition::Owner, pb::Condition::Serves);
        assert_eq!(shown(Verdict::Allow, &[], &[]), "allow");
        assert_eq!(shown(Verdict::Conditional, &[owner, serves], &[]), "owner|serves");
        assert_eq!(shown(Verdict::Conditional, &[owner], &[serves]), "owner not serves");
        assert_eq!(shown(Verdict::Conditional, &[], &[serves]), "allow not serves");
        assert_eq!(shown(Verdict::Deny, &[], &[]), "");
    }

    #[test]
    fn the_chinese_term_is_the_contracts() {
        let catalogue = Catalogue::shipped();
        let info = |name: &str| &catalogue.permissions()[catalogue.permission_index(name).unwrap()];
        assert_eq!(term(info("policy.decision.explain")), Some("解释"));
        assert_eq!(term(info("policy.matrix.get")), Some("权责矩阵"));
        assert_eq!(term(info("policy.grant.list")), None);
    }
}
