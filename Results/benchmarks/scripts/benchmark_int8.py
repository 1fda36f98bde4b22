"""Races the int8 engine against LiteRT and ONNX Runtime in alternating turns: see Results/benchmarks/scripts/int8."""

import argparse
import json
import pathlib
import statistics
import subprocess
import time

import numpy
import onnxruntime
import tflite_to_qdq
from ai_edge_litert.interpreter import Interpreter

SERIES = 3


def median_microseconds(run, seconds):
    """The lowest median of three series, as `bench inference` measures."""
    medians = []
    for _ in range(SERIES):
        run(), run(), run()
        samples, end = [], time.perf_counter() + seconds / SERIES
        while time.perf_counter() < end or len(samples) < 100:
            began = time.perf_counter_ns()
            run()
            samples.append(time.perf_counter_ns() - began)
        medians.append(statistics.median(samples) / 1000)
    return min(medians)


def ours(binary, arguments, seconds):
    command = [binary, "bench", "inference", *arguments, "--seconds", str(seconds), "--json"]
    result = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(result.stdout.splitlines()[0])["latency_us_median"]


class LiteRT:
    """XNNPACK, one thread."""

    def __init__(self, path):
        self.interpreter = Interpreter(model_path=str(path), num_threads=1)
        self.interpreter.allocate_tensors()
        details = self.interpreter.get_input_details()[0]
        image = numpy.random.default_rng(1).integers(-128, 128, details["shape"])
        self.interpreter.set_tensor(details["index"], image.astype(numpy.int8))
        self.run = self.interpreter.invoke
        self.run()

    def output(self, image):
        details = self.interpreter.get_input_details()[0]
        self.interpreter.set_tensor(details["index"], image)
        self.run()
        return self.interpreter.get_tensor(self.interpreter.get_output_details()[0]["index"])


class ONNXRuntime:
    """QDQ per channel, one thread, outputs bound once."""

    def __init__(self, path, unsigned):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        model = tflite_to_qdq.convert(path, unsigned)
        session = onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        shape = session.get_inputs()[0].shape
        image = numpy.random.default_rng(1).normal(0, 1, shape).astype(numpy.float32)
        binding = session.io_binding()
        binding.bind_ortvalue_input("input", onnxruntime.OrtValue.ortvalue_from_numpy(image))
        binding.bind_output("output")
        self.session = session
        self.run = lambda: session.run_with_iobinding(binding)
        self.run()


def check(litert, runtime):
    """Both must compute the same network: outputs close to each other for one image."""
    details = litert.interpreter.get_input_details()[0]
    scale, zero = details["quantization"]
    image = numpy.random.default_rng(2).integers(-128, 128, details["shape"]).astype(numpy.int8)
    theirs = litert.output(image).astype(numpy.float32)
    out = litert.interpreter.get_output_details()[0]["quantization"]
    theirs = (theirs - out[1]) * out[0]
    floats = ((image.astype(numpy.float32) - zero) * scale).astype(numpy.float32)
    if floats.ndim == 4:
        floats = floats.transpose(0, 3, 1, 2)
    result = runtime.session.run(None, {"input": floats})[0].reshape(theirs.shape)
    return float(numpy.abs(result - theirs).max() / out[0])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=1)
    parser.add_argument("--output", type=pathlib.Path)
    arguments = parser.parse_args()
    lines = ["| network | int8 µs | fp32 µs | LiteRT int8 µs | ONNX Runtime int8 µs | "
             "× fp32 | × LiteRT | × ONNX Runtime |",
             "|---|--:|--:|--:|--:|--:|--:|--:|"]
    order = ["S", "M", "L", "T", "V", "R", "D", "ResNet-8", "MobileNetV1-0.25", "DS-CNN"]
    for name in order:
        path = arguments.folder / f"{name}.tflite"
        if not path.exists():
            continue
        litert = LiteRT(path)
        sessions = [ONNXRuntime(path, unsigned) for unsigned in (False, True)]
        distance = max(check(litert, session) for session in sessions)
        print(f"{name}: ONNX Runtime within {distance:.0f} steps of LiteRT", flush=True)
        turns = []
        for _ in range(arguments.rounds):
            turn = {"int8": ours(arguments.binary, ["--model", str(path)], arguments.seconds)}
            turn["litert"] = median_microseconds(litert.run, arguments.seconds)
            turn["onnx"] = min(median_microseconds(s.run, arguments.seconds) for s in sessions)
            if len(name) == 1:
                turn["fp32"] = ours(arguments.binary, ["--network", name], arguments.seconds)
            turns.append(turn)

        def middle(side):
            values = [turn[side] for turn in turns if side in turn]
            return f"{statistics.median(values):.1f}" if values else "–"

        def ratio(side):
            values = [turn[side] / turn["int8"] for turn in turns if side in turn]
            return f"{statistics.median(values):.2f}" if values else "–"

        sides = ["fp32", "litert", "onnx"]
        lines.append(f"| {name} | " + " | ".join(
            [middle("int8")] + [middle(s) for s in sides] + [ratio(s) for s in sides]) + " |")
        print(lines[-1], flush=True)
    if arguments.output:
        arguments.output.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
