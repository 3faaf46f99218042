//! Real Q2 logs: every message and every record accounted for.

mod calls;

use std::path::{Path, PathBuf};

use calls::{Calls, blocks_of, read};
use posmortem_iso8583::{Mti, Side};
use posmortem_logs::{Column, InputSettings};
use quick_xml::events::Event;

/// The samples are not part of the repository; without them there is nothing to test.
#[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
fn samples() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/samples/jpos-q2");
    if !folder.is_dir() {
        println!("skipped: no samples at {}", folder.display());
        return None;
    }
    Some(folder)
}

fn read_file(path: &Path) -> Calls {
    let log = std::fs::read(path).expect("a readable sample");
    let whole = read(&log, &InputSettings::default());
    for block_size in [1, 7, 1000, 65_536] {
        assert_eq!(read(&log, &blocks_of(block_size)).0, whole.0, "{} by {block_size}", path.display());
    }
    whole
}

#[test]
fn every_message_of_the_large_log_is_found() {
    let Some(folder) = samples() else { return };
    let calls = read_file(&folder.join("q2.log"));
    assert_eq!((calls.messages().len(), calls.non_messages(), calls.rejects()), (100, 110, Vec::new()));

    let dumped: Vec<_> =
        calls.messages().into_iter().filter(|message| message.get(Column::Link) == "debug").collect();
    assert_eq!(dumped.len(), 26);
    for pair in dumped.chunks(2) {
        let [request, response] = pair else { panic!("an even number") };
        assert!(request.group.is_some() && request.group == response.group);
        assert_eq!(request.at, response.at);
        let mti = |message: &calls::Message| Mti::parse(message.get(Column::Mti).as_bytes()).expect("an MTI");
        assert_eq!((mti(request).side(), mti(response).side()), (Side::Request, Side::Response));
        assert_eq!(mti(request).class(), mti(response).class());
        assert_eq!(request.get(Column::Stan), response.get(Column::Stan));
        assert!(!response.get(Column::TerminalId).is_empty());
        assert_eq!(request.get(Column::ReasonText), "");
    }
    assert_eq!(dumped[1].get(Column::ReasonText), "card.not.found");
    assert_eq!(dumped[1].get(Column::ResponseCode), "1011");
    assert_eq!(dumped[1].get(Column::Currency), "858");
    assert_eq!(dumped[1].at.to_string(), "2014-12-18T15:12:40.474");
    assert_eq!(dumped[3].get(Column::ReasonText), "invalid.request");

    let links: std::collections::BTreeSet<_> =
        calls.messages().iter().map(|message| message.get(Column::Link).to_owned()).collect();
    let links: Vec<_> = links.iter().map(String::as_str).collect();
    assert_eq!(links, ["channel/127.0.0.1", "channel/127.0.0.1:9001", "client-simulator", "debug"]);
}

#[test]
fn every_small_log_is_read_without_rejects() {
    let Some(folder) = samples() else { return };
    for (name, messages, non_messages) in [
        ("a-bunch.xml", 4, 0),
        ("a-pair-uyst.xml", 2, 1),
        ("a-pair.xml", 2, 1),
        ("basic.xml", 1, 1),
        ("connection-reset.xml", 0, 1),
        ("exception.xml", 0, 1),
        ("io-timeout.xml", 0, 1),
        ("iso-exception.xml", 0, 1),
        ("peer-disconnect.xml", 0, 1),
        ("pivot-set.xml", 6, 0),
        ("with-cdata.xml", 1, 0),
        ("with-header.xml", 1, 0),
    ] {
        let calls = read_file(&folder.join(name));
        assert_eq!(calls.rejects(), [], "{name}");
        assert_eq!((calls.messages().len(), calls.non_messages()), (messages, non_messages), "{name}");
    }
}

/// The same records through an XML parser, one at a time where they are well-formed.
#[test]
fn an_xml_parser_finds_the_same_values() {
    let Some(folder) = samples() else { return };
    let log = std::fs::read_to_string(folder.join("q2.log")).expect("text");
    let mut expected = Vec::new();
    for record in log.split("<log ").skip(1) {
        let record = format!("<log {}", record.split("</log>").next().unwrap_or_default());
        expected.extend(messages_by_xml(&record));
    }
    assert_eq!(expected.len(), 118);
    let is_script =
        |(id, value): &(String, String)| ["0", "11", "37", "39"].contains(&&**id) && value.starts_with('!');
    expected.retain(|message| !message.iter().any(is_script));
    assert_eq!(expected.len(), 100);

    let calls = read(log.as_bytes(), &InputSettings::default());
    let found = calls.messages();
    let mut found: Vec<Vec<String>> = found
        .iter()
        .map(|message| COMPARED.map(|(column, _)| message.get(column).to_owned()).to_vec())
        .collect();
    let value = |message: &[(String, String)], id: &str| {
        message.iter().find(|(own, _)| own == id).map_or(String::new(), |(_, value)| value.trim().to_owned())
    };
    let mut expected: Vec<Vec<String>> =
        expected.iter().map(|message| COMPARED.map(|(_, id)| value(message, id)).to_vec()).collect();
    // In dumps the order differs: requests come first.
    found.sort();
    expected.sort();
    assert!(found == expected);
}

const COMPARED: [(Column, &str); 12] = [
    (Column::Mti, "0"),
    (Column::Pan, "2"),
    (Column::ProcessingCode, "3"),
    (Column::Amount, "4"),
    (Column::TransmissionTime, "7"),
    (Column::Stan, "11"),
    (Column::LocalTime, "12"),
    (Column::PosEntryMode, "22"),
    (Column::Rrn, "37"),
    (Column::ResponseCode, "39"),
    (Column::TerminalId, "41"),
    (Column::MerchantId, "42"),
];

fn messages_by_xml(record: &str) -> Vec<Vec<(String, String)>> {
    let mut reader = quick_xml::Reader::from_str(record);
    reader.config_mut().check_end_names = false;
    let (mut depth, mut messages) = (0, Vec::new());
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(tag) if tag.name().as_ref() == "isomsg" => {
                depth += 1;
                if depth == 1 {
                    messages.push(Vec::new());
                }
            }
            Event::End(tag) if tag.name().as_ref() == "isomsg" => depth -= 1,
            Event::Empty(tag) if tag.name().as_ref() == "field" && depth == 1 => {
                let attribute = |name: &str| {
                    let attribute = tag.try_get_attribute(name).expect("attributes")?;
                    Some(
                        attribute
                            .normalized_value(quick_xml::XmlVersion::Implicit1_0)
                            .expect("a value")
                            .into_owned(),
                    )
                };
                let field = (attribute("id").expect("an id"), attribute("value").expect("a value"));
                messages.last_mut().expect("a message").push(field);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    messages
}
