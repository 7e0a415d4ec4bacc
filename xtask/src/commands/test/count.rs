use std::fmt;
use std::iter::Sum;
use std::ops::AddAssign;

/// Tests that ran; those left out are in neither number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub passed: u64,
    pub failed: u64,
}

impl Count {
    /// From the root element of a JUnit report, whose `tests` are all that ran.
    ///
    /// A test that timed out or could not be started is a failure or an error there; both are failed here.
    pub fn from_junit(xml: &str) -> Option<Self> {
        let (_, rest) = xml.split_once("<testsuites ")?;
        let (root, _) = rest.split_once('>')?;
        let number = |name: &str| -> Option<u64> {
            let (_, value) = root.split_once(&format!("{name}=\""))?;
            value.split('"').next()?.parse().ok()
        };
        let failed = number("failures")? + number("errors")?;
        Some(Self {
            passed: number("tests")?.checked_sub(failed)?,
            failed,
        })
    }

    /// From the closing line of one test program: `test result: ok. 3 passed; 0 failed; …`.
    pub fn from_libtest_line(line: &str) -> Option<Self> {
        let (_, numbers) = line.trim_start().strip_prefix("test result: ")?.split_once(". ")?;
        let number = |kind: &str| {
            numbers
                .split(';')
                .find_map(|part| part.trim().strip_suffix(kind)?.parse().ok())
        };
        Some(Self {
            passed: number(" passed")?,
            failed: number(" failed")?,
        })
    }
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl Sum for Count {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), |mut sum, count| {
            sum += count;
            sum
        })
    }
}

impl fmt::Display for Count {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "tests: {} passed, {} failed", self.passed, self.failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn junit_counts_failures_and_errors_as_failed() {
        let xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
                   <testsuites name=\"nextest-run\" tests=\"12\" failures=\"2\" errors=\"1\" uuid=\"u\">\n\
                   <testsuite name=\"a\" tests=\"1\" disabled=\"0\" errors=\"0\" failures=\"0\">";
        assert_eq!(Count::from_junit(xml), Some(Count { passed: 9, failed: 3 }));
        assert_eq!(
            Count::from_junit("<testsuites tests=\"1\" failures=\"2\" errors=\"0\">"),
            None
        );
        assert_eq!(Count::from_junit(""), None);
    }

    #[test]
    fn libtest_says_its_numbers_in_one_line() {
        let ok = "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.00s";
        assert_eq!(Count::from_libtest_line(ok), Some(Count { passed: 3, failed: 0 }));
        let bad = "test result: FAILED. 13 passed; 4 failed; 0 ignored; 0 measured; 0 filtered out";
        assert_eq!(Count::from_libtest_line(bad), Some(Count { passed: 13, failed: 4 }));
        assert_eq!(Count::from_libtest_line("test result::is_printed ... ok"), None);
        assert_eq!(Count::from_libtest_line("running 3 tests"), None);
    }

    #[test]
    fn the_line_that_ci_reads() {
        let both = [Count { passed: 3, failed: 0 }, Count { passed: 4, failed: 1 }];
        assert_eq!(both.into_iter().sum::<Count>().to_string(), "tests: 7 passed, 1 failed");
    }
}
