//! Until when certificates are good.

use yihe_kernel::Timestamp;
use yihe_server::{SOON, Tls, TlsFiles};

use super::{Finding, State};
use crate::config::Config;

/// A line for each file with certificates. One that has ended is refused before: the configuration cannot be used.
pub(super) fn standing(config: &Config, now: Timestamp) -> Vec<Finding> {
    let mut findings = of("tls", config.tls.files(), now);
    findings.extend(of("bus", config.bus.files(), now));
    findings
}

fn of(section: &str, files: TlsFiles, now: Timestamp) -> Vec<Finding> {
    let tls = match Tls::load(files) {
        Ok(tls) => tls,
        Err(problem) => {
            let about = format!("certificates {section}.{}", problem.file);
            return vec![Finding::new(State::Bad, about, problem)];
        }
    };
    let finding = |standing: &yihe_server::Standing| {
        let about = format!("certificates {section}.{}", standing.file);
        match standing.problem(now) {
            Some(problem) => Finding::new(State::Bad, about, problem),
            None if standing.ends_within(now, SOON) => {
                Finding::new(State::Warning, about, format!("{standing}: put a new one there soon"))
            }
            None => Finding::new(State::Good, about, standing),
        }
    };
    tls.standing().iter().map(finding).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use yihe_testkit::Authority;

    #[test]
    fn certificates_that_end_soon_are_told_before_they_end() {
        let folder = tempfile::tempdir().unwrap();
        let own = Authority::new()
            .unwrap()
            .issue_until(folder.path(), "own", &["meeting"], 2027)
            .unwrap();
        let mut config = Config::default();
        config.tls.certificate = Some(own.certificate);
        config.tls.key = Some(own.key);
        for (now, state, said) in [
            (
                "2026-12-01T00:00:00Z",
                State::Good,
                "own.crt is good until 2027-01-01T00:00:00Z",
            ),
            ("2026-12-18T00:00:00Z", State::Warning, "put a new one there soon"),
            (
                "2027-01-01T00:00:00Z",
                State::Bad,
                "own.crt has expired at 2027-01-01T00:00:00Z: put a new one there",
            ),
        ] {
            let found = standing(&config, now.parse().unwrap());
            assert!(
                found.len() == 1 && found[0].state == state && found[0].said.contains(said),
                "{found:?}"
            );
            assert_eq!(found[0].about, "certificates tls.certificate");
        }
    }
}
