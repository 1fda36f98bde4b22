"""Runs int8 .tflite files in TensorFlow Lite Micro on random and extreme images: see .ci/check-int8.

    write_int8_outputs.py FOLDER IMAGES

Next to each FOLDER/NAME.tflite it writes NAME.images and NAME.expected: the integers, image after image.
"""

import pathlib
import sys

import numpy
from tflite_micro.python.tflite_micro import runtime


def image(rng, number, shape):
    """Noise, extreme values, smooth images, constant ones."""
    kind = number % 5
    if kind == 0:
        return rng.choice([-128, 127], shape)
    if kind == 1:
        return numpy.full(shape, rng.integers(-128, 128))
    if kind == 2:
        steps = rng.normal(0, 20, shape).cumsum(axis=min(1, len(shape) - 1))
        return numpy.clip(steps, -128, 127).round()
    return rng.integers(-128, 128, shape)


def main():
    for path in sorted(pathlib.Path(sys.argv[1]).glob("*.tflite")):
        interpreter = runtime.Interpreter.from_file(str(path), arena_size=1 << 21)
        shape = interpreter.get_input_details(0)["shape"]
        rng = numpy.random.default_rng(1)
        with open(path.with_suffix(".images"), "wb") as images, \
                open(path.with_suffix(".expected"), "wb") as expected:
            for number in range(int(sys.argv[2])):
                values = image(rng, number, shape).astype(numpy.int8)
                interpreter.set_input(values, 0)
                interpreter.invoke()
                images.write(values.tobytes())
                expected.write(interpreter.get_output(0).tobytes())


if __name__ == "__main__":
    main()
