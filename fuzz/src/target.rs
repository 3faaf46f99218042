//! The table of targets.

use crate::{card_data, compressed, days, legs, lists, logs, settings, tables, values, wire};

/// A reader, and what must hold for whatever it is given.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name, which is also that of its folders under `corpus` and `regressions`.
    pub name: &'static str,
    /// What must hold, as a sentence of the table in `docs/hostile-input.md`.
    pub law: &'static str,
    /// Reads an input; whether it was read, and not refused at the door, where little has to hold. Panics when something
    /// does not hold.
    pub run: fn(&[u8]) -> bool,
    /// Inputs to begin with, made from fixtures.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Executions of the short trial, by how long one takes.
    pub executions: u32,
}

/// Every target, by what it reads.
pub const TARGETS: &[Target] = &[
    Target {
        name: "wire-message",
        law: "values lie within the message and are as long as their profile allows; what is selected is what is decoded",
        run: wire::message,
        seeds: wire::message_seeds,
        executions: 6_000,
    },
    Target {
        name: "wire-encode",
        law: "what decodes and is encoded again decodes to the same values",
        run: wire::encode_again,
        seeds: wire::message_seeds,
        executions: 4_000,
    },
    Target {
        name: "wire-frame",
        law: "a frame lies within the bytes and the limit, and is found again once it is framed anew; a header no further than its message",
        run: wire::frame,
        seeds: wire::frame_seeds,
        executions: 6_000,
    },
    Target {
        name: "wire-rank",
        law: "profiles that are said to read messages alike do so one by one",
        run: wire::ranked,
        seeds: wire::frame_seeds,
        executions: 300,
    },
    Target {
        name: "wire-profile",
        law: "a profile file is refused, or decodes any message within its bytes",
        run: wire::profile_file,
        seeds: wire::profile_seeds,
        executions: 300,
    },
    Target {
        name: "chip-data",
        law: "data objects lie within the bytes and do not overlap; the short way to a value finds what the long one does",
        run: wire::chip_data,
        seeds: wire::chip_seeds,
        executions: 6_000,
    },
    Target {
        name: "card-data",
        law: "what is found lies within the text; no card number, track or control character is left by the screen",
        run: card_data::found_and_covered,
        seeds: card_data::seeds,
        executions: 6_000,
    },
    Target {
        name: "masked-field",
        law: "what `decode` shows of any field has no card number, track or control character",
        run: card_data::masked,
        seeds: card_data::seeds,
        executions: 4_000,
    },
    Target {
        name: "values",
        law: "a type, code, currency or mode reads again from how it is shown; amounts and prefixes stay within their digits",
        run: values::parsed,
        seeds: values::seeds,
        executions: 6_000,
    },
    Target {
        name: "times",
        law: "a time lies in the years that are read, and reads again from how it is shown",
        run: values::times,
        seeds: values::time_seeds,
        executions: 6_000,
    },
    Target {
        name: "delimited",
        law: logs::LAW,
        run: logs::delimited,
        seeds: logs::delimited_seeds,
        executions: 1_200,
    },
    Target {
        name: "ndjson",
        law: logs::LAW,
        run: logs::ndjson,
        seeds: logs::ndjson_seeds,
        executions: 1_200,
    },
    Target {
        name: "keyvalue",
        law: logs::LAW,
        run: logs::keyvalue,
        seeds: logs::keyvalue_seeds,
        executions: 1_200,
    },
    Target { name: "jpos", law: logs::LAW, run: logs::jpos, seeds: logs::jpos_seeds, executions: 1_200 },
    Target {
        name: "jpos-jsonl",
        law: logs::LAW,
        run: logs::jpos_jsonl,
        seeds: logs::jpos_jsonl_seeds,
        executions: 1_200,
    },
    Target { name: "ist", law: logs::LAW, run: logs::ist, seeds: logs::ist_seeds, executions: 1_200 },
    Target { name: "table", law: logs::LAW, run: logs::table, seeds: logs::table_seeds, executions: 1_200 },
    Target {
        name: "labelled",
        law: logs::LAW,
        run: logs::labelled,
        seeds: logs::labelled_seeds,
        executions: 800,
    },
    Target {
        name: "hexlines",
        law: logs::LAW,
        run: logs::hexlines,
        seeds: logs::hexlines_seeds,
        executions: 800,
    },
    Target {
        name: "hexdump",
        law: logs::LAW,
        run: logs::hexdump,
        seeds: logs::hexdump_seeds,
        executions: 800,
    },
    Target { name: "frames", law: logs::LAW, run: logs::frames, seeds: logs::frames_seeds, executions: 800 },
    Target {
        name: "detect",
        law: "an input is refused or recognised, and what is recognised is read alike in any blocks; no error shows a card number",
        run: logs::detected,
        seeds: logs::all_seeds,
        executions: 60,
    },
    Target {
        name: "decompress",
        law: "gzip, zstd, bzip2 and xz, whole or damaged, give the same bytes and the same end however they come and are read; what is packed comes back",
        run: compressed::unpacked,
        seeds: compressed::seeds,
        executions: 1_000,
    },
    Target {
        name: "glance",
        law: "the short way, many threads and small blocks report what the long way does, byte for byte",
        run: days::at_a_glance,
        seeds: days::row_seeds,
        executions: 150,
    },
    Target {
        name: "any-log",
        law: "the same for bytes of any format; the ledger sums up to the frames, and outcomes to the attempts",
        run: days::any_log,
        seeds: logs::all_seeds,
        executions: 60,
    },
    Target {
        name: "inspect",
        law: "`inspect` and `decode` show no number, track or control character of the log; `decode` shows as many messages as a run reads",
        run: days::inspected,
        seeds: logs::all_seeds,
        executions: 60,
    },
    Target {
        name: "diagnosis",
        law: "a judged day says the same on any threads; every format of the report is written, without control characters",
        run: days::judged,
        seeds: days::day_seeds,
        executions: 40,
    },
    Target {
        name: "pairing",
        law: "every leg is in the ledger once; legs that share nothing do not change each other; any order says the same",
        run: legs::paired,
        seeds: legs::seeds,
        executions: 2_000,
    },
    Target {
        name: "table-sealed",
        law: "a table of any bytes under a right seal is refused, or read and reported with sums that come out",
        run: tables::sealed,
        seeds: tables::seeds,
        executions: 300,
    },
    Target {
        name: "table-unsealed",
        law: "a table is decoded only where its seal is right: any other byte is refused",
        run: tables::unsealed,
        seeds: tables::seeds,
        executions: 1_000,
    },
    Target {
        name: "rules",
        law: "a fault lies within its text; comments and tests leave a digest as it is, one more rule does not; every rule is listed, without control characters",
        run: settings::rules,
        seeds: settings::rule_seeds,
        executions: 1_000,
    },
    Target {
        name: "config",
        law: "a configuration is refused on one line without a card number, or taken; a listing that is taken reads again as it is shown",
        run: settings::configuration,
        seeds: settings::configuration_seeds,
        executions: 400,
    },
    Target {
        name: "fail-on",
        law: "a fault lies within the expression at whole characters; spaces around one that is read say nothing",
        run: settings::fail_on,
        seeds: settings::fail_on_seeds,
        executions: 4_000,
    },
    Target {
        name: "inventory",
        law: "no more terminals than lines, and each plain line is listed; an error shows no card number",
        run: lists::inventory,
        seeds: lists::inventory_seeds,
        executions: 2_000,
    },
    Target {
        name: "findings",
        law: "findings that are read are written and read again as the same, without a card number",
        run: lists::findings,
        seeds: lists::findings_seeds,
        executions: 2_000,
    },
    Target {
        name: "manifest",
        law: "a manifest is refused, or its splits are written and read again as the same, and name no byte twice",
        run: lists::manifest,
        seeds: lists::manifest_seeds,
        executions: 4_000,
    },
];

impl Target {
    /// The target of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        TARGETS.iter().find(|target| target.name == name)
    }
}
