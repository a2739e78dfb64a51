"""When denials end: people who are there, people who are not, and those whom
Okta or this host would not let in, told apart by nothing that a clock can
measure."""

import json
import subprocess

import pytest

from denials import FLOOR_MS, KINDS, PERCENTILES, apart, measure, rank_test, \
    table
from private_host import TREE


def test_rank_test_tells_samples_apart():
    for count in (5, 9):
        same = [[count * n + k for n in range(200)] for k in range(count)]
        assert rank_test(same) > 0.9
        late = [[x + (400 if k == 4 else 0) for x in s]
                for k, s in enumerate(same)]
        assert rank_test(late) < 0.01


@pytest.mark.threat("T41", reduced="20 of each kind, which must not differ "
                    "much; the long one has 3,000")
def test_denials_end_together(build):
    """tests/bench/denials, which prints the distributions."""
    done = subprocess.run(
        [f"{TREE}/tests/bench/denials", "--build", build, "--each", "20"],
        stdout=subprocess.PIPE, text=True, check=False)
    cells = [json.loads(line) for line in done.stdout.splitlines()]
    print(done.stdout)
    assert done.returncode == 0
    assert [c["case"] for c in cells] == [*KINDS, "all"]
    assert all(c["n"] == 20 and len(c["ms"]) == len(PERCENTILES) ==
               len(c["asked_ms"]) for c in cells[:-1])
    assert min(c["ms"][0] for c in cells[:-1]) >= FLOOR_MS
    # 200 ms of jitter: medians of 20 are about 25 ms apart.
    assert cells[-1]["p"] > 0.0001 and cells[-1]["medians_ms"] < 150


@pytest.mark.long
@pytest.mark.threat("T41", whole=True)
def test_denials_can_not_be_told_apart_by_their_time(build, tmp_path):
    """Through PAM on the host; over ssh, sshd adds a delay of its own that
    hangs on the name alone. 300 of each class would not do to see 10 ms
    through 200 ms of jitter."""
    times, _, words = measure(build, tmp_path, 3000)
    print(table(times), *apart(times))
    assert words == {(1, "Authentication failure\n")}
    assert min(ms[0] for ms in times.values()) >= FLOOR_MS
    p, medians = apart(times)
    assert p > 0.01 and medians < 10
