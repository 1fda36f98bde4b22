"""Single measurements: this project's command and the peers' scripts, each in processes of its own."""

import json
import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass

from benchmark_machine import busy_seconds, wait_until_quiet
from benchmark_workloads import WORKLOADS

# How the work is divided, as (trainings, threads of each): two trainings of one thread, as a search has, one of two
# threads, or one of one.
DIVISIONS = {"2 × 1 thread": (2, 1), "1 × 2 threads": (1, 2), "1 × 1 thread": (1, 1)}
# The divisions that take part, by the number of processes; our rows in the table are those of the first one.
MODES = {2: ["2 × 1 thread", "1 × 2 threads"], 1: ["1 × 1 thread"]}

TWINS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "twins")

# So many processor cores may be busy with something else in a measurement that counts.
FOREIGN_CORES = 0.08


class Failure(Exception):
    """A command that ended badly."""


@dataclass
class Rate:
    """The images that a configuration trained on in a second, and whether nothing disturbed it."""

    config: str
    batch: int
    mode: str
    images_per_second: float
    is_clean: bool

    @property
    def name(self):
        return f"{self.config}, batch {self.batch}, {self.mode}"


@dataclass
class Ended:
    """What a process printed and used."""

    output: str
    peak_bytes: int
    processor_seconds: float

    def json_lines(self):
        return [json.loads(line) for line in self.output.splitlines() if line.startswith("{")]


def start(command, folder=None, environment=None, errors=subprocess.PIPE):
    """Starts a process; `errors` is a file where more may come than a pipe holds."""
    return subprocess.Popen(
        command, cwd=folder, env={**os.environ, **(environment or {})}, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors)


def finish(process, errors=None):
    """Waits for the end of a process that was started with `errors`."""
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        if errors:
            errors.seek(0)
        said = (errors or process.stderr).read().strip()
        raise Failure(f"{' '.join(process.args)}: exit status {process.returncode}\n{said[-2000:]}")
    return Ended(output, 1024 * usage.ru_maxrss, usage.ru_utime + usage.ru_stime)


def run(command, folder, environment=None):
    """Runs a process that may have much to say on standard error."""
    with tempfile.TemporaryFile("w+") as errors:
        return finish(start(command, folder, environment, errors), errors)


def undisturbed(attempts, measure):
    """Returns what `measure()` gives, (result, is_clean), from the first clean one of some attempts."""
    for _ in range(attempts):
        wait_until_quiet()
        result, is_clean = measure()
        if is_clean:
            break
    return result, is_clean


class Ours:
    """The command of this project."""

    seconds = 5

    def __init__(self, binary, attempts):
        self.binary, self.attempts = binary, attempts

    def training(self, network, batch, mode):
        """Returns a Rate: the sum over processes that begin to measure at the same moment."""
        count, threads = DIVISIONS[mode]

        def measure():
            measured, is_clean = self.together(network, batch, count, threads)
            return sum(m["images_per_second"] for m in measured), is_clean

        rate, is_clean = undisturbed(self.attempts, measure)
        return Rate("ours", batch, mode, rate, is_clean)

    def alone(self, network, batch):
        """Returns all that the command says of one training in one thread."""
        measured, _ = undisturbed(self.attempts, lambda: self.together(network, batch, 1, 1))
        return measured[0]

    def together(self, network, batch, count, threads):
        """Returns what each of `count` processes printed, and whether nothing else ran meanwhile."""
        before, began = busy_seconds(), time.monotonic()
        processes = [
            start([self.binary, "bench", "training", "--network", network, "--batch", str(batch),
                   "--threads", str(threads), "--seconds", str(self.seconds), "--json",
                   "--await-start"])
            for _ in range(count)
        ]
        for process in processes:
            if (line := process.stderr.readline()) != "ready\n":
                raise Failure(line.strip())
        for process in processes:
            process.stdin.write("\n")
            process.stdin.flush()
        ended = [finish(process) for process in processes]
        own = sum(e.processor_seconds for e in ended)
        foreign = (busy_seconds() - before - own) / (time.monotonic() - began)
        return [e.json_lines()[0] for e in ended], foreign < FOREIGN_CORES

    def inference(self, network):
        """Returns the median latency of one image in microseconds."""

        def measure():
            before, began = busy_seconds(), time.monotonic()
            ended = finish(start([self.binary, "bench", "inference", "--network", network,
                                  "--seconds", str(self.seconds), "--json"]))
            foreign = busy_seconds() - before - ended.processor_seconds
            is_clean = foreign / (time.monotonic() - began) < FOREIGN_CORES
            return ended.json_lines()[0]["latency_us_median"], is_clean

        return undisturbed(self.attempts, measure)[0]


class Peers:
    """A copy of the scripts that measure PyTorch and ONNX Runtime."""

    def __init__(self, folder, attempts):
        self.folder, self.attempts = folder, attempts
        self.python = os.path.join(os.environ["PEERS"], "venv/bin/python")
        self.small_folder = self.copy_with_few_images()
        self.twin_folder = self.copy_with_twins()

    def copy_with_twins(self):
        """Makes a copy that measures the networks of the folder `twins`, and returns its folder."""
        folder = self.folder + "-twins"
        shutil.copytree(self.folder, folder)
        shutil.copytree(TWINS, folder, dirs_exist_ok=True)
        run([self.python, "nets.py"], folder)
        return folder

    def folder_of(self, network):
        return self.twin_folder if WORKLOADS[network].is_twin else self.folder

    def counts(self, network):
        """Returns the parameters and the multiply–adds of PyTorch's network."""
        with open(os.path.join(self.folder_of(network), "students.json")) as file:
            found = json.load(file)["nets"][network]
        return found["params"], found["macs"]

    def copy_with_few_images(self):
        """Makes a copy whose data set holds hardly more than is trained on, and returns its folder.

        The scripts load 70,000 images as floats, 220 MB, which would hide what training takes.
        """
        folder = self.folder + "-few-images"
        shutil.copytree(self.folder, folder)
        with open(os.path.join(folder, "common.py"), "a") as file:
            file.write(
                "\ndef load():\n"
                "    return dict(x=torch.randn(2048, 1, 28, 28), y=torch.randint(0, 10, (2048,)))\n")
        return folder

    def tuned(self, arguments):
        """Returns the command that runs a script with the allocator and settings that suit it best."""
        return ["bash", "-c", '. ./env_tuned.sh; exec "$@"', "bash", self.python] + arguments

    def training(self, network, config, mode, batches):
        """Returns a Rate for every batch size."""
        count, threads = DIVISIONS[mode]
        if count == 1:
            return self.one_training(network, config, mode, threads, batches)
        return [self.two_trainings(network, config, mode, batch) for batch in batches]

    def one_training(self, network, config, mode, threads, batches):
        def measure():
            listed = ",".join(str(batch) for batch in batches)
            command = self.tuned(["bench_train.py", network, config, str(threads), listed])
            lines = run(command, self.folder_of(network)).json_lines()
            return lines, all(line["clean_windows"] > 0 for line in lines)

        lines, _ = undisturbed(self.attempts, measure)
        return [
            Rate(config, line["batch"], mode, line["img_per_s"], line["clean_windows"] > 0)
            for line in lines
        ]

    def two_trainings(self, network, config, mode, batch):
        def measure():
            command = ["./bench_2proc.sh", network, config, str(batch)]
            line = run(command, self.folder_of(network)).json_lines()[0]
            return line["img_per_s"], min(line["clean"]) > 0

        rate, is_clean = undisturbed(self.attempts, measure)
        return Rate(config, batch, mode, rate, is_clean)

    def peak_memory(self, network, config, batch, is_tuned):
        """Returns the most bytes that a training in one thread had resident; twins have few images anyway."""
        folder = self.twin_folder if WORKLOADS[network].is_twin else self.small_folder
        arguments = ["bench_train.py", network, config, "1", str(batch)]
        command = self.tuned(arguments) if is_tuned else [self.python] + arguments
        return run(command, folder).peak_bytes

    def inference(self, network, compiles):
        """Returns what `infer.py` says: latencies in microseconds by engine."""
        wait_until_quiet()
        environment = {} if compiles else {"NOCOMPILE": "1"}
        command = self.tuned(["infer.py", network, "-"])
        return run(command, self.folder_of(network), environment).json_lines()[-1]

    def instruction_set(self):
        """Returns what PyTorch says of the vectors that its own kernels use, such as `AVX2`."""
        program = "import torch; print(torch.backends.cpu.get_cpu_capability())"
        return run([self.python, "-c", program], self.folder).output.strip()
