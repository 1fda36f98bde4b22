"""Writes what was measured as a page of Markdown tables."""

import datetime
import os
from statistics import median

import benchmark_machine
from benchmark_workloads import batches_text, title


def table(heading, rows):
    """Returns the lines of a table; columns of text begin at the left, columns of figures end right."""
    def line(cells):
        return "| " + " | ".join(cells) + " |"

    def is_text(column):
        return any(row[column][0].isalpha() or "thread" in row[column] for row in rows)

    rule = line(["---" if is_text(column) else "--:" for column in range(len(heading))])
    return [line(heading), rule] + [line(row) for row in rows] + [""]


def spread(values, decimals=0):
    """Returns `minimum / median / maximum`."""
    return " / ".join(
        f"{value:,.{decimals}f}" for value in [min(values), median(values), max(values)])


def mebibytes(count):
    return f"{count / (1 << 20):,.0f}"


def training(findings):
    """Returns the table that the ratios are read from."""
    rows = []
    for network, found in findings.items():
        ours = [r.headline.images_per_second for r in found.rounds]
        best = [r.best_peer for r in found.rounds]
        rates = [rate.images_per_second for rate in best]
        names = sorted({rate.name for rate in best}, key=lambda n: -sum(b.name == n for b in best))
        rows.append([
            title(network), spread(ours), spread(rates),
            spread([o / p for o, p in zip(ours, rates)], 2), "; ".join(names)])
    return table(
        ["network", "ours, images/s", "best PyTorch fp32, images/s", "ratio",
         "best configuration"], rows)


def inference(findings):
    rows = []
    for network, found in findings.items():
        ours = [r.inference_ours for r in found.rounds]
        peers = [r.inference_peer["ort_fp32"]["median_us"] for r in found.rounds]
        rows.append([
            title(network), spread(ours, 1), spread(peers, 1),
            spread([p / o for o, p in zip(ours, peers)], 2), torch_latency(found.rounds)])
    return table(
        ["network", "ours, µs", "ONNX Runtime fp32, µs", "ratio", "PyTorch's best, µs"], rows)


def torch_latency(rounds):
    """Returns the lowest median of any of PyTorch's ways to run a network."""
    known = [
        result["median_us"] for r in rounds for engine, result in r.inference_peer.items()
        if engine.startswith("torch_") and isinstance(result, dict)]
    return f"{min(known):,.1f}"


def memory(findings):
    rows = [
        [title(network), mebibytes(found.alone["peak_memory_bytes"]),
         mebibytes(found.peer_memory["jemalloc"]), mebibytes(found.peer_memory["glibc"])]
        for network, found in findings.items()
    ]
    return table(
        ["network", "ours, MiB", "PyTorch, MiB (jemalloc, as timed)", "PyTorch, MiB (glibc)"], rows)


def efficiency(findings):
    """Returns how near one training in one thread comes to the machine's peaks, and where it goes."""
    rows = []
    for network, found in findings.items():
        alone = found.alone
        kernels = sorted(alone["kernels"].items(), key=lambda item: -item[1])
        total = sum(alone["kernels"].values()) or 1
        rows.append([
            title(network), f"{alone['images_per_second']:,.0f}",
            f"{alone['milliseconds_per_step']:.2f}", f"{alone['gflops']:.1f}",
            f"{100 * alone['share_of_peak']:.0f} %", f"{100 * alone['share_of_roofline']:.0f} %",
            ", ".join(f"{kind.replace('_', ' ')} {100 * time / total:.0f} %"
                      for kind, time in kernels if time > 0.005 * total)])
    return table(["network", "images/s", "ms a step", "GFLOP/s", "of peak", "of the roofline", "where"], rows)


def by_configuration(rates_of):
    """Returns a table of every measured configuration; a star marks a disturbed measurement."""
    batches = sorted({rate.batch for rates in rates_of.values() for rate in rates})
    rows = []
    for network, rates in rates_of.items():
        for mode, config in sorted({(rate.mode, rate.config) for rate in rates}, reverse=True):
            cells = {rate.batch: f"{rate.images_per_second:,.0f}{'' if rate.is_clean else '*'}"
                     for rate in rates if (rate.mode, rate.config) == (mode, config)}
            rows.append([network, mode, config] + [cells.get(batch, "–") for batch in batches])
    return table(["network", "division", "configuration"] + [f"batch {b}" for b in batches], rows)


def rounds_by_configuration(findings):
    """Returns the spread of everything that took part in the rounds."""
    rows = []
    for network, found in findings.items():
        rates = [rate for r in found.rounds for rate in r.ours + r.peers]
        for name in dict.fromkeys(rate.name for rate in rates):
            same = [rate for rate in rates if rate.name == name]
            disturbed = sum(not rate.is_clean for rate in same)
            rows.append([
                network, name, spread([rate.images_per_second for rate in same]), str(disturbed)])
    return table(["network", "configuration", "images/s", "disturbed"], rows)


def instructions(peers, isa):
    """Returns what the sides' vectors are, as (what, value)."""
    if not isa:
        return [("instructions", f"as the processor has them; PyTorch's own kernels use {peers.instruction_set()}")]
    limited = {
        "avx2": "AVX2 on both sides, in PyTorch for oneDNN, MKL and torch.compile, too",
        "avx512": "AVX-512 on both sides, in PyTorch with what more the processor has for bf16"}
    return [("instructions", f"{limited[isa]}; ONNX Runtime cannot be limited and uses what the processor has")]


def preamble(findings, options, peers):
    alone = next(iter(findings.values())).alone
    facts = benchmark_machine.description() + [
        ("one thread at best", f"{alone['peak_gflops']:.0f} GFLOP/s fp32 (matrix product), "
         f"{alone['bandwidth_gigabytes_per_second']:.0f} GB/s (copy, main memory)"),
    ] + instructions(peers, options.isa) + benchmark_machine.versions(peers.python) + [
        ("date", datetime.date.today().isoformat())]
    rounds = (f"make benchmark ROUNDS={options.rounds} CANDIDATES={options.candidates} "
              f"NETWORKS=\"{' '.join(options.networks)}\"")
    rounds += f" ISA={options.isa}" if options.isa else ""
    rounds += " PROCESSES=1" if options.processes == 1 else ""
    return [
        "# Training and inference next to PyTorch and ONNX Runtime", "",
        f"Written by `{rounds}`. Figures are minimum / median / maximum of {options.rounds} "
        "rounds, in which all take turns; a ratio compares measurements of one round.", "",
    ] + [f"- {what}: {value}" for what, value in facts] + [""]


def page(findings, options, peers):
    lines = preamble(findings, options, peers)
    batch = batches_text(options.networks)
    is_alone = options.processes == 1
    lines += ["## Training", ""] + training(findings)
    lines += [
        f"Ours: {'one training with one thread' if is_alone else 'two trainings at once with one thread each'}, "
        f"{batch}, fp32. A step is an augmented "
        "batch, forward, distillation and cross-entropy loss, backward, SGD with momentum; PyTorch's "
        "step finds its batch ready in memory. PyTorch is its fastest fp32 configuration in the "
        f"round: {'one training of one thread' if is_alone else 'two trainings of one thread or one of two'}; "
        "channels-last (`cl`) or not (`eager`), "
        "compiled (`compile_cl`), our batch or a larger one; with jemalloc. A first pass over all "
        f"configurations chose the {options.candidates} of each division that took part in the "
        "rounds.", "",
        "## Inference", ""] + inference(findings)
    lines += [
        "One image, one thread, fp32, norms folded: medians. A ratio above 1: ours is faster.", "",
        "## Peak memory of a training", ""] + memory(findings)
    lines += [
        f"Resident at most, libraries included; one thread, {batch}. PyTorch is the lower of `cl` "
        "and `eager`, with a data set cut down to as many images as ours has, 2,048 small ones.", "",
        "## Our step", ""] + efficiency(findings)
    lines += [
        f"One training, one thread, {batch}. GFLOP/s count two operations a multiply–add, three "
        "passes, and two for the first convolution; what is computed again counts once. The roofline "
        "is the longer of that arithmetic at the peak and of the bytes that batch norms hold back "
        "(written once, read twice) at the bandwidth.", "",
        "## Everything in the rounds", ""] + rounds_by_configuration(findings)
    lines += ["## The first pass", "", "Images/s, once each; * other processes ran meanwhile.", ""]
    lines += by_configuration({network: found.scouted for network, found in findings.items()})
    lines += ["## PyTorch in bf16", "", "Images/s, once each; apart, as it computes less exactly.", ""]
    lines += by_configuration(
        {network: found.lower_precision for network, found in findings.items()})
    return "\n".join(lines)


def write(findings, options, peers, variant):
    """Prints the page, writes it into the output folder and returns its path; `variant` ends the file's name."""
    text = page(findings, options, peers)
    path = os.path.join(options.output, benchmark_machine.slug() + variant + ".md")
    with open(path, "w") as file:
        file.write(text)
    print(text)
    return path
