//! Flags that say how a log is to be read, and what is made of it. All but `--columns` can stand in a
//! configuration too.

use crate::config::{Setting, files_text};
use clap::Args;

/// What is typed of some settings.
type Stated = Vec<(Setting, String)>;

/// How the messages of a log are read: all that a look at each for itself asks for.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Reading")]
pub(crate) struct LogArgs {
    /// Whose code table the log speaks, whatever it says itself (visa, unionpay-pos, iso1993 ...)
    #[arg(long, value_name = "NAME")]
    dialect: Option<String>,
    /// Format of every input, instead of finding it out: delimited, jpos, jpos-jsonl, ndjson,
    /// keyvalue, ist, table, labelled, hexlines or frames
    #[arg(long, value_name = "FORMAT")]
    input_format: Option<String>,
    /// Wire profile of messages in hex lines and frames, instead of finding it out: a built-in one
    /// (iso87-ascii, iso87-bcd, unionpay-pos, visa-base1 ...) or a file of your own
    #[arg(long, value_name = "NAME|FILE")]
    profile: Option<String>,
    /// What separates columns: a character, or comma, tab, pipe, semicolon
    #[arg(long, value_name = "CHAR")]
    separator: Option<String>,
    /// The longest record that is read, in bytes or as 64K or 4M; a longer one is a reject [default: 1M]
    #[arg(long, value_name = "SIZE")]
    max_record: Option<String>,
    /// Columns of a delimited log without a header, in their order; `-` passes one over
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) columns: Vec<String>,
}

impl LogArgs {
    /// The settings that are stated.
    pub(crate) fn stated(&self) -> Stated {
        stated([
            (Setting::Dialect, &self.dialect),
            (Setting::InputFormat, &self.input_format),
            (Setting::Profile, &self.profile),
            (Setting::Separator, &self.separator),
            (Setting::MaxRecord, &self.max_record),
        ])
    }
}

/// How messages are put together to exchanges.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Reading")]
pub(crate) struct PairingArgs {
    /// Zone of times that tell none: a name such as Asia/Shanghai, or an offset such as +08:00 or UTC+8
    #[arg(long, value_name = "ZONE", allow_hyphen_values = true)]
    timezone: Option<String>,
    /// After how long an answer is late, at most the horizon [default: 60s]
    #[arg(long, value_name = "DURATION")]
    timeout: Option<String>,
    /// How far apart in time the messages of one exchange may stand [default: 10m]
    #[arg(long, value_name = "DURATION")]
    horizon: Option<String>,
    /// How whole amounts are to be read: auto, minor or major
    #[arg(long, value_name = "UNIT")]
    amount_unit: Option<String>,
    /// Workers [default: one for each processor]
    #[arg(long, value_name = "N")]
    threads: Option<String>,
    /// End with status 4 when more records are rejected or too far out of order: a share (0.5%) or a
    /// count [default: 0.1%, at least 10]
    #[arg(long, value_name = "LIMIT")]
    max_rejects: Option<String>,
    /// End without a result, with status 6, when the log has more terminals: it is not what it seems, and each
    /// takes memory [default: 5000000]
    #[arg(long, value_name = "N")]
    max_terminals: Option<String>,
    /// The same when it takes more memory, as 512M or 4G [default: 80 % of the machine's]
    #[arg(long, value_name = "SIZE")]
    max_memory: Option<String>,
}

impl PairingArgs {
    /// The settings that are stated.
    pub(crate) fn stated(&self) -> Stated {
        stated([
            (Setting::Timezone, &self.timezone),
            (Setting::Timeout, &self.timeout),
            (Setting::Horizon, &self.horizon),
            (Setting::AmountUnit, &self.amount_unit),
            (Setting::Threads, &self.threads),
            (Setting::MaxRejects, &self.max_rejects),
            (Setting::MaxTerminals, &self.max_terminals),
            (Setting::MaxMemory, &self.max_memory),
        ])
    }
}

/// Everything that says how a log is read.
#[derive(Debug, Default, Args)]
pub(crate) struct ReadingArgs {
    #[command(flatten)]
    pub(crate) log: LogArgs,
    #[command(flatten)]
    pairing: PairingArgs,
    #[command(flatten)]
    cards: CardArgs,
    /// Rules of your own, which are asked before the code tables (TOML; `rules check` tries them; repeatable)
    #[arg(long, value_name = "FILE", help_heading = "Reading")]
    rules: Vec<String>,
}

/// What stands for cards and their issuers in a result.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Reading")]
struct CardArgs {
    /// Digits of the card number that name the issuer: 6 or 8 [default: 8 where they show, else 6]
    #[arg(long, value_name = "N")]
    bin_digits: Option<String>,
    /// Key of the tokens that stand for card numbers in `classify` [default: one made once, in the
    /// state folder]
    #[arg(long, value_name = "FILE")]
    token_key: Option<String>,
}

impl ReadingArgs {
    /// The settings that are stated.
    pub(crate) fn stated(&self) -> Stated {
        let of_cards = stated([
            (Setting::BinDigits, &self.cards.bin_digits),
            (Setting::TokenKey, &self.cards.token_key),
        ]);
        let rules = (!self.rules.is_empty()).then(|| (Setting::Rules, files_text(&self.rules)));
        [self.log.stated(), self.pairing.stated(), of_cards, rules.into_iter().collect()].concat()
    }
}

fn stated<const N: usize>(settings: [(Setting, &Option<String>); N]) -> Stated {
    settings.into_iter().filter_map(|(key, text)| Some((key, text.clone()?))).collect()
}
