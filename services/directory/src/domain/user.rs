//! People's accounts: logins and passwords.

use yihe_kernel::{Error, Fields, Result, Timestamp, UserId};

use crate::reasons;

/// A person's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// The login, lower case.
    pub login: String,
    /// Hash of the password, in PHC form.
    pub password_hash: String,
    /// When the person enrolled.
    pub created_at: Timestamp,
    /// Access tokens issued before this instant are refused.
    pub cutoff_at: Option<Timestamp>,
}

/// Checks a login: 3 to 64 characters of `a–z`, `0–9`, `.`, `_`, `-`.
pub fn check_login(fields: &mut Fields, login: &str) {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-');
    if !(3..=64).contains(&login.len()) || !login.bytes().all(allowed) {
        fields.refuse(
            "login",
            "must have 3 to 64 characters of a-z, 0-9, `.`, `_`, `-`",
            "须为 3 至 64 个字符,只含 a-z、0-9、“.”、“_”、“-”",
        );
    }
}

/// Checks a password's length, 10 to 128 characters, and that it holds no control characters.
pub fn check_password(fields: &mut Fields, password: &str) {
    let count = password.chars().count();
    if !(10..=128).contains(&count) {
        fields.refuse("password", "must have 10 to 128 characters", "须为 10 至 128 个字符");
    } else if password.chars().any(char::is_control) {
        fields.refuse("password", "contains control characters", "含有控制字符");
    }
}

const LEAST_DISTINCT: usize = 5;

/// Refuses a password that anybody would try first: one with the login in it, of few different characters, of characters that
/// follow one another, or that begins like the commonest ones.
///
/// # Errors
/// `PASSWORD_TOO_WEAK`.
pub fn check_strength(login: &str, password: &str) -> Result<()> {
    let mut distinct: Vec<char> = password.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    let lower = password.to_lowercase();
    let common = ["password", "qwerty", "123456", "888888", "iloveyou", "admin123"];
    let weak = lower.contains(login)
        || distinct.len() < LEAST_DISTINCT
        || is_run(&lower)
        || common.iter().any(|common| lower.starts_with(common));
    if weak {
        Err(Error::new(&reasons::PASSWORD_TOO_WEAK))
    } else {
        Ok(())
    }
}

fn is_run(text: &str) -> bool {
    let steps: Vec<i64> = text
        .chars()
        .zip(text.chars().skip(1))
        .map(|(a, b)| i64::from(u32::from(b)) - i64::from(u32::from(a)))
        .collect();
    steps.iter().all(|step| *step == 1) || steps.iter().all(|step| *step == -1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_that_everybody_tries_are_refused() {
        for bad in [
            "zhang.san-2026",
            "aaaaabbbbbcc",
            "abcdefghijkl",
            "password2026!",
            "9876543210",
        ] {
            assert!(
                check_strength("zhang.san", bad)
                    .unwrap_err()
                    .is(&reasons::PASSWORD_TOO_WEAK),
                "{bad}"
            );
        }
        assert!(check_strength("zhang.san", "correct horse battery").is_ok());
        assert!(check_strength("zhang.san", "北站社区共治一核多元好").is_ok());
    }

    #[test]
    fn logins_have_one_form() {
        for (login, good) in [
            ("li.si_2-x", true),
            ("ab", false),
            ("Li.Si", false),
            ("李四", false),
            ("a b c", false),
        ] {
            let mut fields = Fields::new();
            check_login(&mut fields, login);
            assert_eq!(fields.is_clean(), good, "{login}");
        }
    }
}
