"""Runs studies under random faults and compares their ends with undisturbed runs (.ci/check-chaos)."""

import argparse
import collections
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import faults
import studies
import verdict
from running import MARK, Run, end_all, processes, wait_until

REPOSITORY = os.path.realpath(f"{os.path.dirname(os.path.abspath(__file__))}/../..")

# A run that nobody disturbs any more counts as stuck after that many times the undisturbed run's time.
PATIENCE = 8


class Scene:
    """A study under faults: what a fault needs to know and to do."""

    def __init__(self, area, name, seed):
        self.area = area
        self.study = f"{area.studies}/{name}"
        self.disk = area.disk
        self.random = random.Random(f"{seed} {name}")
        self.writes = faults.Writes(f"{area.folder}/{name}.control")
        self.log = f"{area.folder}/{name}.log"
        self.run = None
        self.starts = 0
        self.slowest_stop = 0

    def start(self):
        """Runs the study from where it is."""
        self.starts += 1
        environment = {}
        if self.area.shim:
            environment = {
                "LD_PRELOAD": self.area.shim,
                "WRITES_FOLDER": self.study,
                "WRITES_CONTROL": self.writes_path,
            }
        # The front must not depend on the number of workers either.
        arguments = ["--workers", str(self.random.randint(1, 3))]
        if self.area.executor == "slurm":
            arguments = ["--executor", "slurm"]
        self.run = Run(self.area.binary, self.study, arguments, self.log, environment)
        return self.run

    @property
    def writes_path(self):
        return f"{self.area.folder}/{os.path.basename(self.study)}.control"

    def is_finished(self):
        return os.path.exists(f"{self.study}/report/front.csv")


class Area:
    """A miniature of the repository, with a small disk for the studies where one can be mounted."""

    def __init__(self, options):
        self.binary = os.path.realpath(options.binary)
        self.shim = options.shim
        self.size = options.size
        self.executor = options.executor
        self.given = os.path.realpath(options.study) if options.study else None
        self.folder = tempfile.mkdtemp(prefix="chaos.")
        for name in ("SearchSpaces", "HardwareProfiles"):
            os.symlink(f"{REPOSITORY}/{name}", f"{self.folder}/{name}")
        studies.write_data(f"{self.folder}/data", self.size)
        self.studies = f"{self.folder}/Results"
        os.mkdir(self.studies)
        mount = ["mount", "-t", "tmpfs", "-o", "size=400m", "tmpfs", self.studies]
        done = subprocess.run(mount, stderr=subprocess.DEVNULL, check=False)
        self.disk = None if done.returncode else self.studies

    def write(self, variant, name, executor):
        """Makes the folder of a study; returns it."""
        if self.given:
            with open(self.given) as file:
                text = json.load(file)
        else:
            text = studies.definition(variant, self.size)
        if executor == "slurm":
            text["executor"] = {"slurm": SLURM}
        studies.write_study(f"{self.studies}/{name}", text)
        return f"{self.studies}/{name}"

    def undisturbed(self, variant):
        """Runs a variant without faults, on this machine; returns its folder and the seconds taken."""
        name = f"{variant}-undisturbed"
        study = self.write(variant, name, "local")
        began = time.monotonic()
        run = Run(self.binary, study, ["--workers", "2"], f"{self.folder}/{name}.log", {})
        if run.wait(3600) != 0:
            sys.exit(f"the undisturbed run ended with status {run.status}:\n{run.tail()}")
        return study, time.monotonic() - began

    def close(self, keep):
        if self.disk and keep:
            # What is on the disk goes away with this process, so a copy is kept.
            shutil.copytree(self.disk, f"{self.folder}/Kept", symlinks=True)
        if self.disk:
            subprocess.run(["umount", "-l", self.disk], check=False)
        if keep:
            print(f"Kept for a look: {self.folder}")
        else:
            shutil.rmtree(self.folder)


# What a study says of the test cluster.
SLURM = {
    "workers": 2, "partition": "main", "poll_seconds": 0.5, "most_poll_seconds": 2,
    "grace_seconds": 2, "orphan_seconds": 30,
}


def disturb(scene, table, quota, mean_seconds, patience):
    """Runs a study to its end under `quota` faults, or fewer if it ends before; returns their names."""
    names = list(table)
    shares = [share for share, _ in table.values()]
    done = []
    scene.start()
    deadline = time.monotonic() + patience + quota * 15
    while True:
        if time.monotonic() > deadline:
            raise faults.Fault(f"no end within {patience + quota * 15:.0f} s")
        run = scene.run
        early = scene.random.random() < 0.15
        seconds = scene.random.uniform(0, 0.3) if early else scene.random.expovariate(1 / mean_seconds)
        status = run.wait(seconds if len(done) < quota else patience)
        if status is None and len(done) >= quota:
            raise faults.Fault(f"it does not end within {patience:.0f} s after the last fault")
        if status == 0:
            return done
        if status is not None:
            if status not in run.may_end_with:
                raise faults.Fault(
                    f"it ended with status {status}; allowed: 0 {sorted(run.may_end_with)}\n{run.tail(6)}"
                )
            scene.start()
            continue
        name = scene.random.choices(names, shares)[0]
        what = table[name][1](scene)
        if what:
            done.append(name)
            print(f"  {len(done):2} {name}: {what}", flush=True)


def check_round(area, number, variant, undisturbed, patience, every, options):
    """One study under faults, from its beginning to its end; returns its faults and problems."""
    name = f"{variant}-{number}"
    area.write(variant, name, options.executor)
    scene = Scene(area, name, options.seed)
    table = faults.SLURM if options.executor == "slurm" else faults.LOCAL
    if not area.shim:
        table = {key: value for key, value in table.items() if key != "failing call"}
    print(f"round {number}, {variant}, {options.executor}, seed {options.seed}:", flush=True)
    try:
        done = disturb(scene, table, options.per_round, every, patience)
    except faults.Fault as fault:
        end_all(scene.study)
        print(f"FAIL: {fault}")
        return collections.Counter(), [str(fault)], scene
    problems = []
    if not wait_until(20, lambda: not processes(scene.study)):
        problems.append(f"processes are left: {processes(scene.study)}")
        end_all(scene.study)
    problems += verdict.problems_of(area.binary, undisturbed, scene.study)
    if not problems:
        shutil.rmtree(scene.study)
    for problem in problems[:12]:
        print(f"FAIL: {problem}")
    return collections.Counter(done), problems, scene


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--executor", choices=["local", "slurm"], default="local")
    parser.add_argument("--faults", type=int, default=50)
    parser.add_argument("--per-round", type=int, default=14)
    parser.add_argument("--every", type=float)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--size", choices=list(studies.IMAGES), default="full")
    parser.add_argument("--variants", default="plain,int8")
    parser.add_argument("--study")
    parser.add_argument("--shim")
    options = parser.parse_args()
    options.per_round = min(options.per_round, options.faults)
    # Below nohup it is ignored, and what is started here would ignore it, too.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

    area = Area(options)
    variants = ["given"] if options.study else options.variants.split(",")
    done, problems, starts, slowest = collections.Counter(), [], 0, 0
    try:
        references, every, patience = {}, {}, 60
        for variant in variants:
            references[variant], seconds = area.undisturbed(variant)
            patience = max(patience, PATIENCE * seconds)
            # Faults all over the run, on a slow machine as well.
            every[variant] = options.every or seconds / options.per_round
            print(f"{variant}: undisturbed after {seconds:.1f} s", flush=True)
        for what, there in (("a small disk", area.disk), ("failing calls", area.shim)):
            if not there:
                print(f"skipped: {what}: not possible here")
        if not verdict.has_verify(area.binary):
            print("skipped: autodistill verify: there is no such verb")
        number = 0
        while sum(done.values()) < options.faults and number < 40:
            variant = variants[number % len(variants)]
            number += 1
            options.per_round = min(options.per_round, options.faults - sum(done.values()))
            counts, found, scene = check_round(
                area, number, variant, references[variant], patience, every[variant], options)
            done += counts
            problems += found
            starts += scene.starts
            slowest = max(slowest, scene.slowest_stop)
            if found and len(problems) > 60:
                break
    finally:
        for variant in os.listdir(area.studies):
            end_all(f"{area.studies}/{variant}")
        area.close(keep=bool(problems))
    counts = ", ".join(f"{name} {count}" for name, count in sorted(done.items()))
    print(f"{sum(done.values())} faults ({counts}); {number} studies, {starts} runs, "
          f"slowest stop {slowest:.1f} s, seed {options.seed}")
    if problems:
        sys.exit(f"FAIL: {len(problems)} problems")
    print(f"PASS: {options.executor}: every front is that of the undisturbed run, "
          "no trial lost or counted twice, nothing left behind")


if __name__ == "__main__":
    main()
