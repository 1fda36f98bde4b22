"""V, R, D and W in PyTorch: the layers of Sources/Benchmarks/NetworkBuilder+MobileNetV2.swift and +MLPerfTiny.swift.

    python nets.py    adds the four to students.json next to it, as bench_2proc.sh and others read it

These files are laid over a copy of the peers' scripts (benchmark_measure.py), whose `clean.py`, `common.py`,
`env_tuned.sh` and `bench_2proc.sh` they use.
"""

import json
import os

import torch
from torch import nn

# What each network looks at (channels, height, width) and how many classes it tells apart.
IMAGES = {"V": (3, 96, 96), "R": (3, 32, 32), "D": (1, 49, 10), "W": (3, 224, 224)}
CLASSES = {"V": 2, "R": 10, "D": 12, "W": 1000}
WIDTHS = {"V": 0.35, "W": 0.5}
# Expansion, channels, blocks and stride: arXiv:1801.04381, table 2.
MOBILE_STAGES = [
    (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]


def normed(inputs, outputs, kernel, stride=1, groups=1, activation=None):
    """Returns a convolution with padding of k/2 and no bias, its norm and an activation."""
    layers = [
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs)]
    return layers + ([activation(inplace=True)] if activation else [])


class Residual(nn.Module):
    """A body whose input, or what a shortcut makes of it, is added, and an activation after the sum."""

    def __init__(self, body, shortcut=None, activation=None):
        super().__init__()
        self.body = nn.Sequential(*body)
        self.shortcut = shortcut
        self.activation = activation

    def forward(self, x):
        total = self.body(x) + (x if self.shortcut is None else self.shortcut(x))
        return total if self.activation is None else self.activation(total)


class Classifier(nn.Module):
    """Layers, the global mean, and a dense layer."""

    def __init__(self, layers, channels, classes):
        super().__init__()
        self.layers = nn.Sequential(*layers)
        self.dense = nn.Linear(channels, classes)

    def forward(self, x):
        return self.dense(self.layers(x).mean((2, 3)))


def divisible(value):
    """Rounds to a multiple of 8, the next larger one where rounding takes more than a tenth."""
    rounded = max(8, int(value + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * value else rounded


def mobile_net_v2(width, classes):
    channels = divisible(32 * width)
    layers = normed(3, channels, 3, 2, activation=nn.ReLU6)
    for expansion, full, blocks, first_stride in MOBILE_STAGES:
        outputs = divisible(full * width)
        for block in range(blocks):
            stride, hidden = first_stride if block == 0 else 1, channels * expansion
            body = normed(channels, hidden, 1, activation=nn.ReLU6) if expansion != 1 else []
            body += normed(hidden, hidden, 3, stride, groups=hidden, activation=nn.ReLU6)
            body += normed(hidden, outputs, 1)
            layers += [Residual(body)] if stride == 1 and channels == outputs else body
            channels = outputs
    layers += normed(channels, 1280, 1, activation=nn.ReLU6)
    return Classifier(layers, 1280, classes)


def res_net_8(classes):
    """Returns ResNet-8 with zeros on both sides where a 3×3 convolution has stride 2.

    MLPerf Tiny and our side have them below and to the right: the same sizes and as much arithmetic, but PyTorch would
    need a layer of its own for such zeros, which makes a step of this network a tenth to two fifths longer.
    """
    channels = 16
    layers = normed(3, channels, 3, activation=nn.ReLU)
    for outputs, stride in [(16, 1), (32, 2), (64, 2)]:
        body = normed(channels, outputs, 3, stride, activation=nn.ReLU) + normed(outputs, outputs, 3)
        shortcut = nn.Conv2d(channels, outputs, 1, stride) if stride != 1 else None
        layers.append(Residual(body, shortcut, nn.ReLU(inplace=True)))
        channels = outputs
    return Classifier(layers, channels, classes)


def ds_cnn(classes):
    # TensorFlow's SAME: 4 rows of zeros above 49 and 5 below, 1 column left of 10 and 1 right; a layer of its own costs
    # nothing here, where no gradient comes.
    layers = [
        nn.ZeroPad2d((1, 1, 4, 5)), nn.Conv2d(1, 64, (10, 4), 2, bias=False), nn.BatchNorm2d(64),
        nn.ReLU(inplace=True)]
    for _ in range(4):
        layers += normed(64, 64, 3, groups=64, activation=nn.ReLU)
        layers += normed(64, 64, 1, activation=nn.ReLU)
    return Classifier(layers, 64, classes)


def build(name):
    classes = CLASSES[name]
    if name in WIDTHS:
        return mobile_net_v2(WIDTHS[name], classes)
    return res_net_8(classes) if name == "R" else ds_cnn(classes)


def layer_macs(network, image):
    """Returns the multiply–adds of every convolution and dense layer, in order, for one image."""
    counts = []

    def count(layer, _, output):
        positions = output[0, 0].numel() if output.dim() == 4 else 1
        counts.append(positions * layer.weight.numel())

    hooks = [
        layer.register_forward_hook(count) for layer in network.modules()
        if isinstance(layer, (nn.Conv2d, nn.Linear))]
    network.eval()
    with torch.no_grad():
        network(torch.zeros(1, *image))
    for hook in hooks:
        hook.remove()
    return counts


def facts(name):
    """Returns what students.json says of a network: no gradient leads to the image, so the first layer has two passes."""
    network = build(name)
    macs = layer_macs(network, IMAGES[name])
    return {
        "input": list(IMAGES[name]), "classes": CLASSES[name], "macs": sum(macs),
        "params": sum(values.numel() for values in network.parameters()),
        "train_flops_per_image": 2 * (3 * sum(macs) - macs[0])}


def main():
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "students.json")
    with open(path) as file:
        known = json.load(file)
    known["nets"].update({name: facts(name) for name in IMAGES})
    with open(path, "w") as file:
        json.dump(known, file, indent=1)


if __name__ == "__main__":
    main()
