use std::num::NonZeroU32;

use serde::Deserialize;

/// Settings of the directory. Every one has a usable default.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Calls of one public RPC that one peer address may make a minute; as many may come at once.
    pub attempts_per_address_per_minute: NonZeroU32,
    /// Failed attempts a minute at one login, client or code before it is closed for a while.
    pub failures_per_name_per_minute: NonZeroU32,
    /// Applications one community takes a minute.
    pub applications_per_community_per_minute: NonZeroU32,
    /// Applications that may wait in one community.
    pub pending_applications: u64,
    /// Seconds a person's access token is good for.
    pub access_token_seconds: i64,
    /// Seconds an API client's access token is good for.
    pub client_token_seconds: i64,
    /// Days a refresh token is good for.
    pub refresh_token_days: i64,
    /// Passwords hashed at the same time; each takes 19 MiB.
    pub password_jobs: usize,
}

impl Default for Config {
    fn default() -> Self {
        let each = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        Self {
            attempts_per_address_per_minute: each(120),
            failures_per_name_per_minute: each(10),
            applications_per_community_per_minute: each(60),
            pending_applications: 1000,
            access_token_seconds: 15 * 60,
            client_token_seconds: 60 * 60,
            refresh_token_days: 30,
            password_jobs: 2,
        }
    }
}

impl Config {
    /// Names the first bad key and what is wrong with it.
    ///
    /// # Errors
    /// A text for the operator.
    pub fn validate(&self) -> Result<(), String> {
        let within = |key: &str, value: i64, least: i64, most: i64| {
            let good = (least..=most).contains(&value);
            if good {
                Ok(())
            } else {
                Err(format!("{key} must be from {least} to {most}, not {value}"))
            }
        };
        within("access_token_seconds", self.access_token_seconds, 60, 3600)?;
        within("client_token_seconds", self.client_token_seconds, 60, 86_400)?;
        within("refresh_token_days", self.refresh_token_days, 1, 365)?;
        within(
            "password_jobs",
            i64::try_from(self.password_jobs).unwrap_or(i64::MAX),
            1,
            64,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_valid_and_bad_keys_are_named() {
        assert_eq!(Config::default().validate(), Ok(()));
        let bad = Config {
            password_jobs: 0,
            ..Config::default()
        };
        assert!(bad.validate().unwrap_err().starts_with("password_jobs"));
    }
}
