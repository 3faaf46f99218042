"""A Spark cluster on this machine's loopback: what of it runs is written down in a folder, so that it is stopped whole.

Each process is started as the leader of a session of its own. Whatever it starts stays in that session, so that executors, their
Python and the tool are found also where the leader was killed.
"""
import contextlib, fcntl, json, os, pathlib, re, secrets, shutil, signal, subprocess, sys, time, urllib.request

from spark_venv import TARGET, give_up

STATE = TARGET / "spark" / "cluster"
LOOPBACK = "127.0.0.1"
# A master answers in 4 s on two idle cores; a machine that is busy takes several times that.
PATIENCE = 120


class Cluster:
    """The cluster whose state is kept in a folder."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder).resolve()
        self.file = self.folder / "cluster.json"
        self.settings = self.folder / "spark.conf"
        try:
            self.state = json.loads(self.file.read_text())
        except FileNotFoundError:
            self.state = {"boot": boot(), "processes": []}
        if self.state["boot"] != boot():
            # Numbers of before the machine was started again are somebody else's by now.
            self.state = {"boot": boot(), "processes": []}

    @contextlib.contextmanager
    def locked(self):
        """One `up` or `down` at a time."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.folder / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.__init__(self.folder)
            yield

    @property
    def master(self):
        return self.state.get("master")

    @property
    def workers(self):
        return [process for process in self.state["processes"] if process["what"] != "master"]

    def is_up(self):
        """Whether all that was started runs, and the workers are registered."""
        processes = self.state["processes"]
        return bool(self.master) and all(map(runs, processes)) and self.registered() == len(self.workers)

    def registered(self):
        """How many workers the master knows to be alive."""
        try:
            with urllib.request.urlopen(f"{self.state['web']}/json/", timeout=5) as answer:
                return json.load(answer)["aliveworkers"]
        except OSError:
            return None

    def start(self, spark, wanted):
        """Starts a master and its workers, and waits until they are registered."""
        for stale in ["logs", "work"]:
            shutil.rmtree(self.folder / stale, ignore_errors=True)
        (self.folder / "logs").mkdir(parents=True)
        self.state = {"boot": boot(), "processes": [], "python": sys.executable, "wanted": wanted}
        self.write_settings()
        # Ports are chosen by the system, and told in the log.
        log = self.launch(spark, "master", "org.apache.spark.deploy.master.Master", ["--host", LOOPBACK, "--port", "0"])
        self.state["master"] = self.told(log, r"Starting Spark master at (spark://\S+)")
        port = self.told(log, r"started service 'MasterUI' on port (\d+)")
        self.state["web"] = f"http://{LOOPBACK}:{port}"
        self.write()
        for number in range(1, wanted["workers"] + 1):
            # Addresses of their own: Spark does not run a task a second time beside itself on one host.
            host = f"127.0.0.{number}"
            offered = ["--host", host, "--cores", str(wanted["cores"]), "--memory", wanted["memory"], "--work-dir", self.folder / "work"]
            self.launch(spark, f"worker-{number}", "org.apache.spark.deploy.worker.Worker", [*offered, self.master], host)
        self.wait_for("the workers to be registered", lambda: self.registered() == wanted["workers"])

    def write_settings(self):
        """What master, workers and drivers are told, for this user's eyes alone: who knows the secret can run programs as him."""
        self.settings.unlink(missing_ok=True)
        settings = {
            "spark.authenticate": "true",
            "spark.authenticate.secret": secrets.token_hex(32),
            # The page is for looking at: whoever is on this machine sees it.
            "spark.ui.killEnabled": "false",
            "spark.master.ui.decommission.allow.mode": "DENY",
            # Its port would be a fixed one, and nobody here asks it.
            "spark.master.rest.enabled": "false",
        }
        with open(os.open(self.settings, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.writelines(f"{name} {value}\n" for name, value in settings.items())

    def launch(self, spark, what, of, words, host=LOOPBACK):
        """Starts a process, and writes it down before anything else happens."""
        log = self.folder / "logs" / what
        # Settings of another Spark are none of this one.
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("SPARK_", "PYSPARK_"))}
        environment |= {"SPARK_HOME": str(spark), "SPARK_LOCAL_IP": host}
        command = [spark / "bin" / "spark-class", of, "--properties-file", self.settings, "--webui-port", "0", *words]
        with open(log, "w") as said:
            process = subprocess.Popen(command, env=environment, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=said,
                                       stderr=said, start_new_session=True)
        self.state["processes"].append({"what": what, "pid": process.pid, "born": born(process.pid)})
        self.write()
        return log

    def told(self, log, pattern):
        """What a log tells, as soon as it does."""
        return self.wait_for(f"`{log.name}` to start", lambda: re.search(pattern, log.read_text()))[1]

    def wait_for(self, what, found):
        give_up_at = time.monotonic() + PATIENCE
        while not (answer := found()):
            dead = [process["what"] for process in self.state["processes"] if not runs(process)]
            if dead or time.monotonic() > give_up_at:
                said = self.folder / "logs" / (dead or [self.state["processes"][-1]["what"]])[0]
                # What runs by now is nobody's any more.
                self.stop()
                give_up(f"waited for {what}, and {dead[0] + ' ended' if dead else f'not within {PATIENCE} s'}: see {said}")
            time.sleep(0.1)
        return answer

    def stop(self):
        """Ends every process of the cluster, and what they have started; how many there were."""
        count = len(self.living())
        for number, patience in [(signal.SIGTERM, 10), (signal.SIGKILL, 10)]:
            for pid in self.living():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
            give_up_at = time.monotonic() + patience
            while self.living() and time.monotonic() < give_up_at:
                time.sleep(0.05)
        if left := self.living():
            give_up(f"processes that cannot be ended: {', '.join(map(str, left))}")
        for file in [self.file, self.settings]:
            file.unlink(missing_ok=True)
        shutil.rmtree(self.folder / "work", ignore_errors=True)
        self.state = {"boot": boot(), "processes": []}
        return count

    def living(self):
        """Every process in the sessions that were started here."""
        ours = set()
        for process in self.state["processes"]:
            there = born(process["pid"])
            # The number of a session is nobody else's as long as anything lives in it.
            if there is None or there == process["born"]:
                ours.add(process["pid"])
        return [pid for pid in numbers() if stat(pid) and stat(pid)["session"] in ours and stat(pid)["state"] != "Z"]

    def write(self):
        new = self.file.with_suffix(".new")
        new.write_text(json.dumps(self.state, indent=1))
        new.replace(self.file)


def numbers():
    return [int(entry) for entry in os.listdir("/proc") if entry.isdigit()]


def stat(pid):
    """State, session and birth of a process, if there is one."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    # The name before them may hold anything.
    fields = text[text.rindex(")") + 2:].split()
    return {"state": fields[0], "session": int(fields[3]), "born": int(fields[19])}


def born(pid):
    found = stat(pid)
    return found and found["born"]


def runs(process):
    found = stat(process["pid"])
    return bool(found) and found["born"] == process["born"] and found["state"] != "Z"


def boot():
    """Which start of the machine this is."""
    return pathlib.Path("/proc/sys/kernel/random/boot_id").read_text().strip()
