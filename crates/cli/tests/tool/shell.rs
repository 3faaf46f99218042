//! Completions and manual pages, as shells and readers of pages take them.
//!
//! What is not on the machine (a shell, groff) is skipped with a message.
#![allow(clippy::print_stdout)]

use crate::bench::Bench;
use std::path::Path;
use std::process::{Command, Stdio};

/// Whether a program is there; where it is not, says so.
fn has(program: &str) -> bool {
    let found = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if found.is_err() {
        println!("skipped: no {program} on this machine");
    }
    found.is_ok()
}

/// What a program prints in the folder of a bench.
fn output(bench: &Bench, program: &str, arguments: &[&str]) -> String {
    let mut run = Command::new(program);
    let output =
        run.args(arguments).current_dir(bench.path(".")).env("HOME", bench.path(".")).output().unwrap();
    String::from_utf8(output.stdout).unwrap() + &String::from_utf8_lossy(&output.stderr)
}

fn with_script(shell: &str) -> Bench {
    let script = Bench::new().run(&["completions", shell]).with_code(0).0.to_owned();
    Bench::new().with("script", script).with("day.log", "")
}

#[test]
fn every_shell_gets_a_script_with_commands_and_flags() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = Bench::new().run(&["completions", shell]).with_code(0).0.to_owned();
        for word in ["classify", "max-rejects", "write-config", "completions"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
}

#[test]
fn bash_completes() {
    if !has("bash") {
        return;
    }
    let bench = with_script("bash");
    let completed = |words: &[&str]| -> Vec<String> {
        let (words, last) = (words.join(" "), words.len() - 1);
        let asked = format!(
            "source ./script && complete -p posmortem >/dev/null && COMP_WORDS=({words}) COMP_CWORD={last} && \
             _posmortem posmortem \"${{COMP_WORDS[-1]}}\" \"${{COMP_WORDS[-2]}}\" && printf '%s\\n' \"${{COMPREPLY[@]}}\""
        );
        let told = output(&bench, "bash", &["--norc", "-c", &asked]);
        told.lines().filter(|line| !line.contains("compopt")).map(str::to_owned).collect()
    };
    assert_eq!(completed(&["posmortem", "cl"]), ["classify"]);
    assert_eq!(completed(&["posmortem", "report", "--max-rej"]), ["--max-rejects"]);
    assert_eq!(
        completed(&["posmortem", "report", "--dialect", "unionpay-c"]),
        ["unionpay-cups", "unionpay-cil-smart"]
    );
    assert_eq!(completed(&["posmortem", "explain", "pin_k"]), ["pin_key_out_of_sync"]);
    assert_eq!(completed(&["posmortem", "config", "s"]), ["show"]);
    assert_eq!(completed(&["posmortem", "report", "--config", "day"]), ["day.log"]);
}

/// As the README and the help have it, in a shell without the package bash-completion.
#[test]
fn the_line_that_is_advised_for_bash_is_enough() {
    const LINE: &str = "source <(posmortem completions bash)";
    let advised = |text: &str| text.lines().any(|line| line.trim_start().starts_with(LINE));
    let bench = Bench::new();
    let help = bench.run(&["help", "completions"]);
    assert!(advised(help.with_code(0).0) && advised(&readme()), "{help:?}");
    if has("bash") {
        let asked = format!("PATH={}:$PATH; {LINE}; complete -p posmortem", tools().display());
        let told = output(&bench, "bash", &["--norc", "-c", &asked]);
        assert!(told.starts_with("complete ") && told.ends_with(" -F _posmortem posmortem\n"), "{told}");
    }
}

/// What was built from source is found by its name after the README's line.
#[test]
fn the_readme_puts_what_is_built_on_the_path() {
    let readme = readme();
    let line = readme.lines().find(|line| line.starts_with("export PATH=")).unwrap();
    let bench = Bench::new().with("target/release/keep", "");
    std::fs::copy(env!("CARGO_BIN_EXE_posmortem"), bench.path("target/release/posmortem")).unwrap();
    let told = output(&bench, "sh", &["-c", &format!("{line}\ncd target && command -v posmortem")]);
    assert!(told.ends_with("/target/release/posmortem\n"), "{told}");
}

fn readme() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md")).unwrap()
}

/// The folder of the tool.
fn tools() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_posmortem")).parent().unwrap()
}

#[test]
fn fish_and_zsh_complete() {
    if has("fish") {
        let told = output(
            &with_script("fish"),
            "fish",
            &[
                "-c",
                "source script; complete -C 'posmortem report --max-rej'; complete -C 'posmortem report --dialect jc'",
            ],
        );
        let words: Vec<_> = told.lines().map(|line| line.split('\t').next().unwrap()).collect();
        assert_eq!(words, ["--max-rejects", "jcb"], "{told}");
    }
    if has("zsh") {
        assert_eq!(output(&with_script("zsh"), "zsh", &["-n", "script"]), "");
    }
}

#[test]
fn every_command_has_a_page() {
    let bench = Bench::new();
    assert_eq!(bench.run(&["man", "--dir", "pages/man1"]).with_code(0), ("", Vec::new()));
    let mut names: Vec<_> = std::fs::read_dir(bench.path("pages/man1")).unwrap().collect();
    names.sort_by_key(|entry| entry.as_ref().unwrap().file_name());
    let names: Vec<_> =
        names.into_iter().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    for name in ["posmortem.1", "posmortem-report.1", "posmortem-config-show.1", "posmortem-man.1"] {
        assert!(names.contains(&name.to_owned()), "{names:?}");
    }
    for name in &names {
        let page = bench.read(&format!("pages/man1/{name}"));
        assert!(page.is_ascii() && page.contains("\n.SH EXAMPLES\n"), "{name}");
        assert!(page.contains(".SH \"EXIT STATUS\"") && page.contains("\n  130  interrupted\n"), "{name}");
        // One by one, and by the words of the command, they are the same.
        let words = name.trim_start_matches("posmortem").trim_end_matches(".1");
        let words: Vec<_> = words.split('-').filter(|word| !word.is_empty()).collect();
        assert_eq!(bench.run(&[&["man"][..], &words].concat()).with_code(0).0, page, "{name}");
    }
    let whole = bench.run(&["man", "posmortem-report"]);
    assert_eq!(whole.with_code(0).0, bench.read("pages/man1/posmortem-report.1"));
    bench.run(&["man", "report", "--dir", "pages"]).says_only(2, "cannot be used with");
}

#[test]
fn the_tool_s_page_tells_files_and_environment() {
    let page = Bench::new().run(&["man"]).with_code(0).0.replace("\\-", "-");
    for told in ["POSMORTEM_MAX_REJECTS", "As --max-rejects.", "NO_COLOR", "/etc/posmortem/posmortem.toml"] {
        assert!(page.contains(told), "{told}");
    }
    let at = |told: &str| page.find(&format!("\\fB{told}\\fR")).unwrap_or_else(|| panic!("{told}"));
    let files =
        ["./posmortem.toml", "$XDG_CONFIG_HOME/posmortem/config.toml", "/etc/posmortem/posmortem.toml"];
    assert!(files.map(at).is_sorted(), "as `config` looks for them");
}

#[test]
fn readers_of_pages_have_nothing_to_say() {
    let bench = Bench::new();
    bench.run(&["man", "--dir", "."]).with_code(0);
    for name in bench.names() {
        if has("groff") {
            assert_eq!(output(&bench, "groff", &["-man", "-ww", "-Tutf8", "-z", &name]), "");
        }
        if Command::new("mandoc").arg("-V").output().is_ok() {
            let told = output(&bench, "mandoc", &["-Tlint", "-Wwarning", &name]);
            // A page is of a version and of no day.
            let told: Vec<_> = told.lines().filter(|line| !line.contains("missing date")).collect();
            assert_eq!(told, [""; 0]);
        }
    }
}

/// Flags in a text: `--` and a name, where no name goes on before it.
fn flags(text: &str) -> impl Iterator<Item = &str> {
    let starts = text
        .match_indices("--")
        .filter(|(at, _)| !text[..*at].ends_with(|c: char| c == '-' || c.is_alphanumeric()));
    let named = starts.map(|(at, _)| {
        let name = &text[at + 2..];
        &name[..name.find(|c: char| c != '-' && !c.is_ascii_lowercase()).unwrap_or(name.len())]
    });
    named.filter(|name| name.len() > 1 && !name.starts_with('-'))
}

#[test]
fn the_readme_knows_no_flag_and_no_status_that_is_none() {
    let readme = readme();
    let bench = Bench::new();
    bench.run(&["man", "--dir", "."]).with_code(0);
    let pages: String =
        bench.names().iter().map(|name| bench.read(name).replace("\\fB", "").replace("\\-", "-")).collect();
    let known: std::collections::BTreeSet<_> = flags(&pages).collect();
    let mut seen = 0;
    for (at, block) in readme.split("```").enumerate() {
        // Blocks in `sh` are about other programs, and so are lines about them.
        if at % 2 == 1 && block.starts_with("sh\n") {
            continue;
        }
        for line in block.lines().filter(|line| !line.contains("cargo ") && !line.contains("find ")) {
            for flag in flags(line) {
                assert!(known.contains(flag), "--{flag}: {line}");
                seen += 1;
            }
        }
    }
    assert!(seen > 30);
    let help = bench.run(&["--help"]).with_code(0).0.to_owned();
    let told = |text: &str, mark: &str| -> Vec<u8> {
        let lines =
            text.lines().filter_map(|line| line.strip_prefix(mark)?.split_whitespace().next()?.parse().ok());
        lines.collect()
    };
    let of_help = help.split("Exit status:").nth(1).unwrap();
    assert_eq!(told(&readme, "| "), told(of_help, "  "));
}
