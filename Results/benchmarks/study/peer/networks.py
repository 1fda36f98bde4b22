"""The teacher and the students in PyTorch, layer by layer those of study.json and of its search space."""

import torch
from torch import nn
from torch.nn import functional


def normed(inputs, outputs, kernel, stride=1, groups=1):
    """Returns a convolution without bias and its batch norm."""
    return [
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
    ]


class BasicBlock(nn.Module):
    """Two 3×3 convolutions and a shortcut, 1×1 where the shape changes (He et al., arXiv:1512.03385)."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.body = nn.Sequential(
            *normed(inputs, outputs, 3, stride), nn.ReLU(inplace=True), *normed(outputs, outputs, 3))
        keeps_shape = stride == 1 and inputs == outputs
        self.shortcut = nn.Identity() if keeps_shape else nn.Sequential(*normed(inputs, outputs, 1, stride))

    def forward(self, x):
        return functional.relu(self.body(x).add_(self.shortcut(x)), inplace=True)


class SqueezeExcitation(nn.Module):
    """Channels scaled by a gate of their means; dense layers, as convolutions of one pixel are slower."""

    def __init__(self, channels):
        super().__init__()
        hidden = max(4, channels // 4)
        self.squeeze, self.excite = nn.Linear(channels, hidden), nn.Linear(hidden, channels)

    def forward(self, x):
        gate = functional.hardsigmoid(self.excite(functional.relu(self.squeeze(x.mean((2, 3))))))
        return x * gate[:, :, None, None]


class InvertedResidual(nn.Module):
    """Expansion, depthwise convolution, perhaps a gate, projection; a shortcut where the shape is kept."""

    def __init__(self, inputs, outputs, kernel, stride, expansion, has_gate, activation):
        super().__init__()
        wide = inputs * expansion
        self.body = nn.Sequential(
            *normed(inputs, wide, 1), activation(inplace=True),
            *normed(wide, wide, kernel, stride, groups=wide), activation(inplace=True),
            *([SqueezeExcitation(wide)] if has_gate else []),
            *normed(wide, outputs, 1))
        self.has_shortcut = stride == 1 and inputs == outputs

    def forward(self, x):
        y = self.body(x)
        return y.add_(x) if self.has_shortcut else y


class Classifier(nn.Module):
    """Layers, the mean over all positions, a dense layer."""

    def __init__(self, layers, channels, classes):
        super().__init__()
        self.layers, self.dense = nn.Sequential(*layers), nn.Linear(channels, classes)

    def forward(self, x):
        return self.dense(self.layers(x).mean((2, 3)))


def teacher(network, classes):
    """Returns the residual teacher that `teacher.network` of study.json describes."""
    channels = network["stem_channels"]
    layers = [*normed(1, channels, 3, network.get("stem_stride", 1)), nn.ReLU(inplace=True)]
    for stage in network["stages"]:
        for block in range(stage.get("blocks", 1)):
            layers.append(BasicBlock(channels, stage["channels"], stage.get("stride", 1) if block == 0 else 1))
            channels = stage["channels"]
    return Classifier(layers, channels, classes)


ACTIVATIONS = {"relu": nn.ReLU, "hard_swish": nn.Hardswish}


def student(values, classes):
    """Returns the network of the search space quick-mobile with these values of its parameters."""
    activation = ACTIVATIONS[values["activation"]]
    channels = values["stem_width"]
    layers = [*normed(1, channels, 3, 2), activation(inplace=True)]
    for stage in ("stage1", "stage2"):
        for block in range(values[f"{stage}_depth"]):
            layers.append(InvertedResidual(
                channels, values[f"{stage}_width"], values[f"{stage}_kernel"], 2 if block == 0 else 1,
                values[f"{stage}_expansion"], values[f"{stage}_se"], activation))
            channels = values[f"{stage}_width"]
    layers += [*normed(channels, values["head_width"], 1), activation(inplace=True)]
    return Classifier(layers, values["head_width"], classes)


@torch.inference_mode()
def macs(model, size):
    """Returns the multiply–adds of convolutions and dense layers for one grey image of size×size pixels."""
    counts = []

    def count(module, _, output):
        if isinstance(module, nn.Conv2d):
            kernel = module.kernel_size[0] * module.kernel_size[1]
            counts.append(output[0].numel() * module.in_channels // module.groups * kernel)
        elif isinstance(module, nn.Linear):
            counts.append(module.in_features * module.out_features)

    hooks = [module.register_forward_hook(count) for module in model.modules()]
    was_training = model.training
    model.eval()(torch.zeros(1, 1, size, size))
    model.train(was_training)
    for hook in hooks:
        hook.remove()
    return sum(counts)
