use super::*;

#[test]
fn every_rpc_of_the_contracts_is_in_it() {
    let pool = DescriptorPool::decode(yihe_proto::DESCRIPTORS).unwrap();
    let catalogue = Catalogue::shipped();
    let mut count = 0;
    for method in pool
        .services()
        .flat_map(|service| service.methods().collect::<Vec<_>>())
    {
        let found = catalogue
            .method(&format!("/{}/{}", method.parent_service().full_name(), method.name()))
            .unwrap();
        assert_eq!(found.clauses.is_empty(), found.rule != Rule::Require, "{}", found.path);
        assert!(!found.description.is_empty(), "{} has no comment", found.path);
        count += 1;
    }
    assert_eq!(catalogue.methods().count(), count);
    assert!(catalogue.method("/yihe.meeting.v1.MeetingService/Unheard").is_none());
}

#[test]
fn rules_are_read_as_written() {
    let method = |path| Catalogue::shipped().method(path).unwrap();
    let update = method("/yihe.meeting.v1.MeetingService/UpdateMeeting");
    assert_eq!(
        (update.service.as_str(), &update.rule, update.persons_only),
        ("meeting", &Rule::Require, false)
    );
    assert_eq!(update.clauses[0].field_path, "meeting.name");
    let meeting = update.input.get_field_by_name("meeting").unwrap();
    let name = meeting.kind().as_message().unwrap().get_field_by_name("name").unwrap();
    assert_eq!(update.clauses[0].field_numbers, [meeting.number(), name.number()]);
    assert!(method("/yihe.meeting.v1.VoteService/CastBallot").persons_only);
    assert!(method("/yihe.meeting.v1.MeetingService/WatchMeeting").server_streaming);
    assert_eq!(method("/yihe.directory.v1.SignInService/SignIn").rule, Rule::Public);
    assert_eq!(
        method("/yihe.policy.v1.PolicyService/ListPermissions").rule,
        Rule::Authenticated
    );
    let snapshot = method("/yihe.policy.v1.SnapshotService/GetSnapshot");
    let Rule::Internal(callers) = &snapshot.rule else {
        panic!("{:?}", snapshot.rule)
    };
    assert!(callers.contains(&"gateway".to_owned()) && !callers.contains(&"console".to_owned()));
}

#[test]
fn permissions_are_found_by_name() {
    let catalogue = Catalogue::shipped();
    assert!(catalogue.permissions().is_sorted_by_key(|info| &info.name));
    for (place, info) in catalogue.permissions().iter().enumerate() {
        assert_eq!(catalogue.permission_index(&info.name), Some(place));
        assert!(!info.methods.is_empty() && !info.description.is_empty());
    }
    assert_eq!(catalogue.permission_index("meeting.motion.unheard"), None);
    assert_eq!(catalogue.permission_index(""), None);
}

#[test]
fn a_broken_descriptor_set_is_refused_with_a_reason() {
    assert!(!Catalogue::read(&[0xff; 8]).unwrap_err().is_empty());
    assert_eq!(Catalogue::read(&[]).unwrap().permissions().len(), 0);
}
