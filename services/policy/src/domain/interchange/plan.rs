use std::collections::{HashMap, HashSet};

use yihe_authz::{Domain, Grant};
use yihe_proto::policy::v1 as pb;
use yihe_proto::policy::v1::policy_edit::Edit;

use super::read::Read;
use super::write::row;
use crate::domain::lines::Fault;

/// What a file of rules would change in a domain.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Plan {
    pub edits: Vec<pb::PolicyEdit>,
    pub added: usize,
    pub ended: usize,
    pub unchanged: usize,
}

/// Compares the rows of a file with the rules in force: those the domain made, which a change may end, and those that came otherwise.
///
/// # Errors
/// The first row of another domain that is not in force there.
pub(crate) fn plan(
    rows: &[Read],
    own: &Domain,
    made: &[Grant],
    elsewhere: &[Grant],
    end_others: bool,
) -> Result<Plan, Fault> {
    let made: HashMap<_, _> = made.iter().map(|grant| (row(grant), grant)).collect();
    let elsewhere: HashSet<_> = elsewhere.iter().map(row).collect();
    let mut plan = Plan::default();
    let mut kept = HashSet::new();
    for read in rows {
        let said = row(&read.grant);
        if made.contains_key(&said) {
            plan.unchanged += 1;
            kept.insert(said);
        } else if elsewhere.contains(&said) {
            plan.unchanged += 1;
        } else if read.grant.domain == *own {
            plan.added += 1;
            plan.edits.push(edit(Edit::Add(pb::Grant {
                id: String::new(),
                source: String::new(),
                ..read.grant.to_proto()
            })));
        } else {
            let detail = format!(
                "is a rule of {} that is not in force; only rules of {own} are changed here",
                read.grant.domain
            );
            return Err(Fault::new(read.line, detail));
        }
    }
    if end_others {
        let mut ended: Vec<_> = made.iter().filter(|(said, _)| !kept.contains(*said)).collect();
        ended.sort_unstable_by_key(|(said, _)| *said);
        plan.ended = ended.len();
        plan.edits.extend(
            ended
                .into_iter()
                .map(|(_, grant)| edit(Edit::End(grant.id.to_string()))),
        );
    }
    Ok(plan)
}

fn edit(edit: Edit) -> pb::PolicyEdit {
    pb::PolicyEdit { edit: Some(edit) }
}

#[cfg(test)]
mod tests {
    use yihe_authz::Catalogue;

    use super::super::read;
    use super::*;

    const OWN: &str = "p, */*, 440309002021, meeting.motion, submit, deny, owner, , \n";
    const OTHER: &str = "p, */*, 440309002021, meeting.vote, open, deny, , , \n";
    const ABOVE: &str = "p, */*, 4403, meeting.vote, get, deny, , , \n";

    fn rows(text: &str) -> Vec<Read> {
        read(text, Catalogue::shipped()).unwrap()
    }

    fn grants(text: &str) -> Vec<Grant> {
        rows(text).into_iter().map(|read| read.grant).collect()
    }

    fn planned(text: &str, end_others: bool) -> Result<Plan, Fault> {
        let own = Domain::Code("440309002021".parse().unwrap());
        plan(&rows(text), &own, &grants(OWN), &grants(ABOVE), end_others)
    }

    #[test]
    fn what_is_in_force_stays_and_what_is_new_is_added() {
        let plan = planned(&format!("{ABOVE}{OWN}{OTHER}"), false).unwrap();
        assert_eq!((plan.added, plan.ended, plan.unchanged), (1, 0, 2));
        let Some(Edit::Add(grant)) = &plan.edits[0].edit else {
            panic!("{plan:?}")
        };
        assert_eq!(
            (grant.permission.as_str(), grant.id.as_str()),
            ("meeting.vote.open", "")
        );
        assert_eq!(planned(OWN, true).unwrap().edits, []);
    }

    #[test]
    fn rules_that_a_file_leaves_out_end_only_where_that_is_asked() {
        assert_eq!(planned(OTHER, false).unwrap().ended, 0);
        let plan = planned(OTHER, true).unwrap();
        assert_eq!((plan.added, plan.ended), (1, 1));
        let Some(Edit::End(id)) = &plan.edits[1].edit else {
            panic!("{plan:?}")
        };
        assert!(id.contains("meeting.motion.submit"));
        // those above are not the community's to end
        assert_eq!(planned("", true).unwrap().ended, 1);
    }

    #[test]
    fn a_rule_of_another_domain_is_named() {
        let fault = planned(&format!("{OWN}p, */*, *, meeting.vote, get, deny, , , \n"), false).unwrap_err();
        assert_eq!(fault.line, 2);
        assert!(fault.detail.contains("only rules of 440309002021"), "{fault:?}");
    }
}
