"""Apps and who is assigned to them.  Reference: okta-api.md, 7.1."""
from . import filters, render
from .errors import Refusal, invalid, not_found
from .message import Reply
from .org import has
from .paging import links, page_of_ids, page_of_list, read_limit
from .users import find as find_user
from .users import member, parse_json


def find(org, key):
    app = org.apps.get(key)
    if app is None:
        raise not_found(key, "AppInstance")
    return app


def list_apps(org, request):
    args = request.args
    limit = read_limit(args, 20, 200)
    found = [a for _, a in sorted(org.apps.items())]
    if "q" in args:
        query = args["q"].lower()
        found = [a for a in found if a.label.lower().startswith(query)
                 or a.name.lower().startswith(query)]
    if "filter" in args:
        test = filters.compile_expression(args["filter"], filters.APP_FILTER)
        found = [a for a in found if test(_filtered(org, a))]
    page, cursor = page_of_list(request, found, limit)
    return Reply.of([render.app_object(org, a) for a in page],
                    headers=links(org, request, cursor, limit=limit))


def _filtered(org, app):
    """What the filter of an app list can see of an app."""
    return {"id": app.id, "status": app.status, "name": app.name,
            "user": {"id": app.everybody(org)},
            "group": {"id": app.groups}}


def get_app(org, request, key):
    return Reply.of(render.app_object(org, find(org, key)))


def list_users(org, request, key):
    app = find(org, key)
    limit = read_limit(request.args, 50, 500)
    embed = request.args.get("expand") == "user"
    people = app.everybody(org)
    if "q" in request.args:
        query = request.args["q"].lower()
        people = [i for i in people if any(
            str(org.users[i].profile.get(k) or "").lower().startswith(query)
            for k in ("login", "firstName", "lastName", "email"))]
    found, cursor = page_of_ids(request, people, limit)
    return Reply.of([render.app_user(org, app, org.users[i], embed)
                     for i in found],
                    headers=links(org, request, cursor, limit=limit))


def get_user(org, request, key, user_key):
    app = find(org, key)
    user = org.users.get(user_key)
    if user is None or not has(app.everybody(org), user.id):
        raise not_found(user_key, "AppUser")
    return Reply.of(render.app_user(org, app, user,
                                    request.args.get("expand") == "user"))


def list_groups(org, request, key):
    app = find(org, key)
    limit = read_limit(request.args, 20, 200)
    page, cursor = page_of_list(request, app.groups, limit)
    embed = request.args.get("expand") == "group"
    return Reply.of([render.app_group(org, app, org.groups[i], embed)
                     for i in page],
                    headers=links(org, request, cursor, limit=limit))


def get_group(org, request, key, group_key):
    app = find(org, key)
    if group_key not in app.groups:
        raise not_found(group_key, "ApplicationGroupAssignment")
    return Reply.of(render.app_group(
        org, app, org.groups[group_key],
        request.args.get("expand") == "group"))


def assign_user(org, request, key):
    """POST: the person is named in the body, by id alone."""
    app = find(org, key)
    body = parse_json(request)
    unknown = set(body) - {"id", "scope", "credentials", "profile"}
    if unknown:
        raise invalid("appUser", *sorted(
            "%s: The field is not allowed" % name for name in unknown))
    user_id = member(body, "id", kind=str)
    if not user_id:
        raise invalid("id", "id: The field cannot be left blank")
    if member(body, "scope", kind=str) not in (None, "USER"):
        raise invalid("scope", "scope: Only USER can be assigned")
    user = org.users.get(user_id)
    if user is None:
        raise not_found(user_id, "User")
    if user.status == "DEPROVISIONED":
        raise Refusal("E0000038")
    if app.status != "ACTIVE":
        raise Refusal("E0000038")
    org.assign(app, user)
    return Reply.of(render.app_user(org, app, user, False))


def unassign_user(org, request, key, user_key):
    """DELETE: only what was assigned to the person; a group's stays."""
    app = find(org, key)
    if user_key not in app.users:
        raise not_found(user_key, "AppUser")
    org.unassign(app, find_user(org, user_key, request))
    return Reply(204)
