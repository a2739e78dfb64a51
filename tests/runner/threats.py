"""tests/run --threats: what the tests with a threat's number have shown."""

import os

from result import FAILED, PASSED, SKIPPED


def known(tree):
    """Numbers of tests/threats.tsv, in its order."""
    with open(os.path.join(tree, "tests/threats.tsv"), encoding="utf-8") as f:
        return [line.split("\t")[0] for line in f if line.startswith("T")]


def report(tree, results):
    """Prints a line per threat and "N of M"; True where none failed."""
    numbers = known(tree)
    by_number = {n: [] for n in numbers}
    for r in results.all:
        for number in r.threats:
            by_number.setdefault(number, []).append(r)
    verdicts = {n: verdict(tests) for n, tests in by_number.items()}
    for number, tests in by_number.items():
        ids = " ".join(r.id for r in tests)
        print(f"{number}\t{verdicts[number]}\t{ids}")
    passed = sum(verdicts[n] == "pass" for n in numbers)
    print(f"{passed} of {len(numbers)}")
    return "fail" not in verdicts.values()


def verdict(tests):
    """fail: a test failed. none: no test ran. reduced: one of them does less
    than the threat asks for, or was skipped. pass: all of it was seen."""
    if any(r.outcome == FAILED for r in tests):
        return "fail"
    if all(r.outcome == SKIPPED for r in tests):
        return "none"
    if any(r.reduced or r.outcome != PASSED for r in tests):
        return "reduced"
    return "pass"
