"""Reading people: GET /api/v1/users and what hangs below one of them.

Reference: okta-api.md, 5.1, 5.2, 5.6.
"""
import json
import re

from . import clock, filters, render
from .errors import Refusal, invalid, not_found
from .message import Reply, array, dump
from .org import ABSENT_FROM_LISTS
from .paging import links, page_of_ids, page_of_list, read_limit

PAGE = 200
_FIELD = re.compile(r"(\w+)(:\(([\w,]+)\))?")
_FIELDS = re.compile(r"%s(,%s)*" % (_FIELD.pattern, _FIELD.pattern))
_OMIT = {"omitcredentials", "omitcredentialslinks",
         "omittransitioningtostatus"}


def find(org, key, request):
    """The person that a path names; 404 as Okta words it."""
    if key == "me":
        if request.caller.kind == "oauth":
            raise Refusal("E0000005")       # a service app has no user
        key = request.caller.owner or key
    user = org.find_user(key)
    if user is None:
        raise not_found(key, "User")
    return user


def list_users(org, request):
    args = request.args
    search, query = args.get("search"), args.get("q")
    expression = args.get("filter")
    if search is not None and (expression is not None or query is not None):
        raise Refusal("E0000033")
    if search is not None:
        return _search(org, request, search)
    if query is not None:
        return _prefix(org, request, query, expression)
    limit = read_limit(args, PAGE, PAGE)
    if expression is None:
        def keep(user_id):
            return org.users[user_id].status != ABSENT_FROM_LISTS
    else:
        test = filters.compile_expression(expression, filters.USER_FILTER)

        def keep(user_id):
            return test(render.user_object(org, org.users[user_id]))
    ids, cursor = page_of_ids(request, org.user_ids, limit, keep)
    return _page(org, request, [org.users[i] for i in ids],
                 links(org, request, cursor, limit=limit))


def _search(org, request, search):
    limit = read_limit(request.args, PAGE, PAGE)
    test = filters.compile_expression(search, filters.USER_SEARCH)
    lag = org.switches["index_lag_s"]
    fresh = org.clock.stamp(-lag) if lag else None

    def keep(user):
        if fresh is not None and user.last_updated > fresh:
            return False        # the index has not seen this version yet
        return test(render.user_object(org, user))

    sort_by = request.args.get("sortBy")
    if sort_by is None:
        ids, cursor = page_of_ids(request, org.user_ids, limit,
                                  lambda i: keep(org.users[i]), "E0000031")
        page = [org.users[i] for i in ids]
    else:
        found = [u for u in org.users.values() if keep(u)]
        found.sort(key=lambda u: (str(_member(render.user_object(org, u),
                                              sort_by)).lower(), u.id),
                   reverse=request.args.get("sortOrder", "asc").lower()
                   == "desc")
        page, cursor = page_of_list(request, found, limit, "E0000031")
    return _page(org, request, page,
                 links(org, request, cursor, limit=limit))


def _member(shown, name):
    for part in name.split("."):
        shown = shown.get(part) if isinstance(shown, dict) else None
    return "" if shown is None else shown


def _prefix(org, request, query, expression):
    if expression is not None:
        raise Refusal("E0000033")
    limit = read_limit(request.args, 10, PAGE)
    query = query.lower()
    found = []
    for user_id in org.user_ids:
        user = org.users[user_id]
        if user.status != ABSENT_FROM_LISTS and any(
                str(user.profile.get(k) or "").lower().startswith(query)
                for k in ("firstName", "lastName", "email")):
            found.append(user)
            if len(found) == limit:
                break
    return _page(org, request, found, [])


def _page(org, request, users, headers):
    omit = _omissions(request)
    fields = request.args.get("fields")
    if not omit and fields is None:
        return Reply(200, array([render.user_bytes(org, u) for u in users]),
                     headers)
    shown = [render.user_object(org, u) for u in users]
    if omit:
        for one in shown:
            one.pop("credentials", None)
            one.pop("transitioningToStatus", None)
    if fields is not None:
        shown = [_reduce(one, fields) for one in shown]
    return Reply(200, dump(shown), headers)


def _omissions(request):
    """Are members to be left out, by the Content-Type request header?"""
    content = request.header("content-type", "").lower()
    return "okta-response" in content and all(o in content for o in _OMIT)


def _reduce(shown, fields):
    """fields=id,status,profile:(login,uidNumber); id and _links stay."""
    if not _FIELDS.fullmatch(fields):
        raise invalid("fields", "Invalid fields parameter.")
    out = {"id": shown["id"]}
    for name, _, inner in _FIELD.findall(fields):
        if name not in shown:
            continue
        out[name] = shown[name]
        if inner:
            wanted = set(inner.split(","))
            out[name] = {k: v for k, v in shown[name].items() if k in wanted}
    out["_links"] = shown["_links"]
    return out


def get_user(org, request, key):
    user = find(org, key, request)
    shown = render.user_single(org, user)
    tag = render.etag(shown)
    if request.args.get("expand") == "blocks":
        shown["_embedded"] = {"blocks": _blocks(org, user)}
    return Reply.of(shown, headers=[("etag", tag)])


def _blocks(org, user):
    return [] if user.blocks is None else [
        {"type": "DEVICE_BASED", "appliesTo": user.blocks}]


def list_blocks(org, request, key):
    if not org.switches["device_blocks"]:
        raise Refusal("E0000015")
    return Reply.of(_blocks(org, find(org, key, request)))


def list_groups(org, request, key):
    user = find(org, key, request)
    limit = read_limit(request.args, PAGE, PAGE)
    ids, cursor = page_of_ids(request, user.groups, limit)
    return Reply.of([render.group_object(org, org.groups[i]) for i in ids],
                    headers=links(org, request, cursor, limit=limit))


def list_factors(org, request, key):
    user = find(org, key, request)
    here = "%s/api/v1/users/%s" % (org.url, user.id)
    return Reply.of([org.authn.describe_enrolled(user, factor, here)
                     for factor in user.factors])


def clear_sessions(org, request, key):
    if key == "me":             # is not there (7.4)
        raise Refusal("E0000008")
    user = find(org, key, request)
    wanted = {}
    for name, by_default in (("oauthTokens", "false"), ("forgetDevices",
                             "true" if org.switches["pipeline"] == "idx"
                             else "false")):
        wanted[name] = request.args.get(name, by_default).lower()
        if wanted[name] not in ("true", "false"):
            raise invalid(name, "Must be true or false.")
    org.authn.end_sessions(user)
    if wanted["forgetDevices"] == "true":
        org.authn.forget_devices(user)
    org.log.add("user.session.clear", "Clear user session", user,
                request=request)
    return Reply(204)


def delete_sessions(org, request, key):
    """A browser's own, by its cookie, which nobody has here."""
    raise Refusal("E0000005" if key == "me" else "E0000008")


def parse_json(request):
    """The body as an object; E0000003 where it is not one."""
    try:
        value = json.loads(request.body.decode("utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise Refusal("E0000003") from None
    if not isinstance(value, dict):
        raise Refusal("E0000003")
    return value


def member(body, *path, kind=dict):
    """What a path of names leads to in a body; None where it is not there.

    E0000003 where it, or what holds it, is of another kind than wanted.
    """
    for name in path:
        if not isinstance(body, dict):
            raise Refusal("E0000003")
        body = body.get(name)
        if body is None:
            return None
    if not isinstance(body, kind):
        raise Refusal("E0000003")
    return body


def is_expired(org, user):
    """Has the password's life ended, whatever status still says?"""
    if user.status == "PASSWORD_EXPIRED":
        return True
    ends = clock.parse(user.password_expires) \
        if user.password_expires else None
    return ends is not None and ends <= org.clock.now()
