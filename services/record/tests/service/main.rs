//! The whole service through in-process gRPC: real stores of the services that tell, real decisions, an adjustable clock, a double for
//! the source of policies.

#[cfg(test)]
mod access;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod policies;
#[cfg(test)]
mod postgres;
#[cfg(test)]
mod reading;
#[cfg(test)]
mod receiver;
#[cfg(test)]
mod recording;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod subscribing;
#[cfg(test)]
mod webhook_refusals;
#[cfg(test)]
mod webhooks;
