"""From a request to its answer: fault, route, limits, caller, handler."""
import gzip
import json
import os
import time
from dataclasses import dataclass, field
from typing import Any

from . import callers, clock, ids
from .errors import Answer, OAuthRefusal, Refusal
from .message import Reply, dump
from .server import front_page

_CSP = ("default-src 'self' {host} *.oktacdn.com; connect-src 'self' {host} "
        "*.oktacdn.com *.mixpanel.com *.mapbox.com http://localhost:8769 "
        "http://127.0.0.1:8769 http://localhost:65111 http://127.0.0.1:65111 "
        "http://localhost:65121 http://127.0.0.1:65121 "
        "http://localhost:65131 http://127.0.0.1:65131 data:; script-src "
        "'unsafe-inline' 'self' 'report-sample' {host} *.oktacdn.com; "
        "style-src 'unsafe-inline' 'self' 'report-sample' {host} "
        "*.oktacdn.com; frame-src 'self' {host} login.okta.com; img-src "
        "'self' {host} *.oktacdn.com *.mapbox.com data: blob:; font-src "
        "'self' {host} data: *.oktacdn.com; frame-ancestors 'self'")

_COOKIES = ('sid="";Version=1;Path=/;Max-Age=0',
            'xids="";Version=1;Path=/;Max-Age=0',
            'autolaunch_triggered=""; Expires=Thu, 01 Jan 1970 00:00:10 GMT; '
            'Path=/')


@dataclass
class Outcome:
    """An answer ready to be written, and the fault that spoils the writing."""

    reply: Reply
    headers: list = field(default_factory=list)
    fault: Any = None
    chunked: bool = False
    head_only: bool = False


class Dispatcher:
    """The API of one org on any number of listeners."""

    def __init__(self, org, routes, record, latency=0.0):
        self.org = org
        self.routes = routes
        self.record = record
        self.latency = latency
        self._busy = 0

    def refuse(self, reply):
        """An answer to something that is not a request."""
        return Outcome(reply, self._edge_headers(reply))

    def handle(self, request):
        t = time.time()
        org = self.org
        with org.lock:
            self._busy += 1
            crowded = self._busy > org.switches["concurrency"]
            fault = org.faults.take(request)
            rate = None
            if fault is not None and fault.kind == "reset":
                reply = Reply(0)
            elif crowded or fault is not None and fault.kind == "concurrency":
                reply, rate = self._concurrency(fault)
            else:
                reply, rate = self._answer(request, fault)
            if fault is not None and fault.kind not in ("reset",
                                                        "concurrency"):
                reply = spoil(reply, fault, request)
            headers = self._headers(request, reply, rate)
            chunked = org.switches["chunked"] and not reply.edge
        body = reply.body
        cut = fault is not None and fault.cuts_before
        self.record.add(t, request, 0 if cut else reply.status,
                        [] if cut else headers, None if cut else body)
        if body and not reply.edge and \
                "gzip" in request.header("accept-encoding", ""):
            reply.body = gzip.compress(body, 1)
            headers.append(("content-encoding", "gzip"))
            headers.append(("vary", "Accept-Encoding"))
        if self.latency:
            time.sleep(self.latency)
        with org.lock:
            self._busy -= 1
        return Outcome(reply, headers, fault, chunked,
                       request.method == "HEAD")

    def _answer(self, request, fault):
        """(reply, rate) of the API itself.  rate: limit, remaining, reset."""
        org = self.org
        rate = None
        try:
            self.routes.find(request)
            caller, refusal = callers.identify(org, request)
            request.caller = caller
            bucket = request.route.bucket
            if bucket is not None:
                allowed, *rate = org.limiter.count(bucket, caller)
                if fault is not None and fault.kind == "rate_limit":
                    wait = float(fault.args.get("reset", 60))
                    rate = [rate[0], 0, int(org.clock.now() + wait)]
                    raise Refusal("E0000047")
                if not allowed:
                    raise Refusal("E0000047")
            if refusal is not None:
                raise refusal
            check_media(request)
            callers.authorise(org, request, caller)
            if fault is not None and fault.kind in ("status", "html",
                                                    "redirect"):
                return Reply(200), rate     # spoilt before it is handled
            reply = request.route.handler(org, request, *request.params)
        except (Refusal, OAuthRefusal, Answer) as why:
            reply = why.reply()
        return reply, rate

    def _concurrency(self, fault):
        ahead = 60 + os.urandom(1)[0] % 61
        if fault is not None and "reset" in fault.args:
            ahead = int(fault.args["reset"])
        return (Refusal("E0000047").reply(),
                (0, 0, int(self.org.clock.now()) + ahead))

    def _edge_headers(self, reply):
        now = self.org.clock.now()
        headers = [("date", clock.http_date(now)), ("server", "nginx")]
        if reply.body:
            headers.append(("content-type", reply.content_type))
        headers.append(("strict-transport-security",
                        "max-age=315360000; includeSubDomains"))
        headers.append(("x-content-type-options", "nosniff"))
        return headers + reply.headers

    def _headers(self, request, reply, rate):
        """All lines but the framing.  Reference: okta-api.md, 8.2."""
        if reply.edge:
            return self._edge_headers(reply)
        headers = self._edge_headers(Reply(reply.status, reply.body,
                                           content_type=reply.content_type))
        headers.append(("x-okta-request-id", ids.request_id()))
        if rate is not None:
            headers += [("x-rate-limit-limit", str(rate[0])),
                        ("x-rate-limit-remaining", str(rate[1])),
                        ("x-rate-limit-reset", str(rate[2]))]
        headers += [("cache-control", "no-cache, no-store"),
                    ("pragma", "no-cache"), ("expires", "0"),
                    ("x-xss-protection", "0"),
                    ("referrer-policy", "strict-origin-when-cross-origin"),
                    ("accept-ch", "Sec-CH-UA-Platform-Version"),
                    ("p3p", 'CP="HONK"'),
                    ("content-security-policy",
                     _CSP.replace("{host}", request.host))]
        headers += [("set-cookie", c) for c in _COOKIES]
        headers.append(("set-cookie", "JSESSIONID=%s; Path=/; Secure; "
                        "HttpOnly" % ids.request_id().upper()))
        if request.path.startswith("/api/v1/authn"):
            headers.append(("set-cookie", "DT=DI%s;Version=1;Path=/;"
                            "Max-Age=63072000;Secure;HttpOnly"
                            % ids.opaque("", 22)))
        return headers + reply.headers


def check_media(request):
    """Accept and Content-Type as okta-api.md, 8.1 asks for them."""
    if not request.path.startswith("/api/v1/"):
        return
    accept = request.header("accept")
    if accept is not None and not any(
            kind.split(";")[0].strip().lower() in
            ("*/*", "application/*", "application/json")
            for kind in accept.split(",")):
        raise Refusal("E0000122")
    if request.body:
        content = request.header("content-type")
        if content is None:
            raise Refusal("E0000018")
        if content.split(";")[0].strip().lower() != "application/json":
            raise Refusal("E0000021")


def _cut_array(reply, keep):
    """The first entries of an array, with no next page to be had."""
    try:
        value = json.loads(reply.body or b"")
    except ValueError:
        return reply
    if isinstance(value, list):
        reply.body = dump(value[:keep(len(value))])
        reply.headers = [h for h in reply.headers if h[0].lower() != "link"]
    return reply


def spoil(reply, fault, request):
    """The answer as the fault wants it read."""
    args = fault.args
    kind = fault.kind
    if kind == "status":
        status = int(args.get("status", 500))
        if "body" in args:
            body = args["body"]
            return Reply(status, body.encode() if isinstance(body, str)
                         else dump(body), reply.headers)
        code = args.get("code", {503: "E0000181", 504: "E0000067",
                                 502: "E0000240", 429: "E0000047",
                                 404: "E0000007", 403: "E0000006",
                                 401: "E0000011"}.get(status, "E0000009"))
        answer = Refusal(code, args.get("detail", ""), status=status).reply()
        answer.edge = False
        if args.get("no_causes"):
            value = json.loads(answer.body)
            del value["errorCauses"]
            answer.body = dump(value)
        return answer
    if kind == "html":
        return front_page(int(args.get("status", 503)))
    if kind == "redirect":
        where = args.get("location", "https://redirected.example.net"
                         + request.target)
        return Reply(int(args.get("status", 302)), b"",
                     [("location", where)])
    if kind == "truncate" and not args.get("transport"):
        keep = args.get("bytes", len(reply.body or b"") // 2)
        reply.body = (reply.body or b"")[:int(keep)]
    elif kind == "empty":
        if args.get("body") == "none":
            reply.body = b""
        else:
            reply = _cut_array(reply, lambda n: 0)
    elif kind == "shrink":
        reply = _cut_array(
            reply, lambda n: int(args["keep"]) if "keep" in args
            else n // 2)
    elif kind == "foreign_link":
        there = args.get("host", "https://elsewhere.example.net")
        here = request.base
        reply.headers = [(name, value.replace(here, there))
                         if name.lower() == "link" else (name, value)
                         for name, value in reply.headers]
        if args.get("body") and reply.body:
            reply.body = reply.body.replace(here.encode(), there.encode())
    elif kind == "big_headers":
        size = int(args.get("bytes", 16384))
        reply.headers += [("x-padding-%d" % n, "x" * min(4000, size - at))
                          for n, at in enumerate(range(0, size, 4000))]
    return reply
