//! The facts in SQL and the facts in Rust must let the same rows through, whatever the rows and the policies.

mod commitments;
mod owned_rows;
mod ratifications;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use yihe_authz::{Authorized, Condition, ConditionSet, Filter};
use yihe_kernel::{CommunityId, OrganizationId, Timestamp, UserId};
use yihe_store::{Backend, Store, StoreConfig};
use yihe_tally::packs;

use super::Sight;
use crate::domain::{
    Body, BodyKind, BodyMember, MatterClass, Meeting, MeetingMode, MeetingState, Member, Notice, OrganizationKind,
    Resolution, RosterEntry,
};
use crate::lookup::Facts;
use crate::names::{BodyName, MeetingName, ResolutionName};
use crate::store;

/// The odd ones are organizations, the even ones persons.
const MEMBERS: u128 = 5;

fn organization(number: u128) -> OrganizationId {
    uuid::Uuid::from_u128(number).into()
}

fn member(number: u128) -> Member {
    if number % 2 == 1 {
        Member::Organization(organization(number))
    } else {
        Member::Person(UserId::from(uuid::Uuid::from_u128(number)))
    }
}

fn instant() -> Timestamp {
    Timestamp::from_seconds(1_770_000_000)
}

/// One body with one meeting and, perhaps, one resolution.
#[derive(Debug, Clone)]
struct Row {
    /// Always an organization, perhaps with the id of a person.
    convener: u128,
    /// By member: never a member, member now, or member once.
    members: Vec<Option<bool>>,
    /// Who is on the roster, if notice was served.
    roster: Option<Vec<bool>>,
}

impl Row {
    fn is_member(&self, number: u128) -> bool {
        self.members[place(number)] == Some(true)
    }

    fn is_rostered(&self, number: u128) -> bool {
        self.roster.as_ref().is_some_and(|roster| roster[place(number)])
    }

    fn body_facts(&self, acting: Option<u128>) -> Facts {
        let Some(acting) = acting else { return Facts::default() };
        Facts {
            participant: self.is_member(acting),
            convener: Member::Organization(organization(self.convener)) == member(acting),
            ..Facts::default()
        }
    }

    fn meeting_facts(&self, acting: Option<u128>) -> Facts {
        let Some(acting) = acting else { return Facts::default() };
        let participant = self.is_member(acting) || self.is_rostered(acting);
        Facts {
            participant,
            convener: Member::Organization(organization(self.convener)) == member(acting),
            ..Facts::default()
        }
    }
}

fn place(number: u128) -> usize {
    usize::try_from(number - 1).unwrap()
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let members = usize::try_from(MEMBERS).unwrap();
    let row = (
        1..=MEMBERS,
        prop::collection::vec(prop::option::of(any::<bool>()), members),
        prop::option::of(prop::collection::vec(any::<bool>(), members)),
    );
    prop::collection::vec(
        row.prop_map(|(convener, members, roster)| Row {
            convener,
            members,
            roster,
        }),
        1..6,
    )
}

fn filters() -> impl Strategy<Value = Filter> {
    let set = || {
        prop::sample::subsequence(Condition::ALL.to_vec(), 0..=3)
            .prop_map(|set| set.into_iter().collect::<ConditionSet>())
    };
    let plan = (prop::option::of(set()), set()).prop_map(|(allow_if, deny_if)| Filter::Where { allow_if, deny_if });
    prop_oneof![1 => Just(Filter::All), 1 => Just(Filter::None), 8 => plan]
}

#[test]
fn sql_lets_through_what_the_facts_let_through() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let files = tempfile::tempdir().unwrap();
    let clock = std::sync::Arc::new(yihe_kernel::SystemClock);
    let config = StoreConfig::new(
        Backend::Sqlite {
            file: files.path().join("meeting.db"),
        },
        [1; 32],
    );
    let store = runtime
        .block_on(Store::open(&config, crate::migrations, clock))
        .unwrap();
    let mut runner = TestRunner::new(Config::with_cases(48));
    let communities = std::cell::Cell::new(440_309_000_000_u64);
    let cases = (
        rows(),
        prop::collection::vec((filters(), prop::option::of(1..=MEMBERS)), 12),
    );
    runner
        .run(&cases, |(rows, callers)| {
            communities.set(communities.get() + 1);
            let community: CommunityId = communities.get().to_string().parse().unwrap();
            runtime.block_on(async {
                let names = fill(&store, &community, &rows).await;
                for (filter, acting) in callers {
                    let sight = Sight {
                        filter,
                        member: acting.map(member),
                        assemblies: Vec::new(),
                    };
                    let page = store.page("test", 1000, "").unwrap();
                    let seen = |facts: &dyn Fn(&Row) -> Facts| -> Vec<uuid::Uuid> {
                        let through = |row: &&(Row, uuid::Uuid)| {
                            let facts = facts(&row.0);
                            filter.lets_through(&|condition| facts.holds(condition))
                        };
                        names.iter().filter(through).map(|(_, id)| *id).collect()
                    };
                    let bodies = store::body::list(store.reader(), &community, &sight, &page)
                        .await
                        .unwrap();
                    let bodies: Vec<_> = bodies.iter().map(|body| body.name.body.uuid()).collect();
                    assert_eq!(bodies, seen(&|row| row.body_facts(acting)), "{filter:?}");
                    let meetings = store::meeting::list(store.reader(), &community, None, &sight, &page)
                        .await
                        .unwrap();
                    let meetings: Vec<_> = meetings
                        .iter()
                        .rev()
                        .map(|meeting| meeting.name.meeting.uuid())
                        .collect();
                    assert_eq!(meetings, seen(&|row| row.meeting_facts(acting)), "{filter:?}");
                    let resolutions = store::resolution::list(store.reader(), &community, &sight, &page)
                        .await
                        .unwrap();
                    let resolutions: Vec<_> = resolutions.iter().rev().map(|one| one.name.resolution.uuid()).collect();
                    assert_eq!(resolutions, seen(&|row| row.meeting_facts(acting)), "{filter:?}");
                }
            });
            Ok(())
        })
        .unwrap();
}

/// Stores the rows; body, meeting and resolution of a row have one id.
async fn fill(store: &Store, community: &CommunityId, rows: &[Row]) -> Vec<(Row, uuid::Uuid)> {
    let named: Vec<_> = rows
        .iter()
        .map(|row| (row.clone(), store.ids().next::<uuid::Uuid>()))
        .collect();
    let input = (community.clone(), named.clone());
    let filled = store.transaction("test.fill", input, |tx, (community, named)| {
        Box::pin(async move {
            for (place, (row, id)) in named.iter().enumerate() {
                let by = Authorized::by_event("test", *id, community.clone());
                let body = BodyName {
                    community: community.clone(),
                    body: (*id).into(),
                };
                let name = MeetingName {
                    community: community.clone(),
                    meeting: (*id).into(),
                };
                store::body::insert(tx, &by, &stored_body(&body, row)).await?;
                for (number, joined) in (1..).zip(&row.members) {
                    let Some(now) = joined else { continue };
                    let name = body.member(member(number));
                    let joined = BodyMember {
                        name: name.clone(),
                        member: member(number),
                        kind: OrganizationKind::ResidentUnit,
                        display_name: "单位".to_owned(),
                        group: String::new(),
                        joined_at: instant(),
                        ended_at: None,
                    };
                    assert!(store::body::join(tx, &by, &joined).await?);
                    if !now {
                        assert!(store::body::leave(tx, &by, &name, instant()).await?);
                    }
                }
                store::meeting::insert(tx, &by, &stored_meeting(&name, &body, row)).await?;
                if row.roster.is_some() {
                    store::notice::insert(tx, &by, &stored_notice(&name, row)).await?;
                }
                let resolution = Resolution {
                    name: ResolutionName {
                        community: community.clone(),
                        resolution: (*id).into(),
                    },
                    year: 2026,
                    serial: i32::try_from(place).unwrap(),
                    body: body.body,
                    motion: name.motion((*id).into()),
                    vote: name.vote((*id).into()),
                    text: String::new(),
                    title: String::new(),
                    matter_class: MatterClass::Coordination,
                    adopted_at: instant(),
                };
                store::resolution::insert(tx, &by, &resolution).await?;
            }
            Ok(())
        })
    });
    filled.await.unwrap();
    named
}

fn stored_body(name: &BodyName, row: &Row) -> Body {
    Body {
        name: name.clone(),
        kind: BodyKind::JointConference,
        display_name: "联席会议".to_owned(),
        convener: organization(row.convener),
        compound: None,
        rule_pack: "cn.joint-conference.default".to_owned(),
        created_at: instant(),
        version: 1,
    }
}

fn stored_meeting(name: &MeetingName, body: &BodyName, row: &Row) -> Meeting {
    Meeting {
        name: name.clone(),
        body: body.body,
        body_kind: BodyKind::JointConference,
        convener: organization(row.convener),
        title: "会议".to_owned(),
        location: String::new(),
        starts_at: instant(),
        mode: MeetingMode::Session,
        state: MeetingState::Draft,
        created_at: instant(),
        noticed_at: row.roster.as_ref().map(|_| instant()),
        opened_at: None,
        closed_at: None,
        cancel_reason: None,
        start_known: true,
        postponed: None,
        suspended: None,
        debate: None,
        notice_round: 0,
        voting_ends_at: None,
        quorate: false,
        version: 1,
    }
}

fn stored_notice(name: &MeetingName, row: &Row) -> Notice {
    let roster = (1..=MEMBERS)
        .filter(|number| row.is_rostered(*number))
        .map(|number| RosterEntry {
            member: member(number),
            kind: OrganizationKind::ResidentUnit,
            display_name: "单位".to_owned(),
            group: String::new(),
            heads: 1,
            acknowledged_at: None,
        });
    Notice {
        meeting: name.clone(),
        served_at: instant(),
        pack: packs::shipped().unwrap()[0].clone(),
        agenda: Vec::new(),
        roster: roster.collect(),
        register: None,
    }
}
