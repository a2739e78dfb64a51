"""tests/run --matrix: service x flow x verdict (tests/scenario/ways_in.py), as
test_matrix.py saw it."""

import os
import re
import sys

from result import PASSED

TREE = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.realpath(__file__))))
FILE = "tests/scenario/test_matrix.py"
ROW = re.compile(r"test_matrix\.py::test_row\[([^:]+:[^:]+:[^:]+)\]$")


def table():
    """(row's id, why it can not be or None), in the table's order."""
    sys.path.insert(0, os.path.join(TREE, "tests/scenario"))
    import ways_in  # pylint: disable=import-outside-toplevel
    return [(row.id, row.never) for row in ways_in.rows()]


def outcomes(results):
    """Passed or not, by the row's id."""
    return {ROW.search(r.id)[1]: r.outcome == PASSED
            for r in results.all if ROW.search(r.id)}


def report(results, rows=None):
    """Prints a line per row and their number; True where all passed. What can
    not be says why; that it is denied was tried once per service and flow."""
    found, rows = outcomes(results), table() if rows is None else rows
    for ident, why in rows:
        passed = found.get(ident, why is not None)
        word = "fail" if not passed else f"impossible: {why}" if why else "pass"
        print(*ident.split(":"), word, sep="\t")
    print(len(rows))
    return bool(found) and all(found.get(ident, why is not None)
                               for ident, why in rows)
