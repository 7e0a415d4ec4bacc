use super::*;

#[test]
fn a_bad_row_is_refused_with_its_line() {
    let start = "group,role,permission,effect,condition\n# a: 中文。 | English.\n";
    let row = "a,*/*,meeting.vote.get,allow,participant\n";
    for (text, line, expected) in [
        (String::new(), 1, "holds no grant"),
        (row.to_owned(), 1, "expected the columns"),
        (
            format!("{start}a,*/*,meeting.vote.gte,allow,\n"),
            3,
            "the closest are meeting.vote.get",
        ),
        (
            format!("{start}a,PARTY/*,meeting.vote.get,allow,\n"),
            3,
            "`PARTY/*` is not a role",
        ),
        (
            format!("{start}a,PARTY_COMMITTEE/BOSS,meeting.vote.get,allow,\n"),
            3,
            "`PARTY_COMMITTEE/BOSS` is not a role",
        ),
        (
            format!("{start}a,*/*,meeting.vote.get,allow,guest\n"),
            3,
            "`guest` is not one of",
        ),
        (
            format!("{start}a,*/*,meeting.vote.get,may,\n"),
            3,
            "`may` is not one of",
        ),
        (format!("{start}a,,meeting.vote.get,allow,\n"), 3, "names no role"),
        (format!("{start}a,*/*,meeting.vote.get,allow\n"), 3, "has 4 fields"),
        (
            format!("{start}\nb,*/*,meeting.vote.get,allow,\n"),
            4,
            "group `b` is not introduced",
        ),
        (
            format!("{start}{row}# b: 中文。 | English.\n{row}"),
            5,
            "group `a` is not introduced",
        ),
        (
            format!("group,role,permission,effect,condition\n# a @streets: 中文。 | English.\n{row}"),
            3,
            "group `a` is not introduced",
        ),
        (format!("{start}{row}# a: 中文。 | English.\n"), 4, "has begun before"),
        (format!("{start}# b: 中文。 | English.\n"), 2, "without rows"),
        (format!("{start}{row}# b: 中文。 | English.\n"), 4, "without rows"),
        (format!("{start}{row}# note\n{row}"), 5, "the same grant in line 3"),
    ] {
        let fault = Template::read(&text, Catalogue::shipped()).unwrap_err();
        assert_eq!(fault.line, line, "{fault:?}");
        assert!(fault.detail.contains(expected), "{fault:?}");
    }
    let several = format!("{start}a,RESIDENT_UNIT/* COMPOUND/OWNER,meeting.vote.get,allow,\n");
    assert_eq!(
        Template::read(&several, Catalogue::shipped()).unwrap().grants().len(),
        2
    );
}
