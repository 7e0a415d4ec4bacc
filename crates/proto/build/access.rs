//! Reads the access option of every RPC and writes the `Guarded` implementation of its request.

use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::{Context, Result, bail, ensure};
use prost_reflect::{DescriptorPool, DynamicMessage, Kind, MessageDescriptor, MethodDescriptor};

use crate::names::rust_path;

pub fn generate(pool: &DescriptorPool) -> Result<String> {
    let option = pool
        .get_extension_by_name("yihe.options.v1.access")
        .context("yihe.options.v1.access is not in the contracts")?;
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    let mut out = String::new();
    for service in pool.services() {
        for method in service.methods() {
            let name = method.full_name().to_owned();
            let options = method.options();
            ensure!(
                options.has_extension(&option),
                "{name} has no (yihe.options.v1.access) option: every RPC must say who may call it"
            );
            let access = options.get_extension(&option);
            let access = access
                .as_message()
                .with_context(|| format!("{name}: access is not a message"))?;
            let clauses = clauses(access).with_context(|| name.clone())?;
            let request = method.input();
            if let Some(other) = seen.insert(request.full_name().to_owned(), name.clone()) {
                bail!(
                    "{name} and {other} share {}: a request belongs to one RPC",
                    request.full_name()
                );
            }
            write(&mut out, &method, &clauses).with_context(|| name.clone())?;
        }
    }
    Ok(out)
}

fn clauses(access: &DynamicMessage) -> Result<Vec<(String, String)>> {
    let rule = ["require", "public", "authenticated", "internal"]
        .into_iter()
        .find(|rule| access.has_field_by_name(rule));
    let Some(rule) = rule else {
        bail!("the access option sets no rule")
    };
    if rule != "require" {
        return Ok(Vec::new());
    }
    let require = access.get_field_by_name("require").context("require")?;
    let list = require
        .as_message()
        .context("require")?
        .get_field_by_name("clauses")
        .context("clauses")?
        .into_owned();
    let mut clauses = Vec::new();
    for clause in list.as_list().context("clauses")? {
        let clause = clause.as_message().context("clause")?;
        let text = |field: &str| -> Result<String> {
            let value = clause.get_field_by_name(field).context("clause")?;
            Ok(value.as_str().context("clause")?.to_owned())
        };
        let permission = text("permission")?;
        ensure!(
            permission.split('.').count() == 3
                && permission
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c == '.' || c == '_'),
            "`{permission}` is not service.resource.action"
        );
        clauses.push((permission, text("field_path")?));
    }
    ensure!(!clauses.is_empty(), "require names no permission");
    Ok(clauses)
}

fn write(out: &mut String, method: &MethodDescriptor, clauses: &[(String, String)]) -> Result<()> {
    let request = method.input();
    let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
    writeln!(out, "impl crate::Guarded for {} {{", rust_path(&request))?;
    writeln!(out, "    type Response = {};", rust_path(&method.output()))?;
    writeln!(out, "    const METHOD: &'static str = {path:?};")?;
    writeln!(out, "    fn scopes(&self) -> Vec<(&'static str, &str)> {{")?;
    writeln!(out, "        vec![")?;
    for (permission, field_path) in clauses {
        writeln!(
            out,
            "            ({permission:?}, {}),",
            accessor(&request, field_path)?
        )?;
    }
    writeln!(out, "        ]\n    }}\n}}")?;
    Ok(())
}

fn accessor(request: &MessageDescriptor, field_path: &str) -> Result<String> {
    let mut message = request.clone();
    let mut code = "Some(self)".to_owned();
    let segments: Vec<&str> = field_path.split('.').collect();
    for (index, segment) in segments.iter().enumerate() {
        let field = message.get_field_by_name(segment).with_context(|| {
            format!(
                "field_path `{field_path}`: {} has no field `{segment}`",
                message.full_name()
            )
        })?;
        ensure!(
            !field.is_list() && !field.is_map(),
            "field_path `{field_path}` leads through a list"
        );
        match (field.kind(), index + 1 == segments.len()) {
            (Kind::String, true) => write!(code, ".map(|m| m.{segment}.as_str()).unwrap_or_default()")?,
            (Kind::Message(inner), false) => {
                write!(code, ".and_then(|m| m.{segment}.as_ref())")?;
                message = inner;
            }
            _ => bail!("field_path `{field_path}` must lead through messages to a string"),
        }
    }
    Ok(code)
}
