"""Makes the table that the PyTorch side looks up what a student costs on the device, and checks it.

A plain script would read such a table from a file of whoever has measured the device, so making it is no part of what
is timed. `autodistill profile predict` prices students until every kernel of the space has been seen; then it prices
others, of which latency, error, memory and multiply–adds must come out of the table as it says them.
"""

import concurrent.futures
import itertools
import json
import os
import random
import statistics
import subprocess
import sys

from benchmark_failure import Failure, replace_file

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "peer"))
from costs import CostTable, kernels

CHECKED = 40  # students that the table is checked on
CONFIDENCE = 0.9  # the default of study.json's "confidence"
TOLERANCE = 1e-6
# The program places tensors in one arena, where gaps stay; the table counts those that are alive.
LARGEST_GAPS = 0.15


def read(path):
    with open(path) as file:
        return json.load(file)


def parameters_of(space):
    return {parameter["name"]: parameter["values"] for parameter in space["parameters"]}


def key_of(values, parameters):
    """Returns a student's key: the place of each value among those of its parameter, a digit each."""
    return "".join(str(choices.index(values[name])) for name, choices in parameters.items())


def limits_of(study):
    """Returns the upper limits of the study's constraints by metric."""
    known = ("latency_ms", "peak_memory_bytes")
    limits = {}
    for constraint in study["constraints"]:
        metric, _, bound = constraint.partition("<=")
        if metric not in known or not bound:
            raise Failure(f"the study's constraint {constraint!r}: expected an upper limit of {' or '.join(known)}")
        limits[metric] = float(bound)
    return limits


class Pricing:
    """Prices students with the command of this project."""

    def __init__(self, binary, profile_path, space_path):
        self.command = [binary, "profile", "predict", profile_path, "--space", space_path, "--json", "--key"]

    def __call__(self, key):
        done = subprocess.run([*self.command, key], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Failure(f"{' '.join(self.command)} {key}: exit status {done.returncode}\n{done.stderr.strip()}")
        return json.loads(done.stdout)


def name_of(kernel):
    """Returns the name under which peer/costs.py looks a kernel up."""
    def shape(sides):
        return "x".join(map(str, sides))

    window = 3 if kernel["kind"] == "convolution" else kernel["kernel"]
    return f"{kernel['kind']} {window} {kernel['stride']} {shape(kernel['input'])} {shape(kernel['output'])}"


def covering(parameters):
    """Returns students that have every kernel of the space between them."""
    stream = random.Random(1)
    seen, chosen = set(), []
    stage = ["width", "kernel", "expansion", "se"]
    # A kernel depends on the stem and a stage, on two widths and a stage, or on the head and a width.
    for names in (["stem_width", *(f"stage1_{name}" for name in stage)],
                  ["stage1_width", *(f"stage2_{name}" for name in stage)], ["stage2_width", "head_width"]):
        for combination in itertools.product(*(parameters[name] for name in names)):
            values = {name: stream.choice(choices) for name, choices in parameters.items()}
            values |= dict(zip(names, combination))
            for depth in ("stage1_depth", "stage2_depth"):
                values[depth] = max(parameters[depth])
            found = {name for name, _ in kernels(values)}
            if not found <= seen:
                seen |= found
                chosen.append(values)
    return chosen


def make(path, binary, study, space_path, profile_path, workers):
    """Writes the table to `path`.

    Raises: Failure if what it says of some students is not what the program says.
    """
    parameters, profile = parameters_of(read(space_path)), read(profile_path)
    if "correction" in profile:
        raise Failure(f"{profile_path}: has a correction learnt from networks, which no table of kernels can hold")
    price = Pricing(binary, profile_path, space_path)
    found = {}
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        for prediction in pool.map(price, (key_of(values, parameters) for values in covering(parameters))):
            for kernel in prediction["kernels"]:
                found[name_of(kernel)] = {name: kernel[name] for name in ("latency_us", "weights", "macs")}
        table = {
            "kernels": found, "overhead_us": prediction["other_us"], "shared_error": profile["relative_uncertainty"],
            "errors": {kind: rates["relative_uncertainty"] for kind, rates in profile["kernels"].items()},
            "deviations": statistics.NormalDist().inv_cdf(CONFIDENCE), "limits": limits_of(study),
        }
        replace_file(path, json.dumps(table, indent=1) + "\n")
        made = CostTable(path)
        stream = random.Random(2)
        students = [{name: stream.choice(choices) for name, choices in parameters.items()} for _ in range(CHECKED)]
        keys = [key_of(values, parameters) for values in students]
        for values, key, prediction in zip(students, keys, pool.map(price, keys)):
            check(made.costs(values), prediction, key, path)


def check(costs, prediction, key, path):
    for name, value in costs.items():
        most = prediction[name] * (1 + TOLERANCE)
        gaps = LARGEST_GAPS if name == "peak_memory_bytes" else TOLERANCE
        if not prediction[name] * (1 - gaps) <= value <= most:
            os.remove(path)
            raise Failure(
                f"the table of costs says {name} {value:.6g} of student {key}, the program {prediction[name]:.6g}")
