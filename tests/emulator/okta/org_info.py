"""What the org says of itself: organization, schema.

Reference: okta-api.md, 5.2 (schema), 9.
"""
from .errors import not_found
from .message import Reply

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
    named = {n: k for n, k in org.schema.items()
             if n not in _BASE_ATTRIBUTES}
    if named:
        return named
    found = {}
    for user in org.users.values():
        for name, value in user.profile.items():
            if name not in _BASE_ATTRIBUTES and value is not None:
                found.setdefault(name, _type_of(value))
        if len(found) > 64:
            break
    return found


def _attribute(name, kind):
    return dict({"title": name, "mutability": "READ_WRITE", "scope": "NONE",
                 "permissions": [{"principal": "SELF",
                                  "action": "READ_ONLY"}],
                 "master": {"type": "PROFILE_MASTER"}}, **kind)


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
                n: _attribute(n, dict({"type": "string"},
                                      **org.schema.get(n, {})))
                for n in _BASE_ATTRIBUTES}, "required": list(_REQUIRED)}},
        "type": "object",
        "properties": {"profile": {"allOf": [
            {"$ref": "#/definitions/custom"},
            {"$ref": "#/definitions/base"}]}},
        "_links": {"self": {"href": href, "method": "GET", "rel": "self"},
                   "type": {"rel": "type", "href":
                            "%s/api/v1/meta/types/user/%s"
                            % (org.url, org.user_type)}}})
