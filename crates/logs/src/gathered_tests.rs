use super::*;
use crate::names::NameRules;
use crate::time::TimeRules;
use proptest::prelude::*;

/// A message as a plain list of its fields, of which every question is answered by going through all of them.
#[derive(Default)]
struct Listed {
    fields: Vec<(Named, &'static [u8])>,
}

impl Listed {
    fn told(&self, column: Column) -> impl Iterator<Item = &(Named, &'static [u8])> {
        let told = move |(named, value): &&(Named, &[u8])| {
            named.column == Some(column) && !value.trim_ascii().is_empty()
        };
        self.fields.iter().filter(told)
    }

    fn best(&self, column: Column) -> Option<&(Named, &'static [u8])> {
        let mut best: Option<&(Named, &[u8])> = None;
        for field in self.told(column) {
            if best.is_none_or(|best| field.0.claim.goes_before(best.0.claim) == Some(true)) {
                best = Some(field);
            }
        }
        best
    }

    fn contradicts(&self, column: Column) -> bool {
        let Some(own) = self.best(column) else { return false };
        self.told(column).any(|field| {
            own.0.claim.goes_before(field.0.claim).is_none() && field.1.trim_ascii() != own.1.trim_ascii()
        })
    }

    fn contradiction(&self) -> Option<u8> {
        self.fields.iter().find_map(|(named, value)| {
            let FieldName::Element(element) = named.field(b"") else { return None };
            let is_same = |(named, _): &&(Named, &[u8])| named.field(b"") == FieldName::Element(element);
            let (_, first) = self.fields.iter().find(is_same)?;
            (first.trim_ascii() != value.trim_ascii()).then_some(element)
        })
    }
}

/// What a sink is told, values included.
#[derive(Default)]
struct Told(Vec<String>, bool);

impl RecordSink for Told {
    fn takes_fields(&self) -> bool {
        self.1
    }
    fn field(&mut self, _: FieldName<'_>, value: &[u8]) {
        self.0.push(format!("field {}", String::from_utf8_lossy(value)));
    }
    fn record(&mut self, record: &Record<'_>) {
        let cells = record.cells.map(|cell| String::from_utf8_lossy(cell).into_owned());
        self.0.push(format!("{} {}", record.at, cells.join("|")));
    }
    fn rejected(&mut self, _: Position, reason: RejectReason) {
        self.0.push(reason.to_string());
    }
    fn non_message(&mut self, _: Position) {}
}

const NAMES: [&str; 14] = [
    "mti",
    "msg_type",
    "de0",
    "x.mti",
    "x.de0",
    "de56",
    "de90",
    "original_data",
    "ref_no",
    "ret_ref_no",
    "rrn",
    "de37",
    "time",
    "colour",
];
const VALUES: [&str; 7] = ["0200", "0210", " 0200", "", " ", "2026-11-21T08:15:30", "7"];

proptest! {
    #[test]
    fn the_best_value_is_that_of_a_list_of_all(
        picks in prop::collection::vec((0..NAMES.len(), 0..VALUES.len(), any::<bool>()), 0..12),
        keeps_fields in any::<bool>(),
    ) {
        let rules = NameRules::default();
        let (mut rewritten, mut listed) = (Vec::new(), Listed::default());
        let mut message = Gathered::with_contradictions(keeps_fields);
        for (name, value, is_whole) in picks {
            let mut named = rules.read(NAMES[name].trim_start_matches("x."));
            if NAMES[name].starts_with("x.") {
                named.claim = Claim::Fallback(100);
            }
            let text = VALUES[value].as_bytes();
            let value = match is_whole {
                true => Value::AsLogged(text),
                false => Value::rewritten(&mut rewritten, |out| out.extend_from_slice(text)),
            };
            message.named(named, b"", value, &rewritten);
            listed.fields.push((named, text));
        }
        message.finish(&rewritten);
        prop_assert_eq!(message.is_empty(), listed.fields.is_empty());
        prop_assert_eq!(message.has_two_message_types(), listed.contradicts(Column::Mti));
        prop_assert_eq!(message.contradiction(), listed.contradiction());
        let cells = message.cells(&rewritten);
        for column in Column::ALL {
            let best = listed.best(column).map_or(&b""[..], |(_, value)| value);
            prop_assert_eq!(cells[column as usize], best);
            prop_assert_eq!(message.has(column), !best.is_empty());
        }
        let rules = TimeRules::default();
        let mut told = Told(Vec::new(), keeps_fields);
        let position = Position { offset: 0, line: 1 };
        let buffers = (&mut TimeReader::new(&rules), &rewritten[..]);
        message.tell(position, (true, |_: &mut TimeReader<'_>| None), WithoutMti::Row, buffers, &mut told);
        let fields = listed.fields.iter().filter(|(_, value)| !value.trim_ascii().is_empty()).count();
        prop_assert_eq!(told.0.len(), 1 + if keeps_fields { fields } else { 0 });
    }
}

#[test]
fn a_value_is_gone_on_with_before_it_counts() {
    let rules = NameRules::default();
    let mut rewritten = Vec::new();
    let mut message = Gathered::new(false);
    message.element(55, Value::AsLogged(b"9F"), &rewritten);
    let last = message.last_value().expect("an open value");
    last.go_on(&[b"26"], &mut rewritten);
    message.column(Column::Link, Value::AsLogged(b"a"), &rewritten);
    message.whole(rules.read("host"), b"host", Value::AsLogged(b"b"), &rewritten);
    message.finish(&rewritten);
    let cells = message.cells(&rewritten);
    assert_eq!((cells[Column::IccData as usize], cells[Column::Link as usize]), (&b"9F26"[..], &b"b"[..]));
    message.clear();
    assert!(message.is_empty() && !message.has(Column::Link) && message.last_value().is_none());
}
