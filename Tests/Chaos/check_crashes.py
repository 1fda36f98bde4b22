"""Runs a study from the states in which crashes could have left its folder (.ci/check-crashes)."""

import argparse
import collections
import os
import random
import shutil
import subprocess
import sys
import tempfile

import crash_states
import studies
import verdict
from check_chaos import REPOSITORY
from running import Run, end_all, processes, wait_until


class Area:
    """A folder with data, spaces and studies."""

    def __init__(self, size):
        self.folder = tempfile.mkdtemp(prefix="crashes.")
        for name in ("SearchSpaces", "HardwareProfiles"):
            os.symlink(f"{REPOSITORY}/{name}", f"{self.folder}/{name}")
        studies.write_data(f"{self.folder}/data", size)
        self.size = size
        os.mkdir(f"{self.folder}/Results")

    def study(self, name):
        return f"{self.folder}/Results/{name}"


def recorded(area, binary, variant, shim):
    """Runs a study once with a record; returns its folder, the calls, and the folder before them."""
    study, log = area.study(f"{variant}-recorded"), f"{area.folder}/{variant}.record"
    studies.write_study(study, studies.definition(variant, area.size))
    before = crash_states.Disk(study)
    environment = {"LD_PRELOAD": shim, "WRITES_FOLDER": study, "WRITES_LOG": log}
    run = Run(binary, study, ["--workers", "2"], f"{area.folder}/{variant}.log", environment)
    if run.wait(240) != 0:
        sys.exit(f"the recorded run ended with status {run.status}:\n{run.tail()}")
    wait_until(10, lambda: not processes(study))
    calls = crash_states.read_record(log)
    final = crash_states.Disk(area.folder + "/nothing")
    final.names, final.synced_names = dict(before.names), dict(before.synced_names)
    for call in calls:
        final.apply(call)
    problems = crash_states.differences(final, study)
    if problems:
        sys.exit("the record does not explain the folder:\n  " + "\n  ".join(problems[:20]))
    return study, calls


def chosen(calls, count, seed):
    """Returns places in the record and kinds of crash: every kind, spread over the whole run."""
    source = random.Random(seed)
    kinds = list(crash_states.CRASHES)
    # Each call that makes something final or visible is worth more than one of many writes of a file.
    weight = {crash_states.WRITE: 1, crash_states.SYNC: 3, crash_states.RENAME: 6,
              crash_states.UNLINK: 4, crash_states.CREATE: 2}
    weights = [weight.get(call[0], 2) for call in calls]
    pairs = set()
    while len(pairs) < min(count, len(calls) * 2):
        pairs.add((source.choices(range(len(calls)), weights)[0], source.choice(kinds)))
    return sorted(pairs)


def check(area, binary, variant, pairs, study, calls):
    """Runs the study from each state; returns problems and the exit statuses of first runs."""
    disk = crash_states.Disk(area.folder + "/nothing")
    for name in list(crash_states.Disk(study).names):
        del name
    text = open(f"{study}/study.json", "rb").read()
    disk.names = {"": None, "/study.json": crash_states.File(text)}
    disk.synced_names = dict(disk.names)
    problems, tried = [], collections.Counter()
    place = 0
    for index, crash in pairs:
        while place <= index:
            disk.apply(calls[place])
            place += 1
        trial = area.study(f"{variant}-{index}-{crash}")
        crash_states.write(disk.after(crash, calls[index]), trial)
        log = f"{area.folder}/{variant}-{index}-{crash}.log"
        run = Run(binary, trial, ["--workers", "2"], log, {})
        status = run.wait(120)
        where = f"{variant}, call {index} of {len(calls)} ({calls[index][1]}), crash '{crash}'"
        found = []
        if status is None:
            found = ["no end after 120 s"]
        elif status != 0:
            found = [f"status {status}: {run.tail(3).strip()}"]
        else:
            found = verdict.problems_of(binary, study, trial)
        end_all(trial)
        tried[crash] += 1
        for problem in found:
            print(f"FAIL: {where}: {problem}", flush=True)
            problems.append(problem)
        if found and len(problems) < 20:
            crash_states.write(disk.after(crash, calls[index]), f"{area.folder}/Kept/{variant}-{index}-{crash}")
        shutil.rmtree(trial)
        if not found:
            os.unlink(log)
    return problems, tried


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--shim", required=True)
    parser.add_argument("--states", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--size", choices=list(studies.IMAGES), default="short")
    parser.add_argument("--variants", default="plain,int8")
    options = parser.parse_args()
    binary = os.path.realpath(options.binary)
    area = Area(options.size)
    problems, tried = [], collections.Counter()
    variants = options.variants.split(",")
    try:
        for variant in variants:
            study, calls = recorded(area, binary, variant, options.shim)
            pairs = chosen(calls, options.states // len(variants), f"{options.seed} {variant}")
            print(f"{variant}: {len(calls)} calls, {len(pairs)} states", flush=True)
            found, counts = check(area, binary, variant, pairs, study, calls)
            problems += found
            tried += counts
    finally:
        if problems:
            print(f"Kept for a look: {area.folder}")
        else:
            shutil.rmtree(area.folder)
    kinds = ", ".join(f"{name} {count}" for name, count in sorted(tried.items()))
    print(f"{sum(tried.values())} states after crashes ({kinds}), seed {options.seed}")
    if problems:
        sys.exit(f"FAIL: {len(problems)} problems")
    print("PASS: from every state the study ends with the front of the undisturbed run")


if __name__ == "__main__":
    main()
