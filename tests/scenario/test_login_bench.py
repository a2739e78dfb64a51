"""tests/bench/login as it is run by hand: a warm login is one request and one
round trip."""

import json
import subprocess

RTT_MS = 300


def test_warm_login_is_one_request_and_one_round_trip(tree, build):
    done = subprocess.run(
        [f"{tree}/tests/bench/login", "--build", build, "--rounds", "1",
         "--logins", "6", "--delay", f"0,{RTT_MS}"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 0, done.stderr
    cells = {(c["case"], c["subject"]): c
             for c in map(json.loads, done.stdout.splitlines())}
    assert len(cells) == 6
    for case in ("password+0ms", f"password+{RTT_MS}ms"):
        okta = cells[case, "okta"]
        assert okta["requests"] == 1, cells
        assert okta["bench"] == "login" and okta["n"] == 6
        assert okta["over_floor_ns"] > 0
    # The line is in it once; curl, which has no connection, shows that a
    # second time would be seen.
    far = {s: cells[f"password+{RTT_MS}ms", s]["min_ns"] / 1e6
           for s in ("floor", "okta", "curl")}
    assert RTT_MS <= far["floor"] <= far["okta"] < 2 * RTT_MS, far
    assert far["curl"] > 3 * RTT_MS, far
