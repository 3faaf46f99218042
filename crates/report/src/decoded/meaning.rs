//! What the value of a field means, in words: message type, processing code, entry mode, response code.

use super::DecodeView;
use posmortem_classify::{Circumstances, Dialect, Kind, Language};
use posmortem_iso8583::{EntryMode, FieldLabel, MaskedField, MaskedMessage, ResponseCode, Shown};

/// `None` where nothing is known of it.
pub(super) fn of(field: &MaskedField, message: &MaskedMessage, view: &DecodeView<'_>) -> Option<String> {
    let (FieldLabel::Element(element), Shown::Text(text)) = (&field.label, &field.shown) else { return None };
    match element {
        0 => message.mti.map(|mti| mti.words(view.language == Language::Zh)),
        3 => Some(Kind::of(message.mti, text.as_bytes(), b"", b"").name().to_owned()),
        22 => Some(EntryMode::from_de22(text.as_bytes()).name().to_owned()),
        39 => response_code(text, message, view),
        _ => None,
    }
    .filter(|meaning| !meaning.is_empty() && meaning != "unknown")
}

/// The title of the code in its table, and the reason that it gives.
fn response_code(text: &str, message: &MaskedMessage, view: &DecodeView<'_>) -> Option<String> {
    let code = ResponseCode::parse(text.as_bytes())?;
    let dialect = view.tables.resolve(message.dialect.and_then(Dialect::from_name), code, message.mti);
    let circumstances = Circumstances { mti: message.mti, ..Circumstances::default() };
    let (cause, reason) = view.tables.meaning(dialect, code, &circumstances).names();
    let of = |dialect: Dialect| view.tables.entries(code.as_str()).find(|entry| entry.dialect == dialect);
    let title = dialect.chain().find_map(of).map(|entry| entry.title(view.language));
    Some(match title {
        Some(title) => format!("{title} ({cause}: {reason}, {})", dialect.name()),
        None => format!("({cause}: {reason}, {})", dialect.name()),
    })
}
