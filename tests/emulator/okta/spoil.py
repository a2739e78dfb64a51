"""Faults that change what an answer says; faults.py has those of the wire."""
import json

from .errors import TABLE, Refusal
from .message import Reply, dump
from .server import front_page

# What a status says by default, where a fault names no code.
_CODES = {401: "E0000011", 403: "E0000006", 404: "E0000007",
          429: "E0000047", 502: "E0000240", 503: "E0000181",
          504: "E0000067"}


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
        code = args.get("code")
        status = int(args.get("status", TABLE[code][0] if code else 500))
        if "body" in args:
            body = args["body"]
            return Reply(status, body.encode() if isinstance(body, str)
                         else dump(body), reply.headers)
        answer = Refusal(code or _CODES.get(status, "E0000009"),
                         args.get("detail", ""), args.get("causes", ()),
                         status=status).reply()
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
