//! What the acquirer's own list says of terminals: where they stand, what they are, whether to judge them.
//!
//! A value alone: reading such a list from a file is the business of whoever has the file.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use posmortem_exchange::terminal_key;

/// Terminals by their id without left zeros. What it tells of a terminal goes before what the log tells.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    by_terminal: HashMap<Box<str>, Listed, FixedState>,
}

/// What is told of one terminal; what is not told is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// The shop or office that it stands in.
    pub site: String,
    /// Its region.
    pub region: String,
    /// Its make and model.
    pub model: String,
    /// Its software.
    pub firmware: String,
    /// The channel, host or route that it goes by.
    pub link: String,
    /// In the acquirer's own words; see [`Listed::is_silenced`].
    pub status: String,
}

/// The statuses of terminals of which nothing is to be said, in lower case.
const SILENCING: [&str; 3] = ["test", "decommissioned", "maintenance"];

impl Listed {
    /// Whether nothing is to be said of the terminal: it is `test`, `decommissioned` or in
    /// `maintenance`, in any case.
    pub fn is_silenced(&self) -> bool {
        SILENCING.iter().any(|status| self.status.eq_ignore_ascii_case(status))
    }
}

impl Inventory {
    /// Lists a terminal, under its id with or without left zeros and spaces around it. What was told of
    /// it before comes back.
    pub fn insert(&mut self, terminal: &str, listed: Listed) -> Option<Listed> {
        self.by_terminal.insert(terminal_key(terminal).into(), listed)
    }

    /// What is told of a terminal.
    pub fn terminal(&self, id: &str) -> Option<&Listed> {
        self.by_terminal.get(terminal_key(id))
    }

    /// Whether nothing is to be said of that terminal.
    pub fn silences(&self, id: &str) -> bool {
        self.terminal(id).is_some_and(Listed::is_silenced)
    }

    /// Terminals that it lists.
    pub fn len(&self) -> usize {
        self.by_terminal.len()
    }

    /// Whether it lists none.
    pub fn is_empty(&self) -> bool {
        self.by_terminal.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_and_spaces_do_not_part_a_terminal_from_its_line() {
        let mut inventory = Inventory::default();
        let listed = Listed { region: "north".to_owned(), ..Listed::default() };
        assert_eq!(inventory.insert(" 0010012301 ", listed.clone()), None);
        assert_eq!(inventory.terminal("10012301"), Some(&listed));
        assert_eq!(inventory.terminal("00010012301"), Some(&listed));
        assert_eq!(inventory.terminal("10012302"), None);
        assert_eq!(inventory.insert("10012301", Listed::default()), Some(listed));
        assert_eq!(inventory.len(), 1);
    }

    #[test]
    fn a_status_silences_in_any_case() {
        for (status, silenced) in
            [("Test", true), ("DECOMMISSIONED", true), ("maintenance", true), ("live", false), ("", false)]
        {
            let mut inventory = Inventory::default();
            inventory.insert("1", Listed { status: status.to_owned(), ..Listed::default() });
            assert_eq!(inventory.silences("001"), silenced, "{status}");
            assert!(!inventory.silences("2"));
        }
    }
}
