//! TOML to rules and their tests. All faults of a file are found, not the first alone.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use posmortem_iso8583::{Amount, Currency, EntryMode, Mti, ResponseCode};
use toml::de::{DeTable, DeValue};

use super::conditions::{AmountRange, Conditions, MtiPattern};
use super::fault::{RuleFault, WrongRule};
use super::rule_test::{Expected, NONE, RuleTest};
use super::table::{Faults, Table, Text, wrong_type};
use super::{Rule, Rules};
use crate::actions::OwnAction;
use crate::{Cause, Dialect, Reason};

const RULE: [&str; 12] = [
    "name",
    "dialect",
    "code",
    "mti",
    "entry_mode",
    "link",
    "currency",
    "amount",
    "cause",
    "reason",
    "action",
    "action_zh",
];

const TEST: [&str; 10] =
    ["dialect", "code", "mti", "entry_mode", "link", "currency", "amount", "rule", "reason", "cause"];

/// Reads texts of files that are in force together, in this order.
pub(super) fn read(texts: &[&str]) -> Result<Rules, Vec<RuleFault>> {
    let (mut rules, mut taken) = (Rules::default(), Taken::default());
    let mut faults = Faults { file: 0, found: Vec::new() };
    for (file, text) in texts.iter().enumerate() {
        faults.file = file;
        match DeTable::parse(text) {
            Ok(document) => read_file(document.get_ref(), text, (&mut rules, &mut taken), &mut faults),
            Err(error) => {
                let what = WrongRule::Toml(error.message().to_owned());
                faults.add(error.span().unwrap_or_default(), what);
            }
        }
    }
    let Faults { found: mut faults, .. } = faults;
    // A rule that is wrong itself is not missed beside that.
    if faults.is_empty() {
        let known: Arc<[String]> = rules.rules.iter().map(|rule| rule.name.clone()).collect();
        let is_taken = |name: &str| taken.names.contains(name);
        faults.extend(rules.tests.iter().filter_map(|test| test.names_no_rule(is_taken, &known)));
    }
    faults.sort_by_key(|fault| (fault.file, fault.span.start));
    if faults.is_empty() { Ok(rules) } else { Err(faults) }
}

/// What rules cannot have that come after others.
#[derive(Default)]
struct Taken {
    names: HashSet<String>,
    /// The first rule that tells an action for a reason, by its place.
    actions: HashMap<Reason, usize>,
}

/// The lines of a text, counted on from the place that was asked for last.
struct Lines<'t> {
    text: &'t [u8],
    at: usize,
    line: usize,
}

impl Lines<'_> {
    /// The line in which a byte stands that is none before the last one.
    fn of(&mut self, at: usize) -> usize {
        let passed = self.text.get(self.at..at).unwrap_or_default();
        self.line += passed.iter().filter(|&&byte| byte == b'\n').count();
        self.at = at;
        self.line
    }
}

fn read_file(
    document: &DeTable<'_>,
    text: &str,
    (rules, taken): (&mut Rules, &mut Taken),
    faults: &mut Faults,
) {
    let mut lines = Lines { text: text.as_bytes(), at: 0, line: 1 };
    for (name, value) in document {
        let tables = match (name.get_ref().as_ref(), value.get_ref()) {
            ("rule" | "test", DeValue::Array(tables)) => tables,
            ("rule", _) => {
                wrong_type("`[[rule]]`", value, faults);
                continue;
            }
            ("test", _) => {
                wrong_type("`[[test]]`", value, faults);
                continue;
            }
            (other, _) => {
                let text = Text { text: other.to_owned(), span: name.span() };
                faults.unknown(&text, "table of a rules file", ["rule", "test"]);
                continue;
            }
        };
        for value in tables {
            if name.get_ref() == "rule" {
                if let Some(table) = Table::of("rule", value, &RULE, faults) {
                    let line = lines.of(table.span.start);
                    read_rule(&table, line, (rules, taken), faults);
                }
            } else if let Some(table) = Table::of("test", value, &TEST, faults) {
                read_test(&table, rules, faults);
            }
        }
    }
}

fn read_rule(table: &Table<'_>, line: usize, (rules, taken): (&mut Rules, &mut Taken), faults: &mut Faults) {
    let before = faults.found.len();
    let name = table.line("name", faults);
    match &name {
        Some(name) if name.text == NONE => {
            faults.add(
                name.span.clone(),
                name.wrong("name of a rule", "another one: tests call no rule `none`"),
            );
        }
        Some(name) if taken.names.contains(&name.text) => {
            faults.add(name.span.clone(), WrongRule::SecondName(name.text.clone()));
        }
        Some(_) => {}
        None if table.value("name").is_none() => table.lacks("name", faults),
        None => {}
    }
    let conditions = read_conditions(table, faults);
    if conditions.are_none() && table.value("action").is_none() && faults.found.len() == before {
        faults.add(table.span.clone(), WrongRule::Unconditional);
    }
    let reason = read_reason(table, faults);
    let action = read_action(table, reason, (rules, taken), faults);
    if let (Some(name), Some(reason), true) = (name, reason, faults.found.len() == before) {
        if let Some(action) = &action {
            rules.actions.set(reason, action.clone());
            taken.actions.entry(reason).or_insert(rules.rules.len());
        }
        taken.names.insert(name.text.clone());
        let file = faults.file;
        rules.rules.push(Rule { name: name.text, conditions, reason, action, file, line });
    }
}

fn read_conditions(table: &Table<'_>, faults: &mut Faults) -> Conditions {
    let mut conditions = Conditions::default();
    for text in table.texts("dialect", faults) {
        conditions.dialects.extend(dialect(&text, faults));
    }
    for text in table.texts("code", faults) {
        conditions.codes.extend(code(&text, faults).map(ResponseCode::padded));
    }
    for text in table.texts("mti", faults) {
        match MtiPattern::parse(&text.text) {
            Some(pattern) if pattern.is_of_attempts() => conditions.mtis.push(pattern),
            Some(_) => faults.add(text.span, WrongRule::NoAttempt(text.text)),
            None => faults.add(text.span.clone(), text.wrong("pattern of message types", "0200 or x2xx")),
        }
    }
    for text in table.texts("entry_mode", faults) {
        conditions.entry_modes.extend(entry_mode(&text, faults));
    }
    conditions.links = table.lines("link", faults).into_iter().map(|text| text.text).collect();
    conditions.currency = currency(table, faults);
    if let Some(text) = table.text("amount", faults) {
        conditions.amount = AmountRange::parse(&text.text);
        match conditions.amount {
            None => {
                let example = "comparisons with minor units such as `>=100000` or `>0, <500`";
                faults.add(text.span.clone(), text.wrong("range of amounts", example));
            }
            Some(_) if table.value("currency").is_none() => {
                faults.add(text.span, WrongRule::AmountWithoutCurrency);
            }
            Some(_) => {}
        }
    }
    conditions
}

/// The reason, which fixes the cause.
fn read_reason(table: &Table<'_>, faults: &mut Faults) -> Option<Reason> {
    let told = table.text("reason", faults);
    let cause_text = table.text("cause", faults);
    let cause = cause_text.as_ref().and_then(|text| cause(text, faults));
    let Some(told) = told else {
        match (cause, cause_text) {
            _ if table.value("reason").is_some() => {}
            (Some(cause), Some(text)) => faults.add(text.span, WrongRule::CauseAlone(cause)),
            _ => table.lacks("reason", faults),
        }
        return None;
    };
    let reason = reason(&told, faults)?;
    match (cause, cause_text) {
        (Some(cause), Some(text)) if cause != reason.cause() => {
            faults.add(text.span, WrongRule::OtherCause { reason, cause });
            None
        }
        _ => Some(reason),
    }
}

fn read_action(
    table: &Table<'_>,
    reason: Option<Reason>,
    (rules, taken): (&Rules, &Taken),
    faults: &mut Faults,
) -> Option<OwnAction> {
    let action = table.line("action", faults);
    let zh = table.line("action_zh", faults);
    let Some(en) = action else {
        if let Some(zh) = zh.filter(|_| table.value("action").is_none()) {
            faults.add(zh.span, WrongRule::TranslationAlone);
        }
        return None;
    };
    let own = OwnAction { en: en.text, zh: zh.map(|text| text.text) };
    if let Some(reason) = reason
        && let Some(rule) = taken.actions.get(&reason).map(|at| &rules.rules[*at])
        && rule.action.as_ref() != Some(&own)
    {
        faults.add(en.span, WrongRule::OtherAction { rule: rule.name.clone(), reason });
    }
    Some(own)
}

fn read_test(table: &Table<'_>, rules: &mut Rules, faults: &mut Faults) {
    let before = faults.found.len();
    let dialect = table.text("dialect", faults).and_then(|text| dialect(&text, faults));
    let mti = table.text("mti", faults).and_then(|text| {
        let mti = Mti::parse(text.text.as_bytes());
        match mti {
            None => faults.add(text.span.clone(), text.wrong("message type", "four digits such as 0210")),
            Some(mti) if !mti.asks_for_decision() => faults.add(text.span, WrongRule::NoAttempt(text.text)),
            Some(_) => {}
        }
        mti
    });
    let told = table.text("code", faults);
    if table.value("code").is_none() {
        table.lacks("code", faults);
    }
    let code = told.and_then(|text| code(&text, faults));
    let entry_mode = table.text("entry_mode", faults).and_then(|text| entry_mode(&text, faults));
    let link = table.text("link", faults).map(|text| text.text).unwrap_or_default();
    let amount = amount(table, faults);
    let expected = read_expected(table, faults);
    if let (Some(code), true) = (code, faults.found.len() == before) {
        let (file, entry_mode) = (faults.file, entry_mode.unwrap_or_default());
        rules.tests.push(RuleTest { file, dialect, code, mti, entry_mode, link, amount, expected });
    }
}

fn read_expected(table: &Table<'_>, faults: &mut Faults) -> Expected {
    let is_told = |text: &Text| text.text != NONE;
    let expected = Expected {
        rule: table.text("rule", faults),
        reason: table.text("reason", faults),
        cause: table.text("cause", faults),
    };
    if let Some(text) = expected.reason.as_ref().filter(|text| is_told(text)) {
        reason(text, faults);
    }
    if let Some(text) = expected.cause.as_ref().filter(|text| is_told(text)) {
        cause(text, faults);
    }
    if ["rule", "reason", "cause"].into_iter().all(|key| table.value(key).is_none()) {
        faults.add(table.span.clone(), WrongRule::ExpectsNothing);
    }
    expected
}

fn dialect(text: &Text, faults: &mut Faults) -> Option<Dialect> {
    let dialect = Dialect::from_name(&text.text);
    if dialect.is_none() {
        faults.unknown(text, "dialect", Dialect::all().map(Dialect::name));
    }
    dialect
}

fn code(text: &Text, faults: &mut Faults) -> Option<ResponseCode> {
    let code = ResponseCode::parse(text.text.as_bytes());
    if code.is_none() {
        faults.add(text.span.clone(), text.wrong("response code", "letters and digits such as 05 or A0"));
    }
    code
}

fn entry_mode(text: &Text, faults: &mut Faults) -> Option<EntryMode> {
    let mode = EntryMode::from_name(&text.text);
    if mode.is_none() {
        faults.unknown(text, "entry mode", EntryMode::ALL.map(EntryMode::name));
    }
    mode
}

fn reason(text: &Text, faults: &mut Faults) -> Option<Reason> {
    let reason = Reason::from_name(&text.text);
    match Cause::from_name(&text.text) {
        Some(cause) if reason.is_none() => faults.add(text.span.clone(), WrongRule::CauseAsReason(cause)),
        None if reason.is_none() => faults.unknown(text, "reason", Reason::all().map(Reason::name)),
        _ => {}
    }
    reason
}

fn cause(text: &Text, faults: &mut Faults) -> Option<Cause> {
    let cause = Cause::from_name(&text.text);
    if cause.is_none() {
        faults.unknown(text, "cause", Cause::ALL.map(Cause::name));
    }
    cause
}

fn currency(table: &Table<'_>, faults: &mut Faults) -> Option<Currency> {
    let text = table.text("currency", faults)?;
    let currency = Currency::parse(text.text.as_bytes()).filter(|currency| currency.is_listed());
    if currency.is_none() {
        faults.add(text.span.clone(), text.wrong("currency", "a code of ISO 4217 such as CNY or 156"));
    }
    currency
}

/// The amount of a test.
fn amount(table: &Table<'_>, faults: &mut Faults) -> Option<Amount> {
    let currency = currency(table, faults);
    let Some(value) = table.value("amount") else {
        if let Some(value) = table.value("currency") {
            faults.add(value.span(), WrongRule::CurrencyWithoutAmount);
        }
        return None;
    };
    let minor = match value.get_ref() {
        DeValue::Integer(number) if number.radix() == 10 => number.as_str().replace('_', "").parse().ok(),
        _ => None,
    };
    match minor {
        Some(minor) => Some(Amount { minor, currency: currency.unwrap_or_default() }),
        None => {
            wrong_type("an amount in minor units", value, faults);
            None
        }
    }
}
