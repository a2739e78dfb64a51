"""tests/run behind its packages: arguments, order of areas, the last line."""

import os
import sys
import time

import area
import matrix
import threats
from result import FAILED, SKIPPED, Results, load

TREE = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.realpath(__file__))))
USAGE = ("usage: tests/run [--long] [AREA]...\n"
         "       tests/run --threats | --matrix\n"
         f"areas: {' '.join(area.AREAS)}\n")


def run_areas(names, is_long):
    results = Results()
    run = area.Run(TREE, results, is_long)
    for name in names:
        print(f"== {name}", flush=True)
        start, before = time.monotonic(), len(results.all)
        area.AREAS[name](run)
        print(f"   {len(results.all) - before} tests, "
              f"{time.monotonic() - start:.0f} s", flush=True)
    if os.environ.get("CI"):
        refuse_skips(results)
    if list(names) == list(area.AREAS):
        results.save(kept(), when=time.strftime("%Y-%m-%d %H:%M:%S"),
                     long=is_long)
    return results


def refuse_skips(results):
    """In CI a test that can not run is a defect; only the recorded answers of
    real orgs, which are no part of the project, may be absent."""
    for r in results.all:
        if r.outcome == SKIPPED and "recorded" not in r.detail:
            r.outcome = FAILED
            print(f"  FAILED {r.id}: skipped in CI: {r.detail}")


def kept():
    return os.path.join(TREE, "_b-tests", "results.json")


def show_threats():
    try:
        about, results = load(kept())
        sys.stderr.write(f"from the complete run of {about['when']}\n")
    except FileNotFoundError:
        sys.stderr.write("no complete run yet: running everything\n")
        stdout, sys.stdout = sys.stdout, sys.stderr
        results = run_areas(area.AREAS, False)
        sys.stdout = stdout
    return 0 if threats.report(TREE, results) else 1


def show_matrix():
    """From the last complete run; where that has none, its test alone is run
    now."""
    try:
        about, results = load(kept())
        sys.stderr.write(f"from the complete run of {about['when']}\n")
    except FileNotFoundError:
        results = Results()
    if not matrix.outcomes(results):
        sys.stderr.write(f"running {matrix.FILE}\n")
        results = Results()
        stdout, sys.stdout = sys.stdout, sys.stderr
        area.scenario(area.Run(TREE, results, False), matrix.FILE)
        sys.stdout = stdout
    return 0 if matrix.report(results) else 1


def main(argv):
    options = [a for a in argv if a.startswith("-")]
    names = [a for a in argv if not a.startswith("-")]
    if options == ["--matrix"] and not names:
        return show_matrix()
    if options == ["--threats"] and not names:
        return show_threats()
    if options not in ([], ["--long"]) or set(names) - set(area.AREAS):
        sys.stderr.write(USAGE)
        return 2
    results = run_areas(names or area.AREAS, "--long" in options)
    print(results.summary())
    return 1 if results.count(FAILED) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
