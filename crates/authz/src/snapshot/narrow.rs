use std::hint::black_box;

use crate::RoleNumber;
use crate::layer::Index;

const LINES: usize = 16;
const IN_A_LINE: usize = 32;

/// For which shipped roles the rules of the narrow layers are, those of this community alone, permission by permission: so that
/// most decisions need none of these rules, which lie far away. What the layers of many communities say lies near anyway.
#[derive(Debug)]
#[repr(align(64))]
pub(crate) struct Narrow([[u16; IN_A_LINE]; LINES]);

const FREE: u16 = u16::MAX - 1;
/// The line had no room for all.
const CROWDED: u16 = u16::MAX;

const _: () = assert!(
    RoleNumber::SHIPPED <= u8::MAX as u16,
    "a shipped role takes more than a byte"
);

impl Narrow {
    /// Of layers over a catalogue of so many permissions.
    pub fn of<'a>(layers: impl Iterator<Item = &'a Index>, permissions: usize) -> Self {
        let mut lines = [[FREE; IN_A_LINE]; LINES];
        for index in layers {
            for permission in 0..permissions {
                for rule in index.rules_of(permission) {
                    // of roles that were made the layers are always asked
                    if rule.role.made().is_none() {
                        let line = &mut lines[permission % LINES];
                        note(line, mark(permission, rule.role));
                    }
                }
            }
        }
        Self(lines)
    }

    /// Has what [`Narrow::names`] reads on its way.
    pub fn ask_for(&self, permission: usize) {
        black_box(self.0[permission % LINES][0]);
    }

    /// Whether there may be a rule about the permission for one of these shipped roles; where there is one, always.
    pub fn names(&self, permission: usize, roles: [RoleNumber; 3]) -> bool {
        let line = &self.0[permission % LINES];
        let [one, other, third] = roles.map(|role| mark(permission, role));
        // no branch: all of it is compared at once
        let found = line.iter().fold(false, |found, held| {
            let crowded = mutate!(*held == CROWDED, CrowdedLineBelieved => false);
            found | crowded | (*held == one) | (*held == other) | (*held == third)
        });
        mutate!(found, NarrowRuleOverlooked => false)
    }
}

fn note(line: &mut [u16; IN_A_LINE], mark: u16) {
    if line.contains(&mark) {
        return;
    }
    match line.iter_mut().find(|held| **held == FREE) {
        Some(free) => *free = mark,
        None => line[0] = CROWDED,
    }
}

/// What stands for a permission and a role in the permission's line.
fn mark(permission: usize, role: RoleNumber) -> u16 {
    match (u8::try_from(permission / LINES), u8::try_from(role.get())) {
        (Ok(permission), Ok(role)) if permission < u8::MAX => u16::from_be_bytes([permission, role]),
        _ => CROWDED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(number: u16) -> [RoleNumber; 3] {
        [RoleNumber::shipped(number); 3]
    }

    #[test]
    fn a_line_without_room_says_perhaps_to_everything() {
        let room = u16::try_from(IN_A_LINE).unwrap();
        let mut narrow = Narrow([[FREE; IN_A_LINE]; LINES]);
        for number in 0..room {
            assert!(!narrow.names(5, role(number)));
            note(&mut narrow.0[5], mark(5, RoleNumber::shipped(number)));
            assert!(narrow.names(5, role(number)));
        }
        assert!(!narrow.names(5, role(room)) && !narrow.names(5 + LINES, role(0)) && !narrow.names(6, role(0)));
        note(&mut narrow.0[5], mark(5, RoleNumber::shipped(0)));
        assert!(!narrow.names(5, role(room)), "it has that one already");
        note(&mut narrow.0[5], mark(5, RoleNumber::shipped(room)));
        assert!((0..RoleNumber::SHIPPED).all(|number| narrow.names(5, role(number))));
        assert!(narrow.names(5 + LINES, role(0)) && !narrow.names(6, role(0)));
    }

    #[test]
    fn a_permission_beyond_the_marks_is_always_asked_for() {
        let mut narrow = Narrow([[FREE; IN_A_LINE]; LINES]);
        let far = LINES * 255;
        assert!(!narrow.names(far, role(1)));
        note(&mut narrow.0[0], mark(far, RoleNumber::shipped(1)));
        assert!(narrow.names(far, role(1)) && narrow.names(0, role(7)));
    }
}
