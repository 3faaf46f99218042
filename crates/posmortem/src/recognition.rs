//! Which format an input has, by its sample: what detection says, and what an inspection makes of columns without names.

use posmortem_logs::{DetectError, Detection, GuessedColumn, InputSettings, detect, guess_header};

/// The format of a sample; with `guesses`, also one whose columns can only be told by what they hold.
pub(crate) fn detect_or_guess(
    sample: &[u8],
    settings: &InputSettings,
    guesses: bool,
) -> Result<(Detection, Vec<GuessedColumn>), DetectError> {
    let error = match detect(sample, settings) {
        Ok(detection) => return Ok((detection, Vec::new())),
        Err(DetectError::Empty) => return Err(DetectError::Empty),
        Err(error) => error,
    };
    let guessed = if guesses { guess_header(sample, settings) } else { Vec::new() };
    if guessed.is_empty() {
        return Err(error);
    }
    let aliases = guessed.iter().map(|guess| (guess.name.clone(), Some(guess.column)));
    let aliases = settings.aliases.iter().cloned().chain(aliases).collect();
    let detection = detect(sample, &InputSettings { aliases, ..settings.clone() }).map_err(|_| error)?;
    Ok((detection, guessed))
}

/// How sure of another format detection must be, in thousandths, before its messages are missed: one that
/// reads whole messages and rejects none scores 760 at least, however much stands between them.
const MISSED: u16 = 500;

/// Formats beside the one that an input is read as which would read messages of it, too.
pub(crate) fn other_formats(detection: &Detection) -> Vec<String> {
    let own = detection.format.input_format();
    let others =
        detection.alternatives.iter().filter(|other| other.format != own && other.confidence >= MISSED);
    let mut names: Vec<_> = others.map(|other| other.format.name().to_owned()).collect();
    names.dedup();
    names
}
