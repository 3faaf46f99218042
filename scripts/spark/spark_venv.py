"""`pyspark` from PyPI at one version, in a virtual environment under target/, for the scripts that run Spark.

Where `SPARK_HOME` names a Spark, that one is used, with the Python that runs the script: a driver must be of its cluster's version.
"""
import os, pathlib, re, shutil, subprocess, sys

VERSION = "4.3.0"
JAVA = 17
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TARGET = (ROOT / os.environ.get("CARGO_TARGET_DIR", "target")).resolve()
VENV = TARGET / "spark" / f"pyspark-{VERSION}"
PYTHON = VENV / "bin" / "python"


def enter():
    """Goes on where `pyspark` can be imported: in the virtual environment, which is made once, or beside the user's own Spark."""
    require_java()
    own = os.environ.get("SPARK_HOME")
    if own and pathlib.Path(own) != home():
        add_own(pathlib.Path(own))
    elif pathlib.Path(sys.prefix) != VENV:
        make()
        # A shell's settings for Python are meant for another one.
        os.environ.pop("PYTHONPATH", None)
        os.execv(PYTHON, [str(PYTHON), *sys.argv])
    else:
        os.environ["SPARK_HOME"] = str(home())


def home():
    """The pinned Spark."""
    return VENV / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages" / "pyspark"


def make():
    """Makes the virtual environment, 520 MB, unless it is there and whole."""
    whole = VENV / "whole"
    if whole.exists():
        return
    print(f"{name()}: installing pyspark {VERSION} into {VENV}", file=sys.stderr)
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True)
        subprocess.run([PYTHON, "-m", "pip", "install", "--quiet", f"pyspark=={VERSION}"], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        give_up(f"pyspark cannot be installed: {error}; or name a Spark of your own in SPARK_HOME")
    whole.touch()


def add_own(spark):
    """Lets the user's Spark be imported."""
    found = sorted((spark / "python" / "lib").glob("py4j-*-src.zip"))
    if not found:
        give_up(f"SPARK_HOME is {spark}, and no Spark with Python is there: name one, or unset it for pyspark {VERSION}")
    pyspark = spark / "python" / "lib" / "pyspark.zip"
    sys.path[:0] = [str(pyspark if pyspark.exists() else spark / "python"), str(found[-1])]


def require_java():
    """Ends where there is no Java that Spark runs on."""
    java = os.environ.get("JAVA_HOME") and os.path.join(os.environ["JAVA_HOME"], "bin", "java") or shutil.which("java")
    do = f"install Java {JAVA} or later (on Debian the package openjdk-{JAVA}-jre-headless), or name one in JAVA_HOME"
    if not java:
        give_up(f"there is no Java: {do}")
    try:
        told = subprocess.run([java, "-version"], capture_output=True, text=True).stderr
    except OSError as error:
        give_up(f"{java} cannot be run ({error.strerror}): {do}")
    version = re.search(r'version "(?:1\.)?(\d+)', told)
    if not version or int(version[1]) < JAVA:
        give_up(f"{java} is Java {version[1] if version else 'of an unknown version'}: {do}")


def name():
    return f"spark/{pathlib.Path(sys.argv[0]).name}"


def give_up(why, status=2):
    print(f"{name()}: {why}", file=sys.stderr)
    sys.exit(status)
