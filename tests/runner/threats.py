"""tests/run --threats: what the tests with a threat's number have shown."""

import os
import sys

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
    verdicts = {n: verdict(n, tests) for n, tests in by_number.items()}
    for number, tests in by_number.items():
        ids = " ".join(r.id for r in tests)
        print(f"{number}\t{verdicts[number]}\t{ids}")
        if verdicts[number] == "reduced":
            why = {r.reduced.get(number, "skipped") for r in tests
                   if number in r.reduced or r.outcome != PASSED}
            sys.stderr.write(f"  {number}: {'; '.join(sorted(why))}\n")
    passed = sum(verdicts[n] == "pass" for n in numbers)
    print(f"{passed} of {len(numbers)}")
    return "fail" not in verdicts.values()


def verdict(number, tests):
    """fail: a test failed. none: no test ran. pass: one of them did all that
    the threat asks for, or all of them together. reduced: one of them does
    less than its part of it, or was skipped, and none did the whole."""
    if any(r.outcome == FAILED for r in tests):
        return "fail"
    if all(r.outcome == SKIPPED for r in tests):
        return "none"
    if any(number in r.whole and r.outcome == PASSED for r in tests):
        return "pass"
    if any(number in r.reduced or r.outcome != PASSED for r in tests):
        return "reduced"
    return "pass"
