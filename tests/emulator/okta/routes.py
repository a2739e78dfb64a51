"""The routing table: method, path, who may call, which rate bucket.

Reference: okta-api.md, 1.5 (scopes) and 8.6 (buckets).
"""
from dataclasses import dataclass
from typing import Any

from . import (apps, authn, factor_verify, groups, logs, oidc, oidc_tokens,
               org_info, recovery, sessions, token, user_changes, users,
               zones)
from .callers import ANONYMOUS, SSWS_ONLY, TRUSTED
from .errors import Answer, Refusal
from .message import Reply


@dataclass
class Route:
    handler: Any
    access: str
    bucket: str


_U = "/api/v1/users"
_G = "/api/v1/groups"
_A = "/api/v1/apps"
_N = "/api/v1/authn"
_USERS_READ, _USERS_MANAGE = "okta.users.read", "okta.users.manage"
_GROUPS_READ, _GROUPS_MANAGE = "okta.groups.read", "okta.groups.manage"
_APPS_READ, _APPS_MANAGE = "okta.apps.read", "okta.apps.manage"
_ZONES_READ = "okta.networkZones.read"
_ZONES_MANAGE = "okta.networkZones.manage"


def _oauth(method, path, handler, bucket):
    """Of the org's authorization server and of the custom ones."""
    return ((method, "/oauth2/v1" + path, handler, ANONYMOUS, bucket),
            (method, "/oauth2/{}/v1" + path, handler, ANONYMOUS, bucket))


TABLE = (
    ("GET", "/.well-known/okta-organization", org_info.organization,
     ANONYMOUS, None),
    ("GET", "/.well-known/openid-configuration", oidc_tokens.discovery,
     ANONYMOUS, None),
    ("GET", "/oauth2/{}/.well-known/openid-configuration",
     oidc_tokens.discovery, ANONYMOUS, None),
    *_oauth("POST", "/token", token.token, "oauth2"),
    *_oauth("POST", "/challenge", oidc.challenge, "oauth2"),
    *_oauth("POST", "/primary-authenticate", oidc.primary_authenticate,
            "oauth2"),
    *_oauth("POST", "/oob-authenticate", oidc.oob_authenticate, "oauth2"),
    *_oauth("POST", "/device/authorize", oidc.device_authorize, "oauth2"),
    *_oauth("GET", "/keys", oidc_tokens.keys, None),

    ("POST", _N, authn.primary, TRUSTED, "authn"),
    ("POST", _N + "/cancel", authn.cancel, TRUSTED, "authn"),
    ("POST", _N + "/previous", authn.previous, TRUSTED, "authn"),
    ("POST", _N + "/skip", authn.skip, TRUSTED, "authn"),
    ("POST", _N + "/credentials/change_password", authn.change_password,
     TRUSTED, "authn"),
    ("POST", _N + "/credentials/reset_password", authn.reset_password,
     TRUSTED, "authn"),
    ("POST", _N + "/recovery/password", recovery.password, TRUSTED, "authn"),
    ("POST", _N + "/recovery/unlock", recovery.unlock, TRUSTED, "authn"),
    ("POST", _N + "/recovery/token", recovery.token, TRUSTED, "authn"),
    ("POST", _N + "/recovery/answer", recovery.respond, TRUSTED, "authn"),
    ("POST", _N + "/recovery/factors/{}/verify", recovery.verify, TRUSTED,
     "authn"),
    ("POST", _N + "/recovery/factors/{}/resend", recovery.resend, TRUSTED,
     "authn"),
    ("POST", _N + "/factors/{}/verify", authn.verify_factor, TRUSTED,
     "verify"),
    ("POST", _N + "/factors/{}/verify/resend", authn.resend_factor, TRUSTED,
     "verify"),

    ("GET", _U, users.list_users, _USERS_READ, "users"),
    ("POST", _U, user_changes.create, _USERS_MANAGE, "users_write"),
    ("GET", _U + "/{}", users.get_user, _USERS_READ, "user"),
    ("POST", _U + "/{}", user_changes.update, _USERS_MANAGE, "users_write"),
    ("PUT", _U + "/{}", user_changes.update, _USERS_MANAGE, "users_write"),
    ("DELETE", _U + "/{}", user_changes.delete, _USERS_MANAGE,
     "users_write"),
    ("GET", _U + "/{}/groups", users.list_groups, _USERS_READ, "other"),
    ("GET", _U + "/{}/blocks", users.list_blocks, _USERS_READ, "other"),
    ("GET", _U + "/{}/factors", users.list_factors, _USERS_READ, "other"),
    ("DELETE", _U + "/{}/factors/{}", user_changes.reset_factor,
     _USERS_MANAGE, "other"),
    ("POST", _U + "/{}/factors/{}/verify", factor_verify.verify,
     _USERS_MANAGE, "verify"),
    ("GET", _U + "/{}/factors/{}/transactions/{}", factor_verify.poll,
     _USERS_READ, "verify"),
    ("DELETE", _U + "/{}/factors/{}/transactions/{}", factor_verify.cancel,
     _USERS_MANAGE, "verify"),
    ("DELETE", _U + "/{}/sessions", users.clear_sessions, _USERS_MANAGE,
     "users_write"),
    ("POST", _U + "/{}/lifecycle/delete_sessions", users.delete_sessions,
     ANONYMOUS, "users_write"),
    ("POST", _U + "/{}/lifecycle/activate", user_changes.activate,
     _USERS_MANAGE, "users_write"),
    ("POST", _U + "/{}/lifecycle/reactivate", user_changes.reactivate,
     _USERS_MANAGE, "users_write"),
    ("POST", _U + "/{}/lifecycle/deactivate", user_changes.deactivate,
     _USERS_MANAGE, "users_write"),
    ("POST", _U + "/{}/lifecycle/suspend", user_changes.suspend,
     _USERS_MANAGE, "users_write"),
    ("POST", _U + "/{}/lifecycle/unsuspend", user_changes.unsuspend,
     _USERS_MANAGE, "users_write"),
    ("POST", _U + "/{}/lifecycle/unlock", user_changes.unlock,
     _USERS_MANAGE, "users_write"),
    ("POST", _U + "/{}/lifecycle/expire_password",
     user_changes.expire_password, _USERS_MANAGE, "users_write"),
    ("POST", _U + "/{}/lifecycle/expire_password_with_temp_password",
     user_changes.expire_password, _USERS_MANAGE, "users_write"),
    ("POST", _U + "/{}/lifecycle/reset_password",
     user_changes.reset_password, _USERS_MANAGE, "users_write"),
    ("POST", _U + "/{}/lifecycle/reset_factors", user_changes.reset_factors,
     _USERS_MANAGE, "users_write"),
    ("POST", _U + "/{}/credentials/change_password",
     user_changes.change_password, _USERS_MANAGE, "users_write"),
    ("POST", _U + "/{}/credentials/forgot_password",
     user_changes.forgot_password, _USERS_MANAGE, "users_write"),

    ("GET", _G, groups.list_groups, _GROUPS_READ, "groups"),
    ("POST", _G, groups.create, _GROUPS_MANAGE, "groups"),
    ("GET", _G + "/{}", groups.get_group, _GROUPS_READ, "group"),
    ("PUT", _G + "/{}", groups.update, _GROUPS_MANAGE, "group"),
    ("DELETE", _G + "/{}", groups.delete, _GROUPS_MANAGE, "group"),
    ("GET", _G + "/{}/users", groups.list_members, _GROUPS_READ, "group"),
    ("GET", _G + "/{}/apps", groups.list_apps, _GROUPS_READ, "group"),
    ("PUT", _G + "/{}/users/{}", groups.add_member, _GROUPS_MANAGE, "group"),
    ("DELETE", _G + "/{}/users/{}", groups.remove_member, _GROUPS_MANAGE,
     "group"),

    ("GET", _A, apps.list_apps, _APPS_READ, "apps"),
    ("GET", _A + "/{}", apps.get_app, _APPS_READ, "app"),
    ("GET", _A + "/{}/users", apps.list_users, _APPS_READ, "app"),
    ("GET", _A + "/{}/users/{}", apps.get_user, _APPS_READ, "app"),
    ("POST", _A + "/{}/users", apps.assign_user, _APPS_MANAGE, "app"),
    ("DELETE", _A + "/{}/users/{}", apps.unassign_user, _APPS_MANAGE, "app"),
    ("GET", _A + "/{}/groups", apps.list_groups, _APPS_READ, "app"),
    ("GET", _A + "/{}/groups/{}", apps.get_group, _APPS_READ, "app"),

    ("GET", "/api/v1/logs", logs.list_events, "okta.logs.read", "logs"),
    ("GET", "/api/v1/zones", zones.list_zones, _ZONES_READ, "other"),
    ("GET", "/api/v1/zones/{}", zones.get_zone, _ZONES_READ, "other"),
    ("PUT", "/api/v1/zones/{}", zones.replace_zone, _ZONES_MANAGE, "other"),
    ("GET", "/api/v1/org", org_info.get_org, "okta.orgs.read", "other"),
    ("GET", "/api/v1/meta/schemas/user/{}", org_info.user_schema,
     "okta.schemas.read", "other"),
    ("POST", "/api/v1/sessions", sessions.create, SSWS_ONLY, "sessions"),
    ("GET", "/api/v1/sessions/{}", sessions.get, "okta.sessions.read",
     "sessions"),
    ("POST", "/api/v1/sessions/{}/lifecycle/refresh", sessions.refresh,
     "okta.sessions.manage", "sessions"),
    ("DELETE", "/api/v1/sessions/{}", sessions.delete,
     "okta.sessions.manage", "sessions"),
)


class Routes:
    """The table as a tree of path segments."""

    def __init__(self, table=TABLE):
        self._root = {}
        for method, path, handler, access, bucket in table:
            node = self._root
            for segment in path.split("/")[1:]:
                node = node.setdefault(segment, {})
            node.setdefault(None, {})[method] = Route(handler, access, bucket)

    def find(self, request):
        """Sets request.route and request.params, or raises what Okta says."""
        node, params = self._root, []
        for segment in request.segments():
            inner = node.get(segment)
            if inner is None and segment != "":
                inner = node.get("{}")
                params.append(segment)
            if inner is None:
                raise self._unknown(request)
            node = inner
        methods = node.get(None)
        if methods is None:
            raise self._unknown(request)
        request.route = methods.get(request.method)
        if request.route is None:
            raise Refusal("E0000022")
        request.params = params

    @staticmethod
    def _unknown(request):
        if request.path.startswith(("/api/v1/", "/oauth2/")):
            return Refusal("E0000008")
        # Not of the API: the front web server answers (okta-api.md, 8.2).
        return Answer(Reply(
            404, b'{"status":404,"message":"Resource not found"}\n',
            edge=True, server="Apache"))
