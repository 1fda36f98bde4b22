"""Writes and compares the studies of Tests/OwnTeacher/int8.

    python compare_int8.py write WORK
    python compare_int8.py compare WORK
"""

import json
import os
import statistics
import sys

from compare_views import read, spread

# Space, profile and limit of the studies of spoken words.
SPACES = {
    "microcontroller": ("stm32l4r5-tflite-micro", ["arena_bytes<=327680", "flash_bytes<=1048576", "latency_ms<=50"]),
    "quick-mobile": ("cortex-m7-stm32", ["macs<=2000000"]),
}
STUDENTS, SEEDS = 14, 2
ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))


def write(work):
    """Writes a study of random students for each space, and the microcontroller example with more finalists and seeds."""
    def put(name, study, space, profile, **changes):
        study.update(
            name=name, precision="int8", search_space=f"{ROOT}/SearchSpaces/{space}.json",
            hardware=f"{ROOT}/HardwareProfiles/{profile}.json", references=False, **changes)
        folder = os.path.join(work, "int8", name)
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "study.json"), "w") as file:
            json.dump(study, file, indent=2)

    example = read(ROOT, "Results", "fashion-mnist-microcontroller", "study.json")
    put("finalists", example, "microcontroller", "stm32l4r5-tflite-micro",
        search={"trials": 16, "look_ahead": 4}, finalists={"count": 4, "seeds": 3, "baseline": False})
    for space, (profile, constraints) in SPACES.items():
        study = read(work, "own", "study.json")
        del study["budgets"]
        study["teacher"] = {"network": study["teacher"]["network"],
                            "weights": os.path.join(work, "own", "teacher", "weights.safetensors")}
        put(space, study, space, profile, minimize=["latency_ms"], constraints=constraints,
            flash={"fraction": 0.02, "batch": 16}, search={"sampler": "random", "trials": STUDENTS},
            finalists={"count": STUDENTS, "seeds": SEEDS, "baseline": False})


def trainings(work, name):
    """Returns for each student and seed its percentages on the validation split, in each arithmetic."""
    found = {}
    with open(os.path.join(work, "int8", name, "journal.jsonl")) as file:
        for line in file:
            event = json.loads(line)
            if event["event"] != "distilled" or not event.get("quantization"):
                continue
            found.setdefault(event["trial"], {})[event["repetition"]] = {
                kind: 100 * counts["correct"] / counts["count"]
                for kind, counts in event["quantization"].items() if isinstance(counts, dict)}
    return found


def ranks(values):
    return [sum(other < value for other in values) + (sum(other == value for other in values) + 1) / 2
            for value in values]


def spearman(first, second):
    return statistics.correlation(ranks(first), ranks(second))


def compare(work):
    print("| study | students, seeds | fp32 | post-training − fp32 | aware − fp32 | ρ(fp32, post-training) | ρ(fp32, aware) "
          "| ρ(fp32, fp32 with another seed) |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    for name in ["finalists", *SPACES]:
        found = trainings(work, name)
        seeds = sorted(set.intersection(*[set(runs) for runs in found.values()]))

        def means(kind, of=None):
            return [statistics.mean(runs[seed][kind] for seed in of or seeds) for runs in found.values()]

        def difference(kind):
            values = [run[kind] - run["fp32"] for runs in found.values() for run in runs.values()]
            return f"{spread(values)} (worst {min(values):+.2f})"

        fp32 = means("fp32")
        print(f"| {name} | {len(found)}, {len(seeds)} | {min(fp32):.1f} to {max(fp32):.1f} | {difference('post_training')} | "
              f"{difference('aware')} | {spearman(fp32, means('post_training')):.3f} | {spearman(fp32, means('aware')):.3f} | "
              f"{spearman(means('fp32', seeds[:1]), means('fp32', seeds[1:2])):.3f} |")


if __name__ == "__main__":
    {"write": write, "compare": compare}[sys.argv[1]](*sys.argv[2:])
