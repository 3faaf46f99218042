//! What is wrong with an input file, in words.

use posmortem_classify::Language;
use posmortem_exchange::FileState;

/// Nothing when it was read to its end and holds messages.
pub(crate) fn trouble(state: &FileState, language: Language) -> Option<String> {
    match (state, language) {
        (FileState::Whole, _) => None,
        (FileState::Empty, Language::En) => Some("no message in it".to_owned()),
        (FileState::Empty, Language::Zh) => Some("其中没有报文".to_owned()),
        (FileState::Unreadable(why), Language::En) => Some(format!("not read: {why}")),
        (FileState::Unreadable(why), Language::Zh) => Some(format!("无法读取：{why}")),
        // It says itself that and where the file breaks off.
        (FileState::BrokenOff(why), _) => Some(why.clone()),
    }
}
