//! What the help pages teach by example.
//!
//! Every example runs: `tests/tool/examples.rs` has the files that they name. Two spaces or more part a
//! command from what is said of it. Sentences stand on one line each paragraph, so that they are wrapped
//! once, by the width of the terminal.

use crate::exit_code::ExitCode;
use std::fmt::Write;

/// The end of the first help page, with what the exit status says.
pub(super) fn posmortem() -> String {
    [POSMORTEM, &exit_statuses()].concat()
}

/// What the exit status says, as a paragraph of a help page.
pub(crate) fn exit_statuses() -> String {
    ExitCode::meanings().fold("Exit status:".to_owned(), |mut told, (number, meaning)| {
        write!(told, "\n  {number:>3}  {meaning}").expect("a String takes every character");
        told
    })
}

/// The heading of the examples.
pub(crate) const EXAMPLES: &str = "Examples";

const POSMORTEM: &str = "\
Examples:
  posmortem report day.log                      what fails, where, what to do
  posmortem report logs/*.gz -o day.json -o -   many files and outputs at once
  posmortem inspect new.log                     what is in an unknown log
  posmortem explain 55                          one code in every dialect
  posmortem rules check ours.toml               rules of your own, tried
  posmortem help report                         all of a command, with examples

";

pub(super) const REPORT: &str = "\
Examples:
  posmortem report day.log
  posmortem report day.csv | awk -F'\\t' '$9 == \"key\"'   tab-separated on a pipe
  posmortem report logs/*.gz -o all.json -o all.csv     many outputs in one pass
  posmortem report day.log -o day.html                  one page for a browser
  posmortem report day.csv --since 2026-11-21T16:00 --cause network,key
  posmortem report day.csv --terminal 10012307 --why    how it came about
  posmortem report day.csv --ask timeouts               another question
  posmortem report day.log --terminals inventory.csv    by your own list
  posmortem report day.log --fail-on 'key_rate>50%'     status 1 if it is more
  posmortem report day.log --save tables                keep what was read,
  posmortem report tables/*.parquet                     and report it once more
  posmortem report day.log --save kept --history kept   what is new, what recurs
  posmortem report old.txt --columns time,mti,tid,stan,rc --timezone +08:00

Names of output files end in .txt (table), .html, .md (markdown), .tsv, .csv, .json, .ndjson or .prom (prometheus); \
for any other name --format decides.

Filters choose what is counted and listed. Verdicts and incidents are always those of the whole fleet: a \
terminal is judged by what happens to the others.

A limit of --fail-on is a measure, a comparison (> >= < <=), and a count or per cent. Several with `and` \
between them must all be crossed; of several --fail-on, any is enough:
  --fail-on 'own_terminals>=5' --fail-on 'technical_rate>1% and attempts>=1000'

Measures that are counts: attempts, approved, failed, declined, unanswered, late, reversed, unclassified, \
open, network, account, card, key, operator, technical, business, terminals, own_terminals, \
attacked_terminals, silent_terminals, shared_terminals, incidents, ongoing_incidents, frames, rejected, \
out_of_order. Shares of attempts: approved_rate, failed_rate, declined_rate, unanswered_rate, late_rate, \
reversed_rate, unclassified_rate, technical_rate, business_rate, network_rate, account_rate, card_rate, \
key_rate, operator_rate. Share of frames: rejected_rate. With filters they cover the chosen exchanges \
alone, but for frames, rejected, out_of_order and rejected_rate.";

pub(super) const COMPARE: &str = "\
Examples:
  posmortem compare monday.csv tuesday.csv
  posmortem compare kept/20261120T*.json kept/20261121T*.json   findings alone
  posmortem compare monday.csv tuesday.csv | awk -F'\\t' '$1 == \"persisting\"'

Both days are judged with the same settings, findings as they were when they were kept. The same terminal with \
the same cause is the same trouble; so is the same cause and reason in the same scope.";

pub(super) const CLASSIFY: &str = "\
Examples:
  posmortem classify day.log > failed.csv
  posmortem classify day.log --terminal 10012307 --format ndjson | jq .reason
  posmortem classify day.log --all -o all.csv --token-key tokens.key
  posmortem classify day.log --all -o day.parquet   for DuckDB, Polars, reports

Names of output files end in .csv, .tsv, .ndjson or .parquet; for any other name --format decides. Card \
numbers are written as tokens.";

pub(super) const INSPECT: &str = "\
Examples:
  posmortem inspect day.log                            what it is and what leaks
  posmortem inspect day.log --format json | jq '.files[].card_data'
  posmortem inspect new.csv --write-config site.toml   propose a configuration,
  posmortem report new.csv --config site.toml          and read the log by it

Card data is told by place and number, never by value. Numbers are looked for in every field but those of \
ids, times and references (DE7, 11, 12, 32, 37, 41, 42, 90), of which one in ten would pass by chance; \
tracks in all of them. PIN blocks and verification values cannot be told by their form.

With columns whose names mean nothing, a log is read by what they look like. Check that before you believe \
the rest; --write-config puts it down.";

pub(super) const DECODE: &str = "\
Examples:
  posmortem decode capture.bin                       frames, field by field
  posmortem decode hex.log --limit 3                 the first messages of a log
  posmortem decode hex.log --failed                  where messages break
  posmortem decode capture.bin --profile iso87-bcd   whatever it looks like
  posmortem decode hex.log | jq -r '.fields[\"39\"]'   one object a line

Values are shown where a list allows it; of all others the length is told. Card numbers show their issuer.";

pub(super) const EXPLAIN: &str = "\
Examples:
  posmortem explain 55
  posmortem explain pin_key_out_of_sync --lang zh
  posmortem explain \"Wrong PIN\"
  posmortem explain A0 --format json";

pub(super) const RULES: &str = "\
Examples:
  posmortem rules check ours.toml
  posmortem rules list ours.toml";

pub(super) const RULES_CHECK: &str = "\
Examples:
  posmortem rules check ours.toml
  posmortem report day.log --rules ours.toml

A file of rules:
  [[rule]]
  name = \"vault window\"
  link = \"up-north\"          # also: dialect, code, mti, entry_mode,
  code = [\"96\", \"A0\"]      # currency, amount
  reason = \"hsm_fault\"       # a reason that `explain` knows
  action = \"Ring the vault.\"

  [[test]]
  link = \"up-north\"
  code = \"A0\"
  rule = \"vault window\"      # or \"none\"; also: reason, cause

The first rule whose conditions all hold decides. Approvals stay what they are.";

pub(super) const RULES_LIST: &str = "\
Examples:
  posmortem rules list ours.toml
  posmortem rules list ours.toml --format table";

pub(super) const SPLITS: &str = "\
Examples:
  posmortem splits logs --size 512M > job.tsv          which task reads what
  posmortem report --splits job.tsv --save part       all of them, as a trial
  posmortem report part/*.parquet                     once all tasks are done

Each task is told its own lines: awk -F'\\t' '$4 == 1' job.tsv | posmortem report --splits - --save part

A split is a range of bytes, counted after decompression, and owns every record whose first byte lies in it. Any cut \
gives the same report; tasks are slices of time, so that little is left to be paired where their tables meet. What \
says how logs are read must be said to `splits` and to every `report --splits` alike, and on several machines one \
--token-key to each of these.";

pub(super) const SCHEMA: &str = "\
Examples:
  posmortem schema                     of report --format json
  posmortem schema terminal            of a line of report --format ndjson
  posmortem schema timeouts            of report --ask timeouts --format json
  posmortem schema exchange > exchange.schema.json

Keys are added within a version (\"schema\": 1), none is renamed, and none is used again for something else.";

pub(super) const CONFIG: &str = "\
Examples:
  posmortem config show";

pub(super) const CONFIG_SHOW: &str = "\
Examples:
  posmortem config show
  posmortem config show --config acquirer.toml --format json

A setting comes from the first of these that has it: flag, POSMORTEM_* variable, --config FILE, \
./posmortem.toml, $XDG_CONFIG_HOME/posmortem/config.toml, /etc/posmortem/posmortem.toml.

A configuration file:
  timezone = \"Asia/Shanghai\"
  timeout = \"45s\"

  [columns]                    # name in the log = what it holds
  TermNo = \"terminal_id\"

  [link.\"up-north\"]
  dialect = \"unionpay-pos\"
  timeout = \"30s\"";

pub(super) const COMPLETIONS: &str = "\
Examples:
  source <(posmortem completions bash)                  a line for ~/.bashrc
  posmortem completions zsh > ~/.zfunc/_posmortem       with ~/.zfunc in $fpath
  posmortem completions fish > ~/.config/fish/completions/posmortem.fish

A shell reads them when it starts. With the package bash-completion, bash finds the script in \
~/.local/share/bash-completion/completions/posmortem, too, and reads it when it is needed. The Debian package of \
posmortem brings them along.";

pub(super) const MAN: &str = "\
Examples:
  posmortem man | man -l -                      read the page of the tool,
  posmortem man report | man -l -               and that of a command
  posmortem man --dir ~/.local/share/man/man1   and then: man posmortem-report";

/// A help page's end, taken apart.
pub(crate) struct Teaching(pub(crate) Vec<Lesson>);

/// A paragraph of it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Lesson {
    /// Lines that are shown as they are, under a heading.
    Shown { heading: String, lines: Vec<String> },
    /// Sentences.
    Prose(String),
}

impl Teaching {
    /// Paragraphs stand apart by an empty line. One that begins with a line in the margin that ends in a
    /// colon, and goes on indented, shows something, and so do indented ones after it.
    pub(crate) fn parse(text: &str) -> Self {
        let mut lessons = Vec::new();
        for paragraph in text.split("\n\n") {
            let is_shown = paragraph.starts_with("  ");
            match (paragraph.split_once(":\n  "), lessons.last_mut()) {
                (_, Some(Lesson::Shown { lines, .. })) if is_shown => {
                    lines.push(String::new());
                    lines.extend(paragraph.lines().map(str::to_owned));
                }
                (Some((heading, shown)), _) if !is_shown => {
                    let lines = format!("  {shown}").lines().map(str::to_owned).collect();
                    lessons.push(Lesson::Shown { heading: heading.to_owned(), lines });
                }
                _ => lessons.push(Lesson::Prose(paragraph.to_owned())),
            }
        }
        Self(lessons)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Args;
    use clap::CommandFactory;

    #[test]
    fn paragraphs_are_told_apart() {
        let Teaching(lessons) = Teaching::parse("Examples:\n  a  b\n  c\n\n  d\n\nSaid: once.");
        let lines = ["  a  b", "  c", "", "  d"].map(str::to_owned).to_vec();
        let shown = Lesson::Shown { heading: "Examples".to_owned(), lines };
        assert_eq!(lessons, [shown, Lesson::Prose("Said: once.".to_owned())]);
    }

    #[test]
    fn every_command_shows_examples_that_fit_a_page() {
        let mut commands = vec![Args::command()];
        while let Some(command) = commands.pop() {
            commands.extend(command.get_subcommands().cloned());
            let taught = command.get_after_help().expect("every command teaches").to_string();
            let Teaching(lessons) = Teaching::parse(&taught);
            let Lesson::Shown { heading, .. } = &lessons[0] else { panic!("{taught}") };
            assert_eq!(heading, EXAMPLES, "{}", command.get_name());
            for lesson in &lessons {
                match lesson {
                    Lesson::Shown { lines, .. } => {
                        let long = lines.iter().find(|line| line.len() > 80);
                        assert_eq!(long, None);
                    }
                    Lesson::Prose(text) => assert!(!text.contains('\n'), "{text}"),
                }
            }
        }
    }
}
