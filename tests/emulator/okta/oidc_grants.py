"""Direct authentication and the device grant at POST .../token.

Reference: okta-api.md, 3.2, 3.4, 3.5.
"""
from . import client_auth, oidc_policy, oidc_tokens
from .authn import check_credentials
from .errors import OAuthRefusal, Refusal
from .factors import totp
from .oidc_policy import denied

PASSWORD = "password"
OTP = "urn:okta:params:oauth:grant-type:otp"
OOB = "urn:okta:params:oauth:grant-type:oob"
MFA_OTP = "http://auth0.com/oauth/grant-type/mfa-otp"
MFA_OOB = "http://auth0.com/oauth/grant-type/mfa-oob"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
# Values of grant_types_supported (okta-api.md, 3.2).
_NAMED = (PASSWORD, OTP, OOB, MFA_OTP, MFA_OOB)


def invalid_grant(description, status=400):
    return OAuthRefusal(status, "invalid_grant", description)


def throttled():
    return invalid_grant("API call exceeded rate limit due to too many "
                         "requests.", 429)


def need(values, *names):
    for name in names:
        if not values.get(name):
            raise client_auth.invalid_request(
                "The request is missing the '%s' parameter." % name)


def scope_of(values):
    scope = values.get("scope", "").split()
    if not scope:
        raise OAuthRefusal(400, "invalid_scope", "The authorization server "
                           "resource does not have any configured default "
                           "scopes, 'scope' must be provided.")
    known = ("openid", "profile", "email", "address", "phone", "groups",
             "offline_access", "device_sso")
    if any(s not in known for s in scope):
        raise OAuthRefusal(400, "invalid_scope", "One or more scopes are not "
                           "configured for the authorization server "
                           "resource.")
    if "openid" not in scope:
        raise OAuthRefusal(400, "invalid_scope",
                           "The 'openid' scope is required.")
    return " ".join(scope)


class _Attempt:
    """What the factor modules want to know of a transaction."""

    def __init__(self, user):
        self.user = user
        self.token = None


def _check_supported(values):
    named = values.get("grant_types_supported")
    if named is not None and (
            not named.split() or any(n not in _NAMED for n in named.split())):
        raise client_auth.invalid_request("The 'grant_types_supported' "
                                          "parameter is invalid.")


def _proven(org, request, server, client, begun, method):
    """One more method is good: tokens, or mfa_required."""
    begun.methods.append(method)
    if oidc_policy.is_satisfied(client, begun.methods):
        return oidc_tokens.tokens(org, request, server, client, begun.user,
                                  begun.scope,
                                  oidc_tokens.amr_of(begun.methods))
    oidc_policy.check_can_go_on(client, begun.user, begun.methods)
    again = org.oidc.begin(client, server, begun.scope)
    again.user, again.methods = begun.user, begun.methods
    refusal = OAuthRefusal(403, "mfa_required", "Verify with an additional "
                           "authenticator to complete the sign-in process.")
    refusal.more = {"mfa_token": org.oidc.add_mfa(again)}
    raise refusal


def _password(org, request, server, client, values):
    need(values, "username", "password")
    scope = scope_of(values)
    _check_supported(values)
    user = org.find_user(values["username"])
    if not org.limiter.attempt(user.id if user else
                               values["username"].lower()):
        raise throttled()
    if user is not None and (user.status == "PASSWORD_EXPIRED"):
        if values["password"] == user.password:
            raise invalid_grant("Password has expired.")
    try:
        check_credentials(org, request, user, values["password"])
    except Refusal:
        raise invalid_grant("The credentials provided were invalid.") \
            from None
    oidc_policy.check_start(org, client, user)
    begun = org.oidc.begin(client, server, scope)
    begun.user = user
    return _proven(org, request, server, client, begun, "pwd")


def find_person(org, values):
    """The active person of login_hint; None for nobody."""
    need(values, "login_hint")
    user = org.find_user(values["login_hint"])
    return user if user is not None and user.status == "ACTIVE" and \
        user.shown_status is None else None


def _check_otp(org, request, user, code):
    wrong = invalid_grant("The 'otp' provided is either empty or incorrect. "
                          "Use the correct OTP and try again.")
    factor = oidc_policy.otp_factor(user) if user is not None else None
    if factor is None:
        raise wrong
    if not org.oidc.may_try_otp(user):
        raise throttled()
    if user.status != "ACTIVE":
        raise invalid_grant("The credentials provided were invalid.")
    try:
        totp.verify(org, request, _Attempt(user), factor, {"passCode": code})
    except Refusal:
        raise wrong from None


def _otp(org, request, server, client, values):
    scope = scope_of(values)
    need(values, "login_hint", "otp")
    _check_supported(values)
    user = find_person(org, values)
    if user is not None:
        oidc_policy.check_start(org, client, user)
    _check_otp(org, request, user, values["otp"])
    begun = org.oidc.begin(client, server, scope)
    begun.user = user
    return _proven(org, request, server, client, begun, "otp")


def mfa_login(org, server, client, values):
    """The login that an mfa_token stands for."""
    need(values, "mfa_token")
    begun = org.oidc.find(org.oidc.mfa, values["mfa_token"], client, server)
    if begun is None:
        raise invalid_grant("The mfa_token is invalid.")
    if org.oidc.is_over(begun):
        raise denied("'mfa_token' has expired. Use a new 'mfa_token' and "
                     "try again.")
    if begun.user.status != "ACTIVE":
        raise invalid_grant("The credentials provided were invalid.")
    return begun


def _same_scope(begun, values):
    scope = scope_of(values)
    if begun.scope is None:         # /primary-authenticate has none
        begun.scope = scope
    if scope != begun.scope:
        raise OAuthRefusal(400, "invalid_scope", "The scope is not that of "
                           "the first request.")


def _mfa_otp(org, request, server, client, values):
    begun = mfa_login(org, server, client, values)
    need(values, "otp")
    _same_scope(begun, values)
    if "otp" in begun.methods:
        raise denied("The required authenticator cannot be used.")
    _check_otp(org, request, begun.user, values["otp"])
    del org.oidc.mfa[values["mfa_token"]]
    return _proven(org, request, server, client, begun, "otp")


def _oob(org, request, server, client, values):
    need(values, "oob_code")
    _check_supported(values)
    return _poll_oob(org, request, server, client, values, None)


def _mfa_oob(org, request, server, client, values):
    begun = mfa_login(org, server, client, values)
    need(values, "oob_code")
    return _poll_oob(org, request, server, client, values, begun)


def _poll_oob(org, request, server, client, values, login):
    code = values["oob_code"]
    begun = org.oidc.find(org.oidc.oob, code, client, server)
    if begun is None:
        raise invalid_grant("The 'oob_code' is invalid.")
    if begun.mfa_token != values.get("mfa_token"):
        raise client_auth.invalid_request(
            "'oob_code' and 'mfa_token' do not belong together.")
    if org.oidc.is_over(begun):
        raise denied("'oob_code' has expired. Use a new 'oob_code' and try "
                     "again.")
    _same_scope(begun, values)
    if begun.binding == "prompt":
        _check_binding(org, begun, values)
    else:
        _check_answer(org, begun, code)
    del org.oidc.oob[code]
    if login is not None:
        org.oidc.mfa.pop(values["mfa_token"], None)
        begun.methods = login.methods
    if begun.user is None or begun.user.status != "ACTIVE":
        raise invalid_grant("The credentials provided were invalid.")
    return _proven(org, request, server, client, begun, begun.channel)


def _check_binding(org, begun, values):
    need(values, "binding_code")
    if begun.user is not None and not org.oidc.may_try_otp(begun.user):
        raise throttled()
    if begun.user is None or values["binding_code"] != begun.binding_code:
        raise invalid_grant("The 'otp' provided is either empty or "
                            "incorrect. Use the correct OTP and try again.")


def _check_answer(org, begun, code):
    """The phone's answer to a push, by the control API."""
    if org.oidc.is_too_fast(begun):
        raise slow_down()
    answer = begun.factor.pop("answer", None) \
        if begun.factor is not None else None
    right = ("approve",) if begun.binding == "none" else \
        ("approve", int(begun.binding_code))
    if answer in right:
        return
    if answer is None:
        raise pending("No user response received on the out-of-band "
                      "authenticator yet. Continue polling to wait for a "
                      "response.")
    del org.oidc.oob[code]
    if answer == "timeout":
        raise denied("'oob_code' has expired. Use a new 'oob_code' and try "
                     "again.")
    raise invalid_grant("User rejected out-of-band authentication prompt.")


def pending(description):
    return OAuthRefusal(400, "authorization_pending", description)


def slow_down():
    return OAuthRefusal(400, "slow_down", "Slow down the polling frequency. "
                        "Please try again later.")


def _device(org, request, server, client, values):
    need(values, "device_code")
    code = values["device_code"]
    begun = org.oidc.find(org.oidc.device, code, client, server)
    if begun is None:
        raise invalid_grant("The device code is invalid or has expired.")
    if org.oidc.is_over(begun):
        raise OAuthRefusal(400, "expired_token",
                           "The device code has expired.")
    if org.oidc.is_too_fast(begun):
        raise slow_down()
    if begun.answer is None:
        raise pending("The device authorization is pending. Please try again "
                      "later.")
    del org.oidc.device[code]
    if begun.answer != "approve":
        raise denied("The resource owner denied the request.", 400)
    if begun.user.status != "ACTIVE" or \
            client.get("policy") == "deny":
        raise denied("Policy evaluation failed for this request, please "
                     "check the policy configurations.")
    return oidc_tokens.tokens(org, request, server, client, begun.user,
                              begun.scope, begun.amr)


TABLE = {PASSWORD: _password, OTP: _otp, OOB: _oob, MFA_OTP: _mfa_otp,
         MFA_OOB: _mfa_oob, DEVICE: _device}


def run(org, request, server, client, grant, values):
    oidc_tokens.issuer(org, request, server)    # is there such a server?
    if org.switches["pipeline"] != "idx" and grant not in (PASSWORD, DEVICE):
        raise client_auth.unauthorized(client)
    if client_auth.is_service(client):
        raise client_auth.unauthorized(client)
    return TABLE[grant](org, request, server, client, values)
