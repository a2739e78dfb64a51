"""What the look-ups are bound to, and whether the cells of a run keep to it."""

import sys

OVER_FLOOR_BY_NAME = {1000: 150, 10000: 200, 100000: 350, 1000000: 500}
OVER_FLOOR_GROUPLIST = 600
OVER_FLOOR_MISS = 150
OVER_FLOOR_FIRST = 50000
SCALING = 0.9
TIMES_SSS = {"name": 3, "uid": 3, "grouplist": 3, "miss": 300}
TIMES_CACHE_GROUPLIST = 1000
P99_HIT, P99_MISS, FIRST_MAX = 10000, 5000, 1000000


class Check:
    """Prints a line per bound; counts those that are missed."""

    def __init__(self, direct):
        self.direct = {(c["users"], c["case"], c["subject"]): c
                       for c in direct}
        self.missed = 0

    def at_most(self, users, what, got, bound):
        self._line(users, what, got, "at most", bound, got <= bound)

    def at_least(self, users, what, got, bound):
        self._line(users, what, got, "at least", bound, got >= bound)

    def _line(self, users, what, got, how, bound, is_kept):
        self.missed += not is_kept
        print(f"{users:>7} {what:<40}{got:>13.1f}  {how} {bound}: "
              f"{'kept' if is_kept else 'MISSED'}", file=sys.stderr)

    def floor(self, users):
        """Against the module that does nothing."""
        for case, field, bound in (
                ("name", "min_ns", OVER_FLOOR_BY_NAME.get(users)),
                ("grouplist", "min_ns",
                 OVER_FLOOR_GROUPLIST if users <= 100000 else None),
                ("miss", "min_ns", OVER_FLOOR_MISS),
                ("first", "median_ns",
                 OVER_FLOOR_FIRST if users <= 100000 else None)):
            if bound is not None:
                self.at_most(users, f"{case}, {field} over the floor",
                             self.direct[users, case, "okta"][field] -
                             self.direct[users, case, "floor"][field], bound)
        scaling = {s: self.direct[users, "one thread", s]["min_ns"] /
                   self.direct[users, "two threads", s]["min_ns"]
                   for s in ("okta", "floor")}
        self.at_least(users, "two threads, scaling to the floor's",
                      scaling["okta"] / scaling["floor"], SCALING)

    def peers(self, users):
        for case, bound in TIMES_SSS.items():
            self.times(users, case, "sss", bound)
        if users == 100000:
            self.times(users, "grouplist", "cache", TIMES_CACHE_GROUPLIST)

    def times(self, users, case, peer, bound):
        if (users, case, peer) in self.direct:
            self.at_least(users, f"{case}, times faster than {peer}",
                          self.direct[users, case, peer]["min_ns"] /
                          self.direct[users, case, "okta"]["min_ns"], bound)

    def gates(self, users):
        """Threat T81's."""
        for case, bound in (("name", P99_HIT), ("uid", P99_HIT),
                            ("miss", P99_MISS)):
            self.at_most(users, f"{case}, p99_ns",
                         self.direct[users, case, "okta"]["p99_ns"], bound)
        self.at_most(users, "first, median_ns",
                     self.direct[users, "first", "okta"]["median_ns"],
                     FIRST_MAX)


def check(direct):
    """How many bounds are missed."""
    c = Check(direct)
    for users in sorted({u for u, _, _ in c.direct}):
        c.floor(users)
        c.peers(users)
        c.gates(users)
    return c.missed
