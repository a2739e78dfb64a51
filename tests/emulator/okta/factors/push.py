"""Okta Verify push: the phone answers through the control API."""
from ..errors import Refusal
from ..hal import link

SHOWN = ("credentialId", "deviceType", "keys", "name", "platform", "version")


def describe(factor):
    profile = factor.get("profile", {})
    return {name: profile[name] for name in SHOWN if name in profile}


class Challenge:
    def __init__(self, now, life):
        self.ends = now + life
        self.result = "WAITING"
        self.polls = 0
        self.number = None


def _begin(org, tx, factor):
    tx.challenge = Challenge(org.clock.now(), org.switches["push_seconds"])
    factor["pushes"] = factor.get("pushes", 0) + 1


def verify(org, request, tx, factor, body):
    challenge = tx.challenge
    if challenge is None or tx.factor is not factor or \
            challenge.result != "WAITING":
        _begin(org, tx, factor)
        return False
    challenge.polls += 1
    answer = factor.pop("answer", None)
    if answer is None and org.clock.now() >= challenge.ends:
        answer = "timeout"
    wanted = org.switches["number_challenge_poll"]
    if wanted and challenge.polls >= wanted and challenge.number is None:
        challenge.number = 10 + sum(tx.token.encode()) % 90
    if answer == "approve" or \
            answer is not None and answer == challenge.number:
        return True
    if answer == "timeout":
        challenge.result = "TIMEOUT"
    elif answer is not None:
        challenge.result = "REJECTED"
        org.log.add("user.authentication.auth_via_mfa",
                    "Authentication of user via MFA", tx.user,
                    outcome="FAILURE", reason="INVALID_CREDENTIALS",
                    request=request)
    return False


def resend(org, request, tx):
    if tx.challenge.result == "WAITING":
        raise Refusal("E0000006")
    _begin(org, tx, tx.factor)


def show(org, request, tx, shown, factor, links):
    challenge = tx.challenge
    path = "/factors/%s/verify" % tx.factor["id"]
    shown["factorResult"] = challenge.result
    waiting = challenge.result == "WAITING"
    if waiting and challenge.number is not None:
        factor["_embedded"] = {"challenge": {
            "correctAnswer": challenge.number}}
    links["next"] = link(request, path, "poll" if waiting else "verify")
    links["resend"] = [link(request, path + "/resend", "push")]
