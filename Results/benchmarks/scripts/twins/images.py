"""Made-up images: as many as `autodistill bench training` draws (Sources/Benchmarks/MadeUpImages.swift)."""

import torch
from nets import CLASSES, IMAGES

# A byte a value there; here they are floats.
PIXEL_BYTES = 16 << 20


def count(name, batch):
    channels, height, width = IMAGES[name]
    return max(4 * batch, min(2048, PIXEL_BYTES // (channels * height * width)))


def made_up(name, images):
    """Returns standardised images [N, C, H, W] and their labels."""
    return torch.randn(images, *IMAGES[name]), torch.randint(0, CLASSES[name], (images,))
