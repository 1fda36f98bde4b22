"""What make_symbols.py and make_textures.py share: random streams, the files, the options."""

import argparse
import hashlib
import multiprocessing
import os
import random
import sys

import numpy


class Failure(Exception):
    pass


class Stream:
    """One source of random numbers. Both generators in it are the same in every version."""

    def __init__(self, seed, name):
        self.draw = random.Random(f"{seed} {name}")
        digest = hashlib.sha256(f"{seed} {name}".encode()).digest()
        self.normals = numpy.random.RandomState(int.from_bytes(digest[:4], "little"))

    def between(self, low, high):
        return low + (high - low) * self.draw.random()

    def whole(self, low, high):
        """Returns a whole number between two others, both included."""
        return low + int(self.draw.random() * (high - low + 1))

    def one_of(self, choices):
        return choices[self.whole(0, len(choices) - 1)]

    def chance(self, probability):
        return self.draw.random() < probability

    def normal(self, *shape):
        return self.normals.standard_normal(shape)


def smooth_field(stream, nodes, size):
    """Returns a random field of `size` pixels a side, smooth between `nodes` points a side."""
    values = stream.normal(nodes, nodes)
    where = numpy.linspace(0, nodes - 1, size)
    below = numpy.minimum(where.astype(int), nodes - 2)
    share = where - below
    share = share * share * (3 - 2 * share)
    rows = values[below] * (1 - share)[:, None] + values[below + 1] * share[:, None]
    return rows[:, below] * (1 - share) + rows[:, below + 1] * share


def sample(image, rows, columns):
    """Returns bilinear samples of an image; what lies outside of it is 0."""
    height, width = image.shape
    top, left = numpy.floor(rows).astype(int), numpy.floor(columns).astype(int)
    down, right = rows - top, columns - left
    result = numpy.zeros(rows.shape)
    for i, weight_i in ((0, 1 - down), (1, down)):
        for j, weight_j in ((0, 1 - right), (1, right)):
            row, column = top + i, left + j
            inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
            values = image[numpy.clip(row, 0, height - 1), numpy.clip(column, 0, width - 1)]
            result += weight_i * weight_j * values * inside
    return result


def blur(image, sigma):
    """Returns an image `[H, W, …]` under a Gaussian; its edges are continued."""
    if sigma <= 0:
        return image
    radius = max(1, int(3 * sigma + 0.5))
    taps = numpy.exp(-0.5 * (numpy.arange(-radius, radius + 1) / sigma) ** 2)
    taps /= taps.sum()
    for axis in (0, 1):
        pads = [(radius, radius) if i == axis else (0, 0) for i in range(image.ndim)]
        padded = numpy.pad(image, pads, mode="edge")
        parts = [numpy.take(padded, range(k, k + image.shape[axis]), axis) for k in range(2 * radius + 1)]
        image = sum(tap * part for tap, part in zip(taps, parts))
    return image


def halved(image):
    """Returns an image `[H, W, …]` of half as many pixels a side, each the mean of four."""
    return (image[0::2, 0::2] + image[1::2, 0::2] + image[0::2, 1::2] + image[1::2, 1::2]) / 4


def to_bytes(image):
    return numpy.rint(255 * numpy.clip(image, 0, 1)).astype(numpy.uint8)


def make(description, seed, classes, images_of, train_count, test_count, sources):
    """Makes a data set: the command line, one process a class, the files and SHA256SUMS.

    `images_of(label)` returns the training and the test images of a class. `sources` is what the
    bytes depend on, besides this program.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("folder")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    try:
        with multiprocessing.get_context("spawn").Pool(options.workers) as pool:
            made = pool.map(images_of, range(len(classes)), chunksize=1)
    except Failure as failure:
        sys.exit(f"error: {failure}")
    for split, name, count in ((0, "train", train_count), (1, "test", test_count)):
        images = numpy.concatenate([images[split] for images in made])
        labels = numpy.concatenate(
            [numpy.full(len(made[i][split]), i, numpy.uint8) for i in range(len(classes))])
        if len(images) != count:
            raise AssertionError(f"{len(images)} images in {name}, expected {count}")
        shuffle = random.Random(f"{seed} {name}")
        order = sorted(range(count), key=lambda _: shuffle.random())
        numpy.save(os.path.join(options.folder, f"{name}-images.npy"), images[order])
        numpy.save(os.path.join(options.folder, f"{name}-labels.npy"), labels[order])
    lines = [f"# Seed {seed}, numpy {numpy.__version__}{sources}",
             f"# Classes from 0: {' '.join(classes)}"]
    for name in sorted(os.listdir(options.folder)):
        with open(os.path.join(options.folder, name), "rb") as file:
            lines.append(f"{hashlib.sha256(file.read()).hexdigest()}  {name}")
    with open(os.path.join(options.folder, "SHA256SUMS"), "w") as file:
        file.write("\n".join(lines) + "\n")


def share_of(label, classes, count):
    """Returns how many of `count` images a class gets, so that classes differ by one at most."""
    return count // classes + (1 if label < count % classes else 0)
