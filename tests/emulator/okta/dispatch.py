"""From a request to its answer: fault, route, limits, caller, handler."""
import gzip
import os
import sys
import time
import traceback
from dataclasses import dataclass, field
from typing import Any

from . import callers, headers
from .errors import Answer, OAuthRefusal, Refusal
from .message import Reply
from .spoil import spoil


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
        return Outcome(reply, headers.edge(self.org, reply))

    def handle(self, request):
        with self.org.lock:
            self._busy += 1
        try:
            return self._handle(request)
        finally:
            with self.org.lock:
                self._busy -= 1

    def _handle(self, request):
        t = time.time()
        org = self.org
        with org.lock:
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
                reply = self._spoil(reply, fault, request)
            lines = headers.complete(org, request, reply, rate)
            chunked = org.switches["chunked"] and not reply.edge
        body = reply.body
        cut = fault is not None and fault.cuts_before
        self.record.add(t, request, 0 if cut else reply.status,
                        [] if cut else lines, None if cut else body)
        if body and not reply.edge and \
                "gzip" in request.header("accept-encoding", ""):
            reply.body = gzip.compress(body, 1)
            lines.append(("content-encoding", "gzip"))
            lines.append(("vary", "Accept-Encoding"))
        if self.latency:
            time.sleep(self.latency)
        return Outcome(reply, lines, fault, chunked,
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
                    rate = [int(fault.args.get("limit", 600)), 0,
                            int(org.clock.now() + wait)]
                    raise Refusal("E0000047")
                if not allowed:
                    raise Refusal("E0000047")
            if refusal is not None:
                raise refusal
            headers.check_media(request)
            callers.authorise(org, request, caller)
            if fault is not None and fault.kind in ("status", "html",
                                                    "redirect"):
                return Reply(200), rate     # spoilt before it is handled
            reply = request.route.handler(org, request, *request.params)
        except (Refusal, OAuthRefusal, Answer) as why:
            reply = why.reply()
            if request.route is None and not reply.edge:
                # A path that the API has not still counts for somebody.
                _, *rate = org.limiter.count("other",
                                             callers.anonymous(request))
        except Exception:
            # A defect of the emulator must look like one, not like a hang.
            traceback.print_exc(file=sys.stderr)
            reply = Refusal("E0000009").reply()
        return reply, rate

    @staticmethod
    def _spoil(reply, fault, request):
        try:
            return spoil(reply, fault, request)
        except (ValueError, TypeError) as why:
            # The arguments of the fault are not what its kind wants.
            print("fault %s: %s" % (fault.kind, why), file=sys.stderr)
            return Refusal("E0000009").reply()

    def _concurrency(self, fault):
        ahead = 60 + os.urandom(1)[0] % 61
        if fault is not None and "reset" in fault.args:
            ahead = int(fault.args["reset"])
        return (Refusal("E0000047").reply(),
                (0, 0, int(self.org.clock.now()) + ahead))
