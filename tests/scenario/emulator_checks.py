"""Assertions and walks that the scenarios of the emulator share."""
import re

from emulator_client import ADMIN_TOKEN


def assert_error(answer, status, code, summary, causes=()):
    """The whole body of an Okta error."""
    body = answer.json
    assert (answer.status, body["errorCode"]) == (status, code)
    assert body["errorSummary"] == summary
    assert body["errorLink"] == code
    assert re.fullmatch(r"oae[A-Za-z0-9_-]{22}", body["errorId"])
    assert body["errorCauses"] == [{"errorSummary": c} for c in causes]
    assert set(body) == {"errorCode", "errorSummary", "errorLink", "errorId",
                         "errorCauses"}
    assert answer.header("content-type") == "application/json"


def assert_api_headers(answer):
    """What okta-api.md, 8.2 lists for every answer of the API."""
    for name, value in (
            ("server", "nginx"), ("cache-control", "no-cache, no-store"),
            ("pragma", "no-cache"), ("expires", "0"),
            ("strict-transport-security",
             "max-age=315360000; includeSubDomains"),
            ("x-content-type-options", "nosniff"), ("x-xss-protection", "0"),
            ("p3p", 'CP="HONK"'),
            ("referrer-policy", "strict-origin-when-cross-origin"),
            ("accept-ch", "Sec-CH-UA-Platform-Version")):
        assert answer.header(name) == value, name
    assert re.fullmatch(r"[0-9a-f]{32}", answer.header("x-okta-request-id"))
    for name in ("limit", "remaining", "reset"):
        assert answer.header("x-rate-limit-" + name).isdigit()
    assert re.fullmatch(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} "
                        r"\d\d:\d\d:\d\d GMT", answer.header("date"))
    assert len(answer.header("content-security-policy")) > 500
    cookies = answer.all("set-cookie")
    assert any(c.startswith('sid=""') for c in cookies)
    assert any(c.startswith("JSESSIONID=") for c in cookies)


def ids(answer):
    assert answer.status == 200, answer.body
    return [one["id"] for one in answer.json]


def change(okta, method, path, body=None):
    return okta.call(method, path, body, token=ADMIN_TOKEN)


def crowd(okta, count=25):
    """count more people crowd0@…, all in the group Linux Users."""
    org = okta.change("GET", "/org")
    okta.change("PUT", "/org", {"users": org["users"] + [{
        "profile": {"login": "crowd%d@example.com" % n,
                    "email": "crowd%d@example.com" % n,
                    "firstName": "Crowd", "lastName": "Of%d" % n,
                    "uidNumber": 60000 + n},
        "groups": ["Linux Users"]} for n in range(count)]})


def pages(okta, path):
    """All pages of a list, following next as a client must."""
    found = []
    connection = okta.connect()
    while path:
        answer = okta.get(path, connection=connection)
        assert answer.link("self").startswith(okta.url + path.split("?")[0])
        found.append(ids(answer))
        link = answer.link("next")
        assert link is None or link.startswith(okta.url)
        path = link and link[len(okta.url):]
    connection.close()
    return found
