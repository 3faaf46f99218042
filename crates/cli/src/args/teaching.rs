//! What the help pages teach by example.

pub(super) const POSMORTEM: &str = "\
Examples:
  posmortem report day.log                      what fails, where, and what to do
  posmortem report logs/*.gz -o day.json -o -   many files, many outputs, one pass
  posmortem inspect new.log                     what is in a log, and how sure that is
  posmortem explain 55                          one code in every dialect
  posmortem rules check ours.toml               then: posmortem report day.log --rules ours.toml

Exit status: 0 done, 1 a limit of --fail-on was crossed, 2 usage, configuration or rules, 3 no message \
could be read, 4 too many rejects or a broken input, 5 an output could not be written, 130 interrupted.";

pub(super) const REPORT: &str = "\
Examples:
  posmortem report day.log
  posmortem report day.log | awk -F'\\t' '$9 == \"key\"'       tab-separated on a pipe
  posmortem report logs/*.gz -o day.json -o terminals.csv    many outputs in one pass
  posmortem report day.csv --since 2026-11-21T16:00 --cause network,key
  posmortem report day.log --terminal 10012307 --why         how that verdict came about
  posmortem report day.log --terminals inventory.csv         with sites, models, firmware of your own list
  posmortem report day.log --fail-on 'technical_rate>1%'     status 1 when it is more
  posmortem report day.log --save tables                     and later: posmortem report tables/*.parquet
  posmortem report old.txt --columns time,mti,terminal_id,stan,response_code --timezone +08:00

Names of output files end in .txt (table), .tsv, .csv, .json or .prom (prometheus); for any other name \
--format decides.

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

pub(super) const CLASSIFY: &str = "\
Examples:
  posmortem classify day.log > failed.csv
  posmortem classify day.log --terminal 10012345 --format ndjson | jq .reason
  posmortem classify day.log --all -o exchanges.csv --token-key tokens.key
  posmortem classify day.log --all -o day.parquet            for DuckDB, Polars and later reports

Names of output files end in .csv, .tsv, .ndjson or .parquet; for any other name --format decides. Card
numbers are written as tokens.";

pub(super) const INSPECT: &str = "\
Examples:
  posmortem inspect day.log                                  what it is, what fills it, what leaks
  posmortem inspect day.log --format json | jq '.files[].card_data'
  posmortem inspect new-site.csv --write-config site.toml    then: posmortem report new-site.csv --config site.toml

Card data is told by place and number, never by value. Numbers are looked for in every field but those of
ids, times and references (DE7, 11, 12, 32, 37, 41, 42, 90), of which one in ten would pass by chance;
tracks in all of them. PIN blocks and verification values cannot be told by their form.

With columns whose names mean nothing, a log is read by what they look like. Check that before you believe
the rest; --write-config puts it down.";

pub(super) const DECODE: &str = "\
Examples:
  posmortem decode capture.bin                               frames, field by field
  posmortem decode switch.log --limit 3                      what the first messages of a log are
  posmortem decode switch.log --failed                       where messages break, and what was expected
  echo 30323130... | posmortem decode                        one message in hexadecimal digits
  posmortem decode capture.bin --profile iso87-bcd           whatever it looks like
  posmortem decode switch.log | jq -r '.fields[\"39\"]'      one object a line

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
  posmortem report day.log --rules ours.toml

A file of rules:
  [[rule]]
  name = \"vault window\"
  link = \"up-north\"            # also: dialect, code, mti, entry_mode, currency, amount
  code = [\"96\", \"A0\"]
  reason = \"hsm_fault\"         # one of those that `posmortem explain` knows
  action = \"Ring the vault.\"

  [[test]]
  link = \"up-north\"
  code = \"A0\"
  rule = \"vault window\"        # or \"none\"; also: reason, cause

The first rule whose conditions all hold decides. Approvals stay what they are.";

pub(super) const CONFIG_SHOW: &str = "\
Examples:
  posmortem config show
  posmortem config show --config acquirer.toml --format json

A setting comes from the first of these that has it: flag, POSMORTEM_* variable, --config FILE,
./posmortem.toml, $XDG_CONFIG_HOME/posmortem/config.toml, /etc/posmortem/posmortem.toml.

A configuration file:
  timezone = \"Asia/Shanghai\"
  timeout = \"45s\"

  [columns]                    # name in the log = what it holds
  TermNo = \"terminal_id\"

  [link.\"up-north\"]
  dialect = \"unionpay-pos\"
  timeout = \"30s\"";
