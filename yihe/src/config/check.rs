use std::fmt;

use figment::value::{Dict, Value};
use figment::{Figment, Provider};

use yihe_kernel::{Clock, SystemClock};
use yihe_server::Address;

use super::{BusUrl, Config, DatabaseUrl, LogLines, SamplingRatio, ServiceName, Wiring};

/// A key of the configuration that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadKey {
    key: String,
    problem: String,
}

impl BadKey {
    pub(super) fn new(key: &str, problem: impl fmt::Display) -> Self {
        Self {
            key: key.to_owned(),
            problem: problem.to_string(),
        }
    }
}

impl fmt::Display for BadKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key, self.problem)
    }
}

type Test = fn(&Value) -> Result<(), &'static str>;

const KEYS: &[(&str, Test)] = &[
    ("data_dir", text),
    ("database.url", database_url),
    ("database.connections", count),
    ("database.acquire_timeout_ms", count),
    ("database.statement_timeout_ms", count),
    ("database.migrate", yes_or_no),
    ("database.clock_tolerance_seconds", count),
    ("bus.url", bus_url),
    ("bus.ca", text),
    ("bus.certificate", text),
    ("bus.key", text),
    ("bus.prefix", prefix),
    ("bus.replicas", count),
    ("bus.keep_days", count),
    ("bus.attempts", count),
    ("listen", address),
    ("health_listen", address),
    ("tls.certificate", text),
    ("tls.key", text),
    ("tls.ca", text),
    ("tls.mutual", yes_or_no),
    ("wiring", wiring),
    ("service", services),
    ("log", text),
    ("log_format", log_format),
    ("telemetry.endpoint", url),
    ("telemetry.sampling_ratio", ratio),
    ("telemetry.follow_callers", yes_or_no),
    ("telemetry.service_name", text),
    ("telemetry.metrics_listen", address),
    ("gateway.requests_per_second", count),
    ("gateway.community_requests_per_second", count),
    ("gateway.community_streams", count),
    ("authz.shadow_sample", count),
    ("directory.attempts_per_address_per_minute", count),
    ("policy.grants_file", text),
    ("file.max_file_bytes", count),
    ("file.keep_retired_days", count),
    ("file.community_mebibytes", count),
    ("record.webhooks.allow_http", yes_or_no),
    ("record.webhooks.allow_private", yes_or_no),
    ("record.webhooks.disable_after_days", count),
];
const PLACE_KEYS: &[(&str, Test)] = &[("listen", address), ("address", addresses)];

/// Looks at every key that is set and names each that is unknown or of the wrong form.
pub(super) fn check(figment: &Figment) -> Result<(), Vec<BadKey>> {
    let mut bad = Vec::new();
    match figment.data() {
        Ok(data) => {
            for dict in data.values() {
                walk("", dict, &mut bad);
            }
        }
        Err(errors) => bad.extend(errors.into_iter().map(|error| BadKey::new("--config", error))),
    }
    if bad.is_empty() { Ok(()) } else { Err(bad) }
}

fn walk(prefix: &str, dict: &Dict, bad: &mut Vec<BadKey>) {
    for (name, value) in dict {
        let key = if prefix.is_empty() {
            name.clone()
        } else {
            format!("{prefix}.{name}")
        };
        if let Some((_, test)) = KEYS.iter().find(|(known, _)| *known == key) {
            if let Err(problem) = test(value) {
                bad.push(BadKey::new(&key, problem));
            }
        } else if key == "services" {
            places(value, bad);
        } else if let Some(service) = key.strip_prefix("database.urls.") {
            let known = ServiceName::ALL.iter().any(|known| known.as_str() == service);
            let test = if known {
                database_url(value)
            } else {
                Err("no such service")
            };
            bad.extend(test.err().map(|problem| BadKey::new(&key, problem)));
        } else if let (true, Value::Dict(_, inner)) = (is_section(&key), value) {
            walk(&key, inner, bad);
        } else {
            bad.push(BadKey::new(&key, format!("unknown key{}", suggestion(&key))));
        }
    }
}

fn is_section(key: &str) -> bool {
    key == "database.urls"
        || KEYS
            .iter()
            .any(|(known, _)| known.strip_prefix(key).is_some_and(|rest| rest.starts_with('.')))
}

fn places(value: &Value, bad: &mut Vec<BadKey>) {
    let Value::Dict(_, places) = value else {
        bad.push(BadKey::new("services", "must be a table by service"));
        return;
    };
    for (name, place) in places {
        let key = format!("services.{name}");
        let known = ServiceName::ALL.iter().any(|service| service.as_str() == name);
        match place {
            _ if !known => bad.push(BadKey::new(
                &key,
                "no such service: gateway, directory, policy, meeting, file, ledger, resource or record",
            )),
            Value::Dict(_, place) => {
                for (name, value) in place {
                    let key = format!("{key}.{name}");
                    match PLACE_KEYS.iter().find(|(known, _)| known == name) {
                        Some((_, test)) => bad.extend(test(value).err().map(|problem| BadKey::new(&key, problem))),
                        None => bad.push(BadKey::new(&key, "unknown key: `listen` or `address`")),
                    }
                }
            }
            _ => bad.push(BadKey::new(&key, "must be a table with `listen` and `address`")),
        }
    }
}

fn suggestion(key: &str) -> String {
    let close = KEYS.iter().map(|(known, _)| (distance(key, known), known)).min();
    close
        .filter(|(distance, _)| *distance <= 2)
        .map(|(_, known)| format!(", did you mean `{known}`?"))
        .unwrap_or_default()
}

fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

/// What single keys cannot show.
pub(super) fn consistent(config: &Config) -> Result<(), Vec<BadKey>> {
    let mut bad = Vec::new();
    for service in ServiceName::ALL {
        let place = config.services.get(&service);
        let key = |name: &str| format!("services.{}.{name}", service.as_str());
        if service != ServiceName::Gateway && !config.runs(service) && place.is_none_or(|place| place.address.is_none())
        {
            bad.push(BadKey::new(
                &key("address"),
                "required, since the service does not run in this process",
            ));
        }
        let alone = service != ServiceName::Gateway && config.runs(service) && !config.runs(ServiceName::Gateway);
        if alone && place.is_none_or(|place| place.listen.is_none()) {
            bad.push(BadKey::new(
                &key("listen"),
                "required, since the gateway does not run in this process",
            ));
        }
    }
    if config.database.url.is_none() && !config.database.urls.is_empty() {
        bad.push(BadKey::new(
            "database.url",
            "required where database.urls is set: the database of the other services",
        ));
    }
    if let Some(file) = config.policy.grants_file.as_ref().filter(|file| !file.is_file()) {
        bad.push(BadKey::new(
            "policy.grants_file",
            format!("{} is not a file", file.display()),
        ));
    }
    bad.extend(super::tls::consistent(config, SystemClock.now()));
    if bad.is_empty() { Ok(()) } else { Err(bad) }
}

fn text(value: &Value) -> Result<(), &'static str> {
    value
        .as_str()
        .filter(|text| !text.is_empty())
        .map(|_| ())
        .ok_or("must be a text that is not empty")
}

fn address(value: &Value) -> Result<(), &'static str> {
    let parsed = value
        .as_str()
        .and_then(|text| text.parse::<std::net::SocketAddr>().ok());
    parsed
        .map(|_| ())
        .ok_or("must be an address with port, such as 127.0.0.1:8080")
}

fn addresses(value: &Value) -> Result<(), &'static str> {
    let is_one = |text: &str| text.trim().parse::<Address>().is_ok();
    let fine = value.as_str().is_some_and(|text| text.split(',').all(is_one));
    fine.then_some(())
        .ok_or("must be a URL such as http://127.0.0.1:8081 or https://meeting:8081, or several with commas between")
}

fn url(value: &Value) -> Result<(), &'static str> {
    let is_url = |text: &str| text.starts_with("http://") && text.parse::<tonic::transport::Uri>().is_ok();
    let fine = value.as_str().is_some_and(is_url);
    fine.then_some(()).ok_or("must be a URL such as http://127.0.0.1:4317")
}

fn database_url(value: &Value) -> Result<(), &'static str> {
    let fine = value.as_str().is_some_and(DatabaseUrl::is_one);
    fine.then_some(())
        .ok_or("must be a URL such as postgres://yihe@127.0.0.1/yihe")
}

fn bus_url(value: &Value) -> Result<(), &'static str> {
    let fine = value.as_str().is_some_and(BusUrl::is_one);
    fine.then_some(())
        .ok_or("must be a URL such as nats://127.0.0.1:4222, or several with commas between")
}

fn prefix(value: &Value) -> Result<(), &'static str> {
    let safe = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_');
    let fine = value
        .as_str()
        .is_some_and(|text| (1..=32).contains(&text.len()) && text.chars().all(safe));
    fine.then_some(())
        .ok_or("must be 1 to 32 letters, digits, hyphens and underscores")
}

fn log_format(value: &Value) -> Result<(), &'static str> {
    let read = value.deserialize::<LogLines>();
    read.map(|_| ()).map_err(|_| "must be `human` or `json`")
}

fn ratio(value: &Value) -> Result<(), &'static str> {
    let read = value.deserialize::<SamplingRatio>();
    read.map(|_| ()).map_err(|_| "must be a number from 0 to 1")
}

fn wiring(value: &Value) -> Result<(), &'static str> {
    value
        .deserialize::<Wiring>()
        .map(|_| ())
        .map_err(|_| "must be `direct` or `tcp`")
}

fn services(value: &Value) -> Result<(), &'static str> {
    value
        .deserialize::<Vec<ServiceName>>()
        .map(|_| ())
        .map_err(|_| "must be a list of gateway, directory, policy, meeting, file, ledger, resource, record")
}

fn yes_or_no(value: &Value) -> Result<(), &'static str> {
    value
        .deserialize::<bool>()
        .map(|_| ())
        .map_err(|_| "must be `true` or `false`")
}

fn count(value: &Value) -> Result<(), &'static str> {
    value
        .deserialize::<std::num::NonZeroU32>()
        .map(|_| ())
        .map_err(|_| "must be a whole number from 1 to 4,294,967,295")
}
