"""Writes and compares the studies of Tests/OwnTeacher/views.

    python compare_views.py write WORK SEEDS
    python compare_views.py compare WORK
"""

import json
import os
import statistics
import sys

CHANGES = {
    "light": {"augmentation": {"shift_pixels": 2}},
    "strong": {"augmentation": {"shift_pixels": 3, "cutout_pixels": 8}},
    "mixed": {"augmentation": {"shift_pixels": 2}, "mix": {"kind": "mixup"}},
}
VIEWS = ["clean", "stored", "augmented"]
# Trained fully, and shortly as a search does, with these seeds.
STUDENTS, FLASH_STUDENTS, FLASH_SEEDS = 4, 12, [1, 2]


def read(*parts):
    with open(os.path.join(*parts)) as file:
        return json.load(file)


def write(work, seeds):
    """Writes a study for each change and view, and one for each seed whose students have flash trainings alone."""
    trials = read(work, "own", "report", "front.json")["trials"]
    keys = [trial["key"] for trial in sorted(trials, key=lambda trial: trial["trial"])]

    def put(name, students, changes, view, **others):
        study = read(work, "own", "study.json")
        study.update(
            name=name, budgets=["latency_ms<=1"],
            teacher={"network": study["teacher"]["network"],
                     "weights": os.path.join(work, "own", "teacher", "weights.safetensors")},
            search={"sampler": "random", "trials": students, "enqueue": keys[:students]},
            finalists={"count": students, "seeds": int(seeds), "baseline": False}, **others)
        study["full"].update(changes, teacher_view=view)
        folder = os.path.join(work, "views", name)
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "study.json"), "w") as file:
            json.dump(study, file, indent=2)

    for name, changes in CHANGES.items():
        for view in VIEWS:
            put(f"{name}-{view}", STUDENTS, changes, view)
            for seed in FLASH_SEEDS:
                put(f"flash-{name}-{view}-{seed}", min(FLASH_STUDENTS, len(keys)), changes, view, seed=seed)


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


def flash_accuracies(work, name):
    """Returns the percentages of flash trainings on the validation split by student and seed."""
    return {(trial["key"], seed): 100 * trial["flash_accuracy"] for seed in FLASH_SEEDS
            for trial in read(work, "views", f"flash-{name}-{seed}", "report", "front.json")["trials"]}


def spread(values):
    """Returns the mean of differences and its standard error."""
    return f"{statistics.mean(values):+.2f} ± {statistics.stdev(values) / len(values) ** 0.5:.2f}"


def difference(first, second, keys):
    return spread([first[key] - second[key] for key in keys])


def seconds(work, name):
    with open(os.path.join(work, "views", name, "journal.jsonl")) as file:
        events = [json.loads(line) for line in file]
    return sum(event["seconds"] for event in events if event["event"] == "stage_timed")


def compare(work):
    print("| changes | split | n | " + " | ".join(VIEWS) + " | stored − clean | stored − augmented |")
    print("|---|---|--:|" + "--:|" * (len(VIEWS) + 2))
    for name in CHANGES:
        for split in ["flash, validation", "validation", "test"]:
            by_view = {view: flash_accuracies(work, f"{name}-{view}") if split.startswith("flash")
                       else accuracies(work, f"{name}-{view}", split) for view in VIEWS}
            keys = sorted(set.intersection(*[set(found) for found in by_view.values()]))
            means = [f"{statistics.mean(by_view[view][key] for key in keys):.2f}" for view in VIEWS]
            print(f"| {name} | {split} | {len(keys)} | " + " | ".join(means)
                  + f" | {difference(by_view['stored'], by_view['clean'], keys)}"
                  + f" | {difference(by_view['stored'], by_view['augmented'], keys)} |")
        print(f"| {name} | seconds | | "
              + " | ".join(f"{seconds(work, f'{name}-{view}'):.0f}" for view in VIEWS) + " | | |")


if __name__ == "__main__":
    {"write": write, "compare": compare}[sys.argv[1]](*sys.argv[2:])
