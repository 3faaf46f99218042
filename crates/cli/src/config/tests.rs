//! Layers, with environment and files of the tests' own.

use super::*;
use tempfile::TempDir;

/// A folder with configuration files, and surroundings that look nowhere else.
struct Place {
    folder: TempDir,
    surroundings: Surroundings,
}

impl Place {
    fn new(files: &[(&str, &str)], variables: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let mut variables: BTreeMap<String, String> =
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        variables.insert("XDG_CONFIG_HOME".to_owned(), folder.path().join("xdg").display().to_string());
        let surroundings = Surroundings {
            variables,
            folder: folder.path().join("here"),
            machine_config: folder.path().join("etc/posmortem.toml"),
            ..Surroundings::default()
        };
        Self { folder, surroundings }
    }

    fn gather(&self, flags: &[(Setting, &str)], told_file: Option<&str>) -> Result<Config> {
        let flags = flags.iter().map(|(key, text)| (*key, (*text).to_owned())).collect();
        let told_file = told_file.map(|name| self.folder.path().join(name));
        Config::gather(flags, told_file.as_deref(), &self.surroundings)
    }

    /// The complaint about this file in the current folder.
    fn complaint_about(text: &str) -> String {
        let place = Self::new(&[("here/posmortem.toml", text)], &[]);
        let complaint = place.gather(&[], None).unwrap_err().to_string();
        complaint.split_once("posmortem.toml:").unwrap().1.to_owned()
    }
}

fn text(config: &Config, key: Setting) -> &str {
    &config.stated(key).unwrap().text
}

#[test]
fn each_setting_comes_from_the_highest_layer_that_has_it() {
    let files = [
        (
            "etc/posmortem.toml",
            "threads = 1\nhorizon = '1m'\ntimeout = '1s'\nlang = 'zh'\nbin_digits = 6\ncolor = 'never'",
        ),
        (
            "xdg/posmortem/config.toml",
            "threads = 2\nhorizon = '2m'\ntimeout = '2s'\nlang = 'en'\nbin_digits = 8",
        ),
        ("here/posmortem.toml", "threads = 3\nhorizon = '3m'\ntimeout = '3s'\nlang = 'zh'"),
        ("told.toml", "threads = 4\nhorizon = '4m'\ntimeout = '4s'"),
    ];
    let place = Place::new(&files, &[("POSMORTEM_THREADS", "5"), ("POSMORTEM_HORIZON", "5m")]);
    let config = place.gather(&[(Setting::Threads, "6")], Some("told.toml")).unwrap();
    let texts = [
        Setting::Threads,
        Setting::Horizon,
        Setting::Timeout,
        Setting::Lang,
        Setting::BinDigits,
        Setting::Color,
    ];
    assert_eq!(texts.map(|key| text(&config, key)), ["6", "5m", "4s", "zh", "8", "never"]);
    assert_eq!(config.stated(Setting::Timezone), None);
    assert_eq!(config.stated(Setting::Threads).unwrap().origin.to_string(), "--threads");
    assert_eq!(config.stated(Setting::Horizon).unwrap().origin.to_string(), "POSMORTEM_HORIZON");
    let origin = config.stated(Setting::Timeout).unwrap().origin.to_string();
    assert!(origin.ends_with("told.toml:3"), "{origin}");
}

#[test]
fn columns_and_links_merge_entry_by_entry() {
    let files = [
        (
            "etc/posmortem.toml",
            "[columns]\nSvcCode = 'response_code'\n[link.north]\ndialect = 'visa'\ntimeout = '20s'",
        ),
        ("here/posmortem.toml", "[columns]\nTermNo = 'terminal_id'\n[link.north]\ndialect = 'unionpay-pos'"),
    ];
    let config = Place::new(&files, &[]).gather(&[], None).unwrap();
    let stated: Vec<_> = config.entries().map(|(entry, stated)| format!("{entry}={}", stated.text)).collect();
    let expected = [
        "columns.\"SvcCode\"=response_code",
        "columns.\"TermNo\"=terminal_id",
        "link.\"north\".dialect=unionpay-pos",
        "link.\"north\".timeout=20s",
    ];
    assert_eq!(stated, expected);
}

#[test]
fn an_unknown_key_is_told_with_its_line_and_the_nearest_one() {
    for (file, complaint) in [
        ("\ntime_zone = 'UTC'", "2: `time_zone` is no setting; did you mean `timezone`?"),
        ("[columnz]\na = 'rrn'", "1: `columnz` is no setting; did you mean `columns`?"),
        ("[link.a]\ndialekt = 'visa'", "2: `dialekt` is no setting; did you mean `dialect`?"),
        ("xyzzy = 1", "1: `xyzzy` is no setting"),
        ("link = 5", "1: this must be a table"),
        ("[link]\nnorth = 'visa'", "2: this must be a table: [link.\"north\"]"),
    ] {
        assert_eq!(Place::complaint_about(file), complaint);
    }
}

#[test]
fn a_bad_value_is_told_with_its_line_even_where_it_is_hidden() {
    for (file, complaint) in [
        ("dialect = 'vise'", "1: dialect: `vise` is no dialect; did you mean `visa`?"),
        ("\n\nbin_digits = 7", "3: bin_digits: `7` is neither 6 nor 8"),
        ("threads = [1]", "1: threads: a text or a number is wanted, not array"),
        (
            "[columns]\n\"T No\" = 'terminal_nr'",
            "2: columns.\"T No\": `terminal_nr` is no column; did you mean `terminal_id`?",
        ),
    ] {
        assert_eq!(Place::complaint_about(file), complaint);
    }
    let place = Place::new(&[("here/posmortem.toml", "threads = 0")], &[]);
    assert!(place.gather(&[(Setting::Threads, "2")], None).is_err());
}

const LISTING: &str = "[[listing]]\nname = 'acme'\nstart = '^MSG (?<mti>[0-9]{4})'\n\
                       lines = ['^(?<element>[0-9]+): (?<value>.*)$']\n";

#[test]
fn listings_are_read_checked_and_shown() {
    let other = LISTING.replace("MSG", "OTHER");
    let place = Place::new(&[("here/posmortem.toml", LISTING), ("etc/posmortem.toml", &other)], &[]);
    let config = place.gather(&[], None).unwrap();
    let stated: Vec<_> = config.entries().collect();
    let [(entry, stated)] = stated[..] else { panic!("one listing") };
    assert_eq!(entry.to_string(), "listing.\"acme\"");
    assert_eq!(stated.read(entry, listing).unwrap().name(), "acme");
    assert!(stated.text.contains("MSG") && stated.origin.to_string().ends_with("posmortem.toml:1"));
    let mut shown = Vec::new();
    write_text(&config, &mut shown).unwrap();
    let shown = String::from_utf8(shown).unwrap();
    assert!(
        shown.lines().any(|line| line.starts_with("listing.\"acme\"") && line.contains("MSG")),
        "{shown}"
    );
    for (file, complaint) in [
        ("listing = 1", "1: this must be tables: [[listing]]"),
        ("listing = [1]", "1: this must be a table: [[listing]]"),
        (&LISTING.replace("start", "begin"), "3: `begin` is no key of a listing"),
        (&LISTING.replace("MSG (", "MSG (("), "1: start of the listing `acme`: unclosed group"),
        (&format!("{LISTING}{LISTING}"), "5: a second listing `acme`"),
    ] {
        assert_eq!(Place::complaint_about(file), complaint);
    }
}

#[test]
fn what_is_no_toml_is_told_with_its_line() {
    let complaint = Place::complaint_about("threads = 2\n[link\n");
    assert!(complaint.starts_with("2: "), "{complaint}");
    let twice = Place::complaint_about("threads = 2\nthreads = 3\n");
    assert!(twice.starts_with("2: "), "{twice}");
}

#[test]
fn flags_and_variables_name_themselves_in_complaints() {
    let bad = Place::new(&[], &[("POSMORTEM_LANG", "fr")]).gather(&[], None).unwrap_err();
    assert_eq!(bad.to_string(), "POSMORTEM_LANG: `fr` is neither en nor zh");
    let bad = Place::new(&[], &[]).gather(&[(Setting::Timeout, "60")], None).unwrap_err();
    assert_eq!(bad.to_string(), "--timeout: `60` is no duration: write 90s, 1500ms or 10m");
}

#[test]
fn a_named_file_must_be_there_and_the_usual_ones_need_not() {
    let place = Place::new(&[], &[("POSMORTEM_THREADS", "")]);
    assert!(place.gather(&[], Some("told.toml")).is_err());
    assert_eq!(place.gather(&[], None).unwrap().entries().count(), 0);
}

#[test]
fn a_variable_that_sets_nothing_is_worth_a_warning() {
    let config = Place::new(&[], &[("POSMORTEM_TIME_ZONE", "UTC")]).gather(&[], None).unwrap();
    let warning =
        "the environment variable POSMORTEM_TIME_ZONE sets nothing; did you mean `POSMORTEM_TIMEZONE`?";
    assert_eq!(config.warnings, [warning]);
}

#[test]
fn a_token_key_lies_beside_the_file_that_names_it() {
    let place = Place::new(&[("etc/posmortem.toml", "token_key = 'keys/token.key'")], &[]);
    let config = place.gather(&[], None).unwrap();
    assert_eq!(Path::new(text(&config, Setting::TokenKey)), place.folder.path().join("etc/keys/token.key"));
}

#[test]
fn every_setting_is_shown_with_its_origin() {
    let place =
        Place::new(&[("here/posmortem.toml", "[link.north]\ntimeout = '20s'")], &[("POSMORTEM_LANG", "zh")]);
    let config = place.gather(&[(Setting::Threads, "2")], None).unwrap();
    let mut shown = Vec::new();
    write_text(&config, &mut shown).unwrap();
    let shown = String::from_utf8(shown).unwrap();
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let lines: Vec<_> = shown.lines().map(words).collect();
    assert_eq!(lines.len(), Setting::ALL.len() + 1);
    assert!(lines.contains(&words("threads 2 --threads")), "{shown}");
    assert!(lines.contains(&words("lang zh POSMORTEM_LANG")), "{shown}");
    assert!(lines.contains(&words("timezone - default")), "{shown}");
    assert!(lines.contains(&words("horizon 10m default")), "{shown}");

    let mut json = Vec::new();
    write_json(&config, &mut json).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    let link = &json["settings"][Setting::ALL.len()];
    assert_eq!((&link["origin"]["layer"], &link["origin"]["line"]), (&"file".into(), &2.into()));
    assert_eq!(json["settings"][0]["origin"]["layer"], "default");
}
