//! What the gateway answers itself, to anybody: health and reflection.

use std::collections::HashSet;

use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, Value};
use tonic::service::Routes;
use yihe_authz::{Catalogue, Rule};
use yihe_kernel::{Error, Result};
use yihe_server::Health;

const HEALTH: &str = "/grpc.health.v1.Health/";
const REFLECTION: &str = "/grpc.reflection.v1";

/// Whether the gateway answers this path itself.
pub fn is_open(path: &str) -> bool {
    path.starts_with(HEALTH) || path.starts_with(REFLECTION)
}

/// Health and reflection (v1 and v1alpha). Reflection tells of public RPCs alone.
///
/// # Errors
/// The descriptors of this program cannot be read.
pub fn routes(health: &Health) -> Result<Routes> {
    let contracts = public_contracts(yihe_proto::DESCRIPTORS)?;
    let builder = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(&contracts)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
    };
    let v1 = builder().build_v1().map_err(Error::internal)?;
    let v1alpha = builder().build_v1alpha().map_err(Error::internal)?;
    Ok(health.beside(Routes::default().add_service(v1).add_service(v1alpha)))
}

/// Full names of the services of which at least one RPC is not internal.
pub fn public_services() -> Vec<String> {
    let methods = Catalogue::shipped()
        .methods()
        .filter(|method| !matches!(method.rule, Rule::Internal(_)));
    let names: HashSet<&str> = methods
        .filter_map(|method| method.path[1..].split('/').next())
        .collect();
    let mut names: Vec<String> = names.into_iter().map(str::to_owned).collect();
    names.sort_unstable();
    names
}

/// The descriptors without internal RPCs, without services that have no other, and without files that nothing left needs.
/// Options are kept: they say which permission an RPC needs.
fn public_contracts(descriptors: &[u8]) -> Result<Vec<u8>> {
    let pool = DescriptorPool::decode(descriptors).map_err(Error::internal)?;
    let kind = pool.get_message_by_name("google.protobuf.FileDescriptorSet");
    let kind = kind.ok_or_else(|| Error::internal("the contracts do not import google/protobuf/descriptor.proto"))?;
    let mut set = DynamicMessage::decode(kind, descriptors).map_err(Error::internal)?;
    let mut files = take(&mut set, "file");
    let mut emptied: HashSet<String> = files
        .iter_mut()
        .filter_map(|file| empty_of_internal(file).then(|| text(file, "name")))
        .collect();
    // a file whose only user is dropped goes with it
    loop {
        let before = files.len();
        let needed: HashSet<String> = files.iter().flat_map(dependencies).collect();
        files.retain(|file| !emptied.contains(&text(file, "name")) || needed.contains(&text(file, "name")));
        if files.len() == before {
            break;
        }
        emptied.retain(|name| needed.contains(name));
    }
    put(&mut set, "file", files);
    Ok(set.encode_to_vec())
}

/// Takes the internal RPCs out of a file; whether it had services and has none left.
fn empty_of_internal(file: &mut DynamicMessage) -> bool {
    let package = text(file, "package");
    let services = take(file, "service");
    if services.is_empty() {
        return false;
    }
    let mut dropped = false;
    let mut left = Vec::new();
    for mut service in services {
        let path = format!("/{package}.{}", text(&service, "name"));
        let (public, internal): (Vec<_>, Vec<_>) = take(&mut service, "method")
            .into_iter()
            .partition(|method| is_public(&format!("{path}/{}", text(method, "name"))));
        dropped |= !internal.is_empty();
        if !public.is_empty() {
            put(&mut service, "method", public);
            left.push(service);
        }
    }
    if dropped {
        // comments are kept by place, and the places have moved
        file.clear_field_by_name("source_code_info");
    }
    let emptied = left.is_empty();
    put(file, "service", left);
    emptied
}

fn is_public(path: &str) -> bool {
    Catalogue::shipped()
        .method(path)
        .is_some_and(|method| !matches!(method.rule, Rule::Internal(_)))
}

fn take(message: &mut DynamicMessage, field: &str) -> Vec<DynamicMessage> {
    let Some(Value::List(items)) = message.take_field_by_name(field) else {
        return Vec::new();
    };
    let as_message = |item| match item {
        Value::Message(message) => Some(message),
        _ => None,
    };
    items.into_iter().filter_map(as_message).collect()
}

fn put(message: &mut DynamicMessage, field: &str, items: Vec<DynamicMessage>) {
    message.set_field_by_name(field, Value::List(items.into_iter().map(Value::Message).collect()));
}

fn text(message: &DynamicMessage, field: &str) -> String {
    message
        .get_field_by_name(field)
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

fn dependencies(file: &DynamicMessage) -> Vec<String> {
    let names = file.get_field_by_name("dependency");
    let names = names.as_deref().and_then(Value::as_list).unwrap_or_default();
    names
        .iter()
        .filter_map(|name| name.as_str().map(str::to_owned))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_internal_is_told_and_options_are_kept() {
        let bytes = public_contracts(yihe_proto::DESCRIPTORS).unwrap();
        let pool = DescriptorPool::decode(bytes.as_slice()).unwrap();
        let mut told: Vec<String> = pool
            .services()
            .flat_map(|service| service.methods().collect::<Vec<_>>())
            .map(|method| format!("/{}/{}", method.parent_service().full_name(), method.name()))
            .collect();
        let mut public: Vec<String> = Catalogue::shipped()
            .methods()
            .filter(|method| !matches!(method.rule, Rule::Internal(_)))
            .map(|method| method.path.clone())
            .collect();
        told.sort_unstable();
        public.sort_unstable();
        assert_eq!(told, public);
        assert!(public.len() > 40);
        assert!(pool.get_message_by_name("yihe.policy.v1.Snapshot").is_none());
        assert!(pool.get_message_by_name("yihe.directory.v1.Authority").is_none());

        let access = pool.get_extension_by_name("yihe.options.v1.access").unwrap();
        assert!(
            pool.services()
                .flat_map(|service| service.methods().collect::<Vec<_>>())
                .all(|method| method.options().has_extension(&access))
        );
    }
}
