"""What the benchmarks share: cells as JSON lines on stdout, a table on
stderr."""

import json
import sys
import time

COLUMNS = ("min_ns", "median_ns", "p99_ns", "over_floor_ns")


class Bench:
    """Cells of one run. The floor's cell of a case is what all others of that
    case and size are compared with."""

    def __init__(self, name):
        self.run = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        self.name = name
        self.cells = []

    def add(self, case, subject, users, n, low, median, p99):
        self.cells.append({
            "run": self.run, "bench": self.name, "case": case,
            "subject": subject, "users": users, "n": n,
            "min_ns": round(low, 1), "median_ns": round(median, 1),
            "p99_ns": round(p99, 1), "over_floor_ns": None})

    def report(self, title=""):
        floors = {(c["case"], c["users"]): c["min_ns"]
                  for c in self.cells if c["subject"] == "floor"}
        if title:
            print(title, file=sys.stderr)
        print(f"{'users':>7} {'case':<12} {'subject':<11}" +
              "".join(f"{c:>15}" for c in COLUMNS), file=sys.stderr)
        for cell in self.cells:
            floor = floors.get((cell["case"], cell["users"]))
            if floor is not None:
                cell["over_floor_ns"] = round(cell["min_ns"] - floor, 1)
            print(json.dumps(cell), flush=True)
            print(f"{cell['users']:>7} {cell['case']:<12} "
                  f"{cell['subject']:<11}" +
                  "".join("-".rjust(15) if cell[c] is None else
                          f"{cell[c]:>15.1f}" for c in COLUMNS),
                  file=sys.stderr)
