//! Decodes every message with `iso8583_rs` and counts by DE39. SPEC_FILE names its specification.

#[path = "../messages.rs"]
mod messages;

use std::collections::BTreeMap;

fn main() {
    let spec = iso8583_rs::iso8583::iso_spec::spec("");
    let mut codes = BTreeMap::new();
    messages::read(|message| {
        let message = spec.parse(message).expect("a message of the specification");
        messages::count(&mut codes, &message.bmp_child_value(39).unwrap_or_default());
    });
    messages::print(&codes);
}
