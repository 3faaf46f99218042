//! Decodes every message with `iso8583-codec-rs` and counts by DE39. The specification is beside this program.

#[path = "../messages.rs"]
mod messages;

use std::collections::BTreeMap;

fn main() {
    let spec = iso8583_codec_rs::load_spec(include_str!("../../iso87.json")).expect("a specification");
    let mut codes = BTreeMap::new();
    messages::read(|message| {
        let message =
            iso8583_codec_rs::iso8583::parse_bytes(message, &spec).expect("a message of the specification");
        let code = message["fields"]["de039_response_code"].as_str();
        messages::count(&mut codes, code.unwrap_or_default());
    });
    messages::print(&codes);
}
