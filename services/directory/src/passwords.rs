//! Hashing and checking passwords: argon2id, a few at a time, never on the threads that serve calls.

use std::sync::Arc;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;
use yihe_kernel::{Error, Result};

/// Hashes and checks passwords.
#[derive(Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    /// Checked for logins that do not exist, so that the time of a refusal does not tell which do.
    nobody: Arc<str>,
}

impl Passwords {
    /// So many at the same time.
    ///
    /// # Errors
    /// `INTERNAL` where hashing fails.
    pub fn new(at_once: usize) -> Result<Self> {
        let nobody = hash_now("nobody has this password")?;
        Ok(Self {
            turns: Arc::new(Semaphore::new(at_once)),
            nobody: nobody.into(),
        })
    }

    /// The hash of a password, in PHC form.
    ///
    /// # Errors
    /// `INTERNAL` where hashing fails.
    pub async fn hash(&self, password: String) -> Result<String> {
        self.in_turn(move || hash_now(&password)).await?
    }

    /// Whether a password is the one with this hash. Takes as long without a hash, and the answer is no then.
    ///
    /// # Errors
    /// `INTERNAL` for a hash that cannot be read.
    pub async fn check(&self, password: String, hash: Option<String>) -> Result<bool> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.to_string());
        let same = self.in_turn(move || check_now(&password, &hash)).await??;
        Ok(known && same)
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let _turn = self.turns.acquire().await.map_err(Error::internal)?;
        tokio::task::spawn_blocking(work).await.map_err(Error::internal)
    }
}

fn hash_now(password: &str) -> Result<String> {
    let hash = Argon2::default().hash_password(password.as_bytes());
    Ok(hash.map_err(|error| Error::internal(error.to_string()))?.to_string())
}

fn check_now(password: &str, hash: &str) -> Result<bool> {
    let hash = PasswordHash::new(hash).map_err(|error| Error::internal(error.to_string()))?;
    Ok(Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_password_passes() {
        let passwords = Passwords::new(1).unwrap();
        let hash = passwords.hash("correct horse battery".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$"), "{hash}");
        assert!(
            passwords
                .check("correct horse battery".into(), Some(hash.clone()))
                .await
                .unwrap()
        );
        assert!(!passwords.check("correct horse".into(), Some(hash)).await.unwrap());
        assert!(!passwords.check("nobody has this password".into(), None).await.unwrap());
    }
}
