//! The gateway from outside: over real sockets, with services that tell what reached them.

#[cfg(test)]
mod access;
#[cfg(test)]
mod capacity;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod message;
#[cfg(test)]
mod node;
#[cfg(test)]
mod open;
#[cfg(test)]
mod pass;
#[cfg(test)]
mod policies;
#[cfg(test)]
mod raw;
#[cfg(test)]
mod stream;
#[cfg(test)]
mod upstream;
