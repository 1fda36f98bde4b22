"""The faults: each does something bad to a run and says what may come of it."""

import errno
import mmap
import os
import signal
import struct
import subprocess
import time

from running import command_line, is_worker, processes, send, wait_until

# Exit statuses of the command (Sources/autodistill/ExitStatus.swift).
BAD_INPUT, FAILED = 3, 5
INTERRUPTED = {signal.SIGINT: {130}, signal.SIGTERM: {143, 130}, signal.SIGHUP: {129, 130}}

# How long a run that was asked to stop may take. The promise is 5 s on a machine that does nothing else.
STOP_SECONDS = 15

# Operations and modes of writes.c.
WRITE, SYNC, RENAME, OPEN, TRUNCATE, READ = 1, 2, 4, 8, 16, 32
FAIL, SHORT, HALF = 0, 1, 2


class Writes:
    """The other side of writes.c: which calls of a study's processes fail next."""

    def __init__(self, path):
        with open(path, "wb") as file:
            file.truncate(4096)
        with open(path, "r+b") as file:
            self.page = mmap.mmap(file.fileno(), 4096)

    def arm(self, count, operations, error, mode=FAIL, name=""):
        """Lets the next `count` calls fail, those on paths that contain `name` only."""
        encoded = name.encode()
        self.page[256:512] = encoded + bytes(256 - len(encoded))
        self.page[4:20] = struct.pack("<iiii", operations, error, mode, 0)
        self.page[0:4] = struct.pack("<i", count)

    def disarm(self):
        self.page[0:4] = bytes(4)

    @property
    def fired(self):
        """How many calls have failed since `arm`."""
        return struct.unpack("<i", self.page[16:20])[0]

    @property
    def last(self):
        """The process and the path of the last call that failed."""
        process = struct.unpack("<i", self.page[20:24])[0]
        return process, self.page[512:4096].split(b"\0")[0].decode(errors="replace")


class Fault(Exception):
    """What a run did that it must not do."""


def end_by(run, statuses, seconds, what):
    """Waits for a run that has to end."""
    began = time.monotonic()
    run.may_end_with |= statuses
    if run.wait(seconds) is None:
        raise Fault(f"it still runs {seconds} s after {what}")
    return time.monotonic() - began


# Each of these takes the scene (check_chaos.Scene) and returns a few words of what it did, or None if
# there was nothing to do it to, such as no worker.


def kill_worker(scene):
    workers = scene.run.workers()
    if not workers or not send(scene.random.choice(workers), signal.SIGKILL):
        return None
    return "1 worker"


def kill_workers(scene):
    workers = scene.run.workers()
    count = sum(send(worker, signal.SIGKILL) for worker in workers)
    return f"{count} workers" if count else None


def kill_controller(scene):
    scene.run.signal(signal.SIGKILL)
    end_by(scene.run, {-signal.SIGKILL}, STOP_SECONDS, "SIGKILL")
    return "the controller alone"


def kill_group(scene):
    scene.run.signal_group(signal.SIGKILL)
    end_by(scene.run, {-signal.SIGKILL}, STOP_SECONDS, "SIGKILL")
    return "controller and workers"


def stop_well(scene):
    number = scene.random.choice([signal.SIGTERM, signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
    # The program takes a moment to say that it wants to hear of signals.
    died = {-number} if time.monotonic() - scene.run.began < 1 else set()
    scene.run.signal(number)
    seconds = end_by(scene.run, INTERRUPTED[number] | died, STOP_SECONDS, number.name)
    scene.slowest_stop = max(scene.slowest_stop, seconds)
    return f"{number.name}, over after {seconds:.1f} s"


def stop_worker(scene):
    """SIGTERM to a worker, as a scheduler sends it before it takes a node away."""
    workers = scene.run.workers()
    if not workers or not send(scene.random.choice(workers), signal.SIGTERM):
        return None
    return "SIGTERM to 1 worker"


def pause(scene):
    everything = [scene.run.process.pid] + scene.run.workers()
    chosen = scene.random.choice([everything, everything[:1], everything[1:]])
    seconds = scene.random.uniform(0.2, 2)
    chosen = [process for process in chosen if send(process, signal.SIGSTOP)]
    time.sleep(seconds)
    for process in chosen:
        send(process, signal.SIGCONT)
    return f"{len(chosen)} processes for {seconds:.1f} s" if chosen else None


# What fails, and what the run may make of it. A short write is no error at all.
FAILING = [
    ("a write, no space", WRITE, errno.ENOSPC, FAIL, 1),
    ("writes, no space", WRITE, errno.ENOSPC, FAIL, 1000),
    ("half a write, then no space", WRITE, errno.ENOSPC, HALF, 2),
    ("a write, input/output error", WRITE, errno.EIO, FAIL, 1),
    ("a short write", WRITE, 0, SHORT, 1),
    ("an interrupted write", WRITE, errno.EINTR, FAIL, 1),
    ("fsync, input/output error", SYNC, errno.EIO, FAIL, 1),
    ("fsync, over the quota", SYNC, errno.EDQUOT, FAIL, 4),
    ("rename, input/output error", RENAME, errno.EIO, FAIL, 1),
    ("opening for writing, no space", OPEN, errno.ENOSPC, FAIL, 1),
    ("opening for writing, too many files", OPEN, errno.EMFILE, FAIL, 1),
    ("opening for writing, read-only file system", OPEN, errno.EROFS, FAIL, 1000),
    ("cutting a file, input/output error", TRUNCATE, errno.EIO, FAIL, 1),
    ("a read, input/output error", READ, errno.EIO, FAIL, 1),
]


def fail_a_call(scene):
    what, operations, error, mode, count = scene.random.choice(FAILING)
    name = scene.random.choice(["", "", "journal", "candidates", "teacher", "data", "report"])
    writes = scene.writes
    writes.arm(count, operations, error, mode, name)
    # Some calls come only at the beginning of a run.
    if scene.random.random() < 0.3:
        kill_group(scene)
        scene.start()
    run = scene.run
    wait_until(4, lambda: writes.fired or run.status is not None)
    fired = writes.fired
    if not fired:
        writes.disarm()
        return None
    if mode != SHORT and error != errno.EINTR:
        run.may_end_with |= {BAD_INPUT, FAILED}
    run.wait(1.5)
    writes.disarm()
    process, path = writes.last
    who = "the controller" if process == run.process.pid else "a worker"
    return f"{what}: {os.path.relpath(path, scene.study)} of {who}"


def fill(folder, spare):
    """Fills a file system up to a few bytes; returns the file that takes the room.

    Others write meanwhile, so what is free may be less by the time it is asked for.
    """
    filler = f"{folder}/filler"
    with open(filler, "wb") as file:
        while True:
            free = os.statvfs(folder)
            size = free.f_bavail * free.f_frsize - spare
            if size <= 0:
                return filler
            try:
                os.posix_fallocate(file.fileno(), os.fstat(file.fileno()).st_size, size)
            except OSError as problem:
                if problem.errno != errno.ENOSPC:
                    raise


def fill_disk(scene):
    """Fills the small file system that the study lies on, up to a few bytes, for a while."""
    if not scene.disk:
        return None
    spare = scene.random.choice([0, 0, 4096, 20000])
    filler = fill(scene.disk, spare)
    scene.run.may_end_with |= {BAD_INPUT, FAILED}
    scene.run.wait(scene.random.uniform(0.5, 2.5))
    ended = scene.run.status
    os.unlink(filler)
    return f"all but {spare} bytes" + ("" if ended is None else f", ended with status {ended}")


def read_only(scene):
    """Makes the study's file system read-only between two runs."""
    if not scene.disk:
        return None
    kill_group(scene)
    wait_until(10, lambda: not processes(scene.study))
    remount = ["mount", "-o", "remount,bind,{}", scene.disk]
    for mode in ("ro", "rw"):
        command = [word.format(mode) for word in remount]
        if subprocess.run(command, stderr=subprocess.DEVNULL).returncode:
            return None
        if mode == "ro":
            run = scene.start()
            end_by(run, {BAD_INPUT, FAILED}, 30, "its folder had become read-only")
            if run.status == 0 and not scene.is_finished():
                raise Fault("it ended with status 0 in a folder that it could not write to")
            if run.status not in (0, BAD_INPUT, FAILED):
                raise Fault(f"in a read-only folder it ended with status {run.status}")
    return "for one run"


# Those of a cluster. Nodes come back; the study continues meanwhile, if another node is left.


def cluster(*arguments):
    here = os.path.dirname(os.path.abspath(__file__))
    done = subprocess.run(
        [f"{here}/../Cluster/cluster", *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"cluster {' '.join(arguments)}: {done.stderr}")


def busy_nodes():
    """Returns the nodes that workers run on."""
    output = subprocess.run(
        ["squeue", "--noheader", "--states", "running", "--format", "%N"],
        capture_output=True, text=True, check=False,
    ).stdout
    return sorted(set(output.split()))


def lose_node(scene, verb):
    nodes = busy_nodes()
    if not nodes:
        return None
    node = scene.random.choice(nodes)
    cluster(verb, node)
    # Slurm would notice by itself after half a minute.
    if scene.random.random() < 0.7:
        cluster("down-node", node)
    scene.run.wait(scene.random.uniform(0.5, 4))
    cluster("start-node", node)
    return node


def kill_node(scene):
    return lose_node(scene, "kill-node")


def cut_node(scene):
    """The node is lost for Slurm, while its workers go on."""
    return lose_node(scene, "cut-node")


def kill_scheduler(scene):
    cluster("kill-controller")
    scene.run.wait(scene.random.uniform(0, 3))
    cluster("start-controller")
    return "killed and restarted"


def restart_scheduler(scene):
    cluster("stop-controller")
    scene.run.wait(scene.random.uniform(0, 3))
    cluster("start-controller")
    return "stopped and restarted"


def cancel_job(scene):
    """An administrator cancels a job, or it is pre-empted."""
    output = subprocess.run(
        ["squeue", "--noheader", "--states", "running", "--format", "%i"],
        capture_output=True, text=True, check=False,
    ).stdout.split()
    if not output:
        return None
    job = scene.random.choice(output)
    verb = scene.random.choice([["scancel"], ["scontrol", "requeue"]])
    subprocess.run([*verb, job], capture_output=True, check=False)
    return " ".join([*verb, job])


# The name of each, its share of all, and what does it.
LOCAL = {
    "worker killed": (4, kill_worker),
    "all workers killed": (1, kill_workers),
    "controller killed": (3, kill_controller),
    "all killed": (3, kill_group),
    "stopped by signal": (3, stop_well),
    "worker asked to stop": (1, stop_worker),
    "paused": (2, pause),
    "failing call": (8, fail_a_call),
    "disk full": (2, fill_disk),
    "read-only folder": (1, read_only),
}
SLURM = {
    "node killed": (3, kill_node),
    "node cut off": (2, cut_node),
    "scheduler killed": (2, kill_scheduler),
    "scheduler restarted": (2, restart_scheduler),
    "job cancelled": (2, cancel_job),
    "worker killed": (3, kill_worker),
    "controller killed": (3, kill_controller),
    "stopped by signal": (2, stop_well),
    "failing call": (4, fail_a_call),
}
