//! The word that was probably meant.

/// The word of `known` that looks most like `word`, if any comes near.
pub(crate) fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let word = word.to_lowercase();
    let likeness = |known: &str| strsim::jaro_winkler(&word, &known.to_lowercase());
    let ranked = known.into_iter().map(|known| (likeness(known), known));
    let best = ranked.reduce(|best, next| if next.0 > best.0 { next } else { best })?;
    (best.0 > 0.75).then_some(best.1)
}

/// `; did you mean X?`, or nothing.
pub(crate) fn did_you_mean<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    nearest(word, known).map(|known| format!("; did you mean `{known}`?")).unwrap_or_default()
}

/// `; did you mean X?`, or all that could be.
pub(crate) fn meant_or_all<'k>(word: &str, known: impl IntoIterator<Item = &'k str> + Clone) -> String {
    match nearest(word, known.clone()) {
        Some(known) => format!("; did you mean `{known}`?"),
        None => format!(": write one of {}", known.into_iter().collect::<Vec<_>>().join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_errors_are_seen_through_and_strangers_are_not() {
        let known = ["timezone", "timeout", "threads"];
        assert_eq!(nearest("time_zone", known), Some("timezone"));
        assert_eq!(nearest("TIMEOUTS", known), Some("timeout"));
        assert_eq!(nearest("colour", known), None);
        assert_eq!(did_you_mean("tread", known), "; did you mean `threads`?");
    }
}
