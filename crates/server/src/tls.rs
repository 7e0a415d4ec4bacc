//! TLS between processes: whom a process trusts, what it shows of itself, and why a connection was refused.

mod accept;
mod client;
mod files;
mod standing;
mod trouble;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use yihe_kernel::{SharedClock, Timestamp};

use self::files::Material;
use crate::tasks::Tasks;

pub(crate) use self::accept::Accepting;
pub use self::files::{TlsFile, TlsProblem};
pub use self::standing::Standing;
pub(crate) use self::trouble::Trouble;

/// Before a certificate ends its owner is told, day by day.
pub const SOON: Duration = Duration::from_secs(14 * 86_400);
const A_DAY: i64 = 86_400;

/// Which files hold what, all of them PEM.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate of this process, with those between it and its issuer.
    pub certificate: Option<PathBuf>,
    /// Its key.
    pub key: Option<PathBuf>,
    /// Certificates of those whose word is taken for who others are.
    pub ca: Option<PathBuf>,
    /// Whether callers must show a certificate that `ca` stands for.
    pub mutual: bool,
}

/// What a process shows and whom it trusts. Cheap to clone.
#[derive(Clone)]
pub struct Tls(Arc<Inner>);

struct Inner {
    files: TlsFiles,
    material: ArcSwap<Material>,
}

impl fmt::Debug for Tls {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Tls({:?})", self.0.files)
    }
}

impl Tls {
    /// Reads the files.
    ///
    /// # Errors
    /// The first file that cannot be used, and what to do. That a certificate has ended is none: see [`Tls::standing`].
    pub fn load(files: TlsFiles) -> Result<Self, TlsProblem> {
        let material = ArcSwap::from_pointee(Material::read(&files)?);
        Ok(Self(Arc::new(Inner { files, material })))
    }

    /// One that trusts whom the system trusts, and shows nothing of itself.
    ///
    /// # Errors
    /// The system trusts nobody.
    pub fn of_system() -> Result<Self, TlsProblem> {
        Ok(Self(Arc::new(Inner {
            files: TlsFiles::default(),
            material: ArcSwap::from_pointee(Material::of_system()?),
        })))
    }

    /// Until when what was read is good.
    #[must_use]
    pub fn standing(&self) -> Vec<Standing> {
        self.0.material.load().standing.clone()
    }

    /// Whether the certificate of this process is for this name or IP address.
    #[must_use]
    pub fn is_for(&self, host: &str) -> bool {
        self.0.material.load().is_for(host)
    }

    /// Whether `https://` can be called.
    #[must_use]
    pub fn trusts_somebody(&self) -> bool {
        self.0.material.load().client.is_some()
    }

    /// Whether sockets speak TLS.
    #[must_use]
    pub fn has_certificate(&self) -> bool {
        self.0.files.certificate.is_some()
    }

    pub(crate) fn material(&self) -> Arc<Material> {
        self.0.material.load_full()
    }

    /// Reads files again that have changed, and uses them for every connection from then on. Files that cannot be used change nothing.
    /// Tells of certificates that end soon. Until what is returned is dropped.
    #[must_use]
    pub fn follow(&self, every: Duration, clock: SharedClock) -> Tasks {
        let mut tasks = Tasks::default();
        let tls = self.clone();
        tasks.spawn("certificates", async move {
            let (mut told, mut warned_at) = (None, None);
            loop {
                let now = clock.now();
                if warned_at.is_none_or(|at: Timestamp| at.plus_seconds(A_DAY) <= now) {
                    warned_at = Some(now);
                    tls.warn(now);
                }
                tokio::time::sleep(every).await;
                tls.read_again(&mut told);
            }
        });
        tasks
    }

    fn warn(&self, now: Timestamp) {
        for standing in self
            .standing()
            .iter()
            .filter(|standing| standing.ends_within(now, SOON))
        {
            tracing::warn!("{standing}: put a new one there, it is read within a minute");
        }
    }

    fn read_again(&self, told: &mut Option<TlsProblem>) {
        match Material::read(&self.0.files) {
            Ok(found) if found.digest == self.0.material.load().digest => *told = None,
            Ok(found) => {
                self.0.material.store(Arc::new(found));
                *told = None;
                tracing::info!("certificates were read again");
            }
            Err(problem) => {
                if told.as_ref() != Some(&problem) {
                    tracing::error!("{problem}; until then the certificates before it are used");
                    *told = Some(problem);
                }
            }
        }
    }
}
