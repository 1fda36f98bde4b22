"""What a student costs on the device, by a table of its kernels: see ../cost_table.py, which makes the table."""

import json
import math


def kernels(values, size=28, classes=10):
    """Yields (name, bytes held) of each kernel, as the runtime fuses them.

    A kernel's name is what its latency depends on: kind, window, stride, input and output shape. Held are the bytes of
    tensors that are alive while it runs: input, output and what a shortcut keeps.
    """
    def kernel(kind, window, stride, inputs, outputs, kept=0):
        (h, w, c), (oh, ow, oc) = inputs, outputs
        name = f"{kind} {window} {stride} {h}x{w}x{c} {oh}x{ow}x{oc}"
        return name, 4 * (kept + h * w * c + (0 if kind == "squeeze_excitation" else oh * ow * oc))

    side = (size + 1) // 2
    shape = (side, side, values["stem_width"])
    yield kernel("convolution", 3, 2, (size, size, 1), shape)
    for stage in ("stage1", "stage2"):
        window = values[f"{stage}_kernel"]
        for block in range(values[f"{stage}_depth"]):
            stride = 2 if block == 0 else 1
            wide = shape[2] * values[f"{stage}_expansion"]
            side = (shape[0] + stride - 1) // stride
            output = (side, side, values[f"{stage}_width"])
            kept = math.prod(shape) if shape == output and stride == 1 else 0
            yield kernel("pointwise", 1, 1, shape, (*shape[:2], wide))
            yield kernel("depthwise", window, stride, (*shape[:2], wide), (*output[:2], wide), kept)
            if values[f"{stage}_se"]:
                yield kernel("squeeze_excitation", 1, 1, (*output[:2], wide), (*output[:2], wide), kept)
            yield kernel("pointwise", 1, 1, (*output[:2], wide), output, kept)
            shape = output
    head = (*shape[:2], values["head_width"])
    yield kernel("pointwise", 1, 1, shape, head)
    yield kernel("global_pooling", 1, 1, head, (1, 1, head[2]))
    yield kernel("dense", 1, 1, (1, 1, head[2]), (1, 1, classes))


class CostTable:
    """Latency, its error and memory of any student, from the latencies of single kernels."""

    def __init__(self, path):
        with open(path) as file:
            table = json.load(file)
        self.kernels, self.overhead = table["kernels"], table["overhead_us"]
        self.shared_error, self.errors = table["shared_error"], table["errors"]
        self.deviations, self.limits = table["deviations"], table["limits"]

    def costs(self, values):
        """Returns latency_ms, its standard error, peak_memory_bytes and macs."""
        total, variance, weights, held, macs = self.overhead, 0.0, 0, 0, 0
        for name, alive in kernels(values):
            entry = self.kernels[name]
            total += entry["latency_us"]
            variance += (self.errors[name.split()[0]] * entry["latency_us"]) ** 2
            weights, macs = weights + entry["weights"], macs + entry["macs"]
            held = max(held, alive)
        error = math.sqrt(variance + (self.shared_error * total) ** 2)
        return {
            "latency_ms": total / 1000, "latency_standard_error_ms": error / 1000,
            "peak_memory_bytes": held + 4 * weights, "macs": macs,
        }

    def excess(self, costs):
        """Returns by how much each limit is exceeded, as a share of it; not above 0: it is kept.

        A latency counts with its error, so that it keeps the limit with the study's confidence.
        """
        sure = costs["latency_ms"] + self.deviations * costs["latency_standard_error_ms"]
        found = {"latency_ms": sure, "peak_memory_bytes": costs["peak_memory_bytes"]}
        return {name: found[name] / limit - 1 for name, limit in self.limits.items()}
