use yihe_kernel::CompoundId;
use yihe_proto::directory::v1::RegisterFaultKind as Kind;

use super::*;

const HEADER: &str = "building,unit,area,area_basis,standing,owner,owner_type,owner_key,id_number,phone,share,nominee";

fn hash(number: &str) -> Vec<u8> {
    number.as_bytes().to_vec()
}

fn file(rows: &[&str]) -> String {
    format!("{HEADER}\n{}\n", rows.join("\n"))
}

fn draft(rows: &[&str]) -> Draft {
    read(file(rows).as_bytes(), &hash).unwrap()
}

/// Kind, line, column and other line of each fault.
fn faults(content: &[u8]) -> Vec<(Kind, u64, &'static str, u64)> {
    let faults = read(content, &hash).unwrap_err();
    let brief = |fault: &Fault| {
        assert!(!fault.en.is_empty() && !fault.zh.is_empty());
        (
            fault.kind,
            fault.line,
            fault.column_name(),
            fault.other_line.unwrap_or(0),
        )
    };
    faults.iter().map(brief).collect()
}

fn faults_of(rows: &[&str]) -> Vec<(Kind, u64, &'static str, u64)> {
    faults(file(rows).as_bytes())
}

fn ids(draft: &Draft, from: u128) -> NewIds {
    let id = |place: usize| uuid::Uuid::from_u128(from + place as u128);
    NewIds {
        owners: (0..draft.owners.len()).map(|place| id(place).into()).collect(),
        units: (0..draft.units.len()).map(|place| id(1_000 + place).into()).collect(),
    }
}

fn compound() -> CompoundId {
    uuid::Uuid::from_u128(7).into()
}

fn planned(rows: &[&str], current: &Current) -> Change {
    let draft = draft(rows);
    let from = 10_000 * (1 + u128::try_from(current.revision).unwrap());
    plan(compound(), &draft, current, &ids(&draft, from)).unwrap()
}

/// What stands after a change.
fn after(change: &Change) -> Current {
    let owner = |planned: &PlannedOwner| CurrentOwner {
        id: planned.id,
        owner_type: planned.draft.owner_type,
        name: Some(planned.draft.name.clone()),
        key: planned.draft.key.clone(),
        id_hash: planned.draft.id_hash.clone(),
        phone: planned.draft.phone.clone(),
        user: None,
    };
    Current {
        revision: change.revision,
        units: change.units.iter().map(|planned| planned.unit.clone()).collect(),
        owners: change.owners.iter().map(owner).collect(),
    }
}

#[test]
fn co_owners_owners_of_several_units_and_the_developer_are_heads() {
    let change = planned(
        &[
            "1,101,89.13,REGISTER,SOLD,张三,PERSON,A,,,1/2,",
            "1,101,89.13,REGISTER,SOLD,李四,PERSON,B,,,1/2,yes",
            "1,102,100,SURVEY,,李四,,B,,,,",
            "1,103,70.5,SALE_CONTRACT,,张三,,A,,,,",
            "1,104,60,REGISTER,,张三,,A,,,,",
            "2,101,50,REGISTER,,李四,,B,,,,",
            "2,101,50,REGISTER,,张三,,A,,,,",
            "2,102,50.01,REGISTER,UNSOLD,龙塘置业,DEVELOPER,D,,,,",
            "2,103,50.01,REGISTER,UNDELIVERED,龙塘置业,DEVELOPER,D,,,,",
        ],
        &Current::default(),
    );
    let heads: Vec<_> = change.units.iter().map(|planned| planned.unit.head).collect();
    assert_eq!(heads[0], heads[4], "the same two owners, whatever their order");
    assert_eq!(heads[2], heads[3], "one owner of two units");
    assert_eq!(heads[5], heads[6], "the developer");
    assert_eq!((change.heads(), change.owners.len(), change.buildings()), (4, 3, 2));
    assert_eq!(change.area(), 8913 + 10000 + 7050 + 6000 + 5000 + 5001 + 5001);
    assert_eq!(change.units[0].unit.nominee, Some(change.owners[1].id));
    assert_eq!(
        change.units[4].unit.shares[0].denominator, 2,
        "no share told means equal shares"
    );
}

#[test]
fn chinese_headers_and_words_in_any_order_with_a_byte_order_mark() {
    let text = "\u{feff}业主,面积,房号,楼栋,面积依据,状态\r\n张三,89.1,101,1栋,测绘,已售\r\n,,,,,\r\n";
    let draft = read(text.as_bytes(), &hash).unwrap();
    assert_eq!((draft.units[0].area, draft.units[0].line), (8910, 2));
    let blank = "building,unit,area,area_basis,owner\n\n1,101,89,REGISTER,\"张\n三\"\n\n1,102,-1,REGISTER,张三";
    assert_eq!(
        faults(blank.as_bytes()),
        [(Kind::Cell, 3, "owner", 0), (Kind::Area, 6, "area", 0)],
        "lines are counted as they stand"
    );
    assert!(!draft.tells_nominees);
}

#[test]
fn what_is_no_utf8_text_is_named_with_its_line() {
    assert_eq!(faults(b""), [(Kind::File, 0, "", 0)]);
    assert_eq!(faults(b" \n\n"), [(Kind::File, 0, "", 0)]);
    assert_eq!(
        faults("\u{feff}".as_bytes()),
        [(Kind::File, 0, "", 0)],
        "nothing but a mark"
    );
    assert_eq!(faults(format!("{HEADER}\n").as_bytes()), [(Kind::File, 0, "", 0)]);
    let told = |content: &[u8]| read(content, &hash).unwrap_err().remove(0);
    let mut gbk = format!("{HEADER}\n1,101,89.13,REGISTER,,").into_bytes();
    // 张三 in GBK
    gbk.extend([0xd5, 0xc5, 0xc8, 0xfd]);
    let fault = told(&gbk);
    assert_eq!((fault.kind, fault.line), (Kind::File, 2));
    assert!(fault.en.contains("GBK") && fault.zh.contains("GBK"), "{fault:?}");
    let fault = told(&[0xff, 0xfe, b'b', 0]);
    assert!(fault.en.contains("UTF-16"), "{fault:?}");
    let mut broken = HEADER.as_bytes().to_vec();
    broken.push(0xff);
    assert!(!told(&broken).en.contains("GBK"));
}

#[test]
fn columns_that_are_unknown_missing_or_named_twice() {
    assert_eq!(
        faults("building,unit,area,area_basis,owner,colour\n1,1,1,REGISTER,x,blue".as_bytes()),
        [(Kind::Header, 1, "", 0)]
    );
    assert_eq!(faults(b"building,unit,area,owner\n1,1,1,x"), [(Kind::Header, 1, "", 0)]);
    assert_eq!(
        faults("building,unit,area,area_basis,owner,楼栋\n1,1,1,REGISTER,x,1".as_bytes()),
        [(Kind::Header, 1, "", 0)]
    );
    assert_eq!(
        faults(b"building,unit,area,area_basis,owner\n1,1,1,REGISTER\n1,2,1,REGISTER,x,y"),
        [(Kind::Row, 2, "", 0), (Kind::Row, 3, "", 0)]
    );
}

#[test]
fn every_bad_cell_is_named_and_the_rest_is_read_on() {
    assert_eq!(
        faults_of(&[
            "1,101,-89.13,REGISTER,,张三,,A,,,,",
            "1,102,0,REGISTER,,张三,,A,,,,",
            "1,103,89.135,REGISTER,,张三,,A,,,,",
            "1,104,about 90,REGISTER,,张三,,A,,,,",
            "1,105,90,HEARSAY,LENT,张三,ROBOT,A,,,,maybe",
            ",106,90,REGISTER,,,,A,,,,",
            "1,107,90,REGISTER,,李\u{200b}四,,B,,,,",
            "1,108,90,REGISTER,,张三,,A,,,3/2,",
            "1,109,90,REGISTER,,张三,,A,,,half,",
        ]),
        [
            (Kind::Area, 2, "area", 0),
            (Kind::Area, 3, "area", 0),
            (Kind::Area, 4, "area", 0),
            (Kind::Area, 5, "area", 0),
            (Kind::Cell, 6, "area_basis", 0),
            (Kind::Cell, 6, "standing", 0),
            (Kind::Cell, 6, "owner_type", 0),
            (Kind::Cell, 6, "nominee", 0),
            (Kind::Cell, 7, "building", 0),
            (Kind::Cell, 7, "owner", 0),
            (Kind::Cell, 8, "owner", 0),
            (Kind::Shares, 9, "share", 0),
            (Kind::Shares, 10, "share", 0),
        ]
    );
}

#[test]
fn shares_that_overlap_or_leave_a_part_to_nobody() {
    assert_eq!(
        faults_of(&[
            "1,101,90,REGISTER,,张三,,A,,,2/3,",
            "1,101,90,REGISTER,,李四,,B,,,1/2,",
            "1,102,90,REGISTER,,张三,,A,,,1/3,",
            "1,102,90,REGISTER,,李四,,B,,,1/3,",
            "1,103,90,REGISTER,,张三,,A,,,1,",
            "1,103,90,REGISTER,,李四,,B,,,1,",
            "1,104,90,REGISTER,,张三,,A,,,1/2,",
            "1,104,90,REGISTER,,李四,,B,,,,",
        ]),
        [
            (Kind::Shares, 2, "share", 0),
            (Kind::Shares, 4, "share", 0),
            (Kind::Shares, 6, "share", 0),
            (Kind::Shares, 8, "share", 0),
        ]
    );
}

#[test]
fn duplicate_units_contradictions_and_two_nominees() {
    assert_eq!(
        faults_of(&[
            "1栋,101,90,REGISTER,,张三,,A,,,,",
            "1栋,102,90,REGISTER,,张三,,A,,,,",
            "１栋,１０１,90,REGISTER,,李四,,B,,,,",
            "1栋,103,90,REGISTER,,李四,,B,,,,yes",
            "1栋,103,91,SURVEY,,张三,,A,,,,yes",
            "1栋,104,90,REGISTER,,张三,,A,,,,",
            "1栋,104,90,REGISTER,,张三,,A,,,,",
        ]),
        [
            (Kind::DuplicateUnit, 4, "unit", 2),
            (Kind::Contradiction, 6, "area", 5),
            (Kind::Contradiction, 6, "area_basis", 5),
            (Kind::TwoNominees, 6, "nominee", 5),
            (Kind::DuplicateUnit, 8, "unit", 7),
        ]
    );
}

#[test]
fn what_is_unsold_is_the_developers_alone() {
    assert_eq!(
        faults_of(&[
            "1,101,90,REGISTER,UNSOLD,张三,,A,,,,",
            "1,102,90,REGISTER,UNDELIVERED,龙塘置业,DEVELOPER,D,,,,",
            "1,102,90,REGISTER,UNDELIVERED,张三,,A,,,,",
            "1,103,90,REGISTER,UNSOLD,凤凰置业,DEVELOPER,E,,,,",
        ]),
        [
            (Kind::Developer, 2, "owner", 0),
            (Kind::Developer, 3, "owner", 0),
            (Kind::Developer, 5, "owner", 3),
        ]
    );
}

#[test]
fn one_owner_in_two_spellings_is_listed_and_never_merged() {
    for (one, other) in [
        ("陳國偉", "陈国伟"),
        ("Ｌｉ Ｍｉｎｇ", "Li Ming"),
        ("张 三", "张三"),
        ("龙塘（深圳）", "龙塘(深圳)"),
    ] {
        let first = format!("1,101,90,REGISTER,,{one},,,,,,");
        let second = format!("1,102,90,REGISTER,,{other},,,,,,");
        assert_eq!(faults_of(&[&first, &second]), [(Kind::Alike, 3, "owner", 2)], "{one}");
        let first = format!("1,101,90,REGISTER,,{one},,A,,,,");
        assert_eq!(
            faults_of(&[&first, &second]),
            [(Kind::Alike, 3, "owner", 2)],
            "one key is not enough"
        );
        let second = format!("1,102,90,REGISTER,,{other},,B,,,,");
        assert_eq!(draft(&[&first, &second]).owners.len(), 2, "two keys are two owners");
    }
}

#[test]
fn a_bare_name_says_nothing_and_a_telephone_number_is_not_a_person() {
    assert_eq!(
        faults_of(&["1,101,90,REGISTER,,王伟,,,,,,", "1,102,90,REGISTER,,王伟,,,,,,"]),
        [(Kind::Alike, 3, "owner", 2)]
    );
    assert_eq!(
        faults_of(&[
            "1,101,90,REGISTER,,王伟,,,,138 0000,,",
            "1,102,90,REGISTER,,李娜,,,,1380000,,"
        ]),
        [(Kind::Alike, 3, "phone", 2)]
    );
    assert_eq!(
        faults_of(&[
            "1,101,90,REGISTER,,王伟,,,,1380000,,",
            "1,102,90,REGISTER,,王伟,,,,1390000,,"
        ]),
        [(Kind::Alike, 3, "owner", 2)]
    );
    let same = draft(&[
        "1,101,90,REGISTER,,王伟,,,,1380000,,",
        "1,102,90,REGISTER,,王伟,,,,138-0000,,",
    ]);
    assert_eq!(same.owners.len(), 1, "one name and one number are one owner");
    let spouses = draft(&[
        "1,101,90,REGISTER,,王伟,,A,,1380000,,",
        "1,102,90,REGISTER,,李娜,,B,,1380000,,",
    ]);
    assert_eq!(spouses.owners.len(), 2, "keys say who is who");
}

#[test]
fn one_id_number_is_one_owner_under_one_name() {
    assert_eq!(
        faults_of(&[
            "1,101,90,REGISTER,,王伟,,,440300A,,,",
            "1,102,90,REGISTER,,王卫,,,440300a,,,"
        ]),
        [(Kind::Alike, 3, "owner", 2)]
    );
    assert_eq!(
        faults_of(&[
            "1,101,90,REGISTER,,王伟,,A,440300A,,,",
            "1,102,90,REGISTER,,王伟,,B,440300A,,,"
        ]),
        [(Kind::Alike, 3, "id_number", 2)],
        "whatever the keys say"
    );
    assert_eq!(
        faults_of(&[
            "1,101,90,REGISTER,,王伟,,A,440300A,13800,,",
            "1,102,90,REGISTER,,王伟,COMPANY,A,440300B,13900,,"
        ]),
        [
            (Kind::Contradiction, 3, "owner_type", 2),
            (Kind::Contradiction, 3, "id_number", 2),
            (Kind::Contradiction, 3, "phone", 2),
        ]
    );
    let two = draft(&[
        "1,101,90,REGISTER,,王伟,,,440300A,,,",
        "1,102,90,REGISTER,,王伟,,,440300B,,,",
    ]);
    assert_eq!(two.owners.len(), 2, "one name, two ID numbers");
}

#[test]
fn a_revision_changes_only_what_the_file_changes() {
    let first = planned(
        &[
            "1,101,90,REGISTER,,张三,,A,,,,",
            "1,102,90,REGISTER,,李四,,B,,,,",
            "1,103,90,REGISTER,,王五,,,,,,",
        ],
        &Current::default(),
    );
    assert_eq!((first.revision, first.units_that(Fate::Added)), (1, 3));
    let current = after(&first);
    let same = planned(
        &[
            "1,103,90,REGISTER,,王五,,,,,,",
            "1,101,90,REGISTER,,张三,,A,,,,",
            "1,102,90,REGISTER,,李四,,B,,,,",
        ],
        &current,
    );
    assert!(same.is_nothing(), "the order of rows means nothing: {same:?}");
    let second = planned(
        &[
            "1,101,90.01,REGISTER,,张三,,A,,,,",
            "1,103,90,REGISTER,,王五,,,,138000,,",
            "1,104,90,REGISTER,,赵六,,F,,,,",
        ],
        &current,
    );
    assert_eq!(
        (
            second.units_that(Fate::Added),
            second.units_that(Fate::Changed),
            second.units_that(Fate::Kept)
        ),
        (1, 1, 1)
    );
    assert_eq!(second.dropped_units, [current.units[1].id]);
    assert_eq!(second.dropped_owners.len(), 1);
    assert_eq!(second.dropped_owners[0].name.as_deref(), Some("李四"));
    assert_eq!(second.owners[1].id, current.owners[2].id, "known by its name and unit");
    assert_eq!(second.owners[1].fate, Fate::Changed, "its telephone number is new");
}

#[test]
fn a_key_is_never_given_to_somebody_else_and_a_name_alone_follows_its_unit() {
    let current = after(&planned(
        &["1,101,90,REGISTER,,张三,,A,,,,", "1,102,90,REGISTER,,王五,,,,,,"],
        &Current::default(),
    ));
    let draft = draft(&["1,101,90,REGISTER,,李四,,A,,,,"]);
    let refused = plan(compound(), &draft, &current, &ids(&draft, 90_000)).unwrap_err();
    assert_eq!(
        (refused[0].kind, refused[0].line, refused[0].column_name()),
        (Kind::KeyReused, 2, "owner_key")
    );
    let moved = planned(
        &["1,101,90,REGISTER,,张三,,A,,,,", "1,103,90,REGISTER,,王五,,,,,,"],
        &current,
    );
    assert_eq!(moved.owners[1].fate, Fate::Added, "another 王五 for all that is known");
    let keyed = planned(
        &["1,101,90,REGISTER,,张三,,A,,,,", "1,102,90,REGISTER,,王五,,W,,,,"],
        &current,
    );
    assert_eq!(
        keyed.owners[1].id, current.owners[1].id,
        "a key given later does not make a new owner"
    );
}

#[test]
fn nominations_stay_where_the_file_does_not_tell_them() {
    let rows = ["1,101,90,REGISTER,,张三,,A,,,,yes", "1,101,90,REGISTER,,李四,,B,,,,"];
    let current = after(&planned(&rows, &Current::default()));
    let nominee = current.units[0].nominee;
    assert!(nominee.is_some());
    let without = "building,unit,area,area_basis,owner,owner_key\n1,101,91,REGISTER,张三,A\n1,101,91,REGISTER,李四,B\n";
    let draft = read(without.as_bytes(), &hash).unwrap();
    let change = plan(compound(), &draft, &current, &ids(&draft, 90_000)).unwrap();
    assert_eq!(change.units[0].unit.nominee, nominee);
    let sold = "building,unit,area,area_basis,owner,owner_key\n1,101,91,REGISTER,李四,B\n";
    let draft = read(sold.as_bytes(), &hash).unwrap();
    let change = plan(compound(), &draft, &current, &ids(&draft, 90_000)).unwrap();
    assert_eq!(change.units[0].unit.nominee, None, "who is no owner is no nominee");
}

#[test]
fn a_sample_of_the_testkit_is_what_it_says() {
    let sample = yihe_testkit::register::sample(1_200, 278);
    let draft = read(sample.csv.as_bytes(), &hash).unwrap();
    let change = plan(compound(), &draft, &Current::default(), &ids(&draft, 90_000)).unwrap();
    assert_eq!((change.units.len(), change.owners.len()), (sample.units, sample.owners));
    assert_eq!(
        (change.heads(), u64::try_from(change.area()).unwrap()),
        (sample.heads, sample.area)
    );
    let hostile = format!(
        "building,unit,area,area_basis,owner\n{}",
        "1,1,1,REGISTER,王伟\n".repeat(40_000)
    );
    assert_eq!(read(hostile.as_bytes(), &hash).unwrap_err().len(), MOST_FAULTS);
}
