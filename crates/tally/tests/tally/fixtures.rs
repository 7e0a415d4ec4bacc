use yihe_tally::{Ballot, BodyKind, Choice, MatterClass, Outcome, Presence, RulePack, TallyError, Voter, VoterId};

/// A pack of the shipped ones, by kind of body, as in force in 2026.
pub fn shipped(kind: BodyKind) -> RulePack {
    let (place, on) = ("440309002021".parse().unwrap(), "2026-03-01".parse().unwrap());
    yihe_tally::packs::in_force(kind, &place, on).unwrap().clone()
}

pub fn joint_conference() -> RulePack {
    shipped(BodyKind::JointConference)
}

pub fn owners_assembly() -> RulePack {
    shipped(BodyKind::OwnersAssembly)
}

/// The pack with one passage of its text changed; the passage has to exist.
pub fn amended(pack: &RulePack, from: &str, to: &str) -> RulePack {
    assert!(pack.text().contains(from), "{from}");
    RulePack::parse(&pack.text().replace(from, to)).unwrap()
}

pub fn id(i: usize) -> VoterId {
    VoterId::from(format!("v{i}"))
}

/// `count` organizations with one vote each.
pub fn organizations(count: usize) -> Vec<Voter> {
    (0..count).map(|i| Voter::one_vote(id(i))).collect()
}

/// Owners with these areas in 0.01 m².
pub fn owners(areas: &[u64]) -> Vec<Voter> {
    areas
        .iter()
        .enumerate()
        .map(|(i, area)| Voter::owner(id(i), *area))
        .collect()
}

/// The first `count` of the roster present.
pub fn present(count: usize) -> Presence {
    Presence::session((0..count).map(id))
}

/// One letter per voter in the order of the roster: `y` yes, `n` no, `a` abstain, `i` invalid, `-` none. A number
/// repeats the letter after it: `8y6n`.
pub fn ballots(letters: &str) -> Vec<Ballot> {
    let mut ballots = Vec::new();
    let (mut voter, mut times) = (0, None);
    for letter in letters.chars() {
        if let Some(digit) = letter.to_digit(10) {
            times = Some(times.unwrap_or(0) * 10 + digit);
            continue;
        }
        for _ in 0..times.take().unwrap_or(1) {
            let choice = match letter {
                'y' => Some(Choice::Yes),
                'n' => Some(Choice::No),
                'a' => Some(Choice::Abstain),
                'i' => Some(Choice::Invalid),
                '-' => None,
                _ => panic!("no such letter: {letter}"),
            };
            ballots.extend(choice.map(|choice| Ballot::new(id(voter), choice)));
            voter += 1;
        }
    }
    ballots
}

pub fn count(
    pack: &RulePack,
    class: MatterClass,
    roster: &[Voter],
    letters: &str,
    presence: &Presence,
) -> Result<Outcome, TallyError> {
    yihe_tally::tally(pack.rules_for(class)?, roster, &ballots(letters), presence)
}

pub const SHANGHAI: &str = "310101002003";
pub const BEIJING: &str = "110101001001";
pub const HANGZHOU: &str = "330102001001";
pub const SHENZHEN: &str = "440309002021";

/// The shipped pack in force for a kind of body, at a place, on a day.
pub fn in_force_at(kind: BodyKind, place: &str, on: &str) -> &'static RulePack {
    yihe_tally::packs::in_force(kind, &place.parse().unwrap(), on.parse().unwrap()).unwrap()
}
