"""Results of `make check`: one per cmocka test, read from the logs that
automake keeps; one per program for those that are no cmocka programs."""

import glob
import os
import re

from result import FAILED, PASSED, SKIPPED, Result

# cmocka's standard output: "[       OK ] name". A test that crashes its
# program has a RUN line and no other.
LINE = re.compile(r"^\[ *(RUN|OK|FAILED|SKIPPED) *\] (?:\w+: )?(\w+)", re.M)
OUTCOME = {"OK": PASSED, "FAILED": FAILED, "SKIPPED": SKIPPED}
AUTOMAKE = {"PASS": PASSED, "XFAIL": PASSED, "SKIP": SKIPPED}


def threats_of(name):
    """("T27", "T28"), why each is reduced, and which are done in whole, of
    test_x_T27_T28, test_x_T27_reduced or test_x_T27_whole."""
    found = re.search(r"((?:_T\d+)+)(_reduced|_whole)?$", name)
    if not found:
        return (), {}, ()
    numbers = tuple(re.findall(r"T\d+", found[1]))
    return (numbers,
            {n: "smaller than asked for" for n in numbers
             if found[2] == "_reduced"},
            numbers if found[2] == "_whole" else ())


def collect(build, area):
    """Results of every test program of the last `make check` in build."""
    found = []
    for trs in sorted(glob.glob(build + "/**/*.trs", recursive=True)):
        program = os.path.relpath(trs, build)[:-len(".trs")]
        with open(trs, encoding="utf-8") as f:
            word = re.search(r":global-test-result: (\w+)", f.read())
        outcome = AUTOMAKE.get(word[1] if word else "", FAILED)
        with open(trs[:-len("trs")] + "log", encoding="utf-8",
                  errors="replace") as f:
            log = f.read()
        found.extend(_program(f"{area}:{program}", outcome, log))
    return found


def _program(name, outcome, log):
    cases = {}
    for word, case in LINE.findall(log):
        if word == "RUN" or case in cases:
            cases[case] = OUTCOME.get(word)
    results = []
    for case, had in cases.items():
        threats, reduced, whole = threats_of(case)
        had = had or FAILED
        results.append(Result(f"{name}:{case}", had,
                              _about(log, case) if had != PASSED else "",
                              threats, reduced, whole))
    if not results or (outcome == FAILED and
                       all(r.outcome != FAILED for r in results)):
        results.append(Result(name, outcome,
                              log if outcome != PASSED else ""))
    return results


def _about(log, case):
    """The part of the log between this test's RUN line and the next one."""
    found = re.search(rf"\[ RUN +\] {case}\n(.*?)(?=\[ RUN |\Z)", log, re.S)
    return found[1] if found else log
