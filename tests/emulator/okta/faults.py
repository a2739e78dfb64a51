"""Faults on demand: which answer is spoilt, when, and how.

A fault is {match: {method, path, query}, kind, count, after, args}.  path and
query are globs over the whole text (* also matches "/"); a pattern that
begins with ^, ends with $ or has .* in it is a regular expression instead.
The first after matching requests pass untouched, the next count are spoilt
(0: until deleted).
"""
import fnmatch
import re

from .errors import TABLE

KINDS = ("rate_limit", "concurrency", "status", "html", "reset",
         "reset_after_request", "stall", "slow", "truncate", "empty",
         "shrink", "foreign_link", "redirect", "big_headers")

STALL_MAX = 3600.0


def _pattern(text):
    if text is None:
        return None
    if text.startswith("^") or text.endswith("$") or ".*" in text:
        try:
            return re.compile(text)
        except re.error as why:
            raise ValueError("not a pattern: %s" % text) from why
    return re.compile(fnmatch.translate(text))


class Fault:
    """One rule.  Raises ValueError where the rule is not understood."""

    def __init__(self, rule):
        match = rule.get("match") or {}
        unknown = (set(rule) - {"match", "kind", "count", "after", "args"}
                   or set(match) - {"method", "path", "query"})
        if unknown:
            raise ValueError("unknown member: %s" % ", ".join(sorted(unknown)))
        if rule.get("kind") not in KINDS:
            raise ValueError("kind must be one of: " + " ".join(KINDS))
        self.rule = rule
        self.kind = rule["kind"]
        self.args = dict(rule.get("args") or {})
        if self.args.get("code", "E0000009") not in TABLE:
            raise ValueError("unknown code: %s" % self.args["code"])
        if self.args.get("where", "start") not in ("start", "head", "body"):
            raise ValueError("where: start, head or body")
        self.left = int(rule.get("count", 1)) or None
        self.after = int(rule.get("after", 0))
        self._method = match.get("method")
        self._path = _pattern(match.get("path"))
        self._query = _pattern(match.get("query"))

    def wants(self, request):
        """True where this request is the fault's; counts it."""
        if self.left == 0:
            return False
        if self._method not in (None, "*", request.method):
            return False
        if self._path and not self._path.match(request.path):
            return False
        if self._query and not self._query.match(request.query):
            return False
        if self.after > 0:
            self.after -= 1
            return False
        if self.left is not None:
            self.left -= 1
        return True

    @property
    def cuts_before(self):
        return self.kind in ("reset", "reset_after_request")

    @property
    def keeps(self):
        """May the connection live on after this answer?"""
        return not (self.kind == "stall" or
                    self.kind == "truncate" and self.args.get("transport"))

    def deliver(self, connection, head, body, stop):
        """Write an answer whose fault is in the transport."""
        if self.kind == "stall":
            wait = min(float(self.args.get("seconds", STALL_MAX)), STALL_MAX)
            where = self.args.get("where", "start")
            first = {"start": 0, "head": len(head),
                     "body": len(head) + len(body) // 2}[where]
            whole = head + body
            connection.write(whole[:first])
            if not connection.pause(wait, stop):
                connection.write(whole[first:])
        elif self.kind == "slow":
            step = max(1, int(self.args.get("bytes", 1)))
            pause = float(self.args.get("interval", 0.1))
            whole = head + body
            for at in range(0, len(whole), step):
                connection.write(whole[at:at + step])
                if connection.pause(pause, stop):
                    return
        elif self.kind == "truncate" and self.args.get("transport"):
            connection.write(head + body[:len(body) // 2])
        else:
            connection.write(head + body)

    def show(self):
        return dict(self.rule, left=self.left, after=self.after)


class Faults:
    """The rules in force.  Callers hold the org's lock."""

    def __init__(self):
        self.rules = []

    def add(self, rule):
        self.rules.append(Fault(rule))

    def clear(self):
        self.rules = []

    def take(self, request):
        for rule in self.rules:
            if rule.wants(request):
                self.rules = [r for r in self.rules if r.left != 0]
                return rule
        return None
