"""Every row of service x flow x verdict (ways_in.py), through the
distribution's own programs: in where and only where the row says "right".
`tests/run --matrix` prints what came of each."""

import concurrent.futures
import json
import time

import pytest

import ways_in
from private_host import PrivateHost

AT_A_TIME = 16
HOSTS_AT_A_TIME = 2
ROWS = [row for row in ways_in.rows() if ways_in.is_walked(row)]


def walk(host, row):
    start = time.monotonic()
    done = host.run(row.command())
    return done.stdout + done.stderr, time.monotonic() - start


def walk_all(host, rows):
    with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as pool:
        return dict(zip([row.id for row in rows],
                        pool.map(lambda row: walk(host, row), rows)))


def phones(host, rows):
    """What people will tap, once they are asked."""
    host.python("import json, urllib.request\n" + "".join(
        "urllib.request.urlopen(urllib.request.Request("
        f"{host.environment['OKTA_CONTROL'].rstrip('/')!r} + "
        f"'/push/opf{row.person}', method='POST', "
        f"data=json.dumps({{'answer': {row.flow.phone[row.verdict]!r}}})"
        ".encode()))\n"
        for row in rows if row.verdict in row.flow.phone))


def run_family(build, folder, family):
    """Okta is well at first, then it answers no login, then it is gone."""
    rows = [row for row in ROWS if row.flow.family == family]
    (folder / "org.json").write_text(json.dumps(ways_in.org(family)))
    (folder / "okta.conf").write_text(ways_in.config(family))
    with PrivateHost("--build", build, "--org", str(folder / "org.json"),
                     "--config", str(folder / "okta.conf")) as host:
        host.ok(ways_in.prepare(family))
        phones(host, rows)
        found = walk_all(host, [r for r in rows if r.verdict != "unreachable"
                                and not r.is_stalled])
        host.control("POST", "/faults", {
            "match": {"method": "POST"}, "kind": "stall", "count": 100000})
        found.update(walk_all(host, [r for r in rows if r.is_stalled]))
        host.control("DELETE", "/faults")
        host.ok("pkill -9 -f '[o]kta-emulator'")
        found.update(walk_all(host, [r for r in rows
                                     if r.verdict == "unreachable"]))
        log = host.log()
    # Each row is judged by Okta, not by a limit of ours.
    assert "too many wrong" not in log and "were sent" not in log
    return found, log


@pytest.fixture(scope="module")
def outcomes(build, tmp_path_factory):
    """What was written and how long it took, by the row's id."""
    found, logs = {}, []
    families = list(dict.fromkeys(row.flow.family for row in ROWS))
    folders = [tmp_path_factory.mktemp(f"matrix-{x}") for x in families]
    with concurrent.futures.ThreadPoolExecutor(HOSTS_AT_A_TIME) as pool:
        for some, log in pool.map(
                lambda folder, family: run_family(build, folder, family),
                folders, families):
            found.update(some)
            logs += log.splitlines()
    return found, logs


@pytest.mark.threat("T106")
@pytest.mark.parametrize("row", ROWS, ids=[row.id for row in ROWS])
def test_row(outcomes, row):
    found, logs = outcomes
    said, took = found[row.id]
    lines = "\n".join(x for x in logs if row.person in x)
    is_right = row.verdict == "right" and row.never is None
    assert (ways_in.IN in said) == is_right, (said, lines)
    # It came to an end by itself, and within the deadline.
    assert took < ways_in.DEADLINE_S + 15, (took, said, lines)


def test_table_is_whole():
    rows = ways_in.rows()
    assert len({row.id for row in rows}) == len(rows) == (
        len(ways_in.SERVICES) * len(ways_in.FLOWS) * len(ways_in.VERDICTS))
    # What can not be is walked once for each flow and service, and is no.
    assert {(r.service, r.flow.name) for r in ROWS} == {
        (r.service, r.flow.name) for r in rows}
    assert all(row.never for row in rows if row not in ROWS)
