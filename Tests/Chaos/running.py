"""A run of the command, and the processes that belong to it wherever they were started."""

import os
import signal
import subprocess
import time

# Every process below a run inherits it, those of jobs on a cluster too.
MARK = "AUTODISTILL_CHAOS"


class Run:
    """`autodistill run STUDY`, in a session of its own."""

    def __init__(self, binary, study, arguments, log, environment):
        self.study = study
        self.began = time.monotonic()
        # Statuses with which it may end, besides 0, because of what was done to it.
        self.may_end_with = set()
        self.log = log
        with open(log, "a") as output:
            self.process = subprocess.Popen(
                [binary, "run", study, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **environment, MARK: study},
                start_new_session=True,
            )

    @property
    def status(self):
        """The exit status, negative for a signal; None while it runs."""
        return self.process.poll()

    def wait(self, seconds):
        """Waits for the end; returns the status, or None if it still runs."""
        try:
            return self.process.wait(max(0, seconds))
        except subprocess.TimeoutExpired:
            return None

    def signal(self, number):
        """Sends a signal to the controller, if it is still there."""
        if self.status is None:
            self.process.send_signal(number)

    def signal_group(self, number):
        """Sends a signal to the controller and to all that it has started on this machine."""
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            pass

    def workers(self):
        """Returns the living workers of the study, on whichever pretended node."""
        return [process for process in processes(self.study) if is_worker(process)]

    def tail(self, lines=15):
        with open(self.log, errors="replace") as file:
            return "".join(file.readlines()[-lines:])


def processes(study):
    """Returns the living processes that work on a study, however they were started."""
    mark = f"{MARK}={study}".encode()
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit() or int(name) == os.getpid():
            continue
        try:
            with open(f"/proc/{name}/environ", "rb") as file:
                members = file.read().split(b"\0")
        except OSError:
            continue
        if mark in members and not is_dead(int(name)):
            found.append(int(name))
    return found


def is_dead(process):
    try:
        with open(f"/proc/{process}/stat") as file:
            return file.read().rpartition(") ")[2][0] in "ZX"
    except OSError:
        return True


def command_line(process):
    try:
        with open(f"/proc/{process}/cmdline", "rb") as file:
            return file.read().decode(errors="replace").split("\0")
    except OSError:
        return []


def is_worker(process):
    words = command_line(process)
    return len(words) > 1 and words[1] == "worker"


def send(process, number):
    """Sends a signal; says whether the process was there."""
    try:
        os.kill(process, number)
        return True
    except ProcessLookupError:
        return False


def end_all(study):
    """Kills whatever works on a study."""
    for process in processes(study):
        send(process, signal.SIGKILL)


def wait_until(seconds, condition):
    """Waits until a condition holds; says whether it came to hold."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
