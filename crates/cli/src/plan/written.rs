//! What is written where, by `-o`, `--format` and the names of files.

use anyhow::{Result, anyhow, bail};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Where one output goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Destination {
    Standard,
    File(PathBuf),
}

/// Every output with its format.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Written<F>(pub(crate) Vec<(Destination, F)>);

impl<F> Written<F> {
    /// Without `-o`, standard output alone. A file's name tells its format; for any other name, and
    /// for standard output, `--format` does.
    pub(super) fn resolve(
        outputs: &[PathBuf],
        told: Option<F>,
        standard: F,
        from_extension: impl Fn(&str) -> Option<F>,
    ) -> Result<Self>
    where
        F: Copy,
    {
        if outputs.is_empty() {
            return Ok(Self(vec![(Destination::Standard, standard)]));
        }
        let output = |path: &PathBuf| {
            if path == Path::new("-") {
                return Ok((Destination::Standard, standard));
            }
            let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
            let unknown = || {
                anyhow!(
                    "{}: the name tells no format: end it as --help says, in .csv for one, or say --format",
                    path.display()
                )
            };
            let format = from_extension(extension).or(told).ok_or_else(unknown)?;
            Ok((Destination::File(path.clone()), format))
        };
        outputs.iter().map(output).collect::<Result<_>>().map(Self)
    }

    /// Where it goes, as the command line names it.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.0.iter().map(|(destination, _)| match destination {
            Destination::File(path) => path.as_path(),
            Destination::Standard => Path::new("-"),
        })
    }

    /// Whether something goes to standard output.
    pub(super) fn to_standard(&self) -> bool {
        self.0.iter().any(|(destination, _)| *destination == Destination::Standard)
    }
}

/// Two outputs in one file, or an output over an input, is a slip of the hand that costs a log. `more` is written beside
/// what `-o` names.
pub(super) fn refuse_collisions<'p, F>(
    inputs: impl IntoIterator<Item = &'p Path>,
    written: &Written<F>,
    more: Option<&Path>,
) -> Result<()> {
    let inputs: BTreeSet<_> = inputs.into_iter().map(identity).collect();
    let mut seen = BTreeSet::new();
    for path in written.paths().chain(more) {
        let shared = fs::metadata(path).is_ok_and(|there| !there.is_file());
        if shared {
            continue;
        }
        let file = identity(path);
        if inputs.contains(&file) {
            bail!("{} is an input and cannot be an output too", path.display());
        }
        if !seen.insert(file) {
            bail!("{} is named for two outputs", path.display());
        }
    }
    Ok(())
}

/// A page of a terminal takes the place of what has its name, and which terminals get one is known when it is too late.
pub(super) fn refuse_among_pages<'p>(pages: &Path, paths: impl IntoIterator<Item = &'p Path>) -> Result<()> {
    let folder = identity(pages);
    for path in paths {
        let file = identity(path);
        let ends_so = file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("md"));
        if ends_so && file.parent() == Some(&folder) {
            bail!(
                "{} stands where --per-terminal writes the pages of terminals: give them a folder of their own",
                path.display()
            );
        }
    }
    Ok(())
}

/// The file behind a path, whether it is there yet or not.
fn identity(path: &Path) -> PathBuf {
    let not_yet = || {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Some(fs::canonicalize(folder).ok()?.join(path.file_name()?))
    };
    fs::canonicalize(path).ok().or_else(not_yet).unwrap_or_else(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use posmortem_report::Format;

    fn resolve(outputs: &[&str], told: Option<Format>) -> Result<Vec<(Destination, Format)>> {
        let outputs: Vec<_> = outputs.iter().map(PathBuf::from).collect();
        let standard = told.unwrap_or(Format::Tsv);
        Written::resolve(&outputs, told, standard, Format::from_extension).map(|written| written.0)
    }

    fn file(name: &str) -> Destination {
        Destination::File(PathBuf::from(name))
    }

    #[test]
    fn files_silence_standard_output_unless_it_is_named() {
        assert_eq!(resolve(&[], None).unwrap(), [(Destination::Standard, Format::Tsv)]);
        assert_eq!(resolve(&["a.json"], None).unwrap(), [(file("a.json"), Format::Json)]);
        let both = resolve(&["a.CSV", "-"], Some(Format::Table)).unwrap();
        assert_eq!(both, [(file("a.CSV"), Format::Csv), (Destination::Standard, Format::Table)]);
    }

    #[test]
    fn a_name_without_a_format_needs_the_flag() {
        assert!(resolve(&["/dev/stdout"], None).is_err());
        assert_eq!(resolve(&["report.out"], Some(Format::Csv)).unwrap(), [(file("report.out"), Format::Csv)]);
    }

    #[test]
    fn a_file_that_is_not_there_yet_has_one_identity() {
        assert_eq!(identity(Path::new("new.csv")), identity(Path::new("./src/../new.csv")));
        assert_ne!(identity(Path::new("new.csv")), identity(Path::new("src/new.csv")));
    }
}
