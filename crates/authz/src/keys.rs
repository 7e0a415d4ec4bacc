use std::fmt;
use std::fs;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use yihe_kernel::{Error, Result};

use crate::reasons;
use crate::record_key::RecordSigner;
use crate::signing::SigningKey;

const ACCESS: &str = "access-token-";
const RECORD: &str = "record-";
const INTERNAL: &str = "internal-token.pem";
const SECRET: &str = "node-secret";

/// The secrets of a node, in `DIR/keys/`, readable by their owner alone:
/// `access-token-NNNN.pem` (Ed25519, PKCS#8; the highest number signs, all verify), `record-NNNN.pem` (the same, for records that
/// others verify without the node), `internal-token.pem`, and `node-secret` (32 bytes in base64).
#[derive(Clone)]
pub struct Keys {
    pub(crate) access: Arc<[SigningKey]>,
    pub(crate) internal: Arc<[SigningKey]>,
    record: Arc<[SigningKey]>,
    secret: [u8; 32],
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys")
            .field("access", &self.access)
            .field("internal", &self.internal)
            .field("record", &self.record)
            .finish_non_exhaustive()
    }
}

impl Keys {
    /// Reads the keys below a data directory; makes those that are missing. Two processes that start together agree on one set.
    ///
    /// # Errors
    /// `KEY_FILE_BROKEN` naming the file that cannot be read, written or understood.
    pub fn load_or_create(dir: &Path) -> Result<Self> {
        let folder = dir.join("keys");
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder);
        made.map_err(|error| broken(&folder, error))?;
        let (access, record) = (ring(&folder, ACCESS)?, ring(&folder, RECORD)?);
        let internal = folder.join(INTERNAL);
        let secret = folder.join(SECRET);
        for (path, content) in [
            (&internal, new_pem()),
            (&secret, STANDARD.encode(rand::random::<[u8; 32]>()) + "\n"),
        ] {
            if !path.exists() {
                create(path, &content)?;
            }
        }
        Ok(Self {
            access: access.iter().map(|path| read_key(path)).collect::<Result<_>>()?,
            record: record.iter().map(|path| read_key(path)).collect::<Result<_>>()?,
            internal: [read_key(&internal)?].into(),
            secret: read_secret(&secret)?,
        })
    }

    /// Adds an access-token key, which signs from the next start on; tokens of the former ones stay good.
    ///
    /// # Errors
    /// `KEY_FILE_BROKEN` naming the file that cannot be read or written.
    pub fn add_access_key(dir: &Path) -> Result<PathBuf> {
        let folder = dir.join("keys");
        let newest = files(&folder, ACCESS)?
            .last()
            .and_then(|path| number(path, ACCESS))
            .unwrap_or(0);
        let path = folder.join(format!("{ACCESS}{:04}.pem", newest + 1));
        create(&path, &new_pem())?;
        Ok(path)
    }

    /// Keys that live as long as the process, for tests and for trying out.
    ///
    /// # Errors
    /// None that a healthy machine gives.
    pub fn ephemeral() -> Result<Self> {
        let key = || SigningKey::from_pem(new_pem().as_bytes()).map_err(Error::internal);
        Ok(Self {
            access: [key()?].into(),
            internal: [key()?].into(),
            record: [key()?].into(),
            secret: rand::random(),
        })
    }

    /// Signs records that others verify without this node.
    #[must_use]
    pub fn record(&self) -> RecordSigner {
        RecordSigner::new(Arc::clone(&self.record))
    }

    /// The node's secret.
    #[must_use]
    pub const fn secret(&self) -> &[u8; 32] {
        &self.secret
    }

    /// A secret for one purpose, from which neither the node's nor another purpose's can be found.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        Hmac::<Sha256>::new_from_slice(&self.secret)
            .map(|mac| mac.chain_update(purpose).finalize().into_bytes().into())
            .unwrap_or(self.secret)
    }
}

/// The files of a ring; its first key is made where there is none.
fn ring(folder: &Path, prefix: &str) -> Result<Vec<PathBuf>> {
    let mut ring = files(folder, prefix)?;
    if ring.is_empty() {
        let first = folder.join(format!("{prefix}0001.pem"));
        create(&first, &new_pem())?;
        ring.push(first);
    }
    Ok(ring)
}

fn files(folder: &Path, prefix: &str) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| broken(folder, error))? {
        let path = entry.map_err(|error| broken(folder, error))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if !name.starts_with(prefix) || !name.ends_with(".pem") {
            continue;
        }
        let Some(number) = number(&path, prefix) else {
            return Err(broken(&path, "its name does not end in a number"));
        };
        files.push((number, path));
    }
    files.sort();
    Ok(files.into_iter().map(|(_, path)| path).collect())
}

fn number(path: &Path, prefix: &str) -> Option<u32> {
    path.file_stem()?.to_str()?.strip_prefix(prefix)?.parse().ok()
}

fn read_key(path: &Path) -> Result<SigningKey> {
    let pem = fs::read(path).map_err(|error| broken(path, error))?;
    SigningKey::from_pem(&pem).map_err(|detail| broken(path, detail))
}

fn read_secret(path: &Path) -> Result<[u8; 32]> {
    let text = fs::read_to_string(path).map_err(|error| broken(path, error))?;
    let bytes = STANDARD.decode(text.trim()).map_err(|error| broken(path, error))?;
    bytes.try_into().map_err(|_| broken(path, "not 32 bytes in base64"))
}

fn new_pem() -> String {
    // an unencrypted PKCS#8 version 1 structure around the 32 bytes of an Ed25519 seed (RFC 8410)
    let mut der = vec![
        0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
    ];
    der.extend_from_slice(&rand::random::<[u8; 32]>());
    format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        STANDARD.encode(der)
    )
}

/// Puts a whole file there or none; leaves a file that another process put there first.
fn create(path: &Path, content: &str) -> Result<()> {
    let draft = path.with_extension(format!("{:016x}.draft", rand::random::<u64>()));
    let write = || {
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&draft)?;
        file.write_all(content.as_bytes())?;
        file.sync_all()?;
        match fs::hard_link(&draft, path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            other => other,
        }
    };
    let written = write();
    let removed = fs::remove_file(&draft);
    written.and(removed).map_err(|error| broken(path, error))
}

fn broken(path: &Path, detail: impl fmt::Display) -> Error {
    Error::new(&reasons::KEY_FILE_BROKEN)
        .with("file", path.display())
        .with("detail", detail)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn keys_are_made_once_for_their_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let made = Keys::load_or_create(dir.path()).unwrap();
        let loaded = Keys::load_or_create(dir.path()).unwrap();
        assert_eq!(made.secret(), loaded.secret());
        assert_eq!(format!("{made:?}"), format!("{loaded:?}"));
        assert_ne!(made.secret(), Keys::ephemeral().unwrap().secret());
        let mut names = Vec::new();
        for entry in fs::read_dir(dir.path().join("keys")).unwrap() {
            let entry = entry.unwrap();
            assert_eq!(
                entry.metadata().unwrap().permissions().mode() & 0o777,
                0o600,
                "{entry:?}"
            );
            names.push(entry.file_name().into_string().unwrap());
        }
        names.sort();
        assert_eq!(
            names,
            [
                "access-token-0001.pem",
                "internal-token.pem",
                "node-secret",
                "record-0001.pem"
            ]
        );
        assert_eq!(
            fs::metadata(dir.path().join("keys")).unwrap().permissions().mode() & 0o777,
            0o700
        );
    }

    #[test]
    fn processes_that_start_together_agree() {
        let dir = tempfile::tempdir().unwrap();
        let secrets: Vec<_> = std::thread::scope(|scope| {
            let load = || {
                Keys::load_or_create(dir.path())
                    .map(|keys| (*keys.secret(), format!("{keys:?}")))
                    .unwrap()
            };
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(load)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(secrets.iter().all(|secret| *secret == secrets[0]));
    }

    #[test]
    fn a_broken_file_is_named_and_left_as_it_is() {
        for (name, content) in [
            (
                "access-token-0001.pem",
                "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
            ),
            ("access-token-new.pem", ""),
            ("internal-token.pem", ""),
            ("record-0001.pem", "not PEM at all"),
            ("record-first.pem", ""),
            ("internal-token.pem", "not PEM at all"),
            ("node-secret", "c2hvcnQ="),
            ("node-secret", "\u{fffd}"),
            ("node-secret", ""),
        ] {
            let dir = tempfile::tempdir().unwrap();
            Keys::load_or_create(dir.path()).unwrap();
            let path = dir.path().join("keys").join(name);
            fs::write(&path, content).unwrap();
            let refusal = Keys::load_or_create(dir.path()).unwrap_err();
            assert!(refusal.is(&reasons::KEY_FILE_BROKEN));
            assert!(refusal.to_string().contains(name), "{refusal}");
            assert_eq!(fs::read_to_string(path).unwrap(), content);
        }
    }

    #[test]
    fn a_key_of_another_sort_is_refused() {
        // an X25519 key: the same structure under another object identifier
        let der = [
            &[0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 4, 0x22, 4, 0x20][..],
            &[7; 32],
        ]
        .concat();
        let pem = format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            STANDARD.encode(der)
        );
        let dir = tempfile::tempdir().unwrap();
        Keys::load_or_create(dir.path()).unwrap();
        fs::write(dir.path().join("keys/internal-token.pem"), pem).unwrap();
        let refusal = Keys::load_or_create(dir.path()).unwrap_err();
        assert!(
            refusal.to_string().contains("internal-token.pem") && refusal.to_string().contains("Ed25519"),
            "{refusal}"
        );
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let refusal = Keys::load_or_create(file.path()).unwrap_err();
        assert!(
            refusal.to_string().contains(&*file.path().to_string_lossy()),
            "{refusal}"
        );
    }

    #[test]
    fn secrets_for_two_purposes_differ() {
        let keys = Keys::ephemeral().unwrap();
        assert_ne!(keys.derive("a"), keys.derive("b"));
        assert_ne!(keys.derive("a"), *keys.secret());
        assert_eq!(keys.derive("a"), keys.derive("a"));
        assert!(!format!("{keys:?}").contains("secret"));
    }
}
