use proptest::prelude::*;

use super::*;

proptest! {
    /// Whatever is cast in whatever order: the numbers add up, and a recount from the stored rows gives the same bytes.
    #[test]
    fn a_count_adds_up_and_is_the_same_again(
        members in 1_u128..40,
        choices in prop::collection::vec(prop::option::of(0_usize..3), 40),
        seed in any::<u64>(),
    ) {
        let frozen = frozen(members);
        let room = room(1..=members);
        let session = meeting(MeetingState::InSession);
        let name = session.name.vote(VoteId::from(uuid(5)));
        let (vote, mut ballots) = Vote::open(name, (MotionId::from(uuid(3)), AgendaItemId::from(uuid(4))), &session, &frozen, (&room, &[]), (BallotMethod::OpenRollCall, MatterClass::ResourceSharing), at(NOW)).unwrap();
        for (ballot, choice) in ballots.iter_mut().zip(&choices) {
            ballot.cast = choice.map(|choice| (Choice::ALL[choice], at(NOW), ballot.representative));
        }
        let first = count(&frozen, MatterClass::Coordination, &vote, &ballots).unwrap();
        let middle = usize::try_from(seed % (ballots.len() as u64)).unwrap();
        ballots.rotate_left(middle);
        let again = count(&frozen, MatterClass::Coordination, &vote, &ballots).unwrap();
        prop_assert_eq!(&first, &again);
        let counts = &first.outcome.counts;
        let of = |choice: Choice| ballots.iter().filter(|ballot| matches!(ballot.cast, Some((cast, ..)) if cast == choice)).count() as u64;
        prop_assert_eq!(counts.yes.heads, of(Choice::Yes));
        prop_assert_eq!(counts.no.heads, of(Choice::No));
        prop_assert_eq!(counts.abstain.heads, of(Choice::Abstain));
        let total = counts.yes.heads + counts.no.heads + counts.abstain.heads + counts.not_voted.heads;
        prop_assert_eq!(u128::from(total), members);
        prop_assert_eq!(first.outcome.verdict == Verdict::Adopted, u128::from(counts.yes.heads) * 2 > members);
        prop_assert_eq!(first.sha256.len(), 64);
    }
}
