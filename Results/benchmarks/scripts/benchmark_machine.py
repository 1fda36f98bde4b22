"""What a table of timings must say of the machine, and waiting until nothing else runs on it."""

import glob
import os
import re
import subprocess
import time

TICKS = os.sysconf("SC_CLK_TCK")


def read(path):
    """Returns a file's text, or nothing where there is no such file."""
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""


def busy_seconds():
    """Returns the processor time of all processes since the start of the machine."""
    values = [int(word) for word in read("/proc/stat").split("\n", 1)[0].split()[1:9]]
    idle_and_waiting = sum(values[3:5])
    return (sum(values) - idle_and_waiting) / TICKS


def wait_until_quiet(limit=20.0, window=0.5, busy_cores=0.1):
    """Returns once hardly anything has run for a moment, or after `limit` seconds in any case."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        before, began = busy_seconds(), time.monotonic()
        time.sleep(window)
        if (busy_seconds() - before) / (time.monotonic() - began) < busy_cores:
            return


def processor():
    found = re.search(r"^model name\s*:\s*(.+)$", read("/proc/cpuinfo"), re.MULTILINE)
    return found.group(1).strip() if found else os.uname().machine


def slug():
    """Returns the processor as part of a file's name."""
    name = re.sub(r"[^a-z0-9]+", "-", processor().lower()).strip("-")
    return f"{name}-{os.cpu_count()}-cores"


def caches():
    """Returns the first core's caches, such as `L1 48K, L2 1024K, L3 32768K`."""
    found = []
    for folder in sorted(glob.glob("/sys/devices/system/cpu/cpu0/cache/index*")):
        if read(folder + "/type").strip() != "Instruction":
            found.append(f"L{read(folder + '/level').strip()} {read(folder + '/size').strip()}")
    return ", ".join(found)


def description():
    """Returns lines of (what, value)."""
    memory = re.search(r"MemTotal:\s+(\d+)", read("/proc/meminfo"))
    gibibytes = int(memory.group(1)) / (1 << 20) if memory else 0
    return [
        ("processor", f"{processor()}, {os.cpu_count()} cores, {caches()}"),
        ("memory", f"{gibibytes:.1f} GiB"),
        ("system", f"{os.uname().sysname} {os.uname().release} {os.uname().machine}"),
    ]


def first_line(command):
    """Returns the first line that a command prints, or `unknown`."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return done.stdout.strip().split("\n")[0]
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def versions(python):
    """Returns lines of (what, version); `python` is the interpreter that has the peers."""
    peer = "import {0}; print({0}.__version__)"
    return [
        ("this project", first_line(["git", "describe", "--always", "--dirty"])),
        ("Swift", first_line(["swift", "--version"])),
        ("PyTorch", first_line([python, "-c", peer.format("torch")])),
        ("ONNX Runtime", first_line([python, "-c", peer.format("onnxruntime")])),
    ]
