"""A name or number that was given up goes to somebody else only by an admin's
word, from oktactl down to what every program sees."""

import json

import pytest


def entry(host, name):
    """The line of passwd(5), by our module; "" if there is none."""
    return host.run(f"getent -s okta passwd {name}").stdout.strip()


def uid(host, name):
    return int(entry(host, name).split(":")[2])


def rename(host, old, new):
    for user in host.control("GET", "/org")["users"]:
        if user["profile"]["login"] == f"{old}@example.com":
            profile = {"login": f"{new}@example.com",
                       "email": f"{new}@example.com"}
            host.control("PATCH", f"/users/{user['id']}",
                         {"profile": profile})
            return user["id"]
    raise LookupError(old)


def refused(host):
    return json.loads(host.run("oktactl --json sync").stdout)["refused"]


@pytest.mark.threat("T10")
def test_old_name_goes_to_the_next_one_by_an_admins_word(host):
    alice, bob = uid(host, "alice"), uid(host, "bob")
    rename(host, "alice", "alicia")
    host.ok("oktactl sync")
    assert uid(host, "alicia") == alice and not entry(host, "alice")
    bobs_id = rename(host, "bob", "alice")
    assert [r for r in refused(host) if r["id"] == bobs_id]
    assert not entry(host, "alice") and uid(host, "bob") == bob

    said = host.run("oktactl ids forget alicia")
    assert said.returncode == 1
    assert "in use" in said.stderr
    assert uid(host, "alicia") == alice

    said = host.ok("oktactl ids forget alice")
    assert "alice is free" in said and str(alice) in said
    assert not refused(host)
    assert uid(host, "alice") == bob and uid(host, "alicia") == alice
    assert "free already" in host.ok("oktactl ids forget nosuchname")
    assert host.run("oktactl ids forget 0").returncode == 2
    assert host.run("oktactl ids forget").returncode == 2


@pytest.mark.threat("T10")
def test_name_and_number_of_somebody_who_has_left(host):
    number = uid(host, "alice")
    holder = json.loads(host.ok("oktactl --json user alice"))["id"]
    host.control("PATCH", f"/users/{holder}", {"status": "SUSPENDED"})
    host.ok("oktactl sync")
    assert uid(host, "alice") == number
    # While Okta lists both, neither of them has it.
    rename(host, "alicia", "alice")
    host.ok("oktactl sync")
    host.ok("oktactl ids forget alice")
    assert "at once" in str(refused(host))
    assert not entry(host, "alice")
    host.control("DELETE", f"/groups/Linux Users/users/{holder}".replace(
        " ", "%20"))
    host.ok("oktactl sync")
    assert uid(host, "alice") != number
    # The number stays with him, until that is forgotten as well.
    assert f"event=forgotten name=alice number=0 of={holder}" in host.log()
    assert holder in host.ok(f"oktactl ids forget {number}")
    host.ok("oktactl sync")
    assert not entry(host, str(number))
