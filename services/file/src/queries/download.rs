//! Sending the bytes of a file. Each message is read when the caller takes it: a slow one holds nothing but its place.

use std::sync::Arc;

use futures::stream::{BoxStream, StreamExt, once, try_unfold};
use tonic::{Request, Status};
use yihe_kernel::{Error, Result};
use yihe_proto::file::v1 as pb;

use crate::convert;
use crate::domain::{Blob, Range};
use crate::objects::Facts;
use crate::service::Service;

/// Bytes in one message.
const CHUNK: i64 = 256 << 10;

pub type Chunks = BoxStream<'static, Result<pb::DownloadFileResponse, Status>>;

pub async fn download(service: &Arc<Service>, request: Request<pb::DownloadFileRequest>) -> Result<Chunks> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name = convert::name("name", &request.name)?;
    let (_, file) = service.file(admitted, &name, Facts::reading).await?;
    file.expect_readable(service.now())?;
    let range = Range::within(file.size_bytes, request.offset, request.length)?;
    let blob = file.blob();
    let head = pb::DownloadHead {
        file: Some(file.into()),
        offset: range.offset,
        length: range.length,
    };
    let head = pb::DownloadFileResponse {
        head: Some(head),
        ..Default::default()
    };
    Ok(once(async { Ok(head) })
        .chain(chunks(Arc::clone(service), blob, range))
        .boxed())
}

fn chunks(service: Arc<Service>, blob: Blob, range: Range) -> Chunks {
    let end = range.offset + range.length;
    let next = move |start: i64| {
        let (service, blob) = (Arc::clone(&service), blob.clone());
        async move {
            if start == end {
                return Ok(None);
            }
            let stop = end.min(start + CHUNK);
            let byte = |offset: i64| u64::try_from(offset).map_err(Error::internal);
            let chunk = service.content.read(&blob, byte(start)?..byte(stop)?).await?;
            let message = pb::DownloadFileResponse {
                chunk: chunk.into(),
                ..Default::default()
            };
            Ok(Some((message, stop)))
        }
    };
    try_unfold(range.offset, next).boxed()
}
