"""Primary authentication: POST /api/v1/authn and the password operations.

Reference: okta-api.md, 2.3, 2.4, 2.7, 2.8.
"""
from . import factors, passwords
from .errors import Refusal, invalid
from .hal import link
from .message import Reply
from .transaction import answer, wrong_state
from .users import is_expired, parse_json

NAME_MAX = 100


def primary(org, request):
    body = parse_json(request)
    if "stateToken" in body and "username" not in body:
        return answer(org, request, org.authn.resume(body))
    if "token" in body and "username" not in body:
        return _activate(org, request, body["token"])
    name, password = body.get("username"), body.get("password")
    if not isinstance(name, str) or not name or \
            not isinstance(password, str):
        raise invalid("authRequest", "The 'username' and 'password' "
                      "attributes are required in this context.")
    options = body.get("options") or {}
    context = body.get("context") or {}
    if not isinstance(options, dict) or not isinstance(context, dict):
        raise Refusal("E0000003")
    device = context.get("deviceToken")
    if device is not None and (not isinstance(device, str)
                               or len(device) > 32):
        raise invalid("deviceToken", "The device token is too long.")
    user = org.find_user(name) if len(name) <= NAME_MAX else None
    if not org.limiter.attempt(user.id if user else name.lower()):
        raise Refusal("E0000047")
    locked = _check_password(org, request, user, password)
    if locked is not None:
        return locked
    tx = org.authn.begin(user)
    tx.warn = options.get("warnBeforePasswordExpired") is True
    if request.caller.is_trusted:       # others' are ignored (2.2)
        tx.device = device
        tx.remembered = device is not None and org.authn.is_remembered(tx)
    return proceed(org, request, tx)


def _fail(org, request, user, reason):
    org.log.add("user.session.start", "User login to Okta", user,
                outcome="FAILURE", reason=reason, request=request)
    return Refusal("E0000004")


def check_credentials(org, request, user, password):
    """Raises Refusal where this is not an active person's own password."""
    if _check_password(org, request, user, password) is not None:
        raise Refusal("E0000004")
    if is_expired(org, user):
        raise Refusal("E0000064")


def _check_password(org, request, user, password):
    """None where the password is right; else raises, or the LOCKED_OUT."""
    if user is None:
        raise _fail(org, request, None, "VERIFICATION_ERROR")
    if user.status == "LOCKED_OUT":
        _unlock_in_time(org, request, user)
    if user.status == "LOCKED_OUT":
        if org.switches["lockout_shown"]:
            return _locked_out(org, request, user)
        raise _fail(org, request, user, "LOCKED_OUT")
    if user.status not in ("ACTIVE", "PASSWORD_EXPIRED") or \
            user.shown_status is not None:
        raise _fail(org, request, user, "VERIFICATION_ERROR")
    if user.provider in ("ACTIVE_DIRECTORY", "LDAP"):
        agent = org.switches["directory_agent"]
        if agent != "ok":
            raise Refusal("E0000240" if agent == "timeout" else "E0000241")
    if user.password is None or password != user.password:
        user.failures += 1
        most = org.switches["lockout_attempts"]
        if most and user.failures >= most:
            org.set_status(user, "LOCKED_OUT")
            org.log.add("user.account.lock", "Max sign in attempts exceeded",
                        user, request=request)
            if org.switches["lockout_shown"]:
                return _locked_out(org, request, user)
        raise _fail(org, request, user, "INVALID_CREDENTIALS")
    user.failures = 0
    sign_on = org.switches["sign_on"]
    if sign_on == "deny":
        raise _fail(org, request, user, "SIGN_ON_POLICY")
    if sign_on != "allow":
        raise Refusal(sign_on)
    return None


def _unlock_in_time(org, request, user):
    """Automatic unlock is evaluated at login, as password expiry is."""
    minutes = org.switches["lockout_minutes"]
    if minutes and user.locked_at is not None and \
            org.clock.now() >= user.locked_at + minutes * 60:
        org.set_status(user, "ACTIVE")
        org.log.add("user.account.unlock", "Auto unlock user account", user,
                    request=request)


def _locked_out(org, request, user):
    return Reply.of({
        "status": "LOCKED_OUT", "_embedded": {},
        "_links": {"next": link(request, "/recovery/unlock", "unlock"),
                   "cancel": link(request, "/cancel")}})


def proceed(org, request, tx):
    """What still stands between this transaction and SUCCESS."""
    user = tx.user
    policy = org.switches["mfa"]
    usable = factors.active(user)
    tx.factor = tx.challenge = None
    if not tx.verified and not tx.remembered and policy != "never" and usable:
        tx.state = "MFA_REQUIRED"
    elif is_expired(org, user):
        if user.status != "PASSWORD_EXPIRED":
            org.set_status(user, "PASSWORD_EXPIRED")
        tx.state = "PASSWORD_EXPIRED"
    elif not tx.verified and (policy == "required" or
                              policy == "optional" and not tx.skipped):
        tx.state = "MFA_ENROLL"
    elif tx.warn and _is_expiring(org, user):
        tx.state = "PASSWORD_WARN"
    else:
        tx.state = "SUCCESS"
        org.log.add("user.session.start", "User login to Okta", user,
                    request=request)
    return answer(org, request, tx)


def _is_expiring(org, user):
    left = passwords.days_left(org, user)
    return left is not None and left <= org.switches["password_warn_days"]


def _activate(org, request, token):
    """An activation token: a person without password chooses one."""
    user_id = org.authn.recovery_tokens.pop(token, None) \
        if isinstance(token, str) else None
    user = org.users.get(user_id)
    if user is None or user.status != "PROVISIONED":
        raise Refusal("E0000004")
    tx = org.authn.begin(user)
    tx.state = "PASSWORD_RESET"
    tx.recovery = "ACCOUNT_ACTIVATION"
    return answer(org, request, tx)


def change_password(org, request):
    body = parse_json(request)
    tx = org.authn.resume(body, "PASSWORD_WARN", "PASSWORD_EXPIRED")
    old, new = body.get("oldPassword"), body.get("newPassword")
    if not isinstance(old, str) or not isinstance(new, str):
        raise invalid("changePasswordRequest", "The 'oldPassword' and "
                      "'newPassword' attributes are required.")
    if old != tx.user.password:
        causes = ["oldPassword: The credentials provided were incorrect."]
        raise Refusal("E0000014",
                      causes=causes if org.switches["error_causes"] else [])
    passwords.check_new(org, tx.user, new)
    return _changed(org, request, tx, new)


def reset_password(org, request):
    body = parse_json(request)
    tx = org.authn.resume(body, "PASSWORD_RESET")
    new = body.get("newPassword")
    if not isinstance(new, str):
        raise invalid("resetPasswordRequest", "The 'newPassword' attribute "
                      "is required.")
    passwords.check_new(org, tx.user, new)
    return _changed(org, request, tx, new)


def _changed(org, request, tx, new):
    passwords.set_password(org, tx.user, new)
    org.log.add("user.account.update_password",
                "User update password for Okta", tx.user, request=request)
    tx.warn = False
    return proceed(org, request, tx)


def skip(org, request):
    tx = org.authn.resume(parse_json(request), "PASSWORD_WARN", "MFA_ENROLL")
    if tx.state == "PASSWORD_WARN":
        tx.warn = False
    elif org.switches["mfa"] == "required":
        raise wrong_state()
    else:
        tx.skipped = True
    return proceed(org, request, tx)


def previous(org, request):
    tx = org.authn.resume(parse_json(request), "MFA_CHALLENGE")
    tx.state = "MFA_REQUIRED"
    tx.factor = tx.challenge = None
    return answer(org, request, tx)


def cancel(org, request):
    tx = org.authn.resume(parse_json(request))
    org.authn.end(tx)
    return Reply.of({"relayState": ""})


def verify_factor(org, request, factor_id):
    """POST /authn/factors/{id}/verify: start, poll or finish a factor."""
    body = parse_json(request)
    tx = org.authn.resume(body, "MFA_REQUIRED", "MFA_CHALLENGE")
    factor = factors.find(tx.user, factor_id)
    if factor is None:
        raise Refusal("E0000007", "Resource not found: %s (AuthFactor)"
                      % factor_id)
    if tx.state == "MFA_CHALLENGE" and tx.factor is not factor:
        raise wrong_state()
    if factors.verify(org, request, tx, factor, body):
        tx.verified = True
        if request.args.get("rememberDevice") == "true":
            org.authn.remember(tx)
        org.log.add("user.authentication.auth_via_mfa",
                    "Authentication of user via MFA", tx.user,
                    request=request)
        return proceed(org, request, tx)
    tx.state = "MFA_CHALLENGE"
    tx.factor = factor
    return answer(org, request, tx)


def resend_factor(org, request, factor_id):
    body = parse_json(request)
    tx = org.authn.resume(body, "MFA_CHALLENGE")
    if tx.factor is None or tx.factor["id"] != factor_id:
        raise wrong_state()
    factors.resend(org, request, tx)
    return answer(org, request, tx)
