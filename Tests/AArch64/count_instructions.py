"""Counts what the busiest loops of AArch64 code spend on each multiply-add.

    llvm-objdump -d --no-show-raw-insn TensorKernels.o | count_instructions.py [LEAST]

A loop is what lies between a branch backwards and its target, with no other loop inside. Of each function with a loop
of LEAST (default 8) or more vector multiply-adds, prints its loops: all instructions, multiply-adds (`fmla`), those
among them that take one lane of a register (by element), loads of 128 bits, loads that repeat one value (`ld1r`),
repeats of a register's lane (`dup`), and loads and stores of 128 bits on the stack: registers that did not suffice.

Exit status: 0.
"""

import re
import sys

least = int(sys.argv[1]) if len(sys.argv) > 1 else 8
LINE = re.compile(r"^\s*([0-9a-f]+):\s+(\S+)\s*(.*)$")


def rows(instructions):
    """(count of each kind) of the innermost loops of one function."""
    places = {address: index for index, (address, _, _) in enumerate(instructions)}
    loops = []
    for index, (address, name, operands) in enumerate(instructions):
        target = re.search(r"0x([0-9a-f]+)", operands)
        if not re.match(r"b\.|b$|cbn?z|tbn?z", name) or not target:
            continue
        start = places.get(int(target.group(1), 16))
        if start is not None and start <= index:
            loops.append((start, index + 1))
    for start, end in loops:
        # Two branches to one target make one loop: the longer.
        if any(s >= start and e <= end and s != start for s, e in loops if (s, e) != (start, end)):
            continue
        if any(s == start and e > end for s, e in loops):
            continue
        body = instructions[start:end]
        fused = [line for line in body if line[1].startswith("fmla")]
        if len(fused) < least:
            continue
        stack = [line for line in body if "sp" in line[2] and re.match(r"q|.*\bq\d", line[2])]
        yield (
            len(body), len(fused), sum("s[" in operands for _, _, operands in fused),
            sum(name in ("ldr", "ldur", "ldp") and "q" in operands and "sp" not in operands
                for _, name, operands in body),
            sum(name.startswith("ld1r") for _, name, _ in body),
            sum(name == "dup" for _, name, _ in body),
            sum(name.startswith("ld") for _, name, _ in stack),
            sum(name.startswith("st") for _, name, _ in stack),
        )


def functions(lines):
    name, instructions = None, []
    for line in lines:
        heading = re.match(r"^[0-9a-f]+ <(.*)>:", line)
        if heading:
            if name:
                yield name, instructions
            name, instructions = heading.group(1), []
        elif match := LINE.match(line):
            instructions.append((int(match.group(1), 16), match.group(2), match.group(3)))
    if name:
        yield name, instructions


HEADINGS = ("all", "fmla", "by element", "loads", "ld1r", "dup", "stack loads", "stack stores", "all/fmla")
print("  ".join(HEADINGS), " function")
for name, instructions in functions(sys.stdin):
    for row in rows(instructions):
        cells = [*map(str, row), f"{row[0] / row[1]:.2f}"]
        print("  ".join(cell.rjust(len(h)) for cell, h in zip(cells, HEADINGS)), f" {name}")
