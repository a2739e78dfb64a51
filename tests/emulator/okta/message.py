"""A request as it was read and a reply before it is written."""
import json
from urllib.parse import parse_qsl, unquote, unquote_plus


class Request:
    """One HTTP request.  headers keeps the wire's order and case."""

    __slots__ = ("method", "target", "path", "query", "headers", "body",
                 "scheme", "client", "host", "_fields", "_args", "route",
                 "params", "caller")

    def __init__(self, method, target, headers, body, scheme, client):
        self.method = method
        self.target = target
        self.path, _, self.query = target.partition("?")
        self.headers = headers
        self.body = body
        self.scheme = scheme
        self.client = client
        self._fields = {}
        for name, value in headers:
            key = name.lower()
            have = self._fields.get(key)
            self._fields[key] = value if have is None else have + ", " + value
        self.host = self._fields.get("host", "")
        self._args = None
        self.route = self.params = self.caller = None

    def header(self, name, default=None):
        """Value by lower-case name; repeated lines joined with a comma."""
        return self._fields.get(name, default)

    @property
    def fields(self):
        return self._fields

    @property
    def base(self):
        """The origin the caller used, as links in answers show it."""
        return "%s://%s" % (self.scheme, self.host)

    @property
    def args(self):
        """Query parameters; the first of a repeated name counts."""
        if self._args is None:
            self._args = {}
            for part in self.query.split("&"):
                if part:
                    name, _, value = part.partition("=")
                    self._args.setdefault(unquote_plus(name),
                                          unquote_plus(value))
        return self._args

    def form(self):
        """The pairs of a form body, in order, repeats and all."""
        return parse_qsl(self.body.decode("utf-8", "replace"),
                         keep_blank_values=True)

    def segments(self):
        return [unquote(s) for s in self.path.split("/")[1:]]


class Reply:
    """An answer: status, body bytes (None: none at all), extra headers."""

    __slots__ = ("status", "body", "headers", "content_type", "edge",
                 "server")

    def __init__(self, status=200, body=None, headers=(),
                 content_type="application/json", edge=False, server="nginx"):
        self.status = status
        self.body = body
        self.headers = list(headers)
        self.content_type = content_type
        self.server = server
        self.edge = edge        # answered by the front server, not the API

    @classmethod
    def of(cls, value, status=200, headers=()):
        return cls(status, dump(value), headers)


def dump(value):
    return json.dumps(value, ensure_ascii=False,
                      separators=(",", ":")).encode("utf-8", "replace")


def array(parts):
    """A JSON array of objects that are rendered already."""
    return b"[" + b",".join(parts) + b"]"
