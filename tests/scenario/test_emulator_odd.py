"""Bodies and questions of the wrong kind are refused, never a 500."""
import copy
import random
from urllib.parse import quote

import pytest

from emulator_authn import BOB, DAVE, expire, post, sign_in
from emulator_client import ADMIN_TOKEN
from emulator_fixtures import key, okta, process  # noqa: F401

DAVES = "/api/v1/users/00u4daveEXAMPLE00004"
JUNK = (None, 0, -1, 1.5, True, "", "x", "\U0001f600", [], ["a"], {},
        {"value": 1}, {"a": [None]}, 10 ** 40)
NEW = {"profile": {"login": "n@example.com", "email": "n@example.com",
                   "firstName": "a", "lastName": "b"},
       "credentials": {"password": {"value": "Abcdefg123"},
                       "recovery_question": {"question": "q",
                                             "answer": "a"}},
       "groupIds": ["00g1linuxUsersEXAMP1"]}
REQUESTS = (
    ("POST", "/api/v1/users", NEW), ("POST", DAVES, NEW), ("PUT", DAVES, NEW),
    ("POST", DAVES + "/credentials/change_password",
     {"oldPassword": {"value": "x"}, "newPassword": {"value": "y"}}),
    ("POST", "/api/v1/groups", {"profile": {"name": "x"}}),
    ("PUT", "/api/v1/groups/00g3officeEXAMPLE003", {"profile":
                                                    {"name": "x"}}),
    ("POST", "/api/v1/authn", {"username": "alice", "password": "x",
                               "options": {"warnBeforePasswordExpired": True},
                               "context": {"deviceToken": "x"}}),
    ("POST", "/api/v1/authn", {"stateToken": "x"}),
    ("POST", "/api/v1/authn", {"token": "x"}),
    ("POST", "/api/v1/authn/recovery/password", {"username": "alice",
                                                 "factorType": "SMS"}),
    ("POST", "/api/v1/authn/recovery/token", {"recoveryToken": "x"}),
    ("POST", "/api/v1/sessions", {"sessionToken": "x"}))


def places(value):
    """Every container and key of a body."""
    if isinstance(value, dict):
        items = list(value.items())
    else:
        items = list(enumerate(value)) if isinstance(value, list) else []
    for name, inner in items:
        yield value, name
        yield from places(inner)


@pytest.mark.parametrize("method,path,body", REQUESTS,
                         ids=range(len(REQUESTS)))
def test_body_with_a_member_of_any_kind(okta, method, path, body):
    okta.switch(authn_per_second=0, lockout_attempts=0)
    connection = okta.connect()
    for n in range(len(list(places(body)))):
        for junk in JUNK:
            odd = copy.deepcopy(body)
            holder, name = list(places(odd))[n]
            holder[name] = junk
            answer = okta.call(method, path, odd, token=ADMIN_TOKEN,
                               connection=connection)
            assert answer.status < 500, (odd, answer.body)
    connection.close()
    assert all(isinstance(u["profile"]["login"], str)
               for u in okta.get("/api/v1/users").json)


def test_login_under_way_with_a_member_of_any_kind(okta):
    okta.switch(authn_per_second=0, lockout_attempts=0)
    expire(okta, DAVE)
    dave = sign_in(okta, DAVE).json["stateToken"]
    bob = sign_in(okta, BOB).json["stateToken"]
    for junk in JUNK:
        for path, token, names in (
                ("/credentials/change_password", dave,
                 ("oldPassword", "newPassword")),
                ("/factors/opf2bobEXAMPLE000001/verify", bob, ("passCode",)),
                ("/skip", junk, ()), ("/cancel", junk, ())):
            answer = post(okta, path, stateToken=token,
                          **{name: junk for name in names})
            assert answer.status < 500, answer.body


def test_questions_of_any_kind(okta):
    odd = random.Random(7)
    words = ["status", "profile.login", "profile.a.b", "id", "eq", "co", "gt",
             "pr", "and", "or", "not", "(", ")", '"x"', '"', "5", "true",
             "null", "[", "lastUpdated", "\\", "é"]
    connection = okta.connect()
    for _ in range(300):
        text = " ".join(odd.choice(words)
                        for _ in range(odd.randint(1, 7)))
        for path in ("users?search=", "users?filter=", "groups?search=",
                     "groups?filter=", "apps?filter=", "logs?filter=",
                     "zones?filter="):
            answer = okta.get("/api/v1/" + path + quote(text),
                              connection=connection)
            assert answer.status in (200, 400), (path, text)
    connection.close()
