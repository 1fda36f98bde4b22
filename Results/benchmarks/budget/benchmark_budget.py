"""Runs the studies of the budget benchmark and writes its tables: see Results/benchmarks/budget/run.

    python3 Results/benchmarks/budget/benchmark_budget.py --help

Everything in the tables comes from the studies' journal.jsonl. Exit status: 0 done; 1 something
failed; 130 stopped by Ctrl-C.
"""

import argparse
import ast
import hashlib
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.realpath(os.path.dirname(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "scripts"))

from benchmark_failure import Failure, replace_file, run

ROOT = os.path.realpath(os.path.join(HERE, "..", "..", ".."))
SPACE = os.path.join(ROOT, "SearchSpaces", "mobile-cnn.json")
ALL_DEVICES = ["raspberry-pi-4", "cortex-m7-stm32"]

# What a person would try: narrow, middle and wide, with and without inverted residuals; then the two
# narrow ones at full resolution.
LADDER = """
0111000402000402000401000401 0121001312001312001311001311
1111010402010402010401010402 1121011312011312011311011312
2111020402020402020401020403 2121021312021312021311021313
0011000402000402000401000401 0021001312001312001311001311
""".split()

# Milliseconds by device and side of the image. With CONFIDENCE two, four and eight designs of the
# ladder keep them.
BUDGETS = {
    ("raspberry-pi-4", 28): [1.3, 1.8, 3.2],
    ("raspberry-pi-4", 32): [1.5, 2.0, 4.0],
    ("cortex-m7-stm32", 28): [12, 18, 41],
    ("cortex-m7-stm32", 32): [15, 22, 54],
}
CONFIDENCE = 0.9
REACH = 1.2815515655  # standard errors, of CONFIDENCE

SAMPLERS = {"ours": "bayesian", "random": "random", "before": "bayesian"}
TEACHER = {
    "stem_channels": 16,
    "stages": [
        {"channels": 16, "blocks": 1, "stride": 1},
        {"channels": 32, "blocks": 1, "stride": 2},
        {"channels": 64, "blocks": 1, "stride": 2},
    ],
}


# The data


def read_npy(path):
    """Returns the header of an NPY file as a dictionary, and its bytes."""
    with open(path, "rb") as file:
        data = file.read()
    if data[:6] != b"\x93NUMPY":
        raise Failure(f"{path}: no NPY file")
    size, start = (data[8:10], 10) if data[6] == 1 else (data[8:12], 12)
    end = start + int.from_bytes(size, "little")
    header = ast.literal_eval(data[start:end].decode("latin-1"))
    if header["fortran_order"]:
        raise Failure(f"{path}: columns come first")
    return header, data[end:]


def read_idx(path):
    """Returns what read_npy does, of an IDX file of bytes."""
    with open(path, "rb") as file:
        data = file.read()
    if data[:3] != b"\0\0\x08":
        raise Failure(f"{path}: no IDX file of bytes")
    count = data[3]
    shape = tuple(int.from_bytes(data[4 + 4 * i:8 + 4 * i], "big") for i in range(count))
    return {"descr": "|u1", "fortran_order": False, "shape": shape}, data[4 + 4 * count:]


def write_npy(path, header, data):
    text = f"{header!r}"
    text += " " * (-(10 + len(text) + 1) % 64) + "\n"
    with open(path + ".partial", "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode() + data)
    os.replace(path + ".partial", path)


def source_files(folder):
    """Returns the four files of a data set, and how to read them."""
    npy = {(split, kind): os.path.join(folder, f"{split}-{kind}.npy")
           for split in ("train", "test") for kind in ("images", "labels")}
    if os.path.exists(npy["train", "images"]):
        return npy, read_npy
    kinds = {"images": "images-idx3-ubyte", "labels": "labels-idx1-ubyte"}
    return {(split, kind): os.path.join(folder, f"{split}-{kinds[kind]}") for split, kind in npy}, read_idx


class DataSet:
    """A data set, of which training and validation see the first images only. They are shuffled."""

    def __init__(self, name, options):
        self.name = name
        files, read = source_files(os.path.join(options.work, "data", name))
        count = options.train + options.validation
        area = os.path.join(options.studies, "data", f"{name}-{count}")
        os.makedirs(area, exist_ok=True)
        self.files = {}
        for (split, kind), path in files.items():
            self.files[f"{split}_{kind}"] = target = os.path.join(area, f"{split}-{kind}.npy")
            if os.path.exists(target) and not (split, kind) == ("train", "images"):
                continue
            try:
                header, data = read(path)
            except OSError as error:
                raise Failure(f"{error}; Results/benchmarks/budget/make-data makes it") from None
            shape = header["shape"]
            if split == "train":
                if shape[0] < count:
                    raise Failure(f"{path} has {shape[0]} images; {count} are asked for")
                if kind == "images":
                    self.side = shape[1]
                data = data[:len(data) // shape[0] * count]
                header = {**header, "shape": (count,) + shape[1:]}
            if not os.path.exists(target):
                write_npy(target, header, data)
        _, labels = read_npy(self.files["train_labels"])
        self.classes = max(labels) + 1  # single bytes
        self.validation = options.validation

    def entry(self, folder):
        """Returns the field `data` of a study in a folder."""
        files = {key: os.path.relpath(path, folder) for key, path in self.files.items()}
        return {**files, "classes": self.classes, "validation_count": self.validation}


# The studies


def understood(binary, fields):
    """Returns which optional fields of study.json a binary knows."""
    known = {}
    for field, value in fields.items():
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "study.json"), "w") as file:
                json.dump({"format": "autodistill-study/1", "name": "probe", field: value}, file)
            answer = subprocess.run(
                [binary, "report", folder], capture_output=True, text=True, check=False).stderr
            if f"{field}: got an unknown key" not in answer:
                known[field] = value
    return known


def digest_of(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


class Study:
    """A folder with a study in it, run by one binary."""

    def __init__(self, folder, definition, binary, command="run"):
        self.folder, self.definition, self.binary, self.command = folder, definition, binary, command

    @property
    def finished_mark(self):
        return os.path.join(self.folder, "finished")

    def is_finished(self):
        return os.path.exists(self.finished_mark)

    def run(self, options, digests):
        path = os.path.join(self.folder, "study.json")
        maker = os.path.join(self.folder, "binary.sha256")
        text = json.dumps(self.definition, indent=2) + "\n"
        digest = digests[self.binary]
        if os.path.exists(path):
            with open(path) as file:
                if file.read() != text:
                    raise Failure(f"{path} was written for other settings; remove its folder or set WORK")
            if not os.path.exists(maker) or open(maker).read().strip() != digest:
                print(f"warning: {self.folder} was begun by another binary", file=sys.stderr)
        else:
            os.makedirs(self.folder, exist_ok=True)
            with open(maker, "w") as file:
                file.write(digest + "\n")
            with open(path + ".partial", "w") as file:
                file.write(text)
            os.replace(path + ".partial", path)
        if self.is_finished():
            return
        print(f"── {os.path.relpath(self.folder, options.studies)}", file=sys.stderr, flush=True)
        command = ["nice", "-n", "5", self.binary, self.command, self.folder]
        if options.workers:
            command += ["--workers", str(options.workers)]
            if self.command == "search":
                command += ["--threads", str(options.workers)]
        log = os.path.join(self.folder, "log")
        with open(log, "a") as output:
            status = subprocess.run(
                command, stdout=output, stderr=subprocess.STDOUT, check=False).returncode
        if status in (130, -2):
            raise KeyboardInterrupt
        if status != 0:
            raise Failure(f"{self.folder}: exit status {status}; see {log}")
        with open(self.finished_mark, "w"):
            pass


class Plan:
    """All studies of the benchmark."""

    def __init__(self, options):
        self.options = options
        optional = {"references": False, "budgets": ["latency_ms<=1"]}
        if options.table_only:
            self.known, self.digests = {}, {}
        else:
            binaries = {options.binary} | ({options.before} if options.before else set())
            self.known = {binary: understood(binary, optional) for binary in binaries}
            self.digests = {binary: digest_of(binary) for binary in binaries}
        self.data = {name: DataSet(name, options) for name in options.datasets}

    def binary_of(self, method):
        return self.options.before if method == "before" else self.options.binary

    def base(self, data, folder, seed, binary):
        options = self.options
        teacher = os.path.join(options.studies, "teachers", data.name)
        if folder == teacher:
            recipe = {"epochs": options.teacher_epochs, "batch": 64, "slices": 4, "learning_rate": 0.2,
                      "augmentation": {"shift_pixels": 2}}
            teacher_entry = {"network": TEACHER, "recipe": recipe}
        else:
            weights = os.path.join(teacher, "teacher", "weights.safetensors")
            teacher_entry = {"network": TEACHER, "weights": os.path.relpath(weights, folder)}
        definition = {
            "format": "autodistill-study/1",
            "name": "-".join(os.path.relpath(folder, options.studies).split(os.sep)),
            "seed": seed,
            "data": data.entry(folder),
            "teacher": teacher_entry,
            "search_space": os.path.relpath(SPACE, folder),
            "full": {"epochs": options.epochs, "batch": 64, "learning_rate": 0.2,
                     "distillation_weight": 0.7, "temperature": 2},
        }
        if "references" in self.known.get(binary, {}):
            definition["references"] = False
        return definition

    def profile(self, device, folder):
        return os.path.relpath(os.path.join(ROOT, "HardwareProfiles", f"{device}.json"), folder)

    def teacher(self, data):
        folder = os.path.join(self.options.studies, "teachers", data.name)
        definition = self.base(data, folder, 1, self.options.binary) | {
            "minimize": ["macs"],
            "search": {"sampler": "random", "trials": 1, "repeat_every": 0},
            "finalists": {"count": 1, "seeds": 1, "baseline": False},
            "audit": {"count": 0},
        }
        return Study(folder, definition, self.options.binary, "search")

    def ladder(self, data, seed):
        folder = os.path.join(self.options.studies, "ladders", f"{data.name}-{seed}")
        definition = self.base(data, folder, seed, self.options.binary) | {
            "hardware": [self.profile(device, folder) for device in ALL_DEVICES],
            "devices": "named",
            "minimize": ["macs"],
            "search": {"sampler": "random", "trials": len(LADDER), "repeat_every": 0, "enqueue": LADDER},
            "finalists": {"count": len(LADDER), "seeds": 1, "baseline": False},
            "audit": {"count": 0},
        }
        return Study(folder, definition, self.options.binary)

    def budgets(self, data, device):
        try:
            return BUDGETS[device, data.side]
        except KeyError:
            raise Failure(f"no budgets for {device} and images of {data.side} pixels") from None

    def search(self, data, device, seed, method):
        options = self.options
        folder = os.path.join(options.studies, "studies", f"{data.name}-{device}-{seed}-{method}")
        binary, budgets = self.binary_of(method), self.budgets(data, device)
        definition = self.base(data, folder, seed, binary) | {
            "hardware": self.profile(device, folder),
            "minimize": ["latency_ms"],
            "constraints": [f"latency_ms<={budgets[-1]:g}"],
            "confidence": CONFIDENCE,
            "search": {"sampler": SAMPLERS[method], "trials": options.trials},
            "finalists": {"count": options.finalists, "seeds": 1, "baseline": False},
        }
        if "budgets" in self.known.get(binary, {}):
            definition["budgets"] = [f"latency_ms<={budget:g}" for budget in budgets]
        if options.no_audit:
            definition["audit"] = {"count": 0}
        return Study(folder, definition, binary)

    def searches(self):
        """Returns data set, device, seed, method and study of every search, whole seeds first."""
        options = self.options
        return [
            (data, device, seed, method, self.search(data, device, seed, method))
            for seed in range(1, options.seeds + 1) for data in self.data.values()
            for device in options.devices for method in options.methods]

    def run(self):
        for data in self.data.values():
            self.teacher(data).run(self.options, self.digests)
        done = set()
        for data, _, seed, _, study in self.searches():
            if (data.name, seed) not in done:
                done.add((data.name, seed))
                self.ladder(data, seed).run(self.options, self.digests)
            study.run(self.options, self.digests)


# The results


class Student:
    """A student that was trained fully."""

    def __init__(self, key, costs, validations, tests):
        self.key, self.costs = key, costs
        self.validation, self.test = statistics.mean(validations), statistics.mean(tests)

    def latency(self, device):
        """Returns the latency in milliseconds and its standard error."""
        # Costs on one device are flat.
        for costs in self.costs.get("devices", [self.costs]):
            if costs.get("profile", device) == device:
                return costs["latency_ms"], costs["latency_standard_error_ms"]
        raise Failure(f"{self.key} has no latency on {device}")

    def keeps(self, device, bound):
        value, error = self.latency(device)
        return value + REACH * error <= bound


class Results:
    """What a journal says."""

    def __init__(self, folder):
        proposed, validations, tests = {}, {}, {}
        self.teacher, self.flash_seconds, self.full_seconds = None, [], []
        self.flash_trials = 0
        path = os.path.join(folder, "journal.jsonl")
        with open(path) as file:
            events = [json.loads(line) for line in file if line.endswith("\n")]
        for event in events:
            kind = event["event"]
            if kind == "teacher_ready":
                self.teacher = share(event["validation"])
            elif kind == "proposed":
                proposed[event["trial"]] = event
            elif kind == "finished":
                self.flash_trials += 1
                self.flash_seconds.append(event["seconds"])
            elif kind == "distilled" and not event["baseline"]:
                self.full_seconds.append(event["seconds"])
                if event["outcome"] == "measured":
                    validations.setdefault(event["trial"], []).append(share(event["validation"]))
                    if event.get("test"):
                        tests.setdefault(event["trial"], []).append(share(event["test"]))
            elif kind == "tested" and event.get("test"):
                tests.setdefault(event["trial"], []).append(share(event["test"]))
        self.students = [
            Student(proposed[trial]["key"], proposed[trial]["costs"], validations[trial], tests[trial])
            for trial in sorted(validations) if trial in tests]


def share(evaluation):
    """Returns an accuracy in per cent."""
    return 100 * evaluation["correct"] / evaluation["count"]


def best_within(students, device, bound):
    """Returns the student of the highest validation accuracy that keeps a budget, or None."""
    return max((student for student in students if student.keeps(device, bound)),
               key=lambda student: (student.validation, -student.latency(device)[0]), default=None)


def is_dominated(design, students, device):
    """Tells whether a student is as good as a design in latency and accuracy, and better in one."""
    latency = design.latency(device)[0]
    for student in students:
        theirs = student.latency(device)[0]
        if theirs <= latency and student.validation >= design.validation and (
                theirs < latency or student.validation > design.validation):
            return True
    return False


def with_error(values, sign=False):
    """Returns a mean and, of two values or more, its standard error."""
    if not values:
        return "–"
    text = f"{statistics.mean(values):{'+' if sign else ''}.2f}".replace("-", "−")
    if len(values) > 1:
        text += f" ± {statistics.stdev(values) / math.sqrt(len(values)):.2f}"
    return text


def mean_by_seed(cells):
    """Returns one mean a seed of the values (seed, value), so that seeds are what varies."""
    seeds = sorted({seed for seed, _ in cells})
    return [statistics.mean(value for other, value in cells if other == seed) for seed in seeds]


def tables(plan):
    """Yields the lines of the page."""
    options = plan.options
    ladders, found = {}, {}
    for data, device, seed, method, study in plan.searches():
        ladder = plan.ladder(data, seed)
        if study.is_finished() and ladder.is_finished():
            if (data.name, seed) not in ladders:
                ladders[data.name, seed] = Results(ladder.folder)
            found[data.name, device, seed, method] = Results(study.folder)
    if not found:
        yield "No study is finished together with its ladder."
        return

    yield (f"Best student within each budget by validation accuracy: {options.trials} flash trials and "
           f"{options.finalists} finalists of {options.epochs} epochs on {options.train:,} images, "
           f"{'no audit' if options.no_audit else 'audited students counted too'}. Accuracies in per "
           "cent, differences in points, means over seeds with their standard error.")
    yield ""
    for data in plan.data.values():
        teacher = plan.teacher(data)
        if teacher.is_finished():
            yield f"- {data.name}: teacher {Results(teacher.folder).teacher:.2f} % on the validation images"
    yield ""
    yield ("| data | device | budget, ms | method | seeds | validation | test | "
           "− best of the ladder, validation | − best of the ladder, test |")
    yield "|---|---|--:|---|--:|--:|--:|--:|--:|"

    differences = {method: {} for method in options.methods}  # cell: [(seed, validation, test)]
    missed = {method: 0 for method in options.methods}
    for data in plan.data.values():
        for device in options.devices:
            for budget in plan.budgets(data, device):
                start = f"| {data.name} | {device} | {budget:g} |"
                references = {}
                for seed in range(1, options.seeds + 1):
                    if (data.name, seed) in ladders:
                        designs = ladders[data.name, seed].students
                        best = best_within(designs, device, budget)
                        if best:
                            references[seed] = best
                            admitted = sum(design.keeps(device, budget) for design in designs)
                if references:
                    yield (f"{start} ladder, best of {admitted} | {len(references)} | "
                           f"{with_error([best.validation for best in references.values()])} | "
                           f"{with_error([best.test for best in references.values()])} | | |")
                for method in options.methods:
                    bests, cell = [], []
                    for seed in range(1, options.seeds + 1):
                        results = found.get((data.name, device, seed, method))
                        if results is None:
                            continue
                        best = best_within(results.students, device, budget)
                        if best is None:
                            missed[method] += 1
                            continue
                        bests.append(best)
                        if seed in references:
                            reference = references[seed]
                            cell.append((seed, best.validation - reference.validation,
                                         best.test - reference.test))
                    if cell:
                        differences[method][data.name, device, budget] = cell
                    if bests:
                        yield (f"{start} {method} | {len(bests)} | "
                               f"{with_error([best.validation for best in bests])} | "
                               f"{with_error([best.test for best in bests])} | "
                               f"{with_error([value for _, value, _ in cell], True)} | "
                               f"{with_error([value for _, _, value in cell], True)} |")

    yield ""
    yield ("| method | − best of the ladder, validation: mean | smallest of a budget | smallest of all | "
           "test: mean | smallest of a budget | smallest of all | budgets without a student | "
           "designs of the ladder dominated |")
    yield "|---|--:|--:|--:|--:|--:|--:|--:|--:|"
    for method in options.methods:
        cells = differences[method].values()
        dominated, shares = [], []
        for (name, device, seed, other), results in found.items():
            if other == method:
                bound = plan.budgets(plan.data[name], device)[-1]
                designs = [design for design in ladders[name, seed].students
                           if design.keeps(device, bound)]
                dominated += [is_dominated(design, results.students, device) for design in designs]
        if not cells:
            continue
        for which in (1, 2):
            values = [(entry[0], entry[which]) for cell in cells for entry in cell]
            lowest = min(statistics.mean(entry[which] for entry in cell) for cell in cells)
            shares += [with_error(mean_by_seed(values), True), with_error([lowest], True),
                       with_error([min(value for _, value in values)], True)]
        yield (f"| {method} | {' | '.join(shares)} | {missed[method]} | "
               f"{sum(dominated)} of {len(dominated)} ({100 * sum(dominated) / len(dominated):.0f} %) |")

    yield ""
    yield ("| method | studies | flash trials | seconds of a flash trial, median | full trainings | "
           "seconds of a full training, median |")
    yield "|---|--:|--:|--:|--:|--:|"
    groups = [("ladder", list(ladders.values()))]
    groups += [(method, [results for key, results in found.items() if key[3] == method])
               for method in options.methods]
    for name, group in groups:
        flash = [seconds for results in group for seconds in results.flash_seconds]
        full = [seconds for results in group for seconds in results.full_seconds]
        if flash and full:
            yield (f"| {name} | {len(group)} | {len(flash)} | {statistics.median(flash):.1f} | "
                   f"{len(full)} | {statistics.median(full):.1f} |")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--before", help="the binary of the method before")
    parser.add_argument("--work", required=True, help="the folder of the folder data")
    parser.add_argument("--studies", required=True, help="the folder of teachers, ladders, studies")
    for name in ("datasets", "devices", "methods"):
        parser.add_argument(f"--{name}", required=True, type=str.split, help="words")
    for name in ("seeds", "train", "validation", "trials", "finalists", "epochs", "teacher-epochs"):
        parser.add_argument(f"--{name}", required=True, type=int)
    parser.add_argument("--workers", type=int)
    parser.add_argument("--no-audit", action="store_true")
    parser.add_argument("--table-only", action="store_true")
    parser.add_argument("--output")
    options = parser.parse_args()
    options.work, options.studies = os.path.abspath(options.work), os.path.abspath(options.studies)
    for method in options.methods:
        if method not in SAMPLERS:
            raise Failure(f"no method {method}: expected {', '.join(SAMPLERS)}")
        if method == "before" and not options.before and not options.table_only:
            raise Failure("the method before needs a binary: set TODAY")
    for device in options.devices:
        if device not in ALL_DEVICES:
            raise Failure(f"no device {device}: expected {', '.join(ALL_DEVICES)}")

    plan = Plan(options)
    if not options.table_only:
        plan.run()
    page = "\n".join(tables(plan)) + "\n"
    print(page, end="")
    if options.output:
        replace_file(options.output, page)


if __name__ == "__main__":
    run(main)
