"""Changing people: creation, profile, lifecycle, credentials.

Reference: okta-api.md, 5.3, 5.5, 5.7.
"""
import copy

from . import ids, passwords, render
from .errors import Refusal, invalid, not_found
from .message import Reply
from .org import User
from .users import find as find_any
from .users import member, parse_json

_REQUIRED = ("firstName", "lastName", "email", "login")


def _flag(request, name, default):
    text = request.args.get(name)
    if text is None:
        return default
    if text.lower() not in ("true", "false"):
        raise invalid(name, "Must be true or false.")
    return text.lower() == "true"


def _check_profile(org, profile, user=None):
    login = profile.get("login")
    if not isinstance(login, str) or not 5 <= len(login) <= 100:
        raise invalid("login", "login: The field must be between 5 and 100 "
                      "characters.")
    for name in _REQUIRED:
        if not isinstance(profile.get(name), str) or not profile[name]:
            raise invalid(name, "%s: The field cannot be left blank" % name)
    holder = org.logins.get(login.lower())
    if holder is not None and (user is None or holder != user.id):
        raise invalid("login", "login: An object with this field already "
                      "exists in the current organization")


def find(org, key, request):
    """The person to change; nobody may while a transition runs."""
    user = find_any(org, key, request)
    if user.transitioning is not None:
        raise Refusal("E0000112")
    return user


def create(org, request):
    body = parse_json(request)
    profile = member(body, "profile")
    if profile is None:
        raise invalid("profile", "profile: The field cannot be left blank")
    _check_profile(org, profile)
    user = User(ids.fresh("00u"), profile["login"], org.clock.stamp())
    user.profile = copy.deepcopy(profile)
    wanted = member(body, "groupIds", kind=list) or []
    for key in wanted:
        if not isinstance(key, str) or key not in org.groups:
            raise not_found(key, "UserGroup")
    password = member(body, "credentials", "password", "value", kind=str)
    if password is not None:
        passwords.check_new(org, user, password, create=True)
        user.password = password
    asked = ("credentials", "recovery_question")
    user.recovery_question = member(body, *asked, "question", kind=str)
    user.recovery_answer = member(body, *asked, "answer", kind=str)
    if _flag(request, "activate", True):
        user.status = "ACTIVE" if password is not None else "PROVISIONED"
    else:
        user.status = "STAGED"
        user.activated = user.status_changed = None
    if password is None:
        user.password_changed = None
    org.add_user(user)
    org.join_everyone(user)
    for key in wanted:
        org.add_member(org.groups[key], user)
    org.log.add("user.lifecycle.create", "Create okta user", user,
                request=request)
    return Reply.of(render.user_single(org, user))


def update(org, request, key):
    user = find(org, key, request)
    _match_etag(org, request, user)
    body = parse_json(request)
    profile = member(body, "profile") or {}
    if request.method == "POST":
        profile = dict(user.profile, **profile)
    _check_profile(org, profile, user)
    org.set_profile(user, profile)
    password = member(body, "credentials", "password", "value", kind=str)
    if password is not None:
        passwords.set_password(org, user, password)
        org.log.add("user.account.update_password",
                    "User update password for Okta", user, request=request)
    org.log.add("user.account.update_profile", "Update user profile for Okta",
                user, request=request)
    return Reply.of(render.user_single(org, user))


def _match_etag(org, request, user):
    wanted = request.header("if-match")
    if wanted is None:
        return
    if not (wanted.startswith('W/"') and wanted.endswith('"')):
        raise Refusal("E0000242")
    if wanted != render.etag(render.user_single(org, user)):
        raise Refusal("E0000231")


def delete(org, request, key):
    user = find(org, key, request)
    if user.status != "DEPROVISIONED":
        _deactivate(org, user, request)
    else:
        org.log.add("user.lifecycle.delete.initiated", "Delete okta user",
                    user, request=request)
        org.delete_user(user)
        org.log.add("user.lifecycle.delete.completed", "Delete okta user",
                    user, request=request)
    return Reply(204)


def _deactivate(org, user, request):
    org.set_status(user, "DEPROVISIONED")
    org.log.add("user.lifecycle.deactivate", "Deactivate Okta user", user,
                request=request)


def activate(org, request, key):
    user = find(org, key, request)
    if user.status not in ("STAGED", "DEPROVISIONED"):
        raise Refusal("E0000016")
    org.set_status(user, "ACTIVE" if user.password is not None
                   else "PROVISIONED")
    user.activated = org.clock.stamp()
    user.rendered = None
    org.log.add("user.lifecycle.activate", "Activate Okta user", user,
                request=request)
    return _activation(org, request, user)


def reactivate(org, request, key):
    user = find(org, key, request)
    if user.status not in ("PROVISIONED", "RECOVERY"):
        raise Refusal("E0000038")
    org.set_status(user, "PROVISIONED")
    org.log.add("user.lifecycle.reactivate", "Reactivate Okta user", user,
                request=request)
    return _activation(org, request, user)


def _activation(org, request, user):
    if _flag(request, "sendEmail", True):
        return Reply.of({})
    token = ids.opaque("", 20)
    org.authn.recovery_tokens[token] = user.id
    return Reply.of({"activationUrl": "%s/welcome/%s" % (org.url, token),
                     "activationToken": token})


def deactivate(org, request, key):
    user = find(org, key, request)
    if user.status != "DEPROVISIONED":
        _deactivate(org, user, request)
    return Reply.of({})


def suspend(org, request, key):
    user = find(org, key, request)
    if user.status != "ACTIVE":
        raise invalid("suspendUser",
                      "Cannot suspend a user that is not active")
    org.set_status(user, "SUSPENDED")
    org.log.add("user.lifecycle.suspend", "Suspend Okta user", user,
                request=request)
    return Reply.of({})


def unsuspend(org, request, key):
    user = find(org, key, request)
    if user.status != "SUSPENDED":
        raise invalid("unsuspendUser",
                      "Cannot unsuspend a user that is not suspended")
    org.set_status(user, "ACTIVE")
    org.log.add("user.lifecycle.unsuspend", "Unsuspend Okta user", user,
                request=request)
    return Reply.of({})


def unlock(org, request, key):
    user = find(org, key, request)
    if user.status != "LOCKED_OUT":
        raise Refusal("E0000032", causes=["The user is not locked out."])
    org.set_status(user, "ACTIVE")
    org.log.add("user.account.unlock_by_admin", "Unlock user account", user,
                request=request)
    return Reply.of({})


def _own_password(user, code):
    """Password operations are refused for people of another master."""
    if user.provider != "OKTA":
        raise Refusal(code)


def expire_password(org, request, key):
    user = find(org, key, request)
    _own_password(user, "E0000023")
    if user.status not in ("ACTIVE", "PASSWORD_EXPIRED", "STAGED",
                           "RECOVERY"):
        raise Refusal("E0000038")
    org.set_status(user, "PASSWORD_EXPIRED")
    org.log.add("user.account.expire_password", "Expire user password", user,
                request=request)
    if request.path.endswith("_with_temp_password") or \
            _flag(request, "tempPassword", False):
        user.password = "Tp1" + ids.opaque("", 5).replace("-", "x")
        user.password_changed = org.clock.stamp()
        org.changed(user)
        return Reply.of({"tempPassword": user.password})
    return Reply.of(render.user_single(org, user))


def reset_password(org, request, key):
    user = find(org, key, request)
    _own_password(user, "E0000017")
    if user.status in ("STAGED", "DEPROVISIONED", "SUSPENDED"):
        raise Refusal("E0000038")
    org.set_status(user, "RECOVERY")
    org.log.add("user.account.reset_password", "Fired when the user's Okta "
                "password is reset", user, request=request)
    return _reset_link(org, request, user)


def _reset_link(org, request, user):
    if _flag(request, "sendEmail", True):
        return Reply.of({})
    token = ids.opaque("", 20)
    org.authn.recovery_tokens[token] = user.id
    return Reply.of({"resetPasswordUrl": "%s/signin/reset-password/%s"
                     % (org.url, token)})


def forgot_password(org, request, key):
    user = find(org, key, request)
    if user.status != "ACTIVE" or user.provider != "OKTA":
        raise Refusal("E0000034")
    return _reset_link(org, request, user)


def reset_factors(org, request, key):
    user = find(org, key, request)
    user.factors = []
    org.changed(user)
    org.log.add("user.mfa.factor.reset_all", "Reset all factors for user",
                user, request=request)
    return Reply.of({})


def reset_factor(org, request, key, factor_id):
    user = find(org, key, request)
    for factor in user.factors:
        if factor["id"] == factor_id:
            user.factors.remove(factor)
            org.changed(user)
            org.log.add("user.mfa.factor.deactivate", "Reset factor for user",
                        user, request=request)
            return Reply(204)
    raise not_found(factor_id, "UserFactor")


def change_password(org, request, key):
    user = find(org, key, request)
    if user.provider != "OKTA" or user.status not in (
            "STAGED", "ACTIVE", "PASSWORD_EXPIRED", "RECOVERY"):
        raise Refusal("E0000035")
    body = parse_json(request)
    old = member(body, "oldPassword", "value", kind=str)
    new = member(body, "newPassword", "value", kind=str)
    if old is None or new is None:
        raise invalid("password", "oldPassword and newPassword are required.")
    if old != user.password:
        raise Refusal("E0000014", causes=["Old Password is not correct"])
    passwords.check_new(org, user, new)
    passwords.set_password(org, user, new)
    org.log.add("user.account.update_password",
                "User update password for Okta", user, request=request)
    return Reply.of(render.credentials(user))
