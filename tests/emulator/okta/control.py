"""The control API: tests change the org, its clock and its faults.

Plain HTTP on loopback.  Answers are JSON; what is not understood is 400
with {"error": …}.  People come to groups and leave them with an event, but with
?silent=1 without one.
"""
import json

from . import load, switches
from .message import Reply
from .org import has
from .server import front_page
from .dispatch import Outcome


_ANSWERS = {"accept": "approve", "deny": "reject"}


class NotFound(Exception):
    """Neither a request of the table nor a thing of the org."""


class Control:
    """Serves one org's control requests."""

    def __init__(self, org, record, renew):
        self._org = org
        self._record = record
        self._renew = renew         # called when names in TLS may change
        self._table = (
            ("PATCH", ("users", "*"), self._patch_user),
            ("PUT", ("groups", "*", "users", "*"), self._put_member),
            ("DELETE", ("groups", "*", "users", "*"), self._drop_member),
            ("PUT", ("apps", "*", "users", "*"), self._put_assignee),
            ("DELETE", ("apps", "*", "users", "*"), self._drop_assignee),
            ("POST", ("events",), self._add_event),
            ("POST", ("faults",), self._add_fault),
            ("GET", ("faults",), self._get_faults),
            ("DELETE", ("faults",), self._clear_faults),
            ("GET", ("requests",), self._get_requests),
            ("DELETE", ("requests",), self._clear_requests),
            ("PUT", ("clock",), self._put_clock),
            ("POST", ("push", "*"), self._push),
            ("GET", ("factors", "*"), self._get_factor),
            ("POST", ("device", "*"), self._device),
            ("GET", ("org",), self._get_org),
            ("PUT", ("org",), self._put_org),
            ("DELETE", ("tokens",), self._revoke_tokens),
        )

    def refuse(self, reply):
        return Outcome(front_page(reply.status), [])

    def handle(self, request):
        try:
            reply = self._run(request)
        except NotFound as why:
            reply = Reply.of({"error": "not found: %s" % why}, 404)
        except (ValueError, KeyError, TypeError, AttributeError) as why:
            reply = Reply.of({"error": "%s: %s" % (type(why).__name__, why)},
                             400)
        return Outcome(reply, [("content-type", "application/json")])

    def _run(self, request):
        parts = tuple(request.segments())
        for method, path, action in self._table:
            if method == request.method and len(path) == len(parts) and \
                    all(p in ("*", q) for p, q in zip(path, parts)):
                keys = [q for p, q in zip(path, parts) if p == "*"]
                with self._org.lock:
                    return action(request, *keys)
        raise NotFound("%s %s" % (request.method, request.path))

    @staticmethod
    def _body(request):
        return json.loads(request.body or b"{}")

    def _user(self, key):
        user = self._org.find_user(key)
        if user is None:
            raise NotFound(key)
        return user

    def _patch_user(self, request, key):
        """{status, profile (merged), password, factors, provider, …}"""
        org, user, body = self._org, self._user(key), self._body(request)
        unknown = set(body) - {"status", "profile", "password", "factors",
                               "provider", "password_expires",
                               "transitioningToStatus", "blocks",
                               "lastUpdated", "shown_status"}
        if unknown:
            raise ValueError("unknown member: " + ", ".join(unknown))
        if body.get("status", "ACTIVE") not in load.STATUSES:
            raise ValueError("unknown status")
        if "profile" in body:
            org.set_profile(user, dict(user.profile, **body["profile"]))
            org.log.add("user.account.update_profile",
                        "Update user profile for Okta", user)
        for name in ("password", "provider", "password_expires"):
            if name in body:
                setattr(user, name, body[name])
        if isinstance(user.password_expires, (int, float)):
            user.password_expires = org.clock.stamp(
                user.password_expires * 86400)
        for name, attribute in (("transitioningToStatus", "transitioning"),
                                ("blocks", "blocks"),
                                ("shown_status", "shown_status")):
            if name in body:
                setattr(user, attribute, body[name])
        if "factors" in body:
            user.factors = [load.make_factor(user, n, f)
                            for n, f in enumerate(body["factors"])]
        if "status" in body:
            self._set_status(user, body["status"])
        org.changed(user)
        if "lastUpdated" in body:
            user.last_updated = body["lastUpdated"]
        return Reply.of(load.dump_user(user))

    def _set_status(self, user, status):
        event = {"SUSPENDED": "user.lifecycle.suspend",
                 "DEPROVISIONED": "user.lifecycle.deactivate",
                 "LOCKED_OUT": "user.account.lock",
                 "PASSWORD_EXPIRED": "user.account.expire_password",
                 "RECOVERY": "user.account.reset_password"}.get(status)
        if user.status == "SUSPENDED" and status == "ACTIVE":
            event = "user.lifecycle.unsuspend"
        elif user.status == "LOCKED_OUT" and status == "ACTIVE":
            event = "user.account.unlock_by_admin"
        changed = user.status != status
        self._org.set_status(user, status)
        if event is not None and changed:
            self._org.log.add(event, event, user)

    def _group(self, key):
        group = self._org.find_group(key)
        if group is None:
            raise NotFound(key)
        return group

    def _put_member(self, request, group_key, user_key):
        group, user = self._group(group_key), self._user(user_key)
        self._org.add_member(group, user, "silent" not in request.args)
        return Reply.of({"member": has(group.members, user.id)})

    def _drop_member(self, request, group_key, user_key):
        group, user = self._group(group_key), self._user(user_key)
        self._org.remove_member(group, user, "silent" not in request.args)
        return Reply.of({"member": has(group.members, user.id)})

    def _app(self, key):
        app = self._org.apps.get(key)
        if app is None:
            raise NotFound(key)
        return app

    def _put_assignee(self, request, app_key, user_key):
        app, user = self._app(app_key), self._user(user_key)
        self._org.assign(app, user)
        return Reply.of({"assigned": has(app.everybody(self._org), user.id)})

    def _drop_assignee(self, request, app_key, user_key):
        app, user = self._app(app_key), self._user(user_key)
        self._org.unassign(app, user)
        return Reply.of({"assigned": has(app.everybody(self._org), user.id)})

    def _add_event(self, request):
        """{eventType, user, group, app, outcome}: logged, and that is all."""
        body = self._body(request)
        found = {name: find(body[name]) for name, find in (
            ("user", self._user), ("group", self._group),
            ("app", self._app)) if name in body}
        self._org.log.add(body["eventType"], body["eventType"],
                          outcome=body.get("outcome", "SUCCESS"), **found)
        return Reply.of({})

    def _add_fault(self, request):
        self._org.faults.add(self._body(request))
        return self._get_faults(request)

    def _get_faults(self, request):
        return Reply.of([f.show() for f in self._org.faults.rules])

    def _clear_faults(self, request):
        self._org.faults.clear()
        return Reply.of([])

    def _get_requests(self, request):
        return Reply.of(self._record.since(int(request.args.get("since",
                                                                0))))

    def _clear_requests(self, request):
        self._record.clear()
        return Reply.of([])

    def _put_clock(self, request):
        self._org.clock.offset = float(self._body(request)["offset_s"])
        return Reply.of({"offset_s": self._org.clock.offset,
                         "now": self._org.clock.stamp()})

    def _push(self, request, key):
        """{answer: approve | reject | timeout | the number tapped}"""
        given = self._body(request)["answer"]
        given = _ANSWERS.get(given, given)
        if given not in ("approve", "reject", "timeout") and \
                not isinstance(given, int):
            raise ValueError("answer: approve, reject, timeout or a number")
        for user in self._org.users.values():
            for factor in user.factors:
                if factor["id"] == key and factor["factorType"] == "push":
                    factor["answer"] = given
                    return Reply.of({"answer": given,
                                     "pushes": factor.get("pushes", 0)})
        raise NotFound(key)

    def _get_factor(self, request, key):
        """All of a factor: `sent` is the code of the last message."""
        for user in self._org.users.values():
            for factor in user.factors:
                if factor["id"] == key:
                    return Reply.of(factor)
        raise NotFound(key)

    def _device(self, request, key):
        """{user, answer: approve | deny, amr}: who is signed in in the
        browser enters the user code."""
        body = self._body(request)
        begun = self._org.oidc.by_user_code(key.replace("-", "").upper())
        if begun is None:
            raise NotFound(key)
        begun.user = self._user(body["user"])
        begun.answer = _ANSWERS.get(body["answer"], body["answer"])
        begun.amr = body.get("amr", ["pwd", "hwk", "mfa"])
        return Reply.of({"client_id": begun.client_id})

    def _get_org(self, request):
        return Reply.of(load.dump(self._org))

    def _put_org(self, request):
        body = self._body(request)
        switches.check(body.get("switches") or {})
        load.load(self._org, body)
        self._renew()
        return Reply.of({"users": len(self._org.users),
                         "groups": len(self._org.groups),
                         "switches": self._org.switches})

    def _revoke_tokens(self, request):
        self._org.tokens.revoke_all()
        return Reply.of({})
