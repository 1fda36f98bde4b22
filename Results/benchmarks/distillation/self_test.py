"""Tests of the distillation benchmark: its formulas, what its tables choose, and its methods.

    Results/benchmarks/distillation/run --self-test
"""

import argparse
import json
import math
import os
import re
import tempfile
import unittest

import benchmark_distillation as benchmark
from benchmark_budget import with_error
from methods import ALONE, METHODS, ONLY_IN, PLAIN, TUNED, methods_in, settings_of
from paired import two_sided_p

OPTIONS = argparse.Namespace(labels=2000, epochs=12, long_epochs=60)


def values_with(t, count):
    """Returns differences whose paired t statistic is t."""
    spread = [i - (count - 1) / 2 for i in range(count)]
    deviation = math.sqrt(sum(value * value for value in spread) / (count - 1))
    return [t / math.sqrt(count) + value / deviation for value in spread]


class Result:
    """What the tables read of a study, without one."""

    def __init__(self, validation, test, teacher_test=95.0):
        self.validation, self.test = dict(enumerate(validation)), dict(enumerate(test))
        self.teacher_test, self.chosen, self.trials, self.seconds = teacher_test, {"weight": 0.9}, 4, 7200

    against = benchmark.Result.against


class PValues(unittest.TestCase):
    def test_is_that_of_students_distribution(self):
        # One degree of freedom is Cauchy's distribution, two have a closed form; the others are of tables.
        for t in (0.1, 1, 2, 12.706):
            self.assertAlmostEqual(two_sided_p(values_with(t, 2)), 1 - 2 * math.atan(t) / math.pi, places=6)
            self.assertAlmostEqual(two_sided_p(values_with(t, 3)), 1 - t / math.sqrt(2 + t * t), places=6)
        for t, count in ((2.776445, 5), (2.570582, 6), (2.262157, 10), (2.045230, 30)):
            self.assertAlmostEqual(two_sided_p(values_with(t, count)), 0.05, places=5)

    def test_is_two_sided_and_has_its_ends(self):
        self.assertEqual(two_sided_p([1, 2, 4]), two_sided_p([-1, -2, -4]))
        self.assertAlmostEqual(two_sided_p([-1, 1]), 1)
        self.assertIsNone(two_sided_p([1]))
        self.assertEqual((two_sided_p([0, 0]), two_sided_p([2, 2])), (1, 0))

    def test_is_short_in_the_table(self):
        self.assertEqual(benchmark.p_text([1]), "")
        self.assertEqual(benchmark.p_text(values_with(2.776445, 5)), "0.050")
        self.assertEqual(benchmark.p_text(values_with(50, 9)), "< 0.001")


class Numbers(unittest.TestCase):
    def test_have_the_standard_error_of_the_mean(self):
        self.assertEqual(with_error([90.0, 92.0]), "91.00 ± 1.00")
        self.assertEqual(with_error([1.0, 2.0, 3.0], True), f"+2.00 ± {1 / math.sqrt(3):.2f}")
        self.assertEqual(with_error([-0.5], True), "−0.50")
        self.assertEqual(with_error([]), "–")

    def test_are_paired_by_the_seeds_that_both_have(self):
        first, second = Result([], [90, 91, 93]), Result([], [89, 91])
        second.test = {0: 89, 2: 91, 7: 50}
        self.assertEqual(first.against(second), [1, 2])


class Tables(unittest.TestCase):
    def test_name_the_best_by_validation_and_not_by_test(self):
        found = {("symbols", "full", "S"): {
            ALONE: Result([90, 90], [80, 82]), PLAIN: Result([91, 91], [88, 88]), "dist": Result([92, 92], [83, 83])}}
        row = list(benchmark.headline(None, found))[-1]
        self.assertIn("| dist | 83.00 ± 0.00 | +2.00 ± 1.00 | 0.295 | 95.00 |", row)
        rows = list(benchmark.comparison(None, found["symbols", "full", "S"]))[2:]
        self.assertEqual([row.split("|")[1].strip() for row in rows], ["dist", PLAIN, ALONE])
        self.assertIn("| −5.00 ± 0.00 | 0.000".replace("0.000", "< 0.001") + " |", rows[0])
        self.assertIn("| weight 0.9 | 4 | 2.00 |", rows[1])

    def test_have_no_headline_without_what_it_compares(self):
        found = {("symbols", "full", "S"): {PLAIN: Result([91], [88])}}
        self.assertEqual(len(list(benchmark.headline(None, found))), 2)


class Journals(unittest.TestCase):
    def test_are_read_by_repetition_and_key(self):
        def evaluation(correct):
            return {"count": 100, "correct": correct}
        events = [
            {"event": "teacher_tested", "test": evaluation(95)},
            {"event": "proposed", "trial": 0, "key": "001", "costs": {"macs": 7}},
            {"event": "finished", "trial": 0, "seconds": 5},
            {"event": "distilled", "trial": 0, "repetition": 0, "baseline": False, "outcome": "measured", "seconds": 10,
             "validation": evaluation(80)},
            {"event": "distilled", "trial": 0, "repetition": 1, "baseline": False, "outcome": "measured", "seconds": 10,
             "validation": evaluation(82), "test": evaluation(81)},
            {"event": "distilled", "trial": 0, "repetition": 2, "baseline": False, "outcome": "diverged", "seconds": 1},
            {"event": "tested", "trial": 0, "test": evaluation(79)},
        ]
        definition = {"search": {"recipe": {"rate": [0.2, 0.1, 0.4], "kind": ["b", "a"]}}}
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "journal.jsonl"), "w") as file:
                file.write("".join(json.dumps(event) + "\n" for event in events) + "half a li")
            result = benchmark.Result(argparse.Namespace(folder=folder, definition=definition))
        self.assertEqual((result.validation, result.test), ({0: 80, 1: 82}, {0: 79, 1: 81}))
        self.assertEqual((result.teacher_test, result.trials, result.seconds, result.macs), (95, 1, 26, 7))
        # Numbers are ordered in a key, words stay as they are.
        self.assertEqual(result.chosen, {"rate": 0.1, "kind": "a"})


class Methods(unittest.TestCase):
    def test_tune_what_their_recipes_name_and_nothing_else(self):
        for name, (recipe, decisions) in METHODS.items():
            named = set(re.findall(r'"\$([a-z_]+)"', json.dumps(recipe)))
            self.assertEqual(named, set(decisions), name)
            self.assertFalse(named & set(TUNED), name)
            for values in decisions.values():
                self.assertEqual(len(values), len(set(values)), name)

    def test_are_left_out_where_a_setting_does_not_allow_them(self):
        for name, settings in ONLY_IN.items():
            self.assertIn(name, METHODS)
            self.assertLessEqual(set(settings), set(settings_of(OPTIONS)))
        names = [PLAIN, "labeled-share", "branches"]
        self.assertEqual(methods_in("full", names), [PLAIN, "branches"])
        self.assertEqual(methods_in("few-unlabeled", names), names)

    def test_have_the_same_steps_in_a_setting(self):
        for name, setting in settings_of(OPTIONS).items():
            images = setting.images or 48_000
            steps = setting.epochs_of(PLAIN, 48_000) * images
            alone = setting.epochs_of(ALONE, 48_000) * (setting.images_alone or 48_000)
            self.assertAlmostEqual(steps, alone, msg=name)
            self.assertAlmostEqual(steps, (60 if name == "long" else 12) * 48_000, msg=name)


if __name__ == "__main__":
    unittest.main()
