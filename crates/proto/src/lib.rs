//! The contracts: messages and services generated from `proto/`, and the descriptor set they were generated from.
//!
//! The build fails for an RPC without its `access` option, for a `field_path` that leads nowhere, and for a request that
//! two RPCs share.

/// `yihe.options.v1`: the option that says who may call an RPC.
pub mod options {
    /// Version 1.
    pub mod v1 {
        tonic::include_proto!("yihe.options.v1");
    }
}
/// `yihe.directory.v1`: regions, communities, organizations, people, posts, clients, sign-in.
pub mod directory {
    /// Version 1.
    pub mod v1 {
        tonic::include_proto!("yihe.directory.v1");
    }
}
/// `yihe.policy.v1`: decisions, grants and snapshots.
pub mod policy {
    /// Version 1.
    pub mod v1 {
        tonic::include_proto!("yihe.policy.v1");
    }
}
/// `yihe.meeting.v1`: bodies, meetings, motions, votes, resolutions.
pub mod meeting {
    /// Version 1.
    pub mod v1 {
        tonic::include_proto!("yihe.meeting.v1");
    }
}
/// `yihe.file.v1`: papers, photos, evidence.
pub mod file {
    /// Version 1.
    pub mod v1 {
        tonic::include_proto!("yihe.file.v1");
    }
}
/// `yihe.ledger.v1`: accounts, transfers, the time bank and pooled funds.
pub mod ledger {
    /// Version 1.
    pub mod v1 {
        tonic::include_proto!("yihe.ledger.v1");
    }
}
/// `yihe.resource.v1`: bookables, bookings, needs, offers, claims, projects.
pub mod resource {
    /// Version 1.
    pub mod v1 {
        tonic::include_proto!("yihe.resource.v1");
    }
}
/// `yihe.record.v1`: the history of each community and those who follow it.
pub mod record {
    /// Version 1.
    pub mod v1 {
        tonic::include_proto!("yihe.record.v1");
    }
}
/// `google.api`: the few annotation messages the contracts import.
pub mod google {
    /// Annotations.
    pub mod api {
        tonic::include_proto!("google.api");
    }
}

mod guards {
    include!(concat!(env!("OUT_DIR"), "/guards.rs"));
}

/// The encoded `FileDescriptorSet` of all contracts, with custom options and comments.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.binpb"));

/// A message whose fields may hold resource names.
pub trait Names {
    /// Calls `visit` with every field that holds a resource name, empty ones included, in the order of the contract.
    fn visit_names<'a>(&'a self, visit: &mut dyn FnMut(&'a str));
}

/// The request of exactly one RPC.
pub trait Guarded: prost::Message + Default + Names + 'static {
    /// What the RPC answers with; the item of its stream where it streams.
    type Response: prost::Message + Default + 'static;

    /// The RPC's path, `/package.Service/Method`.
    const METHOD: &'static str;

    /// Each permission the RPC requires, with the resource name that says where; empty where the field is absent.
    fn scopes(&self) -> Vec<(&'static str, &str)>;
}
