#!/usr/bin/env python3
"""Fits the shipped profiles of STM32 boards to the published results of MLPerf Tiny, and writes them.

    python3 Results/benchmarks/scripts/fit_microcontrollers.py [--check]

Three boards, three versions of X-CUBE-AI, four networks: 36 latencies and energies (closed division, STMicroelectronics,
medians of results.txt). A latency is a sum of cycles by the formula of HardwareProfiles/README.md; each parameter is a
prior times what the version changes, times the board's speed, times a small deviation of the board's own, all
log-normal. So a board borrows from the other two what its own four networks do not tell. Left out are one network on
one board (what `validation` says), and one network on all boards (said in the text). --check compares with the files
instead of writing them. Nothing but Python's standard library is needed.
"""
import json
import math
import pathlib
import statistics
import sys

FOLDER = pathlib.Path(__file__).resolve().parents[3] / "HardwareProfiles"
DATE = "2026-11-29"

# ---- the four networks: kernels as (kind, MACs, output values, MACs / input channels)


def convolution(height, width, inputs, outputs, window, stride):
    rows, columns = -(-height // stride), -(-width // stride)
    taps = window[0] * window[1]
    values = rows * columns * outputs
    kind = "pointwise" if taps == 1 else "convolution"
    return (kind, values * inputs * taps, values, values * taps), (rows, columns)


def depthwise(height, width, channels, stride):
    rows, columns = -(-height // stride), -(-width // stride)
    values = rows * columns * channels
    return ("depthwise", values * 9, values, 0), (rows, columns)


def keywords():
    kernel, (h, w) = convolution(49, 10, 1, 64, (10, 4), 2)
    kernels = [kernel]
    for _ in range(4):
        kernels += [depthwise(h, w, 64, 1)[0], convolution(h, w, 64, 64, (1, 1), 1)[0]]
    return kernels + [("pool", 0, h * w * 64, 0), ("dense", 768, 12, 0)]


def persons():
    kernel, (h, w) = convolution(96, 96, 3, 8, (3, 3), 2)
    kernels, channels = [kernel], 8
    blocks = [(16, 1), (32, 2), (32, 1), (64, 2), (64, 1), (128, 2)]
    for outputs, stride in blocks + [(128, 1)] * 5 + [(256, 2), (256, 1)]:
        kernel, (h, w) = depthwise(h, w, channels, stride)
        kernels += [kernel, convolution(h, w, channels, outputs, (1, 1), 1)[0]]
        channels = outputs
    return kernels + [("pool", 0, h * w * channels, 0), ("dense", 512, 2, 0)]


def images():
    kernel, (h, w) = convolution(32, 32, 3, 16, (3, 3), 1)
    kernels, channels = [kernel], 16
    for stage, outputs in enumerate((16, 32, 64)):
        stride = 1 if stage == 0 else 2
        first, (rows, columns) = convolution(h, w, channels, outputs, (3, 3), stride)
        kernels += [first, convolution(rows, columns, outputs, outputs, (3, 3), 1)[0]]
        if stride == 2:
            kernels.append(convolution(h, w, channels, outputs, (1, 1), 2)[0])
        kernels.append(("add", 0, rows * columns * outputs, 0))
        h, w, channels = rows, columns, outputs
    return kernels + [("pool", 0, h * w * channels, 0), ("dense", 640, 10, 0)]


def anomalies():
    sizes = [640, 128, 128, 128, 128, 8, 128, 128, 128, 128, 640]
    return [("dense", a * b, b, 0) for a, b in zip(sizes, sizes[1:])]


NETWORKS = {
    "autoencoder": anomalies(), "ResNet-8": images(), "DS-CNN": keywords(),
    "MobileNet v1 0.25": persons(),
}

# ---- what was published: inferences a second and microjoules, in the order of NETWORKS

PUBLISHED = {
    ("stm32h7a3", "7.3.0"): ((547.705, 18.401, 59.667, 19.722), (266.504, 8708.238, 2721.709, 7980.645)),
    ("stm32l4r5", "7.3.0"): ((131.95, 4.407, 13.323, 4.339), (323.033, 10682.293, 3371.291, 10072.462)),
    ("stm32u575", "7.3.0"): ((206.211, 7.158, 22.608, 7.496), (119.1, 3643.15, 1138.705, 3364.946)),
    ("stm32h7a3", "8.1.0"): ((549.973, 19.25, 65.133, 33.751), (221.42, 6312.451, 1869.327, 3700.046)),
    ("stm32l4r5", "8.1.0"): ((145.829, 4.673, 15.905, 8.425), (293.91, 7019.086, 2832.836, 5620.148)),
    ("stm32u575", "8.1.0"): ((206.191, 7.8, 25.92, 13.974), (121.35, 3384.36, 1004.473, 1919.901)),
    ("stm32h7a3", "9.0.0"): ((816.004, 24.483, 88.356, 42.009), (165.721, 5091.608, 1375.577, 2967.309)),
    ("stm32l4r5", "9.0.0"): ((190.086, 6.056, 23.155, 11.245), (203.369, 6922.825, 1820.824, 3895.587)),
    ("stm32u575", "9.0.0"): ((291.589, 9.003, 34.416, 16.87), (81.951, 2579.757, 656.147, 1354.148)),
}
# microTVM with CMSIS-NN's kernels on the L4R5 (OctoML, round v1.0).
CMSIS = ((116.212, 2.567, 10.019, 3.32), (443.191, 20232.387, 5230.498, 15531.129))
ROUND = {"7.3.0": "v1.0", "8.1.0": "v1.1", "9.0.0": "v1.2"}
BOARDS = {
    "stm32h7a3": dict(
        mhz=280, ram=1048576, flash=2097152,
        device="STM32H7A3ZIT6Q (board NUCLEO-H7A3ZI-Q), one Cortex-M7 core at 280 MHz, 1.18 MB SRAM, 2 MB flash"),
    "stm32l4r5": dict(
        mhz=120, ram=655360, flash=2097152,
        device="STM32L4R5ZIT6 (board NUCLEO-L4R5ZI), one Cortex-M4 core at 120 MHz, 640 KB SRAM, 2 MB flash"),
    "stm32u575": dict(
        mhz=160, ram=786432, flash=2097152,
        device="STM32U575ZIT6Q (board NUCLEO-U575ZI-Q), one Cortex-M33 core at 160 MHz, 768 KB SRAM, 2 MB flash"),
}

# ---- the model: cycles for a MAC of each kind, an output value, a launch, a value of adds and pools, and a tap of a
# k×k convolution over all of its input channels; each with its prior and how far a version may move it (log scale).

PARAMETERS = [
    ("convolution", 1.2, 0.4), ("pointwise", 1.3, 0.4), ("depthwise", 2.5, 0.4), ("dense", 1.7, 0.5),
    ("output", 8.0, 0.3), ("launch", 3000.0, 0.2), ("value", 8.0, 0.15), ("tap", 2.0, 0.7),
]
BOARD, OWN, NOISE = 0.4, 0.08, 0.03
NAMES = [name for name, _, _ in PARAMETERS]
COUNT = len(NAMES)


def features(kernels):
    sums = dict.fromkeys(NAMES, 0.0)
    for kind, macs, values, taps in kernels:
        sums["launch"] += 1
        if kind in ("pool", "add"):
            sums["value"] += values
            continue
        sums[kind] += macs
        sums["output"] += values
        if kind == "convolution":
            sums["tap"] += taps
    return [sums[name] for name in NAMES]


FEATURES = {name: features(kernels) for name, kernels in NETWORKS.items()}


def solve(matrix, right):
    size = len(right)
    rows = [row[:] + [value] for row, value in zip(matrix, right)]
    for i in range(size):
        pivot = max(range(i, size), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for r in range(i + 1, size):
            factor = rows[r][i] / rows[i][i]
            if factor:
                for c in range(i, size + 1):
                    rows[r][c] -= factor * rows[i][c]
    solution = [0.0] * size
    for i in reversed(range(size)):
        rest = sum(rows[i][c] * solution[c] for c in range(i + 1, size))
        solution[i] = (rows[i][size] - rest) / rows[i][i]
    return solution


def fit(measured, left_out=()):
    """Returns for each board its cycles, from `measured`: board → inferences a second in the order of NETWORKS."""
    boards = list(measured)
    size = COUNT + len(boards) * (1 + COUNT)
    deviations = [d for _, _, d in PARAMETERS] + [BOARD] * len(boards) + [OWN] * (len(boards) * COUNT)
    own = lambda board, k: COUNT + len(boards) + board * COUNT + k
    points = [
        (index, network, 1e6 * BOARDS[board]["mhz"] / rate)
        for index, board in enumerate(boards)
        for network, rate in zip(NETWORKS, measured[board])
        if (board, network) not in left_out
    ]
    x = [0.0] * size
    for _ in range(60):  # Gauss-Newton on log latencies
        matrix = [[0.0] * size for _ in range(size)]
        for i in range(size):
            matrix[i][i] = 1 / deviations[i] ** 2
        right = [-x[i] / deviations[i] ** 2 for i in range(size)]
        for board, network, cycles in points:
            terms = [
                FEATURES[network][k] * PARAMETERS[k][1]
                * math.exp(x[k] + x[COUNT + board] + x[own(board, k)]) for k in range(COUNT)
            ]
            total = sum(terms)
            slope = {COUNT + board: 1.0}
            for k in range(COUNT):
                if terms[k]:
                    slope[k] = slope[own(board, k)] = terms[k] / total
            residual = math.log(cycles / total)
            for i, a in slope.items():
                right[i] += a * residual / NOISE**2
                for j, b in slope.items():
                    matrix[i][j] += a * b / NOISE**2
        step = solve(matrix, right)
        longest = max(map(abs, step))
        x = [a + min(1, 0.5 / longest) * b if longest > 0 else a for a, b in zip(x, step)]
        if longest < 1e-10:
            break
    return {
        board: [
            PARAMETERS[k][1] * math.exp(x[k] + x[COUNT + index] + x[own(index, k)])
            for k in range(COUNT)
        ]
        for index, board in enumerate(boards)
    }


def milliseconds(cycles, board, network):
    return sum(a * b for a, b in zip(FEATURES[network], cycles)) / (1000 * BOARDS[board]["mhz"])


# ---- profiles


def number(value, digits=4):
    return float(f"{value:.{digits}g}")


def kernels(cycles, mhz):
    c = dict(zip(NAMES, cycles))
    launch = number(c["launch"] / mhz)
    passes = number(mhz / 1000 / c["value"])

    def macs(kind, uncertainty, **more):
        rate = {"overhead_us": launch, "gmacs_per_second": number(mhz / 1000 / c[kind])}
        return rate | more | {
            "reduction_half": number(c["output"] / c[kind]), "relative_uncertainty": uncertainty}

    def passing(uncertainty=0.5):
        return {"overhead_us": launch, "gops_per_second": passes, "relative_uncertainty": uncertainty}

    return {
        "convolution": macs(
            "convolution", 0.15, input_channels_half=number(c["tap"] / c["convolution"])),
        "pointwise": macs("pointwise", 0.15), "depthwise": macs("depthwise", 0.2),
        "dense": macs("dense", 0.15),
        "squeeze_excitation": {
            "overhead_us": number(4 * c["launch"] / mhz),
            "gmacs_per_second": number(mhz / 1000 / c["dense"]), "gops_per_second": passes,
            "relative_uncertainty": 0.5},
        "pooling": passing(), "global_pooling": passing(), "elementwise": passing(),
        "layer_norm": passing(0.7), "gelu": passing(0.7),
    }


def profile(name, board, protocol, cycles, power, text, validation, uncertainty, deployment=None):
    about = BOARDS[board]
    result = {
        "format": "autodistill-hardware-profile/3", "name": name, "device": about["device"],
        "protocol": protocol | {
            "precision": "int8", "batch": 1, "threads": 1,
            "resolution": "the image size of the network that is priced",
            "affinity": "the only core, nothing else running", "thermal": f"{about['mhz']} MHz"},
        "memory": {
            "ram_bytes": about["ram"], "flash_bytes": about["flash"], "weights_in": "flash",
            # What activations and weights cost is in the fitted rates; this roof binds nowhere.
            "levels": [{"name": "SRAM and flash", "bandwidth_gb_per_second": number(about["mhz"] * 4e-3)}]},
        "inference_overhead_us": 0.0, "kernels": kernels(cycles, about["mhz"]),
        "energy": {"pj_per_mac": 0.0, "pj_per_byte": 0.0, "static_power_mw": number(power)},
    }
    if deployment:
        result["deployment"] = deployment
    result |= {
        "relative_uncertainty": uncertainty,
        "provenance": {"source": "fitted", "text": text, "date": DATE}}
    if validation:
        result["validation"] = validation
    return result


def ranks(values):
    order = sorted(values)
    return [order.index(value) for value in values]


def powers(rates, energies):
    return [1e-3 * rate * energy for rate, energy in zip(rates, energies)]


def validate(board, measured, energies):
    """Predicts each network from the others on this board and all on the other boards."""
    left_out, predicted, actual = [], [], []
    power = powers(measured[board], energies)
    for index, network in enumerate(NETWORKS):
        latency = milliseconds(fit(measured, {(board, network)})[board], board, network)
        truth = 1000 / measured[board][index]
        others = statistics.mean(power[:index] + power[index + 1:])
        predicted.append(latency)
        actual.append(truth)
        left_out.append({
            "network": network, "latency_error_percent": round(100 * (latency / truth - 1), 1),
            "energy_error_percent": round(100 * (others * latency / energies[index] - 1), 1)})
    errors = [abs(entry["latency_error_percent"]) for entry in left_out]
    difference = sum((a - b) ** 2 for a, b in zip(ranks(predicted), ranks(actual)))
    return {
        "method": "leave_one_out", "networks": 4, "spearman": number(1 - 6 * difference / 60),
        "median_absolute_percentage_error": round(statistics.median(errors), 1),
        "within_10_percent": sum(error <= 10 for error in errors) / 4,
        "within_5_percent": sum(error <= 5 for error in errors) / 4, "left_out": left_out}


def everywhere(board, measured):
    errors = []
    for index, network in enumerate(NETWORKS):
        cycles = fit(measured, {(other, network) for other in measured})[board]
        errors.append(
            f"{network} {100 * (milliseconds(cycles, board, network) * measured[board][index] / 1000 - 1):+.0f} %")
    return ", ".join(errors)


def published(board, version):
    measured = {b: PUBLISHED[b, version][0] for b in BOARDS}
    rates, energies = PUBLISHED[board, version]
    cycles = fit(measured)[board]
    says = ", ".join(
        f"{network} {1000 / rate:.4g} ({milliseconds(cycles, board, network):.4g}) ms"
        for network, rate in zip(NETWORKS, rates))
    text = (
        f"Fitted to published figures by Results/benchmarks/scripts/fit_microcontrollers.py; nothing was measured by us. MLPerf Tiny round {ROUND[version]}, "
        f"closed division, STMicroelectronics, X-CUBE-AI {version} (github.com/mlcommons/tiny_results_{ROUND[version]}): published (predicted) {says}. "
        "The three boards of that round are fitted together: each parameter is the version's, times the board's speed, times a small deviation of the board's own. "
        "The validation leaves out one network on this board. Left out on all three boards, so that the parameters of a kind that only it has come from "
        f"priors alone, the errors are {everywhere(board, measured)}: four networks do not tell convolutions, depthwise and dense layers apart without help from another board. "
        f"Energy is the mean power while running, {', '.join(f'{p:.0f}' for p in powers(rates, energies))} mW. Adds, pools and squeeze-and-excitation are estimates. "
        "How much memory X-CUBE-AI takes and which operators it has is not stated here: its planner and its kernels are closed.")
    protocol = {
        "runtime": f"X-CUBE-AI {version}, bare metal", "runtime_name": "x-cube-ai", "runtime_version": version}
    name = f"{board}-x-cube-ai-{version[:3]}"
    return profile(
        name, board, protocol, cycles, statistics.mean(powers(rates, energies)), text,
        validate(board, measured, energies), 0.1)


# CMSIS-NN's kernels built by clang 21 (-O3, Cortex-M7) and linked one by one, and 1.5 kB for what TensorFlow Lite Micro
# adds to each; kernels of its own are taken as 3 kB.
OPERATOR_BYTES = {
    "CONV_2D": 12130 + 1500, "DEPTHWISE_CONV_2D": 8066 + 1500, "FULLY_CONNECTED": 2674 + 1500,
    "ADD": 1854 + 1500, "MUL": 858 + 1500, "AVERAGE_POOL_2D": 1342 + 1500, "MAX_POOL_2D": 1394 + 1500,
    "SOFTMAX": 2828 + 1500, "PAD": 402 + 1500, "TRANSPOSE": 1494 + 1500, "MEAN": 3000, "RESHAPE": 500,
    "LOGISTIC": 3000, "RELU": 1500, "RELU6": 1500, "HARD_SWISH": 3000, "QUANTIZE": 3000, "DEQUANTIZE": 1500,
}


def micro(board):
    """TensorFlow Lite Micro with CMSIS-NN: the L4R5's published figures, carried over by the boards' speeds."""
    cycles = fit({"stm32l4r5": CMSIS[0]})["stm32l4r5"]
    says = ", ".join(
        f"{network} {1000 / rate:.4g} ({milliseconds(cycles, 'stm32l4r5', network):.4g}) ms"
        for network, rate in zip(NETWORKS, CMSIS[0]))
    both = fit({b: PUBLISHED[b, "7.3.0"][0] for b in BOARDS})
    cycles = [c * a / b for c, a, b in zip(cycles, both[board], both["stm32l4r5"])]
    mhz = BOARDS[board]["mhz"]
    nanoseconds = lambda count: number(1000 * count / mhz, 3)
    reference = {"HARD_SWISH": 60, "LOGISTIC": 150}
    operators = [
        {"name": name, "ns_per_value": nanoseconds(reference[name])} if name in reference else name
        for name in OPERATOR_BYTES if name not in ("MUL", "ADD")]
    for name in ("ADD", "MUL"):
        operators += [
            {"name": name, "without": ["broadcast"]},
            {"name": name, "with": ["broadcast"], "ns_per_value": nanoseconds(80)}]
    text = (
        "Estimated by Results/benchmarks/scripts/fit_microcontrollers.py; nothing was measured by us on this board. Latency: CMSIS-NN's kernels under microTVM on an STM32L4R5 "
        f"(MLPerf Tiny round v1.0, closed division, OctoML), published (predicted) {says}; carried over by what the two boards take under X-CUBE-AI 7.3.0, kind by kind. "
        "By that, ResNet-8 takes 1.7 times as long as under X-CUBE-AI 7.3.0; the README of github.com/mit-han-lab/tinyengine has 1.66 for another network on an STM32H743. "
        "TensorFlow Lite Micro's interpreter adds some microseconds an operator. Operators: those of its resolver (August 2026); hard swish, the logistic function and "
        "broadcasts run in plain reference loops, whose 60, 150 and 80 cycles a value are estimates. Memory: the rules of its planner and structures, exact. Flash: 9,732 bytes of framework on Arm "
        "(its code size FAQ, 2021) and as much again for start-up and libraries; kernels of CMSIS-NN (July 2026) built for a Cortex-M7 by clang 21 -O3 and linked one by one, "
        "and an estimated 1.5 kB for each operator's wrapper. Energy: the power of the board under X-CUBE-AI 7.3.0.")
    protocol = {
        "runtime": "TensorFlow Lite Micro with CMSIS-NN, 2026-08, bare metal",
        "runtime_name": "tflite-micro", "runtime_version": "2026-08"}
    deployment = {
        "arena": {"planner": "tflite-micro", "kernels": "cmsis-nn-dsp", "pointer_bytes": 4},
        "flash": {"runtime_bytes": 2 * 9732, "operator_bytes": OPERATOR_BYTES},
        "operators": operators}
    power = statistics.mean(powers(*PUBLISHED[board, "7.3.0"]))
    return profile(
        f"{board}-tflite-micro", board, protocol, cycles, power, text, None, 0.25, deployment)


def main():
    profiles = [published("stm32h7a3", version) for version in ROUND]
    profiles += [published("stm32l4r5", "9.0.0"), published("stm32u575", "9.0.0")]
    profiles += [micro("stm32h7a3"), micro("stm32l4r5")]
    different = []
    for one in profiles:
        path = FOLDER / (one["name"] + ".json")
        text = json.dumps(one, indent=2, ensure_ascii=False) + "\n"
        if "--check" in sys.argv:
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                different.append(path.name)
        else:
            path.write_text(text, encoding="utf-8")
        for entry in one.get("validation", {}).get("left_out", []):
            print(
                f"{one['name']:28} {entry['network']:18} latency {entry['latency_error_percent']:+6.1f} %"
                f"  energy {entry['energy_error_percent']:+6.1f} %")
    if different:
        sys.exit("differ from what is fitted: " + ", ".join(different))


main()
