use sha2::{Digest as _, Sha256};
use yihe_kernel::{Error, Result};

use super::text::TextCheck;
use super::{Declaration, Digest, MediaType};
use crate::reasons;

/// An upload under way, held to its declaration.
#[derive(Debug)]
pub struct Receiving {
    declared: Declaration,
    received: i64,
    hasher: Sha256,
    head: Vec<u8>,
    recognized: bool,
    text: TextCheck,
}

impl Receiving {
    pub fn new(declared: Declaration) -> Self {
        Self {
            declared,
            received: 0,
            hasher: Sha256::new(),
            head: Vec::new(),
            recognized: false,
            text: TextCheck::default(),
        }
    }

    /// Looks at the next bytes.
    ///
    /// # Errors
    /// `SIZE_MISMATCH` where more comes than was declared; `MEDIA_TYPE_MISMATCH` as soon as it shows.
    pub fn take(&mut self, chunk: &[u8]) -> Result<()> {
        let length = i64::try_from(chunk.len()).map_err(Error::internal)?;
        self.received = self.received.saturating_add(length);
        if self.received > self.declared.size_bytes {
            return Err(self.size_mismatch());
        }
        let wanted = MediaType::HEAD - self.head.len();
        self.head.extend_from_slice(chunk.get(..wanted).unwrap_or(chunk));
        if self.declared.media_type.is_text() && !self.text.take(chunk) {
            return Err(self.type_mismatch());
        }
        if !self.recognized && self.head.len() == MediaType::HEAD {
            self.recognize()?;
        }
        self.hasher.update(chunk);
        Ok(())
    }

    /// Looks back at the whole.
    ///
    /// # Errors
    /// `SIZE_MISMATCH`, `MEDIA_TYPE_MISMATCH`, `DIGEST_MISMATCH`.
    pub fn finish(mut self) -> Result<Declaration> {
        if self.received != self.declared.size_bytes {
            return Err(self.size_mismatch());
        }
        if !self.recognized {
            self.recognize()?;
        }
        if self.declared.media_type.is_text() && !self.text.is_complete() {
            return Err(self.type_mismatch());
        }
        let found = Digest::new(self.hasher.finalize().into());
        if found != self.declared.digest {
            return Err(Error::new(&reasons::DIGEST_MISMATCH)
                .with("found", found)
                .with("declared", self.declared.digest));
        }
        Ok(self.declared)
    }

    fn recognize(&mut self) -> Result<()> {
        if !self.declared.media_type.fits(&self.head) {
            return Err(self.type_mismatch());
        }
        self.recognized = true;
        Ok(())
    }

    fn type_mismatch(&self) -> Error {
        Error::new(&reasons::MEDIA_TYPE_MISMATCH)
            .with("declared", self.declared.media_type)
            .with("found", MediaType::recognize(&self.head))
    }

    fn size_mismatch(&self) -> Error {
        Error::new(&reasons::SIZE_MISMATCH)
            .with("declared", self.declared.size_bytes)
            .with("received", self.received)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(media_type: &str, content: &[u8]) -> Declaration {
        Declaration {
            file_name: "x".into(),
            media_type: MediaType::of(media_type).unwrap(),
            size_bytes: i64::try_from(content.len()).unwrap(),
            digest: Digest::new(Sha256::digest(content).into()),
        }
    }

    fn receive(declared: Declaration, content: &[u8], size: usize) -> Result<Declaration> {
        let mut receiving = Receiving::new(declared);
        for chunk in content.chunks(size) {
            receiving.take(chunk)?;
        }
        receiving.finish()
    }

    #[test]
    fn an_honest_upload_passes_in_any_pieces() {
        let text = "楼道堆物整改前后对比\n".repeat(10_000);
        for size in [1000, 65_536, 1 << 20] {
            receive(declared("text/plain", text.as_bytes()), text.as_bytes(), size).unwrap();
        }
    }

    #[test]
    fn every_lie_is_named() {
        let pdf = b"%PDF-1.7\nend";
        let honest = declared("application/pdf", pdf);
        let lie = |declared: Declaration, content: &[u8]| receive(declared, content, 5).unwrap_err();
        assert!(lie(honest.clone(), b"%PDF-1.7\nend.").is(&reasons::SIZE_MISMATCH));
        assert!(lie(honest.clone(), b"%PDF-1.7").is(&reasons::SIZE_MISMATCH));
        assert!(lie(honest.clone(), b"").is(&reasons::SIZE_MISMATCH));
        let other = lie(honest, b"%PDF-1.7\nand");
        assert!(other.is(&reasons::DIGEST_MISMATCH));
        let jpeg = lie(declared("image/jpeg", pdf), pdf);
        assert!(jpeg.is(&reasons::MEDIA_TYPE_MISMATCH));
        assert_eq!(
            (jpeg.metadata()["declared"].as_str(), jpeg.metadata()["found"].as_str()),
            ("image/jpeg", "application/pdf")
        );
        let cut = &"核".as_bytes()[..2];
        assert!(lie(declared("text/plain", cut), cut).is(&reasons::MEDIA_TYPE_MISMATCH));
    }

    #[test]
    fn a_wrong_type_shows_before_the_end() {
        let zip = [&b"PK\x03\x04"[..], &vec![0; 1 << 20]].concat();
        let mut receiving = Receiving::new(declared("image/jpeg", &zip));
        assert!(
            receiving
                .take(&zip[..MediaType::HEAD])
                .unwrap_err()
                .is(&reasons::MEDIA_TYPE_MISMATCH)
        );
    }
}
