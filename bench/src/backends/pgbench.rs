//! What PostgreSQL commits alone: the statements of a booking's transaction, as the resource service has them, by `pgbench` on a copy of
//! the same database, where every client has a hall of its own too.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use yihe_testkit::Postgres;

use super::process::sql;
use super::street::MINUTES;

/// What every booking is for.
pub const PURPOSE: &str = "排练";

const COPY: &str = "bare";
const SCHEMA: &str = "yihe_resource";
/// Halls take the ids that the script counts up, in any order.
const HALLS: &str = "UPDATE yihe_resource.bookable SET id = numbered.id FROM (SELECT id AS was, \
     ('00000000000070008000' || lpad(to_hex(row_number() OVER (ORDER BY id) - 1), 12, '0'))::uuid AS id \
     FROM yihe_resource.bookable) AS numbered WHERE bookable.id = numbered.was";

/// Each client books times of its own in its own hall. Ids grow as those of the service do, for indexes like neighbours; they are
/// another one's in each table.
const SCRIPT: &str = r"\set turn :turn + 1
\set id :turn * 1024 + :client_id
\set from :first + :turn * :length
\set until :from + :length
BEGIN;
INSERT INTO request (community, actor, request_id, body_hash, result_name, created_at) VALUES ('440309002021', 'users/' || ('00000000000070008000' || lpad(to_hex(:client_id::bigint), 12, '0'))::uuid, (lpad(to_hex(:id::bigint), 12, '0') || '70008000000000000000')::uuid, decode(repeat('5a', 32), 'hex'), 'communities/440309002021/bookings/' || (lpad(to_hex(:id::bigint), 12, '0') || '70008000000000000000')::uuid, :first::bigint) ON CONFLICT (community, actor, request_id) DO NOTHING;
SELECT community, id, kind, owner, owner_display_name, title, description, place, capacity, rules, external_ref, longest_span, created_at, ended_at, version FROM bookable WHERE community = '440309002021' AND id = ('00000000000070008000' || lpad(to_hex(:client_id::bigint), 12, '0'))::uuid FOR UPDATE;
SELECT id, occupies_from, occupies_until, quantity, expires_at FROM booking WHERE community = '440309002021' AND bookable = ('00000000000070008000' || lpad(to_hex(:client_id::bigint), 12, '0'))::uuid AND occupies_from IS NOT NULL AND occupies_from > :from::bigint - :length::bigint AND occupies_from < :until::bigint AND occupies_until > :from::bigint;
INSERT INTO booking (community, id, bookable, owner, booker, booker_display_name, starts_at, ends_at, quantity, purpose, project, state, expires_at, occupies_from, occupies_until, external_ref, series, note, created_at, version, alone) VALUES ('440309002021', (lpad(to_hex(:id::bigint), 12, '0') || '70008000000000000000')::uuid, ('00000000000070008000' || lpad(to_hex(:client_id::bigint), 12, '0'))::uuid, ('00000000000070008000' || lpad(to_hex(:client_id::bigint), 12, '0'))::uuid, ('00000000000070008000' || lpad(to_hex(:client_id::bigint), 12, '0'))::uuid, '单位', :from::bigint, :until::bigint, 1, '排练', NULL, 'CONFIRMED', NULL, :from::bigint, :until::bigint, '', NULL, '', :first::bigint, 1, 1);
INSERT INTO outbox (event_id, community, kind, stream, subject, actor, organization, payload, occurred_at, trace) VALUES ((lpad(to_hex(:id::bigint), 12, '0') || '70008000000000000000')::uuid, '440309002021', 'yihe.resource.v1.BookingMade', 'communities/440309002021/bookables/' || ('00000000000070008000' || lpad(to_hex(:client_id::bigint), 12, '0'))::uuid, 'communities/440309002021/bookings/' || (lpad(to_hex(:id::bigint), 12, '0') || '70008000000000000000')::uuid, 'users/' || ('00000000000070008000' || lpad(to_hex(:client_id::bigint), 12, '0'))::uuid, ('00000000000070008000' || lpad(to_hex(:client_id::bigint), 12, '0'))::uuid, ''::bytea, :first::bigint, NULL);
COMMIT;
";

/// The copy of a database, and how many bookings it was to hold.
pub struct Bench<'a> {
    server: &'a Postgres,
    folder: tempfile::TempDir,
    runs: i64,
    booked: u64,
}

impl<'a> Bench<'a> {
    /// Copies a database as it is now.
    pub fn copy(server: &'a Postgres, database: &str) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let dump: PathBuf = folder.path().join("dump.sql");
        let dumped = Command::new(server.program("pg_dump")?)
            .arg("--file")
            .arg(&dump)
            .arg(server.url_of(database))
            .output()?;
        ensure!(dumped.status.success(), "{}", String::from_utf8_lossy(&dumped.stderr));
        sql(server, "postgres", &format!("CREATE DATABASE {COPY}"))?;
        let restored = Command::new(server.program("psql")?)
            .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-f"])
            .arg(&dump)
            .arg(server.url_of(COPY))
            .stdout(Stdio::null())
            .output()?;
        ensure!(
            restored.status.success(),
            "{}",
            String::from_utf8_lossy(&restored.stderr)
        );
        sql(server, COPY, HALLS)?;
        sql(server, COPY, "ANALYZE")?;
        std::fs::write(folder.path().join("booking.sql"), SCRIPT)?;
        let booked = bookings(server)?;
        Ok(Self {
            server,
            folder,
            runs: 0,
            booked,
        })
    }

    /// Has so many clients commit for so long. Returns commits a second.
    pub fn run(&mut self, clients: usize, lasting: Duration) -> Result<f64> {
        // times that no run before had
        let turn = self.runs * 1_000_000;
        self.runs += 1;
        let output = Command::new(self.server.program("pgbench")?)
            .args(["--no-vacuum", "--protocol=prepared", "--jobs=2"])
            .arg(format!("--client={clients}"))
            .arg(format!("--time={}", lasting.as_secs().max(1)))
            .arg(format!("--define=turn={turn}"))
            .arg("--define=first=1800000000000000")
            .arg(format!("--define=length={}", MINUTES * 60 * 1_000_000))
            .arg("--file")
            .arg(self.folder.path().join("booking.sql"))
            .arg(self.server.url_of(COPY))
            .env("PGOPTIONS", format!("-c search_path={SCHEMA}"))
            .output()?;
        let said = String::from_utf8_lossy(&output.stdout);
        ensure!(
            output.status.success(),
            "{said}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let told = Told::read(&said)?;
        ensure!(told.failed == 0, "{} transactions failed: {said}", told.failed);
        self.booked += told.processed;
        Ok(told.tps)
    }

    /// Checks that what was committed is there.
    pub fn check(&self) -> Result<()> {
        let found = bookings(self.server)?;
        ensure!(found == self.booked, "{found} bookings of {}", self.booked);
        Ok(())
    }
}

fn bookings(server: &Postgres) -> Result<u64> {
    Ok(sql(server, COPY, "SELECT count(*) FROM yihe_resource.booking")?.parse()?)
}

/// What `pgbench` says at its end.
#[derive(Debug, PartialEq)]
struct Told {
    processed: u64,
    failed: u64,
    tps: f64,
}

impl Told {
    fn read(said: &str) -> Result<Self> {
        let after = |label: &str| {
            let rest = said.lines().find_map(|line| line.strip_prefix(label));
            let word = rest.and_then(|rest| rest.split_whitespace().next());
            word.with_context(|| format!("pgbench does not say `{label}`: {said}"))
        };
        let told = Self {
            processed: after("number of transactions actually processed:")?.parse()?,
            failed: after("number of failed transactions:")?.parse()?,
            tps: after("tps =")?.parse()?,
        };
        if told.processed == 0 {
            bail!("pgbench committed nothing: {said}");
        }
        Ok(told)
    }
}

#[cfg(test)]
mod tests {
    use yihe_kernel::{Clock, SystemClock};
    use yihe_testkit::{TestNode, TestNodeOptions};

    use super::*;
    use crate::backends::street::Street;

    const SAID: &str = "pgbench (15.14 (Debian 15.14-0+deb12u1))
transaction type: booking.sql
scaling factor: 1
query mode: prepared
number of clients: 32
number of threads: 2
maximum number of tries: 1
duration: 2 s
number of transactions actually processed: 8213
number of failed transactions: 3 (0.037%)
latency average = 7.790 ms
initial connection time = 41.226 ms
tps = 4107.713402 (without initial connection time)
";

    #[test]
    fn what_pgbench_says_is_read() {
        let told = Told::read(SAID).unwrap();
        assert_eq!((told.processed, told.failed), (8213, 3));
        assert_eq!(format!("{:.1}", told.tps), "4107.7");
    }

    #[test]
    fn what_it_does_not_say_is_no_figure() {
        let nothing = SAID.replace("8213", "0");
        for said in ["", "pgbench: error", &SAID.replace("tps =", "speed"), &nothing] {
            assert!(Told::read(said).is_err(), "{said}");
        }
    }
    /// Verb and table of a statement that touches what a booking changes; reading the outbox is somebody else's.
    fn shape(statement: &str) -> Option<(String, String)> {
        let words: Vec<&str> = statement.split_whitespace().collect();
        let verb = (*words.first()?).to_owned();
        let at = words
            .iter()
            .position(|word| ["INTO", "FROM", "UPDATE"].contains(word))?;
        let table = words.get(at + 1)?.rsplit('.').next()?.trim_matches(['"', ';', '(']);
        let changed = ["request", "bookable", "booking", "outbox"].contains(&table);
        (changed && (verb.as_str(), table) != ("SELECT", "outbox")).then(|| (verb, table.to_owned()))
    }

    /// What the server logged of the transaction that begins with a retry row and tells an event.
    fn of_one_booking(log: &str) -> Vec<(String, String)> {
        let mut told = false;
        let statements = log
            .lines()
            .filter_map(|line| line.split_once("LOG:  ")?.1.split_once(": "));
        statements
            .map(|(_, statement)| statement)
            .skip_while(|statement| shape(statement) != Some(("INSERT".to_owned(), "request".to_owned())))
            .take_while(|statement| {
                told |= shape(statement) == Some(("INSERT".to_owned(), "outbox".to_owned()));
                // other connections commit meanwhile
                !(told && *statement == "COMMIT")
            })
            .filter_map(shape)
            .collect()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_script_has_the_statements_of_a_booking() {
        let server = Postgres::start_telling_statements().unwrap();
        let options = TestNodeOptions {
            database: Some(server.url()),
            starting_at: Some(SystemClock.now()),
            ..TestNodeOptions::default()
        };
        let node = TestNode::start(options).await.unwrap();
        let operator = node.operator().unwrap();
        let street = Street::at(node.address(), node.stranger(), &operator, 1).await.unwrap();
        // the first one in a hall notes how long bookings of it may be
        street.book_once().await.unwrap();
        let script: Vec<_> = SCRIPT.lines().filter_map(shape).collect();
        let mut seen = Vec::new();
        // a sweep of the service may come in between once, not each time
        for _ in 0..5 {
            let before = server.log().len();
            street.book_once().await.unwrap();
            seen.push(of_one_booking(&server.log()[before..]));
        }
        assert!(seen.contains(&script), "{script:#?} is none of {seen:#?}");
        node.stop().await.unwrap();
    }
}
