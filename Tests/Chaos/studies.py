"""The studies that faults are let loose on: real images, real trainings, a second or less each."""

import gzip
import json
import os
import struct

FASHION_MNIST = "/usr/share/datasets/fashion-mnist"

# Images of the training files and the test files that are taken, by how much is tried.
IMAGES = {"short": (1400, 200), "full": (3000, 400)}


def write_data(folder, size):
    """Writes the first images of Fashion-MNIST as IDX files into `folder`."""
    os.makedirs(folder)
    for part, count in zip(("train", "t10k"), IMAGES[size]):
        for kind, item_bytes, header_bytes in (
            ("images-idx3", 28 * 28, 16),
            ("labels-idx1", 1, 8),
        ):
            name = f"{part}-{kind}-ubyte"
            with gzip.open(f"{FASHION_MNIST}/{name}.gz") as source:
                header = source.read(header_bytes)
                items = source.read(count * item_bytes)
            with open(f"{folder}/{name}", "wb") as target:
                target.write(header[:4] + struct.pack(">I", count) + header[8:] + items)


def definition(variant, size, seed=1):
    """Returns `study.json` of a variant, for a folder two below that of the data and spaces.

    "plain": fp32, audits, finalists with baselines. "int8": rungs, students in int8.
    """
    short = size == "short"
    study = {
        "format": "autodistill-study/1",
        "name": f"chaos-{variant}",
        "seed": seed,
        "data": {
            "train_images": "../../data/train-images-idx3-ubyte",
            "train_labels": "../../data/train-labels-idx1-ubyte",
            "test_images": "../../data/t10k-images-idx3-ubyte",
            "test_labels": "../../data/t10k-labels-idx1-ubyte",
            "validation_count": 200 if short else 400,
        },
        "teacher": {
            "network": {
                "stem_channels": 8,
                "stages": [
                    {"channels": 8, "blocks": 1, "stride": 2},
                    {"channels": 16, "blocks": 1, "stride": 2},
                ],
            },
            "recipe": {"epochs": 3, "batch": 50, "slices": 2, "learning_rate": 0.1},
        },
        "search_space": "../../SearchSpaces/quick-mobile.json",
        "hardware": "../../HardwareProfiles/raspberry-pi-4.json",
        "minimize": ["latency_ms"],
        "constraints": ["latency_ms<=0.3", "peak_memory_bytes<=200000"],
        "search": {"trials": 8 if short else 16, "initial_trials": 4, "look_ahead": 4},
        "flash": {"fraction": 0.25, "batch": 20, "statistics_batches": 4},
        "full": {"epochs": 3 if short else 6, "batch": 50, "learning_rate": 0.1},
        "finalists": {"count": 2, "seeds": 1, "baseline": True},
        "audit": {"count": 0 if short else 2},
        "robustness": {"images": 20},
        "references": False,
    }
    if variant == "int8":
        study |= {
            "search_space": "../../SearchSpaces/microcontroller.json",
            "hardware": "../../HardwareProfiles/stm32l4r5-tflite-micro.json",
            "precision": "int8",
            "quantization": {"calibration_images": 50, "aware_share": 0.1},
            "constraints": ["arena_bytes<=200000", "flash_bytes<=1048576", "latency_ms<=30"],
        }
        study["search"]["rungs"] = {"at": [0.5], "keep": 0.5}
        study["finalists"]["baseline"] = False
    return study


def write_study(folder, text):
    """Makes the study's folder with its `study.json`."""
    os.makedirs(folder)
    with open(f"{folder}/study.json", "w") as file:
        json.dump(text, file, indent=2)
