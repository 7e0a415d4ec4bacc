use std::net::IpAddr;
use std::sync::Arc;

/// The other end of the connection, in the extensions of every request that [`crate::serve`] takes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// Its IP address, as text; IPv4 in IPv6 is told as IPv4.
    pub address: Arc<str>,
}

impl Peer {
    /// The peer at this address.
    #[must_use]
    pub fn new(address: IpAddr) -> Self {
        Self {
            address: address.to_canonical().to_string().into(),
        }
    }
}
