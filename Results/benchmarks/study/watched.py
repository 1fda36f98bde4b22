"""Runs a program with its processes, and says what it took: time, memory, and what else ran meanwhile."""

import glob
import os
import re
import signal
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass

from benchmark_failure import Failure

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "scripts"))
from benchmark_machine import busy_seconds, read, wait_until_quiet

SAMPLE_SECONDS = 1.0


@dataclass
class Run:
    """One run of a side."""

    status: int
    seconds: float
    processor_seconds: float
    # The most that one process had resident, and all of them together, shared pages counted once.
    largest_process_bytes: int
    together_bytes: int
    # Processor cores that other programs kept busy, in the mean.
    foreign_cores: float
    # Whether the user has stopped it, as far as it was still running.
    was_stopped: bool

    def as_json(self):
        return asdict(self)


def descendants(root):
    """Returns a process and all that it has started, as far as they still run."""
    children = {}
    for path in glob.glob("/proc/[0-9]*/stat"):
        # The name of a program stands in brackets and may hold anything.
        fields = read(path).rpartition(")")[2].split()
        if len(fields) > 1:
            children.setdefault(int(fields[1]), []).append(int(path.split("/")[2]))
    found = [root]
    for process in found:
        found += children.get(process, [])
    return found


def together_bytes(root):
    """Returns the memory of a process and its descendants, each page divided by those that share it."""
    total = 0
    for process in descendants(root):
        size = re.search(r"^Pss:\s+(\d+) kB", read(f"/proc/{process}/smaps_rollup"), re.MULTILINE)
        total += 1024 * int(size.group(1)) if size else 0
    return total


def run(command, log):
    """Runs a command to its end, its output appended to a file, and returns a Run."""
    wait_until_quiet()
    with open(log, "a") as output:
        busy, began = busy_seconds(), time.monotonic()
        try:
            process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        except OSError as error:
            raise Failure(f"{command[0]}: cannot be started: {error.strerror}") from None
        most, has_ended = 0, threading.Event()

        def sample():
            nonlocal most
            while not has_ended.wait(SAMPLE_SECONDS):
                most = max(most, together_bytes(process.pid))

        sampler = threading.Thread(target=sample)
        sampler.start()
        was_stopped = False

        def stop(number, _):
            # Ctrl-C reaches the program, too, which ends by itself; SIGTERM is handed on.
            nonlocal was_stopped
            was_stopped = True
            if number == signal.SIGTERM:
                process.terminate()

        handlers = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
        _, status, usage = os.wait4(process.pid, 0)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        process.returncode = os.waitstatus_to_exitcode(status)
        has_ended.set()
        sampler.join()
    seconds, own = time.monotonic() - began, usage.ru_utime + usage.ru_stime
    return Run(
        process.returncode, seconds, own, 1024 * usage.ru_maxrss, most,
        max(0.0, busy_seconds() - busy - own) / seconds, was_stopped)
