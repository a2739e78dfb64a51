"""How often a login that was taken over has the phone ring (T34)."""
import json

import pytest

from emulator_authn import BOB
from fake_parent import ANONYMOUS, REFUSED
from net_fixtures import *  # noqa: F401,F403
from net_fixtures import login_body


def rings(org, factor):
    return sum(f.get("pushes", 0)
               for u in org.emulator.change("GET", "/org")["users"]
               for f in u.get("factors", []) if f["id"] == factor)


@pytest.mark.parametrize("how", ["cut off", "at once"])
def test_push_that_has_ended_unseen_is_not_sent_anew_for_nothing(org, how):
    org.emulator.switch(authn_per_second=0)
    with org.net() as net:
        bob = net.channel("login", BOB, "00ubob0000000000000002")

        def post(path, body, **more):
            return bob.send("POST", "/api/v1/authn" + path, body=body,
                            credential=ANONYMOUS, **more)

        begun = json.loads(bob.receive(
            post("", login_body("Correct-Horse-7-bob", BOB))).body)
        factor = next(f["id"] for f in begun["_embedded"]["factors"]
                      if f["factorType"] == "push")
        verify = f"/factors/{factor}/verify"
        state = json.dumps({"stateToken": begun["stateToken"]},
                           separators=(",", ":")).encode()
        assert b'"WAITING"' in bob.receive(post(verify, state)).body
        answers = []
        for _ in range(15):
            org.emulator.change("POST", f"/push/{factor}",
                                {"answer": "reject"})
            if how == "cut off":
                answers += [bob.receive(post(verify, state, max_bytes=1))
                            for _ in range(2)]
            else:
                asked = [post(verify, state) for _ in range(4)]
                answers += [bob.receive(ident) for ident in asked]
        assert any(a.transport == REFUSED for a in answers)
        assert 1 <= rings(org, factor) <= 6, rings(org, factor)
