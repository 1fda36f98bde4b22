"""Compares a study's exported int8 student, run in TensorFlow Lite Micro, with the study's report."""

import base64
import json
import pathlib
import sys

import numpy
from tflite_micro import runtime


def test_split(folder):
    """Returns the images as they are stored, the labels, and the training images' mean and deviation a channel."""
    description = json.loads((folder / "dataset.json").read_text())
    summary = json.loads((folder / "summary.json").read_text())
    assert description["pixel_type"] == "uint8", "only 8-bit images are read here"
    shape = [description[name] for name in ("height", "width", "channels")]
    labels = numpy.fromfile(folder / "labels.u8", numpy.uint8)
    images = numpy.fromfile(folder / "images.u8", numpy.uint8).reshape([-1] + shape)
    training, test = summary["splits"][0], summary["splits"][-1]
    count = sum(test["classCounts"])
    return images[-count:], labels[-count:], training["means"], training["deviations"]


def right_images(model, images, labels, means, deviations):
    """Returns for each image whether Micro is right about it."""
    interpreter = runtime.Interpreter.from_file(model)
    quantization = interpreter.get_input_details(0)["quantization_parameters"]
    scale, zero = numpy.float32(quantization["scales"][0]), int(quantization["zero_points"][0])
    pixels = (images.astype(numpy.float32) - numpy.float32(means)) / numpy.float32(deviations)
    integers = numpy.clip(numpy.rint(pixels / scale) + zero, -128, 127).astype(numpy.int8)
    right = numpy.zeros(len(images), bool)
    for index, image in enumerate(integers):
        interpreter.set_input(image[None], 0)
        interpreter.invoke()
        right[index] = interpreter.get_output(0).argmax() == labels[index]
    return right


def main():
    model, study = sys.argv[1], pathlib.Path(sys.argv[2])
    front = json.loads((study / "report" / "front.json").read_text())
    assert front["precision"] == "int8", f"{study} is a study of {front['precision']}"
    best = max((s for s in front["students"] if s["on_front"]), key=lambda s: (s["validation_accuracy"], -s["trial"]))
    test = next(run["test"] for run in best["runs"] if run["seed"] == 0)
    right = right_images(model, *test_split(study / "data"))
    bits = numpy.frombuffer(base64.b64decode(test["correct_images"]), numpy.uint8)
    reported = numpy.unpackbits(bits, bitorder="little")[: test["count"]].astype(bool)
    other = int((right != reported).sum())
    print(
        f"{'PASS' if other == 0 else 'FAIL'}: trial {best['trial']} in TensorFlow Lite Micro is right on {right.sum()} of "
        f"{len(right)} test images, {test['correct']} in the report; {other} images right or wrong otherwise"
    )
    return 0 if other == 0 else 1


sys.exit(main())
