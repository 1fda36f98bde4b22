"""Compares exported TensorFlow Lite files with LiteRT and TensorFlow Lite Micro: see .ci/check-tflite."""

import collections
import json
import pathlib
import subprocess
import sys

import numpy
from ai_edge_litert.interpreter import Interpreter
from tflite_micro.python.tflite_micro import runtime

TOLERANCE = 1e-4

# MLPerf Tiny's reference models: weights and biases, multiplications, as counted from their files.
PUBLISHED = {
    "kws_ref_model": (22_016 + 588, 2.657e6),
    "vww_96_int8": (208_112 + 2_738, 7.490e6),
    "vww_96_float": (208_112 + 2_738, 7.490e6),
    "pretrainedResnet_quant": (77_360 + 346, 12.50e6),
    "pretrainedResnet": (77_360 + 346, 12.50e6),
    "pretrainedResnet_large_int8": (479_480 + 850, 76.47e6),
    "pretrainedResnet_large_float": (479_480 + 850, 76.47e6),
    "ad01_int8": (264_192 + 1_672, 0.264e6),
    "ad01_fp32": (264_192 + 1_672, 0.264e6),
    "str_ww_ref_model": (46_040 + 843, 0.826e6),
}

failures = []


def report(passes, text):
    print(f"{'PASS' if passes else 'FAIL'}: {text}")
    if not passes:
        failures.append(text)


class LiteRT:
    """One file in LiteRT: its kernels, or those of XNNPACK where it has them."""

    def __init__(self, path):
        self.interpreter = Interpreter(model_path=str(path), num_threads=1)
        self.interpreter.allocate_tensors()
        self.input = self.interpreter.get_input_details()[0]

    def run(self, image):
        self.interpreter.set_tensor(self.input["index"], image)
        self.interpreter.invoke()
        return self.interpreter.get_tensor(self.interpreter.get_output_details()[0]["index"])


class Micro:
    """One file in TensorFlow Lite Micro, with its reference kernels."""

    def __init__(self, path):
        self.interpreter = runtime.Interpreter.from_file(str(path), arena_size=32 << 20)

    def run(self, image):
        self.interpreter.set_input(image, 0)
        self.interpreter.invoke()
        return self.interpreter.get_output(0)


def integers(litert, seed=5):
    """A random image for a file, of the type that its input has."""
    generator = numpy.random.default_rng(seed)
    if litert.input["dtype"] == numpy.int8:
        return generator.integers(-128, 128, litert.input["shape"], dtype=numpy.int8)
    return generator.random(litert.input["shape"], dtype=numpy.float32)


def difference(found, expected):
    return numpy.abs(found - expected).max() / max(1.0, numpy.abs(expected).max())


def check_student(path, seen):
    """Runs the files of one student; collects what they show."""
    name = path.stem
    image = numpy.load(path.with_suffix(".image.npy"))
    expected = numpy.load(path.with_suffix(".logits.npy"))
    logits = LiteRT(path).run(image)
    if logits.shape != expected.shape:
        raise ValueError(f"{path.name}: logits of shape {logits.shape}, ours {expected.shape}")
    seen["float"].append(difference(logits, expected))
    for file in (name, name + ".int8"):
        same = path.with_name(file + ".tflite").read_bytes() == path.with_name(
            file + ".again.tflite").read_bytes()
        seen["same"].append(same)

    sizes = json.loads(path.with_suffix(".json").read_text())
    # Values, and for each activation and each channel's weights and bias a scale, with a zero point where TensorFlow
    # Lite reads the file.
    (data, compact) = (sizes["int8"] + size * sizes["scales"] for size in (12, 4))
    for kind, count, file in (("float", sizes["float"], name), ("int8", data, name + ".int8"),
                              ("compact", compact, name + ".compact")):
        size = path.with_name(file + ".tflite").stat().st_size
        seen["size " + kind].append((size / count, size - count, count))

    try:
        micro = Micro(path).run(image)
    except RuntimeError:
        seen["no kernel"].append(name)
    else:
        seen["micro float"].append(difference(micro, expected))
    integer_path = path.with_name(name + ".int8.tflite")
    litert = LiteRT(integer_path)
    image = integers(litert)
    elsewhere = litert.run(image).astype(int)
    try:
        micro = Micro(integer_path).run(image)
        compact = Micro(path.with_name(name + ".compact.tflite")).run(image)
    except RuntimeError:
        seen["no int8 kernel"].append(name)
    else:
        seen["int8"].append(numpy.abs(elsewhere - micro).max())
        seen["compact"].append((compact == micro).all())
        ours = path.with_name(name + ".int8.expected.npy")
        if ours.exists():
            seen["exact"].append((numpy.load(ours) == micro).all())


def check_students(folder):
    spaces = collections.defaultdict(lambda: collections.defaultdict(list))
    refused = collections.Counter(
        path.read_text() for path in folder.glob("*.refused") if "reference-" not in path.name)
    for path in sorted(folder.glob("*.image.npy")):
        if path.name.startswith("reference-"):
            continue
        name = path.name.removesuffix(".image.npy")
        check_student(path.with_name(name + ".tflite"), spaces[name.rsplit("-", 1)[0]])
    if len(spaces) < 2:
        sys.exit("FAIL: no exported networks")
    total = 0
    for space, seen in spaces.items():
        count = len(seen["float"])
        total += count
        report(
            max(seen["float"]) <= TOLERANCE,
            f"{space}: {count} networks, LiteRT's logits differ by at most {max(seen['float']):.1e}")
        report(all(seen["same"]), f"{space}: files written again from what was read are the same")
        micro = seen["micro float"]
        report(
            max(micro, default=0) <= TOLERANCE,
            f"{space}: {len(micro)} run in TensorFlow Lite Micro, logits differ by at most "
            f"{max(micro, default=0):.1e}; {len(seen['no kernel'])} need a kernel that it lacks")
        report(
            all(seen["compact"]),
            f"{space}: {len(seen['compact'])} int8 files run in both, outputs differ by at most "
            f"{max(seen['int8'], default=0)} units; compact ones with a plan give the same"
            f" ({len(seen['no int8 kernel'])} need a kernel that Micro lacks)")
        if seen["exact"]:
            report(all(seen["exact"]), f"{space}: {len(seen['exact'])} int8 files exact with Micro")
        for kind in ("float", "int8", "compact"):
            usual = [ratio for ratio, _, count in seen["size " + kind] if count > 50_000]
            floor = max(rest for _, rest, _ in seen["size " + kind])
            text = f"{space}: {kind} files take at most {floor} bytes besides their numbers"
            if usual:
                text += f", at most {max(usual) - 1:.1%} of 50 kB and more"
            report(max(usual, default=1) <= 1.2, text)
    for reason, count in refused.items():
        print(f"      {count} networks refused: {reason}")
    report(total >= 200, f"{total} networks")


def check_references(autodistill, folder, written):
    for path in sorted(folder.glob("*.tflite")):
        again = written / f"reference-{path.name}"
        refused = again.with_suffix(".tflite.refused")
        if refused.exists():
            reason = refused.read_text().removeprefix(str(folder) + "/")
            report("one type" in reason, f"{path.stem}: {reason}")
            continue
        image = integers(LiteRT(path))
        same = (LiteRT(path).run(image) == LiteRT(again).run(image)).all() and (
            Micro(path).run(image) == Micro(again).run(image)).all()
        report(
            same, f"{path.stem}: written again, {path.stat().st_size} bytes become "
            f"{again.stat().st_size}, and both runtimes give the same")
        logits = pathlib.Path(f"{again}.logits.npy")
        if logits.exists():
            image = numpy.load(f"{again}.image.npy")
            found = difference(LiteRT(path).run(image), numpy.load(logits))
            report(found <= TOLERANCE, f"{path.stem}: our outputs differ from LiteRT's by {found:.1e}")
        if path.stem in PUBLISHED:
            parameters, macs = PUBLISHED[path.stem]
            priced = predict(autodistill, path)
            report(
                priced["parameters"] == parameters and abs(priced["macs"] / macs - 1) < 2e-3,
                f"{path.stem}: {priced['parameters']} parameters, {priced['macs']} MACs")


def predict(autodistill, path):
    """What the command says about a file, on the first shipped profile."""
    profile = sorted(pathlib.Path("HardwareProfiles").glob("*.json"))[0]
    run = subprocess.run(
        [autodistill, "profile", "predict", profile, path, "--json"], capture_output=True, text=True,
        check=True)
    return json.loads(run.stdout)


def main():
    autodistill, students, references = sys.argv[1:]
    check_students(pathlib.Path(students))
    check_references(autodistill, pathlib.Path(references), pathlib.Path(students))
    sys.exit(1 if failures else 0)


main()
