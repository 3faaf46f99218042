//! Lists of terminals, findings of other days, and manifests of jobs.

use crate::days::usual_settings;
use crate::input_file::InputFile;
use crate::samples::DAY;
use crate::told::assert_shown;
use posmortem::logs::Split;
use posmortem::{InputSource, Settings, analyse};
use posmortem::{findings_of, read_findings, read_inventory, read_splits, write_findings, write_manifest};

/// Lists in the forms that are read.
pub(crate) fn inventory_seeds() -> Vec<Vec<u8>> {
    let lists = [
        "terminal_id,site,region,model,firmware,link,status\n10012345,S1,north,P400,1.2,east,live\n0012,S2,south,A920,1.3,west,test\n",
        "\u{feff}tid;model\n\"T;1\";P400\nT2;\"P\"\"400\"\n",
        "TERMINAL\tSTATUS\nT1\tdecommissioned\nT1\tdecommissioned\n",
        "terminal\nT1\n\nT2\n",
    ];
    lists.map(|list| list.as_bytes().to_vec()).to_vec()
}

/// A list of terminals.
pub(crate) fn inventory(text: &[u8]) -> bool {
    match read_inventory(text) {
        Ok(list) => {
            let lines = text.split(|byte| matches!(byte, b'\n' | b'\r')).count();
            assert!(list.len() <= lines, "more terminals than lines");
            for id in plain_ids(text) {
                assert!(list.terminal(id).is_some(), "a terminal of the list that is not listed");
            }
            !list.is_empty()
        }
        Err(error) => {
            assert_shown("inventory", error.to_string().as_bytes(), b"");
            false
        }
    }
}

/// First fields of a list without quotes whose first column is that of ids, as far as no screen can change them.
fn plain_ids(text: &[u8]) -> impl Iterator<Item = &str> {
    let is_plain = text.starts_with(b"terminal_id,") && !text.contains(&b'"');
    let lines = text.split(|byte| matches!(byte, b'\n' | b'\r')).skip(1).filter(move |_| is_plain);
    let ids = lines.filter_map(|line| std::str::from_utf8(line.split(|byte| *byte == b',').next()?).ok());
    ids.filter(|id| (1..12).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// What the fixture day found, and the least that is read.
pub(crate) fn findings_seeds() -> Vec<Vec<u8>> {
    let file = InputFile::new("day-2026-11-21.csv", DAY);
    let diagnosis = Some(posmortem::diagnose::Settings::default());
    let settings = Settings { diagnosis, tells_exchanges: false, ..usual_settings() };
    let run = analyse(&[file.source()], &settings, &mut ());
    let diagnosis = run.diagnosis.as_ref().expect("it is asked for");
    let mut written = Vec::new();
    let findings = findings_of(&run.summary, diagnosis, None).expect("attempts were judged");
    write_findings(&findings, &mut written).expect("a Vec takes every byte");
    vec![written, b"{\"findings\":2}".to_vec()]
}

/// What is read is written and read again.
pub(crate) fn findings(bytes: &[u8]) -> bool {
    match read_findings(bytes) {
        Ok(findings) => {
            let mut written = Vec::new();
            write_findings(&findings, &mut written).expect("a Vec takes every byte");
            let again = read_findings(&written).expect("what was written is read");
            let mut rewritten = Vec::new();
            write_findings(&again, &mut rewritten).expect("a Vec takes every byte");
            assert!(rewritten == written, "other findings");
            assert_shown("findings", &written, b"\n");
            true
        }
        Err(error) => {
            assert_shown("findings", error.to_string().as_bytes(), b"");
            false
        }
    }
}

/// Manifests as `splits` writes them, and as people may.
pub(crate) fn manifest_seeds() -> Vec<Vec<u8>> {
    let manifests = [
        "path\tstart\tend\ttask\nday.csv\t0\t4096\t1\nday.csv\t4096\t-\t2\nhost.log\t0\t-\t2\n",
        "a\t7\t9\nb\t0\t1\na\t3\t7\na\t20\t-\n",
        "a b\t0\t18446744073709551615\r\na b\t18446744073709551615\t-",
        "a\t0\t9\na\t8\t-\n",
    ];
    manifests.map(|text| text.as_bytes().to_vec()).to_vec()
}

/// What is read is written and read again.
pub(crate) fn manifest(text: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(text) else { return false };
    let sources = match read_splits(text) {
        Ok(sources) => sources,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return false;
        }
    };
    let splits: Vec<_> = sources
        .iter()
        .map(|source| match source {
            InputSource::Split(path, split) => (path.clone(), *split),
            InputSource::Path(path) => (path.clone(), Split::WHOLE),
            InputSource::Stdin => panic!("standard input in a manifest"),
        })
        .collect();
    for pair in splits.windows(2) {
        let [(path, split), (other, next)] = pair else { continue };
        assert!(path != other || split.end.is_some_and(|end| end < next.start), "a byte named twice");
    }
    assert!(splits.iter().all(|(_, split)| split.end.is_none_or(|end| split.start < end)));
    if let Ok(written) = write_manifest(&[splits]) {
        assert_eq!(read_splits(&written).as_ref(), Ok(&sources));
    }
    true
}
