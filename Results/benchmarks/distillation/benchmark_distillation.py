"""Tunes and trains every method of the distillation benchmark, and writes its tables.

    python3 Results/benchmarks/distillation/benchmark_distillation.py --help
    python3 Results/benchmarks/distillation/benchmark_distillation.py --self-test

See Results/benchmarks/distillation/run. Everything in the tables comes from the studies' journal.jsonl. The
self-test checks the formulas and the choices of the tables (self_test.py). Exit status: 0 done; 1 something failed;
130 stopped by Ctrl-C.
"""

import argparse
import gzip
import json
import os
import statistics
import sys

HERE = os.path.realpath(os.path.dirname(__file__))
sys.path[:0] = (os.path.join(HERE, "..", folder) for folder in ("budget", "scripts"))

from benchmark_budget import DataSet, Study, digest_of, share, with_error
from benchmark_failure import Failure, replace_file, run
from methods import ALONE, METHODS, ONLY_IN, PLAIN, TUNED, methods_in, settings_of
from paired import two_sided_p

SPACE = os.path.join(HERE, "students.json")
STUDENTS = ["S", "M"]
TEACHER = {
    "stem_channels": 32,
    "stages": [
        {"channels": 32, "blocks": 1, "stride": 1},
        {"channels": 64, "blocks": 1, "stride": 2},
        {"channels": 128, "blocks": 1, "stride": 2},
    ],
}
# Images for training and validation, and how many times the epochs: the smaller sets have shorter ones.
SIZES = {"fashion-mnist": (48_000, 12_000, 1), "spoken-words": (11_400, 3_000, 3),
         "symbols": (16_000, 4_000, 3), "textures": (16_000, 4_000, 3)}
# Left and right mean nothing for clothes, and much for words and letters.
AUGMENTATIONS = {"fashion-mnist": {"shift_pixels": 2, "flip": True}}
AUGMENTATION = {"shift_pixels": 2}


class Images(DataSet):
    """A data set, limited to what is asked for."""

    def __init__(self, name, options):
        train, validation, self.lengthening = SIZES[name]
        self.train = options.train or train
        super().__init__(name, argparse.Namespace(
            work=options.work, studies=options.studies, train=self.train,
            validation=options.validation or validation))


class Plan:
    """All studies of the benchmark: one for each data set, setting, student and method."""

    def __init__(self, options):
        self.options = options
        self.settings = settings_of(options)
        self.digests = {} if options.table_only else {options.binary: digest_of(options.binary)}
        self.data = {name: Images(name, options) for name in options.datasets}

    def base(self, data, folder, name, field):
        return {
            # The seed is that of trainings; data.split_seed, 0, draws the split, the labels and their noise.
            "format": "autodistill-study/1", "name": name, "seed": 1,
            "data": data.entry(folder) | field, "search_space": os.path.relpath(SPACE, folder),
            "minimize": ["macs"], "audit": {"count": 0},
        }

    def recipe(self, data, epochs, **fields):
        return {"epochs": epochs * data.lengthening, "batch": self.options.batch,
                "augmentation": AUGMENTATIONS.get(data.name, AUGMENTATION), **fields}

    def teacher(self, data, setting):
        """Returns the study that trains a teacher; all settings share one but where labels are wrong."""
        own = self.settings[setting].own_teacher
        name = f"{data.name}-{setting}" if own else data.name
        folder = os.path.join(self.options.studies, "teachers", name)
        definition = self.base(data, folder, f"teacher-{name}", self.settings[setting].field if own else {})
        definition |= {
            "teacher": {"network": TEACHER, "recipe": self.recipe(
                data, self.options.teacher_epochs, slices=4, learning_rate=0.2, weight_decay=5e-4)},
            "full": self.recipe(data, 1, learning_rate=0.1),
            "search": {"sampler": "random", "trials": 1, "repeat_every": 0},
            "finalists": {"count": 1, "seeds": 1, "baseline": False},
        }
        return Study(folder, definition, self.options.binary)

    def standardization(self, teacher):
        """Returns how a teacher sees images: by its own training split, not by the images that students keep."""
        path = os.path.join(teacher.folder, "data", "dataset.json")
        try:
            with open(path) as file:
                known = json.load(file)["standardization"]
        except OSError as error:
            if self.options.table_only:
                return {}  # without the teacher no study is run
            raise Failure(f"{error}; remove {teacher.folder}, so that the teacher is trained anew") from None
        return {"mean": known["mean"], "deviation": known["standard_deviation"]}

    def study(self, data, setting, student, method):
        if setting == "few-unlabeled" and method == ALONE:
            setting = "few"  # the same images
        options, given = self.options, self.settings[setting]
        folder = os.path.join(options.studies, "studies", data.name, setting, student, method)
        teacher = self.teacher(data, setting)
        weights = os.path.join(teacher.folder, "teacher", "weights.safetensors")
        # With all images in the study its standardisation is the teacher's.
        seen = self.standardization(teacher) if given.drops_images else {}
        recipe, decisions = METHODS[method]
        definition = self.base(data, folder, f"{data.name}-{setting}-{student}-{method}", given.field) | {
            "teacher": {"network": TEACHER, "weights": os.path.relpath(weights, folder)} | seen,
            "fix": {"student": student},
            "full": self.recipe(
                data, given.epochs_of(method, data.train), teacher_view="stored",
                learning_rate="$learning_rate", weight_decay="$weight_decay") | recipe,
            # A trial is a training of `tuning_share` of the length: with 1 what is tuned is what is used.
            "flash": {"fraction": options.tuning_share, "batch": options.batch},
            "search": {"sampler": "bayesian", "trials": options.tuning, "repeat_every": 0,
                       "recipe": TUNED | decisions},
            "finalists": {"count": 1, "seeds": options.seeds, "baseline": False},
        }
        return Study(folder, definition, options.binary)

    def cells(self):
        """Yields data set, setting and student of every comparison."""
        for setting in self.options.settings:
            for data in self.data.values():
                for student in self.options.students:
                    yield data, setting, student

    def run(self):
        for data, setting, student in self.cells():
            self.teacher(data, setting).run(self.options, self.digests)
            for method in methods_in(setting, self.options.methods):
                self.study(data, setting, student, method).run(self.options, self.digests)


# The results


class Result:
    """What a study came to: the trainings of the student whose recipe was chosen."""

    def __init__(self, study):
        keys, trainings, first_tests = {}, {}, {}
        self.teacher_test, self.trials, self.seconds = None, 0, 0.0
        with open(os.path.join(study.folder, "journal.jsonl")) as file:
            events = [json.loads(line) for line in file if line.endswith("\n")]
        for event in events:
            kind = event["event"]
            if kind == "teacher_tested":
                self.teacher_test = share(event["test"])
            elif kind == "proposed":
                keys[event["trial"]], self.macs = event["key"], event["costs"]["macs"]
            elif kind == "finished":
                self.trials += 1
                self.seconds += event["seconds"]
            elif kind == "distilled" and not event["baseline"]:
                self.seconds += event["seconds"]
                if event["outcome"] == "measured":
                    test = share(event["test"]) if event.get("test") else None
                    trainings.setdefault(event["trial"], {})[event["repetition"]] = (
                        share(event["validation"]), test)
            elif kind == "tested" and event.get("test"):
                first_tests[event["trial"]] = share(event["test"])
        if not trainings:
            raise Failure(f"{study.folder}: no full training has ended well")
        trial = max(trainings, key=lambda trial: len(trainings[trial]))
        runs = trainings[trial]
        if 0 in runs and runs[0][1] is None and trial in first_tests:
            runs[0] = (runs[0][0], first_tests[trial])
        # By repetition, which is another seed and the same one for every method.
        self.validation = {number: run[0] for number, run in runs.items()}
        self.test = {number: run[1] for number, run in runs.items() if run[1] is not None}
        self.chosen = self.decoded(keys[trial], study.definition["search"].get("recipe", {}))

    def decoded(self, key, decisions):
        """Returns the tuned values by the key of a student: a digit a decision, behind that of the network."""
        chosen = {}
        for digit, (name, values) in zip(key[1:], decisions.items()):
            ordered = sorted(values) if all(isinstance(value, (int, float)) for value in values) else values
            chosen[name] = ordered[int(digit, 36)]
        return chosen

    def against(self, other):
        """Returns the differences of the test accuracies of the seeds that both have."""
        return [self.test[number] - other.test[number] for number in sorted(set(self.test) & set(other.test))]


def p_text(values):
    p = two_sided_p(values)
    return "" if p is None else "< 0.001" if p < 0.001 else f"{p:.3f}"


def chosen_text(result):
    return ", ".join(f"{name} {value:g}" for name, value in result.chosen.items())


def collected(plan):
    """Returns the results of the studies that are finished, by cell and method."""
    found = {}
    for data, setting, student in plan.cells():
        for method in methods_in(setting, plan.options.methods):
            study = plan.study(data, setting, student, method)
            if study.is_finished():
                found.setdefault((data.name, setting, student), {})[method] = Result(study)
    return found


def headline(plan, found):
    """Yields the rows of the best recipe, chosen by validation, next to no teacher."""
    yield ("| data | setting | student | no teacher, test | best recipe | test | − no teacher | p | "
           "teacher, test |")
    yield "|---|---|---|--:|---|--:|--:|--:|--:|"
    for (name, setting, student), results in found.items():
        taught = {method: result for method, result in results.items() if method != ALONE}
        if ALONE not in results or not taught:
            continue
        best = max(taught, key=lambda method: statistics.mean(taught[method].validation.values()))
        differences = taught[best].against(results[ALONE])
        ceiling = taught[best].teacher_test
        yield (f"| {name} | {setting} | {student} | {with_error(list(results[ALONE].test.values()))} | {best} | "
               f"{with_error(list(taught[best].test.values()))} | {with_error(differences, True)} | "
               f"{p_text(differences)} | {'–' if ceiling is None else f'{ceiling:.2f}'} |")


def comparison(plan, results):
    """Yields the rows of one cell, from the best method by validation."""
    yield ("| method | validation | test | seeds | − kd, test | p | tuned to | trials | "
           "training hours |")
    yield "|---|--:|--:|--:|--:|--:|---|--:|--:|"
    plain = results.get(PLAIN)
    for method in sorted(results, key=lambda method: -statistics.mean(results[method].validation.values())):
        result = results[method]
        differences = result.against(plain) if plain and method != PLAIN else []
        yield (f"| {method} | {with_error(list(result.validation.values()))} | "
               f"{with_error(list(result.test.values()))} | {len(result.test)} | "
               f"{with_error(differences, True) if differences else ''} | {p_text(differences)} | "
               f"{chosen_text(result)} | {result.trials} | {result.seconds / 3600:.2f} |")


def check_networks(found, path):
    """Compares the students with those that the training benchmark describes, where its file is there."""
    if not os.path.exists(path):
        return
    with open(path) as file:
        nets = json.load(file)["nets"]
    for (name, _, student), results in found.items():
        if name != "fashion-mnist":
            continue  # of 28×28 grey pixels and ten classes, as the file's
        for method, result in results.items():
            if result.macs != nets[student]["macs"]:
                raise Failure(f"{student} with {method} has {result.macs} MACs, expected {nets[student]['macs']}")


def tables(plan):
    """Yields the lines of the page."""
    options, found = plan.options, collected(plan)
    if not found:
        yield "No study is finished."
        return
    check_networks(found, options.networks)
    length = "" if options.tuning_share == 1 else f" of {options.tuning_share:g} of the length"
    yield (f"Each method is tuned by {options.tuning} trials{length} on the validation split, then trained with "
           f"{options.seeds} seeds; test accuracies in per cent, differences in points, means over the seeds with "
           "their standard error. p is that of a paired t-test over the seeds, two-sided and not corrected for the "
           f"number of methods. Batches of {options.batch}; all methods of a setting have the same steps, "
           f"epochs of all images: {options.epochs:g}, in the setting `long` {options.long_epochs:g}, three times as "
           "many of the smaller data sets.")
    yield ""
    for data in plan.data.values():
        yield (f"- {data.name}: {data.train:,} training and {data.validation:,} validation images, "
               f"{data.classes} classes")
    yield ""
    for name in options.settings:
        yield f"- `{name}`: {plan.settings[name].description}"
    yield ""
    yield from headline(plan, found)
    for (name, setting, student), results in found.items():
        missing = [method for method in methods_in(setting, options.methods) if method not in results]
        yield f"\n## {name}, {setting}, {student}\n"
        yield from comparison(plan, results)
        if missing:
            yield f"\nNot finished: {', '.join(missing)}."


def unpack(folder, target):
    """Unpacks Debian's Fashion-MNIST under the names that data sets here have."""
    os.makedirs(target, exist_ok=True)
    for split, prefix in (("train", "train"), ("test", "t10k")):
        for kind in ("images-idx3-ubyte", "labels-idx1-ubyte"):
            path = os.path.join(target, f"{split}-{kind}")
            if os.path.exists(path):
                continue
            try:
                with gzip.open(os.path.join(folder, f"{prefix}-{kind}.gz")) as packed:
                    data = packed.read()
            except OSError as error:
                raise Failure(f"{error}; Debian's package dataset-fashion-mnist has it") from None
            with open(path + ".partial", "wb") as file:
                file.write(data)
            os.replace(path + ".partial", path)


def self_test():
    """Runs the tests of the tables, and nothing else."""
    import unittest

    import self_test as tests
    result = unittest.TextTestRunner(verbosity=1).run(unittest.defaultTestLoader.loadTestsFromModule(tests))
    if not result.wasSuccessful():
        raise Failure(f"the self-test: {len(result.failures) + len(result.errors)} of {result.testsRun} tests failed")


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--work", required=True, help="the folder of the folder data")
    parser.add_argument("--studies", required=True, help="the folder of teachers and studies")
    for name in ("datasets", "settings", "students", "methods"):
        parser.add_argument(f"--{name}", required=True, type=str.split, help="words")
    for name in ("seeds", "tuning", "batch", "labels"):
        parser.add_argument(f"--{name}", required=True, type=int)
    for name in ("train", "validation"):
        parser.add_argument(f"--{name}", type=int, help="images of each data set, if not its usual number")
    for name in ("epochs", "long-epochs", "teacher-epochs", "tuning-share"):
        parser.add_argument(f"--{name}", required=True, type=float)
    parser.add_argument("--fashion-mnist", required=True, help="the folder of its packed files")
    parser.add_argument("--networks", required=True, help="students.json of the training benchmark, checked if there")
    parser.add_argument("--workers", type=int)
    parser.add_argument("--table-only", action="store_true")
    parser.add_argument("--output")
    options = parser.parse_args()
    options.work, options.studies = os.path.abspath(options.work), os.path.abspath(options.studies)
    for kind, known in (("methods", METHODS), ("students", STUDENTS), ("settings", settings_of(options)),
                        ("datasets", SIZES)):
        for name in getattr(options, kind):
            if name not in known:
                raise Failure(f"{name} is none of the {kind}: expected {', '.join(known)}")
    for method in options.methods:
        if not any(methods_in(setting, [method]) for setting in options.settings):
            print(f"warning: {method} is left out: it needs one of the settings {', '.join(ONLY_IN[method])}",
                  file=sys.stderr)
    if not 0.001 <= options.tuning_share <= 1:
        raise Failure(f"TUNING_SHARE={options.tuning_share:g}: expected a share of a training, 0.001 to 1")
    if "fashion-mnist" in options.datasets:
        unpack(options.fashion_mnist, os.path.join(options.work, "data", "fashion-mnist"))

    plan = Plan(options)
    if not options.table_only:
        plan.run()
    page = "\n".join(tables(plan)) + "\n"
    print(page, end="")
    if options.output:
        replace_file(options.output, page)


if __name__ == "__main__":
    run(main)
