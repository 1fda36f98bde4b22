"""Races ONNX Runtime with classifiers of ONNX files: see Results/benchmarks/scripts/teachers."""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import time
import warnings

import numpy
import onnxruntime


class Residual:
    """A teacher of the kind that studies train: three stages of residual blocks on small images."""

    @staticmethod
    def make():
        import torch
        from torch import nn

        def layer(inputs, outputs, stride):
            return nn.Sequential(
                nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs))

        class Block(nn.Module):
            def __init__(self, inputs, outputs, stride):
                super().__init__()
                self.first = layer(inputs, outputs, stride)
                self.second = layer(outputs, outputs, 1)
                self.shortcut = nn.Identity() if inputs == outputs else nn.Conv2d(inputs, outputs, 1, stride)

            def forward(self, x):
                y = self.second(torch.relu(self.first(x)))
                return torch.relu(y + self.shortcut(x))

        blocks = [layer(1, 32, 1), nn.ReLU()]
        inputs = 32
        for outputs, stride in ((32, 1), (64, 2), (128, 2)):
            blocks += [Block(inputs, outputs, stride), Block(outputs, outputs, 1)]
            inputs = outputs
        return nn.Sequential(*blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, 10))


def export(folder):
    """Writes the classifiers with a free batch and yields their paths."""
    import timm
    import torch
    import torchvision

    models = {
        "residual-28": (Residual.make, 1, 28),
        "resnet18-96": (torchvision.models.resnet18, 3, 96),
        "deit_tiny-224": (lambda: timm.create_model("deit_tiny_patch16_224"), 3, 224),
        "mobilenet_v2-224": (torchvision.models.mobilenet_v2, 3, 224),
        "efficientnet_b0-224": (torchvision.models.efficientnet_b0, 3, 224),
        "convnext_tiny-224": (lambda: timm.create_model("convnext_tiny"), 3, 224),
    }
    for name, (make, channels, size) in models.items():
        torch.manual_seed(1)
        path = folder / f"{name}.onnx"
        if not path.exists():
            image = torch.randn(2, channels, size, size)
            batch = torch.export.Dim("batch", min=1, max=256)
            torch.onnx.export(make().eval(), (image,), str(path), dynamic_shapes=({0: batch},), verbose=False)
        yield path


def race(autodistill, path, rounds, batch):
    """Returns images per second of both, a pair for each turn, and our memory."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    (image,) = session.get_inputs()
    images = numpy.random.default_rng(0).standard_normal((batch, *image.shape[1:])).astype(numpy.float32)
    session.run(None, {image.name: images})
    ours = subprocess.Popen(
        [autodistill, "bench", "teacher", path, "--batch", str(batch), "--seconds", "1", "--json", "--await-turns"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    ours.stderr.readline()
    pairs = []
    for _ in range(rounds):
        times = []
        while len(times) < 5 or sum(times) < 1:
            start = time.perf_counter()
            session.run(None, {image.name: images})
            times.append(time.perf_counter() - start)
        print(file=ours.stdin, flush=True)
        measured = json.loads(ours.stdout.readline())
        pairs.append((measured["images_per_second"], batch / statistics.median(times)))
    ours.stdin.close()
    ours.wait()
    return pairs, measured


def main():
    warnings.filterwarnings("ignore")
    parser = argparse.ArgumentParser()
    parser.add_argument("autodistill")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--batch", type=int, default=32)
    arguments = parser.parse_args()
    print("| classifier | images/s | ONNX Runtime | ratio (least to most) | weights MiB | a thread MiB |")
    print("|---|--:|--:|--:|--:|--:|")
    for path in export(arguments.folder):
        pairs, measured = race(arguments.autodistill, path, arguments.rounds, arguments.batch)
        ratios = sorted(a / b for a, b in pairs)
        print(
            f"| {path.stem} | {statistics.median(a for a, _ in pairs):.1f} | "
            f"{statistics.median(b for _, b in pairs):.1f} | "
            f"{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f}) | "
            f"{measured['weight_bytes'] / 2**20:.1f} | {measured['arena_bytes'] / 2**20:.1f} |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
