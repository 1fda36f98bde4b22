"""Draws textures as a data set: see Results/benchmarks/budget/make-data.

    python Results/benchmarks/budget/make_textures.py FOLDER [--workers 2]

12 classes, 32x32 in three channels. A class is a rule that gives every point of a plane a value. A
picture looks at the plane from a random place, turned, scaled and bent, in two random colours, with
some of another rule's pattern over it, in uneven light, blurred and in noise.

The bytes depend on nothing but this program.
"""

import numpy

import data_files
from data_files import Stream, smooth_field

SEED = 20252
TRAIN, TEST = 20_000, 4_000
SIZE = 32
SIDE = 2 * SIZE  # a picture is drawn at twice its size

# How hard it is.
PERIODS = (6.0, 13.0)  # pixels
STRETCH, BEND = 0.35, 0.9  # logarithm of height by width at most, and pixels at most
OVERLAY = 0.35  # largest share of another pattern
CONTRAST, NOISE = (0.1, 0.65), (0.01, 0.1)
LIGHT = 0.3
BLUR = (0.0, 0.7)  # pixels


def wave(phase, sharpness):
    """Returns a wave of period 1 from 0 to 1, the steeper the larger `sharpness`."""
    swing = numpy.sin(2 * numpy.pi * phase)
    return 0.5 + 0.5 * numpy.tanh(sharpness * swing) / numpy.tanh(sharpness)


def cell_noise(stream, y, x):
    """Returns the distances to the nearest and second nearest of scattered points, by period."""
    low_y, low_x = int(y.min()) - 2, int(x.min()) - 2
    high_y, high_x = int(y.max()) + 3, int(x.max()) + 3
    rows, columns = numpy.mgrid[low_y:high_y, low_x:high_x]
    count = rows.size
    jitter = numpy.array([stream.between(-0.42, 0.42) for _ in range(2 * count)]).reshape(2, -1)
    points_y, points_x = rows.ravel() + jitter[0], columns.ravel() + jitter[1]
    distances = (y[..., None] - points_y) ** 2 + (x[..., None] - points_x) ** 2
    nearest = numpy.sqrt(numpy.partition(distances, 1, axis=-1)[..., :2])
    return nearest[..., 0], nearest[..., 1]


def turbulence(stream):
    total = numpy.zeros((SIDE, SIDE))
    for octave in range(3):
        total += smooth_field(stream, 4 * 2 ** octave, SIDE) / 2 ** octave
    return total


def stripes(stream, y, x):
    return wave(x, stream.between(0.5, 4))


def checks(stream, y, x):
    sharpness = stream.between(1, 4)
    return wave(x / 1.4, sharpness) * wave(y / 1.4, sharpness) + (
        1 - wave(x / 1.4, sharpness)) * (1 - wave(y / 1.4, sharpness))


def dots(stream, y, x):
    shifted = x + 0.5 * (numpy.floor(y) % 2)
    away = numpy.hypot(y - numpy.floor(y) - 0.5, shifted - numpy.floor(shifted) - 0.5)
    return numpy.clip((stream.between(0.2, 0.38) - away) / 0.1 + 0.5, 0, 1)


def marble(stream, y, x):
    return wave(x / 1.5 + stream.between(0.25, 0.5) * turbulence(stream), stream.between(0.5, 3))


def rings(stream, y, x):
    radius = numpy.hypot(y - stream.between(-2, 2), x - stream.between(-2, 2))
    return wave(radius + 0.12 * turbulence(stream), stream.between(0.5, 3))


def bricks(stream, y, x):
    row = numpy.floor(y * 1.3)
    column = x / 1.5 + 0.5 * (row % 2)
    mortar = stream.between(0.1, 0.16)
    edge_y = abs(y * 1.3 - row - 0.5)
    edge_x = abs(column - numpy.floor(column) - 0.5) * 1.5 + 0.5 - 0.75
    inside = 0.5 - mortar - numpy.maximum(edge_y, edge_x)
    return numpy.clip(inside / 0.08 + 0.5, 0, 1)


def waves(stream, y, x):
    swing = stream.between(0.2, 0.45)
    return wave(x + swing * numpy.sin(2 * numpy.pi * y / stream.between(1.2, 2)),
                stream.between(0.5, 4))


def cells(stream, y, x):
    first, second = cell_noise(stream, y, x)
    return numpy.clip((second - first) / stream.between(0.15, 0.45), 0, 1)


def grid(stream, y, x):
    width = stream.between(0.1, 0.17)
    lines = [abs(value - numpy.floor(value) - 0.5) for value in (y, x)]
    return numpy.clip((numpy.minimum(*lines) - width) / 0.1 + 0.5, 0, 1)


def rays(stream, y, x):
    angle = numpy.arctan2(y - stream.between(-1, 1), x - stream.between(-1, 1))
    return wave(angle / (2 * numpy.pi) * stream.whole(5, 12), stream.between(0.5, 4))


def hatching(stream, y, x):
    sharpness = stream.between(1, 4)
    slant = stream.between(0.45, 0.75)
    dashes = wave(y / stream.between(1.5, 2.5) + numpy.floor(x) * slant, 3)
    return wave(x, sharpness) * dashes


def blobs(stream, y, x):
    first, _ = cell_noise(stream, y, x)
    return numpy.clip((stream.between(0.25, 0.4) - first) / 0.12 + 0.5, 0, 1)


RULES = [stripes, checks, dots, marble, rings, bricks, waves, cells, grid, rays, hatching, blobs]


def pattern(stream, rule):
    """Returns a pattern seen from a random place, `[SIDE, SIDE]`, about from 0 to 1."""
    rows, columns = (numpy.mgrid[0:SIDE, 0:SIDE] - (SIDE - 1) / 2) / 2
    bend = stream.between(0, BEND)
    rows = rows + bend * smooth_field(stream, 4, SIDE)
    columns = columns + bend * smooth_field(stream, 4, SIDE)
    turn, period = stream.between(0, 2 * numpy.pi), stream.between(*PERIODS)
    stretch = numpy.exp(stream.between(-STRETCH, STRETCH) / 2)
    y = (numpy.cos(turn) * rows + numpy.sin(turn) * columns) / period * stretch
    x = (numpy.cos(turn) * columns - numpy.sin(turn) * rows) / period / stretch
    if rule not in (rings, rays):
        y, x = y + stream.between(0, 10), x + stream.between(0, 10)
    return rule(stream, y, x)


def picture(stream, label):
    share = stream.between(0, OVERLAY)
    values = (1 - share) * pattern(stream, RULES[label]) + share * pattern(stream, stream.one_of(RULES))
    values = data_files.halved(data_files.blur(values, 2 * stream.between(*BLUR)))[..., None]
    middle = numpy.array([stream.between(0.25, 0.75) for _ in range(3)])
    direction = numpy.array([stream.between(0.2, 1) for _ in range(3)])
    direction = direction / max(direction) * stream.between(*CONTRAST)
    image = middle + direction * (values - 0.5)
    image = image * (1 + LIGHT * stream.between(0, 1) * smooth_field(stream, 3, SIZE)[..., None])
    return data_files.to_bytes(image + stream.between(*NOISE) * stream.normal(SIZE, SIZE, 3))


def images_of(label):
    result = []
    for name, count in (("train", TRAIN), ("test", TEST)):
        stream = Stream(SEED, f"{name} {label}")
        mine = data_files.share_of(label, len(RULES), count)
        result.append(numpy.stack([picture(stream, label) for _ in range(mine)]))
    return result


if __name__ == "__main__":
    data_files.make(
        __doc__, SEED, [rule.__name__ for rule in RULES], images_of, TRAIN, TEST, "")
