"""Races this project against PyTorch and ONNX Runtime in alternating turns: see Results/benchmarks/scripts/speed."""

import argparse
import itertools
import json
import os
import shutil
import sys
from dataclasses import asdict, dataclass, field

import benchmark_table
from benchmark_measure import MODES, Failure, Ours, Peers, Rate
from benchmark_workloads import WORKLOADS

# What PyTorch says of itself where it runs with each instruction set.
INSTRUCTION_SETS = {"avx2": "AVX2", "avx512": "AVX512"}
LOWER_PRECISION = "bf16_cl"


@dataclass
class Round:
    """One turn of one network: what everybody reached right after one another."""

    ours: list
    peers: list
    inference_ours: float
    inference_peer: dict
    headline_mode: str

    @property
    def headline(self):
        return next(rate for rate in self.ours if rate.mode == self.headline_mode)

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

    def candidates(self, count, modes):
        """Returns PyTorch's `count` fastest configurations of each mode."""
        chosen = []
        for mode in modes:
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


def check_twins(ours, peers, network):
    """Fails unless both sides have the same number of parameters and multiply–adds."""
    mine, theirs = (ours["parameters"], ours["macs"]), peers.counts(network)
    if mine != theirs:
        raise Failure(
            f"{network}: PyTorch's network has {theirs[0]} parameters and {theirs[1]} multiply–adds, expected "
            f"{mine[0]} and {mine[1]} as ours")


def check_instruction_set(peers, isa):
    """Fails unless PyTorch uses the instruction set that was asked for."""
    found = peers.instruction_set()
    if isa and found != INSTRUCTION_SETS[isa]:
        raise Failure(f"ISA={isa}: PyTorch says it uses {found}, expected {INSTRUCTION_SETS[isa]}")


def peer_rates(peers, network, config, mode, batches):
    """Returns PyTorch's rates; none where it cannot run a configuration here."""
    try:
        return [report(network, r) for r in peers.training(network, config, mode, batches)]
    except Failure as failure:
        say(network, f"{config}, {mode}: not measured: {failure}")
        return []


def scout(ours, peers, network, modes):
    """Measures every configuration once; compiled, which takes a minute, at the best batch only."""
    rates = []
    batches = WORKLOADS[network].batches
    for mode in modes:
        rates += [report(network, ours.training(network, batch, mode)) for batch in batches]
        theirs = [
            rate for config in ["cl", "eager"]
            for rate in peer_rates(peers, network, config, mode, batches)]
        if theirs and shutil.which("g++"):
            best = max(theirs, key=lambda rate: rate.images_per_second)
            theirs += peer_rates(peers, network, "compile_cl", mode, [best.batch])
        rates += theirs
    return rates


def scout_lower_precision(peers, network, modes):
    """Measures PyTorch in bf16: all batches as one training, the best of them as two."""
    batches = WORKLOADS[network].batches
    rates = peer_rates(peers, network, LOWER_PRECISION, modes[-1], batches)
    if rates and len(modes) > 1:
        best = max(rates, key=lambda rate: rate.images_per_second)
        rates += peer_rates(peers, network, LOWER_PRECISION, modes[0], [best.batch])
    return rates


def measure_memory(peers, network):
    """Returns the peak bytes of PyTorch's least hungry configuration, by allocator."""
    return {
        allocator: min(
            peers.peak_memory(network, config, WORKLOADS[network].batch, is_tuned)
            for config in ["cl", "eager"])
        for allocator, is_tuned in [("jemalloc", True), ("glibc", False)]
    }


def race(ours, peers, network, number, candidates, modes):
    """Lets everybody have one turn, ours between theirs; every second round in reverse order."""
    batch = WORKLOADS[network].batch
    our_turns = [
        lambda mode=mode: report(network, ours.training(network, batch, mode)) for mode in modes]
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
        [rate for rate in rates if rate.config != "ours"], mine, theirs, modes[0])


def scouting(path, ours, peers, networks, modes, reuses):
    """Returns the findings that need one measurement only, from a file of an earlier run if wanted."""
    known = {}
    if reuses and os.path.exists(path):
        with open(path) as file:
            known = json.load(file)
    for network in networks:
        if network not in known:
            known[network] = {
                "scouted": [asdict(r) for r in scout(ours, peers, network, modes)],
                "lower_precision": [
                    asdict(r) for r in scout_lower_precision(peers, network, modes)],
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
    parser.add_argument("--isa", choices=sorted(INSTRUCTION_SETS), help="what both sides are limited to")
    parser.add_argument("--processes", type=int, choices=sorted(MODES), required=True)
    options = parser.parse_args()
    for name in ["rounds", "candidates", "attempts"]:
        if getattr(options, name) < 1:
            parser.error(f"{name.upper()}: got {getattr(options, name)}, expected 1 at least")
    unknown = [name for name in options.networks if name not in WORKLOADS]
    if unknown or not options.networks:
        parser.error(
            f"NETWORKS: got '{' '.join(unknown)}', expected some of {' '.join(WORKLOADS)}")
    return options


def variant(options):
    """Returns what names of files have more than those of a usual run: nothing, `-avx2`, `-avx2-1-process`."""
    isa = f"-{options.isa}" if options.isa else ""
    return isa + ("-1-process" if options.processes == 1 else "")


def main():
    options = parse()
    ours = Ours(options.binary, options.attempts)
    peers = Peers(options.peers, options.attempts)
    modes = MODES[options.processes]
    check_instruction_set(peers, options.isa)
    alone = {}
    for network in options.networks:
        alone[network] = ours.alone(network, WORKLOADS[network].batch)
        check_twins(alone[network], peers, network)
    kept = ".build/benchmark"
    for folder in [kept, options.output]:
        os.makedirs(folder, exist_ok=True)
    findings = scouting(
        f"{kept}/scouting{variant(options)}.json", ours, peers, options.networks, modes,
        options.scouting == "reuse")
    for network in options.networks:
        findings[network].alone = alone[network]
    for number in range(options.rounds):
        for network in options.networks:
            say(network, f"round {number + 1} of {options.rounds}")
            found = findings[network]
            candidates = found.candidates(options.candidates, modes)
            if not candidates:
                raise Failure(f"{network}: PyTorch could not be measured in any configuration")
            found.rounds.append(race(ours, peers, network, number, candidates, modes))
    path = benchmark_table.write(findings, options, peers, variant(options))
    print(f"The table: {path}")


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"error: {failure}")
