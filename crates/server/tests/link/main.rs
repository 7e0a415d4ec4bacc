//! Every behaviour of a link is asserted twice: with the router in this process and over a socket.

#[cfg(test)]
mod calls;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod names;
#[cfg(test)]
mod node;
#[cfg(test)]
mod replica;
#[cfg(test)]
mod replicas;
#[cfg(test)]
mod stop;
#[cfg(test)]
mod tls;
#[cfg(test)]
mod told;
