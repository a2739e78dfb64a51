"""A code by text message, call or mail: sent first, then typed.

The code is the factor's `sent`; it holds for code_seconds and works once.
"""
import secrets

from ..errors import Refusal
from ..hal import link
from . import wrong

# Between two messages: seconds, and what comes of less (okta-api.md, 2.6).
WAIT = {"sms": (30, "E0000109"), "call": (30, "E0000133"),
        "email": (5, "E0000118")}
_SHOWN = {"sms": "sms", "call": "call", "email": "email"}


def _mask_phone(number):
    return number[:2] + " XXX-XXX-" + number[-4:]


def _mask_mail(address):
    name, _, domain = address.partition("@")
    return "%s...%s@%s" % (name[:1], name[-1:], domain)


def describe(factor):
    profile = factor.get("profile", {})
    if factor["factorType"] == "email":
        return {"email": _mask_mail(profile.get("email", ""))}
    shown = {"phoneNumber": _mask_phone(profile.get("phoneNumber", ""))}
    if factor["factorType"] == "call":
        shown["phoneExtension"] = profile.get("phoneExtension", "")
    return shown


def _send(org, tx, factor):
    now = org.clock.now()
    wait, code = WAIT[factor["factorType"]]
    if now - factor.get("sent_at", -wait) < wait:
        raise Refusal(code)
    factor["sent"] = "%06d" % secrets.randbelow(1000000)
    factor["sent_at"] = now
    factor["messages"] = factor.get("messages", 0) + 1
    tx.challenge = "sent"


def verify(org, request, tx, factor, body):
    given = wrong.text_of(body, "passCode")
    if given is None:
        _send(org, tx, factor)
        return False
    late = org.clock.now() - factor.get("sent_at", 0) > \
        org.switches["code_seconds"]
    if factor.get("sent") is None or late or given != factor["sent"]:
        raise wrong.refuse(org, tx, factor, wrong.ANSWER)
    factor["sent"] = None
    factor["failures"] = 0
    return True


def resend(org, request, tx):
    _send(org, tx, tx.factor)


def show(org, request, tx, shown, factor, links):
    path = "/factors/%s/verify" % tx.factor["id"]
    if tx.factor["factorType"] == "call":
        shown["factorResult"] = "WAITING"
    links["next"] = link(request, path, "verify")
    links["resend"] = [link(request, path + "/resend",
                            _SHOWN[tx.factor["factorType"]])]
