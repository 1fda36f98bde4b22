"""Trains a reference network with PyTorch as `autodistill bench accuracy` does, and says how well.

    . PEERS/env_tuned.sh; python Results/benchmarks/scripts/benchmark_accuracy.py PEERS --network S --epochs 3 --seeds 3

PEERS is a copy of the folder with the scripts that measure PyTorch; they write into their own folder. The
recipe is the one of Sources/autodistill/BenchAccuracy.swift, the starting values are PyTorch's own.
"""

import argparse
import json
import math
import statistics
import sys

BATCH = 64
PEAK_RATE = 0.05
WARMUP_SHARE = 0.1
MOMENTUM = 0.9
WEIGHT_DECAY = 1e-4


def rate(step, steps):
    """Returns the learning rate of a step: a linear warm-up, then half a cosine down to zero."""
    warmup = WARMUP_SHARE * steps
    if step < warmup:
        return PEAK_RATE * (step + 1) / (warmup + 1)
    progress = (step - warmup) / max(1, steps - 1 - warmup)
    return PEAK_RATE * (1 + math.cos(math.pi * min(1, progress))) / 2


def decayed_weights(model):
    """Returns the weights of convolutions and dense layers, without norms and biases."""
    layers = (torch.nn.Conv2d, torch.nn.Linear)
    return [module.weight for module in model.modules() if isinstance(module, layers)]


def train(model, images, labels, epochs, seed):
    """Trains on hard labels and images as they are."""
    order = torch.Generator().manual_seed(seed)
    # The decay is decoupled, which PyTorch's SGD does not offer: it is applied by hand.
    optimizer = torch.optim.SGD(
        model.parameters(), lr=PEAK_RATE, momentum=MOMENTUM, nesterov=True, fused=True)
    weights = decayed_weights(model)
    steps_per_epoch = len(images) // BATCH
    steps = epochs * steps_per_epoch
    model.train()
    for step in range(steps):
        place = step % steps_per_epoch
        if place == 0:
            shuffled = torch.randperm(len(images), generator=order)
        chosen = shuffled[place * BATCH:(place + 1) * BATCH]
        optimizer.zero_grad(set_to_none=True)
        torch.nn.functional.cross_entropy(model(images[chosen]), labels[chosen]).backward()
        optimizer.param_groups[0]["lr"] = rate(step, steps)
        with torch.no_grad():
            torch._foreach_mul_(weights, 1 - rate(step, steps) * WEIGHT_DECAY)
        optimizer.step()


def accuracy(model, images, labels):
    model.eval()
    with torch.no_grad():
        answers = torch.cat([model(part).argmax(1) for part in images.split(1000)])
    return (answers == labels).double().mean().item()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("peers")
    parser.add_argument("--network", default="S")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()

    sys.path.insert(0, options.peers)
    global torch
    import torch
    from common import load
    from nets import build

    torch.set_num_threads(options.threads)
    data = load()
    images, test_images = (
        data[name].contiguous(memory_format=torch.channels_last) for name in ("x", "xt"))
    reached = []
    for seed in range(1, options.seeds + 1):
        torch.manual_seed(seed)
        model = build(options.network).to(memory_format=torch.channels_last)
        train(model, images, data["y"], options.epochs, seed)
        reached.append(accuracy(model, test_images, data["yt"]))
        print(f"{options.network}: seed {seed}: {reached[-1]:.4f}", file=sys.stderr, flush=True)
    print(json.dumps({
        "measurement": "accuracy", "engine": f"PyTorch {torch.__version__}",
        "network": options.network, "epochs": options.epochs, "accuracies": reached,
        "accuracy_mean": statistics.mean(reached),
        "accuracy_deviation": statistics.stdev(reached) if len(reached) > 1 else None,
    }))


if __name__ == "__main__":
    main()
