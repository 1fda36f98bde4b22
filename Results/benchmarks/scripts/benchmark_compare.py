"""Races this project against PyTorch and ONNX Runtime in alternating turns: see Results/benchmarks/scripts/speed."""

import argparse
import itertools
import json
import os
import shutil
import sys
from dataclasses import asdict, dataclass, field

import benchmark_table
from benchmark_measure import MODES, ONE_TRAINING, TWO_TRAININGS, Failure, Ours, Peers, Rate

BATCHES = [64, 128, 256]
# The batch of our rows in the table, and of the comparison of memory.
HEADLINE_BATCH = 64
LOWER_PRECISION = "bf16_cl"


@dataclass
class Round:
    """One turn of one network: what everybody reached right after one another."""

    ours: list
    peers: list
    inference_ours: float
    inference_peer: dict

    @property
    def headline(self):
        return next(rate for rate in self.ours if rate.mode == TWO_TRAININGS)

    @property
    def best_peer(self):
        return max(self.peers, key=lambda rate: rate.images_per_second)


@dataclass
class Findings:
    """All that was measured of one network."""

    scouted: list = field(default_factory=list)
    lower_precision: list = field(default_factory=list)
    alone: dict = field(default_factory=dict)
    peer_memory: dict = field(default_factory=dict)
    rounds: list = field(default_factory=list)

    def candidates(self, count):
        """Returns PyTorch's `count` fastest configurations of each mode."""
        chosen = []
        for mode in MODES:
            theirs = [r for r in self.scouted if r.mode == mode and r.config != "ours"]
            theirs.sort(key=lambda rate: rate.images_per_second, reverse=True)
            chosen += theirs[:count]
        return chosen


def say(network, text):
    print(f"{network}: {text}", file=sys.stderr, flush=True)


def report(network, rate):
    remark = "" if rate.is_clean else " (disturbed)"
    say(network, f"{rate.name}: {rate.images_per_second:.0f} images/s{remark}")
    return rate



def peer_rates(peers, network, config, mode, batches):
    """Returns PyTorch's rates; none where it cannot run a configuration here."""
    try:
        return [report(network, r) for r in peers.training(network, config, mode, batches)]
    except Failure as failure:
        say(network, f"{config}, {mode}: not measured: {failure}")
        return []


def scout(ours, peers, network):
    """Measures every configuration once; compiled, which takes a minute, at the best batch only."""
    rates = []
    for mode in MODES:
        rates += [report(network, ours.training(network, batch, mode)) for batch in BATCHES]
        theirs = [
            rate for config in ["cl", "eager"]
            for rate in peer_rates(peers, network, config, mode, BATCHES)]
        if theirs and shutil.which("g++"):
            best = max(theirs, key=lambda rate: rate.images_per_second)
            theirs += peer_rates(peers, network, "compile_cl", mode, [best.batch])
        rates += theirs
    return rates


def scout_lower_precision(peers, network):
    """Measures PyTorch in bf16: all batches as one training, the best of them as two."""
    rates = peer_rates(peers, network, LOWER_PRECISION, ONE_TRAINING, BATCHES)
    if rates:
        best = max(rates, key=lambda rate: rate.images_per_second)
        rates += peer_rates(peers, network, LOWER_PRECISION, TWO_TRAININGS, [best.batch])
    return rates


def measure_memory(peers, network):
    """Returns the peak bytes of PyTorch's least hungry configuration, by allocator."""
    return {
        allocator: min(
            peers.peak_memory(network, config, HEADLINE_BATCH, is_tuned)
            for config in ["cl", "eager"])
        for allocator, is_tuned in [("jemalloc", True), ("glibc", False)]
    }


def race(ours, peers, network, number, candidates):
    """Lets everybody have one turn, ours between theirs; every second round in reverse order."""
    our_turns = [
        lambda mode=mode: report(network, ours.training(network, HEADLINE_BATCH, mode))
        for mode in MODES
    ]
    peer_turns = [
        lambda c=c: report(network, peers.training(network, c.config, c.mode, [c.batch])[0])
        for c in candidates
    ]
    turns = [
        turn for pair in itertools.zip_longest(our_turns, peer_turns) for turn in pair if turn]
    compiles = number == 0 and shutil.which("g++") is not None
    latencies = [
        lambda: ours.inference(network), lambda: peers.inference(network, compiles)]
    if number % 2 == 1:
        turns.reverse()
        rates = [turn() for turn in turns]
        theirs, mine = [measure() for measure in reversed(latencies)]
    else:
        rates = [turn() for turn in turns]
        mine, theirs = [measure() for measure in latencies]
    say(network, f"inference: ours {mine:.1f} µs, ONNX Runtime {theirs['ort_fp32']['median_us']} µs")
    return Round(
        [rate for rate in rates if rate.config == "ours"],
        [rate for rate in rates if rate.config != "ours"], mine, theirs)


def scouting(path, ours, peers, networks, reuses):
    """Returns the findings that need one measurement only, from a file of an earlier run if wanted."""
    known = {}
    if reuses and os.path.exists(path):
        with open(path) as file:
            known = json.load(file)
    for network in networks:
        if network not in known:
            known[network] = {
                "scouted": [asdict(r) for r in scout(ours, peers, network)],
                "lower_precision": [asdict(r) for r in scout_lower_precision(peers, network)],
                "peer_memory": measure_memory(peers, network),
            }
            with open(path, "w") as file:
                json.dump(known, file, indent=1)
    return {
        network: Findings(
            scouted=[Rate(**r) for r in known[network]["scouted"]],
            lower_precision=[Rate(**r) for r in known[network]["lower_precision"]],
            peer_memory=known[network]["peer_memory"])
        for network in networks
    }


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary")
    parser.add_argument("peers", help="a copy of the peers' scripts")
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--networks", type=str.split, required=True)
    parser.add_argument("--candidates", type=int, required=True, help="configurations a mode")
    parser.add_argument("--attempts", type=int, required=True)
    parser.add_argument("--output", required=True, help="folder")
    parser.add_argument("--scouting", choices=["new", "reuse"], required=True)
    options = parser.parse_args()
    counts = [options.rounds, options.candidates, options.attempts]
    if min(counts) < 1 or not set(options.networks) <= set("SMLT"):
        parser.error("ROUNDS, CANDIDATES and ATTEMPTS are at least 1; NETWORKS are some of S M L T")
    return options


def main():
    options = parse()
    ours = Ours(options.binary, options.attempts)
    peers = Peers(options.peers, options.attempts)
    kept = ".build/benchmark"
    for folder in [kept, options.output]:
        os.makedirs(folder, exist_ok=True)
    findings = scouting(
        kept + "/scouting.json", ours, peers, options.networks, options.scouting == "reuse")
    for network in options.networks:
        findings[network].alone = ours.alone(network, HEADLINE_BATCH)
    for number in range(options.rounds):
        for network in options.networks:
            say(network, f"round {number + 1} of {options.rounds}")
            found = findings[network]
            candidates = found.candidates(options.candidates)
            if not candidates:
                raise Failure(f"{network}: PyTorch could not be measured in any configuration")
            found.rounds.append(race(ours, peers, network, number, candidates))
    path = benchmark_table.write(findings, options, peers.python)
    print(f"The table: {path}")


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"error: {failure}")
