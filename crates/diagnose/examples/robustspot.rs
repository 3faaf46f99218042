//! The incident scan on a public data set: real anomalies of a live video service, bad of all events
//! by minute and by leaf, with the cause that people found.
//!
//! `robustspot FOLDER` reads `anomaly.yaml` and one CSV a case. The scan is the one for payments:
//! attributes are dimensions, all sets of up to three are kinds of scopes, bad is the one mark. What
//! to expect is learned from the minutes before the anomaly; labels are only read for the score. The
//! defaults were tuned on 68 of the 135 cases.

// Its figures are what it is for.
#![allow(clippy::print_stdout)]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use posmortem_diagnose::{
    Attempt, Day, Dimension, Finding, Flags, Groups, Leaves, Mark, Rates, Scan, ScanSettings, ScopeKind,
    UNTOLD,
};

/// A set of attributes and values, in the order of the attributes' names.
type Cause = BTreeMap<String, String>;

/// A minute's counts of one leaf.
struct Row {
    minute: i64,
    leaf: usize,
    bad: u64,
    all: u64,
}

struct Case {
    attributes: Vec<String>,
    /// By attribute: the texts of its values, by number.
    texts: Vec<Vec<String>>,
    leaves: Leaves,
    rows: Vec<Row>,
    anomaly: i64,
    labels: Vec<Cause>,
}

/// What was tuned.
struct Tuning {
    /// The most attributes of a scope: of the labels, one in fifteen has three.
    widest: usize,
    /// The concentration of counts.
    concentration: f64,
    /// The price of each attribute beyond the first, in nats.
    attribute: f64,
    /// The score from which on a finding counts, in nats.
    accept: f64,
    /// How many counts a value's own history must outweigh.
    shrink: f64,
    /// Less than that many times the expected is drift.
    ratio: f64,
    /// The share of the heaviest finding's excess that an answer must have.
    weighty: f64,
}

impl Tuning {
    /// The defaults, but for those told as `name=value`.
    fn new(told: &[String]) -> Result<Self, Box<dyn Error>> {
        let value = |name: &str, default: f64| {
            let told = told.iter().filter_map(|option| option.split_once('='));
            told.filter(|(option, _)| *option == name)
                .map(|(_, value)| value.parse())
                .next_back()
                .unwrap_or(Ok(default))
        };
        Ok(Self {
            widest: value("widest", 2.0)? as usize,
            concentration: value("concentration", 20.0)?,
            attribute: value("attribute", 2.0)?,
            accept: value("accept", std::f64::consts::LN_10)?,
            shrink: value("shrink", 4.0)?,
            ratio: value("ratio", 1.3)?,
            weighty: value("weighty", 0.3)?,
        })
    }
}

/// What a case is answered with.
struct Answers {
    /// Findings, the heaviest excess first.
    ranked: Vec<Cause>,
    /// How many of them are heavy enough to be answers.
    given: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [folder, options @ ..] = arguments.as_slice() else {
        return Err("usage: robustspot FOLDER [--show] [NAME=VALUE ...]".into());
    };
    let folder = Path::new(folder);
    if !folder.join("anomaly.yaml").exists() {
        println!("{}: no anomaly.yaml, nothing to do", folder.display());
        return Ok(());
    }
    let tuning = Tuning::new(options)?;
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global()?;
    let cases = read(folder)?;
    let mut score = Score::default();
    for (name, case) in &cases {
        let begun = Instant::now();
        let found = causes(case, &tuning);
        score.add(case, &found, begun.elapsed());
        if options.iter().any(|option| option == "--show") {
            println!("{name}: {:?}\n   found {:?}", case.labels, &found.ranked[..found.given]);
        }
    }
    score.print();
    Ok(())
}

fn causes(case: &Case, tuning: &Tuning) -> Answers {
    let dimensions = case.attributes.len();
    let kinds: Vec<_> = sets(dimensions, tuning.widest)
        .into_iter()
        .map(|set| ScopeKind {
            weight: 1.0,
            concentration: tuning.concentration,
            extra: tuning.attribute * (set.len() - 1) as f64,
            level: 2.0,
            blames_sequences: false,
            all_day: true,
            dimensions: set,
        })
        .collect();
    let bad = Mark::UNCLASSIFIED;
    let groups = Groups::of_one("bad", bad);
    let rates = rates(case, bad, tuning.shrink);
    let day = day(case, bad);
    let settings = ScanSettings {
        bin_ms: 60_000,
        lengths: vec![1],
        accept: tuning.accept,
        least_hits: 4,
        least_ratio: tuning.ratio,
        least_share: 1e-4,
        pad_ms: 0,
        terminal: None,
    };
    let scanned = Scan::new(&day, &rates, &groups, &kinds, settings).search();
    let mut findings = scanned.findings;
    let excess = |finding: &Finding| finding.observed as f64 - finding.expected;
    findings.sort_by(|one, other| {
        excess(other).total_cmp(&excess(one)).then_with(|| one.scope.cmp(&other.scope))
    });
    let largest = findings.first().map_or(0.0, excess);
    let given = findings.iter().filter(|finding| excess(finding) >= tuning.weighty * largest).count();
    let cause = |scope: &[(Dimension, u32)]| {
        let part = |&(dimension, value): &(Dimension, u32)| {
            (case.attributes[dimension].clone(), case.texts[dimension][value as usize].clone())
        };
        scope.iter().map(part).collect::<Cause>()
    };
    Answers { ranked: findings.iter().map(|finding| cause(&finding.scope)).collect(), given }
}

/// All sets of one to `widest` dimensions, the smaller first.
fn sets(dimensions: usize, widest: usize) -> Vec<Vec<Dimension>> {
    let mut sets: Vec<Vec<Dimension>> = (1usize..1 << dimensions)
        .map(|bits| (0..dimensions).filter(|dimension| bits >> dimension & 1 == 1).collect())
        .filter(|set: &Vec<_>| set.len() <= widest)
        .collect();
    sets.sort_by_key(|set| (set.len(), set.clone()));
    sets
}

/// Rates by leaf from the minutes before: the product of what each attribute's values say, drawn to
/// what the leaf itself shows.
fn rates(case: &Case, bad: Mark, shrink: f64) -> Rates {
    let mut counts = vec![(0u64, 0u64); case.leaves.cells.len()];
    for row in case.rows.iter().filter(|row| row.minute < case.anomaly) {
        counts[row.leaf].0 += row.bad;
        counts[row.leaf].1 += row.all;
    }
    let total = counts.iter().fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
    let overall = (total.0 as f64 + 1.0) / (total.1 as f64 + 100.0);
    let mut rates = vec![overall; counts.len()];
    for _ in 0..4 {
        for (column, texts) in case.leaves.columns.iter().zip(&case.texts) {
            let mut sums = vec![(0.0, 0.0); texts.len()];
            for ((&value, rate), count) in column.iter().zip(&rates).zip(&counts) {
                let sum: &mut (f64, f64) = &mut sums[value as usize];
                sum.0 += count.0 as f64;
                sum.1 += rate * count.1 as f64;
            }
            for (&value, rate) in column.iter().zip(&mut rates) {
                let (observed, expected) = sums[value as usize];
                *rate *= (observed + shrink) / (expected + shrink);
            }
        }
    }
    let by_cell = rates.iter().zip(&counts).map(|(rate, count)| {
        let own = (count.0 as f64 + shrink) / (rate * count.1 as f64 + shrink);
        let mut marks = [0.0; Mark::COUNT];
        marks[bad.index()] = (rate * own) as f32;
        marks
    });
    Rates::new(by_cell.collect(), vec![[1.0; Mark::COUNT]])
}

/// The minute of the anomaly: of each leaf the good and the bad.
fn day(case: &Case, bad: Mark) -> Day {
    let at = case.anomaly * 1000;
    let mut attempts = Vec::new();
    for row in case.rows.iter().filter(|row| row.minute == case.anomaly) {
        for (mut count, mark) in [(row.all - row.bad, Mark::NONE), (row.bad, bad)] {
            while count > 0 {
                let some = count.min(u64::from(u16::MAX)) as u16;
                attempts.push(Attempt {
                    at,
                    leaf: row.leaf as u32,
                    count: some,
                    mark,
                    flags: Flags::default(),
                });
                count -= u64::from(some);
            }
        }
    }
    Day {
        sequences: std::iter::once(0..attempts.len()).collect(),
        attempts,
        leaves: case.leaves.clone(),
        values: case.texts.iter().map(|texts| texts.len() as u32).collect(),
        span: (at, at + 60_000),
    }
}

/// Answers against labels.
#[derive(Default)]
struct Score {
    cases: usize,
    labels: usize,
    answers: usize,
    exact: usize,
    first_answers: usize,
    first_exact: usize,
    recalled: [usize; 3],
    times: Vec<Duration>,
}

impl Score {
    fn add(&mut self, case: &Case, found: &Answers, time: Duration) {
        let right = |within: usize| {
            let answers = &found.ranked[..within.min(found.ranked.len())];
            case.labels.iter().filter(|label| answers.contains(label)).count()
        };
        self.cases += 1;
        self.labels += case.labels.len();
        self.answers += found.given;
        self.exact += right(found.given);
        self.first_answers += found.given.min(1);
        self.first_exact += right(1);
        for (recalled, within) in self.recalled.iter_mut().zip([1, 3, 5]) {
            *recalled += right(within);
        }
        self.times.push(time);
    }

    fn print(mut self) {
        let f1 = |right: usize, answers: usize| 2.0 * right as f64 / (answers + self.labels) as f64;
        println!("cases {}, labels {}, answers {}", self.cases, self.labels, self.answers);
        println!(
            "exact-match F1, every answer counts: {:.3} ({} right)",
            f1(self.exact, self.answers),
            self.exact
        );
        println!(
            "exact-match F1, first answer alone:  {:.3} ({} right)",
            f1(self.first_exact, self.first_answers),
            self.first_exact
        );
        for (recalled, within) in self.recalled.iter().zip([1, 3, 5]) {
            println!("recall@{within}: {:.3}", *recalled as f64 / self.labels as f64);
        }
        self.times.sort();
        println!(
            "median time a case: {:?}, longest {:?}",
            self.times[self.times.len() / 2],
            self.times[self.times.len() - 1]
        );
    }
}

fn read(folder: &Path) -> Result<Vec<(String, Case)>, Box<dyn Error>> {
    let text = std::fs::read_to_string(folder.join("anomaly.yaml"))?;
    let mut cases = Vec::new();
    let (mut name, mut anomaly) = (String::new(), 0);
    for line in text.lines() {
        let (key, value) = line.trim_start_matches(['-', ' ']).split_once(':').ok_or(line)?;
        let value = value.trim();
        match key {
            "data" => name = value.to_owned(),
            "timestamp" => anomaly = value.parse()?,
            "cause" => {
                let case = read_case(&folder.join(format!("{name}.csv")), anomaly, labels(value))?;
                cases.push((name.clone(), case));
            }
            _ => return Err(format!("anomaly.yaml: {key} is unknown").into()),
        }
    }
    Ok(cases)
}

/// One or several causes: `{'a':1, 'b':'x'}` or a list of such.
fn labels(text: &str) -> Vec<Cause> {
    let bare = |text: &str| text.trim_matches([' ', '\'']).to_owned();
    let part = |part: &str| part.split_once(':').map(|(attribute, value)| (bare(attribute), bare(value)));
    let sets = text.split('{').skip(1).filter_map(|set| set.split('}').next());
    sets.map(|set| set.split(',').filter_map(part).collect()).collect()
}

fn read_case(path: &Path, anomaly: i64, labels: Vec<Cause>) -> Result<Case, Box<dyn Error>> {
    let mut reader = csv::Reader::from_path(path)?;
    let header = reader.headers()?.clone();
    let at = |name: &str| header.iter().position(|column| column == name).ok_or(format!("no column {name}"));
    let (minute, bad, all) = (at("min")?, at("value")?, at("cnt")?);
    let columns: Vec<_> = (0..header.len()).filter(|column| ![minute, bad, all].contains(column)).collect();
    let records = reader.records().collect::<Result<Vec<_>, _>>()?;
    let texts: Vec<Vec<String>> = columns
        .iter()
        .map(|&column| {
            let mut texts: Vec<_> = records.iter().map(|record| record[column].to_owned()).collect();
            texts.sort();
            texts.dedup();
            // The place of the value that is not told.
            texts.insert(UNTOLD as usize, String::new());
            texts
        })
        .collect();
    let number =
        |texts: &[String], text: &str| texts[1..].partition_point(|other| other.as_str() < text) as u32 + 1;
    let mut numbers: BTreeMap<Vec<u32>, usize> = BTreeMap::new();
    let mut leaves =
        Leaves { columns: vec![Vec::new(); columns.len()], cells: Vec::new(), ..Leaves::default() };
    let mut rows = Vec::with_capacity(records.len());
    for record in &records {
        let values: Vec<_> =
            columns.iter().zip(&texts).map(|(&column, texts)| number(texts, &record[column])).collect();
        let leaf = *numbers.entry(values.clone()).or_insert_with(|| {
            leaves.columns.iter_mut().zip(&values).for_each(|(column, &value)| column.push(value));
            leaves.cells.push(leaves.cells.len() as u32);
            leaves.cells.len() - 1
        });
        let all: u64 = record[all].parse()?;
        rows.push(Row {
            minute: record[minute].parse()?,
            leaf,
            bad: record[bad].parse::<u64>()?.min(all),
            all,
        });
    }
    let attributes = columns.iter().map(|&column| header[column].to_owned()).collect();
    Ok(Case { attributes, texts, leaves, rows, anomaly, labels })
}
