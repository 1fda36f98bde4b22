"""Writes and compares the studies of Tests/OwnTeacher/views.

    python compare_views.py write WORK SEEDS
    python compare_views.py compare WORK
"""

import json
import os
import statistics
import sys

AUGMENTATIONS = {"light": {"shift_pixels": 2}, "strong": {"shift_pixels": 3, "cutout_pixels": 8}}
VIEWS = ["clean", "stored", "augmented"]
STUDENTS = 4


def read(*parts):
    with open(os.path.join(*parts)) as file:
        return json.load(file)


def write(work, seeds):
    trials = read(work, "own", "report", "front.json")["trials"]
    keys = [trial["key"] for trial in sorted(trials, key=lambda trial: trial["trial"])][:STUDENTS]
    for name, augmentation in AUGMENTATIONS.items():
        for view in VIEWS:
            study = read(work, "own", "study.json")
            study["name"] = f"{name}-{view}"
            study["teacher"] = {"network": study["teacher"]["network"],
                                "weights": os.path.join(work, "own", "teacher", "weights.safetensors")}
            study["search"] = {"sampler": "random", "trials": STUDENTS, "enqueue": keys}
            study["flash"]["fraction"] = 0.02
            study["full"].update(augmentation=augmentation, teacher_view=view)
            study["finalists"] = {"count": STUDENTS, "seeds": int(seeds), "baseline": False}
            study["budgets"] = ["latency_ms<=1"]
            folder = os.path.join(work, "views", study["name"])
            os.makedirs(folder, exist_ok=True)
            with open(os.path.join(folder, "study.json"), "w") as file:
                json.dump(study, file, indent=2)


def accuracies(work, name, split):
    """Returns the percentages of a study's trainings by student and seed."""
    report = read(work, "views", name, "report", "front.json")
    found = {}
    for student in report["students"]:
        for run in student["runs"]:
            evaluation = run[split]
            share = evaluation.get("accuracy")
            found[student["key"], run["seed"]] = 100 * (
                evaluation["correct"] / evaluation["count"] if share is None else share)
    return found


def difference(first, second, keys):
    values = [first[key] - second[key] for key in keys]
    error = statistics.stdev(values) / len(values) ** 0.5
    return f"{statistics.mean(values):+.2f} ± {error:.2f}"


def seconds(work, name):
    with open(os.path.join(work, "views", name, "journal.jsonl")) as file:
        events = [json.loads(line) for line in file]
    return sum(event["seconds"] for event in events if event["event"] == "stage_timed")


def compare(work):
    print("| augmentation | split | n | " + " | ".join(VIEWS) + " | stored − clean | stored − augmented |")
    print("|---|---|--:|" + "--:|" * (len(VIEWS) + 2))
    for name in AUGMENTATIONS:
        for split in ["validation", "test"]:
            by_view = {view: accuracies(work, f"{name}-{view}", split) for view in VIEWS}
            keys = sorted(set.intersection(*[set(found) for found in by_view.values()]))
            means = [f"{statistics.mean(by_view[view][key] for key in keys):.2f}" for view in VIEWS]
            print(f"| {name} | {split} | {len(keys)} | " + " | ".join(means)
                  + f" | {difference(by_view['stored'], by_view['clean'], keys)}"
                  + f" | {difference(by_view['stored'], by_view['augmented'], keys)} |")
        print(f"| {name} | seconds | | "
              + " | ".join(f"{seconds(work, f'{name}-{view}'):.0f}" for view in VIEWS) + " | | |")


if __name__ == "__main__":
    {"write": write, "compare": compare}[sys.argv[1]](*sys.argv[2:])
