//! The page for a browser, beside the other forms of the same run.

use crate::bench::{Bench, fixture, rows};
use serde_json::Value;

/// The cells of a table in the page, row by row, as texts without markup; grouped digits are joined.
fn cells(page: &str, section: &str, table: &str) -> Vec<Vec<String>> {
    let from =
        |text: &str, begin: &str| text[text.find(begin).unwrap_or_else(|| panic!("{begin}"))..].to_owned();
    let table =
        from(&from(page, &format!("<section id=\"{section}\"")), &format!("<table class=\"{table}\""));
    let body = &table[table.find("<tbody>").unwrap()..table.find("</table>").unwrap()];
    let rows = body.split("<tr").skip(1);
    rows.map(|row| row.split("</td>").flat_map(|cell| cell.split("</th>")).map(text_of).collect()).collect()
}

fn text_of(markup: &str) -> String {
    let mut text = String::new();
    // A row's own tag was cut in two.
    for part in markup.split('<').map(|part| part.rsplit('>').next().unwrap_or_default()) {
        text.push_str(part);
    }
    text.trim().replace('\u{202f}', "")
}

fn tsv(bench: &Bench, day: &str, question: &str) -> Vec<Vec<String>> {
    let ended = bench.run(&["report", day, "--ask", question, "--format", "tsv"]);
    let (table, _) = ended.with_code(0);
    table.lines().skip(1).map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

#[test]
fn a_page_comes_from_the_pass_of_the_others() {
    let (bench, day) = (Bench::new(), fixture("day.csv"));
    bench.run(&["report", &day, "-o", "day.html", "-o", "day.csv", "-o", "day.json"]).with_code(0);
    let page = bench.read("day.html");
    let data = page.split("id=\"data\">").nth(1).unwrap().split("</script>").next().unwrap();
    let data: Value = serde_json::from_str(data).unwrap();
    assert_eq!(data["rows"].as_array().unwrap().len(), rows(&bench.read("day.csv")));
    assert_eq!(page, bench.run(&["report", &day, "--format", "html"]).with_code(0).0);
}

#[test]
fn the_page_has_the_numbers_of_the_answers() {
    let (bench, day) = (Bench::new(), fixture("day.csv"));
    let page = bench.run(&["report", &day, "--format", "html"]).with_code(0).0.to_owned();

    let hours = tsv(&bench, &day, "hours");
    let heat = cells(&page, "time", "heat");
    let row = |title: &str| heat.iter().find(|row| row[0] == title).unwrap();
    for (at, hour) in hours.iter().enumerate() {
        for (column, title) in
            [(1, "attempts"), (4, "network"), (5, "account"), (6, "card"), (7, "key"), (8, "operator")]
        {
            assert_eq!(row(title)[at + 1], hour[column], "{title} at {at}");
        }
    }

    // The one incident of the day stands above the bars, and leads to what is told of it.
    let time = &page[page.find("<section id=\"time\"").unwrap()..];
    assert!(time[..time.find("</svg>\n</div>").unwrap()].contains("href=\"#incident-1\""));

    let declines = tsv(&bench, &day, "declines");
    let issuers = cells(&page, "issuers", "groups");
    assert_eq!(issuers.len(), declines.len() - 1);
    for issuer in &issuers {
        let told = declines.iter().find(|row| row[0] == issuer[0]).unwrap();
        // Attempts, technical, business, unclassified.
        assert_eq!(
            [&issuer[1], &issuer[5], &issuer[6], &issuer[12]],
            [&told[2], &told[5], &told[4], &told[6]]
        );
    }

    let timeouts = tsv(&bench, &day, "timeouts");
    for link in &cells(&page, "links", "groups") {
        let told = timeouts.iter().find(|row| row[0] == "link" && row[1] == link[0]).unwrap();
        // Attempts, unanswered, late, p50, p95.
        let shown = [&link[1], &link[13], &link[14], &link[15], &link[16]];
        assert_eq!(shown, [&told[2], &told[3], &told[4], &told[7], &told[9]]);
    }

    let answers: u64 = cells(&page, "latency", "bars").iter().map(|row| row[1].parse::<u64>().unwrap()).sum();
    assert_eq!(answers.to_string(), timeouts[0][6]);

    let attempts: u64 =
        cells(&page, "fallback", "bars").iter().map(|row| row[1].parse::<u64>().unwrap()).sum();
    assert_eq!(attempts, 422);
    let slots = &page[page.find("<details class=\"numbers\">").unwrap()..];
    let slots = cells(
        &format!("<section id=\"time\"{}", slots.replacen("<table>", "<table class=\"numbers\">", 1)),
        "time",
        "numbers",
    );
    let sum = |column: usize| slots.iter().map(|row| row[column].parse::<u64>().unwrap()).sum::<u64>();
    assert_eq!((sum(1), sum(2)), (422, 170));
}

#[test]
fn counts_alone_and_questions_have_a_page_too() {
    let (bench, day) = (Bench::new(), fixture("day.csv"));
    let counts = bench.run(&["report", &day, "--no-diagnosis", "--format", "html"]).with_code(0).0.to_owned();
    assert!(counts.contains("No diagnosis was made") && !counts.contains("<section id=\"time\""));
    let whole = bench.run(&["report", &day, "--format", "html"]).with_code(0).0.to_owned();
    for question in ["incidents", "hours"] {
        bench.run(&["report", &day, "--ask", question, "-o", "asked.html"]).with_code(0);
        assert_eq!(bench.read("asked.html"), whole, "{question}");
    }
}

#[test]
fn the_chart_links_to_told_incidents_alone() {
    let (bench, day) = (Bench::new(), fixture("day.csv"));
    let page =
        |top: &str| bench.run(&["report", &day, "--format", "html", "--top", top]).with_code(0).0.to_owned();
    assert!(page("1").contains("<a href=\"#incident-1\" aria-label="));
    let cut = page("0");
    assert!(cut.contains("class=\"band ") && !cut.contains("href=\"#incident-"), "a band, and no link");
    assert!(cut.contains("<p>and 1 more</p>"));
}
