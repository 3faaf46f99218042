//! Everything that runs tell: their streams, the files that they leave, and the names of these.

use crate::commands::of_a_log;
use crate::support::{Bench, Ended, fixture};
use parquet::file::reader::{FileReader, SerializedFileReader};
use std::fs;

/// Everything that a run told: both streams and every file that it left, in whatever folder.
pub(crate) fn told(bench: &Bench, ended: &Ended) -> String {
    let files = files(bench, "").into_iter().map(|name| {
        let content = if name.ends_with(".parquet") { table(bench, &name) } else { bench.read(&name) };
        [name.clone(), decoded(&name), content].join("\n")
    });
    [ended.stdout.clone(), ended.stderr.clone()].into_iter().chain(files).collect::<Vec<_>>().join("\n")
}

/// The files below a folder of the bench, without what the tool keeps in the home.
pub(crate) fn files(bench: &Bench, folder: &str) -> Vec<String> {
    let entries = fs::read_dir(bench.path(folder)).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut files = Vec::new();
    for name in names.filter(|name| name != ".local").map(|name| format!("{folder}{name}")) {
        if bench.path(&name).is_dir() {
            files.extend(self::files(bench, &format!("{name}/")));
        } else {
            files.push(name);
        }
    }
    files.sort();
    files
}

/// A file's name as the id in it was, before bytes became `%` and their number.
fn decoded(name: &str) -> String {
    let mut parts = name.split('%');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let byte = part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match byte {
            Some(byte) => text + &char::from(byte).to_string() + &part[2..],
            None => text + "%" + part,
        }
    })
}

/// Every value of a table and all that it says of itself, and its bytes as they are.
fn table(bench: &Bench, name: &str) -> String {
    let file = fs::File::open(bench.path(name)).unwrap();
    let file = SerializedFileReader::new(file).unwrap();
    let about = format!("{:?}", file.metadata().file_metadata().key_value_metadata());
    let rows: Vec<_> = file.get_row_iter(None).unwrap().map(|row| row.unwrap().to_string()).collect();
    let bytes = fs::read(bench.path(name)).unwrap();
    [about, rows.join("\n"), String::from_utf8_lossy(&bytes).into_owned()].join("\n")
}

/// A bench with a token key, for tokens that are the same in every run hold nothing by chance.
fn with_key() -> Bench {
    let bench = Bench::new().with(".local/state/posmortem/token.key", "0123456789abcdef");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let key = bench.path(".local/state/posmortem/token.key");
        fs::set_permissions(key, fs::Permissions::from_mode(0o600)).unwrap();
    }
    bench
}

/// All that some commands tell of an input.
pub(crate) fn told_by<C: AsRef<str>>(
    commands: impl IntoIterator<Item = C>,
    input: &str,
    options: &[&str],
) -> String {
    let mut all = String::new();
    for command in commands {
        let command: Vec<_> = command.as_ref().split(' ').collect();
        let bench = with_key();
        let of_command = match command[0] {
            "decode" => &["-v", input][..],
            "compare" => &["-v", input, input],
            _ => &["-v", "--rejects", "rejects.tsv", input],
        };
        let ended = bench.run(&[&command[..], of_command, options].concat());
        assert!(matches!(ended.code, Some(0 | 2 | 3 | 4)), "{ended:?}");
        all += &told(&bench, &ended);
    }
    all
}

/// All that can be told of an input.
pub(crate) fn told_of(input: &str, options: &[&str]) -> String {
    told_by(of_a_log(), input, options)
}

pub(crate) fn told_of_bytes(bytes: &str, options: &[&str]) -> String {
    // Beside the folder in which the tool works, so that what it leaves there is its own.
    let outside = Bench::new().with("rows.csv", bytes);
    told_of(outside.path("rows.csv").to_str().unwrap(), options)
}

#[test]
fn names_of_files_are_read_as_the_ids_in_them() {
    assert_eq!(decoded("pages/%25B41^1%2FA%20B%.md"), "pages/%B41^1/A B%.md");
}

/// What is searched is there: a search in nothing finds nothing.
#[test]
fn all_that_a_run_leaves_is_told() {
    let told = told_of(&fixture("day.csv"), &[]);
    for part in [
        "\npages/10012307.md\n",
        ".findings.json\n",
        "{\"findings\":1,",
        "\"answers\": {",
        "\nposmortem_attempts{",
        "<!doctype html>",
        "\nrejects.tsv\n",
        "posmortem.settings",
    ] {
        assert!(told.contains(part), "{part}");
    }
}
