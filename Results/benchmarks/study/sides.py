"""The two sides of the comparison: how each is run, and what its own records say it did."""

import json
import os
import shutil
import sys
from dataclasses import dataclass

import watched
from cost_table import key_of
from benchmark_failure import Failure, replace_file

HERE = os.path.dirname(os.path.realpath(__file__))


@dataclass
class Stage:
    """What a side has done in one stage."""

    seconds: float
    images: int
    # Multiply–adds of the forward passes: images times those of the network.
    macs: float


@dataclass
class Finalist:
    """A student that got the full training; accuracies are shares, None where a training has not ended well."""

    key: str
    latency_ms: float
    macs: int
    flash_validation: float
    validation: float | None = None
    test: float | None = None
    alone_validation: float | None = None
    alone_test: float | None = None


@dataclass
class Outcome:
    """All that the page says of a side."""

    stages: dict
    rest_seconds: float
    teacher_macs: int
    teacher_validation: float
    teacher_test: float
    trials: list
    finalists: list
    runs: list

    @property
    def seconds(self):
        return self.rest_seconds + sum(stage.seconds for stage in self.stages.values())


def split_stage(seconds, trainings):
    """Divides the time of the finalists' stage, in which both kinds run next to each other.

    trainings: (with the teacher?, seconds, images, macs of the network) of each; the time is divided as their seconds
    are. Returns the two stages.
    """
    total = sum(training[1] for training in trainings) or 1.0
    stages = {}
    for name, wanted in (("finalists with teacher", True), ("finalists without", False)):
        own = [training for training in trainings if training[0] == wanted]
        stages[name] = Stage(
            seconds * sum(training[1] for training in own) / total, sum(training[2] for training in own),
            sum(training[2] * training[3] for training in own))
    return stages


class Side:
    """A folder in which one side works; subclasses say how and what came out."""

    name = ""

    def __init__(self, plan, folder):
        self.plan, self.folder = plan, os.path.join(plan.work, folder)
        self.log = os.path.join(self.folder, "log")

    def runs(self):
        """Returns the runs so far, each with what watched.Run holds."""
        path = os.path.join(self.folder, "runs.json")
        if not os.path.exists(path):
            return []
        with open(path) as file:
            return json.load(file)

    def is_finished(self):
        return any(run["status"] == 0 for run in self.runs())

    def forget(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self):
        """Runs what is still to do.

        Raises: Failure if it fails, KeyboardInterrupt if the user stopped it.
        """
        if self.is_finished():
            print(f"{self.name}: finished before; AGAIN runs it again", file=sys.stderr)
            return
        os.makedirs(self.folder, exist_ok=True)
        self.prepare()
        print(f"{self.name}: runs, log {self.log}", file=sys.stderr, flush=True)
        done = watched.run(self.command(), self.log)
        replace_file(
            os.path.join(self.folder, "runs.json"), json.dumps(self.runs() + [done.as_json()], indent=1) + "\n")
        self.check(done)

    def check(self, done):
        if done.was_stopped:
            raise KeyboardInterrupt
        if done.status != 0:
            raise Failure(f"{self.name}: exit status {done.status}; see {self.log}")

    def rest(self, stages):
        """Returns the seconds outside all stages: start, data, report; 0 where a run was stopped, as it is not known."""
        runs = self.runs()
        return max(0.0, runs[-1]["seconds"] - sum(stage.seconds for stage in stages)) if len(runs) == 1 else 0.0


class Ours(Side):
    """`autodistill run`, and its study's journal."""

    name = "autodistill"

    def __init__(self, plan):
        super().__init__(plan, "ours")

    def prepare(self):
        replace_file(os.path.join(self.folder, "study.json"), self.plan.study_text(self.folder))

    def command(self):
        workers = str(self.plan.workers)
        return [self.plan.binary, "run", self.folder, "--workers", workers, "--threads", workers,
                "--data", self.plan.images]

    def events(self):
        with open(os.path.join(self.folder, "journal.jsonl")) as file:
            return [json.loads(line) for line in file if line.endswith("\n")]

    def outcome(self):
        plan, events = self.plan, self.events()
        by_kind = {}
        for event in events:
            by_kind.setdefault(event["event"], []).append(event)
        seconds = {}
        for event in by_kind["stage_timed"]:
            seconds[event["stage"]] = seconds.get(event["stage"], 0.0) + event["seconds"]
        keys = {event["trial"]: event["key"] for event in by_kind["proposed"]}
        costs = {event["trial"]: event["costs"] for event in by_kind["proposed"]}
        flash = {
            event["trial"]: accuracy(event["validation"]) for event in by_kind["finished"]
            if event["outcome"] == "measured"}
        study, ready = plan.study, by_kind["teacher_ready"][-1]
        batch, recipe = study["full"]["batch"], study["teacher"]["recipe"]
        counts = {split["split"]: sum(split["classes"]) for split in by_kind["began"][0]["data"]["splits"]}
        teacher_images = plan.steps(recipe["epochs"], recipe["batch"], counts["training"]) * recipe["batch"]
        flash_images = {e["trial"]: e["steps"] * study["flash"]["batch"] for e in by_kind["finished"]}
        stages = {
            "teacher": Stage(seconds.get("teacher", 0.0), teacher_images, teacher_images * ready["macs"]),
            "flash trials": Stage(
                seconds.get("search", 0.0), sum(flash_images.values()),
                sum(images * costs[trial]["macs"] for trial, images in flash_images.items())),
            **split_stage(seconds.get("distillation", 0.0), [
                (not event["baseline"], event["seconds"], event["steps"] * batch, costs[event["trial"]]["macs"])
                for event in by_kind["distilled"]]),
        }
        finalists = {}
        for event in by_kind["distilled"]:
            trial = event["trial"]
            finalist = finalists.setdefault(trial, Finalist(
                keys[trial], costs[trial]["latency_ms"], costs[trial]["macs"], flash[trial]))
            take(finalist, not event["baseline"], accuracy(event.get("validation")), accuracy(event.get("test")))
        return Outcome(
            stages, self.rest(stages.values()), ready["macs"], accuracy(ready["validation"]),
            accuracy(by_kind["teacher_tested"][-1]["test"]),
            [(costs[trial]["latency_ms"], reached) for trial, reached in flash.items()],
            list(finalists.values()), self.runs())


class Torch(Side):
    """The script in `peer`, and the file that each of its stages leaves."""

    name = "PyTorch and Optuna"

    def __init__(self, plan):
        super().__init__(plan, "torch")

    def prepare(self):
        study = os.path.join(self.folder, "study.json")
        replace_file(study, self.plan.study_text(self.folder))
        # Which memory format is the faster is found once, and no part of what is timed.
        self.check(watched.run([*self.command(), "--prepare"], self.log))

    def command(self):
        plan = self.plan
        return [
            plan.python, os.path.join(HERE, "peer", "study.py"), "--study", os.path.join(self.folder, "study.json"),
            "--space", plan.space_path, "--costs", plan.costs_path, "--split", plan.split_path,
            "--images", plan.images, "--folder", self.folder, "--workers", str(plan.workers)]

    def stage(self, name):
        with open(os.path.join(self.folder, f"{name}.json")) as file:
            return json.load(file)

    def outcome(self):
        teacher, flash, full = (self.stage(name) for name in ("teacher", "flash", "finalists"))
        flash_batch, batch = self.plan.study["flash"]["batch"], self.plan.study["full"]["batch"]
        stages = {
            "teacher": Stage(teacher["seconds"], teacher["images"], teacher["images"] * teacher["macs"]),
            "flash trials": Stage(
                flash["seconds"], flash["images"],
                sum(trial["steps"] * flash_batch * trial["macs"] for trial in flash["trials"])),
            **split_stage(full["seconds"], [
                (training["teacher"], training["seconds"], training["steps"] * batch, training["macs"])
                for training in full["trainings"]]),
        }
        finalists = {}
        for training in full["trainings"]:
            key = key_of(training["values"], self.plan.parameters)
            finalist = finalists.setdefault(key, Finalist(
                key, training["latency_ms"], training["macs"], training["flash_validation"]))
            take(finalist, training["teacher"], training["validation"], training["test"])
        return Outcome(
            stages, self.rest(stages.values()), teacher["macs"], teacher["validation"], teacher["test"],
            [(trial["latency_ms"], trial["validation"]) for trial in flash["trials"]],
            list(finalists.values()), self.runs())


def accuracy(evaluation):
    """Returns the share of right answers of one of the journal's evaluations; None for none."""
    return evaluation["correct"] / evaluation["count"] if evaluation else None


def take(finalist, uses_teacher, validation, test):
    if uses_teacher:
        finalist.validation, finalist.test = validation, test
    else:
        finalist.alone_validation, finalist.alone_test = validation, test
