"""Searches tables of real results with our samplers and with peers: see Results/benchmarks/scripts/search."""

import argparse
import csv
import json
import os
import shutil
import subprocess
import sys

import benchmark_search_table

SPACE = "SearchSpaces/nas-bench-201.json"
# How far our own figures may be from those of the benchmark's score.py.
TOLERANCE = 1e-6
# Two fidelities: the cheap column of a task and the full one, which is another task's.
FLASH_TASKS = {"c100-raspi4": "c100-raspi4-e200", "c10-gold6226": "c10-gold6226-e200"}


class Failure(Exception):
    pass


def say(text):
    print(text, file=sys.stderr, flush=True)


class Benchmark:
    """The benchmark's own scripts, in a copy that may be written to."""

    def __init__(self, area):
        self.folder = os.path.join(area, "search")
        self.data = os.path.join(area, "nas-bench-201")
        sys.path.insert(0, self.folder)
        import score
        import tasks
        self.scores, self.tasks = score, tasks
        self.index_of = {cell: index for index, cell in enumerate(tasks.table().cell)}

    def columns(self, task):
        """Returns the accuracy and the latency column of a task."""
        return self.tasks.TASKS[task][:2]

    def figures(self, task, trajectories, budget):
        """Returns what score.py says of a file of trajectories."""
        return self.tasks.score(
            self.tasks.Task(task), self.scores.load(trajectories), max_eval=budget)

    def published(self, task):
        with open(os.path.join(self.folder, "results.json")) as file:
            return [result for result in json.load(file) if result["task"] == task]

    def run_peer(self, task, peer, seeds, budget):
        """Runs a peer anew and returns its figures."""
        folder = os.path.join(self.folder, "traj")
        path = os.path.join(folder, f"{task}__{peer}.csv")
        for old in [path, path + ".gz"]:
            if os.path.exists(old):
                os.remove(old)
        subprocess.run(
            [sys.executable, "run_baselines.py", task, peer, "0", str(seeds), str(budget)],
            cwd=self.folder, check=True, stdout=sys.stderr)
        if not os.path.exists(path):
            raise Failure(f"{peer} left no trajectories of {task}")
        figures = self.figures(task, path, budget)
        with open(os.path.join(self.folder, "times", f"{task}__{peer}.csv")) as file:
            rows = list(csv.DictReader(file))
        seconds = sum(float(row["wall_s"]) for row in rows)
        figures["ms"] = 1000 * seconds / sum(int(row["suggestions"]) for row in rows)
        return figures


class Replay:
    """Our own command."""

    def __init__(self, program, benchmark, options):
        self.program, self.benchmark, self.options = program, benchmark, options

    def run(self, task, sampler, *arguments):
        data = self.benchmark.data
        command = [
            self.program, "replay", "--table", f"{data}/nb201.csv", "--table",
            f"{data}/nb201_e200.csv", "--space", SPACE, "--key", "cell", "--minimize",
            self.benchmark.columns(task)[1], "--known", self.benchmark.columns(task)[1],
            "--sampler", sampler, "--seeds", f"0..{self.options.seeds - 1}", "--workers",
            str(self.options.workers), "--json", *arguments]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise Failure(f"{' '.join(command)} ended with status {done.returncode}")
        return json.loads(done.stdout)

    def search(self, task, sampler):
        """Returns the figures of our searches by score.py, with our own next to them."""
        trials = self.options.trials
        written = os.path.join(self.benchmark.folder, "ours.csv")
        ours = self.run(
            task, sampler, "--maximize", self.benchmark.columns(task)[0], "--trials", str(trials),
            "--output", written)
        converted = os.path.join(self.benchmark.folder, "converted.csv")
        with open(written) as source, open(converted, "w") as target:
            target.write("seed,eval_number,arch_index\n")
            for row in csv.DictReader(source):
                index = self.benchmark.index_of[row["key"]]
                target.write(f"{row['seed']},{row['evaluation']},{index}\n")
        figures = self.benchmark.figures(task, converted, trials)
        compare(f"{sampler}, {task}", figures, ours)
        seconds = ours["proposal_seconds"]
        figures["ms"], figures["ms_90"] = 1000 * seconds["median"], 1000 * seconds["ninetieth"]
        figures["peak_memory_bytes"] = ours["peak_memory_bytes"]
        return figures

    def two_fidelities(self, task, sampler):
        full = self.benchmark.columns(FLASH_TASKS[task])[0]
        return self.run(
            task, sampler, "--flash", self.benchmark.columns(task)[0], "--full", full,
            "--finalists", str(self.options.finalists), "--trials", str(self.options.flash_trials))


def compare(name, theirs, ours):
    """Checks every figure that both we and score.py have."""
    pairs = {"seeds": (theirs["seeds"], ours["searches"]),
             "budget": (theirs["budget"], ours["budget"])}
    for point in ours["checkpoints"]:
        key = f"hv@{point['evaluations']}"
        if key in theirs:
            pairs[key] = (theirs[key], point["mean"])
            pairs[key + "_se"] = (theirs[key + "_se"], point.get("standard_error"))
    for goal in ours["goals"]:
        share = goal["share"]
        pairs[f"evals_meancurve_{share}"] = (
            theirs[f"evals_meancurve_{share}"], goal.get("mean_curve"))
        pairs[f"evals_median_{share}"] = (theirs[f"evals_median_{share}"], goal.get("median_run"))
        pairs[f"evals_mean_{share}"] = (theirs[f"evals_mean_{share}"], goal["mean_run"])
        pairs[f"reach_{share}"] = (theirs[f"reach_{share}"], goal["reached"])
    for key, (expected, found) in pairs.items():
        same = expected is found if None in (expected, found) else (
            abs(expected - found) <= TOLERANCE)
        if not same:
            raise Failure(f"{name}: {key} is {found} by our figures, {expected} by score.py")


def rows_of(task, benchmark, replay, options):
    """Returns (method, kind, figures) of everything that searched a task."""
    rows = [(result["method"], "published", result) for result in benchmark.published(task)]
    for peer in options.peers:
        say(f"{task}: {peer}")
        rows.append(
            (peer, "run here", benchmark.run_peer(task, peer, options.peer_seeds, options.trials)))
    for sampler in options.samplers:
        say(f"{task}: autodistill {sampler}")
        rows.append((f"autodistill {sampler}", "ours", replay.search(task, sampler)))
    return rows


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("area")
    for name in ["--tasks", "--samplers", "--peers"]:
        parser.add_argument(name, type=str.split, default=[])
    for name in ["--seeds", "--trials", "--workers", "--peer-seeds", "--finalists", "--flash-trials"]:
        parser.add_argument(name, type=int)
    parser.add_argument("--output", default="")
    return parser.parse_args()


def main():
    options = parse()
    benchmark = Benchmark(options.area)
    unknown = [task for task in options.tasks if task not in benchmark.tasks.TASKS]
    if unknown:
        raise Failure(f"TASKS: got {' '.join(unknown)}, expected some of "
                      f"{' '.join(benchmark.tasks.TASKS)}")
    replay = Replay(options.program, benchmark, options)
    searches = {task: rows_of(task, benchmark, replay, options) for task in options.tasks}
    fidelities = {}
    if options.finalists > 0:
        for task in filter(FLASH_TASKS.get, options.tasks):
            for sampler in options.samplers:
                say(f"{task}: autodistill {sampler}, finalists for {FLASH_TASKS[task]}")
                fidelities[task, sampler] = replay.two_fidelities(task, sampler)
    text = benchmark_search_table.page(searches, fidelities, options)
    print(text)
    if options.output:
        folder = os.path.dirname(options.output)
        if folder:
            os.makedirs(folder, exist_ok=True)
        with open(options.output + ".partial", "w") as file:
            file.write(text)
        shutil.move(options.output + ".partial", options.output)


if __name__ == "__main__":
    try:
        main()
    except (Failure, subprocess.CalledProcessError) as failure:
        sys.exit(f"error: {failure}")
