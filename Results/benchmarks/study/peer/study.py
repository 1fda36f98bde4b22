"""A study in PyTorch and Optuna: a teacher, a search by short distillations, the full trainings of the finalists.

    python study.py --study STUDY.json --space SPACE.json --costs COSTS.json --split SPLIT.npy
        --images FOLDER --folder FOLDER --workers N [--prepare]

What to train comes from study.json, so that it is what autodistill trains. Trainings of students are processes of one
thread, N at once; the teacher is one training of N threads. Eager mode: compiling takes longer than one of these
trainings. Each stage leaves a file in the folder, with its seconds, and is not run again while the file is there; a
stage that was interrupted begins anew. `--prepare` checks that the students are those that the table prices, measures
which memory format is the faster for the teacher, for flash and for full trainings, and ends.
Exit status: 0 done; 1 something failed.
"""

import argparse
import json
import os
import random
import signal
import sys
import time

import numpy
import optuna
import torch
import torch.multiprocessing
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

import networks
import training
from costs import CostTable

# Forked after the images are loaded, so that all processes share them. The parent computes nothing in several
# threads, which a fork would not survive.
processes = torch.multiprocessing.get_context("fork")
STUDY = "flash"
# Made once, before any process is forked: processes inherit it, so that nothing of it is copied.
setting = None


class Setting:
    """Everything that the stages need, read once."""

    def __init__(self, options):
        self.options = options
        with open(options.study) as file:
            self.study = json.load(file)
        with open(options.space) as file:
            self.parameters = {p["name"]: p["values"] for p in json.load(file)["parameters"]}
        self.costs = CostTable(options.costs)
        self.training, self.validation, self.test = training.load(options.images, options.split)
        self.classes = int(self.training.labels.max()) + 1
        self.seed, self.search = self.study["seed"], self.study["search"]
        self.statistics_batches = self.study["flash"]["statistics_batches"]
        self.full = training.Recipe.of(self.study["full"])
        self.flash = self.full.flash(self.study["flash"]["fraction"], self.study["flash"]["batch"])
        self.teacher_recipe = training.Recipe.of(self.study["teacher"]["recipe"])

    def path(self, name):
        return os.path.join(self.options.folder, name)

    def teacher(self):
        return networks.teacher(self.study["teacher"]["network"], self.classes)

    def student(self, values):
        return networks.student(values, self.classes)

    def soft_targets(self):
        """Returns softmax(t/T) of the teacher's cached logits on the training images."""
        return torch.softmax(torch.load(self.path("logits.pt"))["training"] / self.full.temperature, 1)

    def formats(self):
        with open(self.path("formats.json")) as file:
            return json.load(file)["channels_last"]


def write(path, result):
    with open(path + ".partial", "w") as file:
        json.dump(result, file, indent=1)
    os.replace(path + ".partial", path)


def use_threads(count):
    torch.set_num_threads(count)
    torch.set_flush_denormal(True)


# Before the first run


def check_students(count=20):
    """Compares random students' multiply–adds with the table's.

    Raises: RuntimeError naming the first that differs.
    """
    stream = random.Random(1)
    for _ in range(count):
        values = {name: stream.choice(choices) for name, choices in setting.parameters.items()}
        built = networks.macs(setting.student(values), setting.training.images.shape[3])
        priced = setting.costs.costs(values)["macs"]
        if built != priced:
            raise RuntimeError(f"the student {values} has {built} multiply–adds, the table of costs says {priced}")


def measure_formats():
    """Returns for each kind of training whether channels-last is the faster, and the seconds of a step."""
    middle = {name: choices[len(choices) // 2] for name, choices in setting.parameters.items()}
    soft = torch.softmax(torch.randn(len(setting.training), setting.classes), 1)
    kinds = {
        "teacher": (setting.options.workers, setting.teacher_recipe, setting.teacher, None),
        "flash": (1, setting.flash, lambda: setting.student(middle), soft),
        "full": (1, setting.full, lambda: setting.student(middle), soft),
    }
    seconds, chosen = {}, {}
    for kind, (threads, recipe, make, targets) in kinds.items():
        use_threads(threads)
        contiguous, channels_last = training.seconds_per_step(
            [training.prepared(make(), is_last) for is_last in (False, True)], setting.training, recipe, targets)
        seconds[kind] = {"contiguous": contiguous, "channels_last": channels_last}
        chosen[kind] = channels_last < contiguous
    return {"channels_last": chosen, "seconds_per_step": seconds}


# The teacher


def train_teacher():
    use_threads(setting.options.workers)
    torch.manual_seed(setting.seed)
    model = training.prepared(setting.teacher(), setting.formats()["teacher"])
    recipe = setting.teacher_recipe
    steps = training.train(model, setting.training, recipe, setting.seed, setting.statistics_batches)
    answers = {name: training.logits(model, split) for name, split in (
        ("training", setting.training), ("validation", setting.validation), ("test", setting.test))}
    torch.save(answers, setting.path("logits.pt"))
    return {
        "steps": steps, "images": steps * recipe.batch, "macs": networks.macs(model, setting.training.images.shape[3]),
        "validation": training.accuracy_of(answers["validation"], setting.validation),
        "test": training.accuracy_of(answers["test"], setting.test),
    }


def teacher_stage():
    # In a process of its own, as it has several threads.
    with processes.Pool(1) as pool:
        return pool.apply(train_teacher)


# The search


def storage():
    return JournalStorage(JournalFileBackend(setting.path("optuna.log")))


def sampler(number):
    return optuna.samplers.TPESampler(seed=setting.seed + number, multivariate=True, constant_liar=True)


def ask(study):
    """Returns a trial that keeps the limits and is new, its student and the student's costs.

    Others are told as pruned, so that the sampler learns from their excess what is not wanted.
    """
    while True:
        trial = study.ask()
        values = {name: trial.suggest_categorical(name, choices) for name, choices in setting.parameters.items()}
        costs = setting.costs.costs(values)
        excess = setting.costs.excess(costs)
        for name, value in excess.items():
            trial.set_constraint(name, value)
        known = study.get_trials(
            deepcopy=False, states=(optuna.trial.TrialState.COMPLETE, optuna.trial.TrialState.RUNNING))
        is_known = any(other.params == trial.params for other in known if other.number != trial.number)
        if max(excess.values()) <= 0 and not is_known:
            return trial, values, costs
        study.tell(trial, state=optuna.trial.TrialState.PRUNED)


def search(number, tickets):
    """Trains students until all tickets are taken."""
    use_threads(1)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.load_study(study_name=STUDY, storage=storage(), sampler=sampler(number))
    soft_targets, channels_last = setting.soft_targets(), setting.formats()["flash"]
    while True:
        with tickets.get_lock():
            if tickets.value == 0:
                return
            tickets.value -= 1
        trial, values, costs = ask(study)
        began = time.monotonic()
        torch.manual_seed(setting.seed)
        model = training.prepared(setting.student(values), channels_last)
        steps = training.train(
            model, setting.training, setting.flash, setting.seed, setting.statistics_batches, soft_targets)
        reached = training.accuracy(model, setting.validation)
        for name, value in (("costs", costs), ("steps", steps), ("seconds", time.monotonic() - began)):
            trial.set_user_attr(name, value)
        study.tell(trial, [reached, costs["latency_ms"]])


def run_processes(function, argument_lists):
    """Runs processes until all have ended.

    Raises: RuntimeError if one fails.
    """
    started = [processes.Process(target=function, args=arguments, daemon=True) for arguments in argument_lists]
    for process in started:
        process.start()
    for process in started:
        process.join()
    failed = [process.exitcode for process in started if process.exitcode != 0]
    if failed:
        raise RuntimeError(f"{len(failed)} of {len(started)} processes failed, exit status {failed[0]}")


def search_stage():
    if os.path.exists(setting.path("optuna.log")):
        os.remove(setting.path("optuna.log"))
    study = optuna.create_study(study_name=STUDY, storage=storage(), directions=["maximize", "minimize"])
    tickets = processes.Value("i", setting.search["trials"])
    run_processes(search, [(number, tickets) for number in range(setting.options.workers)])
    trials = study.get_trials(states=(optuna.trial.TrialState.COMPLETE,))
    if not trials:
        raise RuntimeError("no trial of the search has ended well")
    return {
        "images": sum(trial.user_attrs["steps"] for trial in trials) * setting.flash.batch,
        "trials": [
            {"values": trial.params, "validation": trial.values[0], "seconds": trial.user_attrs["seconds"],
             "steps": trial.user_attrs["steps"], **trial.user_attrs["costs"]}
            for trial in trials],
    }


# The full trainings


def front(trials):
    """Returns the trials that no other one beats in accuracy and latency, the fastest first."""
    best, kept = -1.0, []
    for trial in sorted(trials, key=lambda trial: (trial["latency_ms"], -trial["validation"])):
        if trial["validation"] > best:
            best = trial["validation"]
            kept.append(trial)
    return kept


def finalists(trials, count):
    """Returns some students: evenly along the front, then along the front of the others."""
    trials, chosen = list(trials), []
    while trials and len(chosen) < count:
        layer = front(trials)
        wanted = min(count - len(chosen), len(layer))
        places = {round(place) for place in numpy.linspace(len(layer) - 1, 0, wanted)}
        chosen += [layer[place] for place in sorted(places)]
        trials = [trial for trial in trials if trial not in layer]
    return chosen


def train_fully(task):
    """Trains a student on the full schedule, with or without the teacher, and judges it."""
    use_threads(1)
    student, uses_teacher = task
    began = time.monotonic()
    torch.manual_seed(setting.seed)
    model = training.prepared(setting.student(student["values"]), setting.formats()["full"])
    recipe = setting.full if uses_teacher else setting.full.without_teacher()
    targets = setting.soft_targets() if uses_teacher else None
    steps = training.train(model, setting.training, recipe, setting.seed, setting.statistics_batches, targets)
    return {
        **student, "flash_validation": student["validation"], "teacher": uses_teacher, "steps": steps,
        "validation": training.accuracy(model, setting.validation), "test": training.accuracy(model, setting.test),
        "seconds": time.monotonic() - began,
    }


def finalist_stage():
    with open(setting.path("flash.json")) as file:
        chosen = finalists(json.load(file)["trials"], setting.study["finalists"]["count"])
    # The costliest first, so that no process is left alone with a long one at the end.
    tasks = [(student, teacher) for student in sorted(chosen, key=lambda s: -s["macs"]) for teacher in (True, False)]
    with processes.Pool(setting.options.workers) as pool:
        trained = list(pool.imap_unordered(train_fully, tasks))
    return {"trainings": trained}


STAGES = {"teacher": teacher_stage, "flash": search_stage, "finalists": finalist_stage}


def main():
    global setting
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("study", "space", "costs", "split", "images", "folder"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--workers", type=int, required=True)
    parser.add_argument("--prepare", action="store_true")
    options = parser.parse_args()
    os.makedirs(options.folder, exist_ok=True)
    # As an exit, so that no process outlives this one; the others, which inherit this, end at once.
    own = os.getpid()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143) if os.getpid() == own else os._exit(143))
    use_threads(1)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    setting = Setting(options)
    if options.prepare:
        if not os.path.exists(setting.path("formats.json")):
            check_students()
            write(setting.path("formats.json"), measure_formats())
        return
    for name, stage in STAGES.items():
        if os.path.exists(setting.path(f"{name}.json")):
            continue
        print(f"PyTorch and Optuna: {name}", file=sys.stderr, flush=True)
        began = time.monotonic()
        result = stage()
        write(setting.path(f"{name}.json"), {"seconds": time.monotonic() - began, **result})


if __name__ == "__main__":
    main()
