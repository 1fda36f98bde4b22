"""Turns tests for swift-testing into plain Swift, for compilers that have no macros.

    convert_tests.py OUTPUT TARGET...     e.g. build/tests Tests/RandomStreamsTests Tests/TensorKernelsTests

Copies every Swift file below each target's folder to OUTPUT/NAME, with `@Suite` and `@Test` left out and `#expect`
called as a function, and adds to each suite a function that runs its tests. OUTPUT/NAME/RunNAME.swift has the function
`runNAME` that runs all suites. Line numbers stay as they are.

Exit status: 0 all was converted, 1 a test is written in a way that this program does not know.
"""

import re
import sys
from pathlib import Path


class Unknown(Exception):
    """A test that cannot be converted."""


def end_of(text, start):
    """The place behind the bracket that closes the one at `start`; brackets in texts do not count."""
    depth, place, quoted = 0, start, False
    while place < len(text):
        character = text[place]
        if quoted:
            if character == "\\":
                place += 1
            elif character == '"':
                quoted = False
        elif character == '"':
            quoted = True
        elif character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
            if depth == 0:
                return place + 1
        place += 1
    raise Unknown("a bracket that nothing closes")


def parts(text):
    """What commas outside of brackets and texts separate."""
    found, first, place = [], 0, 0
    while place < len(text):
        if text[place] in "([{":
            place = end_of(text, place)
        elif text[place] == '"':
            place = re.compile(r'"(\\.|[^"\\])*"').match(text, place).end()
        elif text[place] == ",":
            found.append(text[first:place].strip())
            first = place = place + 1
        else:
            place += 1
    return [part for part in found + [text[first:].strip()] if part]


def call(suite, name, arguments, function, parameters):
    """The statement that runs a test with all of its arguments."""
    names = [parameter.split(":", 1)[0].split() for parameter in parameters]
    types = [parameter.split(":", 1)[1].strip() for parameter in parameters]
    values = [f"value{i}" for i in range(len(parameters))]
    labels = ["" if labels[0] == "_" else labels[0] + ": " for labels in names]
    inner = f"{suite}().{function}({', '.join(map(''.join, zip(labels, values)))})"
    if len(arguments) == len(parameters):
        for argument, value, kind in reversed(list(zip(arguments, values, types))):
            inner = f"forEach({argument}) {{ ({value}: {kind}) in {inner} }}"
    elif len(arguments) == 1:
        places = "; ".join(f"let {value} = values.{i}" for i, value in enumerate(values))
        inner = f"forEach({arguments[0]}) {{ (values: ({', '.join(types)})) in {places}; {inner} }}"
    else:
        raise Unknown(f"{function} takes {len(parameters)} values of {len(arguments)} collections")
    return f"runTest(suiteName, {name}) {{ {inner} }}"


def converted(source):
    """The Swift text without macros, and the suite that it declares."""
    suite = re.search(r"^@Suite\((\"(?:\\.|[^\"\\])*\")\)\n(?:final )?(?:struct|class) (\w+)", source, re.M)
    calls = []

    def without_test(text):
        result, first = "", 0
        for match in re.finditer(r"@Test\(", text):
            end = end_of(text, match.end() - 1)
            name, *rest = parts(text[match.end():end - 1])
            arguments = []
            if rest:
                if not rest[0].startswith("arguments:"):
                    raise Unknown(f"the trait {rest[0]} of a test")
                arguments = [rest[0].removeprefix("arguments:").strip()] + rest[1:]
            function = re.compile(r"\s*func (\w+)").match(text, end)
            if not function:
                raise Unknown(f"what follows @Test({name}) is no function")
            close = end_of(text, function.end())
            parameters = parts(text[function.end() + 1:close - 1])
            if re.match(r"\s*(async|throws)", text[close:]):
                raise Unknown(f"{function.group(1)} is async or throws")
            calls.append(call(suite.group(2), name, arguments, function.group(1), parameters))
            lines = text[match.start():end].count("\n")
            result += text[first:match.start()] + "\n" * lines
            first = end
        return result + text[first:]

    if "@Test" in source and not suite:
        raise Unknown("tests outside of an @Suite with a name")
    text = without_test(source) if suite else source
    text = re.sub(r"^@Suite\(.*\)$", "", text, flags=re.M)
    text = text.replace("#expect(", "expect(").replace("#_sourceLocation", "#line")
    # Texts beside expectations may hold values that have no description here.
    text = re.sub(r"_ name: String\b", "_ name: Comment", text)
    text = re.sub(r"\blet name = \"", 'let name: Comment = "', text)
    # Nor are there key paths.
    text = re.sub(r"\\\.((?:\w|\.)+)\)", r"{ $0.\1 })", text)
    macro = re.search(r"#(expect|require)\b|@(Test|Suite)\b|\bIssue\.", text)
    if macro:
        raise Unknown(f"{macro.group(0)} in a form that has no counterpart")
    if suite:
        text += f"\nextension {suite.group(2)} {{\n  static func runTests() {{\n"
        text += f"    let suiteName = {suite.group(1)}\n"
        text += "".join(f"    {line}\n" for line in calls) + "  }\n}\n"
    return text, suite and suite.group(2)


def main():
    output = Path(sys.argv[1])
    for folder in map(Path, sys.argv[2:]):
        target = output / folder.name
        target.mkdir(parents=True, exist_ok=True)
        suites = []
        for path in sorted(folder.rglob("*.swift")):
            try:
                text, suite = converted(path.read_text(encoding="utf-8"))
            except Unknown as problem:
                sys.exit(f"error: {path}: {problem}")
            (target / path.name).write_text(text, encoding="utf-8")
            suites += [suite] if suite else []
        if not suites:
            sys.exit(f"error: {folder}: no tests")
        lines = "".join(f"  {suite}.runTests()\n" for suite in suites)
        (target / f"Run{folder.name}.swift").write_text(f"func run{folder.name}() {{\n{lines}}}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
