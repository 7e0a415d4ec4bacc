use super::*;
use crate::sample::{at, community, grant};

fn parse(wire: &pb::Grant) -> Result<Grant> {
    Grant::parse(wire, Catalogue::shipped())
}

#[test]
fn rows_survive_the_round_trip() {
    let full = pb::Grant {
        domain: "440309".to_owned(),
        effect: pb::Effect::Deny.into(),
        condition: pb::Condition::Serves.into(),
        start_time: Some(at(0).to_proto()),
        end_time: Some(at(1).to_proto()),
        ..grant("operator/1", "PROPERTY_COMPANY/*", "meeting.motion.*")
    };
    for wire in [
        full,
        grant("a", "*/*", "*"),
        grant("b", "OPERATOR", "meeting.motion.get"),
    ] {
        assert_eq!(parse(&wire).unwrap().to_proto(), wire);
    }
}

#[test]
fn a_bad_field_is_named_with_its_row_and_value() {
    let sound = grant("row/7", "*/*", "meeting.motion.get");
    let change = |change: &dyn Fn(&mut pb::Grant)| {
        let mut wire = sound.clone();
        change(&mut wire);
        wire
    };
    let bad_time = prost_types::Timestamp {
        seconds: i64::MAX,
        nanos: 0,
    };
    let mut rows: Vec<(&str, pb::Grant)> = vec![
        ("id", change(&|row| row.id.clear())),
        ("id", change(&|row| row.id = "a\nb".to_owned())),
        ("id", change(&|row| row.id = "x".repeat(201))),
        ("role", change(&|row| row.role = "PARTY_COMMITTEE/BOSS".to_owned())),
        ("role", change(&|row| row.role.clear())),
        ("effect", change(&|row| row.effect = 0)),
        ("effect", change(&|row| row.effect = 3)),
        ("condition", change(&|row| row.condition = 7)),
        ("condition", change(&|row| row.condition = -1)),
        ("start_time", change(&|row| row.start_time = Some(bad_time))),
        ("end_time", change(&|row| row.end_time = Some(bad_time))),
        (
            "end_time",
            change(&|row| (row.start_time, row.end_time) = (Some(at(1).to_proto()), Some(at(1).to_proto()))),
        ),
    ];
    for domain in ["", "44030", "44x", "communities/440309002021", "440309002021 ", "**"] {
        rows.push(("domain", change(&|row| row.domain = domain.to_owned())));
    }
    for permission in [
        "",
        "meeting.motion.unheard",
        "meeting.*",
        "meeting.mot*",
        "meeting.unheard.*",
        "**",
        "*.motion.get",
        "meeting.motion.",
    ] {
        rows.push(("permission", change(&|row| row.permission = permission.to_owned())));
    }
    for (field, wire) in rows {
        let refusal = parse(&wire).unwrap_err();
        assert!(refusal.is(&reasons::GRANT_INVALID));
        assert_eq!(refusal.metadata()["field"], field, "{wire:?}");
        assert!(refusal.text(yihe_kernel::Locale::ZhCn).contains(field));
        if field != "id" {
            assert!(refusal.to_string().contains("row/7"), "{refusal}");
        }
    }
}

#[test]
fn a_domain_covers_what_is_recorded_below_it() {
    let regions: Vec<RegionCode> = ["440311005007", "440311", "44"]
        .map(|code| code.parse().unwrap())
        .to_vec();
    let covers = |domain: &str| {
        let wire = pb::Grant {
            domain: domain.to_owned(),
            ..grant("a", "*/*", "*")
        };
        parse(&wire).unwrap().domain.covers(Some(&community()), &regions)
    };
    for domain in ["*", "440309002021", "440311005007", "440311", "44"] {
        assert!(covers(domain), "{domain}");
    }
    // the digits of the community's code say nothing, nor is a skipped level filled in
    for domain in ["440309002", "440309", "4403", "440311005", "440309002022"] {
        assert!(!covers(domain), "{domain}");
    }
    assert!(Domain::Everywhere.covers(None, &[]));
    // the region itself, and neither the communities below it nor the root layer
    let street = ["440311005".parse().unwrap()];
    assert!(Domain::Regions.covers(None, &street) && "regions".parse() == Ok(Domain::Regions));
    assert!(!Domain::Regions.covers(Some(&community()), &street) && !Domain::Regions.covers(None, &[]));
    assert!(!Domain::Code("44".parse().unwrap()).covers(None, &[]));
}
