use std::collections::{BTreeSet, HashSet};

use casbin::function_map::OperatorFunction;
use casbin::rhai::Dynamic;
use casbin::{CoreApi, DefaultModel, Enforcer, MemoryAdapter};
use yihe_kernel::{Error, Result, Timestamp};
use yihe_proto::policy::v1 as pb;

/// The model: the one definition of what policies mean.
pub const MODEL: &str = include_str!("../../../services/policy/model.conf");

/// Fields of a policy row, in the order of the model.
pub const FIELDS: usize = 8;

/// One request, in words.
#[derive(Debug, Clone)]
pub struct Request {
    /// Who, such as `users/{user}`.
    pub principal: String,
    /// For whom: `organizations/{organization}` or `self`.
    pub capacity: String,
    /// What.
    pub permission: String,
    /// When.
    pub now: Timestamp,
    /// Conditions that hold of the object.
    pub facts: Vec<&'static str>,
}

/// An enforcer that is used again and again: a new one costs more than ten times as much as an emptied one.
pub struct Oracle {
    /// casbin itself.
    pub enforcer: Enforcer,
    rows: usize,
    community: String,
    place: String,
}

impl std::fmt::Debug for Oracle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Oracle")
            .field("community", &self.community)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

impl Oracle {
    /// Without rules yet.
    ///
    /// # Errors
    /// `INTERNAL` where casbin does not read the model.
    pub async fn new() -> Result<Self> {
        Self::with_model(MODEL).await
    }

    /// Without rules yet, by a model that says the same in other words.
    ///
    /// # Errors
    /// `INTERNAL` where casbin does not read it.
    pub async fn with_model(model: &str) -> Result<Self> {
        let model = DefaultModel::from_str(model).await.map_err(Error::internal)?;
        let mut enforcer = Enforcer::new(model, MemoryAdapter::default())
            .await
            .map_err(Error::internal)?;
        enforcer.add_function("covers", OperatorFunction::Arg2(covers));
        enforcer.add_function("in_force", OperatorFunction::Arg3(in_force));
        enforcer.add_function("holds", OperatorFunction::Arg2(holds));
        Ok(Self {
            enforcer,
            rows: 0,
            community: String::new(),
            place: String::new(),
        })
    }

    /// Takes a snapshot's rows, and the roles that are held at an instant.
    ///
    /// # Errors
    /// `INTERNAL` where casbin does not take the roles.
    pub fn load(&mut self, snapshot: &pb::Snapshot, now: Timestamp) -> Result<()> {
        self.turn_to(snapshot);
        self.load_all(std::slice::from_ref(snapshot), now)
    }

    /// Takes the rows of several snapshots, each row once, and the roles held in them at an instant.
    ///
    /// # Errors
    /// `INTERNAL` where casbin does not take the roles.
    pub fn load_all(&mut self, snapshots: &[pb::Snapshot], now: Timestamp) -> Result<()> {
        let rows: HashSet<_> = snapshots
            .iter()
            .flat_map(grants)
            .map(|grant| row(grant).to_vec())
            .collect();
        self.rows = rows.len();
        let links = snapshots
            .iter()
            .flat_map(|snapshot| links(snapshot, &own_place(snapshot), now));
        let model = self.enforcer.get_mut_model();
        model.clear_policy();
        model.add_policies("p", "p", rows.into_iter().collect());
        model.add_policies("g", "g", links.collect());
        self.enforcer.build_role_links().map_err(Error::internal)
    }

    /// From now on the requests are about this snapshot's community.
    pub fn turn_to(&mut self, snapshot: &pb::Snapshot) {
        self.community = own_place(snapshot);
        let regions = snapshot.regions.iter().map(|name| code(name));
        // rows for regions alone are in force in a region itself, not in the communities below it
        let is_region = snapshot.community.is_empty() && !snapshot.regions.is_empty();
        let as_region = is_region.then(|| "regions".to_owned());
        let own = [self.community.clone()];
        self.place = regions.chain(own).chain(as_region).collect::<Vec<_>>().join(",");
    }

    /// Whether casbin allows a request.
    ///
    /// # Errors
    /// `INTERNAL` where casbin cannot tell.
    pub fn allows(&self, request: &Request) -> Result<bool> {
        // without rows casbin tries the matcher on empty fields, and would allow whatever matches them
        if self.rows == 0 {
            return Ok(false);
        }
        let (object, action) = request
            .permission
            .rsplit_once('.')
            .ok_or_else(|| Error::internal(format!("`{}` is no permission", request.permission)))?;
        let subject = format!("{} for {}", request.principal, request.capacity);
        self.enforcer
            .enforce((subject, &*self.community, object, action, self.context(request)))
            .map_err(Error::internal)
    }

    /// What casbin is told besides: the instant, the place and the facts.
    #[must_use]
    pub fn context(&self, request: &Request) -> String {
        format!(
            "at={};in={};facts={}",
            fixed(request.now),
            self.place,
            request.facts.join(",")
        )
    }
}

fn grants(snapshot: &pb::Snapshot) -> impl Iterator<Item = &pb::Grant> {
    let layered = snapshot.layers.iter().flat_map(|layer| &layer.grants);
    snapshot.grants.iter().chain(layered)
}

/// The community decided in; casbin takes no empty text for a place, so others go by the region's code, or by a word.
fn own_place(snapshot: &pb::Snapshot) -> String {
    match (snapshot.community.as_str(), snapshot.regions.first()) {
        ("", Some(region)) => code(region),
        ("", None) => "root".to_owned(),
        (community, _) => code(community),
    }
}

fn code(name: &str) -> String {
    name.rsplit('/').next().unwrap_or_default().to_owned()
}

/// A policy row of the model.
#[must_use]
pub fn row(grant: &pb::Grant) -> [String; FIELDS] {
    let (object, action) = grant.permission.rsplit_once('.').unwrap_or(("*", "*"));
    let when = match grant.condition() {
        pb::Condition::Unspecified => String::new(),
        condition => condition.as_str_name().trim_start_matches("CONDITION_").to_lowercase(),
    };
    let effect = if grant.effect() == pb::Effect::Deny {
        "deny"
    } else {
        "allow"
    };
    let instant = |wire: &Option<prost_types::Timestamp>| wire.map(|wire| fixed(read(&wire))).unwrap_or_default();
    let words = [&*grant.role, &*grant.domain, object, action, effect, &*when].map(str::to_owned);
    let [role, domain, object, action, effect, when] = words;
    [
        role,
        domain,
        object,
        action,
        effect,
        when,
        instant(&grant.start_time),
        instant(&grant.end_time),
    ]
}

/// Who is what, at an instant: subject in its capacity, role, community.
fn links(snapshot: &pb::Snapshot, community: &str, now: Timestamp) -> Vec<Vec<String>> {
    let mut links = BTreeSet::new();
    let mut link = |subject: String, role: &str| {
        links.insert([subject, role.to_owned(), community.to_owned()]);
    };
    let now = fixed(now);
    let in_force = |row: &&pb::RoleTerm| {
        let begun = row.start_time.is_none_or(|start| fixed(read(&start)) <= now);
        begun && row.end_time.is_none_or(|end| now < fixed(read(&end)))
    };
    let held: Vec<_> = snapshot.roles.iter().filter(in_force).collect();
    for row in &held {
        let (kind, post) = row.role.split_once('/').unwrap_or_default();
        if kind == "ROLE" {
            // what was assigned for an organization counts as long as the holder has a post there
            let has_post = held.iter().any(|other| {
                let of_organization = !other.role.starts_with("ROLE/") && !other.role.starts_with("COMPOUND/");
                of_organization && (&other.principal, &other.capacity) == (&row.principal, &row.capacity)
            });
            if row.capacity == "self" || has_post {
                link(format!("{} for {}", row.principal, row.capacity), &row.role);
            }
            continue;
        }
        if post == "CLIENT" {
            link(format!("{} for {}", row.principal, row.capacity), &row.role);
            continue;
        }
        let capacity = if kind == "COMPOUND" { "self" } else { &row.capacity };
        link(format!("{} for {capacity}", row.principal), &row.role);
        link(row.role.clone(), &format!("{kind}/*"));
        link(format!("{} for {capacity}", row.principal), "*/*");
        link(format!("{} for self", row.principal), "*/*");
    }
    link("operators/local for self".to_owned(), "OPERATOR");
    links.into_iter().map(Vec::from).collect()
}

/// Snapshots were validated: no instant of theirs is outside the calendar.
fn read(wire: &prost_types::Timestamp) -> Timestamp {
    Timestamp::from_proto(wire).unwrap_or(Timestamp::MIN)
}

/// UTC with six digits behind the point always, so that the order of texts is that of instants.
fn fixed(instant: Timestamp) -> String {
    let text = instant.to_string();
    let text = text.trim_end_matches('Z');
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    format!("{seconds}.{fraction:0<6}Z")
}

fn part<'a>(context: &'a str, name: &str) -> &'a str {
    context
        .split(';')
        .find_map(|part| part.strip_prefix(name)?.strip_prefix('='))
        .unwrap_or_default()
}

fn text(value: Dynamic) -> String {
    value.into_string().unwrap_or_default()
}

fn covers(domain: Dynamic, context: Dynamic) -> Dynamic {
    let (domain, context) = (text(domain), text(context));
    let listed = !domain.is_empty() && part(&context, "in").split(',').any(|place| place == domain);
    (domain == "*" || listed).into()
}

fn in_force(effective: Dynamic, expire: Dynamic, context: Dynamic) -> Dynamic {
    let (effective, expire, context) = (text(effective), text(expire), text(context));
    let now = part(&context, "at");
    (*effective <= *now && (expire.is_empty() || *now < *expire)).into()
}

fn holds(when: Dynamic, context: Dynamic) -> Dynamic {
    let (when, context) = (text(when), text(context));
    (when.is_empty() || part(&context, "facts").split(',').any(|fact| fact == when)).into()
}
