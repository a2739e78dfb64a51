"""The org's objects as the wire shows them.

Reference: okta-api.md, 5.2, 6.1, 7.1; member order as in recorded answers.
"""
import hashlib
import json

from .message import dump

# Operations that the single GET offers in _links, by status.
_OPERATIONS = {
    "STAGED": ("activate",),
    "PROVISIONED": ("suspend", "reactivate", "resetPassword", "deactivate"),
    "ACTIVE": ("suspend", "resetPassword", "forgotPassword",
               "expirePassword", "changeRecoveryQuestion", "changePassword",
               "resetFactors", "deactivate"),
    "RECOVERY": ("suspend", "reactivate", "resetPassword", "deactivate"),
    "PASSWORD_EXPIRED": ("suspend", "resetPassword", "expirePassword",
                         "changeRecoveryQuestion", "changePassword",
                         "deactivate"),
    "LOCKED_OUT": ("unlock", "resetPassword", "deactivate"),
    "SUSPENDED": ("unsuspend", "resetPassword", "deactivate"),
    "DEPROVISIONED": ("activate", "delete"),
}

_PATHS = {
    "activate": "lifecycle/activate", "reactivate": "lifecycle/reactivate",
    "deactivate": "lifecycle/deactivate", "suspend": "lifecycle/suspend",
    "unsuspend": "lifecycle/unsuspend", "unlock": "lifecycle/unlock",
    "resetPassword": "lifecycle/reset_password",
    "expirePassword": "lifecycle/expire_password",
    "resetFactors": "lifecycle/reset_factors",
    "forgotPassword": "credentials/forgot_password",
    "changePassword": "credentials/change_password",
    "changeRecoveryQuestion": "credentials/change_recovery_question",
}

# okta-api.md, 8.1: new members may appear at any time.
_FUTURE = {"futureFlag": True, "futureList": [{"a": [1, None]}],
           "futureObject": {"status": "NEW", "id": 7}}

_LOGO = "https://static.example.net/assets/img/logos/groups/odyssey/okta-%s.png"


def credentials(user):
    shown = {}
    if user.password is not None:
        shown["password"] = {}
    if user.profile.get("email"):
        shown["emails"] = [{"value": user.profile["email"],
                            "status": "VERIFIED", "type": "PRIMARY"}]
    if user.recovery_question is not None:
        shown["recovery_question"] = {"question": user.recovery_question}
    shown["provider"] = {"type": user.provider, "name": user.provider}
    return shown


def user_object(org, user):
    """A person as in lists."""
    shown = {
        "id": user.id, "status": user.shown_status or user.status,
        "created": user.created, "activated": user.activated,
        "statusChanged": user.status_changed,
        "lastLogin": user.last_login, "lastUpdated": user.last_updated,
        "passwordChanged": user.password_changed}
    if user.transitioning is not None:
        shown["transitioningToStatus"] = user.transitioning
    if org.switches["pipeline"] == "idx":
        shown["realmId"] = org.realm_id
    shown["type"] = {"id": user.user_type or org.user_type}
    shown["profile"] = user.profile
    shown["credentials"] = credentials(user)
    if org.switches["unknown_members"]:
        shown.update(_FUTURE)
    shown["_links"] = {"self": {"href": "%s/api/v1/users/%s"
                                % (org.url, user.id)}}
    return shown


def user_bytes(org, user):
    """The list form, rendered once until the person changes."""
    if user.rendered is None:
        user.rendered = dump(user_object(org, user))
    return user.rendered


def user_single(org, user):
    """A person as the single GET shows: with the operations allowed now."""
    shown = user_object(org, user)
    here = shown["_links"]["self"]["href"]
    links = {"schema": {"href": "%s/api/v1/meta/schemas/user/%s"
                        % (org.url, org.schema_id)}}
    for name in _OPERATIONS[user.status]:
        if name == "delete":
            links[name] = {"href": here, "method": "DELETE"}
        else:
            links[name] = {"href": "%s/%s" % (here, _PATHS[name]),
                           "method": "POST"}
    links["self"] = {"href": here}
    links["type"] = {"href": "%s/api/v1/meta/types/user/%s"
                     % (org.url, org.user_type)}
    shown["_links"] = links
    return shown


def etag(shown):
    text = json.dumps(shown, sort_keys=True).encode()
    return 'W/"%s"' % hashlib.sha256(text).hexdigest()


def group_object(org, group):
    here = "%s/api/v1/groups/%s" % (org.url, group.id)
    links = {
        "logo": [{"name": size, "href": _LOGO % size, "type": "image/png"}
                 for size in ("medium", "large")],
        "owners": {"href": here + "/owners"},
        "users": {"href": here + "/users"},
        "apps": {"href": here + "/apps"}}
    shown = {
        "id": group.id, "created": group.created,
        "lastUpdated": group.last_updated,
        "lastMembershipUpdated": group.last_membership_updated,
        "objectClass": group.object_class, "type": group.type,
        "profile": group.profile}
    if group.source is not None:
        shown["source"] = {"id": group.source}
        links["source"] = {"href": "%s/api/v1/apps/%s"
                           % (org.url, group.source)}
    if org.switches["unknown_members"]:
        shown.update(_FUTURE)
    shown["_links"] = links
    return shown


def app_object(org, app):
    here = "%s/api/v1/apps/%s" % (org.url, app.id)
    return {
        "id": app.id, "name": app.name, "label": app.label,
        "status": app.status, "lastUpdated": app.last_updated,
        "created": app.created, "features": [],
        "signOnMode": app.sign_on_mode,
        "visibility": {"autoSubmitToolbar": False,
                       "hide": {"iOS": True, "web": True}},
        "_links": {"users": {"href": here + "/users"},
                   "groups": {"href": here + "/groups"},
                   "deactivate": {"href": here + "/lifecycle/deactivate"}}}


def app_user(org, app, user, embed):
    own = app.users.get(user.id)
    made = own["created"] if own else app.created
    shown = {
        "id": user.id, "externalId": None, "created": made,
        "lastUpdated": made, "scope": "USER" if own else "GROUP",
        "status": "ACTIVE", "statusChanged": made, "passwordChanged": None,
        "syncState": "DISABLED",
        "credentials": (own or {}).get("credentials") or
        {"userName": user.login},
        "profile": (own or {}).get("profile") or {},
        "_links": {"app": {"href": "%s/api/v1/apps/%s" % (org.url, app.id)},
                   "user": {"href": "%s/api/v1/users/%s"
                            % (org.url, user.id)}}}
    if embed:
        shown["_embedded"] = {"user": user_object(org, user)}
    return shown


def app_group(org, app, group, embed):
    here = "%s/api/v1/apps/%s" % (org.url, app.id)
    shown = {
        "id": group.id, "lastUpdated": app.last_updated,
        "priority": app.groups.index(group.id), "profile": {},
        "_links": {"app": {"href": here},
                   "self": {"href": "%s/groups/%s" % (here, group.id)},
                   "group": {"href": "%s/api/v1/groups/%s"
                             % (org.url, group.id)}}}
    if embed:
        shown["_embedded"] = {"group": group_object(org, group)}
    return shown
