"""The emulator's answers have the members, types and header names of
recorded ones; skipped where the recordings are not beside the checkout."""
import glob
import json
import os

import pytest

from emulator_client import ADMIN_TOKEN, API_TOKEN
from emulator_fixtures import key, okta, process  # noqa: F401

HERE = os.path.dirname(os.path.realpath(__file__))
ALICE, USERS = "00u1aliceEXAMPLE0001", "00g1linuxUsersEXAMP1"
APP = "0oa1linuxHostsEXAMP1"

# Header names of recorded answers that only some servers or years had.
PASSING = {
    "expect-ct", "public-key-pins-report-only", "report-to",
    "content-security-policy-report-only", "content-disposition",
    "transfer-encoding", "content-encoding", "vary", "connection",
    "content-length", "link", "etag", "x-ratelimit-limit",
    "access-control-allow-origin", "access-control-allow-credentials",
    "access-control-allow-headers", "accept-ranges", "via", "x-amz-cf-id",
    "x-amz-cf-pop", "x-cache", "dpop-nonce", "nel", "origin-agent-cluster",
    "x-frame-options", "x-ua-compatible", "content-language", "x-robots-tag"}


def folder():
    for path in (os.environ.get("OKTA_RECORDED"),
                 os.path.join(HERE, "..", "..", "..", "shared", "recorded")):
        if path and os.path.exists(os.path.join(path, "INDEX.tsv")):
            return path
    return None


pytestmark = pytest.mark.skipif(
    folder() is None,
    reason="no recorded answers: $OKTA_RECORDED is not set and "
    "../shared/recorded is absent")


def recorded(pattern, kind="recorded"):
    """Recorded exchanges whose path fits."""
    found = []
    for path in sorted(glob.glob(os.path.join(folder() or "", pattern))):
        with open(path, encoding="utf-8") as f:
            one = json.load(f)
        if kind in (None, one["kind"]):
            found.append(one)
    assert found, "nothing recorded fits " + pattern
    return found


def shape(value):
    """Names and types; of an array, all that its entries have."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    if isinstance(value, list):
        found = []
        for inner in value:
            found = union(found, [shape(inner)])
        return found
    return type(value).__name__


def union(one, two):
    """Every member of either shape; a type wins over null and nothing."""
    if isinstance(one, dict) and isinstance(two, dict):
        return {name: union(one.get(name), two.get(name))
                for name in {**one, **two}}
    if isinstance(one, list) and isinstance(two, list) and one and two:
        return [union(one[0], two[0])]
    return two if one in (None, "NoneType", []) else one


def assert_fits(mine, theirs, where="", free=()):
    """Every member of mine is one of theirs, with the same type.

    null stands for any type; members below free names may differ.
    """
    if "NoneType" in (mine, theirs):
        return
    assert type(mine) is type(theirs), where
    if isinstance(mine, dict):
        for name in mine:
            if name in free:
                continue
            assert name in theirs, where + "." + name
            assert_fits(mine[name], theirs[name], where + "." + name, free)
    elif isinstance(mine, list):
        if mine and theirs:
            assert_fits(mine[0], theirs[0], where + "[]", free)
    else:
        assert mine == theirs, where


def merged(values):
    """One shape with every member that any of the values has."""
    out = {}
    for value in values:
        out = union(out, shape(value))
    return out


def entries(exchanges):
    return [one for x in exchanges if isinstance(x["body"], list)
            for one in x["body"]]


def objects(exchanges):
    return [x["body"] for x in exchanges if isinstance(x["body"], dict)]


def always(values):
    """Names that every one of the values has."""
    return set.intersection(*(set(v) for v in values))


def test_people_in_lists(okta):
    theirs = entries(recorded("users_list/*.json") +
                     recorded("group_members/*.json"))
    for mine in okta.get("/api/v1/users").json:
        assert_fits(shape(mine), merged(theirs), free=("profile",))
        assert always(theirs) <= set(mine)
        assert set(mine["_links"]) == {"self"}


def test_one_person(okta):
    found = [x for x in recorded("users_single/get-*.json")
             if x["status"] == 200]
    theirs = objects(found) + entries(recorded("users_list/*.json"))
    for name in ("alice", "carol"):
        answer = okta.get("/api/v1/users/" + name)
        assert_fits(shape(answer.json), merged(theirs),
                    free=("profile", "_links"))
        for link in answer.json["_links"].values():
            assert set(link) <= {"href", "method"}
    tags = [v for x in found for k, v in x["headers"].items()
            if k.lower() == "etag"]
    tag = okta.get("/api/v1/users/alice").header("etag")
    assert {(t[:3], len(t)) for t in tags} == {(tag[:3], len(tag))}


def test_groups(okta):
    theirs = entries(recorded("groups_list/*.json") +
                     recorded("user_groups/*.json"))
    for mine in okta.get("/api/v1/groups").json:
        assert_fits(shape(mine), merged(theirs))
        assert always(theirs) <= set(mine)


def test_app_users(okta):
    found = recorded("app_users/*.json")
    theirs = entries(found) + objects(
        [x for x in found if x["status"] == 200])
    for mine in okta.get("/api/v1/apps/%s/users?expand=user" % APP).json:
        assert_fits(shape(mine), merged(theirs),
                    free=("profile", "_embedded"))


def test_zones(okta):
    theirs = entries(recorded("zones/get-zones-200.json"))
    for mine in okta.get("/api/v1/zones").json:
        assert_fits(shape(mine), merged(theirs), free=("gateways",))


def test_organization(okta):
    theirs = objects(recorded("wellknown/get-well-known-id-200*.json"))
    mine = okta.get("/.well-known/okta-organization", None).json
    assert_fits(shape(mine), merged(theirs))


ERRORS = [
    ("E0000004", lambda o: o.login("alice", "wrong")),
    ("E0000007", lambda o: o.get("/api/v1/users/nobody")),
    ("E0000007", lambda o: o.get("/api/v1/groups/nothing")),
    ("E0000011", lambda o: o.get("/api/v1/users", "00wrong")),
    ("E0000022", lambda o: o.call("PUT", "/api/v1/users", {},
                                  token=API_TOKEN)),
    ("E0000029", lambda o: o.get("/api/v1/apps?after=x")),
    ("E0000031", lambda o: o.get("/api/v1/users?after=x&search=id%20pr")),
    ("E0000032", lambda o: o.call(
        "POST", "/api/v1/users/%s/lifecycle/unlock" % ALICE,
        token=ADMIN_TOKEN)),
    ("E0000038", lambda o: o.call(
        "POST", "/api/v1/users/%s/lifecycle/reactivate" % ALICE,
        token=ADMIN_TOKEN)),
]


@pytest.mark.parametrize("code,provoke", ERRORS,
                         ids=["%s-%d" % (c, n)
                              for n, (c, _) in enumerate(ERRORS)])
def test_errors(okta, code, provoke):
    found = [x for pattern in ("errors/*.json", "users_list/*.json",
                               "users_lifecycle/*.json", "sessions/*.json")
             for x in recorded(pattern, None)
             if isinstance(x["body"], dict)
             and x["body"].get("errorCode") == code]
    assert found, "no recorded " + code
    answer = provoke(okta)
    assert answer.status in {x["status"] for x in found}
    bodies = [x["body"] for x in found]
    assert_fits(shape(answer.json), merged(bodies))
    fixed = {"errorCode", "errorLink"}
    if code != "E0000007":
        fixed.add("errorSummary")
    assert any(all(b[n] == answer.json[n] for n in fixed) for b in bodies)
    assert len(answer.json["errorId"]) in {len(b["errorId"])
                                           for b in bodies}
    if code == "E0000032":
        assert answer.json["errorCauses"] in [b["errorCauses"]
                                              for b in bodies]


def test_texts_of_all_recorded_errors_are_the_emulators_too(okta):
    """A fault with a recorded code says what the recording says."""
    told = {}
    for one in recorded("errors/*.json"):
        body = one["body"]
        if isinstance(body, dict) and "errorCode" in body:
            told.setdefault(body["errorCode"], set()).add(
                (one["status"], body["errorSummary"]))
    checked = 0
    for code in sorted(told):
        okta.change("DELETE", "/faults")
        rule = {"match": {"path": "/api/v1/org"}, "kind": "status",
                "args": {"code": code}}
        if code in ("E0000001", "E0000007"):
            continue        # filled in with what was asked for
        if okta.control("POST", "/faults", rule).status == 400:
            continue        # of endpoints that the emulator has not
        body = okta.get("/api/v1/org").json
        checked += 1
        # One recording has this text with one space, one with two.
        assert body["errorSummary"].replace("  ", " ") in {
            s.replace("  ", " ") for _, s in told[code]}, code
    assert checked >= 6


def test_success_of_authn(okta):
    theirs = objects(recorded("sessions/*post-authn-200.json"))
    mine = okta.login("alice", "Correct-Horse-7-alice").json
    assert_fits(shape(mine), merged(theirs))
    assert always(theirs) <= set(mine)
    assert len(mine["sessionToken"]) == len(theirs[0]["sessionToken"])
    assert mine["sessionToken"][:5] == theirs[0]["sessionToken"][:5]


def test_states_of_authn(okta):
    samples = {}
    for one in recorded("authn/*.json", None):
        if isinstance(one["body"], dict) and "status" in one["body"]:
            samples.setdefault(one["body"]["status"], []).append(one["body"])
    mine = {"MFA_REQUIRED": okta.login("bob", "Correct-Horse-7-bob").json}
    okta.change("PATCH", "/users/dave", {"password_expires": 2})
    mine["PASSWORD_WARN"] = okta.login(
        "dave", "Correct-Horse-7-dave",
        options={"warnBeforePasswordExpired": True}).json
    okta.change("PATCH", "/users/dave", {"status": "PASSWORD_EXPIRED"})
    mine["PASSWORD_EXPIRED"] = okta.login("dave",
                                          "Correct-Horse-7-dave").json
    mine["MFA_CHALLENGE"] = okta.call(
        "POST", "/api/v1/authn/factors/opf2bobEXAMPLE000001/verify",
        {"stateToken": mine["MFA_REQUIRED"]["stateToken"]}).json
    okta.switch(mfa="required")
    mine["MFA_ENROLL"] = okta.login("alice", "Correct-Horse-7-alice").json
    okta.switch(lockout_attempts=1, lockout_shown=True)
    mine["LOCKED_OUT"] = okta.login("alice", "wrong").json
    for status, body in mine.items():
        assert body["status"] == status
        # The password policy looks the same in every state that has it.
        theirs = [s for name, several in samples.items() for s in several
                  if name == status or status.startswith("PASSWORD_")
                  and name.startswith("PASSWORD_")]
        assert_fits(shape(body), merged(theirs), status,
                    free=("profile", "factorsPolicyInfo", "excludeUsername"))


def test_token(okta, key):
    theirs = objects(recorded("token/post-oauth2-id-v1-token-200.json"))[0]
    mine = okta.mint(key).json
    assert shape(mine) == shape(theirs)


def test_header_names(okta):
    """Names that recent recordings of one family all have are ours too."""
    recent = [x for pattern in ("errors/*.json", "sessions/*.json",
                                "dpop/*.json")
              for x in recorded(pattern)
              if "x-okta-request-id" in {k.lower() for k in x["headers"]}
              and any(k.lower() == "date" and ("2025" in v or "2026" in v)
                      for k, v in x["headers"].items())]
    assert len(recent) > 10
    names = set.intersection(*({k.lower() for k in x["headers"]}
                               for x in recent)) - PASSING
    everything = {k.lower() for x in recent for k in x["headers"]} | PASSING
    for answer in (okta.get("/api/v1/users"),
                   okta.get("/api/v1/users/nobody"),
                   okta.login("alice", "wrong")):
        mine = {k.lower() for k, _ in answer.headers}
        assert names <= mine
        assert mine <= everything


def test_edge_answers_lack_what_the_api_adds(okta):
    for one in recorded("errors/edge-*.json"):
        assert not any(k.lower().startswith(("x-okta", "x-rate"))
                       for k in one["headers"])
    answer = okta.call("PUT", "/api/v1/users", {}, token=API_TOKEN)
    assert not any(k.lower().startswith(("x-okta", "x-rate"))
                   for k, _ in answer.headers)
