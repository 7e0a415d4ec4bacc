//! Writes, for every message, a walk over its fields that hold resource names.

use std::fmt::Write;

use prost_reflect::{DescriptorPool, FieldDescriptor, Kind, MessageDescriptor};

const REFERENCE: &str = "google.api.resource_reference";

pub fn generate(pool: &DescriptorPool) -> String {
    let mut out = String::new();
    for message in pool.all_messages().filter(ours) {
        let mut body = String::new();
        for field in message.fields() {
            let name = ident(field.name());
            let visit = match field.kind() {
                Kind::String if holds_name(pool, &field) => "visit(value);",
                Kind::Message(inner) if ours(&inner) => "crate::Names::visit_names(value, visit);",
                _ => continue,
            };
            if let Some(choice) = field.containing_oneof().filter(|choice| !choice.is_synthetic()) {
                let variant = format!(
                    "{}::{}::{}",
                    snake_path(&message),
                    camel(choice.name()),
                    camel(field.name())
                );
                let choice = ident(choice.name());
                let _ = writeln!(
                    body,
                    "        if let Some({variant}(value)) = &self.{choice} {{ {visit} }}"
                );
                continue;
            }
            let walk = match (field.is_list(), field.kind()) {
                (true, _) => format!("for value in &self.{name} {{ {visit} }}"),
                (false, Kind::String) => format!("{{ let value = &self.{name}; {visit} }}"),
                (false, _) => format!("if let Some(value) = &self.{name} {{ {visit} }}"),
            };
            let _ = writeln!(body, "        {walk}");
        }
        let argument = if body.is_empty() { "_visit" } else { "visit" };
        let _ = writeln!(
            out,
            "impl crate::Names for {} {{\n    fn visit_names<'a>(&'a self, {argument}: &mut dyn FnMut(&'a str)) {{\n{body}    }}\n}}",
            rust_path(&message)
        );
    }
    out
}

fn ours(message: &MessageDescriptor) -> bool {
    message.full_name().starts_with("yihe.")
        && !message.full_name().starts_with("yihe.options.")
        && !message.is_map_entry()
}

fn holds_name(pool: &DescriptorPool, field: &FieldDescriptor) -> bool {
    let reference = pool.get_extension_by_name(REFERENCE);
    field.name() == "name" || reference.is_some_and(|reference| field.options().has_extension(&reference))
}

fn ident(name: &str) -> String {
    match name {
        "type" | "match" | "ref" | "use" | "move" => format!("r#{name}"),
        _ => name.to_owned(),
    }
}

/// Path of the generated type, from the root of the crate.
pub fn rust_path(message: &MessageDescriptor) -> String {
    let package = message.package_name().trim_start_matches("yihe.").replace('.', "::");
    format!("crate::{package}::{}", message.name())
}

/// Path of the module that holds the choices of a message.
fn snake_path(message: &MessageDescriptor) -> String {
    let package = message.package_name().trim_start_matches("yihe.").replace('.', "::");
    let mut snake = String::new();
    for letter in message.name().chars() {
        if letter.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    format!("crate::{package}::{snake}")
}

fn camel(name: &str) -> String {
    let words = name.split('_').map(|word| {
        let (first, rest) = word.split_at(1);
        first.to_ascii_uppercase() + rest
    });
    words.collect()
}
