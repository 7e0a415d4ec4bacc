//! From the wire, with every bad field named, and to the wire.

use std::str::FromStr;

use yihe_kernel::{CommunityName, Error, Fields, FileName, MalformedName, OrganizationName, Result, Timestamp};
use yihe_proto::file::v1 as pb;

use crate::domain::{Declaration, Digest, File, FileState, MediaType};
use crate::reasons;

/// Names that one look-up takes.
const MOST_NAMES: usize = 1000;

/// The name in a field.
///
/// # Errors
/// `MALFORMED_NAME`.
pub fn name<N: FromStr<Err = MalformedName>>(field: &str, text: &str) -> Result<N> {
    text.parse().map_err(|refusal| Error::malformed_name(field, &refusal))
}

/// Names of files of one community.
///
/// # Errors
/// `MALFORMED_NAME`; `INVALID_REQUEST` for too many.
pub fn names(texts: &[String]) -> Result<Vec<FileName>> {
    if texts.len() > MOST_NAMES {
        let mut fields = Fields::new();
        fields.refuse("names", "must be at most 1,000", "至多 1000 个");
        fields.finish()?;
    }
    texts.iter().map(|text| name("names", text)).collect()
}

/// The instant in a field.
///
/// # Errors
/// `INVALID_REQUEST` where it is absent or none.
pub fn instant(field: &str, wire: Option<&prost_types::Timestamp>) -> Result<Timestamp> {
    let mut fields = Fields::new();
    let instant = fields.instant(field, wire);
    fields.finish_with(field, instant)
}

/// What an upload declares.
///
/// # Errors
/// `INVALID_REQUEST` naming every bad field, `MEDIA_TYPE_NOT_ALLOWED`.
pub fn declaration(fields: &mut Fields, wire: &pb::FileDeclaration) -> Option<Declaration> {
    let file_name = file_name(fields, &wire.file_name);
    let media_type = MediaType::of(&wire.media_type);
    if wire.size_bytes < 1 {
        fields.refuse("declaration.size_bytes", "must be at least 1", "至少为 1");
    }
    let digest = Digest::from_hex(&wire.sha256);
    if digest.is_none() {
        fields.refuse(
            "declaration.sha256",
            "must be 64 hexadecimal digits in lower case",
            "须为 64 位小写十六进制数",
        );
    }
    Some(Declaration {
        file_name,
        media_type: media_type?,
        size_bytes: wire.size_bytes,
        digest: digest?,
    })
}

/// The media type is one of those accepted.
///
/// # Errors
/// `MEDIA_TYPE_NOT_ALLOWED`.
pub fn expect_accepted(media_type: &str) -> Result<()> {
    if MediaType::of(media_type).is_some() {
        return Ok(());
    }
    Err(Error::new(&reasons::MEDIA_TYPE_NOT_ALLOWED)
        .with("media_type", media_type.chars().take(100).collect::<String>())
        .with("allowed", MediaType::accepted()))
}

fn file_name(fields: &mut Fields, text: &str) -> String {
    let field = "declaration.file_name";
    let name = fields.line(field, text, 1..=255);
    if name.contains(['/', '\\']) || matches!(name.as_str(), "." | "..") {
        fields.refuse(field, "must be a name without path", "须为不含路径的文件名");
    }
    name
}

impl From<File> for pb::File {
    fn from(file: File) -> Self {
        let state = match file.state() {
            FileState::Active => pb::FileState::Active,
            FileState::Retired => pb::FileState::Retired,
            FileState::Removed => pb::FileState::Removed,
        };
        let organization = file.organization.map(|organization| OrganizationName { organization });
        Self {
            name: file.name.to_string(),
            owner_object: file.owner_object,
            file_name: file.file_name,
            media_type: file.media_type,
            size_bytes: file.size_bytes,
            sha256: file.digest.to_string(),
            state: state.into(),
            uploaded_by: file.uploaded_by,
            organization: organization.map(|name| name.to_string()).unwrap_or_default(),
            create_time: Some(file.created_at.to_proto()),
            retire_time: file.retired_at.map(Timestamp::to_proto),
            retain_until_time: file.retain_until.map(Timestamp::to_proto),
        }
    }
}

/// The community in a field.
///
/// # Errors
/// `MALFORMED_NAME`.
pub fn community(text: &str) -> Result<CommunityName> {
    name("community", text)
}
