#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use prost::Message;
use prost_reflect::{DescriptorPool, MessageDescriptor, MethodDescriptor};
use yihe_proto::options::v1::access::Rule as WireRule;
use yihe_proto::options::v1::{Access, Clause as WireClause};

/// Every RPC of the contracts with its access rule, and every permission they name. Read from the descriptors, never written by hand.
#[derive(Debug)]
pub struct Catalogue {
    methods: HashMap<String, Method>,
    permissions: Vec<PermissionInfo>,
    index: HashMap<Box<str>, usize>,
}

/// One RPC.
#[derive(Debug)]
pub struct Method {
    /// `/package.Service/Method`.
    pub path: String,
    /// The service that serves it, such as `meeting`.
    pub service: String,
    /// Who may call it.
    pub rule: Rule,
    /// Refused for API clients.
    pub persons_only: bool,
    /// Permissions it needs, all of them; empty unless the rule is [`Rule::Require`].
    pub clauses: Vec<Clause>,
    /// Answers with a stream.
    pub server_streaming: bool,
    /// Is asked with a stream; decided by its first message.
    pub client_streaming: bool,
    /// Changes nothing, so that asking twice does no harm: bound to HTTP GET, or a look-up among services.
    pub reads: bool,
    /// What it does, from the contract's comment.
    pub description: String,
    /// The request's descriptor.
    pub input: MessageDescriptor,
}

/// Who may call an RPC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// Whoever holds the permissions of the clauses.
    Require,
    /// Anybody.
    Public,
    /// Anybody who is signed in, for its own matters.
    Authenticated,
    /// The named services of the node.
    Internal(Vec<String>),
}

/// One permission an RPC needs, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// The permission.
    pub permission: String,
    /// Path to the string field with the resource name, such as `meeting.name`.
    pub field_path: String,
    /// The same path as field numbers, for a scan of the wire form.
    pub field_numbers: Vec<u32>,
}

/// A permission of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PermissionInfo {
    /// `service.resource.action`.
    pub name: String,
    /// Paths of the RPCs that need it.
    pub methods: Vec<String>,
    /// What they do, from the contract's comments.
    pub description: String,
}

static SHIPPED: LazyLock<Catalogue> = LazyLock::new(|| match Catalogue::read(yihe_proto::DESCRIPTORS) {
    Ok(catalogue) => catalogue,
    // the descriptors are part of the program and were checked when it was built
    Err(detail) => panic!("the contracts in this program cannot be read: {detail}"),
});

impl Catalogue {
    /// The catalogue of the contracts this program was built with.
    #[must_use]
    pub fn shipped() -> &'static Self {
        &SHIPPED
    }

    /// The catalogue of an encoded `FileDescriptorSet`.
    ///
    /// # Errors
    /// What is wrong with it, naming the RPC.
    pub fn read(descriptors: &[u8]) -> Result<Self, String> {
        let pool = DescriptorPool::decode(descriptors).map_err(|error| error.to_string())?;
        let mut methods = HashMap::new();
        let mut permissions: BTreeMap<String, PermissionInfo> = BTreeMap::new();
        for method in pool
            .services()
            .flat_map(|service| service.methods().collect::<Vec<_>>())
        {
            let method = read_method(&pool, &method).map_err(|detail| format!("{}: {detail}", method.full_name()))?;
            for clause in &method.clauses {
                let info = permissions
                    .entry(clause.permission.clone())
                    .or_insert_with(|| PermissionInfo {
                        name: clause.permission.clone(),
                        methods: Vec::new(),
                        description: String::new(),
                    });
                info.methods.push(method.path.clone());
                if !info.description.is_empty() && !method.description.is_empty() {
                    info.description.push('\n');
                }
                info.description.push_str(&method.description);
            }
            methods.insert(method.path.clone(), method);
        }
        let permissions: Vec<_> = permissions.into_values().collect();
        let index = permissions
            .iter()
            .enumerate()
            .map(|(index, info)| (info.name.as_str().into(), index))
            .collect();
        Ok(Self {
            methods,
            permissions,
            index,
        })
    }

    /// The RPC with this path, `/package.Service/Method`.
    #[must_use]
    pub fn method(&self, path: &str) -> Option<&Method> {
        self.methods.get(path)
    }

    /// All RPCs, in no order.
    pub fn methods(&self) -> impl Iterator<Item = &Method> {
        self.methods.values()
    }

    /// All permissions by name.
    #[must_use]
    pub fn permissions(&self) -> &[PermissionInfo] {
        &self.permissions
    }

    /// Place of a permission in [`Catalogue::permissions`].
    #[must_use]
    pub fn permission_index(&self, name: &str) -> Option<usize> {
        self.index.get(name).copied()
    }
}

fn read_method(pool: &DescriptorPool, method: &MethodDescriptor) -> Result<Method, String> {
    let extension = pool
        .get_extension_by_name("yihe.options.v1.access")
        .ok_or("there is no access option")?;
    let options = method.options();
    if !options.has_extension(&extension) {
        return Err("no access option".to_owned());
    }
    let access = options.get_extension(&extension);
    let access = access.as_message().ok_or("the access option is not a message")?;
    let access: Access = access.transcode_to().map_err(|error| error.to_string())?;
    let input = method.input();
    let (rule, clauses) = match access.rule.ok_or("the access option sets no rule")? {
        WireRule::Require(require) => (Rule::Require, require.clauses),
        WireRule::Public(true) => (Rule::Public, Vec::new()),
        WireRule::Authenticated(true) => (Rule::Authenticated, Vec::new()),
        WireRule::Internal(internal) => (Rule::Internal(internal.callers), Vec::new()),
        WireRule::Public(false) | WireRule::Authenticated(false) => {
            return Err("the access option says false".to_owned());
        }
    };
    if rule == Rule::Require && clauses.is_empty() {
        return Err("require names no permission".to_owned());
    }
    let clauses = clauses
        .into_iter()
        .map(|clause| read_clause(&input, clause))
        .collect::<Result<_, _>>()?;
    let service = method.parent_service();
    Ok(Method {
        path: format!("/{}/{}", service.full_name(), method.name()),
        service: service.package_name().split('.').nth(1).unwrap_or_default().to_owned(),
        reads: reads(pool, method, &rule),
        rule,
        persons_only: access.persons_only,
        clauses,
        server_streaming: method.is_server_streaming(),
        client_streaming: method.is_client_streaming(),
        description: comment(method),
        input,
    })
}

/// RPCs among services are not bound to HTTP; by their names those do.
fn reads(pool: &DescriptorPool, method: &MethodDescriptor, rule: &Rule) -> bool {
    if matches!(rule, Rule::Internal(_)) {
        return ["Get", "Lookup", "Watch"]
            .iter()
            .any(|verb| method.name().starts_with(verb));
    }
    let options = method.options();
    pool.get_extension_by_name("google.api.http").is_some_and(|http| {
        let rule = options.get_extension(&http);
        rule.as_message().is_some_and(|rule| rule.has_field_by_name("get"))
    })
}

fn read_clause(input: &MessageDescriptor, clause: WireClause) -> Result<Clause, String> {
    let mut message = Some(input.clone());
    let mut field_numbers = Vec::new();
    for segment in clause.field_path.split('.') {
        let field = message.as_ref().and_then(|message| message.get_field_by_name(segment));
        let field = field.ok_or_else(|| format!("field_path `{}` leads nowhere", clause.field_path))?;
        field_numbers.push(field.number());
        message = field.kind().as_message().cloned();
    }
    Ok(Clause {
        permission: clause.permission,
        field_path: clause.field_path,
        field_numbers,
    })
}

fn comment(method: &MethodDescriptor) -> String {
    let file = method.parent_file();
    let Some(info) = &file.file_descriptor_proto().source_code_info else {
        return String::new();
    };
    let location = info.location.iter().find(|location| location.path == method.path());
    let text = location
        .and_then(|location| location.leading_comments.as_deref())
        .unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Method {
    /// Whether messages come or go for as long as caller and service like, so that no deadline is set for them.
    #[must_use]
    pub const fn is_streaming(&self) -> bool {
        self.server_streaming || self.client_streaming
    }

    /// Path of the field of a request that holds a text, such as `meeting.name`, or one that begins with it; for refusals.
    pub(crate) fn field_holding(&self, request: &impl Message, text: &str) -> Option<String> {
        let message =
            prost_reflect::DynamicMessage::decode(self.input.clone(), request.encode_to_vec().as_slice()).ok()?;
        find(&message, text)
    }
}

fn find(message: &prost_reflect::DynamicMessage, text: &str) -> Option<String> {
    message
        .fields()
        .find_map(|(field, value)| find_in(value, text).map(|rest| format!("{}{rest}", field.name())))
}

fn find_in(value: &prost_reflect::Value, text: &str) -> Option<String> {
    match value {
        prost_reflect::Value::String(string) => string.starts_with(text).then(String::new),
        prost_reflect::Value::Message(inner) => find(inner, text).map(|rest| format!(".{rest}")),
        prost_reflect::Value::List(items) => items
            .iter()
            .enumerate()
            .find_map(|(index, item)| find_in(item, text).map(|rest| format!("[{index}]{rest}"))),
        _ => None,
    }
}
