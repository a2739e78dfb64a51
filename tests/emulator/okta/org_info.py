"""What the org says of itself: organization, schema, zones.

Reference: okta-api.md, 5.2 (schema), 7.2, 9.
"""
from . import filters
from .errors import not_found
from .message import Reply
from .paging import links, page_of_list, read_limit

_BASE_ATTRIBUTES = (
    "login", "firstName", "lastName", "middleName", "honorificPrefix",
    "honorificSuffix", "email", "title", "displayName", "nickName",
    "profileUrl", "secondEmail", "mobilePhone", "primaryPhone",
    "streetAddress", "city", "state", "zipCode", "countryCode",
    "postalAddress", "preferredLanguage", "locale", "timezone", "userType",
    "employeeNumber", "costCenter", "organization", "division",
    "department", "managerId", "manager")
_REQUIRED = ("login", "firstName", "lastName", "email")


def organization(org, request):
    """GET /.well-known/okta-organization, open to everybody."""
    return Reply.of({
        "id": org.org_id, "cell": "ok0",
        "_links": {"organization": {"href": org.url}},
        "pipeline": org.switches["pipeline"],
        "settings": {"analyticsCollectionEnabled": False,
                     "bugReportingEnabled": True, "omEnabled": False}})


def get_org(org, request):
    return Reply.of({
        "id": org.org_id, "subdomain": "emulated",
        "companyName": "Emulated Org", "status": "ACTIVE", "website": None,
        "phoneNumber": None, "endUserSupportHelpURL": None,
        "created": "2024-01-01T00:00:00.000Z",
        "lastUpdated": "2024-01-01T00:00:00.000Z", "expiresAt": None,
        "_links": {}})


def _type_of(value):
    if isinstance(value, bool):
        return {"type": "boolean"}
    if isinstance(value, int):
        return {"type": "integer"}
    if isinstance(value, float):
        return {"type": "number"}
    if isinstance(value, list):
        inner = _type_of(value[0]) if value else {"type": "string"}
        return {"type": "array", "items": inner}
    return {"type": "string"}


def _custom(org):
    """Custom attributes: the org file's schema, else what people have."""
    if org.schema:
        return dict(org.schema)
    found = {}
    for user in org.users.values():
        for name, value in user.profile.items():
            if name not in _BASE_ATTRIBUTES and value is not None:
                found.setdefault(name, _type_of(value))
        if len(found) > 64:
            break
    return found


def _attribute(name, kind):
    return dict(kind, title=name, mutability="READ_WRITE", scope="NONE",
                permissions=[{"principal": "SELF", "action": "READ_ONLY"}],
                master={"type": "PROFILE_MASTER"})


def user_schema(org, request, key):
    if key not in ("default", org.schema_id):
        raise not_found(key, "UserSchema")
    href = "%s/api/v1/meta/schemas/user/%s" % (org.url, key)
    return Reply.of({
        "id": href, "$schema": "http://json-schema.org/draft-04/schema#",
        "name": "user", "title": "User", "description": "Okta user profile "
        "template with default permission settings",
        "lastUpdated": "2024-01-01T00:00:00.000Z",
        "created": "2024-01-01T00:00:00.000Z",
        "definitions": {
            "custom": {"id": "#custom", "type": "object", "properties": {
                n: _attribute(n, k) for n, k in _custom(org).items()},
                "required": []},
            "base": {"id": "#base", "type": "object", "properties": {
                n: _attribute(n, {"type": "string"})
                for n in _BASE_ATTRIBUTES}, "required": list(_REQUIRED)}},
        "type": "object",
        "properties": {"profile": {"allOf": [
            {"$ref": "#/definitions/custom"},
            {"$ref": "#/definitions/base"}]}},
        "_links": {"self": {"href": href, "method": "GET", "rel": "self"},
                   "type": {"rel": "type", "href":
                            "%s/api/v1/meta/types/user/%s"
                            % (org.url, org.user_type)}}})


def _zone(org, zone):
    here = "%s/api/v1/zones/%s" % (org.url, zone["id"])
    return dict(zone, _links={
        "self": {"href": here, "hints": {"allow": ["GET", "PUT", "DELETE"]}},
        "deactivate": {"href": here + "/lifecycle/deactivate",
                       "hints": {"allow": ["POST"]}}})


def list_zones(org, request):
    limit = read_limit(request.args, 20, 200)
    zones = org.zones
    if request.args.get("filter"):
        test = filters.compile_expression(request.args["filter"],
                                          filters.ZONE_FILTER)
        zones = [z for z in zones if test(z)]
    page, cursor = page_of_list(request, zones, limit)
    return Reply.of([_zone(org, z) for z in page],
                    headers=links(org, request, cursor, limit=limit))


def get_zone(org, request, key):
    for zone in org.zones:
        if zone["id"] == key:
            return Reply.of(_zone(org, zone))
    raise not_found(key, "NetworkZone")
