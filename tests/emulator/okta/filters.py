"""The expressions of search=, filter= and the System Log's filter.

One grammar (SCIM-like), three dialects.  Reference: okta-api.md, 5.1, 6.1,
7.3.  An expression becomes a function of one object (the wire's shape).
"""
import re

from . import clock
from .errors import Refusal

_TOKEN = re.compile(r"""\s*(?:
      (?P<open>\()
    | (?P<close>\))
    | (?P<string>"(?:[^"\\]|\\.)*")
    | (?P<number>-?\d+(?:\.\d+)?(?![\w.]))
    | (?P<word>[A-Za-z_$][\w$.:-]*)
    )""", re.X)

_DATES = {"created", "activated", "statusChanged", "lastUpdated",
          "lastMembershipUpdated", "passwordChanged", "lastLogin"}
DEPTH_MAX = 32
LENGTH_MAX = 10000


class Dialect:
    """fields: name -> allowed operators, or None for every field."""

    def __init__(self, code, field_code, operators, fields=None,
                 folds=False, negates=False, special=None):
        self.code = code
        self.operators = operators
        self.fields = fields
        self.folds = folds          # string values compared without case
        self.negates = negates
        self.special = special or {}
        self.field_code = field_code    # known syntax, unknown use

    def allows(self, name, operator):
        if operator not in self.operators:
            return False
        if name in self.special:
            return operator in self.special[name]
        if self.fields is None:
            return operator not in self.special.get("*", ())
        return operator in self.fields.get(name, ())


_ORDER = ("gt", "ge", "lt", "le")
_DATE_OPERATORS = ("eq",) + _ORDER
_CO = ("eq", "gt", "ge", "lt", "le", "sw", "pr", "co")

USER_SEARCH = Dialect(
    "E0000031", "E0000031", _CO, folds=True,
    special={"*": ("co",), "profile.firstName": _CO, "profile.lastName": _CO,
             "profile.email": _CO, "profile.login": _CO})
USER_FILTER = Dialect(
    "E0000053", "E0000094", _DATE_OPERATORS, {
        "status": ("eq",), "id": ("eq",), "profile.login": ("eq",),
        "profile.email": ("eq",), "profile.firstName": ("eq",),
        "profile.lastName": ("eq",), "lastUpdated": _DATE_OPERATORS})
GROUP_SEARCH = Dialect(
    "E0000031", "E0000031", ("eq", "sw", "co", "pr") + _ORDER, folds=True,
    special={"*": ("co",), "profile.name": _CO, "profile.description": _CO})
GROUP_FILTER = Dialect(
    "E0000053", "E0000094", _DATE_OPERATORS, {
        "id": ("eq",), "type": ("eq",), "lastUpdated": _DATE_OPERATORS,
        "lastMembershipUpdated": _DATE_OPERATORS})
APP_FILTER = Dialect("E0000053", "E0000094", ("eq",), {
    "id": ("eq",), "status": ("eq",), "name": ("eq",), "user.id": ("eq",),
    "group.id": ("eq",)})
ZONE_FILTER = Dialect("E0000053", "E0000094", ("eq",), {
    "id": ("eq",), "usage": ("eq",), "system": ("eq",)})
_LOG = Dialect("E0000053", "E0000031", ("eq", "ne", "sw", "co", "ew",
                                        "pr") + _ORDER,
               folds=True, negates=True)
_NO_CONTAINS = ("debugContext.debugData.url",
                "debugContext.debugData.requestUri")


def _tokens(text, dialect):
    if len(text) > LENGTH_MAX or "[" in text:
        raise Refusal(dialect.code)
    at = 0
    out = []
    text = text.rstrip()
    while at < len(text):
        m = _TOKEN.match(text, at)
        if m is None:
            raise Refusal(dialect.code)
        out.append((m.lastgroup, m[m.lastgroup]))
        at = m.end()
    return out


def _value(obj, parts):
    """What a dotted name leads to; lists are looked through."""
    for n, part in enumerate(parts):
        if isinstance(obj, list):
            found = [_value(o, parts[n:]) for o in obj]
            return [f for f in found if f is not None]
        if not isinstance(obj, dict):
            return None
        obj = obj.get(part)
    return obj


def _fold(value):
    return value.lower() if isinstance(value, str) else value


def _compare(operator, wanted):
    def ordered(test):
        def run(have):
            try:
                return have is not None and test(have)
            except TypeError:
                return False
        return run
    return {
        "eq": lambda have: have == wanted and
        isinstance(have, bool) == isinstance(wanted, bool),
        "ne": lambda have: have != wanted,
        "gt": ordered(lambda have: have > wanted),
        "ge": ordered(lambda have: have >= wanted),
        "lt": ordered(lambda have: have < wanted),
        "le": ordered(lambda have: have <= wanted),
        "sw": lambda have: isinstance(have, str) and
        have.startswith(str(wanted)),
        "ew": lambda have: isinstance(have, str) and
        have.endswith(str(wanted)),
        "co": lambda have: isinstance(have, str) and str(wanted) in have,
    }[operator]


class _Parser:
    def __init__(self, text, dialect):
        self.dialect = dialect
        self.tokens = _tokens(text, dialect)
        self.at = 0
        self.depth = 0

    def bad(self):
        return Refusal(self.dialect.code)

    def next(self):
        if self.at >= len(self.tokens):
            raise self.bad()
        self.at += 1
        return self.tokens[self.at - 1]

    def word(self):
        if self.at < len(self.tokens) and self.tokens[self.at][0] == "word":
            return self.tokens[self.at][1].lower()
        return None

    def parse(self):
        test = self.alternatives()
        if self.at != len(self.tokens):
            raise self.bad()
        return test

    def alternatives(self):
        tests = [self.conjunction()]
        while self.word() == "or":
            self.at += 1
            tests.append(self.conjunction())
        if len(tests) == 1:
            return tests[0]
        return lambda o: any(t(o) for t in tests)

    def conjunction(self):
        tests = [self.factor()]
        while self.word() == "and":
            self.at += 1
            tests.append(self.factor())
        if len(tests) == 1:
            return tests[0]
        return lambda o: all(t(o) for t in tests)

    def factor(self):
        if self.word() == "not":
            if not self.dialect.negates:
                raise self.bad()
            self.at += 1
            test = self.factor()
            return lambda o: not test(o)
        kind, text = self.next()
        if kind == "open":
            self.depth += 1
            if self.depth > DEPTH_MAX:
                raise self.bad()
            test = self.alternatives()
            if self.next()[0] != "close":
                raise self.bad()
            self.depth -= 1
            return test
        if kind != "word":
            raise self.bad()
        return self.comparison(text)

    def comparison(self, name):
        dialect = self.dialect
        kind, operator = self.next()
        operator = operator.lower()
        if kind != "word":
            raise self.bad()
        if not dialect.allows(name, operator):
            raise Refusal(dialect.field_code)
        parts = name.split(".")
        if operator == "pr":
            return lambda o: _value(o, parts) not in (None, "", [])
        wanted = self.literal(name, operator)
        if dialect.folds:
            wanted = _fold(wanted)
        test = _compare(operator, wanted)
        fold = dialect.folds

        def run(obj):
            have = _value(obj, parts)
            if isinstance(have, list):
                values = [_fold(h) if fold else h for h in have]
                if operator == "ne":
                    return all(test(h) for h in values)
                return any(test(h) for h in values)
            return test(_fold(have) if fold else have)
        return run

    def literal(self, name, operator):
        kind, text = self.next()
        if kind == "string":
            value = re.sub(r"\\(.)", r"\1", text[1:-1])
            if name in _DATES:
                seconds = clock.parse(value)
                if seconds is None:
                    raise self.bad()
                return clock.stamp(seconds)
            return value
        if kind == "number":
            return float(text) if "." in text else int(text)
        if kind == "word" and text in ("true", "false", "null"):
            return {"true": True, "false": False, "null": None}[text]
        raise self.bad()


def compile_expression(text, dialect):
    """A test of one object; Refusal where the text is not understood."""
    return _Parser(text, dialect).parse()


def log_filter(text):
    lowered = text.lower()
    for name in _NO_CONTAINS:
        if re.search(re.escape(name.lower()) + r"\s+co\s", lowered):
            raise Refusal("E0000031")
    if re.search(r"(^|[\s(])published\s", lowered):
        raise Refusal("E0000031")
    return compile_expression(text, _LOG)
