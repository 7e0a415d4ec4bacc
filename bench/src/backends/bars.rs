//! Which bars hold.

use serde_json::{Map, Value, json};

enum Bar {
    AtLeast(f64),
    AtMost(f64),
}

const BARS: [(&str, Bar); 4] = [
    ("ratio", Bar::AtLeast(0.5)),
    ("event_p99_ms", Bar::AtMost(50.0)),
    ("community_growth", Bar::AtMost(1.3)),
    ("telemetry_cost", Bar::AtLeast(0.9)),
];

/// Each bar, by the key of its figure: what is demanded, and whether it holds; what was not measured does not.
pub fn judge(told: &Map<String, Value>) -> Value {
    let verdict = |(key, bar): &(&str, Bar)| {
        let figure = told.get(*key).and_then(Value::as_f64);
        let (demanded, holds) = match bar {
            Bar::AtLeast(least) => (format!(">= {least}"), figure.is_some_and(|figure| figure >= *least)),
            Bar::AtMost(most) => (format!("<= {most}"), figure.is_some_and(|figure| figure <= *most)),
        };
        ((*key).to_owned(), json!({"bar": demanded, "holds": holds}))
    };
    BARS.iter().map(verdict).collect::<Map<_, _>>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_holds_where_it_is_met_and_nowhere_else() {
        let holds = |told: Value| {
            let verdicts = judge(told.as_object().unwrap());
            BARS.map(|(key, _)| verdicts[key]["holds"].as_bool().unwrap())
        };
        let met = json!({"ratio": 0.5, "event_p99_ms": 50.0, "community_growth": 1.3, "telemetry_cost": 0.9});
        assert_eq!(holds(met), [true; 4]);
        let missed = json!({"ratio": 0.499, "event_p99_ms": 50.1, "community_growth": 1.301, "telemetry_cost": 0.899});
        assert_eq!(holds(missed), [false; 4]);
        assert_eq!(holds(json!({"ratio": 1})), [true, false, false, false]);
        assert_eq!(judge(&Map::new())["ratio"]["bar"], ">= 0.5");
    }
}
