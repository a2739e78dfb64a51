"""A second credential for a private host: an app of the org that may change
things, and [admin] in okta.conf or a file for --credential."""

import base64
import json
from urllib.parse import parse_qs

from oktactl_checks import CONF

ADMIN = "0oaAdminsOwn00000001"
KEY = "/etc/okta/admin.pem"
MANAGE = ["okta.users.manage", "okta.groups.manage", "okta.apps.manage",
          "okta.networkZones.manage", "okta.sessions.manage"]
SECTION = (f"[admin]\nclient_id = {ADMIN}\nprivate_key = {KEY}\n"
           "key_id = admin1\n")


def make_key(host):
    """A new key on the host; its public JWK."""
    host.ok(f"umask 077; openssl genpkey -algorithm EC -pkeyopt "
            f"ec_paramgen_curve:P-256 -out {KEY}")
    jwk = json.loads(host.ok(f"oktactl key public {KEY}"))
    return {**jwk, "kid": "admin1", "alg": "ES256", "use": "sig"}


def clients(host, **changes):
    """The apps of the org with that of [admin], which has all rights but for
    the changes."""
    return [*host.other_clients, {
        "client_id": ADMIN, "auth": "private_key_jwt",
        "jwks": {"keys": [host.admin_jwk]}, "scopes": MANAGE,
        "role": "SUPER_ADMIN", "dpop": False, **changes}]


def client(host, **changes):
    """From now on the org has them."""
    host.control("PUT", "/org", {"clients": clients(host, **changes)})


def write_section(host, text=SECTION):
    """[admin] says this."""
    conf = host.ok(f"cat {CONF}").partition("[admin]")[0]
    host.ok(f"cat >{CONF}", stdin=conf + text)
    reload(host)


def reload(host):
    """oktad takes the configuration over, or refuses it."""
    count = "grep -c 'event=reload' $OKTA_LOG || true"
    before = host.ok(count)
    host.ok("kill -HUP $(pidof oktad)")
    host.ok(f"for i in $(seq 600); do test $({count}) -gt {before.strip()} "
            "&& exit 0; sleep 0.05; done; exit 1")


def give(host):
    """The host gets its second credential."""
    host.admin_jwk = make_key(host)
    host.other_clients = host.control("GET", "/org")["clients"]
    client(host)
    write_section(host)


class Asked:
    """What Okta is asked from now on, fetched once when it is first looked
    at: calls are (method, path, query, body) of requests with a token of the
    admin's app, in order; scopes is what each of its tokens was asked for."""

    def __init__(self, host):
        self._host = host
        self._records = None
        # Only what is new since the last time: the record is long.
        new = host.requests(getattr(host, "admin_seen", 0))
        host.admin_seen = new[-1]["n"] if new else \
            getattr(host, "admin_seen", 0)
        self._since = host.admin_seen

    @property
    def records(self):
        if self._records is None:
            self._records = self._host.requests(self._since)
        return self._records

    def _tokens(self):
        return [r for r in self.records if r["path"] == "/oauth2/v1/token"
                and ADMIN in claims_of(r["body"])]

    @property
    def scopes(self):
        return [parse_qs(r["body"])["scope"][0] for r in self._tokens()]

    @property
    def calls(self):
        tokens = {json.loads(r["resp_body"]).get("access_token")
                  for r in self._tokens()}
        return [(r["method"], r["path"], r["query"], r["body"])
                for r in self.records if r["path"] != "/oauth2/v1/token" and
                r["headers"].get("authorization", "").split(" ")[-1]
                in tokens]

    @property
    def changes(self):
        return [c for c in self.calls if c[0] != "GET"]


def claims_of(form):
    """The claims of the assertion in a token request, as text."""
    part = parse_qs(form)["client_assertion"][0].split(".")[1]
    return base64.urlsafe_b64decode(part + "==").decode()
