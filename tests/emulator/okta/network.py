"""Network zones as the org applies them to a caller's address.

Reference: okta-api.md, 2.2 (trusted proxies), 7.2 (members of a zone).
"""
import ipaddress


def _covers(member, address):
    """Is the address in a CIDR or RANGE?  Host bits of a CIDR are masked."""
    try:
        if member["type"] == "RANGE":
            first, _, last = member["value"].partition("-")
            low = ipaddress.ip_address(first)
            high = ipaddress.ip_address(last or first)
            return low.version == address.version and low <= address <= high
        return address in ipaddress.ip_network(member["value"], strict=False)
    except (ValueError, KeyError):
        return False


def client_address(org, request):
    """Who the org takes the caller for: X-Forwarded-For counts only where
    the peer itself is a trusted proxy of an active zone."""
    peer = request.client.rpartition(":")[0]
    forwarded = request.header("x-forwarded-for")
    if forwarded is None:
        return peer
    address = ipaddress.ip_address(peer)
    for zone in org.zones:
        if zone["status"] == "ACTIVE" and any(
                _covers(m, address) for m in zone.get("proxies") or ()):
            return forwarded.split(",")[0].strip()
    return peer
