"""authn transactions: state tokens, their states and how answers look.

Reference: okta-api.md, 2.1, 2.3, 2.4, 2.7.
"""
from . import clock, factors, ids, passwords
from .errors import Refusal
from .hal import link
from .message import Reply

SESSION_TOKEN_S = 300
KEPT = 20000
_BARRED = ("STAGED", "SUSPENDED", "DEPROVISIONED")


class Transaction:
    """One login under way, from the right password to its end."""

    def __init__(self, user):
        self.token = ids.opaque("00", 42)
        self.user = user
        self.state = None
        self.expires = 0.0
        self.warn = False
        self.factor = None          # the one that was challenged
        self.challenge = None       # its own state: see factors/
        self.verified = False       # the second factor was given
        self.device = None          # deviceToken of a trusted application
        self.remembered = False     # and it needs no factor now
        self.skipped = False        # its enrolment was put off
        self.recovery = None        # PASSWORD, UNLOCK or ACCOUNT_ACTIVATION
        self.recovery_token = None
        self.way = None             # SMS or CALL, and the code it sent
        self.code = None


class Transactions:
    """All state tokens of an org."""

    def __init__(self, org):
        self._org = org
        self.clear()

    def clear(self):
        self._open = {}
        self.session_tokens = {}
        self.recovery_tokens = {}
        self.sessions = {}
        self._devices = {}          # (user id, deviceToken) -> until

    def begin(self, user):
        now = self._org.clock.now()
        if len(self._open) > KEPT:
            self._open = {k: t for k, t in self._open.items()
                          if t.expires > now}
        tx = Transaction(user)
        self._open[tx.token] = tx
        self._slide(tx)
        return tx

    def _slide(self, tx):
        tx.expires = self._org.clock.now() + self._org.switches["state_token_s"]

    def resume(self, body, *states):
        """The transaction of a state token, whose life begins anew."""
        token = body.get("stateToken")
        tx = self._open.get(token) if isinstance(token, str) else None
        if tx is None or tx.expires <= self._org.clock.now():
            raise Refusal("E0000011")
        if tx.user is not None and tx.user.status in _BARRED:
            self.end(tx)
            raise Refusal("E0000011")
        if states and tx.state not in states:
            raise wrong_state()
        self._slide(tx)
        return tx

    def end(self, tx):
        self._open.pop(tx.token, None)

    def success(self, tx):
        org = self._org
        self.end(tx)
        token = ids.opaque("20111", 55)
        expires = org.clock.now() + SESSION_TOKEN_S
        self.session_tokens[token] = (tx.user.id, expires)
        while len(self.session_tokens) > KEPT:
            self.session_tokens.pop(next(iter(self.session_tokens)))
        tx.user.last_login = org.clock.stamp()
        tx.user.rendered = None
        tx.user.failures = 0
        return {"expiresAt": clock.stamp(expires), "status": "SUCCESS",
                "sessionToken": token}

    def end_sessions(self, user):
        """Of a person who was cleared, suspended or deactivated."""
        self.sessions = {k: s for k, s in self.sessions.items()
                         if s["userId"] != user.id}

    def remember(self, tx):
        """The device of a trusted application needs no factor for a while."""
        minutes = self._org.switches["remember_minutes"]
        if tx.device is not None and minutes > 0:
            self._devices[tx.user.id, tx.device] = \
                self._org.clock.now() + minutes * 60

    def forget_devices(self, user):
        self._devices = {k: until for k, until in self._devices.items()
                         if k[0] != user.id}

    def is_remembered(self, tx):
        return self._org.clock.now() < self._devices.get(
            (tx.user.id, tx.device), 0)

    def describe_enrolled(self, user, factor, here):
        return factors.describe_enrolled(self._org, user, factor, here)


def wrong_state():
    text = ("This operation is not allowed in the current authentication "
            "state.")
    return Refusal("E0000079", causes=[text])


def embedded_user(user, question=False):
    profile = {k: user.profile.get(k) for k in
               ("login", "firstName", "lastName")}
    profile["locale"] = user.profile.get("locale") or "en_US"
    profile["timeZone"] = user.profile.get("timezone") or \
        "America/Los_Angeles"
    shown = {"id": user.id, "passwordChanged": user.password_changed,
             "profile": profile}
    if question and user.recovery_question is not None:
        shown["recovery_question"] = {"question": user.recovery_question}
    return shown


def mfa_policy(org, tx):
    minutes = org.switches["remember_minutes"]
    return {"allowRememberDevice": minutes > 0,
            "rememberDeviceLifetimeInMinutes": minutes,
            "rememberDeviceByDefault": False,
            "factorsPolicyInfo": {
                f["id"]: {"autoPushEnabled": False}
                for f in tx.user.factors if f["factorType"] == "push"}}


def answer(org, request, tx):
    """The 200 that shows a transaction's state."""
    if tx.state == "SUCCESS":
        shown = org.authn.success(tx)
        shown["_embedded"] = {"user": embedded_user(tx.user)}
        if org.switches["success_links"]:
            shown["_links"] = {"cancel": link(request, "/cancel")}
        return Reply.of(shown)
    shown = {"stateToken": tx.token, "expiresAt": clock.stamp(tx.expires),
             "status": tx.state}
    if tx.state == "RECOVERY_CHALLENGE":
        return Reply.of(_recovery_challenge(request, tx, shown))
    embedded = {"user": embedded_user(tx.user, tx.state == "RECOVERY")}
    links = {}
    _SHOW[tx.state](org, request, tx, shown, embedded, links)
    links["cancel"] = link(request, "/cancel")
    shown["_embedded"] = embedded
    shown["_links"] = links
    return Reply.of(shown)


def _recovery_challenge(request, tx, shown):
    """Nothing of the person: there may be none."""
    path = "/recovery/factors/%s" % tx.way
    shown.update(factorType=tx.way, recoveryType=tx.recovery, _links={
        "next": link(request, path + "/verify", "verify"),
        "cancel": link(request, "/cancel"),
        "resend": [link(request, path + "/resend", tx.way.lower())]})
    return shown


def _show_password(org, request, tx, shown, embedded, links):
    warn = tx.state == "PASSWORD_WARN"
    embedded["policy"] = passwords.policy(org, tx.user, warn)
    links["next"] = link(request, "/credentials/change_password",
                         "changePassword")
    if warn:
        links["skip"] = link(request, "/skip", "skip")


def _show_reset(org, request, tx, shown, embedded, links):
    shown["recoveryType"] = tx.recovery
    embedded["policy"] = passwords.policy(org, tx.user)
    links["next"] = link(request, "/credentials/reset_password",
                         "resetPassword")


def _show_recovery(org, request, tx, shown, embedded, links):
    shown["recoveryType"] = tx.recovery
    if tx.recovery_token is not None:
        shown["recoveryToken"] = tx.recovery_token
        links["next"] = link(request, "/recovery/token", "recovery")
    else:
        links["next"] = link(request, "/recovery/answer", "answer")


def _show_required(org, request, tx, shown, embedded, links):
    embedded["factors"] = [factors.describe(request, f)
                           for f in factors.active(tx.user)]
    embedded["policy"] = mfa_policy(org, tx)


def _show_enroll(org, request, tx, shown, embedded, links):
    optional = org.switches["mfa"] != "required"
    embedded["factors"] = factors.offers(request, optional)
    if optional:
        links["skip"] = link(request, "/skip", "skip")


def _show_challenge(org, request, tx, shown, embedded, links):
    factors.show_challenge(org, request, tx, shown, embedded, links)
    embedded["policy"] = mfa_policy(org, tx)
    links["prev"] = link(request, "/previous")


_SHOW = {
    "PASSWORD_WARN": _show_password, "PASSWORD_EXPIRED": _show_password,
    "PASSWORD_RESET": _show_reset, "RECOVERY": _show_recovery,
    "MFA_REQUIRED": _show_required, "MFA_ENROLL": _show_enroll,
    "MFA_CHALLENGE": _show_challenge,
}
