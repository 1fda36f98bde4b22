"""Trains teachers with PyTorch, exports them and asks them: see Tests/OwnTeacher/run.

    python teachers.py train KIND DATA SPLIT FOLDER    KIND is resnet or vit
    python teachers.py ask FOLDER IMAGES LOGITS        what a teacher says of an NPY file of images

SPLIT is what `autodistill data split` writes: for each image of the data 0, 1 or 2, for training, validation or
test. The teacher learns from the first, and the second says how good it is. FOLDER then holds

    weights.pt         for `ask`
    model.onnx         images `[N, 1, 28, 28]`, standardised, to logits `[N, 12]`
    train.npy          its logits on all images of the data, in their order, `[N, 12]`
    teacher.json       the mean and deviation of its pixels, and its accuracy
"""

import json
import os
import sys

import numpy
import torch
from torch import nn
from torch.nn import functional

CLASSES, SIZE = 12, 28
EPOCHS = {"resnet": 12, "vit": 30}
RATES = {"resnet": 4e-3, "vit": 2e-3}
BATCH = 128
# Images that are asked for at once. Always as many, so that no logit depends on its neighbours.
ASKED = 100


class Residual(nn.Module):
    """Two 3×3 convolutions around a shortcut."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.second = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.norms = nn.ModuleList([nn.BatchNorm2d(outputs), nn.BatchNorm2d(outputs)])
        self.shortcut = nn.Sequential() if inputs == outputs and stride == 1 else nn.Sequential(
            nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        inner = functional.relu(self.norms[0](self.first(x)))
        return functional.relu(self.norms[1](self.second(inner)) + self.shortcut(x))


def resnet():
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, 2, 1, bias=False), nn.BatchNorm2d(32), nn.ReLU(),
        Residual(32, 32, 1), Residual(32, 64, 2), Residual(64, 128, 2),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, CLASSES))


class Attention(nn.Module):
    """A transformer's block, norms first."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norms = nn.ModuleList([nn.LayerNorm(width), nn.LayerNorm(width)])
        self.mix, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.inner = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, x):
        count, tokens, width = x.shape
        mixed = self.mix(self.norms[0](x)).reshape(count, tokens, 3, self.heads, -1)
        query, key, value = mixed.permute(2, 0, 3, 1, 4).unbind(0)
        seen = functional.scaled_dot_product_attention(query, key, value)
        x = x + self.out(seen.transpose(1, 2).reshape(count, tokens, width))
        return x + self.inner(self.norms[1](x))


class Transformer(nn.Module):
    """A token for every 4×4 pixels, from two convolutions, one for the class, and four blocks of attention."""

    def __init__(self, width=64, blocks=4, heads=4):
        super().__init__()
        self.patches = nn.Sequential(
            nn.Conv2d(1, width // 2, 3, 2, 1), nn.GELU(), nn.Conv2d(width // 2, width, 3, 2, 1))
        self.token = nn.Parameter(torch.zeros(1, 1, width))
        self.places = nn.Parameter(0.02 * torch.randn(1, (SIZE // 4) ** 2 + 1, width))
        self.blocks = nn.Sequential(*[Attention(width, heads) for _ in range(blocks)])
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, CLASSES)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1) + self.places
        return self.head(self.norm(self.blocks(x)[:, 0]))


MAKERS = {"resnet": resnet, "vit": Transformer}


def read_idx(path):
    with open(path, "rb") as file:
        data = file.read()
    dimensions = data[3]
    shape = numpy.frombuffer(data, ">u4", dimensions, 4)
    return numpy.frombuffer(data, numpy.uint8, offset=4 + 4 * dimensions).reshape(shape)


def standardized(images, about):
    """Returns pixels 0…255, `[N, 28, 28]` or with a channel, as the teacher sees them, `[N, 1, 28, 28]`."""
    pixels = torch.from_numpy(numpy.ascontiguousarray(images)).float().reshape(-1, 1, SIZE, SIZE)
    return (pixels / 255 - about["mean"]) / about["deviation"]


def logits_of(model, images, about):
    """Returns what a model says of images, `[N, CLASSES]`."""
    padded = numpy.concatenate([images, images[:1].repeat(-len(images) % ASKED, 0)])
    with torch.no_grad():
        parts = [model(standardized(padded[i:i + ASKED], about)) for i in range(0, len(padded), ASKED)]
    return torch.cat(parts)[:len(images)].numpy()


def shifted(images):
    """Returns images `[N, 1, 28, 28]`, all moved by the same few pixels."""
    down, right = (int(d) for d in torch.randint(-2, 3, (2,)))
    return torch.roll(images, (down, right), (2, 3))


def train(kind, data, split, folder):
    torch.manual_seed(1)
    images = read_idx(os.path.join(data, "train-images-idx3-ubyte"))
    labels = torch.from_numpy(read_idx(os.path.join(data, "train-labels-idx1-ubyte")).astype(numpy.int64))
    split = numpy.load(split)
    learnt = numpy.flatnonzero(split == 0)
    pixels = images[learnt] / 255
    about = {"kind": kind, "mean": float(pixels.mean()), "deviation": float(pixels.std())}
    model = MAKERS[kind]()
    seen, wanted = standardized(images[learnt], about), labels[learnt]
    steps = len(learnt) // BATCH
    optimizer = torch.optim.AdamW(model.parameters(), weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATES[kind], EPOCHS[kind] * steps)
    for _ in range(EPOCHS[kind]):
        for chosen in torch.randperm(len(learnt))[:steps * BATCH].reshape(steps, BATCH):
            loss = functional.cross_entropy(
                model(shifted(seen[chosen])), wanted[chosen], label_smoothing=0.05)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    model.eval()
    logits = logits_of(model, images, about)
    right = logits.argmax(1) == labels.numpy()
    about["validation_accuracy"] = float(right[split == 1].mean())
    print(f"{kind}: {about['validation_accuracy']:.4f} on the validation images")
    os.makedirs(folder, exist_ok=True)
    torch.save(model.state_dict(), os.path.join(folder, "weights.pt"))
    numpy.save(os.path.join(folder, "train.npy"), logits)
    with open(os.path.join(folder, "teacher.json"), "w") as file:
        json.dump(about, file)
    torch.onnx.export(
        model, (torch.zeros(2, 1, SIZE, SIZE),), os.path.join(folder, "model.onnx"),
        input_names=["images"], output_names=["logits"], dynamo=True, verbose=False,
        dynamic_shapes=({0: torch.export.Dim("batch", min=1, max=4096)},))


def ask(folder, images, logits):
    with open(os.path.join(folder, "teacher.json")) as file:
        about = json.load(file)
    model = MAKERS[about["kind"]]()
    model.load_state_dict(torch.load(os.path.join(folder, "weights.pt"), weights_only=True))
    model.eval()
    numpy.save(logits, logits_of(model, numpy.load(images), about))


if __name__ == "__main__":
    torch.set_num_threads(int(os.environ.get("THREADS", "2")))
    verbs = {"train": train, "ask": ask}
    if len(sys.argv) < 2 or sys.argv[1] not in verbs:
        sys.exit(__doc__)
    verbs[sys.argv[1]](*sys.argv[2:])
