//! A community on a node, whose members book a hall of their own each, and how many of their calls are answered in a time.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use yihe_kernel::{Clock, Ids, SystemClock, Timestamp};
use yihe_proto::resource::v1::{
    Bookable, BookableKind, Booking, CreateBookableRequest, CreateBookingRequest, GetBookableRequest,
};
use yihe_testkit::Actor;

use super::process::Process;
use crate::figures::rate;
use crate::room::{REGION, community, voters};

/// Minutes of one booking; one begins where another ends.
pub const MINUTES: i64 = 5;

/// What a caller does time and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Books its hall, at the next time at which nobody has it.
    Book,
    /// Reads what is known of its hall.
    Read,
}

/// The members of a community, each on a connection of its own.
pub struct Street(Vec<Arc<Member>>);

struct Member {
    actor: Actor,
    hall: String,
    ids: Ids,
    first: Timestamp,
    next: AtomicI64,
}

impl Street {
    /// Sets a community up with so many members.
    pub async fn set_up(node: &Process, members: usize) -> Result<Self> {
        let stranger = node.stranger().await?;
        Self::at(node.address(), &stranger, &node.operator(&stranger)?, members).await
    }

    /// Sets a community up with so many members on the node whose gateway is at an address.
    pub async fn at(address: SocketAddr, stranger: &Actor, operator: &Actor, members: usize) -> Result<Self> {
        let (name, _, secretary) = community(stranger, operator, REGION).await?;
        let mut street = Vec::with_capacity(members);
        for voter in voters(stranger, &name, &secretary, members).await? {
            let actor = voter.actor.over_a_new_connection(address).await?;
            let request = CreateBookableRequest {
                parent: name.clone(),
                bookable: Some(Bookable {
                    kind: BookableKind::Place.into(),
                    title: "会议室".to_owned(),
                    capacity: 1,
                    ..Default::default()
                }),
                ..Default::default()
            };
            let hall = actor.call(request).await.context("registering a hall")?.name;
            street.push(Arc::new(Member {
                actor,
                hall,
                ids: Ids::new(Arc::new(SystemClock)),
                first: SystemClock.now().plus_days(1),
                next: AtomicI64::new(0),
            }));
        }
        Ok(Self(street))
    }

    /// Has the first so many members act for so long, each waiting for its answer before its next call. Returns calls a second.
    pub async fn act(&self, act: Act, clients: usize, lasting: Duration) -> Result<f64> {
        let begun = Instant::now();
        let calls = self.0.iter().take(clients).map(|member| {
            let member = Arc::clone(member);
            tokio::spawn(async move {
                let mut count = 0;
                while begun.elapsed() < lasting {
                    member.act(act).await?;
                    count += 1;
                }
                anyhow::Ok(count)
            })
        });
        let calls: Vec<_> = calls.collect();
        let mut count = 0;
        for call in calls {
            count += call.await??;
        }
        Ok(rate(count, begun.elapsed()))
    }

    /// Each member makes one booking.
    #[cfg(test)]
    pub async fn book_once(&self) -> Result<()> {
        for member in &self.0 {
            member.book().await?;
        }
        Ok(())
    }
}

impl Member {
    async fn act(&self, act: Act) -> Result<()> {
        match act {
            Act::Book => self.book().await.context("booking"),
            Act::Read => {
                let request = GetBookableRequest {
                    name: self.hall.clone(),
                };
                self.actor.call(request).await.context("reading")?;
                Ok(())
            }
        }
    }

    async fn book(&self) -> Result<()> {
        let place = self.next.fetch_add(1, Ordering::Relaxed);
        let at = |place: i64| self.first.plus_seconds(place * MINUTES * 60);
        let booking = Booking {
            start_time: Some(at(place).to_proto()),
            end_time: Some(at(place + 1).to_proto()),
            quantity: 1,
            purpose: super::pgbench::PURPOSE.to_owned(),
            ..Default::default()
        };
        let request = CreateBookingRequest {
            parent: self.hall.clone(),
            booking: Some(booking),
            request_id: self.ids.next::<uuid::Uuid>().to_string(),
            ..Default::default()
        };
        self.actor.call(request).await?;
        Ok(())
    }
}
