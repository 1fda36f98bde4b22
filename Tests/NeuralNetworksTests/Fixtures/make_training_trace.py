"""Writes training-trace.json: twenty training steps of a small network, computed by PyTorch.

The network has every kind of block that students are made of. Nothing is drawn at random: weights,
images, labels and teacher logits come from a formula that TrainingTraceTests.swift computes too,

    chirp(i, t) = sin(0.7·i² + 1.3·i + t),

for value i (counted in the layout given below) of tensor t, rounded to single precision.

    tensor                     t                          value
    weight of fan-in f         10·node + role             2/√f · chirp
    dense and SE weights       10·node + role             √2/√f · chirp
    norm scale                 10·node + role             1 + 0.2·chirp
    norm shift, biases         10·node + role             0.1·chirp
    images of batch b          2000 + b                   chirp
    teacher logits of batch b  3000 + b                   6·chirp
    label n of batch b                                    (7·n + 3·b) mod 10

`node` counts layers from 1 in the order of `network` below, activations and sums included. `role` is the
index in ROLES. Layouts are those of AutoDistill: images [n, h, w, c], convolutions [k, k, in, out],
depthwise filters [k, k, c], dense and SE weights [in, out]. Step s trains on batch s mod 4.

The trace is computed in double precision. A single-precision one is kept beside it: its distance from
the first shows what rounding alone does.

    python3 -m venv venv && venv/bin/pip install torch==2.13.0+cpu numpy
    venv/bin/python make_training_trace.py
"""

import json
import math
import os

import numpy as np
import torch
import torch.nn.functional as F

STEPS, BATCH, CLASSES = 20, 8, 10
RATE, MOMENTUM, DECAY = 0.05, 0.9, 1e-3
DISTILLATION, TEMPERATURE, SMOOTHING = 0.7, 4.0, 0.1
ROLES = ["weight", "bias", "scale", "shift", "squeeze.weight", "squeeze.bias", "excite.weight", "excite.bias"]


def chirp(shape, t):
    i = np.arange(math.prod(shape), dtype=np.float64)
    return np.sin(0.7 * i * i + 1.3 * i + t).reshape(shape)


def rounded(values, dtype):
    """The single-precision values from which both precisions start."""
    return torch.tensor(values.astype(np.float32)).to(dtype)


class Parameters:
    """The trained tensors and running statistics by name, such as `4.weight`, created at first use."""

    def __init__(self, dtype):
        self.dtype = dtype
        self.trained, self.running = {}, {}

    def get(self, node, role, shape, base=0.0, scale=1.0):
        name = f"{node}.{role}"
        if name not in self.trained:
            values = base + scale * chirp(shape, 10 * node + ROLES.index(role))
            self.trained[name] = rounded(values, self.dtype).requires_grad_()
        return self.trained[name]

    def statistics(self, node, channels):
        if f"{node}.running_mean" not in self.running:
            self.running[f"{node}.running_mean"] = torch.zeros(channels, dtype=self.dtype)
            self.running[f"{node}.running_variance"] = torch.ones(channels, dtype=self.dtype)
        return self.running[f"{node}.running_mean"], self.running[f"{node}.running_variance"]


def network(p, images):
    node = 0

    def next_node():
        nonlocal node
        node += 1
        return node

    def conv(x, out, k, stride):
        n, inputs = next_node(), x.shape[1]
        w = p.get(n, "weight", (k, k, inputs, out), scale=2 / math.sqrt(k * k * inputs))
        return F.conv2d(x, w.permute(3, 2, 0, 1), stride=stride, padding=k // 2)

    def depthwise(x, k, stride):
        n, c = next_node(), x.shape[1]
        w = p.get(n, "weight", (k, k, c), scale=2 / k)
        return F.conv2d(x, w.permute(2, 0, 1).unsqueeze(1), stride=stride, padding=k // 2, groups=c)

    def norm(x):
        n, c = next_node(), x.shape[1]
        mean, variance = p.statistics(n, c)
        scale = p.get(n, "scale", (c,), base=1.0, scale=0.2)
        shift = p.get(n, "shift", (c,), scale=0.1)
        return F.batch_norm(x, mean, variance, scale, shift, training=True, momentum=0.1, eps=1e-5)

    def activation(f, x):
        next_node()
        return f(x)

    def squeeze(x, hidden):
        n, c = next_node(), x.shape[1]
        w1 = p.get(n, "squeeze.weight", (c, hidden), scale=math.sqrt(2 / c))
        b1 = p.get(n, "squeeze.bias", (hidden,), scale=0.1)
        w2 = p.get(n, "excite.weight", (hidden, c), scale=math.sqrt(2 / hidden))
        b2 = p.get(n, "excite.bias", (c,), scale=0.1)
        z = F.relu(x.mean((2, 3)) @ w1 + b1) @ w2 + b2
        return x * F.hardsigmoid(z)[:, :, None, None]

    def add(x, y):
        next_node()
        return x + y

    # 1–3: the stem.
    x = images.permute(0, 3, 1, 2)
    x = activation(F.relu6, norm(conv(x, 12, 3, 2)))
    # 4–12: inverted residual with a 5×5 window, stride 2 and squeeze-and-excitation.
    x = activation(F.hardswish, norm(conv(x, 36, 1, 1)))
    x = activation(F.hardswish, norm(depthwise(x, 5, 2)))
    x = squeeze(x, 9)
    x = norm(conv(x, 16, 1, 1))
    # 13–21: inverted residual around an identity.
    y = activation(F.relu6, norm(conv(x, 48, 1, 1)))
    y = activation(F.relu6, norm(depthwise(y, 3, 1)))
    x = add(norm(conv(y, 16, 1, 1)), x)
    # 22–30: plain residual with a projection, which comes after the main path.
    y = activation(F.relu, norm(conv(x, 24, 3, 2)))
    y = norm(conv(y, 24, 3, 1))
    x = activation(F.relu, add(norm(conv(x, 24, 1, 2)), y))
    # 31–35: the head.
    x = activation(F.hardswish, norm(conv(x, 32, 1, 1)))
    x = x.mean((2, 3))
    next_node()
    n = next_node()
    w = p.get(n, "weight", (32, CLASSES), scale=math.sqrt(2 / 32))
    return x @ w + p.get(n, "bias", (CLASSES,), scale=0.1)


def loss_of(logits, labels, teacher):
    hard = F.cross_entropy(logits, labels, label_smoothing=SMOOTHING)
    soft = F.kl_div(
        F.log_softmax(logits / TEMPERATURE, 1), F.log_softmax(teacher / TEMPERATURE, 1),
        log_target=True, reduction="batchmean")
    return (1 - DISTILLATION) * hard + DISTILLATION * TEMPERATURE**2 * soft


def train(dtype):
    p = Parameters(dtype)
    losses, norms, optimizer = [], [], None
    for step in range(STEPS):
        b = step % 4
        images = rounded(chirp((BATCH, 12, 12, 2), 2000 + b), dtype)
        teacher = rounded(6 * chirp((BATCH, CLASSES), 3000 + b), dtype)
        labels = torch.tensor([(7 * n + 3 * b) % 10 for n in range(BATCH)])
        loss = loss_of(network(p, images), labels, teacher)
        optimizer = optimizer or torch.optim.SGD(p.trained.values(), lr=RATE, momentum=MOMENTUM, nesterov=True)
        optimizer.zero_grad()
        loss.backward()
        losses.append(loss.item())
        norms.append(math.sqrt(sum(t.grad.double().square().sum().item() for t in p.trained.values())))
        with torch.no_grad():
            for name, tensor in p.trained.items():
                if name.endswith("weight"):
                    tensor.mul_(1 - RATE * DECAY)
        optimizer.step()
    return p, losses, norms


def probes(p):
    """The first and a middle value of every tensor after the last step."""
    return {
        name: [tensor.detach().reshape(-1)[i].item() for i in (0, tensor.numel() // 2)]
        for name, tensor in (p.trained | p.running).items()
    }


def main():
    torch.set_num_threads(1)
    trace = {"made_by": f"make_training_trace.py with PyTorch {torch.__version__}"}
    for key, dtype in (("float64", torch.float64), ("float32", torch.float32)):
        p, losses, norms = train(dtype)
        trace[key] = {"loss": losses, "gradient_norm": norms, "probes": probes(p)}
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "training-trace.json")
    with open(path, "w") as file:
        json.dump(trace, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
