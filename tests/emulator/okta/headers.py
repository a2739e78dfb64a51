"""Header lines of answers, and what request headers must say.

Reference: okta-api.md, 8.1, 8.2.
"""
from . import clock, ids
from .errors import Refusal
from .message import Reply

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


def edge(org, reply):
    """What the front server puts on every answer, its own included."""
    lines = [("date", clock.http_date(org.clock.now())),
             ("server", reply.server)]
    if reply.body:
        lines.append(("content-type", reply.content_type))
    lines.append(("strict-transport-security",
                  "max-age=315360000; includeSubDomains"))
    lines.append(("x-content-type-options", "nosniff"))
    return lines + reply.headers


def complete(org, request, reply, rate):
    """All lines but the framing.  rate: limit, remaining, reset, or None."""
    if reply.edge:
        return edge(org, reply)
    lines = edge(org, Reply(reply.status, reply.body,
                            content_type=reply.content_type))
    lines.append(("x-okta-request-id", ids.request_id()))
    if rate is not None:
        lines += [("x-rate-limit-limit", str(rate[0])),
                  ("x-rate-limit-remaining", str(rate[1])),
                  ("x-rate-limit-reset", str(rate[2]))]
    lines += [("cache-control", "no-cache, no-store"),
              ("pragma", "no-cache"), ("expires", "0"),
              ("x-xss-protection", "0"),
              ("referrer-policy", "strict-origin-when-cross-origin"),
              ("accept-ch", "Sec-CH-UA-Platform-Version"),
              ("p3p", 'CP="HONK"'),
              ("content-security-policy",
               _CSP.replace("{host}", request.host))]
    lines += [("set-cookie", c) for c in _COOKIES]
    lines.append(("set-cookie", "JSESSIONID=%s; Path=/; Secure; HttpOnly"
                  % ids.request_id().upper()))
    if request.path.startswith("/api/v1/authn"):
        lines.append(("set-cookie", "DT=DI%s;Version=1;Path=/;"
                      "Max-Age=63072000;Secure;HttpOnly"
                      % ids.opaque("", 22)))
    return lines + reply.headers


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
