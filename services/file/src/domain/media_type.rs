use std::fmt;

/// A media type that is accepted.
#[derive(Debug, Clone, Copy)]
pub struct MediaType(&'static Known);

#[derive(Debug)]
struct Known {
    name: &'static str,
    content: Content,
}

/// How the type shows in the bytes.
#[derive(Debug)]
enum Content {
    /// By its first bytes; what they are recognized as.
    Signature(&'static [&'static str]),
    /// A zip archive with an entry in this folder.
    Archive(&'static str),
    /// UTF-8 without binary.
    Text,
}

const fn by_signature(name: &'static str, recognized: &'static [&'static str]) -> Known {
    Known {
        name,
        content: Content::Signature(recognized),
    }
}

const fn archive(name: &'static str, folder: &'static str) -> Known {
    Known {
        name,
        content: Content::Archive(folder),
    }
}

const fn text(name: &'static str) -> Known {
    Known {
        name,
        content: Content::Text,
    }
}

static ACCEPTED: &[Known] = &[
    by_signature("application/pdf", &["application/pdf"]),
    by_signature("image/jpeg", &["image/jpeg"]),
    by_signature("image/png", &["image/png"]),
    by_signature("image/webp", &["image/webp"]),
    by_signature("image/heic", &["image/heif"]),
    text("text/plain"),
    text("text/csv"),
    archive(
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "word/",
    ),
    archive(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "xl/",
    ),
    archive(
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "ppt/",
    ),
    by_signature(
        "application/vnd.oasis.opendocument.text",
        &["application/vnd.oasis.opendocument.text"],
    ),
    by_signature("audio/mpeg", &["audio/mpeg"]),
    // recorders write audio alone under the brand of films as well
    by_signature("audio/mp4", &["audio/m4a", "video/mp4"]),
    by_signature("video/mp4", &["video/mp4"]),
];

const ENTRY: &[u8] = b"PK\x03\x04";
const ENTRY_NAME: usize = 30;

impl MediaType {
    /// Bytes of the beginning by which a type is known.
    pub const HEAD: usize = 64 << 10;

    /// The accepted type of this name.
    pub fn of(name: &str) -> Option<Self> {
        ACCEPTED.iter().find(|known| known.name == name).map(Self)
    }

    /// Names of all that are accepted.
    pub fn accepted() -> String {
        ACCEPTED.iter().map(|known| known.name).collect::<Vec<_>>().join(", ")
    }

    /// Whether the whole content must be text.
    pub fn is_text(self) -> bool {
        matches!(self.0.content, Content::Text)
    }

    /// Whether the first bytes of a content, [`MediaType::HEAD`] of them or all, are those of the type. Of a text more has to be
    /// looked at.
    pub fn fits(self, head: &[u8]) -> bool {
        match self.0.content {
            Content::Signature(recognized) => {
                infer::get(head).is_some_and(|kind| recognized.contains(&kind.mime_type()))
            }
            Content::Archive(folder) => {
                head.starts_with(ENTRY) && entries(head).any(|name| name.starts_with(folder.as_bytes()))
            }
            Content::Text => true,
        }
    }

    /// What a content seems to be.
    pub fn recognize(head: &[u8]) -> &'static str {
        infer::get(head).map_or("application/octet-stream", |kind| kind.mime_type())
    }
}

/// Names of the entries whose headers lie within the bytes, and how they go on.
fn entries(head: &[u8]) -> impl Iterator<Item = &[u8]> {
    let starts = head.windows(ENTRY.len()).enumerate();
    starts
        .filter(|(_, window)| *window == ENTRY)
        .filter_map(|(start, _)| head.get(start + ENTRY_NAME..))
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zip(names: &[&str]) -> Vec<u8> {
        let header = |name: &str| [ENTRY, &[0; ENTRY_NAME - ENTRY.len()], name.as_bytes(), b"content"].concat();
        names.iter().flat_map(|name| header(name)).collect()
    }

    fn fits(name: &str, head: &[u8]) -> bool {
        MediaType::of(name).unwrap().fits(head)
    }

    #[test]
    fn a_content_fits_its_own_type_alone() {
        let docx = zip(&["[Content_Types].xml", "_rels/.rels", "word/document.xml"]);
        let samples: Vec<(&str, Vec<u8>)> = vec![
            ("application/pdf", b"%PDF-1.7\n".to_vec()),
            ("image/jpeg", b"\xff\xd8\xff\xe0\0\x10JFIF".to_vec()),
            ("image/png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec()),
            ("image/webp", b"RIFF\0\0\0\0WEBPVP8 ".to_vec()),
            ("image/heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec()),
            (ACCEPTED[7].name, docx),
            (ACCEPTED[8].name, zip(&["docProps/app.xml", "xl/workbook.xml"])),
            (ACCEPTED[9].name, zip(&["ppt/presentation.xml"])),
            (
                "application/vnd.oasis.opendocument.text",
                zip(&["mimetypeapplication/vnd.oasis.opendocument.text"]),
            ),
            ("audio/mpeg", b"ID3\x04\0\0\0\0\0\0".to_vec()),
            ("audio/mp4", b"\0\0\0\x18ftypM4A \0\0\0\0".to_vec()),
            ("video/mp4", b"\0\0\0\x18ftypisom\0\0\0\0".to_vec()),
        ];
        for (name, content) in &samples {
            let kinds = ACCEPTED.iter().filter(|known| !matches!(known.content, Content::Text));
            for known in kinds {
                let audio_in_a_film = known.name == "audio/mp4" && *name == "video/mp4";
                assert_eq!(
                    fits(known.name, content),
                    known.name == *name || audio_in_a_film,
                    "{name} declared as {}",
                    known.name
                );
            }
        }
    }

    #[test]
    fn a_zip_is_none_of_the_accepted_types() {
        let zip = zip(&["photo.jpg", "sword/blade.txt"]);
        assert_eq!(MediaType::recognize(&zip), "application/zip");
        assert!(
            ACCEPTED
                .iter()
                .filter(|known| !matches!(known.content, Content::Text))
                .all(|known| !MediaType(known).fits(&zip))
        );
        assert!(MediaType::of("application/zip").is_none() && MediaType::of("IMAGE/JPEG").is_none());
    }

    #[test]
    fn any_beginning_can_be_looked_at() {
        // a recognizer that reads beyond the end would panic
        for signature in [
            &b"PK\x03\x04"[..],
            b"\0\0\0\x18ftypmif1",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            b"\x7fELF",
            b"MZ",
            b"RIFF",
            b"[Content_Types].xml",
        ] {
            for length in 0..200 {
                let content = [signature, &vec![0x50; length]].concat();
                for known in ACCEPTED {
                    let _ = (MediaType(known).fits(&content), MediaType::recognize(&content));
                }
            }
        }
    }
}
