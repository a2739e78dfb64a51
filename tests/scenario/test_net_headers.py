"""What oktad-net reads from headers and what it writes into them."""
import itertools

import pytest

from fake_parent import CREDENTIAL, HELD, TAG_CONTENT_TYPE, TAG_REQUEST_ID
from net_fixtures import *  # noqa: F401,F403
from net_fixtures import login, login_body, start_on
from odd_server import OddServer, always, answer

USERS = "/api/v1/users"


# --------------------------------------------------------------- rate limits

@pytest.mark.threat("T57")
def test_429_is_waited_out_by_oktas_clock(org):
    org.emulator.change("PUT", "/clock", {"offset_s": 5000})
    with org.net(org.token_conf()) as net:
        channel, worker = net.channel("sync"), net.channel("login")
        org.emulator.fault("rate_limit", USERS, args={"reset": 20})
        first = channel.get(USERS)
        assert first.status == 429 and 20 <= first.retry <= 24, first
        held = channel.get(USERS)
        assert held.transport == HELD and 15 <= held.retry <= 24
        assert org.count(USERS) == 1
        # Another bucket, and logins, go on.
        assert channel.get("/api/v1/groups").status == 200
        assert login(worker).status == 200
        org.emulator.fault("rate_limit", "/api/v1/authn", args={"reset": 20})
        assert login(worker).status == 429
        assert login(worker).status == 200


@pytest.mark.threat("T57")
def test_429_for_too_many_at_once_is_short(org):
    with org.net(org.token_conf()) as net:
        channel = net.channel("sync")
        org.emulator.fault("concurrency", USERS, args={"reset": 120})
        first = channel.get(USERS)
        assert first.status == 429 and 1 <= first.retry <= 2
        assert channel.get(USERS).status == 200


@pytest.mark.threat("T57")
def test_retry_after_in_every_form(build, ca, context):
    date = "Date: Fri, 02 Jan 2026 03:04:05 GMT"
    forms = [("429 X", ["Retry-After: 7"], 7, 7),
             ("429 X", [date, "Retry-After: Fri, 02 Jan 2026 03:04:25 GMT"],
              21, 23),
             ("429 X", ["Retry-After: soon"], 30, 33),
             ("429 X", ["Retry-After: -1"], 30, 33),
             ("429 X", ["Retry-After: 99999"], 120, 120),
             ("503 X", ["Retry-After: 9"], 9, 9),
             ("503 X", ["Retry-After: \x01"], 5, 5),
             ("503 X", [], 5, 5), ("500 X", ["Retry-After: 9"], 0, 0)]
    turn = itertools.count()

    def play(connection, server):
        while server.read_request(connection) is not None:
            status, extra, _, _ = forms[next(turn)]
            connection.sendall(answer(b"", status=status, extra=extra))
    with OddServer(context, play) as server, \
            start_on(server, build, ca) as net:
        for form in forms:
            got = login(net.channel("login"))
            assert got.status == int(form[0][:3])
            assert form[2] <= got.retry <= form[3], (form, got)


def test_directory_stands_back_at_its_share(org):
    org.emulator.switch(rate_limits="integrator", rate_buckets={"users": 20},
                        rate_share=100)
    with org.net(org.token_conf(rate_share=50)) as net:
        channel, answers = net.channel("sync"), []
        for _ in range(20):
            answers.append(channel.get(USERS + "?limit=1"))
        sent = [a for a in answers if a.status == 200]
        held = [a for a in answers if a.transport == HELD]
        assert len(sent) == 10 and len(held) == 10
        # A window, and up to three seconds so that a fleet does not go on in
        # the same one.
        assert all(1 <= a.retry <= 60 + 1 + 3 for a in held)
        assert org.count(USERS) == 10


# -------------------------------------------------------------------- headers

RHOSTS = {"192.0.2.1": "192.0.2.1", "2001:db8::1": "2001:db8::1",
          "2001:DB8:0::1": "2001:db8::1", "::ffff:192.0.2.1":
          "::ffff:192.0.2.1", "fe80::1%eth0": None, "": None,
          "UNKNOWN": None, "localhost": None, "host.example": None,
          "192.0.2.1 ": None, " 192.0.2.1": None, "192.0.2": None,
          "192.0.2.256": None, "192.0.2.1:22": None, "[2001:db8::1]": None,
          "192.0.2.1\r\nX-Evil: 1": None, "192.0.2.1\nX-Evil: 1": None,
          "192.0.2.1, 10.0.0.1": None, "0x7f.1": None, "3232235777": None,
          "192.0.2.01": None, "::1": "::1", "1::2::3": None, ":": None,
          "192.0.2.1\0": None, "a" * 200: None, "\xff": None,
          "192.0.2.1/32": None, "::g": None, "127.1": None}


@pytest.mark.threat("T35")
@pytest.mark.threat("T94")
def test_forwarded_address_is_a_number_or_absent(org):
    assert len(RHOSTS) == 30
    org.emulator.switch(authn_per_second=0)
    with org.net(org.token_conf(trusted_proxy=1)) as net:
        worker = net.channel("login")
        for rhost, header in RHOSTS.items():
            login(worker, forwarded=rhost)
            sent = org.requests()[-1]["headers"]
            assert sent.get("x-forwarded-for") == header, rhost
            assert "x-evil" not in sent
    with org.net(org.token_conf()) as net:
        login(net.channel("login"), forwarded="192.0.2.1")
        assert "x-forwarded-for" not in org.requests()[-1]["headers"]


@pytest.mark.threat("T94")
def test_header_values_of_okta_are_filtered(build, ca, context):
    data = answer(extra=["X-Okta-Request-Id: a\x1b[2Jb",
                         "Content-Type: text/\x07plain"], kind=None)
    with OddServer(context, always(data)) as server, \
            start_on(server, build, ca) as net:
        got = net.channel("sync").get(USERS)
        assert got.status == 200
        assert got.text(TAG_REQUEST_ID) == got.text(TAG_CONTENT_TYPE) == ""


@pytest.mark.threat("T94")
def test_credential_can_not_bring_a_second_header(org):
    for token in ("00t\r\nX-Evil: 1", "00t\nX-Evil: 1", "00t\rx", "00 t",
                  "00t\xe9", "00t\t"):
        with org.net(org.token_conf(api_token=token)) as net:
            odd = net.channel("sync").get(USERS)
            assert odd.transport == CREDENTIAL, token
        with org.net(org.conf()) as net:
            net.sign = lambda skew, token=token: "a.b.c" + token + "\r\n"
            assert net.channel("sync").get(USERS).transport == CREDENTIAL
    assert org.count() == 0


def test_headers_of_a_request_are_what_okta_wants(org):
    with org.net(org.token_conf(trusted_app=1)) as net:
        net.channel("sync").get(USERS)
        login(net.channel("login"))
        login(net.channel("login"), credential=2)
        read, anonymous, trusted = [r["headers"] for r in org.requests()]
        for sent in (read, anonymous, trusted):
            assert sent["user-agent"].startswith("okta-login/")
            assert sent["accept"] == sent["content-type"] == \
                "application/json"
            assert sent["accept-encoding"] == "gzip"
            assert not {"cookie", "expect", "referer"} & set(sent)
        assert read["authorization"] == trusted["authorization"]
        assert read["authorization"].startswith("SSWS ")
        assert "authorization" not in anonymous
        assert login_body() != b""


def test_cookies_are_not_kept(build, ca, context):
    data = answer(extra=["Set-Cookie: DT=1; Path=/; Secure",
                         "Set-Cookie: JSESSIONID=2"])
    with OddServer(context, always(data)) as server, \
            start_on(server, build, ca) as net:
        for _ in range(3):
            assert net.channel("sync").get(USERS).status == 200
        assert len(server.received) == 3
        assert not [r for r in server.received if b"cookie" in r.lower()]
