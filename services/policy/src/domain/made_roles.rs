use std::collections::BTreeMap;

use yihe_authz::{MadeRole, RoleName};
use yihe_proto::policy::v1 as pb;

use super::vocabulary::{self, Words};

/// The roles that were made in a place and above it: what they are called, and which of them a bare slug means there.
#[derive(Debug, Clone, Default)]
pub(crate) struct MadeRoles {
    names: BTreeMap<MadeRole, Words>,
    /// The widest level's first.
    order: Vec<MadeRole>,
}

impl MadeRoles {
    /// Of roles in the order of their levels, the widest first.
    pub fn of<'a>(made: impl IntoIterator<Item = &'a pb::MadeRole>) -> Self {
        let mut roles = Self::default();
        for role in made {
            let Ok(RoleName::Made(name)) = role.role.parse() else {
                continue;
            };
            let words = Words::new(role.display_name_zh.as_str(), role.display_name_en.as_str());
            roles.names.insert(name, words);
            roles.order.push(name);
        }
        roles
    }

    /// What people call a role.
    pub fn words(&self, role: RoleName) -> Words {
        let RoleName::Made(made) = role else {
            return vocabulary::role(role);
        };
        match self.names.get(&made) {
            // two levels may call theirs the same
            Some(Words { zh, en }) => {
                let name = made.to_string();
                let name = name.trim_start_matches("ROLE/");
                Words::new(format!("自设角色“{zh}”（{name}）"), format!("the role “{en}” ({name})"))
            }
            None => vocabulary::role(role),
        }
    }

    /// The role that a name means: a bare slug is that of the nearest level which made one.
    pub fn meant(&self, role: RoleName) -> RoleName {
        match role {
            RoleName::Made(made) if made.maker().is_none() => {
                let nearest = self.order.iter().rev().find(|known| known.slug() == made.slug());
                nearest.copied().map_or(role, RoleName::Made)
            }
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(role: &str, zh: &str, en: &str) -> pb::MadeRole {
        pb::MadeRole {
            role: role.to_owned(),
            display_name_zh: zh.to_owned(),
            display_name_en: en.to_owned(),
        }
    }

    #[test]
    fn a_bare_slug_means_the_nearest_and_each_is_called_by_its_own_name() {
        let roles = MadeRoles::of(&[
            made("ROLE/guide@440309", "区讲解员", "district guide"),
            made("ROLE/guide@440309002021", "讲解员", "guide"),
            made("ROLE/desk@440309", "值守", "desk"),
        ]);
        let role = |text: &str| text.parse::<RoleName>().unwrap();
        assert_eq!(roles.meant(role("ROLE/guide")), role("ROLE/guide@440309002021"));
        assert_eq!(roles.meant(role("ROLE/desk")), role("ROLE/desk@440309"));
        for other in ["ROLE/nobody", "ROLE/guide@440309", "*/*"] {
            assert_eq!(roles.meant(role(other)), role(other));
        }
        let words = roles.words(role("ROLE/guide@440309"));
        assert_eq!(words.zh, "自设角色“区讲解员”（guide@440309）");
        assert_eq!(words.en, "the role “district guide” (guide@440309)");
        assert_eq!(roles.words(role("*/*")), vocabulary::role(role("*/*")));
        assert_eq!(roles.words(role("ROLE/nobody@44")).zh, "自设角色 nobody@44");
    }
}
