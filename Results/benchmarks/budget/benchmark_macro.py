"""The best network within each of five budgets of MACs on NAS-Bench-Macro's table: ours and peers.

usage: benchmark_macro.py PROGRAM TABLE [--seeds 20] [--trials 50] [--peers "random optuna-tpe ..."]

A search looks at so many networks; for each budget counts what its best network within the budget falls
short of the table's best there, in points of accuracy (mean over three trainings). While it has none
within the budget, the table's worst network counts. MACs are known to whoever can make use of them.

Peers: random; optuna-tpe, optuna-nsga2 (accuracy and MACs as two objectives; need optuna); gp (a Gaussian
process over the eight decisions that knows all MACs, expected improvement of each budget's best in turn;
needs numpy). "ours" is `autodistill replay` with the five budgets, "ours, budgets alone" without the front.
"""

import argparse
import csv
import json
import math
import random
import statistics
import subprocess
import sys

BUDGETS = [15e6, 25e6, 40e6, 60e6, 90e6]
SPACE = "SearchSpaces/nas-bench-macro.json"


class Table:
    def __init__(self, path):
        with open(path) as file:
            rows = list(csv.DictReader(file))
        self.keys = [row["arch"] for row in rows]
        self.accuracy = {row["arch"]: float(row["mean_accuracy"]) for row in rows}
        self.macs = {row["arch"]: float(row["flops"]) for row in rows}
        self.worst = min(self.accuracy.values())
        self.best = [max(self.accuracy[key] for key in self.keys if self.macs[key] <= budget)
                     for budget in BUDGETS]

    def regrets(self, tried):
        """Returns for each budget by how much the best of the tried networks within it is missed."""
        return [best - max([self.accuracy[key] for key in tried if self.macs[key] <= budget],
                           default=self.worst)
                for budget, best in zip(BUDGETS, self.best)]


def random_search(table, seed, trials):
    return random.Random(seed).sample(table.keys, trials)


def optuna_search(sampler):
    def search(table, seed, trials):
        import optuna
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        samplers = {
            "tpe": lambda: optuna.samplers.TPESampler(multivariate=True, seed=seed),
            "nsga2": lambda: optuna.samplers.NSGAIISampler(population_size=20, seed=seed)}
        study = optuna.create_study(directions=["maximize", "minimize"], sampler=samplers[sampler]())
        tried = []
        # A network that was asked for before costs nothing, but is not looked at twice either.
        for _ in range(20 * trials):
            trial = study.ask()
            key = "".join(str(trial.suggest_categorical(f"layer{i}", [0, 1, 2])) for i in range(8))
            study.tell(trial, [table.accuracy[key], table.macs[key]])
            if key not in tried:
                tried.append(key)
            if len(tried) == trials:
                break
        return tried
    return search


def gp_search(table, seed, trials):
    """Expected improvement with known MACs, a budget at a time; kernel exp(-Hamming distance / 3)."""
    import numpy as np
    rng = np.random.default_rng(seed)
    codes = np.array([[int(c) for c in key] for key in table.keys])
    macs = np.array([table.macs[key] for key in table.keys])
    accuracy = np.array([table.accuracy[key] for key in table.keys])
    tried = list(rng.choice(len(codes), 5, replace=False))
    erf = np.vectorize(math.erf)
    while len(tried) < trials:
        y = accuracy[tried]
        # Failures far below the rest must not set the scale.
        y = np.maximum(y, np.median(y) - 3 * 1.4826 * np.median(abs(y - np.median(y))) - 1e-9)
        mean, deviation = y.mean(), y.std() or 1.0
        z = (y - mean) / deviation

        def kernel(a, b):
            return np.exp(-(a[:, None, :] != b[None, :, :]).sum(2) / 3)

        k = kernel(codes[tried], codes[tried]) + 1e-3 * np.eye(len(tried))
        cross = kernel(codes, codes[tried])
        mu = cross @ np.linalg.solve(k, z)
        variance = np.maximum(1e-9, 1 - (cross * np.linalg.solve(k, cross.T).T).sum(1))
        budget = BUDGETS[len(tried) % len(BUDGETS)]
        within = [z[i] for i, row in enumerate(tried) if macs[row] <= budget]
        best = max(within, default=z.min() - 1)
        sigma = np.sqrt(variance)
        u = (mu - best) / sigma
        density = np.exp(-u * u / 2) / math.sqrt(2 * math.pi)
        improvement = sigma * (density + u * 0.5 * (1 + erf(u / math.sqrt(2))))
        improvement[tried] = -1
        improvement[macs > budget] = -1
        tried.append(int(improvement.argmax()))
    return [table.keys[row] for row in tried]


PEERS = {"random": random_search, "optuna-tpe": optuna_search("tpe"),
         "optuna-nsga2": optuna_search("nsga2"), "gp": gp_search}


def ours(options, *arguments):
    """Returns mean regret and its standard error for each budget from our own command."""
    command = [
        options.program, "replay", "--table", options.table, "--space", SPACE, "--key", "arch",
        "--maximize", "mean_accuracy", "--minimize", "flops", "--known", "flops",
        "--image", "32x32x3", "--trials", str(options.trials), "--seeds", f"0..{options.seeds - 1}",
        "--json", *arguments]
    for budget in BUDGETS:
        command += ["--budget", f"flops<={budget:.0f}"]
    done = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return [(regret["mean"], regret["standard_error"])
            for regret in done["checkpoints"][-1]["regrets"]]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("table")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--trials", type=int, default=50)
    parser.add_argument("--peers", type=str.split, default=["random", "gp"])
    options = parser.parse_args()
    table = Table(options.table)
    rows = []
    for name in options.peers:
        regrets = [table.regrets(PEERS[name](table, seed, options.trials))
                   for seed in range(options.seeds)]
        rows.append((name, [
            (statistics.mean(column), statistics.stdev(column) / len(column) ** 0.5)
            for column in zip(*regrets)]))
        print(f"{name}: done", file=sys.stderr)
    rows.append(("**ours**", ours(options)))
    rows.append(("**ours, budgets alone**", ours(options, "--budgets-only")))
    print(f"## The best network within a budget: NAS-Bench-Macro\n\n"
          f"{options.trials} of 6,561 networks, {options.seeds} seeds: by how many points of accuracy "
          f"the best within each budget of MACs is missed, mean and its standard error.\n")
    print("| method | " + " | ".join(f"{budget / 1e6:.0f} M" for budget in BUDGETS) + " |")
    print("|---|" + "--:|" * len(BUDGETS))
    for name, figures in rows:
        cells = [f"{mean:.3f} ± {error:.3f}" for mean, error in figures]
        print(f"| {name} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
