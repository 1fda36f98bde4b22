"""Runs exported classifiers here and with ONNX Runtime, and compares: see .ci/check-onnx-classifiers.

usage: check_onnx_classifiers.py AUTODISTILL FOLDER [NAME…]
"""

import pathlib
import subprocess
import sys

import numpy
import onnxruntime

TOLERANCE = 1e-4
IMAGES = 3


def expected_logits(path):
    """ONNX Runtime's logits of random images, and the images."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    (image,) = session.get_inputs()
    images = numpy.random.default_rng(1).standard_normal((IMAGES, *image.shape[1:])).astype(numpy.float32)
    # A fixed batch of one is run image by image.
    logits = [session.run(None, {image.name: one[None]})[0] for one in images]
    return images, numpy.concatenate(logits)


def difference(autodistill, path):
    """The largest difference from ONNX Runtime's logits, as a share of the largest, or why there is none."""
    images, expected = expected_logits(path)
    files = path.with_suffix(".images.npy"), path.with_suffix(".logits.npy")
    numpy.save(files[0], images)
    run = subprocess.run(
        [autodistill, "teacher", "run", path, "--images", files[0], "--output", files[1]],
        capture_output=True, text=True)
    files[0].unlink()
    if run.returncode != 0:
        return run.stderr.strip() or f"exit status {run.returncode}"
    logits = numpy.load(files[1])
    files[1].unlink()
    if logits.shape != expected.shape:
        return f"shape {logits.shape}, expected {expected.shape}"
    return float(numpy.abs(logits - expected).max() / numpy.abs(expected).max())


def main():
    autodistill, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    paths = sorted(path for path in folder.glob("*.onnx") if not sys.argv[3:] or path.stem in sys.argv[3:])
    if not paths:
        sys.exit("FAIL: no exported classifiers")
    failures = 0
    for path in paths:
        result = difference(autodistill, path)
        agrees = not isinstance(result, str) and result <= TOLERANCE
        failures += not agrees
        text = result if isinstance(result, str) else f"differs by {result:.1e} of the largest logit"
        print(f"{'PASS' if agrees else 'FAIL'}: {path.stem}: {text}", flush=True)
    print(f"{len(paths) - failures} of {len(paths)} classifiers give ONNX Runtime's logits")
    sys.exit(failures > 0)


main()
