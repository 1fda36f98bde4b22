"""Runs one study here and as a PyTorch and Optuna script, and compares times, memory and students.

    python3 Results/benchmarks/study/benchmark_study.py --help

See Results/benchmarks/study/run. Exit status: 0 done; 1 something failed; 130 stopped by Ctrl-C.
"""

import argparse
import json
import math
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "scripts"))

import cost_table
import study_page
from benchmark_failure import Failure, replace_file, run
from sides import Ours, Torch

REPOSITORY = os.path.realpath(os.path.join(HERE, "..", "..", ".."))
QUICKSTART = os.path.join(REPOSITORY, "Results", "fashion-mnist-quickstart")
SIDES = {"ours": Ours, "torch": Torch}

# What the quickstart does as well and the other side does not: audits of flash, reference designs, corrupted images;
# and, in Plan, second flash trainings of the same student.
LEFT_OUT = {"audit": {"count": 0}, "references": False, "robustness": False}


def quick(study):
    """Shortens the study to a few minutes."""
    study["teacher"]["recipe"]["epochs"] = 0.5
    study["search"]["trials"] = 8
    study["full"]["epochs"] = 1
    study["finalists"]["count"] = 2


class Plan:
    """The study, and everything that both sides need for it."""

    def __init__(self, options):
        self.binary, self.python, self.images = options.binary, options.python, os.path.abspath(options.fashion_mnist)
        self.workers, self.isa, self.is_quick = options.workers, options.isa, options.quick
        self.allocator = options.allocator
        self.work = os.path.abspath(options.work)
        self.study = cost_table.read(os.path.join(QUICKSTART, "study.json"))
        self.study |= LEFT_OUT | {"name": "benchmark-study"}
        self.study["search"]["repeat_every"] = 0
        if options.quick:
            quick(self.study)
        self.space_path, self.profile_path = (
            os.path.normpath(os.path.join(QUICKSTART, self.study[field])) for field in ("search_space", "hardware"))
        self.parameters = cost_table.parameters_of(cost_table.read(self.space_path))
        self.costs_path, self.split_path = (os.path.join(self.work, name) for name in ("costs.json", "split.npy"))

    def study_text(self, folder):
        """Returns study.json for a folder."""
        paths = {"search_space": self.space_path, "hardware": self.profile_path}
        here = {field: os.path.relpath(path, folder) for field, path in paths.items()}
        return json.dumps(self.study | here, indent=2) + "\n"

    @staticmethod
    def steps(epochs, batch, count):
        """Returns the steps of a training, as Recipe.steps in Sources/Distillation."""
        return max(1, math.floor(epochs * max(1, count // batch) + 0.5))

    def check_settings(self):
        """Refuses a folder of other settings.

        Raises: Failure.
        """
        path = os.path.join(self.work, "settings.json")
        text = json.dumps(
            {"study": self.study, "workers": self.workers, "isa": self.isa, "images": self.images}, indent=1) + "\n"
        if os.path.exists(path):
            with open(path) as file:
                if file.read() != text:
                    raise Failure(f"{path} was written for other settings; remove its folder or set WORK")
        else:
            replace_file(path, text)

    def prepare(self):
        """Makes the table of costs and the split, which both sides' work is based on; none of it is timed."""
        os.makedirs(self.work, exist_ok=True)
        self.check_settings()
        if not os.path.exists(self.costs_path):
            print("the table of the students' costs", file=sys.stderr, flush=True)
            cost_table.make(
                self.costs_path, self.binary, self.study, self.space_path, self.profile_path, self.workers)
        if not os.path.exists(self.split_path):
            # In a folder of its own, so that the study itself still has its data to prepare.
            folder = os.path.join(self.work, "split")
            os.makedirs(folder, exist_ok=True)
            replace_file(os.path.join(folder, "study.json"), self.study_text(folder))
            command = [self.binary, "data", "split", folder, "--output", self.split_path, "--data", self.images]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                raise Failure(f"{' '.join(command)}: exit status {done.returncode}\n{done.stderr.strip()}")
            shutil.rmtree(folder)


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--python", required=True, help="the interpreter that has PyTorch and Optuna")
    parser.add_argument("--allocator", required=True, help="what PyTorch's memory comes from, for the page")
    parser.add_argument("--work", required=True)
    parser.add_argument("--fashion-mnist", required=True, help="the folder of its packed files")
    parser.add_argument("--workers", type=int, required=True)
    parser.add_argument("--isa", default="", help="the instruction set that both sides were told to use, for the page")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--again", type=str.split, default=[], help="sides that are run again: ours torch")
    parser.add_argument("--output", help="a file for the page")
    options = parser.parse_args()
    if options.workers < 1:
        raise Failure(f"WORKERS={options.workers}: expected at least 1")
    for name in options.again:
        if name not in SIDES:
            raise Failure(f"AGAIN={name}: expected some of {', '.join(SIDES)}")
    return options


def main():
    options = parse()
    plan = Plan(options)
    plan.prepare()
    sides = {name: side(plan) for name, side in SIDES.items()}
    for name in options.again:
        sides[name].forget()
    for side in sides.values():
        side.run()
    ours, theirs = (side.outcome() for side in sides.values())
    if ours.teacher_macs != theirs.teacher_macs:
        raise Failure(f"the teacher has {ours.teacher_macs} multiply–adds here, {theirs.teacher_macs} in PyTorch")
    text = study_page.page(plan, ours, theirs)
    print(text)
    if options.output:
        replace_file(options.output, text)


if __name__ == "__main__":
    run(main)
