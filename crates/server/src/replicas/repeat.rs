//! What may be asked of another replica when a connection fails.

use std::error::Error as StdError;

use bytes::Bytes;
use prost_reflect::{DynamicMessage, Value};
use tonic::ConnectError;
use yihe_authz::Method;

/// Length byte, and four bytes of size, before a message.
const FRAME_HEAD: usize = 5;

pub(super) fn was_never_sent(error: &(dyn StdError + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<ConnectError>() {
            return true;
        }
        if let Some(error) = error.downcast_ref::<hyper::Error>()
            && error.is_canceled()
        {
            return true;
        }
        cause = error.source();
    }
    false
}

pub(super) fn may_be_repeated(method: &Method, message: &Bytes) -> bool {
    method.reads || has_request_id(method, message)
}

fn has_request_id(method: &Method, message: &Bytes) -> bool {
    let Some(field) = method.input.get_field_by_name("request_id") else {
        return false;
    };
    let Some(encoded) = message.get(FRAME_HEAD..) else {
        return false;
    };
    let decoded = DynamicMessage::decode(method.input.clone(), encoded);
    decoded.is_ok_and(|request| matches!(&*request.get_field(&field), Value::String(id) if !id.is_empty()))
}
