//! One target under libFuzzer: `POSMORTEM_FUZZ_TARGET` names it, and arguments are libFuzzer's. `scripts/fuzz` builds
//! this with the flags that it needs, and reads what it says. Where `POSMORTEM_FUZZ_SEEDS` names a folder, the target's
//! seeds are written there first.
#![no_main]
#![forbid(unsafe_code)]

use libfuzzer_sys::fuzz_target;
use posmortem_fuzz::Target;
use std::sync::OnceLock;
use std::{env, fs};

static TARGET: OnceLock<&Target> = OnceLock::new();

fuzz_target!(
    init: TARGET.set(chosen()).expect("it is chosen once"),
    |input: &[u8]| {
        if let Some(target) = TARGET.get() {
            (target.run)(input);
        }
    }
);

fn chosen() -> &'static Target {
    let name = env::var("POSMORTEM_FUZZ_TARGET").unwrap_or_default();
    let target = Target::named(&name).expect("POSMORTEM_FUZZ_TARGET names a target");
    if let Some(folder) = env::var_os("POSMORTEM_FUZZ_SEEDS") {
        for (number, seed) in (target.seeds)().into_iter().enumerate() {
            let path = std::path::Path::new(&folder).join(format!("seed-{number:03}"));
            fs::write(path, seed).expect("a writable folder of seeds");
        }
    }
    target
}
