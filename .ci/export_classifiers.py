"""Exports classifiers of torchvision and timm, with random weights, as today's users do.

usage: export_classifiers.py FOLDER [NAME…]

Writes FOLDER/NAME-VARIANT.onnx (and .onnx.data next to it, where the exporter does so) for each architecture and each of
three exporters: `current`, `legacy`, and `free` (the current one with a free batch). An export that PyTorch itself
cannot make is named and left out.
"""

import pathlib
import sys
import warnings

import timm
import torch
import torchvision

ARCHITECTURES = {
    "resnet18": (torchvision.models.resnet18, 224),
    "mobilenet_v2": (torchvision.models.mobilenet_v2, 224),
    "mobilenet_v3_small": (torchvision.models.mobilenet_v3_small, 224),
    "efficientnet_b0": (torchvision.models.efficientnet_b0, 224),
    "regnety_002": (lambda: timm.create_model("regnety_002"), 224),
    "convnext_tiny": (lambda: timm.create_model("convnext_tiny"), 224),
    "deit_tiny": (lambda: timm.create_model("deit_tiny_patch16_224"), 224),
    "tiny_vit_5m": (lambda: timm.create_model("tiny_vit_5m_224"), 224),
    "mobilevit_s": (lambda: timm.create_model("mobilevit_s"), 256),
    "efficientformer_l1": (lambda: timm.create_model("efficientformer_l1"), 224),
}
VARIANTS = ("current", "legacy", "free")


def with_random_statistics(model):
    """Gives every batch norm statistics and parameters that no exporter could leave out unseen."""
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d) or isinstance(module, torch.nn.BatchNorm1d):
            torch.nn.init.normal_(module.running_mean, 0, 0.1)
            torch.nn.init.uniform_(module.running_var, 0.5, 1.5)
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.normal_(module.bias, 0, 0.1)
    return model.eval()


def export(model, image, path, variant):
    if variant == "legacy":
        torch.onnx.export(model, image, path, dynamo=False)
    elif variant == "current":
        torch.onnx.export(model, (image,), path)
    else:
        batch = torch.export.Dim("batch", min=1, max=64)
        # One image is taken for a fixed batch of one.
        torch.onnx.export(model, (torch.cat([image, image]),), path, dynamic_shapes=({0: batch},))


def main():
    warnings.filterwarnings("ignore")
    folder = pathlib.Path(sys.argv[1])
    names = sys.argv[2:] or list(ARCHITECTURES)
    for name in names:
        make, size = ARCHITECTURES[name]
        torch.manual_seed(1)
        model = with_random_statistics(make())
        image = torch.randn(1, 3, size, size)
        for variant in VARIANTS:
            path = folder / f"{name}-{variant}.onnx"
            try:
                export(model, image, str(path), variant)
            except Exception as error:  # whatever PyTorch's exporter throws
                print(f"{path.name}: PyTorch cannot export it: {str(error).splitlines()[0][:120]}", flush=True)
                path.unlink(missing_ok=True)


main()
