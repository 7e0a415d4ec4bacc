//! Announces terms that end soon, 30, 7 and 1 days before, once each. It writes nothing but the event and the note that it was
//! told, and needs no permission for that: it changes nobody's authority.

use yihe_authz::{Authorized, Scope};
use yihe_kernel::{Result, Timestamp, UserId, UserName};
use yihe_proto::directory::v1::{self as pb, OrganizationKind, Post};
use yihe_store::Failure;

use crate::convert;
use crate::directory::Directory;
use crate::domain::lapse::{Held, WARNED_DAYS, lapsing};
use crate::store::{Writing, appointment, community, lapse, region, region_appointment, region_committee};

pub const NAME: &str = "directory.announce_lapses";

/// Seconds after which all that lapses is looked at again, whatever was seen before: terms are written late, too.
const WHOLE_EVERY: i64 = 3_600;

/// How far it has looked. What was told is in the database: a new one begins with a look at everything.
#[derive(Debug, Default)]
pub struct Lapses {
    looked_at: Option<Timestamp>,
    whole_at: Option<Timestamp>,
}

impl Lapses {
    /// Announces what is due now; how much that was.
    pub async fn sweep(&mut self, directory: &Directory) -> Result<u64> {
        let now = directory.now();
        let whole = self
            .whole_at
            .is_none_or(|at| now < at || at.plus_seconds(WHOLE_EVERY) <= now);
        let since = self.looked_at.filter(|at| !whole && *at <= now);
        let mut done = 0;
        for (begin, end) in windows(since, now) {
            let told = lapse::told(directory.reader(), begin, end).await?;
            for held in lapse::ending(directory.reader(), begin, end).await? {
                let due = held
                    .warning_due(now)
                    .filter(|days| !told.contains(&lapse::key(&held, *days)));
                if let Some(days) = due {
                    done += u64::from(announce(directory, held, days).await?);
                }
            }
        }
        self.looked_at = Some(now);
        if whole {
            self.whole_at = Some(now);
        }
        Ok(done)
    }
}

/// The ends of terms to look at, after the first instant and up to the second: all of the next 30 days, or those for which a
/// warning has come since the last look.
fn windows(since: Option<Timestamp>, now: Timestamp) -> Vec<(Timestamp, Timestamp)> {
    let Some(since) = since else {
        return vec![(now, now.plus_days(i64::from(WARNED_DAYS[0])))];
    };
    let window = |days: &i32| (since.plus_days(i64::from(*days)), now.plus_days(i64::from(*days)));
    WARNED_DAYS.iter().map(window).collect()
}

async fn announce(directory: &Directory, held: Held, days: i32) -> Result<bool> {
    let by = Authorized::by_event_at(crate::SERVICE, directory.store.ids().next(), &held.place);
    let name = held.name();
    let told = directory
        .write(NAME, by, (held, days), |writing, (held, days)| {
            Box::pin(write(writing, held, *days))
        })
        .await?;
    if told {
        tracing::info!(appointment = name, days, "term announced to lapse");
    }
    Ok(told)
}

async fn write(writing: &Writing<'_>, held: &Held, days: i32) -> Result<bool, Failure> {
    let now = writing.now;
    // ended, or going on, since it was looked at; or told by another replica
    let all = match &held.place {
        Scope::Community(id) => lapse::of_community(writing.tx(), id, now).await?,
        Scope::Region(id) => lapse::of_region(writing.tx(), id, now).await?,
    };
    let Some(end) = held.term.end() else { return Ok(false) };
    let lapses = lapsing(&all, now, end).iter().any(|other| other == held);
    if !lapses || !lapse::note(writing, held, end, days).await? {
        return Ok(false);
    }
    let event = pb::AppointmentLapsing {
        appointment: held.name(),
        days,
        lapse_time: Some(end.to_proto()),
        organization: convert::organization_name(held.organization),
        post: held.post.into(),
        user: UserName { user: held.user }.to_string(),
        recipients: recipients(writing, held).await?,
    };
    writing
        .tell_at(writing.actor(), &held.place, held.name(), &event)
        .await?;
    Ok(true)
}

/// The person, who heads the organization, and the secretary of the core; for a secretary that of the level above.
async fn recipients(writing: &Writing<'_>, held: &Held) -> Result<Vec<String>, Failure> {
    let (tx, now) = (writing.tx(), writing.now);
    let mut users = vec![held.user];
    match &held.place {
        Scope::Community(id) => {
            let found = community::require(tx, id).await?;
            let heads = appointment::heads(tx, id, [held.organization], now).await?;
            users.extend(heads.iter().map(|head| head.user));
            if held.post == Post::Secretary && held.kind == OrganizationKind::PartyCommittee {
                let lineage = region::lineage(tx, &found.region).await?;
                users.extend(secretaries(writing, &lineage).await?);
            } else {
                let core = appointment::heads(tx, id, [found.party_committee], now).await?;
                users.extend(core.iter().map(|head| head.user));
            }
        }
        Scope::Region(id) => {
            let lineage = region::lineage(tx, id).await?;
            let from = if held.post == Post::Secretary { 1 } else { 0 };
            users.extend(secretaries(writing, &lineage[from..]).await?);
        }
    }
    let mut names: Vec<String> = Vec::with_capacity(users.len());
    for name in users.into_iter().map(|user| UserName { user }.to_string()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(names)
}

/// Who is secretary now of the first of these regions that has a committee.
async fn secretaries(writing: &Writing<'_>, lineage: &[yihe_kernel::RegionCode]) -> Result<Vec<UserId>, Failure> {
    let now = writing.now;
    let Some(committee) = region_committee::nearest(writing.tx(), lineage).await? else {
        return Ok(Vec::new());
    };
    let held = region_appointment::of_region(writing.tx(), &committee.region, now).await?;
    let in_office = held
        .into_iter()
        .filter(|held| held.post == Post::Secretary && held.term().contains(now));
    Ok(in_office.map(|held| held.user).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_look_is_at_everything_and_the_next_at_what_came_since() {
        let at = |days: i64| Timestamp::from_seconds(days * 86_400);
        assert_eq!(windows(None, at(5)), [(at(5), at(35))]);
        assert_eq!(
            windows(Some(at(4)), at(5)),
            [(at(34), at(35)), (at(11), at(12)), (at(5), at(6))]
        );
    }
}
