//! The walk over a block beside the reader that goes frame by frame and tag by tag: the same calls for
//! any bytes.

use proptest::prelude::*;

use super::walk::read_records;
use super::{Marks, read_frames};
use crate::block::Block;
use crate::column::Column;
use crate::plain_message::PlainMessage;
use crate::record::{NO_CELLS, Position, Record, RecordSink, RejectReason};
use crate::time::{TimeReader, TimeRules};

/// One call of a sink.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Call {
    /// The values, or what is wrong.
    pub(super) text: String,
    at: Option<i64>,
    pub(super) position: Position,
    pub(super) group: Option<u64>,
}

#[derive(Default)]
struct Calls {
    calls: Vec<Call>,
    /// Takes messages as they lie, but for those that stand at odd offsets.
    is_plain: bool,
}

impl RecordSink for Calls {
    fn takes_plain_messages(&self) -> bool {
        self.is_plain
    }
    fn plain_message(&mut self, message: &PlainMessage<'_>) -> bool {
        let PlainMessage { bytes, spans, at, position, .. } = *message;
        let is_taken = position.offset.is_multiple_of(2);
        if is_taken {
            let mut cells = NO_CELLS;
            spans.fill(&mut cells, bytes);
            self.record(&Record { cells: &cells, at, position, group: None });
        }
        is_taken
    }
    fn record(&mut self, record: &Record<'_>) {
        let text = |column| String::from_utf8_lossy(record.get(column)).into_owned();
        let columns = Column::ALL.into_iter().filter(|&column| !record.get(column).is_empty());
        let values: Vec<_> = columns.map(|column| format!("{column}={}", text(column))).collect();
        let Record { at, position, group, .. } = *record;
        self.calls.push(Call { text: values.join(" "), at: Some(at.millis), position, group });
    }
    fn rejected(&mut self, position: Position, reason: RejectReason) {
        self.calls.push(Call { text: format!("rejected: {reason}"), at: None, position, group: None });
    }
    fn non_message(&mut self, position: Position) {
        self.calls.push(Call { text: "non-message".to_owned(), at: None, position, group: None });
    }
}

/// What both readers tell of a block, which must be the same, whether messages are taken as they lie or not.
pub(super) fn calls_of_both(bytes: &[u8], start: Position) -> Vec<Call> {
    let rules = TimeRules::default();
    // A buffer is longer than its block, and what stands behind that is of another one.
    let mut buffer = bytes.to_vec();
    buffer.extend_from_slice(b"<log at=\"x\"/><field id=\"0\" value=\"0200\"/>]]>-->\"'");
    let block = Block { buffer, len: bytes.len(), start, skipped: Vec::new() };
    let (mut marks, mut rewritten) = (Marks::default(), Vec::new());
    let mut framed = Calls::default();
    read_frames(&mut TimeReader::new(&rules), &block, &mut rewritten, &mut framed);
    for is_plain in [true, false] {
        let mut walked = Calls { is_plain, ..Calls::default() };
        read_records(&mut TimeReader::new(&rules), &block, &mut marks, &mut rewritten, &mut walked);
        assert_eq!(walked.calls, framed.calls, "{}", String::from_utf8_lossy(bytes));
    }
    framed.calls
}

const START: Position = Position { offset: 1_000, line: 50 };

/// Parts of logs, as jPOS and its forks write them and as they break.
const PARTS: [&str; 88] = [
    "<?xml version=\"1.0\"?>\n<logger class=\"x\">\n",
    "<log realm=\"r\" at=\"2026-11-21T08:15:30\">\n",
    "<log realm=\"channel/10.0.0.1:49321\" at=\"Mon Nov 24 00:00:03 EST 2014.292\" lifespan=\"10ms\">\n",
    "<log realm=\"a&amp;b\" at=\"2026-11-21T08:15:30.250\" trace-id=\"t&#49;\">",
    "<log at='2026-11-21T08:15:30' realm='r'>",
    "<log at=\"2026-11-21T08:15:30\"  realm=\"r\" >",
    "<log at=\"yesterday\">",
    "<log lifespan=\"1ms\"at=\"2026-11-21T08:15:30\">",
    "<log realm=\"r\" at=\"2026-11-21T08:15:30\"/>",
    "<log realm=\"<log \" at=\"2026-11-21T08:15:30\">",
    "<log ",
    "</log>\n",
    "</log>\n",
    "</log",
    "</logger>\n",
    "  <send>\n",
    "  </receive>\n",
    "<isomsg>\n",
    "    <isomsg direction=\"incoming\">\n",
    "    <isomsg direction=\"out&amp;going\">\n",
    "<isomsg direction='outgoing'>",
    "<isomsg direction=\"! a\" >",
    "<isomsg\ndirection=\"incoming\">",
    "<isomsg id=\"48\">",
    "<isomsg id=\"48\" direction=\"incoming\">",
    "<isomsg id=\"48\"/>",
    "<isomsg/>",
    "<isomsgs>",
    "<isomsg id=\"48",
    "    </isomsg>\n",
    "</isomsg>",
    "</isomsg >",
    "      <field id=\"0\" value=\"0200\"/>\n",
    "      <field id=\"0\" value=\"0210\"/>\n",
    "      <field id=\"0\" value=\"!MTI\"/>\n",
    "      <field id=\"2\" value=\"4111111111111111\"/>\n",
    "      <field id=\"3\" value=\"000000\"/>\n",
    "      <field id=\"4\" value=\"000000001000\"/>\n",
    "      <field id=\"4\" currency=\"858\" type=\"amount\" value=\"40.00\"/>\n",
    "      <field id=\"11\" value=\"000001\"/>\n",
    "      <field id=\"011\" value=\" !1\"/>\n",
    "      <field id=\"37\" value=\"326300000001\" />\n",
    "      <field id=\"39\" value=\"05\"/>\n",
    "      <field id=\"39\" value=\"0<\"/>\n",
    "      <field id=\"39\" value=\"05\" type=\"b<\"/>\n",
    "      <field id=\"41\" value=\"29110001        \"/>\n",
    "      <field id=\"41\" value=\"a&lt;b\\u001e\"/>\n",
    "      <field id=\"42\" value=\"\"/>\n",
    "      <field id=\"49\" value=\"840\"/>\n",
    "      <field id=\"52\" value=\"0011223344556677\" type=\"binary\"/>\n",
    "      <field id=\"55\" value=\"9F2608AABBCCDDEEFF0011223344556677889900112233445566778899001122334455\" type=\"binary\"/>\n",
    "      <field id=\"60\" value=\"a > 'b' />\"/>\n",
    "      <field id=\"61\" value=\"a <b> c\"/>\n",
    "      <field id=\"90\" value=\"0200000001\"/><field id=\"56\" value=\"x\"/>",
    "      <field id=\"100\" value=\"1\"/><field id=\"128\" value=\"00\" type=\"binary\" />",
    "      <field id=\"129\" value=\"1\"/><field id=\"48.2\" value=\"1\"/><field id=\"bitmap\" value=\"1\"/>",
    "      <field id=\"\" value=\"1\"/><field id=\"1:\" value=\"1\"/><field id=\"0041\" value=\"1\"/>",
    "      <field type='x' value='00' id='39'/>",
    "      <field id='11' value='\"7\"'/>",
    "      <field  id=\"11\"\tvalue=\"7\"/>",
    "      <field id=\"11\" value=\"7\">8</field>",
    "      <field id=\"11\" value=\"7\" id=\"12\"/>",
    "      <field id=\"37\">326300000001</field>",
    "      <field id=\"39\"/>",
    "      <field id=\"60\"><![CDATA[<22000001>]]></field>\n",
    "      <field id=\"63\"> <![CDATA[<log ]]></field>\n",
    "      <field id=\"11\" value=\"",
    "      <field id=\"39\" value=\"00\"",
    "      <field i",
    "<!-- org.jpos.iso.packager.GenericPackager -->\n",
    "<!-- <field id=\"39\" value=\"91\"/> -->",
    "<!-->",
    "<!-- ",
    "<![CDATA[",
    "]]>",
    "<abort><context>",
    "<commit>",
    "<entry key='REQUEST'>",
    "<entry key=\"RESPONSE\">",
    "</entry>",
    "<entry key='RC'>1806</entry><entry key='EXTRC'>Not &amp; <![CDATA[x]]></entry>",
    "<exception name=\"I/O \"error\"\">\n  at a.B.<init>(B.java:1) \"quote's < 3\n</exception>",
    "<",
    "<<",
    "<<<<<log at=\"2026-11-21T08:15:30\">",
    "<<isomsg>",
    "      <field id=\"39\" value=\"0<<\"/>\n",
    "\"",
];

/// Messages as they mostly are, between them a part at random, and some bytes changed.
fn logs() -> impl Strategy<Value = Vec<u8>> {
    let part = prop::sample::select(&PARTS[..]).prop_map(str::to_owned);
    let padding = (0..70_usize).prop_map(|len| " ".repeat(len));
    let fields = prop::sample::subsequence(PARTS[32..58].to_vec(), 0..8).prop_map(|fields| fields.concat());
    let message = fields.prop_map(|fields| format!("{}{fields}{}", PARTS[18], PARTS[29]));
    let record = prop::collection::vec(prop_oneof![6 => message, 1 => part.clone()], 0..3)
        .prop_map(|messages| format!("{}{}{}", PARTS[1], messages.concat(), PARTS[11]));
    let parts = prop::collection::vec(prop_oneof![4 => record, 4 => part, 1 => padding], 0..24);
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any_byte(), 0..3_u8), 0..4);
    (parts, changes).prop_map(|(parts, changes)| {
        let mut log = parts.concat().into_bytes();
        for (at, byte, change) in changes {
            let at = at.index(log.len() + 1);
            match change {
                0 => log.insert(at, byte),
                1 if at < log.len() => log[at] = byte,
                _ if at < log.len() => drop(log.remove(at)),
                _ => {}
            }
        }
        log
    })
}

fn any_byte() -> impl Strategy<Value = u8> {
    prop_oneof![prop::sample::select(b"<>\"'&/= \n!0".to_vec()), any::<u8>()]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_readers_tell_the_same(log in logs()) {
        calls_of_both(&log, START);
    }
}

/// A day of attempts cut anywhere, and changed bytes in it.
#[test]
fn both_readers_tell_the_same_of_a_day_that_is_cut_and_changed() {
    let day = include_bytes!("../../../../fixtures/day.log");
    let whole = calls_of_both(day, START);
    assert!(whole.iter().filter(|call| call.at.is_some()).count() > 1000);
    let part = &day[..40_000.min(day.len())];
    for at in (0..part.len()).step_by(37) {
        calls_of_both(&part[..at].iter().rev().take(2_000).rev().copied().collect::<Vec<_>>(), START);
        let mut changed = part[at..part.len().min(at + 2_000)].to_vec();
        for byte in *b"<\"'>/& " {
            let place = (at * 31) % changed.len().max(1);
            if let Some(changed) = changed.get_mut(place) {
                *changed = byte;
            }
            calls_of_both(&changed, START);
        }
    }
}

/// The shapes that jPOS writes are the only ones that are read without looking for a record's end, and
/// every other ends in the same reader; each is tried at every place of a chunk.
#[test]
fn every_part_is_read_wherever_it_stands_in_a_chunk() {
    for part in PARTS {
        for padding in 0..64 {
            let log = format!(
                "{}{}{}{part}{}{}",
                PARTS[1],
                " ".repeat(padding),
                PARTS[17],
                "<field id=\"0\" value=\"0200\"/></isomsg></log>\n",
                PARTS[1],
            );
            calls_of_both(log.as_bytes(), START);
        }
    }
}
