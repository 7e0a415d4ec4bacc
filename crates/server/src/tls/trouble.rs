use std::io;
use std::sync::{Mutex, PoisonError};

use tokio_rustls::rustls::{AlertDescription, CertificateError, Error};

/// Why another process is not trusted, or does not trust this one: told once, until a connection comes about.
#[derive(Debug)]
pub(crate) struct Trouble {
    with: String,
    told: Mutex<Option<String>>,
}

impl Trouble {
    pub fn with(name: &str) -> Self {
        Self {
            with: name.to_owned(),
            told: Mutex::default(),
        }
    }

    /// What was told last.
    pub fn told(&self) -> Option<String> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A connection came about.
    pub fn end(&self) {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// A connection failed; only what TLS says of it is told.
    pub fn tell(&self, error: &io::Error) {
        let Some(error) = tls_error(error) else {
            return;
        };
        // what the other end refuses may have come with a request, which it did not read
        let rest = match error {
            Error::AlertReceived(_) => "",
            _ => "; nothing was sent to it",
        };
        let line = format!("{} {}{rest}", self.with, refused_by_caller(error));
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.as_ref() != Some(&line) {
            tracing::error!("{line}");
            *told = Some(line);
        }
    }
}

pub(super) fn tls_error(error: &io::Error) -> Option<&Error> {
    error.get_ref()?.downcast_ref()
}

/// As whoever calls sees it.
fn refused_by_caller(error: &Error) -> String {
    use CertificateError as Bad;
    match error {
        Error::InvalidCertificate(Bad::Expired | Bad::ExpiredContext { .. }) => {
            "shows a certificate that has expired: put a new one there".to_owned()
        }
        Error::InvalidCertificate(Bad::NotValidYet | Bad::NotValidYetContext { .. }) => {
            "shows a certificate that is not good yet: set both clocks right".to_owned()
        }
        Error::InvalidCertificate(Bad::NotValidForName) => {
            "shows a certificate for other names: make one for the name in its address".to_owned()
        }
        Error::InvalidCertificate(Bad::NotValidForNameContext { presented, .. }) => format!(
            "shows a certificate for other names ({}): make one for the name in its address",
            presented.join(", ")
        ),
        // the second: somebody there has the same name, such as an authority that was made anew
        Error::InvalidCertificate(Bad::UnknownIssuer | Bad::BadSignature) => {
            "shows a certificate that nobody in tls.ca has signed: correct tls.ca here, or its certificate".to_owned()
        }
        Error::InvalidCertificate(other) => format!("shows a certificate that is not accepted ({other})"),
        Error::AlertReceived(AlertDescription::CertificateRequired) => {
            "demands a certificate of whoever calls: set tls.certificate and tls.key here".to_owned()
        }
        Error::AlertReceived(AlertDescription::UnknownCA | AlertDescription::DecryptError) => {
            "does not trust who signed the certificate of this process: correct tls.ca there, or tls.certificate here"
                .to_owned()
        }
        Error::AlertReceived(AlertDescription::CertificateExpired) => {
            "finds the certificate of this process expired: put a new one at tls.certificate".to_owned()
        }
        Error::AlertReceived(alert) => format!("refuses this process ({alert:?}): its log says why"),
        Error::InvalidMessage(_) => {
            "speaks no TLS: begin its address with http://, or set tls.certificate and tls.key there".to_owned()
        }
        other => format!("cannot be reached over TLS ({other})"),
    }
}

/// As whoever is called sees it.
pub(super) fn refused_by_service(error: &io::Error) -> Option<String> {
    use CertificateError as Bad;
    Some(match tls_error(error)? {
        Error::NoCertificatesPresented => "it shows no certificate: set tls.certificate and tls.key there".to_owned(),
        Error::InvalidCertificate(Bad::UnknownIssuer | Bad::BadSignature) => {
            "nobody in tls.ca has signed its certificate: correct tls.ca here, or its certificate".to_owned()
        }
        Error::InvalidCertificate(Bad::Expired | Bad::ExpiredContext { .. }) => {
            "its certificate has expired: put a new one there".to_owned()
        }
        Error::InvalidCertificate(other) => format!("its certificate is not accepted ({other})"),
        Error::InvalidMessage(_) => "it speaks no TLS: begin the address that it calls with https://".to_owned(),
        Error::AlertReceived(alert) => {
            format!("it does not accept the certificate of this process ({alert:?}): its log says why")
        }
        other => other.to_string(),
    })
}
