"""`pyiso8583` from PyPI at one version, in a virtual environment under target/, for the scripts that check posmortem against it."""
import os, pathlib, subprocess, sys

VERSION = "4.0.1"
ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
VENV = TARGET / "codecs" / "venv"
PYTHON = VENV / "bin" / "python"


def enter(*builds):
    """Runs the calling script again with the peer installed, unless that is so, after building what it needs."""
    if pathlib.Path(sys.prefix) == VENV.resolve():
        return
    try:
        if not PYTHON.exists():
            subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
        subprocess.run([PYTHON, "-m", "pip", "install", "-q", f"pyiso8583=={VERSION}"], check=True)
        for build in builds:
            subprocess.run(["cargo", "build", "-q", *build], check=True, cwd=ROOT)
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(print(f"{pathlib.Path(sys.argv[0]).name}: {error}", file=sys.stderr) or 2)
    sys.exit(subprocess.run([PYTHON, *sys.argv]).returncode)
