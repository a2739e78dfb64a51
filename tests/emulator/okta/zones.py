"""Network zones.  Reference: okta-api.md, 7.2."""
import ipaddress

from . import filters
from .errors import invalid, not_found
from .message import Reply
from .paging import links, page_of_list, read_limit
from .users import parse_json

ENTRIES_MAX = {"POLICY": 150, "BLOCKLIST": 1000}
READ_ONLY = ("id", "created", "lastUpdated", "system", "_links")
KNOWN = ("type", "name", "status", "usage", "gateways", "proxies", *READ_ONLY)


def _shown(org, zone):
    here = "%s/api/v1/zones/%s" % (org.url, zone["id"])
    return dict(zone, _links={
        "self": {"href": here, "hints": {"allow": ["GET", "PUT", "DELETE"]}},
        "deactivate": {"href": here + "/lifecycle/deactivate",
                       "hints": {"allow": ["POST"]}}})


def _find(org, key):
    for zone in org.zones:
        if zone["id"] == key:
            return zone
    raise not_found(key, "NetworkZone")


def list_zones(org, request):
    limit = read_limit(request.args, 20, 200)
    zones = org.zones
    if request.args.get("filter"):
        test = filters.compile_expression(request.args["filter"],
                                          filters.ZONE_FILTER)
        zones = [z for z in zones if test(z)]
    page, cursor = page_of_list(request, zones, limit)
    return Reply.of([_shown(org, z) for z in page],
                    headers=links(org, request, cursor, limit=limit))


def get_zone(org, request, key):
    return Reply.of(_shown(org, _find(org, key)))


def _entry(entry):
    """CIDR or RANGE of one kind of address, or what is wrong with it."""
    if not isinstance(entry, dict) or set(entry) != {"type", "value"}:
        return "an address has type and value and nothing else"
    value = entry["value"]
    try:
        if entry["type"] == "CIDR":
            ipaddress.ip_network(value, strict=False)
            return None if "/" in value else "a CIDR has a prefix"
        if entry["type"] == "RANGE":
            first, last = map(ipaddress.ip_address, value.split("-"))
            if first.version == last.version and first <= last:
                return None
    except (ValueError, TypeError, AttributeError):
        pass
    return "not an address: %s" % value


def _check_list(zone, body, name):
    entries = body.get(name)
    if entries is None:
        return
    if not isinstance(entries, list):
        raise invalid(name, "%s: must be a list" % name)
    if len(entries) > ENTRIES_MAX.get(zone.get("usage"), 150):
        raise invalid(name, "%s: too many" % name)
    wrong = [w for w in map(_entry, entries) if w]
    if wrong:
        raise invalid(name, *("%s: %s" % (name, w) for w in wrong))


def replace_zone(org, request, key):
    """PUT replaces the zone: what is left out, is gone."""
    zone = _find(org, key)
    body = parse_json(request)
    unknown = set(body) - set(KNOWN)
    if unknown:
        raise invalid("zone", *("%s: unknown" % n for n in sorted(unknown)))
    if not isinstance(body.get("name"), str) or not body["name"]:
        raise invalid("name", "name: The field cannot be left blank")
    if body.get("type") != zone["type"]:
        raise invalid("type", "type: a zone keeps its type")
    if body.get("id", key) != key:
        raise invalid("id", "id: another zone's")
    if zone.get("system") and body["name"] != zone["name"]:
        raise invalid("name", "name: a system zone keeps its name")
    for name in ("gateways", "proxies"):
        _check_list(zone, body, name)
    for name in ("gateways", "proxies"):
        zone[name] = body.get(name)
    zone["name"] = body["name"]
    for name in ("status", "usage"):
        zone[name] = body.get(name, zone[name])
    zone["lastUpdated"] = org.clock.stamp()
    org.log.add("zone.update", "Update network zone", None, request=request)
    return Reply.of(_shown(org, zone))
