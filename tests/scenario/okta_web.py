"""Sessions at Okta as a browser has them: made and looked at past the host's own
programs, with the API token of the org."""

import json

PASSWORD = "Correct-Horse-7-"  # and the name

CALL = """
import json, os, ssl, sys, urllib.error, urllib.request
def call(method, path, body=None, token=None):
    r = urllib.request.Request(os.environ["OKTA_URL"] + path,
        None if body is None else json.dumps(body).encode(),
        {"Content-Type": "application/json"}, method=method)
    if token:
        r.add_header("Authorization", "SSWS " + token)
    try:
        with urllib.request.urlopen(r, timeout=10, context=
                ssl.create_default_context(cafile=os.environ["OKTA_CA"])) as a:
            return a.status, json.loads(a.read() or b"null")
    except urllib.error.HTTPError as e:
        return e.code, None
"""


def token_of(host):
    """An API token of the org."""
    return host.control("GET", "/org")["api_tokens"][0]["token"]


def call(host, method, path, body=None):
    """(HTTP status, answer) of a request with that token."""
    return json.loads(host.python(CALL + "json.dump(call(*%r), sys.stdout)" % (
        (method, path, body, token_of(host)),)))


def session_of(host, name="alice"):
    """A new session of somebody who needs no factor, as Okta gives it."""
    made = json.loads(host.python(CALL + f"""
token = call("POST", "/api/v1/authn", {{"username": "{name}@example.com",
             "password": "{PASSWORD}{name}"}})[1]["sessionToken"]
json.dump(call("POST", "/api/v1/sessions", {{"sessionToken": token}},
               {token_of(host)!r}), sys.stdout)
"""))
    assert made[0] == 200, made
    return made[1]


def is_alive(host, ident):
    status, _ = call(host, "GET", f"/api/v1/sessions/{ident}")
    assert status in (200, 404)
    return status == 200
