use proptest::prelude::*;
use prost::Message;
use yihe_authz::Catalogue;
use yihe_proto::Guarded;
use yihe_proto::meeting::v1::{GetMeetingRequest, Meeting, UpdateMeetingRequest};

use super::*;

const NAME: &str = "communities/440309002021/meetings/0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f";

fn path_of<R: Guarded>() -> Vec<u32> {
    Catalogue::shipped().method(R::METHOD).unwrap().clauses[0]
        .field_numbers
        .clone()
}

fn varint(value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    prost::encoding::encode_varint(value, &mut out);
    out
}

fn field(number: u32, wire_type: u64, value: &[u8]) -> Vec<u8> {
    let mut out = varint(u64::from(number) << 3 | wire_type);
    if wire_type == 2 {
        out.extend(varint(value.len() as u64));
    }
    out.extend_from_slice(value);
    out
}

#[test]
fn a_field_is_found_wherever_it_stands() {
    let before = [
        field(900, 0, &[0x96, 0x01]),
        field(901, 1, &[7; 8]),
        field(902, 5, &[7; 4]),
        field(903, 2, b"x"),
    ]
    .concat();
    for message in [
        field(1, 2, NAME.as_bytes()),
        [before.clone(), field(1, 2, NAME.as_bytes())].concat(),
        [field(1, 2, NAME.as_bytes()), before].concat(),
    ] {
        assert_eq!(find(&message, &[1]), Ok(NAME));
    }
}

#[test]
fn an_absent_field_is_empty() {
    assert_eq!(find(&[], &[1]), Ok(""));
    assert_eq!(find(&field(2, 2, b"x"), &[1, 1]), Ok(""));
    assert_eq!(find(&field(1, 2, b""), &[1, 1]), Ok(""));
}

#[test]
fn a_second_occurrence_is_refused_at_every_depth() {
    let name = field(1, 2, NAME.as_bytes());
    assert_eq!(
        find(&[name.clone(), name.clone()].concat(), &[1]),
        Err(Fault::Duplicate)
    );
    let (empty, outer) = (field(1, 2, b""), field(1, 2, &name));
    assert_eq!(
        find(&[outer.clone(), empty.clone()].concat(), &[1, 1]),
        Err(Fault::Duplicate)
    );
    assert_eq!(find(&[empty, outer].concat(), &[1, 1]), Err(Fault::Duplicate));
    assert_eq!(
        find(&field(1, 2, &[name.clone(), name.clone()].concat()), &[1, 1]),
        Err(Fault::Duplicate)
    );
    // far behind, with everything between
    let mut long = name.clone();
    (0..10_000).for_each(|_| long.extend(field(77, 2, b"padding")));
    long.extend(name);
    assert_eq!(find(&long, &[1]), Err(Fault::Duplicate));
}

#[test]
fn other_encodings_of_the_same_field_are_the_same_field() {
    // the key 0x0a in three bytes, the length in two: longer than needed, and decoders take it
    let long = [vec![0x8a, 0x80, 0x00, 0x82, 0x00], b"ab".to_vec()].concat();
    assert_eq!(GetMeetingRequest::decode(long.as_slice()).unwrap().name, "ab");
    assert_eq!(find(&long, &[1]), Ok("ab"));
    assert_eq!(find(&[field(1, 2, b"x"), long].concat(), &[1]), Err(Fault::Duplicate));
}

#[test]
fn what_decoders_refuse_is_refused() {
    let cases: &[&[u8]] = &[
        &[0x0a],                                                                   // no length
        &[0x0a, 0x05, b'x'],                                                       // cut short
        &[0x0a, 0x01, 0xff],                                                       // not UTF-8
        &[0x08, 0x01],                                                             // a number where the name should be
        &[0x02, 0x00],                                                             // field number 0
        &[0x0e, 0x00],                                                             // wire type 6
        &[0x0f, 0x00],                                                             // wire type 7
        &[0x10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02],       // more than 64 bits
        &[0x10, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00], // eleven bytes
        &[0x8a, 0x80, 0x80, 0x80, 0x10, 0x00],                                     // a key beyond 32 bits
        &[0x11, 1, 2, 3],                                                          // eight bytes cut short
        &[0x15, 1, 2, 3],                                                          // four bytes cut short
        &[0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],       // as long as can be told
        &[0x80],                                                                   // a key cut short
    ];
    for case in cases {
        assert!(GetMeetingRequest::decode(*case).is_err(), "{case:x?} is decoded");
        assert!(
            matches!(find(case, &[1]), Err(Fault::Malformed(_))),
            "{case:x?}: {:?}",
            find(case, &[1])
        );
    }
}

#[test]
fn groups_are_refused_although_decoders_skip_them() {
    let group = [0x1b, 0x1c];
    assert!(GetMeetingRequest::decode(&group[..]).is_ok());
    assert_eq!(find(&group, &[1]), Err(Fault::Malformed("it holds a group")));
}

#[test]
fn the_shipped_paths_lead_to_the_name() {
    let request = GetMeetingRequest { name: NAME.to_owned() };
    assert_eq!(
        find(&request.encode_to_vec(), &path_of::<GetMeetingRequest>()),
        Ok(NAME)
    );
    let meeting = Meeting {
        name: NAME.to_owned(),
        title: "议事会".to_owned(),
        ..Meeting::default()
    };
    let request = UpdateMeetingRequest {
        meeting: Some(meeting),
        ..UpdateMeetingRequest::default()
    };
    assert_eq!(
        find(&request.encode_to_vec(), &path_of::<UpdateMeetingRequest>()),
        Ok(NAME)
    );
}

/// Fields of a message, those of the path often, with right and wrong types.
fn pieces(depth: u32) -> BoxedStrategy<Vec<u8>> {
    let inner = if depth == 0 {
        prop_oneof![
            Just(NAME.as_bytes().to_vec()),
            "[a-z/]{0,12}".prop_map(String::into_bytes),
            any::<Vec<u8>>()
        ]
        .boxed()
    } else {
        prop_oneof![4 => pieces(depth - 1), 1 => any::<Vec<u8>>()].boxed()
    };
    let number = prop_oneof![3 => Just(1_u32), 2 => 2_u32..6, 1 => 1000_u32..1_000_000];
    let one = prop_oneof![
        6 => (number.clone(), inner).prop_map(|(number, value)| field(number, 2, &value)),
        1 => (number.clone(), any::<u64>()).prop_map(|(number, value)| field(number, 0, &varint(value))),
        1 => (number.clone(), any::<[u8; 8]>()).prop_map(|(number, value)| field(number, 1, &value)),
        1 => (number, any::<[u8; 4]>()).prop_map(|(number, value)| field(number, 5, &value)),
    ];
    proptest::collection::vec(one, 0..4)
        .prop_map(|fields| fields.concat())
        .boxed()
}

fn mutated(base: BoxedStrategy<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    (
        base,
        proptest::option::weighted(0.3, (any::<prop::sample::Index>(), any::<u8>())),
    )
        .prop_map(|(mut bytes, change)| {
            if let Some((index, byte)) = change.filter(|_| !bytes.is_empty()) {
                let place = index.index(bytes.len());
                bytes[place] = byte;
            }
            bytes
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    /// Whatever the gateway finds, a decoder finds; what it refuses for good, a decoder refuses.
    #[test]
    fn agrees_with_prost_on_a_flat_message(bytes in mutated(pieces(0))) {
        let decoded = GetMeetingRequest::decode(bytes.as_slice());
        match (find(&bytes, &[1]), decoded) {
            (Ok(found), Ok(decoded)) => prop_assert_eq!(found, decoded.name),
            (Err(Fault::Malformed("it holds a group")), _) | (Err(Fault::Duplicate), _) => {}
            (Err(fault), Ok(decoded)) => prop_assert!(false, "{fault:?}, yet it is decoded: {decoded:?}"),
            (_, Err(_)) => {}
        }
    }

    #[test]
    fn agrees_with_prost_on_a_nested_message(bytes in mutated(pieces(1))) {
        let decoded = UpdateMeetingRequest::decode(bytes.as_slice());
        let path = path_of::<UpdateMeetingRequest>();
        match (find(&bytes, &path), decoded) {
            (Ok(found), Ok(decoded)) => prop_assert_eq!(found, decoded.meeting.unwrap_or_default().name),
            (Err(Fault::Malformed("it holds a group")), _) | (Err(Fault::Duplicate), _) => {}
            (Err(fault), Ok(decoded)) => prop_assert!(false, "{fault:?}, yet it is decoded: {decoded:?}"),
            (_, Err(_)) => {}
        }
    }

    /// What an honest client sends is always found.
    #[test]
    fn finds_what_was_encoded(name in "\\PC{0,80}", title in "\\PC{0,40}") {
        let meeting = Meeting { name: name.clone(), title, ..Meeting::default() };
        let request = UpdateMeetingRequest { meeting: Some(meeting), ..UpdateMeetingRequest::default() };
        let bytes = request.encode_to_vec();
        prop_assert_eq!(find(&bytes, &path_of::<UpdateMeetingRequest>()), Ok(name.as_str()));
    }

    /// Any bytes at all are answered, never with a panic.
    #[test]
    fn survives_noise(bytes in any::<Vec<u8>>(), path in proptest::collection::vec(1_u32..5, 1..4)) {
        let _ = find(&bytes, &path);
    }
}
