"""Trains and judges one network on tensors in memory."""

import gzip
import math
import os
import time
from dataclasses import dataclass

import numpy
import torch
from torch import nn
from torch.nn import functional

MOMENTUM, WEIGHT_DECAY, WARMUP_SHARE, FINAL_SHARE = 0.9, 5e-4, 0.2, 0.01  # the defaults of study.json
TRAINING, VALIDATION = 0, 1  # as `autodistill data split` numbers the splits


@dataclass
class Split:
    """Images, float32 [N, 1, H, W], standardised, and their labels, int64 [N]."""

    images: torch.Tensor
    labels: torch.Tensor

    def __len__(self):
        return len(self.labels)


def read_idx(path, offset):
    with gzip.open(path) as file:
        return numpy.frombuffer(file.read(), numpy.uint8, offset=offset)


def load(folder, split_path):
    """Returns training, validation and test images of Debian's Fashion-MNIST, split as split_path says."""
    def read(prefix):
        images = read_idx(os.path.join(folder, f"{prefix}-images-idx3-ubyte.gz"), 16).reshape(-1, 1, 28, 28)
        return images, read_idx(os.path.join(folder, f"{prefix}-labels-idx1-ubyte.gz"), 8).astype(numpy.int64)

    images, labels = read("train")
    chosen = numpy.load(split_path)
    pixels = images[chosen == TRAINING]
    # By a table of the 256 values, which takes no pass over floats.
    share = numpy.bincount(pixels.ravel(), minlength=256) / pixels.size
    values = numpy.arange(256) / 255
    mean = share @ values
    table = ((values - mean) / math.sqrt(share @ (values - mean) ** 2)).astype(numpy.float32)

    def split(images, labels):
        return Split(torch.from_numpy(table[images]), torch.from_numpy(labels))

    return (split(pixels, labels[chosen == TRAINING]),
            split(images[chosen == VALIDATION], labels[chosen == VALIDATION]), split(*read("t10k")))


@dataclass
class Recipe:
    """How a network is trained; a `recipe` or `full` of study.json."""

    epochs: float
    batch: int
    learning_rate: float
    flip: bool
    distillation_weight: float = 0.0
    temperature: float = 1.0

    @classmethod
    def of(cls, fields):
        return cls(
            fields["epochs"], fields["batch"], fields["learning_rate"], fields["augmentation"]["flip"],
            fields.get("distillation_weight", 0.0), fields.get("temperature", 1.0))

    def flash(self, fraction, batch):
        """Returns the short form: a share of the images, the rate by the square root of the batch."""
        return Recipe(
            self.epochs * fraction, batch, self.learning_rate * math.sqrt(batch / self.batch), self.flip,
            self.distillation_weight, self.temperature)

    def without_teacher(self):
        return Recipe(self.epochs, self.batch, self.learning_rate, self.flip)

    def steps(self, count):
        return max(1, math.floor(self.epochs * (count // self.batch) + 0.5))

    def rate(self, step, steps):
        """One cycle: half a cosine up, half a cosine down (Smith and Topin, arXiv:1708.07120)."""
        warmup = WARMUP_SHARE * steps
        if step < warmup:
            return self.learning_rate * (1 - math.cos(math.pi * (step + 1) / (warmup + 1))) / 2
        share = (1 + math.cos(math.pi * min(1, (step - warmup) / max(1, steps - 1 - warmup)))) / 2
        return self.learning_rate * (FINAL_SHARE + (1 - FINAL_SHARE) * share)


def prepared(model, channels_last):
    return model.to(memory_format=torch.channels_last if channels_last else torch.contiguous_format)


def train(model, data, recipe, seed, statistics_batches, soft_targets=None, limit=None):
    """Trains a model in place.

    soft_targets: softmax(t/T) of the teacher's cached logits, [N, classes]; None: labels alone.
    limit: ends after so many steps, to measure speed.
    """
    random = torch.Generator().manual_seed(seed)
    # Decoupled decay, which PyTorch's SGD does not offer, so it is applied by hand.
    decayed = [m.weight for m in model.modules() if isinstance(m, (nn.Conv2d, nn.Linear))]
    optimizer = torch.optim.SGD(
        model.parameters(), lr=recipe.learning_rate, momentum=MOMENTUM, nesterov=True, fused=True)
    steps_per_epoch, steps = len(data) // recipe.batch, recipe.steps(len(data))
    weight, temperature = recipe.distillation_weight, recipe.temperature
    model.train()
    for step in range(steps if limit is None else limit):
        place = step % steps_per_epoch
        if place == 0:
            order = torch.randperm(len(data), generator=random)
            flips = torch.randint(2, (len(data), 1, 1, 1), generator=random, dtype=torch.bool)
        span = slice(place * recipe.batch, (place + 1) * recipe.batch)
        chosen = order[span]
        images = data.images[chosen]
        if recipe.flip:
            images = torch.where(flips[span], images.flip(3), images)
        logits = model(images)
        loss = functional.cross_entropy(logits, data.labels[chosen])
        if soft_targets is not None:
            # The gradient of T²·KL(teacher ‖ student) is that of T² times the cross-entropy.
            soft = functional.cross_entropy(logits / temperature, soft_targets[chosen])
            loss = (1 - weight) * loss + weight * temperature ** 2 * soft
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        rate = recipe.rate(step, steps)
        optimizer.param_groups[0]["lr"] = rate
        with torch.no_grad():
            torch._foreach_mul_(decayed, 1 - rate * WEIGHT_DECAY)
        optimizer.step()
    if limit is None:
        reestimate_statistics(model, data, order, recipe.batch, statistics_batches)
    return steps


@torch.inference_mode()
def reestimate_statistics(model, data, order, batch, count):
    """Takes the batch norms' running statistics again, over some batches as they are."""
    norms = [module for module in model.modules() if isinstance(module, nn.BatchNorm2d)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the mean over all batches
    for chosen in order.split(batch)[:count]:
        if len(chosen) == batch:
            model(data.images[chosen])


@torch.inference_mode()
def logits(model, split, batch=500):
    model.eval()
    return torch.cat([model(images) for images in split.images.split(batch)])


def accuracy(model, split):
    return accuracy_of(logits(model, split), split)


def accuracy_of(answers, split):
    return (answers.argmax(1) == split.labels).double().mean().item()


def seconds_per_step(models, data, recipe, soft_targets=None, rounds=4, steps=4):
    """Returns the seconds of a step of each model: the least of some rounds, in which they take turns."""
    least = [math.inf] * len(models)
    for _ in range(rounds + 1):  # the first one warms up
        for place, model in enumerate(models):
            began = time.monotonic()
            train(model, data, recipe, 0, 0, soft_targets, limit=steps)
            least[place] = min(least[place], (time.monotonic() - began) / steps)
    return least
