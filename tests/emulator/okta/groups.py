"""Groups and their members.  Reference: okta-api.md, 6."""
import copy

from . import filters, ids, render
from .errors import Refusal, invalid, not_found
from .message import Reply, array
from .org import Group
from .paging import links, page_of_ids, page_of_list, read_limit
from .users import find as find_user
from .users import member, parse_json

LIST_MAX = 10000
MEMBERS_DEFAULT = 1000
RULE_MANAGED = ("APP_GROUP", "BUILT_IN")


def find(org, key):
    group = org.groups.get(key)
    if group is None:
        raise not_found(key, "UserGroup")
    return group


def list_groups(org, request):
    args = request.args
    search, expression = args.get("search"), args.get("filter")
    query = args.get("q")
    if search is not None and (expression is not None or query is not None):
        raise Refusal("E0000033")
    limit = read_limit(args, LIST_MAX, LIST_MAX)
    tests = []
    code = "E0000029"
    if search is not None:
        tests.append(filters.compile_expression(search, filters.GROUP_SEARCH))
        code = "E0000031"
    if expression is not None:
        tests.append(filters.compile_expression(expression,
                                                filters.GROUP_FILTER))
    if query is not None:
        return _prefix(org, request, query.lower(), tests)

    def keep(group_id):
        shown = render.group_object(org, org.groups[group_id])
        return all(test(shown) for test in tests)

    if search is not None and args.get("sortBy"):
        return _sorted(org, request, keep, limit)
    found, cursor = page_of_ids(request, org.group_ids, limit,
                                keep if tests else None, code)
    return Reply.of([_shown(org, request, org.groups[i]) for i in found],
                    headers=links(org, request, cursor, limit=limit))


def _sorted(org, request, keep, limit):
    name = request.args["sortBy"].split(".")[-1]
    found = [org.groups[i] for i in org.group_ids if keep(i)]
    found.sort(key=lambda g: (str(g.profile.get(
        name, render.group_object(org, g).get(name, ""))).lower(), g.id),
        reverse=request.args.get("sortOrder", "asc").lower() == "desc")
    page, cursor = page_of_list(request, found, limit, "E0000031")
    return Reply.of([_shown(org, request, g) for g in page],
                    headers=links(org, request, cursor, limit=limit))


def _prefix(org, request, query, tests):
    """q: a prefix of the name, not paged, no Link."""
    limit = read_limit(request.args, 300, LIST_MAX)
    found = []
    for group_id in org.group_ids:
        group = org.groups[group_id]
        if str(group.profile.get("name") or "").lower().startswith(query) \
                and all(t(render.group_object(org, group)) for t in tests):
            found.append(_shown(org, request, group))
    return Reply.of(found[:limit])


def _shown(org, request, group):
    shown = render.group_object(org, group)
    if request.args.get("expand") == "stats":
        shown["_embedded"] = {"stats": {
            "usersCount": len(group.members), "appsCount":
            sum(group.id in a.groups for a in org.apps.values())}}
    return shown


def get_group(org, request, key):
    return Reply.of(_shown(org, request, find(org, key)))


def list_members(org, request, key):
    group = find(org, key)
    limit = read_limit(request.args, MEMBERS_DEFAULT, MEMBERS_DEFAULT)
    found, cursor = page_of_ids(request, group.members, limit)
    return Reply(200, array([render.user_bytes(org, org.users[i])
                             for i in found]),
                 links(org, request, cursor, limit=limit))


def list_apps(org, request, key):
    group = find(org, key)
    limit = read_limit(request.args, 20, 200)
    apps = [a for _, a in sorted(org.apps.items()) if group.id in a.groups]
    page, cursor = page_of_list(request, apps, limit)
    return Reply.of([render.app_object(org, a) for a in page],
                    headers=links(org, request, cursor, limit=limit))


def _check_name(org, profile, group=None):
    name = member(profile, "name", kind=str) if profile else None
    if name is None or not 1 <= len(name) <= 255:
        raise invalid("name", "name: The field cannot be left blank")
    for other in org.groups.values():
        if other is not group and other.type == "OKTA_GROUP" and \
                other.profile.get("name") == name:
            raise invalid("name", "name: An object with this field already "
                          "exists in the current organization")


def create(org, request):
    profile = member(parse_json(request), "profile")
    _check_name(org, profile)
    profile.setdefault("description", None)
    group = Group(ids.fresh("00g"), copy.deepcopy(profile),
                  org.clock.stamp())
    org.add_group(group)
    org.log.add("group.lifecycle.create", "Create Okta group", None,
                group=group, request=request)
    return Reply.of(render.group_object(org, group))


def update(org, request, key):
    group = find(org, key)
    profile = member(parse_json(request), "profile")
    if group.type != "OKTA_GROUP":
        raise Refusal("E0000060")
    _check_name(org, profile, group)
    group.profile = copy.deepcopy(profile)
    group.last_updated = org.clock.stamp()
    org.log.add("group.profile.update", "Okta group profile updated", None,
                group=group, request=request)
    return Reply.of(render.group_object(org, group))


def delete(org, request, key):
    group = find(org, key)
    if group.type == "BUILT_IN":
        raise Refusal("E0000006")
    org.delete_group(group)
    org.log.add("group.lifecycle.delete", "Delete Okta group", None,
                group=group, request=request)
    return Reply(204)


def _writable(org, request, group_key, user_key):
    group = find(org, group_key)
    user = find_user(org, user_key, request)
    if group.type in RULE_MANAGED:
        raise Refusal("E0000060")
    return group, user


def add_member(org, request, group_key, user_key):
    group, user = _writable(org, request, group_key, user_key)
    if user.status == "DEPROVISIONED":
        raise Refusal("E0000038")
    org.add_member(group, user)
    return Reply(204)


def remove_member(org, request, group_key, user_key):
    group, user = _writable(org, request, group_key, user_key)
    org.remove_member(group, user)
    return Reply(204)
