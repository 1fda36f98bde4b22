"""Compares exported networks with ONNX Runtime: see .ci/check-onnx."""

import collections
import pathlib
import sys

import numpy
import onnx
import onnxruntime

TOLERANCE = 1e-4


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
    if any(max(values) > TOLERANCE for values in differences.values()):
        sys.exit(1)


main()
