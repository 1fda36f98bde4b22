"""Writes random int8 models with the integers that TensorFlow Lite Micro gives: see .ci/check-int8.

    write_int8_cases.py FILE CASES [--seed N] [--kinds a,b]

One JSON object a line: tensors (constants as hexadecimal bytes), operators, images and expected outputs.
"""

import argparse
import json
import os

import flatbuffers
import numpy
from tflite_micro.python.tflite_micro import runtime
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

IMAGES = 4
TYPES = {"float32": schema.TensorType.FLOAT32, "int8": schema.TensorType.INT8,
         "int32": schema.TensorType.INT32}
NUMPY = {"float32": numpy.float32, "int8": numpy.int8, "int32": numpy.int32}
ACTIVATIONS = {"none": 0, "relu": 1, "relu6": 3}
CODES = {
    "add": (0, 2), "average_pool": (1, 2), "convolution": (3, 3), "depthwise": (4, 3),
    "dequantize": (6, 2), "dense": (9, 4), "logistic": (14, 2), "max_pool": (17, 2),
    "multiply": (18, 2), "relu": (19, 2), "relu6": (21, 2), "reshape": (22, 1),
    "softmax": (25, 2), "pad": (34, 2), "transpose": (39, 2), "mean": (40, 2),
    "quantize": (114, 1), "hard_swish": (117, 1),
}


def f32(value):
    """The nearest fp32 number, exact as a Python number."""
    return float(numpy.float32(value))


class Model:
    """A model that grows operator by operator."""

    def __init__(self, rng):
        self.rng, self.tensors, self.operators = rng, [], []

    def tensor(self, shape, scale=None, zero=0, values=None, dtype="int8", axis=0, scales=None):
        if scales is None and scale is not None:
            scales = [scale]
        self.tensors.append(
            {"shape": [int(n) for n in shape], "type": dtype,
             "scales": [f32(s) for s in scales] if scales is not None else None,
             "zero_points": [int(zero)] * len(scales) if scales is not None else None,
             "axis": axis,
             "values": None if values is None else
             numpy.asarray(values, NUMPY[dtype]).tobytes().hex()})
        return len(self.tensors) - 1

    def integers(self, values, shape=None):
        values = numpy.asarray(values, numpy.int32)
        return self.tensor(shape or values.shape, values=values, dtype="int32")

    def operator(self, kind, inputs, output, window=None, activation="none"):
        self.operators.append(
            {"kind": kind, "inputs": inputs, "output": output, "window": window,
             "activation": activation})
        return output

    # What a random choice is.

    def scale(self):
        if self.rng.random() < 0.1:
            return f32(2.0 ** self.rng.integers(-8, 2))
        return f32(10 ** self.rng.uniform(-3.5, 0.5))

    def zero(self):
        return int(self.rng.choice([-128, 127, 0, self.rng.integers(-128, 128)]))

    def factor(self):
        """A real multiplier: mostly as networks have it, now and then extreme."""
        if self.rng.random() < 0.1:
            return 2.0 ** self.rng.uniform(-31, 3)
        if self.rng.random() < 0.1:
            return 2.0 ** -self.rng.integers(1, 10)
        return 2.0 ** self.rng.uniform(-12, 0)

    def activation(self):
        return str(self.rng.choice(["none", "relu", "relu6"]))

    def weights(self, shape):
        values = self.rng.integers(-127, 128, shape)
        kind = self.rng.random()
        if kind < 0.1:
            values = self.rng.choice([-127, 127], shape)
        elif kind < 0.5:
            values = numpy.clip(self.rng.normal(0, 25, shape).round(), -127, 127)
        return values

    def bias(self, channels):
        limit = 2 ** int(self.rng.integers(1, 29 if self.rng.random() < 0.1 else 16))
        return self.rng.integers(-limit, limit + 1, channels)

    def shape_of(self, tensor):
        return self.tensors[tensor]["shape"]

    def scale_of(self, tensor):
        return self.tensors[tensor]["scales"][0]

    def zero_of(self, tensor):
        return self.tensors[tensor]["zero_points"][0]

    def image(self, maximum=9, channels=None):
        height, width = self.rng.integers(1, maximum + 1, 2)
        if channels is None:
            channels = self.rng.integers(1, 24)
        return self.tensor([1, height, width, channels], self.scale(), self.zero())

    def like(self, source, shape=None):
        """An activation with the same integers."""
        return self.tensor(shape or self.shape_of(source), self.scale_of(source),
                           self.zero_of(source))

    def window(self, height, width, largest=5):
        padding = str(self.rng.choice(["same", "valid"]))
        kernel = [int(n) for n in self.rng.integers(1, largest + 1, 2)]
        if padding == "valid":
            kernel = [min(kernel[0], height), min(kernel[1], width)]
        stride = [int(n) for n in self.rng.integers(1, 4, 2)]
        sides = [(n + s - 1) // s if padding == "same" else (n - k) // s + 1
                 for n, k, s in zip((height, width), kernel, stride)]
        return kernel + stride + [padding], sides

    # Operators.

    def product(self, kind, source, weights, channels, shape, axis, window=None, scales=None):
        rng = self.rng
        if scales is None:
            count = channels if rng.random() < 0.8 else 1
            scales = [self.scale() * 0.05 * 2 ** rng.uniform(-3, 3) for _ in range(count)]
        scales = [f32(s) for s in scales]
        middle = sorted(scales)[len(scales) // 2]
        out = self.tensor(shape, self.scale_of(source) * middle / self.factor(), self.zero())
        filters = self.tensor(weights.shape, values=weights, scales=scales, axis=axis)
        inputs = [source, filters]
        if rng.random() < 0.9:
            inputs.append(self.tensor(
                [channels], values=self.bias(channels), dtype="int32",
                scales=[f32(self.scale_of(source) * s) for s in scales]))
        return self.operator(kind, inputs, out, window, self.activation())

    def convolution(self, source, groups=None, channels=None):
        _, height, width, depth = self.shape_of(source)
        if groups is None:
            groups = int(self.rng.choice([g for g in range(1, depth + 1) if depth % g == 0])) \
                if self.rng.random() < 0.2 else 1
        channels = channels or int(self.rng.integers(1, 40 // groups + 2)) * groups
        window, sides = self.window(height, width)
        weights = self.weights([channels, window[0], window[1], depth // groups])
        return self.product("convolution", source, weights, channels, [1, *sides, channels], 0,
                            window)

    def wide_convolution(self, source):
        """A window of 3×3 at stride 1 over many channels, for which the engine has a way of its own."""
        _, height, width, depth = self.shape_of(source)
        padding = "same" if min(height, width) < 3 else str(self.rng.choice(["same", "valid"]))
        sides = [n if padding == "same" else n - 2 for n in (height, width)]
        channels = int(self.rng.integers(16, 41))
        weights = self.weights([channels, 3, 3, depth])
        weights[self.rng.random(weights.shape) < 0.01] = -128
        return self.product("convolution", source, weights, channels, [1, *sides, channels], 0,
                            [3, 3, 1, 1, padding])

    def depthwise(self, source):
        _, height, width, depth = self.shape_of(source)
        window, sides = self.window(height, width)
        weights = self.weights([1, window[0], window[1], depth])
        return self.product("depthwise", source, weights, depth, [1, *sides, depth], 3, window)

    def dense(self, source):
        depth = int(numpy.prod(self.shape_of(source)))
        flat = source
        if len(self.shape_of(source)) != 2:
            flat = self.reshape(source, [1, depth])
        channels = int(self.rng.integers(1, 40))
        scales = None if self.rng.random() < 0.3 else [self.scale() * 0.05]
        return self.product("dense", flat, self.weights([channels, depth]), channels,
                            [1, channels], 0, scales=scales)

    def reshape(self, source, shape):
        return self.operator("reshape", [source, self.integers(shape)], self.like(source, shape))

    def pair(self, kind, source, second=None):
        shape = self.shape_of(source)
        if second is None:
            other = [shape, [1, 1, 1, shape[-1]], []][int(self.rng.integers(0, 3))]
            values = self.rng.integers(-128, 128, other)
            second = self.tensor(other, self.scale(), self.zero(), values=values)
        scale = max(self.scale_of(source), self.scale_of(second))
        if kind == "multiply":
            scale = self.scale_of(source) * self.scale_of(second) * 50
        out = self.tensor(shape, scale * 2 ** self.rng.uniform(-3, 4), self.zero())
        return self.operator(kind, [source, second], out, activation=self.activation())

    def add(self, source):
        return self.pair("add", source)

    def multiply(self, source):
        return self.pair("multiply", source)

    def pool(self, kind, source):
        _, height, width, depth = self.shape_of(source)
        window, sides = self.window(height, width, 9)
        return self.operator(kind, [source], self.like(source, [1, *sides, depth]), window,
                             self.activation())

    def average_pool(self, source):
        return self.pool("average_pool", source)

    def max_pool(self, source):
        return self.pool("max_pool", source)

    def mean(self, source):
        depth = self.shape_of(source)[3]
        keeps = self.rng.random() < 0.5
        out = self.tensor([1, 1, 1, depth] if keeps else [1, depth],
                          self.scale_of(source) * 2 ** self.rng.uniform(-5, 1), self.zero())
        kind = "mean" if keeps else "mean_vector"
        return self.operator(kind, [source, self.integers([1, 2])], out)

    def pad(self, source):
        pads = numpy.zeros((4, 2), int)
        pads[1:3] = self.rng.integers(0, 4, (2, 2))
        shape = [n + int(p.sum()) for n, p in zip(self.shape_of(source), pads)]
        return self.operator("pad", [source, self.integers(pads)], self.like(source, shape))

    def transpose(self, source):
        order = self.rng.permutation(4)
        shape = [self.shape_of(source)[i] for i in order]
        return self.operator("transpose", [source, self.integers(order)],
                             self.like(source, shape))

    def softmax(self, source):
        if self.scale_of(source) < 2.0 ** -20:
            raise RuntimeError("Micro ends the process for scales below 2⁻²⁶")
        out = self.tensor(self.shape_of(source), 1 / 256, -128)
        return self.operator("softmax", [source], out)

    def logistic(self, source):
        out = self.tensor(self.shape_of(source), 1 / 256, -128)
        return self.operator("logistic", [source], out)

    def rescaled(self, kind, source, low=-6, high=6):
        out = self.tensor(self.shape_of(source),
                          self.scale_of(source) * 2 ** self.rng.uniform(low, high), self.zero())
        return self.operator(kind, [source], out)

    def relu(self, source):
        return self.rescaled("relu", source)

    def relu6(self, source):
        return self.operator("relu6", [source], self.like(source))

    def hard_swish(self, source):
        far = self.rng.random() < 0.1
        return self.rescaled("hard_swish", source, -6.9, 20 if far else 2)

    def quantize(self, source):
        return self.rescaled("quantize", source)

    def quantize_floats(self, _):
        self.tensors.pop()
        source = self.tensor([1, 3, 3, 5], dtype="float32")
        return self.operator("quantize", [source],
                             self.tensor([1, 3, 3, 5], self.scale(), self.zero()))

    def dequantize(self, source):
        out = self.tensor(self.shape_of(source), dtype="float32")
        return self.operator("dequantize", [source], out)

    def network(self, source):
        """A few blocks, a sum across one of them, a head."""
        current = self.convolution(source, groups=1)
        for _ in range(int(self.rng.integers(1, 4))):
            step = getattr(self, str(self.rng.choice(
                ["convolution", "depthwise", "hard_swish", "pad", "relu", "multiply", "quantize"])))
            branch = step(current)
            if self.shape_of(branch) == self.shape_of(current):
                branch = self.pair("add", branch, current)
            current = branch
        current = self.mean(current)
        return self.softmax(self.dense(current))


KINDS = ["convolution", "depthwise", "dense", "add", "multiply", "average_pool", "max_pool",
         "mean", "reshape", "pad", "transpose", "softmax", "logistic", "relu", "relu6",
         "hard_swish", "quantize", "quantize_floats", "dequantize", "network", "wide_convolution"]


def options(step):
    """The options of an operator: the union's number and value."""
    kind, window = step["kind"], step["window"]
    activation = ACTIVATIONS[step["activation"]]
    made = {"convolution": (1, schema.Conv2DOptionsT), "depthwise": (2, schema.DepthwiseConv2DOptionsT),
            "average_pool": (5, schema.Pool2DOptionsT), "max_pool": (5, schema.Pool2DOptionsT),
            "dense": (8, schema.FullyConnectedOptionsT), "softmax": (9, schema.SoftmaxOptionsT),
            "add": (11, schema.AddOptionsT), "multiply": (21, schema.MulOptionsT),
            "mean": (27, schema.ReducerOptionsT), "mean_vector": (27, schema.ReducerOptionsT)}
    if kind not in made:
        return 0, None
    number, value = made[kind][0], made[kind][1]()
    if window:
        value.padding = 0 if window[4] == "same" else 1
        value.strideH, value.strideW = window[2], window[3]
        if number == 5:
            value.filterHeight, value.filterWidth = window[0], window[1]
        else:
            value.dilationHFactor = value.dilationWFactor = 1
    if kind == "depthwise":
        value.depthMultiplier = 1
    if kind == "softmax":
        value.beta = 1.0
    if kind.startswith("mean"):
        value.keepDims = kind == "mean"
    elif kind != "softmax":
        value.fusedActivationFunction = activation
    return number, value


def flatbuffer(model):
    """The model as a .tflite file."""
    names = sorted({step["kind"].removesuffix("_vector") for step in model.operators})
    result = schema.ModelT()
    result.version = 3
    result.operatorCodes = []
    for name in names:
        code = schema.OperatorCodeT()
        code.builtinCode, code.version = CODES[name]
        code.deprecatedBuiltinCode = min(127, code.builtinCode)
        result.operatorCodes.append(code)
    result.buffers = [schema.BufferT()]
    graph = schema.SubGraphT()
    graph.tensors = []
    for number, tensor in enumerate(model.tensors):
        entry = schema.TensorT()
        entry.name, entry.shape, entry.type = f"t{number}", tensor["shape"], TYPES[tensor["type"]]
        entry.buffer = 0
        if tensor["values"] is not None:
            buffer = schema.BufferT()
            buffer.data = list(bytes.fromhex(tensor["values"]))
            entry.buffer = len(result.buffers)
            result.buffers.append(buffer)
        if tensor["scales"] is not None:
            entry.quantization = schema.QuantizationParametersT()
            entry.quantization.scale = tensor["scales"]
            entry.quantization.zeroPoint = tensor["zero_points"]
            entry.quantization.quantizedDimension = tensor["axis"]
        graph.tensors.append(entry)
    graph.operators = []
    for step in model.operators:
        entry = schema.OperatorT()
        entry.opcodeIndex = names.index(step["kind"].removesuffix("_vector"))
        entry.inputs, entry.outputs = step["inputs"], [step["output"]]
        entry.builtinOptionsType, entry.builtinOptions = options(step)
        graph.operators.append(entry)
    graph.inputs, graph.outputs = [0], [model.operators[-1]["output"]]
    result.subgraphs = [graph]
    builder = flatbuffers.Builder(1 << 16)
    builder.Finish(result.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def images(model):
    """Random and extreme inputs."""
    source = model.tensors[0]
    rng, shape = model.rng, [IMAGES, *source["shape"][1:]]
    if source["type"] == "float32":
        target = model.tensors[model.operators[0]["output"]]
        scale = target["scales"][0]
        values = rng.normal(0, 200 * scale, shape).astype(numpy.float32)
        # Halves between two integers, and far outside.
        values[1] = (rng.integers(-300, 300, shape[1:]) + 0.5) * scale
        values[2] = values[2] * 1e4
        return values
    values = rng.integers(-128, 128, shape)
    values[1] = rng.choice([-128, 127], shape[1:])
    values[2] = int(rng.choice([-128, 127, source["zero_points"][0]]))
    return values.astype(numpy.int8)


def case(kind, seed):
    """A random model of one operator or more, and what Micro gives for some images."""
    while True:
        rng = numpy.random.default_rng([seed, KINDS.index(kind)])
        model = Model(rng)
        source = model.image(20 if kind == "mean" else 9,
                             rng.integers(16, 41) if kind == "wide_convolution" else None)
        if kind == "softmax" and rng.random() < 0.5:
            model.tensors[0]["shape"] = [1, int(rng.integers(1, 200))]
        try:
            if kind == "reshape":
                shape = model.shape_of(source)
                output = model.reshape(source, [1, shape[1] * shape[2], shape[3]])
            else:
                output = getattr(model, kind)(source)
            interpreter = runtime.Interpreter.from_bytes(flatbuffer(model), arena_size=1 << 20)
        except RuntimeError:
            seed += 1 << 32  # a model that Micro refuses
            continue
        inputs, outputs = images(model), []
        for image in inputs:
            interpreter.set_input(image[None].reshape(model.tensors[0]["shape"]), 0)
            interpreter.invoke()
            outputs.append(interpreter.get_output(0).copy())
        return {"kind": kind, "seed": seed, "tensors": model.tensors,
                "operators": model.operators, "output": output,
                "images": [image.tobytes().hex() for image in inputs],
                "expected": [values.tobytes().hex() for values in outputs]}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("cases", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kinds", default=",".join(KINDS))
    arguments = parser.parse_args()
    # Micro writes of every model that it refuses.
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 2)
    with open(arguments.file, "w") as file:
        for kind in arguments.kinds.split(","):
            for number in range(arguments.cases):
                print(json.dumps(case(kind, arguments.seed * 1_000_000 + number),
                                 separators=(",", ":")), file=file)


if __name__ == "__main__":
    main()
