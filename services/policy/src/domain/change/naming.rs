use yihe_authz::{Domain, MadeRole, RoleName};
use yihe_kernel::RegionCode;
use yihe_proto::policy::v1 as pb;
use yihe_proto::policy::v1::policy_edit::Edit as Wire;

use crate::domain::made::Made;

/// The edits with every made role named in full, so that what they mean does not change with what is made later or where a place is
/// recorded: a bare slug is the domain's own role, also one that these edits make, else that of the nearest level above. `above` are the
/// roles of the levels above, the widest first. A slug that nobody made stays as it is.
pub(crate) fn named_in_full(edits: &[pb::PolicyEdit], made: &Made, above: &[RoleName]) -> Vec<pb::PolicyEdit> {
    let Domain::Code(own) = &made.domain else {
        return edits.to_vec();
    };
    let naming = Naming {
        own,
        made: own_roles(edits, made, own),
        above,
    };
    edits.iter().map(|edit| naming.edit(edit)).collect()
}

struct Naming<'a> {
    own: &'a RegionCode,
    made: Vec<MadeRole>,
    above: &'a [RoleName],
}

fn own_roles(edits: &[pb::PolicyEdit], made: &Made, own: &RegionCode) -> Vec<MadeRole> {
    let begun = edits.iter().filter_map(|edit| match &edit.edit {
        Some(Wire::AddRole(role)) => Some(role.role.as_str()),
        _ => None,
    });
    let in_force = made.roles().map(|(_, role)| role.role.as_str());
    begun
        .chain(in_force)
        .filter_map(bare_or_full)
        .map(|role| in_full(role, own))
        .collect()
}

fn bare_or_full(text: &str) -> Option<MadeRole> {
    match text.parse() {
        Ok(RoleName::Made(role)) => Some(role),
        _ => None,
    }
}

fn in_full(role: MadeRole, own: &RegionCode) -> MadeRole {
    match role.maker() {
        Some(_) => role,
        None => role.made_in(own),
    }
}

impl Naming<'_> {
    fn edit(&self, edit: &pb::PolicyEdit) -> pb::PolicyEdit {
        let mut edit = edit.clone();
        match &mut edit.edit {
            Some(Wire::Add(grant)) => self.reference(&mut grant.role),
            Some(Wire::Replace(replace)) => {
                if let Some(grant) = &mut replace.grant {
                    self.reference(&mut grant.role);
                }
            }
            Some(Wire::Assign(assignment)) => self.reference(&mut assignment.role),
            Some(Wire::AddRole(role)) => self.of_own(&mut role.role),
            Some(Wire::EndRole(role)) => self.of_own(role),
            Some(Wire::End(_) | Wire::EndAssignment(_) | Wire::Settings(_)) | None => {}
        }
        edit
    }

    fn of_own(&self, text: &mut String) {
        if let Some(role) = bare_or_full(text) {
            *text = in_full(role, self.own).to_string();
        }
    }

    fn reference(&self, text: &mut String) {
        let Some(role) = bare_or_full(text).filter(|role| role.maker().is_none()) else {
            return;
        };
        let own = role.made_in(self.own);
        let nearest = || {
            let mut above = self.above.iter().rev();
            above.find(|known| matches!(known, RoleName::Made(known) if known.slug() == role.slug()))
        };
        if self.made.contains(&own) {
            *text = own.to_string();
        } else if let Some(above) = nearest() {
            *text = above.to_string();
        }
    }
}
