"""Reads Core ML packages with coremltools and runs their programs in numpy: see .ci/check-mlpackage."""

import collections
import math
import pathlib
import re
import sys

import numpy
from coremltools import libmodelpackage, proto
from coremltools.converters.mil.frontend.milproto import load as milproto

TOLERANCE = 1e-4
SPECIFICATION = 6
erf = numpy.vectorize(math.erf, otypes=[numpy.float64])


def padded(x, pad, value):
    top, bottom, left, right = pad
    return numpy.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)), constant_values=value)


def windows(x, sizes, strides):
    """The windows of an image [1, C, H, W], as [C, positions down, positions across, kh, kw]."""
    views = numpy.lib.stride_tricks.sliding_window_view(x[0], sizes, axis=(1, 2))
    return views[:, :: strides[0], :: strides[1]]


def conv(x, weight, bias, strides, pad, pad_type, dilations, groups):
    assert pad_type == "custom" and list(dilations) == [1, 1]
    outputs, depth, *sizes = weight.shape
    assert x.shape[1] == depth * groups
    views = windows(padded(x, pad, 0), tuple(sizes), strides)
    views = views.reshape(groups, depth, *views.shape[1:])
    filters = weight.reshape(groups, outputs // groups, depth, *sizes)
    sums = numpy.einsum("gdyxij,godij->goyx", views, filters)
    return (sums.reshape(1, outputs, *sums.shape[2:]) + bias[:, None, None])


def avg_pool(x, kernel_sizes, strides, pad, pad_type, ceil_mode, exclude_padding_from_average):
    assert pad_type == "custom" and not ceil_mode and exclude_padding_from_average
    sums = windows(padded(x, pad, 0), tuple(kernel_sizes), strides).sum(axis=(3, 4))
    ones = windows(padded(numpy.ones_like(x), pad, 0), tuple(kernel_sizes), strides)
    return (sums / ones.sum(axis=(3, 4)))[None]


def max_pool(x, kernel_sizes, strides, pad, pad_type, ceil_mode):
    assert pad_type == "custom" and not ceil_mode
    return windows(padded(x, pad, -numpy.inf), tuple(kernel_sizes), strides).max(axis=(3, 4))[None]


def pad(x, pad, mode, constant_val):
    assert mode == "constant"
    return padded(x, pad, constant_val)


def softmax(x, axis):
    powers = numpy.exp(x - x.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def gelu(x, mode):
    assert mode == "EXACT"
    return 0.5 * x * (1 + erf(x / math.sqrt(2)))


OPERATIONS = {
    "conv": conv,
    "linear": lambda x, weight, bias: x @ weight.T + bias,
    "add": lambda x, y: x + y,
    "mul": lambda x, y: x * y,
    "avg_pool": avg_pool,
    "max_pool": max_pool,
    "reduce_mean": lambda x, axes, keep_dims: x.mean(axis=tuple(axes), keepdims=bool(keep_dims)),
    "reshape": lambda x, shape: x.reshape(shape),
    "transpose": lambda x, perm: x.transpose(perm),
    "pad": pad,
    "softmax": softmax,
    "sigmoid": lambda x: 1 / (1 + numpy.exp(-x)),
    "relu": lambda x: numpy.maximum(x, 0),
    "relu6": lambda x: numpy.clip(x, 0, 6),
    "sigmoid_hard": lambda x, alpha, beta: numpy.clip(alpha * x + beta, 0, 1),
    "gelu": gelu,
}


def run(function, image):
    """The logits of a program as coremltools reads it, and its constants by name."""
    (name,) = function.inputs
    values = {function.inputs[name]: image.astype(numpy.float64)}
    constants = {}
    for operation in function.operations:
        (output,) = operation.outputs
        if operation.op_type == "const":
            constants[output.name] = values[output] = output.val
            continue
        inputs = {
            parameter: values[variable]
            for parameter, variable in operation.inputs.items()
            if variable is not None and variable in values
        }
        result = OPERATIONS[operation.op_type](**inputs)
        if result.shape != tuple(output.shape):
            raise ValueError(f"{output.name}: {result.shape}, of the inferred shape {output.shape}")
        values[output] = result
    (output,) = function.outputs
    return values[output], constants


def is_ours(ours, theirs):
    """Whether a tensor is ours, in an order of the axes that its shape may have."""
    orders = [None, (0, 3, 1, 2), (3, 0, 1, 2)] if ours.ndim == 4 else [None]
    return any(
        numpy.array_equal(ours if order is None else ours.transpose(order), theirs)
        for order in orders)


def largest_difference(path):
    """The largest difference of a program's logits from ours, as a share of the largest logit."""
    package = libmodelpackage.ModelPackage(str(path))
    model = pathlib.Path(package.getRootModel().path())
    specification = proto.Model_pb2.Model.FromString(model.read_bytes())
    if specification.specificationVersion != SPECIFICATION:
        raise ValueError(f"{path.name}: specification {specification.specificationVersion}")
    if "not run" not in specification.description.metadata.userDefined["checked"]:
        raise ValueError(f"{path.name}: the metadata do not say that it was not run")
    program = milproto.load(
        specification, specification_version=SPECIFICATION,
        file_weights_dir=str(model.parent / "weights"))
    function = program.functions["main"]
    declared = specification.description
    for feature, variable in [
        (declared.input[0], list(function.inputs.values())[0]),
        (declared.output[0], function.outputs[0]),
    ]:
        if tuple(feature.type.multiArrayType.shape) != tuple(variable.shape):
            raise ValueError(f"{path.name}: {feature.name} is not of the program's shape")
    image = numpy.load(path.with_suffix(".image.npy")).transpose(0, 3, 1, 2)
    logits, constants = run(function, image)
    files = list(path.with_suffix(".constants").glob("*.npy"))
    if not files:
        raise ValueError(f"{path.name}: no weights to compare")
    for file in files:
        name = "t_" + re.sub("[^A-Za-z0-9]", "_", file.stem)
        if not is_ours(numpy.load(file), constants[name]):
            raise ValueError(f"{path.name}: {file.stem} is not ours")
    expected = numpy.load(path.with_suffix(".logits.npy"))
    if logits.shape != expected.shape:
        raise ValueError(f"{path.name}: logits of shape {logits.shape}, ours {expected.shape}")
    return numpy.abs(logits - expected).max() / max(1.0, numpy.abs(expected).max())


def main():
    differences = collections.defaultdict(list)
    for path in sorted(pathlib.Path(sys.argv[1]).glob("*.mlpackage")):
        differences[path.stem.rsplit("-", 1)[0]].append(largest_difference(path))
    if len(differences) < 2:
        sys.exit("FAIL: no exported packages")
    for space, values in differences.items():
        agrees = max(values) <= TOLERANCE
        print(
            f"{'PASS' if agrees else 'FAIL'}: {space}: {len(values)} packages read by coremltools, "
            f"logits of their programs differ by at most {max(values):.1e}")
    if any(max(values) > TOLERANCE for values in differences.values()):
        sys.exit(1)


main()
