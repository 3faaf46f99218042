"""What the jobs need: posmortem and the generator, peers from PyPI and crates.io, days. Everything is kept under target/peers."""
import functools, json, os, pathlib, shutil, subprocess, sys

from .race import MIB, call, say

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
KEPT = ROOT / "target/peers"
PROGRAMS = pathlib.Path(__file__).resolve().parent / "programs"


def python_with(versions):
    """A Python with these packages of PyPI."""
    home = KEPT / "-".join(f"{name}-{version}" for name, version in versions.items())
    python = home / "bin/python"
    if not (home / "complete").exists():
        shutil.rmtree(home, ignore_errors=True)
        say(f"installing {', '.join(f'{name} {version}' for name, version in versions.items())} ...")
        call([sys.executable, "-m", "venv", home])
        call([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
              *(f"{name}=={version}" for name, version in versions.items())])
        (home / "complete").touch()
    return python


def binaries(options):
    """posmortem and the generator of days, built as releases are, or those of a folder that is told."""
    if options.built:
        return options.built / "posmortem", options.built / "posmortem-synth"
    call(["cargo", "build", "--quiet", "--release", "--locked", "-p", "posmortem-cli", "-p", "posmortem-synth"], cwd=ROOT)
    about = call(["cargo", "metadata", "--format-version", "1", "--no-deps", "--locked"], cwd=ROOT, capture_output=True)
    folder = pathlib.Path(json.loads(about.stdout)["target_directory"]) / "release"
    return folder / "posmortem", folder / "posmortem-synth"


@functools.cache
def program(name):
    """One of our small programs around a crate, built as posmortem is; None when the crate cannot be fetched or built any more."""
    target = KEPT / "programs"
    build = ["cargo", "build", "--quiet", "--release", "--locked", "--manifest-path", PROGRAMS / "Cargo.toml", "--target-dir", target]
    # All at once, since they share crates; one by one where one of them does not build.
    if not all_programs(tuple(build)):
        done = subprocess.run([*build, "--features", name, "--bin", name], capture_output=True, text=True)
        if done.returncode:
            last = next((line for line in done.stderr.splitlines() if line.startswith("error")), f"status {done.returncode}")
            say(f"  {name} could not be built and is left out: {last}")
            return None
    return target / "release" / name


@functools.cache
def all_programs(build):
    say("building the programs of the peers ...")
    return subprocess.run([*build, "--all-features"], stderr=subprocess.DEVNULL).returncode == 0


def made(synth, name, arguments):
    """A day that the generator writes, made once for these arguments."""
    day, note = KEPT / name, KEPT / f"{name}.args"
    if not day.exists() or not note.exists() or note.read_text() != " ".join(map(str, arguments)):
        say(f"making {day.relative_to(ROOT)} ...")
        note.unlink(missing_ok=True)
        call([synth, *arguments, "-o", day])
        note.write_text(" ".join(map(str, arguments)))
    return day


def has_byte(file, byte):
    """Reads the file once, which also brings it into the page cache."""
    found = False
    with open(file, "rb", buffering=0) as bytes_of:
        while block := bytes_of.read(MIB):
            found = found or byte in block
    return found


on_path = shutil.which


def awk():
    return next(((name, path) for name in ("mawk", "gawk", "awk") if (path := on_path(name))), None)


def packaged(name, package):
    """A program of the path, else from Debian's packages where that is allowed; None, and a word of it, when there is none."""
    if path := on_path(name):
        return path
    if shutil.which("apt-get") and os.geteuid() == 0:
        say(f"installing {package} ...")
        subprocess.run(["apt-get", "install", "-y", "-qq", package], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if not (path := on_path(name)):
        say(f"  no {name} (Debian's package {package}): left out")
    return path
