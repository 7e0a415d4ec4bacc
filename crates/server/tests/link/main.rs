//! Every behaviour of a link is asserted twice: with the router in this process and over a socket.

mod calls;
mod fixture;
mod limits;
mod stop;
