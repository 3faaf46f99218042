//! The published lists that the code tables were taken from, by their keys.

use std::sync::OnceLock;

use crate::data_error::rows;

pub(crate) const SOURCES: &str = include_str!("../data/sources.tsv");

/// What the source key of an [`Entry`](crate::Entry) stands for, for example `S12`.
pub fn source_title(key: &str) -> Option<&'static str> {
    static TABLE: OnceLock<Vec<[&'static str; 2]>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let rows = rows("sources.tsv", SOURCES, ["source", "title"]);
        rows.expect("sources.tsv is checked by tests").map(|(_, fields)| fields).collect()
    });
    table.iter().find(|[source, _]| *source == key).map(|[_, title]| *title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_titles() {
        assert_eq!(source_title("S12"), Some("jPOS CMF result codes"));
        assert_eq!(source_title("S99"), None);
    }
}
