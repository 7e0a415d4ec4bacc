use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::hint::black_box;
use std::time::Instant;

use anyhow::{Result, ensure};
use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicySet, Request,
    RestrictedExpression,
};
use yihe_authz::{Catalogue, Snapshot};
use yihe_kernel::Timestamp;
use yihe_proto::policy::v1 as pb;

use crate::Latency;
use crate::world::{Question, World, nothing_holds};

/// Cedar over everything, and over one community.
pub fn measure(world: &World, over_all: usize, over_one: usize) -> Result<(Latency, Latency)> {
    let everything: Vec<_> = (0..world.communities).map(|place| world.snapshot(place)).collect();
    let all = Cedar::of(&everything)?.time(&everything, &world.questions(over_all))?;
    let first = World { communities: 1 }.questions(over_one);
    let one = Cedar::of(&everything[..1])?.time(&everything, &first)?;
    Ok((all, one))
}

/// The same rules as policies, one of each row; roles and regions are parents of entities.
struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
    entities: Entities,
}

impl Cedar {
    fn of(snapshots: &[pb::Snapshot]) -> Result<Self> {
        let mut text = String::new();
        let mut written = HashSet::new();
        let mut entities: HashMap<EntityUid, HashSet<EntityUid>> = HashMap::new();
        for snapshot in snapshots {
            for grant in snapshot.layers.iter().flat_map(|layer| &layer.grants) {
                if written.insert(grant.id.as_str()) {
                    policy(&mut text, grant)?;
                }
            }
            let place = uid("Place", &snapshot.community)?;
            let above = snapshot.regions.iter().map(|name| uid("Place", code(name)));
            entities.insert(place, above.collect::<Result<_>>()?);
            for role in snapshot.roles.iter().filter(|role| in_force(role)) {
                let kind = role.role.split('/').next().unwrap_or_default();
                let subject = uid("Subject", &format!("{} for {}", role.principal, role.capacity))?;
                let roles = [&role.role, &format!("{kind}/*"), "*/*"].map(|role| uid("Role", role));
                let parents = entities.entry(subject).or_default();
                for role in roles {
                    parents.insert(role?);
                }
            }
        }
        let entities = entities
            .into_iter()
            .map(|(uid, parents)| Entity::new_no_attrs(uid, parents));
        Ok(Self {
            authorizer: Authorizer::new(),
            policies: text.parse()?,
            entities: Entities::from_entities(entities, None)?,
        })
    }

    fn time(&self, snapshots: &[pb::Snapshot], questions: &[Question]) -> Result<Latency> {
        let mut nanos = Vec::with_capacity(questions.len());
        for question in questions {
            let wire = &snapshots[question.place];
            let request = request(question, wire)?;
            let begun = Instant::now();
            let answer = black_box(
                self.authorizer
                    .is_authorized(black_box(&request), &self.policies, &self.entities),
            );
            nanos.push(u64::try_from(begun.elapsed().as_nanos())?);
            let allowed = answer.decision() == Decision::Allow;
            let snapshot = Snapshot::compose(wire.clone(), Catalogue::shipped())?;
            let (principal, capacity) = (&question.principal, &question.capacity);
            let decision = snapshot.decide(principal, capacity, question.permission, World::now());
            ensure!(
                decision.settle(&nothing_holds) == allowed,
                "Cedar says {allowed}, the index {decision:?} to {question:?}"
            );
        }
        Latency::of(nanos)
    }
}

fn policy(text: &mut String, grant: &pb::Grant) -> Result<()> {
    let effect = if grant.effect() == pb::Effect::Deny {
        "forbid"
    } else {
        "permit"
    };
    let resource = match &*grant.domain {
        "*" => "resource".to_owned(),
        domain => format!("resource in Place::\"{domain}\""),
    };
    let (role, permission) = (&grant.role, &grant.permission);
    write!(
        text,
        "{effect}(principal in Role::\"{role}\", action == Action::\"{permission}\", {resource})"
    )?;
    if let Some(end) = grant.end_time.as_ref().and_then(Timestamp::from_proto) {
        write!(text, " when {{ context.now < {} }}", end.micros())?;
    }
    if grant.condition() != pb::Condition::Unspecified {
        write!(
            text,
            " when {{ context.facts.contains(\"{}\") }}",
            grant.condition().as_str_name()
        )?;
    }
    text.push_str(";\n");
    Ok(())
}

fn request(question: &Question, snapshot: &pb::Snapshot) -> Result<Request> {
    let subject = format!("{} for {}", question.principal, question.capacity);
    let context = [
        ("now".to_owned(), RestrictedExpression::new_long(World::now().micros())),
        ("facts".to_owned(), RestrictedExpression::new_set([])),
    ];
    Ok(Request::new(
        uid("Subject", &subject)?,
        uid("Action", question.permission)?,
        uid("Place", &snapshot.community)?,
        Context::from_pairs(context)?,
        None,
    )?)
}

fn in_force(role: &&pb::RoleTerm) -> bool {
    let instant = |wire: &Option<prost_types::Timestamp>| wire.as_ref().and_then(Timestamp::from_proto);
    instant(&role.start_time).is_none_or(|start| start <= World::now())
        && instant(&role.end_time).is_none_or(|end| World::now() < end)
}

fn code(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or_default()
}

fn uid(kind: &str, id: &str) -> Result<EntityUid> {
    let kind: EntityTypeName = kind.parse()?;
    Ok(EntityUid::from_type_name_and_id(kind, EntityId::new(id)))
}
