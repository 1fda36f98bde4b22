"""Compares `autodistill compare` and `check` with SciPy and statsmodels: see .ci/check-comparisons."""

import base64
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy
from scipy import optimize, stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

TOLERANCE = 1e-9
PAIRS = 200


def outcome(answers, has_bits):
    bits = numpy.packbits(answers, bitorder="little").tobytes()
    return {
        "count": len(answers), "correct": int(answers.sum()), "negative_log_likelihood": 0.5,
        "correct_images": base64.b64encode(bits).decode() if has_bits else None, "metrics": None}


class Study:
    """A made-up study: the right answers of its students by split, training and image."""

    def __init__(self, rng, images, runs, has_bits):
        self.has_bits = has_bits
        self.students = []
        for index in range(rng.integers(2, 8)):
            skill = rng.uniform(0.6, 0.95)
            trainings = rng.normal(0, 0.05, runs)
            draw = lambda: numpy.array(
                [rng.random(images) < min(1, skill + effect) for effect in trainings])
            self.students.append({
                "key": f"{rng.integers(6)}{index}", "cost": round(rng.integers(1, 20) / 8, 5),
                "error": float(rng.choice([0, 0.05])), "validation": draw(), "test": draw()})
        self.students.sort(key=lambda student: student["cost"])

    def write(self, path):
        students = [{
            "on_front": True, "key": student["key"], "trial": index, "latency_ms": student["cost"],
            "latency_se_ms": student["error"],
            "runs": [
                {"seed": run, "validation": outcome(student["validation"][run], self.has_bits),
                 "test": outcome(student["test"][run], self.has_bits)}
                for run in range(len(student["test"]))]}
            for index, student in enumerate(self.students)]
        path.write_text(json.dumps({
            "format": "autodistill-front/3", "name": path.stem, "seed": 1, "complete": True,
            "hashes": {"data_sha256": "d"}, "minimize": ["latency_ms"],
            "constraints": {"confidence": 0.9, "bounds": []},
            "budgets": [{"name": f"<={bound}", "constraints": [f"latency_ms<={bound}"]}
                        for bound in (1, 1.5, 2.5)],
            "hardware": {"profile": "board", "protocol": "p"}, "students": students}))

    def winner(self, bound):
        reach = stats.norm.ppf(0.9)
        best = None
        for student in self.students:
            if student["cost"] + reach * student["error"] > bound:
                continue
            if best is None or student["validation"].mean() > best["validation"].mean():
                best = student
        return best

    def noise(self):
        """The variance of trainings' effects, pooled over the students, and its degrees of freedom."""
        total, freedom = 0.0, 0
        for student in self.students:
            x = student["test"].astype(float)
            runs, images = x.shape
            if runs < 2:
                continue
            trainings = x.mean(1)
            if not self.has_bits:
                total += trainings.var(ddof=1) * (runs - 1)
            else:
                residual = x - x.mean(0)[None] - trainings[:, None] + x.mean()
                square = (residual ** 2).sum() / ((images - 1) * (runs - 1))
                total += (trainings.var(ddof=1) - square / images) * (runs - 1)
            freedom += runs - 1
        return (max(0.0, total / freedom), freedom) if freedom else None


def tango(b, c, n, confidence):
    """The score interval, the nuisance parameter by maximising the likelihood itself."""
    z = stats.norm.ppf(0.5 + confidence / 2)

    def score(delta):
        # The likelihood's derivative in the smaller probability has one zero between its limits.
        def slope(p):
            return (b / (p + delta) if b else 0) + (c / p if c else 0) - 2 * (n - b - c) / (
                1 - 2 * p - delta)
        low, high = max(0, -delta), (1 - delta) / 2
        edge = 1e-13 * (high - low)
        if slope(low + edge) <= 0:
            p = low
        else:
            p = optimize.brentq(slope, low + edge, high - edge, xtol=1e-16, rtol=1e-14)
        variance = n * (2 * p + delta * (1 - delta))
        return (b - c - n * delta) / numpy.sqrt(variance)

    def root(target, sign):
        """Outwards from the estimate until the score has passed the target, then between."""
        inner, step = (b - c) / n, 1e-3
        outer = inner + sign * step
        while sign * (score(outer) - target) > 0:
            step *= 1.5
            inner, outer = outer, (b - c) / n + sign * step
        if inner == (b - c) / n:
            inner += sign * 1e-12
        return optimize.brentq(lambda delta: score(delta) - target, inner, outer, xtol=1e-15)

    return root(z, -1), root(-z, 1)


def difference(after, before, noises, has_bits, confidence=0.95):
    """The difference of two students, its interval and p-value."""
    a, b = after["test"], before["test"]
    images = a.shape[1]
    known = [noise for noise in noises if noise]
    noisy = any(noise[0] > 0 for noise in known)
    value = a.mean() - b.mean()
    if has_bits and not noisy and len(a) == len(b) == 1:
        first, second = int((a[0] & ~b[0]).sum()), int((b[0] & ~a[0]).sum())
        k, m = min(first, second), first + second
        p = min(1, 2 * stats.binom.cdf(k, m, 0.5) - stats.binom.pmf(k, m, 0.5)) if m else 1.0
        return value, tango(first, second, images, confidence), p
    if not has_bits and not noisy:
        counts = (a.mean() * images, b.mean() * images)
        interval = confint_proportions_2indep(
            counts[0], images, counts[1], images, method="newcomb", compare="diff")
        return value, interval, proportions_ztest(counts, (images, images))[1]
    if has_bits:
        parts = [((a.mean(0) - b.mean(0)).var(ddof=1) / images, images - 1)]
    else:
        parts = [(x.mean() * (1 - x.mean()) / images, images) for x in (a, b)]
    for runs, noise in ((len(a), noises[0] or noises[1]), (len(b), noises[1] or noises[0])):
        if noise:
            parts.append((noise[0] / runs, noise[1]))
    variance = sum(part for part, _ in parts)
    freedom = variance ** 2 / sum(part ** 2 / degrees for part, degrees in parts)
    error = numpy.sqrt(variance)
    return (value, stats.t.interval(confidence, freedom, loc=value, scale=error),
            2 * stats.t.sf(abs(value) / error, freedom))


def hypervolume(study, accuracy, cost):
    """By the corners of the staircase."""
    levels = sorted({student["cost"] for student in study.students} | {cost})
    volume = 0.0
    for low, high in zip(levels, levels[1:]):
        best = max(s["test"].mean() for s in study.students if s["cost"] <= low)
        volume += max(0, best - accuracy) * (high - low) / cost
    return volume


class Differences:
    def __init__(self):
        self.largest = 0.0

    def compare(self, what, ours, theirs):
        if (ours is None) != (theirs is None):
            sys.exit(f"FAIL: {what}: {ours}, expected {theirs}")
        if ours is None:
            return
        distance = abs(ours - theirs)
        self.largest = max(self.largest, distance)
        if not distance <= TOLERANCE:
            sys.exit(f"FAIL: {what}: {ours}, expected {theirs}")


def run(*arguments):
    ended = subprocess.run(arguments, capture_output=True, text=True)
    if ended.returncode not in (0, 1):
        sys.exit(f"FAIL: {' '.join(arguments)}: {ended.stderr}")
    return json.loads(ended.stdout), ended.returncode


def check_pair(program, area, seed, differences):
    rng = numpy.random.default_rng(seed)
    images, runs = int(rng.integers(50, 400)), int(rng.choice([1, 1, 2, 3]))
    has_bits = bool(rng.random() < 0.75)
    before, after = (Study(rng, images, runs, has_bits) for _ in range(2))
    paths = [area / "before.json", area / "after.json"]
    before.write(paths[0])
    after.write(paths[1])
    said, _ = run(program, "compare", *map(str, paths), "--format", "json")
    pair = said["comparisons"][0]
    noises = (after.noise(), before.noise())
    raw = []
    for budget, bound in zip(pair["budgets"], (1, 1.5, 2.5)):
        what = f"pair {seed}, {budget['name']}"
        winners = before.winner(bound), after.winner(bound)
        for side, winner in zip(("before", "after"), winners):
            if (budget[side] or {}).get("key") != (winner or {}).get("key"):
                sys.exit(f"FAIL: {what}: {side} {budget[side]}, expected {(winner or {}).get('key')}")
        if None in winners:
            continue
        value, interval, p = difference(winners[1], winners[0], noises, has_bits)
        differences.compare(f"{what}: difference", budget["difference"], value)
        differences.compare(f"{what}: low", budget["low"], interval[0])
        differences.compare(f"{what}: high", budget["high"], interval[1])
        differences.compare(f"{what}: p", budget["p"], p)
        raw.append((budget["p_holm"], p, (winners[0]["key"], winners[1]["key"])))
    # The same two students within several budgets are one test.
    tests = {students: p for _, p, students in raw}
    corrected = dict(zip(tests, multipletests(list(tests.values()), method="holm")[1])) if tests else {}
    for ours, _, students in raw:
        differences.compare(f"pair {seed}: p after Holm", ours, corrected[students])
    volume = pair["hypervolume"]
    for side, study in (("before", before), ("after", after)):
        differences.compare(
            f"pair {seed}: hypervolume {side}", volume[side],
            hypervolume(study, volume["reference_accuracy"], volume["reference_costs"][0]))
    check_demand(program, paths, before, after, noises, has_bits, differences, seed)


def check_demand(program, paths, before, after, noises, has_bits, differences, seed):
    winners = before.winner(2.5), after.winner(2.5)
    said, status = run(
        program, "check", str(paths[1]), "--against", str(paths[0]), "--no-worse",
        "test_accuracy@latency_ms<=2.5", "--format", "json")
    demand = said["no_worse"][0]
    if None in winners:
        return
    value, _, p = difference(winners[1], winners[0], noises, has_bits)
    differences.compare(f"pair {seed}: check's p", demand["p"], p)
    is_worse = p < 0.05 and value <= -demand["threshold"]
    if (status == 1) != is_worse:
        sys.exit(f"FAIL: pair {seed}: check ends with {status}, expected {int(is_worse)}")


def main():
    differences = Differences()
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(PAIRS):
            check_pair(sys.argv[1], pathlib.Path(folder), seed, differences)
    print(f"PASS: {PAIRS} pairs of fronts agree with SciPy and statsmodels to {differences.largest:.1e}")


main()
