"""What one test showed, and the file in which a run's results are kept."""

import dataclasses
import json
import os

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"
DETAIL_LINES = 40


@dataclasses.dataclass
class Result:
    """One test. threats are numbers such as "T27"; reduced says of some of them
    why the test does less than its part of what is asked for, whole names
    those of which it does everything by itself; detail is what went wrong."""
    id: str
    outcome: str
    detail: str = ""
    threats: tuple = ()
    reduced: dict = dataclasses.field(default_factory=dict)
    whole: tuple = ()
    seconds: float = 0.0


class Results:
    def __init__(self):
        self.all = []

    def add(self, *results):
        self.all.extend(results)
        for r in results:
            if r.outcome == FAILED:
                print(f"  FAILED {r.id}", flush=True)
                lines = r.detail.strip().splitlines()
                # What went wrong stands in front, or at the end.
                for line in lines[:1] + lines[1:][-DETAIL_LINES:]:
                    print(f"    {line}", flush=True)
            elif r.outcome == SKIPPED:
                print(f"  skipped {r.id}: {r.detail}", flush=True)

    def count(self, outcome):
        return sum(r.outcome == outcome for r in self.all)

    def summary(self):
        return ", ".join(f"{self.count(o)} {o}"
                         for o in (PASSED, FAILED, SKIPPED))

    def save(self, path, **about):
        with open(path + ".new", "w", encoding="utf-8") as f:
            json.dump({**about, "results": [dataclasses.asdict(r)
                                            for r in self.all]}, f, indent=1)
        os.rename(path + ".new", path)


def load(path):
    """(what save() was told, results); FileNotFoundError where none are."""
    with open(path, encoding="utf-8") as f:
        kept = json.load(f)
    results = Results()
    results.all = [Result(**r) for r in kept.pop("results")]
    return kept, results
