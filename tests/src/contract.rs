use anyhow::{Context, Result};
use bytes::Bytes;
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, Kind, MethodDescriptor, ReflectMessage, Value};
use yihe_authz::{Catalogue, Rule};

/// One RPC of the contracts.
#[derive(Clone)]
pub struct Rpc {
    /// `/package.Service/Method`.
    pub path: String,
    /// Who may call it.
    pub rule: Rule,
    /// The permissions it requires.
    pub permissions: Vec<String>,
    /// Whether an API client is refused.
    pub persons_only: bool,
    /// Whether it answers with a stream.
    pub streaming: bool,
    method: MethodDescriptor,
    scopes: Vec<(String, String)>,
}

/// Every RPC of Yihe, in the order of their paths.
///
/// # Errors
/// A contract is not as the build demands.
pub fn rpcs() -> Result<Vec<Rpc>> {
    let pool = DescriptorPool::decode(yihe_proto::DESCRIPTORS)?;
    let mut all = Vec::new();
    for service in pool.services() {
        for method in service.methods() {
            let path = format!("/{}/{}", service.full_name(), method.name());
            let known = Catalogue::shipped()
                .method(&path)
                .with_context(|| format!("{path} is not in the catalogue"))?;
            let scopes = known
                .clauses
                .iter()
                .map(|clause| Ok((clause.field_path.clone(), pattern(&method, &clause.field_path)?)))
                .collect::<Result<Vec<_>>>()?;
            all.push(Rpc {
                path,
                rule: known.rule.clone(),
                permissions: known.clauses.iter().map(|clause| clause.permission.clone()).collect(),
                persons_only: known.persons_only,
                streaming: known.server_streaming,
                method,
                scopes,
            });
        }
    }
    all.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(all)
}

impl Rpc {
    /// A request that names this community (and otherwise things that do not exist) in the annotated fields.
    ///
    /// # Errors
    /// The contract leads nowhere.
    pub fn request_in(&self, community: &str, region: &str) -> Result<Bytes> {
        let mut message = DynamicMessage::new(self.method.input());
        for (field_path, pattern) in &self.scopes {
            set(&mut message, field_path, &name(pattern, community, region))?;
        }
        Ok(message.encode_to_vec().into())
    }

    /// What the contract says of the RPC.
    #[must_use]
    pub fn comment(&self) -> String {
        comment(self.method.parent_file().file_descriptor_proto(), self.method.path())
    }
}

/// The pattern of the annotated field, as the HTTP mapping has it: `communities/*/meetings/*`.
fn pattern(method: &MethodDescriptor, field_path: &str) -> Result<String> {
    let pool = method.parent_pool();
    let option = pool
        .get_extension_by_name("google.api.http")
        .context("google.api.http")?;
    let options = method.options();
    let http = options.get_extension(&option);
    let http = http.as_message().context("google.api.http")?;
    for verb in ["get", "post", "patch", "put", "delete"] {
        let template = http
            .get_field_by_name(verb)
            .and_then(|value| value.as_str().map(str::to_owned))
            .unwrap_or_default();
        let wanted = format!("{{{field_path}=");
        if let Some(begin) = template.find(&wanted) {
            let rest = &template[begin + wanted.len()..];
            return Ok(rest.split('}').next().unwrap_or_default().to_owned());
        }
    }
    anyhow::bail!(
        "{}: the HTTP mapping does not have `{field_path}` in its path",
        method.full_name()
    )
}

fn name(pattern: &str, community: &str, region: &str) -> String {
    // any object of a community will do where the contract takes any
    let pattern = pattern.replace("**", "meetings/*");
    let mut segments: Vec<&str> = pattern.split('/').collect();
    for index in 1..segments.len() {
        if segments[index] == "*" {
            segments[index] = match segments[index - 1] {
                "communities" => community,
                "regions" => region,
                // revisions go by their numbers; none has this one
                "policyRevisions" => "999999",
                _ => "0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f",
            };
        }
    }
    segments.join("/")
}

fn set(message: &mut DynamicMessage, field_path: &str, name: &str) -> Result<()> {
    let (first, rest) = field_path
        .split_once('.')
        .map_or((field_path, None), |(first, rest)| (first, Some(rest)));
    let field = message
        .descriptor()
        .get_field_by_name(first)
        .with_context(|| field_path.to_owned())?;
    match (rest, field.kind()) {
        (None, _) => message.set_field(&field, Value::String(name.to_owned())),
        (Some(rest), Kind::Message(inner)) => {
            let mut nested = DynamicMessage::new(inner);
            set(&mut nested, rest, name)?;
            message.set_field(&field, Value::Message(nested));
        }
        (Some(_), _) => anyhow::bail!("{field_path} leads through no message"),
    }
    Ok(())
}

fn comment(file: &prost_reflect::prost_types::FileDescriptorProto, path: &[i32]) -> String {
    let info = file.source_code_info.iter().flat_map(|info| &info.location);
    let found = info.into_iter().find(|location| location.path == path);
    found
        .map(|location| location.leading_comments().trim().to_owned())
        .unwrap_or_default()
}
