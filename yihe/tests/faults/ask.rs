//! Asking until somebody answers: at both gateways in turn, always the same request.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tonic::{Code, Status};
use yihe_kernel::{Clock, SystemClock, Timestamp};
use yihe_proto::Guarded;
use yihe_testkit::{Actor, Refused};

use super::journal::{Act, Asked, Journal, Outcome};

/// For so long a caller waits for one answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// For so long a caller asks again.
const AT_ALL: Duration = Duration::from_secs(40);
const PAUSE: Duration = Duration::from_millis(50);

/// Somebody at both doors.
pub struct Caller {
    doors: [Actor; 2],
    turn: AtomicUsize,
}

/// An answer and how it came.
#[derive(Debug)]
pub struct Heard<T> {
    pub answer: Result<T, Status>,
    pub begun: Instant,
    /// When it was sent for the last time.
    pub last_at: Timestamp,
    pub sent: u32,
}

impl Caller {
    pub fn new(doors: [Actor; 2]) -> Self {
        Self {
            doors,
            turn: AtomicUsize::new(0),
        }
    }

    /// Asks at one door, once.
    pub async fn ask_at<R: Guarded + Clone>(&self, door: usize, request: R) -> Result<R::Response, Status> {
        let late = |_| Err(Status::deadline_exceeded("no answer"));
        tokio::time::timeout(PATIENCE, self.doors[door].call(request))
            .await
            .unwrap_or_else(late)
    }

    /// Asks until there is an answer.
    pub async fn ask<R: Guarded + Clone>(&self, request: R) -> Heard<R::Response> {
        let begun = Instant::now();
        let first = self.turn.fetch_add(1, Ordering::Relaxed);
        let mut sent = 0;
        loop {
            let last_at = SystemClock.now();
            let answer = self.ask_at((first + sent) % 2, request.clone()).await;
            sent += 1;
            let again = answer.as_ref().is_err_and(is_silence);
            if !again || begun.elapsed() > AT_ALL {
                return Heard {
                    answer,
                    begun,
                    last_at,
                    sent: u32::try_from(sent).unwrap_or(u32::MAX),
                };
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// Whether a caller does not know what became of its request, or is asked to come again.
fn is_silence(status: &Status) -> bool {
    let is_away = matches!(
        status.code(),
        Code::Unavailable | Code::Unknown | Code::Cancelled | Code::DeadlineExceeded | Code::ResourceExhausted
    );
    // every answer of ours names its reason: what does not is the caller's own connection that broke
    let is_broken = status.code() == Code::Internal && Refused::from(status).reason.is_empty();
    is_away || is_broken || is_of_a_wrong_clock(status)
}

/// A replica whose clock has just gone wrong trusts no token of a gateway until it has left readiness, a second later.
fn is_of_a_wrong_clock(status: &Status) -> bool {
    let text = status.message();
    status.code() == Code::Unauthenticated && (text.contains("dated in the future") || text.contains("expired"))
}

impl<T> Heard<T> {
    /// Notes it. `made` tells the name of what was made and when.
    pub fn note(
        self,
        journal: &Journal,
        key: &str,
        act: Act,
        made: impl FnOnce(&T) -> (String, Option<prost_types::Timestamp>),
    ) -> Option<T> {
        let (outcome, made_at) = match &self.answer {
            Ok(answer) => {
                let (name, made_at) = made(answer);
                (Outcome::Done(name), made_at)
            }
            Err(status) if is_silence(status) => (Outcome::Unheard, None),
            Err(status) => (Outcome::Refused(reason(status)), None),
        };
        let earlier = |at: prost_types::Timestamp| Timestamp::from_proto(&at).is_some_and(|at| at < self.last_at);
        journal.note(Asked {
            key: key.to_owned(),
            act,
            outcome,
            begun: self.begun,
            ended: Instant::now(),
            sent: self.sent,
            was_there: self.sent > 1 && made_at.is_some_and(earlier),
        });
        self.answer.ok()
    }
}

/// The stable reason, with the text for those who look for what went wrong.
pub fn reason(status: &Status) -> String {
    let refused = Refused::from(status);
    match refused.reason.as_str() {
        "" => format!("{:?}: {}", status.code(), status.message()),
        "BOOKING_FULL" | "BALANCE_TOO_LOW" => refused.reason,
        reason => format!("{reason}: {}", refused.text),
    }
}
