"""Measures how long one image takes in PyTorch and ONNX Runtime on one thread, by the rules of the peers' own infer.py.

    infer.py NET [-]    what comes second is the checkpoint of the peers' own infer.py, and is not read

The ONNX model has norms folded into convolutions and zeros around images as part of them. Prints a line of JSON with
microseconds by engine. NOCOMPILE=1 leaves out torch.compile. Exit status 1 if the two do not compute the same.
"""

import json
import os
import sys
import time

for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np
import onnx
import onnxruntime
import torch
from clean import Win, wait_quiet
from images import made_up
from nets import CLASSES, IMAGES, Residual, build
from onnx import TensorProto, helper, numpy_helper
from torch import nn

IMAGE_COUNT = 64
SERIES, SERIES_SECONDS, MOST_SAMPLES = 3, 5 / 3, 2500


class Graph:
    """An ONNX graph in the making."""

    def __init__(self):
        self.nodes, self.tensors = [], []

    def node(self, operator, inputs, **attributes):
        output = f"{operator.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output

    def tensor(self, values):
        name = f"tensor{len(self.tensors)}"
        self.tensors.append(
            numpy_helper.from_array(np.ascontiguousarray(values, dtype=np.float32), name))
        return name

    def convolution(self, x, layer, norm, zeros):
        """Appends a convolution with its norm and with `zeros` (top, left, bottom, right) around the image."""
        weight = layer.weight.detach().double()
        bias = torch.zeros(len(weight)).double() if layer.bias is None else layer.bias.detach().double()
        if norm is not None:
            scale = (norm.weight / torch.sqrt(norm.running_var + norm.eps)).detach().double()
            weight = weight * scale[:, None, None, None]
            bias = (bias - norm.running_mean) * scale + norm.bias.detach()
        around = zeros or [*layer.padding, *layer.padding]
        return self.node(
            "Conv", [x, self.tensor(weight.numpy()), self.tensor(bias.numpy())],
            kernel_shape=list(layer.kernel_size), strides=list(layer.stride), pads=around,
            group=layer.groups)

    def layers(self, x, layers):
        """Appends layers one after the other and returns the name of what they give."""
        layers, zeros = list(layers), None
        for place, layer in enumerate(layers):
            following = layers[place + 1] if place + 1 < len(layers) else None
            if isinstance(layer, nn.ZeroPad2d):
                left, right, top, bottom = layer.padding
                zeros = [top, left, bottom, right]
            elif isinstance(layer, nn.Conv2d):
                norm = following if isinstance(following, nn.BatchNorm2d) else None
                x, zeros = self.convolution(x, layer, norm, zeros), None
            elif isinstance(layer, Residual):
                body = self.layers(x, layer.body)
                entrance = x if layer.shortcut is None else self.layers(x, [layer.shortcut])
                x = self.node("Add", [body, entrance])
                x = x if layer.activation is None else self.layers(x, [layer.activation])
            elif isinstance(layer, nn.ReLU6):
                x = self.node("Clip", [x, self.tensor(0), self.tensor(6)])
            elif isinstance(layer, nn.ReLU):
                x = self.node("Relu", [x])
            elif not isinstance(layer, nn.BatchNorm2d):
                sys.exit(f"error: no ONNX operator for {layer}")
        return x


def onnx_model(name, network):
    graph = Graph()
    x = graph.node("GlobalAveragePool", [graph.layers("x", network.layers)])
    x = graph.node("Flatten", [x], axis=1)
    weight, bias = (values.detach().numpy() for values in (network.dense.weight, network.dense.bias))
    answer = graph.node("Gemm", [x, graph.tensor(weight), graph.tensor(bias)], transB=1)
    shapes = [("x", ["n", *IMAGES[name]]), (answer, ["n", CLASSES[name]])]
    inputs, outputs = (
        [helper.make_tensor_value_info(tensor, TensorProto.FLOAT, shape)] for tensor, shape in shapes)
    model = helper.make_model(
        helper.make_graph(graph.nodes, name, inputs, outputs, graph.tensors),
        opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return model


def latency(run, images):
    """Returns microseconds of the series with the lowest median: what disturbs a machine only adds time."""
    for place in range(50):
        run(images[place % len(images)])
    wait_quiet(8)
    found = []
    for _ in range(SERIES):
        samples, end = [], time.perf_counter() + SERIES_SECONDS
        with Win() as window:
            while len(samples) < MOST_SAMPLES and (not samples or time.perf_counter() < end):
                began = time.perf_counter_ns()
                run(images[len(samples) % len(images)])
                samples.append((time.perf_counter_ns() - began) / 1e3)
        found.append({
            "median_us": round(float(np.median(samples)), 1),
            "p95_us": round(float(np.percentile(samples, 95)), 1),
            "min_us": round(min(samples), 1), "n": len(samples), "foreign": round(window.foreign, 2)})
    return min(found, key=lambda series: series["median_us"])


def torch_latencies(name, network, images):
    """Returns latencies by PyTorch's ways to run a network; what went wrong where one cannot."""
    twin = build(name).eval()
    twin.load_state_dict(network.state_dict())
    twin = twin.to(memory_format=torch.channels_last)
    last = [image.contiguous(memory_format=torch.channels_last) for image in images]
    found = {"torch_eager": latency(network, images), "torch_eager_cl": latency(twin, last)}

    def frozen():
        return torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(network, images[0])))

    def compiled():
        import torch._inductor.config as inductor
        inductor.freezing = True
        return torch.compile(network, dynamic=False)

    ways = {"torch_jit_frozen": frozen, "torch_compile": compiled}
    if os.environ.get("NOCOMPILE") == "1":
        del ways["torch_compile"]
    for way, prepared in ways.items():
        try:
            found[way] = latency(prepared(), images)
        except Exception as error:  # Any: PyTorch has no common type, and the other ways still count.
            found[way] = repr(error)[:200]
    return found


def main():
    name = sys.argv[1]
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    torch.manual_seed(0)
    network = build(name).eval()
    images = list(made_up(name, IMAGE_COUNT)[0].split(1))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    model = onnx_model(name, network)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    arrays = [image.numpy() for image in images]
    with torch.inference_mode():
        expected = network(torch.cat(images)).numpy()
        answers = session.run(None, {"x": np.concatenate(arrays)})[0]
        difference = float(np.abs(answers - expected).max() / np.abs(expected).max())
        if not difference < 1e-4:
            sys.exit(f"error: {name}: ONNX Runtime differs from PyTorch by {difference:.1e} of the largest logit")
        found = torch_latencies(name, network, images)
    found["ort_fp32"] = latency(lambda image: session.run(None, {"x": image}), arrays)
    print(json.dumps({"net": name, "ort_difference": difference, **found}), flush=True)


if __name__ == "__main__":
    main()
