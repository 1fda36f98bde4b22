"""Compares the studies that Tests/OwnTeacher/run has made: python compare_doors.py WORK"""

import array
import json
import os
import sys

# Points by which the students of a foreign teacher may be worse than those of our own.
MARGIN = 1.0
# Of the largest logit: how far the ONNX file's answers may be from PyTorch's.
ROUNDING = 1e-4
# Points by which the best students of equal teachers may differ, because trainings make much of rounding.
NOISE = 2.0


def front(work, name):
    with open(os.path.join(work, name, "report", "front.json")) as file:
        return json.load(file)


def text(work, name):
    with open(os.path.join(work, name, "report", "front.csv")) as file:
        return file.read()


def logits(work, name):
    """Returns what the teacher says of the training images."""
    values = array.array("f")
    path = os.path.join(work, name, "teacher", "logits.raw")
    with open(path, "rb") as file:
        values.fromfile(file, os.path.getsize(path) // 4)
    return values


def trained(report):
    """Returns the validation accuracies of the fully trained students by their keys."""
    return {student["key"]: student["validation_accuracy"] for student in report["students"]
            if student.get("validation_accuracy") is not None}


def main(work):
    reports = {name: front(work, name) for name in ["own", "onnx", "logits", "command", "both"]}
    students = {name: trained(report) for name, report in reports.items()}
    failures = []
    print("| teacher | its validation accuracy | the best student's |")
    print("|---|--:|--:|")
    for name, report in reports.items():
        teacher = report["teacher"]["validation_accuracy"]
        print(f"| {name} | {100 * teacher:.2f} % | {100 * max(students[name].values()):.2f} % |")
    if text(work, "logits") != text(work, "command"):
        failures.append("logits and command: the fronts differ")
    given, run = logits(work, "logits"), logits(work, "onnx")
    error = max(abs(a - b) for a, b in zip(given, run)) / max(map(abs, given))
    print(f"\nThe ONNX file's logits differ from PyTorch's by {error:.1e} of the largest.")
    if len(given) != len(run) or error > ROUNDING:
        failures.append("onnx and logits: the teachers differ by more than rounding")
    difference = 100 * abs(max(students["onnx"].values()) - max(students["logits"].values()))
    if difference > NOISE:
        failures.append(f"onnx and logits: the best students differ by {difference:.2f} points")
    for name in ["onnx", "logits", "command", "both"]:
        lost = 100 * (max(students["own"].values()) - max(students[name].values()))
        if lost > MARGIN:
            failures.append(f"{name}: the best student is {lost:.2f} points below that of our own teacher")
    for failure in failures:
        print(f"error: {failure}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
