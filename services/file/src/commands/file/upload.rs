use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use prost::Message;
use sea_orm::ConnectionTrait;
use tokio::time::{Instant, timeout_at};
use tonic::{Request, Status, Streaming};
use uuid::Uuid;
use yihe_authz::{Authorized, Messages};
use yihe_kernel::{CommunityName, Error, Fields, FileName, Result, reasons as common};
use yihe_proto::file::v1 as pb;
use yihe_store::{Failure, Remembered, Tx};

use crate::content::Upload;
use crate::convert;
use crate::domain::{Blob, Declaration, File, Receiving};
use crate::objects::Facts;
use crate::service::Service;
use crate::{events, reasons, store};

const FIRST_MESSAGE: Duration = Duration::from_secs(10);
/// For how long a place is kept for an upload that is heard of no more.
pub const RESERVED_SECONDS: i64 = 3600;
/// Waits for bytes that are being removed to be gone.
const ATTEMPTS: u32 = 20;
const PAUSE: Duration = Duration::from_millis(50);

struct Add {
    service: Arc<Service>,
    by: Authorized,
    owner_object: String,
    declared: Declaration,
    request_id: Option<Uuid>,
    request: Vec<u8>,
}

pub async fn upload(
    service: &Arc<Service>,
    request: Request<Streaming<pb::UploadFileRequest>>,
) -> Result<pb::File, Status> {
    let (admitted, first, messages) = service.guard.admit_stream(request, FIRST_MESSAGE).await?;
    let wire = first.declaration.unwrap_or_default();
    let by = service.object(admitted, &wire.owner_object, Facts::changing).await?;
    let (declared, request_id) = read(&wire)?;
    declared.expect_within(service.config.max_file_bytes)?;
    let blob = Blob {
        community: by.community()?.clone(),
        digest: declared.digest,
    };
    // a repeat of what had its effect brings bytes that are there, and is to get its answer: the transaction tells it from others
    if !store::file::has_bytes(service.reader(), &blob)
        .await
        .map_err(Error::from)?
    {
        let room = expect_room(service.reader(), service, &blob, &declared);
        room.await.map_err(Error::from)?;
    }
    let add = Add {
        service: Arc::clone(service),
        by,
        owner_object: wire.owner_object.clone(),
        declared,
        request_id,
        request: wire.encode_to_vec(),
    };
    let add = Arc::new(add);
    reserve(&add, &blob).await?;
    receive(service, &add.declared, first.chunk, messages)
        .await?
        .finish(&blob)
        .await?;
    let name = service
        .store
        .transaction("file.upload_file", add, |tx, add| Box::pin(apply(tx, add)))
        .await?;
    tracing::info!(%name, "file uploaded");
    Ok(store::file::get(service.reader(), &name)
        .await
        .map_err(Error::from)?
        .into())
}

fn read(wire: &pb::FileDeclaration) -> Result<(Declaration, Option<Uuid>)> {
    let mut fields = Fields::new();
    let request_id = fields.request_id(&wire.request_id);
    let declared = convert::declaration(&mut fields, wire);
    if fields.is_clean() {
        convert::expect_accepted(&wire.media_type)?;
    }
    Ok((fields.finish_with("declaration", declared)?, request_id))
}

async fn expect_room(
    conn: &impl ConnectionTrait,
    service: &Service,
    blob: &Blob,
    declared: &Declaration,
) -> Result<(), Failure> {
    let community = CommunityName {
        community: blob.community.clone(),
    };
    let taken = store::file::taken(conn, &blob.community).await?;
    Ok(declared.expect_room(&community, taken, service.config.community_bytes)?)
}

/// Notes that bytes may lie at their address soon, so that they are found should nobody come to need them.
async fn reserve(add: &Arc<Add>, blob: &Blob) -> Result<()> {
    let store = &add.service.store;
    for _ in 0..ATTEMPTS {
        let until = add.service.now().plus_seconds(RESERVED_SECONDS);
        let input = (Arc::clone(add), blob.clone(), until);
        let reserved = store.transaction("file.reserve_blob", input, |tx, (add, blob, until)| {
            Box::pin(store::blob::reserve(tx, &add.by, blob, *until))
        });
        if reserved.await? {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
    Err(busy())
}

/// Takes the bytes in. Whatever goes wrong, and when the caller goes away, nothing of them is left.
async fn receive(
    service: &Service,
    declared: &Declaration,
    first: Vec<u8>,
    mut messages: Messages<pb::UploadFileRequest>,
) -> Result<Upload, Status> {
    let mut receiving = Receiving::new(declared.clone());
    let mut upload = service.content.begin(service.store.ids().next()).await?;
    let end = Instant::now() + service.config.longest_upload;
    let mut chunk = first;
    loop {
        receiving.take(&chunk)?;
        if !chunk.is_empty() {
            upload.write(Bytes::from(chunk)).await?;
        }
        let patience = end.min(Instant::now() + service.config.stall);
        let next = timeout_at(patience, messages.next()).await;
        match next.map_err(|_| stalled(service, end))?? {
            Some(message) => chunk = message.chunk,
            None => break,
        }
    }
    receiving.finish()?;
    Ok(upload)
}

async fn apply(tx: &Tx, add: &Arc<Add>) -> Result<FileName, Failure> {
    let Add {
        service,
        by,
        owner_object,
        declared,
        request_id,
        request,
    } = add.as_ref();
    let now = service.now();
    let name = FileName {
        community: by.community()?.clone(),
        file: service.store.ids().next(),
    };
    let (actor, result) = (by.actor(), name.to_string());
    let remembered = tx.remember(name.community.as_str(), &actor, *request_id, request, &result, now);
    if let Remembered::Replay(known) = remembered.await? {
        let known = known.parse();
        return Ok(known.map_err(|refusal| Error::internal(format!("a retry row: {refusal}")))?);
    }
    let file = File {
        name,
        owner_object: owner_object.clone(),
        file_name: declared.file_name.clone(),
        media_type: declared.media_type.to_string(),
        size_bytes: declared.size_bytes,
        digest: declared.digest,
        uploaded_by: actor,
        organization: by.organization(),
        created_at: now,
        retired_at: None,
        removed_at: None,
        retain_until: None,
    };
    let blob = file.blob();
    expect_room(tx, service, &blob, declared).await?;
    if !store::blob::claim(tx, by, &blob).await? {
        return Err(busy().into());
    }
    store::file::insert(tx, by, &file).await?;
    events::append(tx, by, events::FileUploaded, &file, now).await?;
    Ok(file.name)
}

fn busy() -> Error {
    Error::new(&common::UNAVAILABLE)
        .with("detail", "the same bytes are being removed")
        .retry_after(Duration::from_secs(1))
}

fn stalled(service: &Service, end: Instant) -> Error {
    let (en, zh) = if Instant::now() >= end {
        let minutes = service.config.longest_upload.as_secs() / 60;
        (
            format!("it took longer than {minutes} minutes"),
            format!("用时超过 {minutes} 分钟"),
        )
    } else {
        let seconds = service.config.stall.as_secs();
        (
            format!("nothing came for {seconds} s"),
            format!("{seconds} 秒内没有收到数据"),
        )
    };
    Error::new(&reasons::UPLOAD_STALLED)
        .with("detail", en)
        .with("detail_zh", zh)
}
