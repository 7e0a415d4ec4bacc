//! What packs say beside their numbers, and what holds where they say nothing.

use yihe_tally::{DayUnit, RulePack};

use crate::fixtures::{joint_conference, owners_assembly};

#[test]
fn packs_that_say_nothing_of_it_have_the_platforms_defaults() {
    let conference = joint_conference();
    let provisions = conference.provisions();
    assert!(provisions.verified && !provisions.chosen_by_name && provisions.groups.is_empty());
    assert_eq!(
        (
            provisions.signing.unit,
            provisions.disclosure.unit,
            provisions.disclosure.result_days
        ),
        (DayUnit::Calendar, DayUnit::Calendar, None)
    );
    assert_eq!(provisions.seconding.seconders, 0);
    assert_eq!(
        (
            provisions.objection.days,
            provisions.objection.unit,
            provisions.objection.answer_days
        ),
        (7, DayUnit::Calendar, 3),
        "as long as the display lasts"
    );
    assert_eq!(provisions.escalation.secretary_after_days, 7);
    assert_eq!(provisions.special_meeting, None);
    for source in [
        &provisions.seconding.source,
        &provisions.objection.source,
        &provisions.escalation.source,
    ] {
        assert!(source.starts_with("default of this platform"), "{source}");
    }
    let owners = owners_assembly();
    let special = owners.provisions().special_meeting.as_ref().unwrap();
    assert_eq!(special.source, "Property Management Regulations 13");
    assert!(special.asks[0].threshold.met(240, 1_200) && !special.asks[0].threshold.met(239, 1_200));
}

#[test]
fn what_a_pack_says_beyond_is_read_and_what_is_wrong_is_refused_by_its_key() {
    let text = joint_conference().text().to_owned();
    let extended = |more: &str| {
        let cut = text.find("[proxies]").unwrap();
        RulePack::parse(&format!("{}{more}\n{}", &text[..cut], &text[cut..]))
    };
    let group = |id: &str| {
        format!(
            "[[groups]]\nid = \"{id}\"\ntitle = {{ zh = \"组\", en = \"group\" }}\nbase = \"ALL_MEMBERS\"\n\
             comparison = \"MORE_THAN\"\nfraction = \"1/2\"\nsource = \"test\"\n"
        )
    };
    let pack = extended(
        "[seconding]\nseconders = 2\nsource = \"test\"\n\
         [escalation]\nsecretary_after_days = 5\nunit = \"WORKING\"\nsource = \"test\"\n\
         [objection]\ndays = 5\nunit = \"WORKING\"\nanswer_days = 2\nsource = \"test\"\n",
    )
    .unwrap();
    let provisions = pack.provisions();
    assert_eq!(
        (
            provisions.seconding.seconders,
            provisions.escalation.secretary_after_days,
            provisions.escalation.unit,
            provisions.objection.days,
            provisions.objection.unit
        ),
        (2, 5, DayUnit::Working, 5, DayUnit::Working)
    );
    let refused = |more: &str| extended(more).unwrap_err().to_string();
    for (more, wanted) in [
        (
            group("owners"),
            "packs: groups[0].id: \"owners\" is not capital words joined by _, 64 at most",
        ),
        (group("A") + &group("A"), "packs: groups[1].id: names A twice"),
        (
            group("A").replace("\"1/2\"", "\"3/2\""),
            "packs: groups[0].fraction: 3/2 is more than the whole",
        ),
        (
            "[seconding]\nseconders = 2\n".to_owned(),
            "packs: seconding.source: is missing",
        ),
        (
            "[escalation]\nsecretary_after_days = 0\nsource = \"test\"\n".to_owned(),
            "packs: escalation.secretary_after_days: 0 is not within 1 to 366",
        ),
        (
            "[objection]\ndays = 5\nsource = \"test\"\n".to_owned(),
            "packs: objection.answer_days: is missing",
        ),
        (
            "[special_meeting]\nsource = \"test\"\n".to_owned(),
            "packs: special_meeting.asks: is empty",
        ),
        (
            "[special_meeting]\nsource = \"test\"\n[[special_meeting.asks]]\nby = \"TENANTS\"\n".to_owned(),
            "packs: special_meeting.asks[0].by: \"TENANTS\" is not one of MEMBERS, OWNERS, RESIDENTS, HOUSEHOLDS, RESIDENT_GROUPS",
        ),
    ] {
        assert_eq!(refused(&more), wanted);
    }
    let message = |from: &str, to: &str| RulePack::parse(&text.replacen(from, to, 1)).unwrap_err().to_string();
    assert_eq!(
        message("place = ", "votes = false\nplace = "),
        "packs: majority: has no meaning where votes is false"
    );
    let without = text[..text.find("[majority.").unwrap()].to_owned() + &text[text.find("[proxies]").unwrap()..];
    assert_eq!(
        RulePack::parse(&without).unwrap_err().to_string(),
        "packs: majority: is missing",
        "a forgotten section is not a body without votes"
    );
    let chaired = text.replace("casting_vote = false", "casting_vote = true");
    let cut = chaired.find("[proxies]").unwrap();
    let both = format!("{}{}\n{}", &chaired[..cut], group("A"), &chaired[cut..]);
    assert_eq!(
        RulePack::parse(&both).unwrap_err().to_string(),
        "packs: chair.casting_vote: cannot break a tie where groups decide along with the whole"
    );
}

#[test]
fn one_person_represents_one_organization_unless_the_pack_lets_it_two() {
    let conference = joint_conference();
    let usual = &conference.provisions().representation;
    assert_eq!(usual.organizations_per_person, 1);
    assert!(usual.source.starts_with("default of this platform"));
    let packs = yihe_tally::packs::shipped().unwrap();
    let shared = packs
        .iter()
        .find(|pack| pack.id() == "cn.joint-conference.shared-representatives")
        .unwrap();
    assert_eq!(shared.provisions().representation.organizations_per_person, 2);
    assert!(
        shared.provisions().chosen_by_name,
        "no body gets it that does not name it"
    );

    let council = packs
        .iter()
        .find(|pack| pack.id() == "cn.residents-bodies.default")
        .unwrap();
    let contradictory = council.text().replace(
        "[ballots]",
        "[representation]\norganizations_per_person = 2\nsource = \"test\"\n\n[ballots]",
    );
    let refused = RulePack::parse(&contradictory).unwrap_err().to_string();
    assert!(
        refused.contains("representation.organizations_per_person") && refused.contains("RESIDENTS_COUNCIL"),
        "{refused}"
    );
    let many = shared
        .text()
        .replace("organizations_per_person = 2", "organizations_per_person = 11");
    assert!(RulePack::parse(&many).is_err());
}
