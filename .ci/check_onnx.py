"""Compares exported networks, fp32 and int8, with ONNX Runtime: see .ci/check-onnx."""

import collections
import pathlib
import sys

import numpy
import onnx
import onnxruntime

TOLERANCE = 1e-4
# Of a layer's output, where ONNX Runtime rounds sums in floating point; and of classes named alike.
UNITS = 1
AGREEMENT = 0.99


def largest_difference(path):
    """The largest difference of a model's logits from ours, as a share of the largest logit."""
    onnx.checker.check_model(onnx.load(path), full_check=True)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    image = numpy.load(path.with_suffix(".image.npy")).transpose(0, 3, 1, 2)
    expected = numpy.load(path.with_suffix(".logits.npy"))
    (logits,) = session.run(["logits"], {"input": image})
    if logits.shape != expected.shape:
        raise ValueError(f"{path.name}: logits of shape {logits.shape}, ours {expected.shape}")
    return numpy.abs(logits - expected).max() / max(1.0, numpy.abs(expected).max())


def layer_by_layer(model, integers):
    """A session of a model whose every layer reads our integers, of the tensors that we have."""
    model = onnx.ModelProto.FromString(model.SerializeToString())
    graph = model.graph
    for node in graph.node:
        if node.op_type == "DequantizeLinear" and node.input[0] in integers:
            node.input[0] += ".given"
    for name, values in integers.items():
        shape = [1, *values.shape[1:]]
        graph.input.append(
            onnx.helper.make_tensor_value_info(name + ".given", onnx.TensorProto.UINT8, shape))
        graph.output.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.UINT8, shape))
    return onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"])


def integer_operators(path):
    """The operators of a model as ONNX Runtime runs it."""
    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath = str(path.with_suffix(".optimized"))
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    optimized = onnx.load(options.optimized_model_filepath)
    return collections.Counter(node.op_type for node in optimized.graph.node)


def compare_integers(path):
    """The largest difference of a layer's integers from ours, and which images get our class."""
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    integers = {
        # Activations are uint8 there, 128 larger.
        file.stem + ".quantized": (numpy.load(file).astype(int) + 128).astype(numpy.uint8)
        for file in path.with_suffix(".integers").glob("*.npy")}
    images = numpy.load(path.with_suffix(".images.npy")).transpose(0, 3, 1, 2)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    layers = layer_by_layer(model, integers)
    (last,) = [node for node in model.graph.node if "logits" in node.output]
    ours = integers[last.input[0]]
    names = [output.name for output in layers.get_outputs() if output.name in integers]
    worst, agreeing = collections.Counter(), []
    for index in range(len(images)):
        image = images[index : index + 1]
        given = {name + ".given": values[index : index + 1] for name, values in integers.items()}
        results = layers.run(names, {"input": image, **given})
        for name, result in zip(names, results):
            difference = result.astype(int) - given[name + ".given"].astype(int)
            worst[name] = max(worst[name], int(numpy.abs(difference).max()))
        (logits,) = session.run(["logits"], {"input": image})
        # Of several largest integers each is our class.
        agreeing.append(ours[index].max() == ours[index][logits[0].argmax()])
    for name, difference in worst.items():
        if difference > UNITS:
            print(f"  {path.name}: {name} differs by {difference}")
    return max(worst.values()), agreeing, integer_operators(path)


def check_integers(folder):
    """Whether all int8 networks agree."""
    spaces = collections.defaultdict(list)
    for path in sorted(folder.glob("*.onnx")):
        spaces[path.stem.rsplit("-", 1)[0]].append(compare_integers(path))
    if len(spaces) < 2:
        sys.exit("FAIL: no exported int8 networks")
    is_fine, images = True, []
    for space, results in spaces.items():
        units = max(units for units, _, _ in results)
        images += [agrees for _, agreeing, _ in results for agrees in agreeing]
        operators = sum((operators for _, _, operators in results), collections.Counter())
        integer = operators["QLinearConv"] + operators["QGemm"]
        real = operators["Conv"] + operators["FusedConv"] + operators["Gemm"]
        agrees = units <= UNITS and real == 0
        is_fine = is_fine and agrees
        print(
            f"{'PASS' if agrees else 'FAIL'}: {space}, int8: {len(results)} networks, a layer's "
            f"integers differ by at most {units}; ONNX Runtime runs {integer} of {integer + real} "
            f"convolutions and dense layers on integers")
    agrees = numpy.mean(images) >= AGREEMENT
    print(f"{'PASS' if agrees else 'FAIL'}: {sum(images)} of {len(images)} images get our class in int8")
    return is_fine and agrees


def main():
    differences = collections.defaultdict(list)
    for path in sorted(pathlib.Path(sys.argv[1]).glob("*.onnx")):
        space = path.stem.rsplit("-", 1)[0]
        differences[space].append(largest_difference(path))
    if len(differences) < 2:
        sys.exit("FAIL: no exported networks")
    for space, values in differences.items():
        agrees = max(values) <= TOLERANCE
        print(
            f"{'PASS' if agrees else 'FAIL'}: {space}: {len(values)} networks, "
            f"ONNX Runtime's logits differ by at most {max(values):.1e}")
    integers_agree = check_integers(pathlib.Path(sys.argv[1]) / "int8")
    if any(max(values) > TOLERANCE for values in differences.values()) or not integers_agree:
        sys.exit(1)


main()
