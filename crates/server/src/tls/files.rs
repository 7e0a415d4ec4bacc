use std::fmt;
use std::path::Path;
use std::sync::Arc;

use tokio_rustls::rustls::client::verify_server_name;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::server::{ParsedCertificate, WebPkiClientVerifier};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{ClientConfig, Error, RootCertStore, ServerConfig};

use super::TlsFiles;
use super::standing::Standing;

/// Which of the files it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsFile {
    /// The certificate of this process.
    Certificate,
    /// Its key.
    Key,
    /// Those who are trusted.
    Ca,
}

impl fmt::Display for TlsFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Certificate => "certificate",
            Self::Key => "key",
            Self::Ca => "ca",
        })
    }
}

/// A file that cannot be used, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct TlsProblem {
    /// Which one.
    pub file: TlsFile,
    /// Its name and what is wrong with it.
    pub problem: String,
}

/// What was read at one time, ready for use.
pub(crate) struct Material {
    pub client: Option<Arc<ClientConfig>>,
    pub server: Option<Arc<ServerConfig>>,
    pub standing: Vec<Standing>,
    /// The bytes it was made of.
    pub digest: Vec<Vec<u8>>,
    own: Option<CertificateDer<'static>>,
}

/// Whose certificates are trusted, and those certificates themselves.
type Trusted = (Arc<RootCertStore>, Vec<CertificateDer<'static>>);

struct Reader<'a> {
    files: &'a TlsFiles,
    read: Vec<Vec<u8>>,
}

impl Reader<'_> {
    fn bytes(&mut self, file: TlsFile, path: &Path) -> Result<Vec<u8>, TlsProblem> {
        let bytes = std::fs::read(path).map_err(|error| problem(file, path, format!("cannot be read ({error})")))?;
        self.read.push(bytes.clone());
        Ok(bytes)
    }

    fn certificates(&mut self, file: TlsFile, path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsProblem> {
        let bytes = self.bytes(file, path)?;
        let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
        match read {
            Ok(chain) if !chain.is_empty() => Ok(chain),
            Ok(_) => Err(problem(
                file,
                path,
                "holds no certificate in PEM (-----BEGIN CERTIFICATE-----)",
            )),
            Err(error) => Err(problem(file, path, format!("is no PEM ({error})"))),
        }
    }

    fn own(&mut self, provider: &CryptoProvider) -> Result<Option<Arc<CertifiedKey>>, TlsProblem> {
        let (certificate, key) = match (&self.files.certificate, &self.files.key) {
            (Some(certificate), Some(key)) => (certificate, key),
            (Some(certificate), None) => return Err(problem(TlsFile::Key, certificate, "needs its key beside it")),
            (None, Some(key)) => return Err(problem(TlsFile::Certificate, key, "needs its certificate beside it")),
            (None, None) => return Ok(None),
        };
        let chain = self.certificates(TlsFile::Certificate, certificate)?;
        let bytes = self.bytes(TlsFile::Key, key)?;
        let no_key = "holds no private key in PEM (PKCS#8, PKCS#1 or SEC1, without a password)";
        let der = PrivateKeyDer::from_pem_slice(&bytes).map_err(|_| problem(TlsFile::Key, key, no_key))?;
        match CertifiedKey::from_der(chain, der, provider) {
            Ok(certified) => Ok(Some(Arc::new(certified))),
            Err(Error::InconsistentKeys(_)) => {
                let other = format!(
                    "is not the key of {}: put the two that belong together",
                    certificate.display()
                );
                Err(problem(TlsFile::Key, key, other))
            }
            Err(Error::InvalidCertificate(error)) => Err(problem(
                TlsFile::Certificate,
                certificate,
                format!("is no certificate ({error})"),
            )),
            Err(error) => Err(problem(TlsFile::Key, key, format!("cannot be used ({error})"))),
        }
    }

    fn roots(&mut self) -> Result<Option<Trusted>, TlsProblem> {
        let Some(path) = &self.files.ca else {
            return Ok(None);
        };
        let trusted = self.certificates(TlsFile::Ca, path)?;
        let mut roots = RootCertStore::empty();
        for certificate in &trusted {
            roots
                .add(certificate.clone())
                .map_err(|error| problem(TlsFile::Ca, path, format!("is no certificate ({error})")))?;
        }
        Ok(Some((Arc::new(roots), trusted)))
    }
}

impl Material {
    pub fn read(files: &TlsFiles) -> Result<Self, TlsProblem> {
        let provider = Arc::new(ring::default_provider());
        let mut reader = Reader {
            files,
            read: Vec::new(),
        };
        let own = reader.own(&provider)?;
        let roots = reader.roots()?;
        let mut standing = Vec::new();
        let chain = own.as_ref().map(|own| own.cert.as_slice()).unwrap_or_default();
        for (file, path, chain) in [
            (TlsFile::Certificate, &files.certificate, chain),
            (
                TlsFile::Ca,
                &files.ca,
                roots
                    .as_ref()
                    .map(|(_, trusted)| trusted.as_slice())
                    .unwrap_or_default(),
            ),
        ] {
            if let Some(path) = path {
                let found = Standing::of(file, path, chain);
                standing.push(found.map_err(|error| problem(file, path, format!("is no certificate ({error})")))?);
            }
        }
        let roots = roots.map(|(roots, _)| roots);
        let client = roots.clone().map(|roots| client(&provider, roots, own.clone()));
        let server = match own.clone() {
            Some(own) => Some(server(&provider, files, roots, own)?),
            None => None,
        };
        Ok(Self {
            client: client.transpose()?,
            server,
            standing,
            digest: reader.read,
            own: own.and_then(|own| own.cert.first().cloned()),
        })
    }

    pub fn of_system() -> Result<Self, TlsProblem> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if roots.is_empty() {
            let said = "the system trusts nobody: install ca-certificates, or name a file";
            return Err(internal(TlsFile::Ca, &said));
        }
        let provider = Arc::new(ring::default_provider());
        Ok(Self {
            client: Some(client(&provider, Arc::new(roots), None)?),
            server: None,
            standing: Vec::new(),
            digest: Vec::new(),
            own: None,
        })
    }

    pub fn is_for(&self, host: &str) -> bool {
        let name = ServerName::try_from(host).ok();
        let own = self.own.as_ref().and_then(|own| ParsedCertificate::try_from(own).ok());
        name.zip(own)
            .is_some_and(|(name, own)| verify_server_name(&own, &name).is_ok())
    }
}

fn client(
    provider: &Arc<CryptoProvider>,
    roots: Arc<RootCertStore>,
    own: Option<Arc<CertifiedKey>>,
) -> Result<Arc<ClientConfig>, TlsProblem> {
    let builder = ClientConfig::builder_with_provider(Arc::clone(provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| internal(TlsFile::Ca, &error))?
        .with_root_certificates(roots);
    let mut config = match own {
        Some(own) => {
            builder.with_client_cert_resolver(Arc::new(tokio_rustls::rustls::sign::SingleCertAndKey::from(own)))
        }
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(Arc::new(config))
}

fn server(
    provider: &Arc<CryptoProvider>,
    files: &TlsFiles,
    roots: Option<Arc<RootCertStore>>,
    own: Arc<CertifiedKey>,
) -> Result<Arc<ServerConfig>, TlsProblem> {
    let verifier = match (files.mutual, roots) {
        (false, _) => WebPkiClientVerifier::no_client_auth(),
        (true, Some(roots)) => WebPkiClientVerifier::builder_with_provider(roots, Arc::clone(provider))
            .build()
            .map_err(|error| internal(TlsFile::Ca, &error))?,
        (true, None) => {
            let path = files.certificate.as_deref().unwrap_or(Path::new(""));
            return Err(problem(
                TlsFile::Ca,
                path,
                "is to be shown by callers too, and nobody is named who is trusted",
            ));
        }
    };
    let mut config = ServerConfig::builder_with_provider(Arc::clone(provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| internal(TlsFile::Certificate, &error))?
        .with_client_cert_verifier(verifier)
        .with_cert_resolver(Arc::new(tokio_rustls::rustls::sign::SingleCertAndKey::from(own)));
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn problem(file: TlsFile, path: &Path, said: impl fmt::Display) -> TlsProblem {
    TlsProblem {
        file,
        problem: format!("{} {said}", path.display()),
    }
}

fn internal(file: TlsFile, error: &dyn fmt::Display) -> TlsProblem {
    TlsProblem {
        file,
        problem: format!("cannot be used ({error})"),
    }
}
