//! The columns that every log format is read into, and the names under which logs have them.
//!
//! Names, aliases and data elements are rows of `data/columns.tsv`.

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use posmortem_iso8583::rows;

/// Something that a log can say about a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Column {
    /// When the log took note of the message.
    Time,
    /// The date of [`Self::Time`], where that holds the time of day alone.
    Date,
    /// Message type indicator.
    Mti,
    /// System trace audit number, DE11.
    Stan,
    /// Retrieval reference number, DE37.
    Rrn,
    /// Terminal, DE41.
    TerminalId,
    /// Merchant, DE42.
    MerchantId,
    /// Card number, DE2.
    Pan,
    /// The first digits of the card number, where a log has them apart.
    Bin,
    /// Processing code, DE3.
    ProcessingCode,
    /// Amount, DE4.
    Amount,
    /// Currency of the amount, DE49.
    Currency,
    /// How the card was read, DE22.
    PosEntryMode,
    /// Response code, DE39.
    ResponseCode,
    /// Acquiring institution, DE32.
    AcquirerId,
    /// Issuer by name.
    Issuer,
    /// Channel, host or realm that the message crossed.
    Link,
    /// Time between request and response in milliseconds.
    LatencyMs,
    /// Direction as seen by the program that wrote the log.
    Direction,
    /// Site of the terminal.
    Site,
    /// Region of the terminal.
    Region,
    /// Model of the terminal.
    Model,
    /// Software of the terminal.
    Firmware,
    /// Why a message was refused, in the switch's own words.
    ReasonText,
    /// Which table of response codes applies.
    Dialect,
    /// Track 2, DE35.
    Track2,
    /// Service code, DE40.
    ServiceCode,
    /// STAN of the message that this one refers to.
    OriginalStan,
    /// RRN of the message that this one refers to.
    OriginalRrn,
    /// Batch number.
    Batch,
    /// Operator at the terminal.
    OperatorId,
    /// Advice of the scheme to the merchant.
    AdviceCode,
    /// Expiry date, DE14.
    Expiry,
    /// Condition code of the point of service, DE25.
    ConditionCode,
    /// Transmission date and time, DE7.
    TransmissionTime,
    /// Local time, DE12.
    LocalTime,
    /// Local date, DE13.
    LocalDate,
    /// Forwarding institution, DE33.
    ForwardingId,
    /// Receiving institution, DE100.
    ReceivingId,
    /// Original data elements, DE90 (1987) or DE56 (1993 and later).
    OriginalData,
    /// Replacement amounts, DE95.
    ReplacementAmounts,
    /// Reserved for private use, DE60.
    Reserved60,
    /// The log's own id that joins records of one transaction.
    TraceId,
    /// Data of the chip in hexadecimal digits, DE55.
    IccData,
    /// Terminal verification results, tag 95 of DE55.
    Tvr,
    /// Whether the terminal's last reading of a chip failed: 1 no, 2 yes.
    ChipCondition,
    /// What a network management message is about, DE70.
    NetworkCode,
    /// Function code, DE24 (1993 and later).
    FunctionCode,
}

impl Column {
    /// Number of columns.
    pub const COUNT: usize = 48;

    /// Every column, in the order of the table.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Time,
        Self::Date,
        Self::Mti,
        Self::Stan,
        Self::Rrn,
        Self::TerminalId,
        Self::MerchantId,
        Self::Pan,
        Self::Bin,
        Self::ProcessingCode,
        Self::Amount,
        Self::Currency,
        Self::PosEntryMode,
        Self::ResponseCode,
        Self::AcquirerId,
        Self::Issuer,
        Self::Link,
        Self::LatencyMs,
        Self::Direction,
        Self::Site,
        Self::Region,
        Self::Model,
        Self::Firmware,
        Self::ReasonText,
        Self::Dialect,
        Self::Track2,
        Self::ServiceCode,
        Self::OriginalStan,
        Self::OriginalRrn,
        Self::Batch,
        Self::OperatorId,
        Self::AdviceCode,
        Self::Expiry,
        Self::ConditionCode,
        Self::TransmissionTime,
        Self::LocalTime,
        Self::LocalDate,
        Self::ForwardingId,
        Self::ReceivingId,
        Self::OriginalData,
        Self::ReplacementAmounts,
        Self::Reserved60,
        Self::TraceId,
        Self::IccData,
        Self::Tvr,
        Self::ChipCondition,
        Self::NetworkCode,
        Self::FunctionCode,
    ];

    /// The canonical name, for example `terminal_id`.
    pub fn name(self) -> &'static str {
        TABLE.names[self as usize]
    }

    /// The column that a data element fills, if any.
    pub fn of_element(element: u8) -> Option<Self> {
        TABLE.elements.get(usize::from(element)).copied().flatten()
    }

    /// The columns that data elements 0 to 128 fill, for those who look up many.
    pub(crate) fn of_elements() -> &'static [Option<Self>; 129] {
        &TABLE.elements
    }

    /// The data element that is the column's own: the first one that fills it. `None` for columns that are
    /// no data element.
    pub fn element(self) -> Option<u8> {
        TABLE.first_elements[self as usize]
    }

    /// The column of this name: canonical, an alias, or a data element such as `de39` or `F039`.
    /// `None` for names that are unknown or known and ignored.
    pub fn from_name(name: &str) -> Option<Self> {
        match Meaning::of(name) {
            Meaning::Name(column) | Meaning::Fallback { column, .. } => Some(column),
            Meaning::Element { column, .. } => column,
            Meaning::Unknown => None,
        }
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a column name in a log stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// A canonical name or an alias.
    Name(Column),
    /// A name that is often used for the column and for other things too: it counts where nothing
    /// else fills the column, of two the one with the lower `rank`.
    Fallback { column: Column, rank: u8 },
    /// A data element; `column` is empty for those that nothing here looks at. The lower `rank`
    /// wins when two elements of one file fill the same column.
    Element { element: u8, column: Option<Column>, rank: u8 },
    /// No name of the table.
    Unknown,
}

impl Meaning {
    pub(crate) fn of(name: &str) -> Self {
        Self::of_plain(&plain_name(name))
    }

    /// What a [`plain_name`] stands for.
    pub(crate) fn of_plain(plain: &str) -> Self {
        TABLE.by_name.get(plain).copied().unwrap_or_else(|| Self::of_element(plain))
    }

    /// What a plain name that is not in the table stands for.
    pub(crate) fn of_element(plain: &str) -> Self {
        // Rows of nothing but separators have many of these.
        if plain.is_empty() {
            return Self::Unknown;
        }
        match element_of(plain) {
            Some(element) => {
                Self::Element { element, column: Column::of_element(element), rank: rank_of(element) }
            }
            None => Self::Unknown,
        }
    }

    /// The plain names of the table.
    pub(crate) fn of_all_names() -> impl Iterator<Item = (&'static str, Self)> {
        TABLE.by_name.iter().map(|(name, &meaning)| (name.as_str(), meaning))
    }
}

/// The rank of a data element among those of its column: the lower wins.
pub(crate) fn rank_of(element: u8) -> u8 {
    TABLE.ranks.get(usize::from(element)).copied().unwrap_or(0)
}

/// A name as names are compared: lower case, without hyphens, underscores and spaces.
pub(crate) fn plain_name(name: &str) -> String {
    let counts = |c: &char| !matches!(c, '-' | '_') && !c.is_whitespace();
    if name.is_ascii() {
        return name.bytes().map(char::from).filter(counts).map(|c| c.to_ascii_lowercase()).collect();
    }
    name.chars().filter(counts).flat_map(char::to_lowercase).collect()
}

/// Whether a name looks like one and may be shown: at most 32 letters, digits, hyphens, dots, blanks and
/// underscores, and fewer than six digits. A file without a header has card data where names should
/// stand.
pub fn is_field_name(name: &str) -> bool {
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ');
    let is_short = name.chars().take(33).count() <= 32;
    is_short && name.chars().filter(|c| c.is_numeric()).count() < 6 && name.chars().all(allowed)
}

/// `de39`, `f039`, `field39`, `bit39`, `39`: a data element, 0 (the MTI) to 128.
fn element_of(plain: &str) -> Option<u8> {
    let digits = ["field", "bit", "de", "f"]
        .into_iter()
        .find_map(|prefix| plain.strip_prefix(prefix))
        .unwrap_or(plain);
    if digits.len() > 3 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok().filter(|&element| element <= 128)
}

struct ColumnTable {
    names: [&'static str; Column::COUNT],
    by_name: HashMap<String, Meaning>,
    elements: [Option<Column>; 129],
    ranks: [u8; 129],
    first_elements: [Option<u8>; Column::COUNT],
}

const HEADER: [&str; 5] = ["column", "name", "elements", "aliases", "fallbacks"];

static TABLE: LazyLock<ColumnTable> = LazyLock::new(|| {
    let mut table = ColumnTable {
        names: [""; Column::COUNT],
        by_name: HashMap::new(),
        elements: [None; 129],
        ranks: [0; 129],
        first_elements: [None; Column::COUNT],
    };
    let rows = rows(include_str!("../data/columns.tsv"), HEADER)
        .expect("the embedded table has the shape that its test checks");
    for (column, row) in Column::ALL.into_iter().zip(rows) {
        let [_, name, elements, aliases, fallbacks] = row.fields;
        table.names[column as usize] = name;
        for name in std::iter::once(name).chain(aliases.split_whitespace()) {
            table.by_name.insert(plain_name(name), Meaning::Name(column));
        }
        for (name, rank) in fallbacks.split_whitespace().zip(0..) {
            table.by_name.insert(plain_name(name), Meaning::Fallback { column, rank });
        }
        for (element, rank) in elements.split_whitespace().filter_map(element_of).zip(0..) {
            table.elements[usize::from(element)] = Some(column);
            table.ranks[usize::from(element)] = rank;
            table.first_elements[column as usize].get_or_insert(element);
        }
    }
    table
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_lists_every_column_once_in_order() {
        let rows = rows(include_str!("../data/columns.tsv"), HEADER).expect("a readable table");
        let listed: Vec<_> = rows.iter().map(|row| row.fields[0].to_owned()).collect();
        let columns: Vec<_> = Column::ALL.iter().map(|column| format!("{column:?}")).collect();
        assert_eq!(listed, columns);
        for (at, column) in Column::ALL.into_iter().enumerate() {
            assert_eq!(column as usize, at);
        }
    }

    #[test]
    fn no_name_alias_or_element_is_listed_twice() {
        let rows = rows(include_str!("../data/columns.tsv"), HEADER).expect("a readable table");
        let mut names = Vec::new();
        let mut elements = Vec::new();
        for row in &rows {
            let [_, name, numbers, aliases, fallbacks] = row.fields;
            names.push(plain_name(name));
            // `track_2` beside `track2` is for the reader's eye only.
            let mut own: Vec<_> = aliases.split_whitespace().map(plain_name).collect();
            own.retain(|alias| *alias != plain_name(name));
            names.extend(own);
            names.extend(fallbacks.split_whitespace().map(plain_name));
            elements.extend(numbers.split_whitespace().map(|number| {
                number.parse::<u8>().ok().filter(|&number| number <= 128).expect("a data element")
            }));
        }
        for list in [names.clone(), elements.iter().map(u8::to_string).collect()] {
            let mut once = list.clone();
            once.sort();
            once.dedup();
            assert_eq!(once.len(), list.len());
        }
        assert!(names.iter().all(|name| element_of(name).is_none()));
    }

    #[test]
    fn names_are_read_in_every_spelling() {
        for name in
            ["response_code", "Response Code", "RC", "resp-code", "DE39", "f39", "Field_039", "bit 39", "39"]
        {
            assert_eq!(Column::from_name(name), Some(Column::ResponseCode), "{name}");
        }
        for (column, names) in [
            (Column::Time, "date_time event_time transaction_time log_time"),
            (Column::Date, "date txn_date tran_date Transaction-Date created_at"),
            (Column::TerminalId, "TerminalNo terminal_no term_id termid catid device_id pos_id"),
            (Column::MerchantId, "MerchantNo merchant_no merch_id card_acceptor_id caic"),
            (Column::Stan, "audit_no audit_number trace_no trace_number systrace"),
            (Column::Rrn, "ref_no reference_number retrieval_reference_number ret_ref_no"),
            (Column::ResponseCode, "respcode resp_cd response rsp_code result_code"),
            (Column::ProcessingCode, "proc_code pcode"),
            (Column::Amount, "amt txn_amount tran_amount transaction_amount"),
            (Column::Currency, "ccy curr currency_code"),
            (Column::PosEntryMode, "pem entry"),
            (Column::Mti, "msg_type message_type msgtype"),
            (Column::Pan, "cardno card_no"),
        ] {
            for name in names.split(' ') {
                assert_eq!(Column::from_name(name), Some(column), "{name}");
            }
        }
        assert_eq!(Column::from_name("0"), Some(Column::Mti));
        assert_eq!(Column::from_name("de90"), Column::from_name("de56"));
        assert_eq!(Column::OriginalData.element(), Some(90));
        assert_eq!(Column::Link.element(), None);
        assert_eq!(Column::ReceivingId.name(), "receiving_id");
    }

    #[test]
    fn every_data_element_is_known_and_nothing_beyond() {
        for element in 0..=128 {
            assert!(matches!(Meaning::of(&format!("de{element}")), Meaning::Element { .. }));
        }
        for name in ["de129", "129", "1000", "de", "", "de48.2", "colour", "f-", "de+9"] {
            assert_eq!(Meaning::of(name), Meaning::Unknown, "{name}");
        }
    }
}
