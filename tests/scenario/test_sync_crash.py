"""oktad-sync killed at any moment: the next start is right."""
import os
import random
import time

import pytest

from emulator_client import Emulator
from sync_parent import SUSPENDED
from test_sync_directory import ALLOWED, OTHER, group, put, sync, user
from test_sync_events import join
from test_sync_failure import leave

KILLS = 200 if os.environ.get("OKTA_LONG") else 15
PEOPLE = 250


def person(n):
    return user(n, groups=[ALLOWED] + [OTHER] * (n % 2))


@pytest.mark.threat("T112", reduced="kills, of each system call in unit "
                    "tests; no power cut")
def test_kill_at_a_random_moment_of_a_sync_loses_nothing():
    """Each time somebody is suspended, joins or leaves, while passes and polls
    run; after each kill the same numbers, and in the end the whole truth."""
    rng = random.Random(1120)
    with Emulator() as okta:
        put(okta, [person(n) for n in range(1, PEOPLE + 1)] +
            [user(n, groups=[]) for n in range(1000, 1000 + KILLS)],
            [group(ALLOWED, "crew"), group(OTHER, "night")])
        stopped, came = set(), set()
        out = set(range(1000, 1000 + KILLS))
        with sync(okta, publish_groups=[ALLOWED, OTHER],
                  poll_interval_s=1) as parent:
            numbers = {n: u["uid"] for n, u in parent.first().users.items()}
            for n in range(KILLS):
                if n % 3 == 0:
                    one = rng.randint(1, PEOPLE)
                    stopped.add(one)
                    okta.control("PATCH", "/users/" + user(one)["id"],
                                 {"status": "SUSPENDED"})
                elif n % 3 == 1:
                    one = out.pop()
                    came.add(one)
                    join(okta, user(one)["id"])
                elif came:
                    one = came.pop()
                    leave(okta, user(one)["id"])
                if n % 2:
                    parent.ask()
                time.sleep(rng.uniform(0, 0.4 if n % 2 else 1.4))
                parent.kill()
                parent.start()
                for name, uid in numbers.items():
                    assert parent.image.users[name]["uid"] == uid
                numbers.update({name: u["uid"] for name, u in
                                parent.image.users.items()})
                assert not os.path.exists(
                    parent.path("lib/okta/state/state.db.damaged"))
            assert parent.sync()["result"] == "ok"
            image = parent.image
            for one in range(1, PEOPLE + 1):
                found = image.people[user(one)["id"]]
                assert (found["status"] == SUSPENDED) == (one in stopped)
            for one in came:
                assert image.may_login("user%d" % one)
            # Nobody has two numbers, no number two people.
            uids = [u["uid"] for u in image.users.values()]
            assert len(set(uids)) == len(uids)
            assert sorted(image.groups["crew"]["members"]) == sorted(
                ["user%d" % one for one in range(1, PEOPLE + 1)] +
                ["user%d" % one for one in came])
