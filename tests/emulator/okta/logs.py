"""The System Log: events that changes leave, and GET /api/v1/logs.

Reference: okta-api.md, 7.3.  The list is in the order of persistence, and a
polling query walks it by number.
"""
import re
import uuid
from urllib.parse import quote

from . import clock, filters, ids, network
from .errors import Refusal, invalid
from .message import Reply, array, dump
from .paging import links, read_limit

RETENTION_DAYS = 90
OLDEST_SINCE_DAYS = 180
KEPT = 100000
_CURSOR = re.compile(r"(\d{13})_(\d{1,12})\Z")


class EventLog:
    """Events with their bytes, numbered from 0."""

    def __init__(self, org):
        self._org = org
        self.first = 0          # number of the oldest kept event
        self.events = []        # (published seconds, event, bytes)

    def add(self, event_type, message, user=None, group=None, app=None,
            actor=None, outcome="SUCCESS", reason=None, request=None):
        """Record one event.  user, group and app become its targets."""
        org = self._org
        now = org.clock.now()
        if org.switches["log_disorder"]:
            # Persisted later than others that were published after it.
            now -= 3 * (len(self.events) % 4)
        targets = [_target(user.id, "User", user.login, user.name)] \
            if user is not None else []
        if group is not None:
            targets.append(_target(group.id, "UserGroup", "unknown",
                                   group.profile.get("name")))
        if app is not None:
            targets.append(_target(app.id, "AppInstance", app.label,
                                   app.label))
        who = user if actor is None and user is not None else actor
        event = _event(org, now, event_type, message, who, targets,
                       outcome, reason, request)
        self.events.append((now, event, dump(event)))
        if len(self.events) > KEPT:
            del self.events[:KEPT // 10]
            self.first += KEPT // 10

    @property
    def end(self):
        return self.first + len(self.events)


def _target(item, kind, alternate, name):
    return {"id": item, "type": kind, "alternateId": alternate,
            "displayName": name, "detailEntry": None, "changeDetails": None}


def _event(org, now, event_type, message, who, targets, outcome, reason,
           request):
    address = network.client_address(org, request) if request \
        else "127.0.0.1"
    agent = request.header("user-agent", "") if request else ""
    path = request.path if request else ""
    failed = outcome == "FAILURE"
    if who is None:
        actor = {"id": "system", "type": "SystemPrincipal",
                 "alternateId": "system@okta.com", "displayName": "Okta "
                 "System", "detailEntry": None}
    else:
        actor = {"id": who.id, "type": "User", "alternateId": who.login,
                 "displayName": who.name, "detailEntry": None}
    return {
        "uuid": str(uuid.uuid4()), "published": clock.stamp(now),
        "eventType": event_type, "version": "0",
        "severity": "WARN" if failed else "INFO", "legacyEventType": None,
        "displayMessage": message, "actor": actor,
        "client": {"userAgent": {"rawUserAgent": agent, "os": "Unknown",
                                 "browser": "UNKNOWN"},
                   "zone": "null", "device": "Unknown", "id": None,
                   "ipAddress": address,
                   "geographicalContext": {"city": None, "state": None,
                                           "country": None,
                                           "postalCode": None,
                                           "geolocation": None}},
        "outcome": {"result": outcome, "reason": reason},
        "target": targets or None,
        "transaction": {"type": "WEB", "id": ids.transaction_id(),
                        "detail": {}},
        "debugContext": {"debugData": {"requestUri": path, "url": path}},
        "authenticationContext": {
            "authenticationStep": 0, "externalSessionId": "unknown",
            "rootSessionId": "unknown", "credentialType": None,
            "credentialProvider": None, "authenticationProvider": None,
            "issuer": None, "interface": None},
        "securityContext": {"asNumber": None, "asOrg": None, "isp": None,
                            "domain": None, "isProxy": None},
        "request": {"ipChain": [{"ip": address, "geographicalContext": None,
                                 "version": "V4", "source": None}]},
        "device": None}


def _date(args, name):
    if name not in args:
        return None
    seconds = clock.parse(args[name])
    if seconds is None:
        raise invalid(name, "The value for '%s' is not a valid date." % name)
    return seconds


def _wanted(args):
    """One test per event out of filter and q."""
    test = filters.log_filter(args["filter"]) if args.get("filter") else None
    words = args.get("q", "").lower().split()
    if len(words) > 10 or any(len(w) > 40 for w in words):
        raise invalid("q", "At most 10 keywords of 40 characters.")

    def wanted(entry):
        if test is not None and not test(entry[1]):
            return False
        if words:
            text = entry[2].decode().lower()
            return all(w in text for w in words)
        return True
    return wanted


def list_events(org, request):
    args = request.args
    limit = read_limit(args, 100, 1000, least=0)
    order = args.get("sortOrder", "ASCENDING")
    if order not in ("ASCENDING", "DESCENDING"):
        raise invalid("sortOrder", "Must be ASCENDING or DESCENDING.")
    now = org.clock.now()
    until = _date(args, "until")
    since = _date(args, "since")
    if since is None:
        since = (now if until is None else until) - 7 * 86400
    if since < now - OLDEST_SINCE_DAYS * 86400:
        raise Refusal("E0000053")
    since = max(since, now - RETENTION_DAYS * 86400)
    wanted = _wanted(args)
    if until is None and order == "ASCENDING":
        return _polling(org, request, since, limit, wanted)
    return _bounded(org, request, since, now if until is None else until,
                    limit, wanted, order == "DESCENDING")


def _cursor(args):
    """The number that a next link carries, or None."""
    if "after" not in args:
        return None
    m = _CURSOR.match(args["after"])
    if m is None:
        raise Refusal("E0000031", causes=["Invalid cursor."])
    return int(m[2])


def _next(request, number):
    args = dict(request.args)
    args["after"] = "%013d_%d" % (number, number)
    return "%s%s?%s" % (request.base, request.path, "&".join(
        "%s=%s" % (quote(k), quote(v)) for k, v in sorted(args.items())))


def _polling(org, request, since, limit, wanted):
    log = org.log
    number = _cursor(request.args)
    fresh = number is None
    at = max(0, (0 if fresh else number) - log.first)
    page = []
    if not fresh and org.switches["log_duplicates"] and at > 0:
        page.append(log.events[at - 1][2])
    while at < len(log.events) and len(page) < limit:
        entry = log.events[at]
        at += 1
        if (not fresh or entry[0] >= since) and wanted(entry):
            page.append(entry[2])
    return Reply(200, array(page), links(
        org, request, next_url=_next(request, log.first + at)))


def _bounded(org, request, since, until, limit, wanted, backwards):
    found = [e for e in org.log.events
             if since <= e[0] < until and wanted(e)]
    found.sort(key=lambda e: e[0], reverse=backwards)
    start = _cursor(request.args) or 0
    page = found[start:start + limit]
    more = start + limit < len(found)
    return Reply(200, array([e[2] for e in page]), links(
        org, request,
        next_url=_next(request, start + limit) if more else None))
