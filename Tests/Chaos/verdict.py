"""Whether a disturbed study ended as an undisturbed one did, read from its files alone."""

import collections
import hashlib
import json
import os
import re
import subprocess

# Members that may differ from run to run. Of the journal: how long things took, and what chains lines.
TIMES = {"seconds", "processor_seconds", "peak_memory_bytes", "seq", "chain", "date"}

# What a line of the journal ends with.
SEAL = re.compile(rb'(.*,"seq":([0-9]+)),"chain":"([0-9a-f]{16})"}')

# Events that say how a study was run, not what it found.
OF_THE_RUN = {"stage_timed", "lost", "repaired"}

# By what an event is one of a kind: the same training twice is one counted twice.
IDENTITY = ("trial", "key", "repetition", "baseline", "seed", "fraction")


# Of study.json, which the journal quotes: what may change between runs.
OF_RUNS = ("executor", "workers", "trial_limits")


def without_times(value):
    if isinstance(value, dict):
        if value.get("event") == "began":
            study = json.loads(value["study"])
            asked = {name: study[name] for name in study if name not in OF_RUNS}
            value = {**value, "study": asked}
        return {name: without_times(item) for name, item in value.items() if name not in TIMES}
    if isinstance(value, list):
        return [without_times(item) for item in value]
    return value


def read_journal(study):
    """Returns the events of a study and what is wrong with their lines.

    The numbers and checksums at the lines' ends are checked as Sources/Studies/Journal/JournalChain says,
    with nothing of its code.
    """
    problems, events = [], []
    with open(f"{study}/journal.jsonl", "rb") as file:
        text = file.read()
    if text and not text.endswith(b"\n"):
        problems.append("the journal of a run that ended well has half a line at its end")
    last, beginning = None, hashlib.sha256()
    for number, line in enumerate(text.split(b"\n")[:-1], 1):
        try:
            events.append(json.loads(line))
        except ValueError:
            problems.append(f"journal.jsonl:{number} is no JSON")
        seal = SEAL.fullmatch(line)
        if seal is None:
            beginning.update(line + b"\n")
            if last:
                problems.append(f"journal.jsonl:{number} has no checksum")
            continue
        before = last or beginning.hexdigest()[:16].encode()
        last = hashlib.sha256(before + seal[1]).hexdigest()[:16].encode()
        if int(seal[2]) != number or seal[3] != last:
            problems.append(f"journal.jsonl:{number}: a wrong number or checksum")
    return events, problems


def counted(events):
    """Returns how often each event stands there, apart from times."""
    counts = collections.Counter(
        json.dumps(without_times(event), sort_keys=True)
        for event in events
        if event["event"] not in OF_THE_RUN
    )
    # What a file holds may be said again where a kill came between that and the line that depends on it.
    return collections.Counter(
        {text: 1 if json.loads(text)["event"] == "kept" else count for text, count in counts.items()}
    )


def identity(text):
    event = json.loads(text)
    return " ".join(
        [event["event"]] + [f"{name} {event[name]}" for name in IDENTITY if name in event]
    )


def compare_journals(undisturbed, disturbed):
    """Returns what is lost, counted twice or different in a journal, as texts."""
    expected, _ = read_journal(undisturbed)
    found, problems = read_journal(disturbed)
    expected, found = counted(expected), counted(found)
    missing = collections.Counter(identity(text) for text in (expected - found).elements())
    extra = collections.Counter(identity(text) for text in (found - expected).elements())
    for name in sorted(set(missing) | set(extra)):
        if name in missing and name in extra:
            problems.append(f"different: {name}")
        elif name in missing:
            problems.append(f"lost: {name}")
        elif any(identity(text) == name for text in expected):
            problems.append(f"counted twice: {name}")
        else:
            problems.append(f"not in the undisturbed run: {name}")
    return problems


def difference(expected, found, place=""):
    """Returns where two JSON values differ first; None if they do not."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for name in sorted(set(expected) | set(found)):
            if (name in expected) != (name in found):
                return f"{place}.{name}"
            inner = difference(expected[name], found[name], f"{place}.{name}")
            if inner:
                return inner
        return None
    if isinstance(expected, list) and isinstance(found, list):
        if len(expected) != len(found):
            return f"{place} has {len(found)} instead of {len(expected)} elements"
        for index, pair in enumerate(zip(expected, found)):
            inner = difference(*pair, f"{place}[{index}]")
            if inner:
                return inner
        return None
    return None if expected == found else f"{place} is {found!r}, not {expected!r}"


def compare_fronts(undisturbed, disturbed):
    problems = []
    pair = []
    for study in (undisturbed, disturbed):
        with open(f"{study}/report/front.csv", "rb") as file:
            pair.append(file.read())
    if pair[0] != pair[1]:
        problems.append("report/front.csv differs")
    pair = []
    for study in (undisturbed, disturbed):
        with open(f"{study}/report/front.json") as file:
            pair.append(without_times(json.load(file)))
    place = difference(*pair)
    if place:
        problems.append(f"report/front.json differs: {place}")
    return problems


def leftovers(study):
    """Returns files that a killed write has left."""
    found = []
    for folder, folders, files in os.walk(study):
        for name in folders + files:
            if name.endswith(".partial") or ".partial." in name or "checkpoint" in name:
                found.append(f"left behind: {os.path.relpath(f'{folder}/{name}', study)}")
    return found


def verified(binary, study):
    """Returns what `autodistill verify` finds; nothing where the command has no such verb."""
    if not has_verify(binary):
        return []
    done = subprocess.run([binary, "verify", study], capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return []
    return [f"verify: status {done.returncode}: {(done.stdout + done.stderr).strip()[-600:]}"]


def has_verify(binary):
    done = subprocess.run([binary, "verify", "--help"], capture_output=True, check=False)
    return done.returncode == 0


def problems_of(binary, undisturbed, disturbed):
    """Returns all that is wrong with a study that was disturbed and has ended."""
    return (
        compare_fronts(undisturbed, disturbed)
        + compare_journals(undisturbed, disturbed)
        + leftovers(disturbed)
        + verified(binary, disturbed)
    )
