"""Optuna under the faults of .ci/check-chaos: what is lost, repeated or stuck (see `chaos`).

A study as Optuna's users run one on a cluster's shared folder: worker processes without a controller,
each asks the storage for a trial, "trains" it and tells the result, until enough trials are complete.
The result of a training depends on its parameters alone and takes half a second.
"""

import argparse
import collections
import json
import math
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import warnings

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, f"{HERE}/../../../Tests/Chaos")
import faults  # noqa: E402

DEPTHS, WIDTHS, KERNELS = [1, 2, 3, 4], [16, 24, 32, 48, 64], [3, 5]
HEARTBEAT_SECONDS, GRACE_SECONDS = 2, 10

# Faults and their shares of all, as in faults.py where both have them.
PROCESSES = {"worker killed": 5, "all killed": 3, "stopped by signal": 3, "paused": 2}
SHARES = {"processes": PROCESSES, "all": PROCESSES | {"failing call": 8, "disk full": 2}}
# Workers that ended with an error so often will not do better.
ENOUGH_ERRORS = 40


def load(kind, folder):
    """Opens the storage as Optuna's documentation says, with what it has against lost workers."""
    import optuna
    from optuna.storages import JournalStorage, RDBStorage, RetryHeartbeatStaleTrialCallback
    from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore")  # Heartbeats are "experimental".
    if kind == "journal":
        storage = JournalStorage(JournalFileBackend(f"{folder}/journal.log"))
    elif kind == "journal-open-lock":
        path = f"{folder}/journal.log"
        storage = JournalStorage(JournalFileBackend(path, lock_obj=JournalFileOpenLock(path)))
    else:
        storage = RDBStorage(
            f"sqlite:///{folder}/study.db",
            heartbeat_interval=HEARTBEAT_SECONDS,
            grace_period=GRACE_SECONDS,
            heartbeat_stale_trial_callback=RetryHeartbeatStaleTrialCallback(max_retry=3),
            engine_kwargs={"connect_args": {"timeout": 30}},
        )
    return optuna, storage


def accuracy(parameters):
    """A made-up accuracy of a student: smooth, with an optimum that is not at an edge."""
    depth, width = parameters["depth"], parameters["width"]
    noise = random.Random(json.dumps(parameters, sort_keys=True)).uniform(-0.004, 0.004)
    rate = math.log10(parameters["learning_rate"])
    return 0.93 - 0.02 * (depth - 3) ** 2 - 0.01 * (rate + 1.3) ** 2 + 0.0005 * width + noise


def work(kind, folder, number, trials, seconds):
    """A worker: optimises until the study has enough complete trials."""
    optuna, storage = load(kind, folder)
    from optuna.study import MaxTrialsCallback
    from optuna.trial import TrialState

    def note(event, trial):
        line = json.dumps({"event": event, "trial": trial.number, "process": os.getpid()})
        descriptor = os.open(os.environ["CHAOS_NOTES"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(descriptor, (line + "\n").encode())
        os.close(descriptor)

    def train(trial):
        parameters = {
            "depth": trial.suggest_categorical("depth", DEPTHS),
            "width": trial.suggest_categorical("width", WIDTHS),
            "kernel": trial.suggest_categorical("kernel", KERNELS),
            "learning_rate": trial.suggest_float("learning_rate", 0.01, 0.3, log=True),
        }
        note("began", trial)
        time.sleep(seconds)
        note("trained", trial)
        return accuracy(parameters)

    study = optuna.create_study(
        storage=storage, study_name="chaos", direction="maximize", load_if_exists=True,
        sampler=optuna.samplers.TPESampler(seed=number, constant_liar=True),
    )
    enough = MaxTrialsCallback(trials, states=(TrialState.COMPLETE,))
    if len(study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))) < trials:
        study.optimize(train, callbacks=[enough])


class Peer:
    """The worker processes of a study, each started again when it has ended before its time."""

    def __init__(self, options, kind, name):
        self.options, self.kind = options, kind
        self.folder = f"{options.disk}/{name}"
        os.makedirs(f"{self.folder}/study")
        self.writes = faults.Writes(f"{options.area}/{name}.control")
        self.control = f"{options.area}/{name}.control"
        self.notes = f"{options.area}/{name}.jsonl"
        self.workers, self.starts, self.errors = {}, 0, collections.Counter()

    def start(self, number):
        self.starts += 1
        environment = {**os.environ, "CHAOS_NOTES": self.notes}
        if self.options.shim:
            environment |= {
                "LD_PRELOAD": self.options.shim,
                "WRITES_FOLDER": f"{self.folder}/study",
                "WRITES_CONTROL": self.control,
            }
        log = f"{self.options.area}/{os.path.basename(self.folder)}-{number}.log"
        with open(log, "a") as output:
            self.workers[number] = subprocess.Popen(
                [sys.executable, __file__, "--worker", self.kind, f"{self.folder}/study",
                 str(number), str(self.options.trials), str(self.options.seconds)],
                stdout=output, stderr=output, env=environment,
            )

    def turn(self):
        """Starts workers again that ended badly; says whether all have ended well."""
        over = True
        for number, worker in list(self.workers.items()):
            status = worker.poll()
            if status is None:
                over = False
            elif status != 0:
                self.errors["killed" if status < 0 else "ended with an error"] += 1
                self.start(number)
                over = False
        return over

    def trainings(self):
        """What the workers themselves noted, outside of the folder that faults hit."""
        if not os.path.exists(self.notes):
            return []
        with open(self.notes) as file:
            return [json.loads(line) for line in file if line.endswith("\n")]

    def alive(self):
        return [worker for worker in self.workers.values() if worker.poll() is None]

    def disturb(self, source):
        """One random fault; returns its name, or None if it had no effect."""
        # Faults while a worker only starts would hurt nobody.
        begun = {event["process"] for event in self.trainings()}
        alive = self.alive()
        working = [worker for worker in alive if worker.pid in begun]
        if not working:
            return None
        shares = SHARES[self.options.of]
        name = source.choices(list(shares), list(shares.values()))[0]
        if name == "worker killed":
            source.choice(working).send_signal(signal.SIGKILL)
        elif name == "all killed":
            for worker in alive:
                worker.send_signal(signal.SIGKILL)
        elif name == "stopped by signal":
            source.choice(working).send_signal(signal.SIGTERM)
        elif name == "paused":
            worker = source.choice(working)
            worker.send_signal(signal.SIGSTOP)
            time.sleep(source.uniform(0.2, 2))
            worker.send_signal(signal.SIGCONT)
        elif name == "failing call":
            if not self.options.shim:
                return None
            _, operations, error, mode, count = source.choice(faults.FAILING)
            self.writes.arm(count, operations, error, mode)
            end = time.monotonic() + 3
            while not self.writes.fired and time.monotonic() < end:
                time.sleep(0.02)
            time.sleep(0.5)
            self.writes.disarm()
            return name if self.writes.fired else None
        else:
            if not self.options.mounted:
                return None
            filler = faults.fill(self.options.disk, 0)
            time.sleep(source.uniform(0.5, 2))
            os.unlink(filler)
        return name

    def run(self, quota, seed):
        """Runs the study under faults to its end; returns the faults, and the seconds it took."""
        source = random.Random(seed)
        done = []
        began = time.monotonic()
        # The tables of a database must not be made by all workers at once.
        self.ask("optuna.create_study(study_name='chaos', storage=storage, direction='maximize')")
        for number in range(self.options.workers):
            self.start(number)
        following = time.monotonic() + 3
        while not self.turn():
            hopeless = self.errors["ended with an error"] > ENOUGH_ERRORS
            if hopeless or time.monotonic() - began > self.options.patience:
                for worker in self.alive():
                    worker.kill()
                self.errors["no end"] += 1
                break
            if len(done) < quota and time.monotonic() >= following:
                name = self.disturb(source)
                if name:
                    done.append(name)
                following = time.monotonic() + source.expovariate(1 / self.options.every)
            time.sleep(0.05)
        return done, time.monotonic() - began

    def ask(self, code):
        """Runs some lines with the storage in a process of their own."""
        begin = (
            "import sys, json; sys.path.insert(0, sys.argv[3]); import benchmark_chaos as b\n"
            "optuna, storage = b.load(sys.argv[1], sys.argv[2])\n"
        )
        return subprocess.run(
            [sys.executable, "-c", begin + code, self.kind, f"{self.folder}/study", HERE],
            capture_output=True, text=True, check=False,
        )

    def result(self):
        """What the storage says at the end, and what the trainings' own log says."""
        done = self.ask(
            "study = optuna.load_study(study_name='chaos', storage=storage)\n"
            "print(json.dumps([[t.number, t.state.name, t.value, t.params] for t in study.trials]))"
        )
        if done.returncode:
            return {"unreadable": done.stderr.strip().splitlines()[-1]}
        trials = json.loads(done.stdout)
        complete = [trial for trial in trials if trial[1] == "COMPLETE"]
        trained = collections.Counter(
            event["trial"] for event in self.trainings() if event["event"] == "trained")
        known = {trial[0] for trial in complete}
        tried = collections.Counter(json.dumps(trial[3], sort_keys=True) for trial in trials if trial[3])
        return {
            "trials": len(trials),
            "complete": len(complete),
            "more than asked": len(complete) - self.options.trials,
            "failed": sum(trial[1] == "FAIL" for trial in trials),
            "stuck": sum(trial[1] in ("RUNNING", "WAITING") for trial in trials),
            "lost": sum(number not in known for number in trained),
            "repeated": sum(count - 1 for count in trained.values())
            + sum(count - 1 for count in tried.values()),
            "torn": self.torn_lines(),
            "best": max((trial[2] for trial in complete), default=None),
            "parameters": sorted(tried),
        }

    def torn_lines(self):
        torn = 0
        path = f"{self.folder}/study/journal.log"
        if not os.path.exists(path):
            return None
        with open(path, "rb") as file:
            for line in file:
                try:
                    json.loads(line)
                except ValueError:
                    torn += 1
        return torn


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--faults", type=int, default=50)
    parser.add_argument("--per-study", type=int, default=17)
    parser.add_argument("--trials", type=int, default=60)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=0.5)
    parser.add_argument("--every", type=float, default=1.5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--patience", type=float, default=240)
    parser.add_argument("--storages", default="journal,journal-open-lock,rdb")
    parser.add_argument("--of", choices=list(SHARES), default="all")
    parser.add_argument("--shim")
    options = parser.parse_args()
    options.area = tempfile.mkdtemp(prefix="chaos-optuna.")
    options.disk = f"{options.area}/disk"
    os.mkdir(options.disk)
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", options.disk]
    options.mounted = subprocess.run(mount, stderr=subprocess.DEVNULL, check=False).returncode == 0
    for kind in options.storages.split(","):
        calm = []
        for repetition in range(2):
            peer = Peer(options, kind, f"{kind}-calm-{repetition}")
            peer.run(0, 0)
            calm.append(peer.result())
        same = calm[0].get("parameters") == calm[1].get("parameters")
        print(json.dumps({"storage": kind, "undisturbed": [
            {k: v for k, v in result.items() if k != "parameters"} for result in calm],
            "same parameters twice": same}), flush=True)
        total, number = 0, 0
        while total < options.faults and number < 10:
            number += 1
            peer = Peer(options, kind, f"{kind}-{number}")
            quota = min(options.per_study, options.faults - total)
            done, seconds = peer.run(quota, f"{options.seed} {kind} {number}")
            total += len(done)
            result = peer.result()
            result.pop("parameters", None)
            print(json.dumps({
                "storage": kind, "of": options.of, "study": number, "faults": len(done), **collections.Counter(done),
                "starts": peer.starts, "ends": dict(peer.errors), "seconds": round(seconds, 1),
                "result": result, "best as undisturbed": result.get("best") == calm[0].get("best"),
            }), flush=True)
    if options.mounted:
        subprocess.run(["umount", "-l", options.disk], check=False)
    shutil.rmtree(options.area)


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] == "--worker":
        kind, folder, number, trials, seconds = sys.argv[2:]
        work(kind, folder, int(number), int(trials), float(seconds))
    else:
        main()
