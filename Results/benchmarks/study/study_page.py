"""Writes what both sides did as a page of Markdown tables."""

import datetime
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "scripts"))
import benchmark_machine
from benchmark_table import mebibytes, table

# Above this, other programs have slowed a side down so much that its times say little.
QUIET_CORES = 0.1


def seconds_text(seconds):
    return f"{seconds:,.1f}"


def ratio_text(theirs, ours):
    return f"{theirs / ours:.2f}" if ours > 0 else "–"


def percent(share):
    return "–" if share is None else f"{100 * share:.2f}"


def times(ours, theirs):
    """Returns the table of times by stage, with the work that was done in them."""
    rows = []
    for name, stage in ours.stages.items():
        other = theirs.stages[name]
        is_known = stage.macs > 0 and other.macs > 0
        per_work = ratio_text(other.seconds / other.macs, stage.seconds / stage.macs) if is_known else "–"
        rows.append([
            name, seconds_text(stage.seconds), seconds_text(other.seconds), ratio_text(other.seconds, stage.seconds),
            f"{stage.images:,}", f"{other.images:,}", f"{stage.macs / 1e12:.3f}", f"{other.macs / 1e12:.3f}", per_work])
    rows.append([
        "start, data, report", seconds_text(ours.rest_seconds), seconds_text(theirs.rest_seconds),
        ratio_text(theirs.rest_seconds, ours.rest_seconds), *5 * ["–"]])
    rows.append([
        "total", seconds_text(ours.seconds), seconds_text(theirs.seconds), ratio_text(theirs.seconds, ours.seconds),
        *5 * ["–"]])
    return table(
        ["stage", "ours, s", "PyTorch + Optuna, s", "ratio", "images, ours", "images, theirs",
         "forward TMACs, ours", "theirs", "ratio a multiply–add"], rows)


def memory(ours, theirs):
    def most(outcome, name):
        return mebibytes(max(run[name] for run in outcome.runs))

    return table(
        ["memory at most", "ours, MiB", "PyTorch + Optuna, MiB"],
        [["largest process", most(ours, "largest_process_bytes"), most(theirs, "largest_process_bytes")],
         ["all processes together", most(ours, "together_bytes"), most(theirs, "together_bytes")]])


def on_front(finalists):
    """Returns the keys of the finalists that no other one beats in validation accuracy and latency."""
    kept, best = set(), -1.0
    for finalist in sorted(finalists, key=lambda f: (f.latency_ms, -(f.validation or 0))):
        if finalist.validation is not None and finalist.validation > best:
            best = finalist.validation
            kept.add(finalist.key)
    return kept


def students(sides):
    rows = []
    for name, outcome in sides.items():
        front = on_front(outcome.finalists)
        for finalist in sorted(outcome.finalists, key=lambda f: f.latency_ms):
            rows.append([
                name, f"`{finalist.key}`", "yes" if finalist.key in front else "no", f"{finalist.latency_ms:.3f}",
                f"{finalist.macs / 1e6:.2f}", percent(finalist.flash_validation), percent(finalist.validation),
                percent(finalist.alone_validation), percent(finalist.test), percent(finalist.alone_test)])
    return table(
        ["side", "student", "front", "latency, ms", "MMACs", "flash, validation", "validation",
         "validation, no teacher", "test", "test, no teacher"], rows)


def searches(sides):
    """Returns what the flash trials of each side came to."""
    rows = []
    for name, outcome in sides.items():
        reached = [accuracy for _, accuracy in outcome.trials]
        best, kept = -1.0, 0
        for _, accuracy in sorted(outcome.trials, key=lambda trial: (trial[0], -trial[1])):
            if accuracy > best:
                best, kept = accuracy, kept + 1
        rows.append([
            name, percent(outcome.teacher_validation), percent(outcome.teacher_test), str(len(reached)),
            percent(min(reached)), percent(sum(reached) / len(reached)), percent(max(reached)), str(kept)])
    return table(
        ["side", "teacher, validation", "teacher, test", "flash trials", "least", "mean", "most", "on their front"],
        rows)


def doubts(sides):
    """Returns sentences on what makes the figures less sure."""
    found, (ours, theirs) = [], sides.values()
    for name, outcome in sides.items():
        busy = max(run["foreign_cores"] for run in outcome.runs)
        if busy > QUIET_CORES:
            found.append(f"**{name} was disturbed**: other programs kept {busy:.2f} cores busy meanwhile.")
        if len(outcome.runs) > 1:
            found.append(
                f"**{name} was interrupted**: of {len(outcome.runs)} runs the stages are counted, not start and end.")
    for name, stage in ours.stages.items():
        if stage.images != theirs.stages[name].images:
            found.append(
                f"**{name}: not as many images**: {stage.images:,} here, {theirs.stages[name].images:,} there; a "
                "training was lost, or repeated.")
    return found


def page(plan, ours, theirs):
    """Returns the page's text."""
    study, sides = plan.study, {"ours": ours, "PyTorch + Optuna": theirs}
    isa = f" ISA={plan.isa}" if plan.isa else ""
    quick = " QUICK=1" if plan.is_quick else ""
    facts = benchmark_machine.description() + [
        item for item in benchmark_machine.versions(plan.python) if item[0] != "ONNX Runtime"
    ] + [
        ("Optuna", benchmark_machine.first_line([plan.python, "-c", "import optuna; print(optuna.__version__)"])),
        ("allocator of PyTorch", plan.allocator), ("date", datetime.date.today().isoformat()),
    ]
    lines = [
        "# A whole study next to PyTorch and Optuna", "",
        f"Written by `make benchmark-study{quick}{isa} WORKERS={plan.workers}`.", ""]
    lines += [f"- {what}: {value}" for what, value in facts] + [""]
    for doubt in doubts(sides):
        lines += [doubt, ""]
    lines += ["## Time", ""] + times(ours, theirs)
    lines += [
        f"The teacher: epochs: {study['teacher']['recipe']['epochs']:g}, in {plan.workers} threads, then its logits on "
        f"all splits. {study['search']['trials']} flash trials in batches of {study['flash']['batch']}, then the full "
        f"trainings of {study['finalists']['count']} finalists with and without the teacher, "
        f"epochs: {study['full']['epochs']:g}, in {plan.workers} processes of one thread. Trainings with and without "
        "the teacher run next to each other: their stage's time is divided as the trainings' own seconds are. The sides "
        "choose students for themselves, so the last column divides each time by the multiply–adds of the forward "
        "passes.", ""]
    lines += ["## Memory", ""] + memory(ours, theirs)
    lines += ["Resident; of all processes together shared pages count once, looked at every second.", ""]
    lines += ["## What came out", ""] + searches(sides) + students(sides)
    lines += ["Accuracies in per cent. Latencies are those that the study's hardware profile predicts.", ""]
    return "\n".join(lines)
