"""Compares a table of arenas with what tflite-micro's interpreter says: check_arena.py TABLE."""
import csv
import subprocess
import sys

ASK = """
import sys
from tflite_micro.python.tflite_micro import runtime
for path, size in zip(sys.argv[1::2], sys.argv[2::2]):
    try:
        runtime.Interpreter.from_file(path, arena_size=int(size)).print_allocations()
    except RuntimeError:
        print('refused', file=sys.stderr, flush=True)
    print('next', file=sys.stderr, flush=True)
"""


def ask(pairs):
    """Returns for each file and arena (head, used), or None where the interpreter does not come up."""
    answers = []
    for start in range(0, len(pairs), 40):
        part = pairs[start:start + 40]
        arguments = [str(word) for pair in part for word in pair]
        # A subprocess, since the interpreter prints by itself.
        done = subprocess.run(
            [sys.executable, "-c", ASK, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        blocks = done.stdout.split("next\n")[:-1]
        if len(blocks) != len(part):
            sys.exit(f"tflite-micro ended after {len(blocks)} of {len(part)} files:\n{done.stdout[-2000:]}")
        for block in blocks:
            numbers = [int(line.split()[-2]) for line in block.splitlines() if "Arena allocation" in line]
            answers.append(None if "refused" in block or not numbers else (numbers[1], numbers[0]))
    return answers


def main():
    rows = list(csv.DictReader(open(sys.argv[1], encoding="utf-8")))
    up = lambda text: (int(text) + 15) // 16 * 16
    reported = ask([(row["file"], 1 << 26) for row in rows])
    enough = ask([(row["file"], up(row["needed"])) for row in rows])
    short = ask([(row["file"], up(row["needed"]) - 16) for row in rows])
    differ, refused, compared = [], [], 0
    planned = [row for row in rows if row["planned"] == "1"]
    for row, report, fits, less in zip(rows, reported, enough, short):
        name = row["file"].rsplit("/", 1)[-1]
        if report is None:
            refused.append(name)
            continue
        compared += 1
        said = (int(row["head"]), int(row["used"]))
        if report != said:
            differ.append(f"{name}: head and used {said}, tflite-micro says {report}")
        if fits is None:
            differ.append(f"{name}: does not come up in {row['needed']} bytes")
        if less is not None:
            differ.append(f"{name}: comes up in 16 bytes less than {row['needed']}")
    bound = sum(row["head"] == row["bound"] for row in planned)
    print(f"{compared} arenas agree with tflite-micro's interpreter" if not differ else "\n".join(differ[:20]))
    print(f"{bound} of {len(planned)} offline plans reach the lower bound, and are kept to")
    if refused:
        print(f"not compared, since the interpreter refuses them: {', '.join(refused)}")
    sizes = [float(row["estimated_bytes"]) / float(row["file_bytes"]) for row in rows if row["file_bytes"] != "0"]
    print(f"estimated file sizes: {min(sizes):.4f} to {max(sizes):.4f} of the real ones")
    if differ or bound < 0.95 * len(planned) or compared < 4:
        sys.exit(1)


main()
