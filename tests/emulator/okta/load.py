"""The org file: from JSON into an Org, and back.

A section that is present replaces what the org has of it; switches are
merged, and null sets them all back.  New people end the logins under way.
People, groups and apps name each other by id, or by login or name.
"""
import copy

from . import clock, ids, switches
from .callers import role_named
from .org import App, Group, User

SECTIONS = ("users", "groups", "apps", "clients", "api_tokens", "zones",
            "schema", "switches")
STATUSES = ("STAGED", "PROVISIONED", "ACTIVE", "RECOVERY",
            "PASSWORD_EXPIRED", "LOCKED_OUT", "SUSPENDED", "DEPROVISIONED")
_USER_MEMBERS = {
    "created": "created", "activated": "activated",
    "statusChanged": "status_changed", "lastLogin": "last_login",
    "lastUpdated": "last_updated", "passwordChanged": "password_changed",
    "transitioningToStatus": "transitioning", "provider": "provider",
    "password": "password", "password_expires": "password_expires",
    "blocks": "blocks", "shown_status": "shown_status",
    "user_type": "user_type"}
_FACTOR_PREFIX = {"push": "opf", "token:software:totp": "ost", "sms": "sms",
                  "call": "clf", "email": "emf", "question": "ufs",
                  "token:hotp": "uft", "token:hardware": "ykf",
                  "u2f": "fuf", "webauthn": "fwf", "web": "dsf"}
_FACTOR_SHORT = {"totp": "token:software:totp"}
_EPOCH = "2024-01-01T00:00:00.000Z"


def load(org, doc):
    """Bring a document into an org; ValueError where it is not one."""
    if not isinstance(doc, dict):
        raise ValueError("not an object")
    unknown = set(doc) - set(SECTIONS)
    if unknown:
        raise ValueError("unknown section: " + ", ".join(sorted(unknown)))
    if "switches" in doc:
        given = doc["switches"]
        if given is None:
            given = switches.DEFAULTS
            org.limiter.clear()
        switches.check(given)
        before = dict(org.switches)
        org.switches.update(copy.deepcopy(given))
        if any(org.switches[n] != before[n] for n in switches.RENDERED):
            for user in org.users.values():
                user.rendered = None
    if "users" in doc:
        memberships = {g: list(org.groups[g].members) for g in org.group_ids}
        groups = list(org.groups.values())
        org.clear_people()
        org.authn.clear()
        org.oidc.clear()
        for group in groups:
            group.members = []
            org.add_group(group)
        for entry in doc["users"]:
            _load_user(org, entry)
        if "groups" not in doc:
            _restore(org, memberships)
    if "groups" in doc:
        _load_groups(org, doc["groups"])
    _ensure_everyone(org)
    for entry in doc.get("users", ()):
        user = org.find_user(entry["profile"]["login"])
        for key in entry.get("groups") or ():
            org.add_member(_group(org, key), user, log=False)
        if user.status != "DEPROVISIONED":
            org.join_everyone(user)
    if "users" in doc or "groups" in doc:
        stamps = {g.get("id"): g["lastMembershipUpdated"]
                  for g in doc.get("groups", ())
                  if "lastMembershipUpdated" in g}
        for group in org.groups.values():
            group.last_membership_updated = stamps.get(
                group.id, _EPOCH if org.log.end == 0
                else org.clock.stamp())
    if "apps" in doc:
        org.apps = {}
        for entry in doc["apps"]:
            _load_app(org, entry)
    if "clients" in doc:
        org.clients = {c["client_id"]: dict(c, role=role_named(c.get("role")))
                       for c in doc["clients"]}
    if "api_tokens" in doc:
        org.api_tokens = {t["token"]: {
            "id": t.get("id") or ids.stable("00T", t["token"]),
            "role": role_named(t.get("role")), "owner": t.get("owner")}
            for t in doc["api_tokens"]}
    if "zones" in doc:
        org.zones = [_zone(z) for z in doc["zones"]]
    if "schema" in doc:
        org.schema = copy.deepcopy(doc["schema"])


def _restore(org, memberships):
    """New people under old groups: those that are still there stay."""
    for group_id, members in memberships.items():
        for user_id in members:
            if user_id in org.users:
                org.add_member(org.groups[group_id], org.users[user_id],
                               log=False)


def _load_user(org, entry):
    profile = copy.deepcopy(entry["profile"])
    login = profile["login"]
    user = User(entry.get("id") or ids.stable("00u", login), login, _EPOCH)
    user.profile = profile
    user.status = entry.get("status", "ACTIVE")
    if user.status not in STATUSES:
        raise ValueError("unknown status: %s" % user.status)
    if user.status == "STAGED":
        user.activated = user.status_changed = None
    for name, attribute in _USER_MEMBERS.items():
        if name in entry:
            setattr(user, attribute, entry[name])
    if isinstance(user.password_expires, (int, float)):
        # Days from now, so that a file stays true.
        user.password_expires = clock.stamp(
            org.clock.now() + user.password_expires * 86400)
    if user.password is None:
        user.password_changed = None
    if user.status == "LOCKED_OUT":
        user.locked_at = org.clock.now()
    question = entry.get("recovery_question")
    if question:
        user.recovery_question = question["question"]
        user.recovery_answer = question.get("answer")
    user.factors = [make_factor(user, n, f)
                    for n, f in enumerate(entry.get("factors") or ())]
    if user.id in org.users or login.lower() in org.logins:
        raise ValueError("twice in the file: " + login)
    org.add_user(user)


def make_factor(user, n, entry):
    """A factor of the file; one that is only named gets everything else."""
    if isinstance(entry, str):
        entry = {"factorType": _FACTOR_SHORT.get(entry, entry)}
    factor = dict(entry)
    kind = factor["factorType"]
    factor.setdefault("provider", "OKTA")
    factor.setdefault("id", ids.stable(_FACTOR_PREFIX.get(kind, "uft"),
                                       user.id, kind, n))
    factor.setdefault("status", "ACTIVE")
    profile = factor.setdefault("profile", {})
    if kind in ("sms", "call"):
        profile.setdefault("phoneNumber", "+15555550199")
    elif kind == "email":
        profile.setdefault("email", user.profile.get("email", user.login))
    elif kind == "question":
        profile.setdefault("question", "disliked_food")
        profile.setdefault("questionText",
                           "What is the food you least liked as a child?")
        factor.setdefault("answer", user.recovery_answer or "turnips")
    else:
        profile.setdefault("credentialId", user.login)
    if kind in ("token:software:totp", "token:hotp"):
        factor.setdefault("secret", ids.base32(user.id, kind, n))
    elif kind == "token:hardware":
        factor.setdefault("public_id", "cccccccbcdef")
    elif kind == "token":
        factor.setdefault("passcode", "12345678")
    return factor


def _load_groups(org, entries):
    org.clear_groups()
    for entry in entries:
        profile = copy.deepcopy(entry["profile"])
        profile.setdefault("description", None)
        group = Group(entry.get("id") or ids.stable("00g", profile["name"]),
                      profile, _EPOCH)
        group.type = entry.get("type", "OKTA_GROUP")
        group.source = entry.get("source")
        if group.id in org.groups:
            raise ValueError("twice in the file: " + group.id)
        org.add_group(group)
        for key in entry.get("members") or ():
            org.add_member(group, _user(org, key), log=False)


def _ensure_everyone(org):
    if org.switches["everyone"] and org.everyone() is None:
        group = Group(ids.stable("00g", "Everyone"), {
            "name": "Everyone", "description":
            "All users in your organization"}, _EPOCH)
        group.type = "BUILT_IN"
        org.add_group(group)
        for user_id in org.user_ids:
            if org.users[user_id].status != "DEPROVISIONED":
                org.add_member(group, org.users[user_id], log=False)


def _user(org, key):
    user = org.find_user(key)
    if user is None:
        raise ValueError("no such user: %s" % key)
    return user


def _group(org, key):
    group = org.find_group(key)
    if group is None:
        raise ValueError("no such group: %s" % key)
    return group


def _load_app(org, entry):
    app = App(entry.get("id") or ids.stable("0oa", entry["label"]),
              entry["label"], _EPOCH)
    app.name = entry.get("name", app.name)
    app.status = entry.get("status", app.status)
    app.sign_on_mode = entry.get("signOnMode", app.sign_on_mode)
    for item in entry.get("users") or ():
        item = {"id": item} if isinstance(item, str) else item
        app.users[_user(org, item["id"]).id] = {
            "created": _EPOCH, "credentials": item.get("credentials"),
            "profile": item.get("profile")}
    app.groups = [_group(org, key).id for key in entry.get("groups") or ()]
    org.apps[app.id] = app


def _zone(entry):
    zone = {"type": "IP", "id": ids.stable("nzo", entry["name"]),
            "name": entry["name"], "status": "ACTIVE", "usage": "POLICY",
            "created": _EPOCH, "lastUpdated": _EPOCH, "system": False}
    if entry.get("type", "IP") == "IP":
        zone.update(gateways=None, proxies=None)
    zone.update(entry)
    return zone


def dump(org):
    """The org as a document that load() takes."""
    return {
        "users": [dump_user(org.users[i]) for i in org.user_ids],
        "groups": [{"id": g.id, "type": g.type, "profile": g.profile,
                    "source": g.source, "members": list(g.members),
                    "lastMembershipUpdated": g.last_membership_updated}
                   for g in (org.groups[i] for i in org.group_ids)],
        "apps": [{"id": a.id, "name": a.name, "label": a.label,
                  "status": a.status, "signOnMode": a.sign_on_mode,
                  "users": [{"id": i, "credentials": u["credentials"],
                             "profile": u["profile"]}
                            for i, u in sorted(a.users.items())],
                  "groups": list(a.groups)} for a in org.apps.values()],
        "clients": list(org.clients.values()),
        "api_tokens": [{"token": t, "id": e["id"], "role": e["role"],
                        "owner": e["owner"]}
                       for t, e in org.api_tokens.items()],
        "zones": org.zones, "schema": org.schema, "switches": org.switches}


def dump_user(user):
    shown = {"id": user.id, "status": user.status, "profile": user.profile,
             "factors": user.factors, "groups": list(user.groups)}
    for name, attribute in _USER_MEMBERS.items():
        shown[name] = getattr(user, attribute)
    if user.recovery_question is not None:
        shown["recovery_question"] = {"question": user.recovery_question,
                                      "answer": user.recovery_answer}
    return shown
