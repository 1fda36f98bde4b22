"""The networks that races are run over, as both sides have them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Workload:
    """A network with its own images.

    `batch` is that of our rows and of the comparison of memory; PyTorch is also measured with the other `batches`.
    """

    name: str
    megamacs: str
    batch: int
    batches: tuple
    # Whether the folder `twins` has it; the others are those of the peers' own scripts.
    is_twin: bool


WORKLOADS = {
    workload.name: workload
    for workload in [
        Workload("S", "0.5 M MACs", 64, (64, 128, 256), False),
        Workload("M", "5.6 M", 64, (64, 128, 256), False),
        Workload("L", "24 M", 64, (64, 128, 256), False),
        Workload("T", "37 M", 64, (64, 128, 256), False),
        Workload("V", "11 M, 96×96×3", 32, (32, 64, 128), True),
        Workload("R", "12.5 M, 32×32×3", 64, (64, 128, 256), True),
        Workload("D", "2.7 M, 49×10×1", 64, (64, 128, 256), True),
        Workload("W", "97 M, 224×224×3", 16, (16, 32), True),
    ]
}


def title(name):
    """Returns what tables call a network."""
    return f"{name} ({WORKLOADS[name].megamacs})"


def batches_text(names):
    """Returns the batches of our rows, such as `batch 64 (V 32, W 16)`; the most frequent one comes first."""
    batches = {name: WORKLOADS[name].batch for name in names}
    common = max(batches.values(), key=list(batches.values()).count)
    others = [f"{name} {batch}" for name, batch in batches.items() if batch != common]
    return f"batch {common}" + (f" ({', '.join(others)})" if others else "")
