//! The service's events: messages whose full name is the type of the event. They carry ids and numbers only.

use yihe_proto::policy::v1 as pb;

/// A message told as an event.
pub(crate) trait Event: prost::Message {
    /// Its full name, the type of the event.
    const KIND: &'static str;
}

macro_rules! events {
    ($($name:ident)+) => {$(
        impl Event for pb::$name {
            const KIND: &'static str = concat!("yihe.policy.v1.", stringify!($name));
        }
    )+};
}

events! {
    ChangeProposed
    ChangeApproved
    ChangeRejected
    ChangeWithdrawn
    ChangeActivated
}
