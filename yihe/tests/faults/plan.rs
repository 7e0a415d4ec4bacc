//! What a seed does to a cluster.

use std::fmt;
use std::time::Duration;

use yihe_testkit::crash::Dice;

use super::cluster::{Between, Member};
use super::link::Wire;

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Signal 9; it starts again later.
    Kill(Member),
    /// PostgreSQL ends as in a crash and starts again later.
    Postgres,
    /// NATS ends as in a crash and starts again later.
    Nats,
    /// NATS is away for so long that events pile up in outboxes.
    Outbox,
    /// NATS comes back without its streams: everything is published again.
    Streams,
    /// A process stands still with its sockets open.
    Pause(Member),
    /// A wire is broken.
    Link(Between, Wire),
    /// Copies of events are published in another order, and readers lose their consumers.
    Deliveries,
    /// The clock of a replica goes wrong by so many seconds.
    Clock(Member, i64),
    /// Everybody is told to stop and starts again, one after another.
    Rolling,
}

impl Fault {
    /// What the table calls it.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Kill(Member::Replica(_)) => "kill -9, replica",
            Self::Kill(Member::Gateway(_)) => "kill -9, gateway",
            Self::Postgres => "PostgreSQL crashes",
            Self::Nats => "NATS killed",
            Self::Outbox => "outboxes fill",
            Self::Streams => "NATS loses streams",
            Self::Pause(Member::Replica(_)) => "pause, replica",
            Self::Pause(Member::Gateway(_)) => "pause, gateway",
            Self::Link(Between::GatewayAndReplica, _) => "link gateway – replica",
            Self::Link(Between::ReplicaAndPostgres, _) => "link replica – PostgreSQL",
            Self::Link(Between::ReplicaAndNats, _) => "link replica – NATS",
            Self::Deliveries => "copies out of order",
            Self::Clock(..) => "clock ±5 min",
            Self::Rolling => "rolling restart",
        }
    }

    /// Whether one replica dies, so that nobody may be without an answer for long.
    pub fn is_a_death(self) -> bool {
        matches!(self, Self::Kill(_))
    }
}

/// All that a seed says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    pub seed: u64,
    pub fault: Fault,
    /// After so long under load.
    pub after: Duration,
    /// For so long it lasts.
    pub lasts: Duration,
}

/// So many seeds one after another have all kinds in their shares.
const TURN: u64 = 20;

impl Plan {
    pub fn of(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let member = |dice: &mut Dice, gateways: bool| {
            let one = usize::from(dice.roll(2) == 1);
            if gateways {
                Member::Gateway(one)
            } else {
                Member::Replica(one)
            }
        };
        // one turn and the next between them have both
        let is_even = (seed / TURN).is_multiple_of(2);
        let wire = if is_even { Wire::Silent } else { Wire::Cut };
        let seconds = if is_even { -300 } else { 300 };
        let fault = match seed % TURN {
            1 | 6 | 11 | 16 => Fault::Kill(member(&mut dice, false)),
            3 | 13 => Fault::Kill(member(&mut dice, true)),
            2 | 12 => Fault::Postgres,
            4 => Fault::Nats,
            14 => Fault::Outbox,
            7 => Fault::Streams,
            5 => Fault::Pause(member(&mut dice, true)),
            15 => Fault::Pause(member(&mut dice, false)),
            8 => Fault::Link(Between::GatewayAndReplica, wire),
            9 => Fault::Link(Between::ReplicaAndPostgres, wire),
            10 => Fault::Link(Between::ReplicaAndNats, wire),
            17 => Fault::Deliveries,
            18 => Fault::Clock(member(&mut dice, false), seconds),
            19 => Fault::Rolling,
            // the turn's last place is anything but a rolling restart, which takes longest
            _ => Self::of(dice.roll(TURN - 2) + 1).fault,
        };
        let lasts = match fault {
            Fault::Kill(_) => dice.roll(1500),
            Fault::Postgres => dice.roll(1200),
            Fault::Outbox => 3000 + dice.roll(1500),
            Fault::Pause(_) | Fault::Link(..) => 500 + dice.roll(3500),
            Fault::Nats | Fault::Streams | Fault::Deliveries | Fault::Clock(..) | Fault::Rolling => dice.roll(1500),
        };
        Self {
            seed,
            fault,
            after: Duration::from_millis(300 + dice.roll(700)),
            lasts: Duration::from_millis(lasts),
        }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            seed,
            fault,
            after,
            lasts,
        } = self;
        write!(formatter, "seed {seed}: {fault:?} after {after:?} for {lasts:?}")
    }
}

#[test]
fn a_seed_is_always_the_same_plan_and_a_turn_has_every_kind() {
    let turn = |from: u64| (from..from + TURN).map(Plan::of).collect::<Vec<_>>();
    assert_eq!(turn(41), turn(41));
    let kinds: std::collections::BTreeSet<_> = turn(41).iter().map(|plan| plan.fault.kind()).collect();
    assert_eq!(kinds.len(), 14, "{kinds:?}");
}
