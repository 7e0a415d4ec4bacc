use yihe_authz::Catalogue;

/// Whether every RPC that a permission opens is for persons.
pub(crate) fn is_for_persons(permission: &str) -> bool {
    let catalogue = Catalogue::shipped();
    let info = catalogue
        .permission_index(permission)
        .and_then(|place| catalogue.permissions().get(place));
    let methods = info.map(|info| info.methods.as_slice()).unwrap_or_default();
    let personal = |path: &String| catalogue.method(path).is_some_and(|method| method.persons_only);
    methods.iter().all(personal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn voting_is_for_persons_and_reading_is_not() {
        assert!(is_for_persons("meeting.ballot.cast"));
        assert!(!is_for_persons("meeting.meeting.get"));
    }
}
