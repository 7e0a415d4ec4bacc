//! Bookings as an iCalendar feed (RFC 5545).

use std::fmt::Write;

use yihe_kernel::Timestamp;

use super::Interval;

/// One event of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Stays the same when the booking changes.
    pub uid: String,
    /// Grows with every change.
    pub sequence: i64,
    /// When.
    pub interval: Interval,
    /// What is shown.
    pub summary: String,
    /// Where; may be empty.
    pub location: String,
    /// Whether it may still come to nothing.
    pub tentative: bool,
}

/// Octets of a line, its end left out.
const LINE: usize = 75;

/// The feed with a title.
#[must_use]
pub fn render(title: &str, entries: &[Entry], now: Timestamp) -> String {
    let mut out = String::new();
    for text in [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Yihe//resource//ZH",
        "CALSCALE:GREGORIAN",
    ] {
        line(&mut out, text);
    }
    line(&mut out, &format!("X-WR-CALNAME:{}", escaped(title)));
    for entry in entries {
        line(&mut out, "BEGIN:VEVENT");
        line(&mut out, &format!("UID:{}", entry.uid));
        line(&mut out, &format!("SEQUENCE:{}", entry.sequence));
        line(&mut out, &format!("DTSTAMP:{}", utc(now)));
        line(&mut out, &format!("DTSTART:{}", utc(entry.interval.from())));
        line(&mut out, &format!("DTEND:{}", utc(entry.interval.until())));
        line(&mut out, &format!("SUMMARY:{}", escaped(&entry.summary)));
        if !entry.location.is_empty() {
            line(&mut out, &format!("LOCATION:{}", escaped(&entry.location)));
        }
        let status = if entry.tentative { "TENTATIVE" } else { "CONFIRMED" };
        line(&mut out, &format!("STATUS:{status}"));
        line(&mut out, "END:VEVENT");
    }
    line(&mut out, "END:VCALENDAR");
    out
}

/// `YYYYMMDDTHHMMSSZ`.
fn utc(instant: Timestamp) -> String {
    let (date, time) = (instant.date_in("UTC"), instant.time_in("UTC"));
    format!("{}T{}Z", date.replace('-', ""), time.replace(':', ""))
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// Folds at 75 octets, never within a character.
fn line(out: &mut String, text: &str) {
    let mut room = LINE;
    for c in text.chars() {
        if c.len_utf8() > room {
            out.push_str("\r\n ");
            room = LINE - 1;
        }
        out.push(c);
        room -= c.len_utf8();
    }
    let _ = write!(out, "\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feed_is_escaped_and_folded() {
        let instant = |text: &str| text.parse().unwrap();
        let entry = Entry {
            uid: "0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f@440309002021".to_owned(),
            sequence: 2,
            interval: Interval::new(instant("2026-03-03T01:00:00Z"), instant("2026-03-03T03:30:00Z")).unwrap(),
            summary: format!("排练; 第一组, 第二组\n{}", "四点半课堂".repeat(10)),
            location: "多功能厅".to_owned(),
            tentative: true,
        };
        let feed = render("多功能厅", &[entry], instant("2026-03-02T01:00:00Z"));
        assert!(feed.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") && feed.ends_with("END:VCALENDAR\r\n"));
        assert!(
            feed.contains("\r\nDTSTART:20260303T010000Z\r\nDTEND:20260303T033000Z\r\n"),
            "{feed}"
        );
        assert!(feed.contains("STATUS:TENTATIVE"));
        for line in feed.split("\r\n") {
            assert!(line.len() <= LINE, "{line}");
        }
        let unfolded = feed.replace("\r\n ", "");
        assert!(
            unfolded.contains("SUMMARY:排练\\; 第一组\\, 第二组\\n四点半课堂"),
            "{unfolded}"
        );
    }
}
