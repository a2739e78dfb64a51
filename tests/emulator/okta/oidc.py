"""The other endpoints of direct authentication and the device grant.

Reference: okta-api.md, 3.3, 3.5.
"""
from . import client_auth, ids, oidc_policy, oidc_tokens
from .errors import OAuthRefusal
from .message import Reply
from .oidc_grants import (DEVICE, MFA_OOB, MFA_OTP, OOB, find_person,
                          mfa_login, need, scope_of)
from .oidc_logins import DEVICE_S, LIFE_S


def _caller(org, request, server, *grants):
    """(client, form) of a request that one of the grants will go on with."""
    values = client_auth.parameters(request)
    oidc_tokens.issuer(org, request, server)
    client, _ = client_auth.client_of(org, request, values)
    if client_auth.is_service(client) or not any(
            g in client.get("grant_types", ()) for g in grants):
        raise client_auth.unauthorized(client)
    return client, values


def _channel(values):
    channel = values.get("channel_hint")
    if channel not in oidc_policy.CHANNELS:
        raise client_auth.invalid_request("The 'channel_hint' parameter is "
                                          "invalid or not supported.")
    return channel


def _show(org, begun, code):
    shown = {"oob_code": code, "channel": begun.channel,
             "binding_method": begun.binding, "expires_in": LIFE_S}
    if begun.binding == "transfer":
        kind = org.switches["binding_code_type"]
        shown["binding_code"] = begun.binding_code if kind == "string" \
            else int(begun.binding_code)
    if begun.channel == "push":
        shown["interval"] = begun.interval
    return shown


def _send(org, begun, channel):
    """Pushes, or sends a code, where the person has such a factor."""
    begun.channel = channel
    begun.interval = int(org.switches["oob_interval"])
    number = "%d" % (10 + int(ids.request_id(), 16) % 90)
    begun.binding = org.switches["oob_binding"]
    begun.binding_code = number if begun.binding == "transfer" else None
    if channel != "push":
        begun.binding = "prompt"
        begun.binding_code = "%06d" % (int(ids.request_id(), 16) % 1000000)
    if begun.user is None:
        return
    begun.factor = oidc_policy.oob_factor(begun.user, channel)
    if begun.factor is None:
        begun.user = None
        return
    begun.factor["pushes"] = begun.factor.get("pushes", 0) + 1
    begun.factor["sent"] = begun.binding_code


def challenge(org, request, server=None):
    client, values = _caller(org, request, server, MFA_OOB, MFA_OTP)
    if "scope" in values:
        raise OAuthRefusal(400, "invalid_scope", "The 'scope' parameter is "
                           "not allowed for this request.")
    login = mfa_login(org, server, client, values)
    need(values, "challenge_types_supported")
    kinds = values["challenge_types_supported"].split()
    if any(k not in (MFA_OOB, MFA_OTP) for k in kinds):
        raise client_auth.invalid_request("The 'challenge_types_supported' "
                                          "parameter is invalid.")
    for kind in kinds:
        client_auth.check_grant(client, kind)
    if MFA_OOB in kinds and "channel_hint" in values:
        channel = _channel(values)
        if oidc_policy.oob_factor(login.user, channel) is None or \
                channel in login.methods:
            raise oidc_policy.denied("The required authenticator cannot be "
                                     "used. Enroll it or use another.")
        begun = org.oidc.begin(client, server, login.scope)
        begun.user, begun.mfa_token = login.user, values["mfa_token"]
        _send(org, begun, channel)
        return Reply.of({"challenge_type": MFA_OOB,
                         **_show(org, begun, org.oidc.add_oob(begun))})
    if MFA_OTP in kinds and oidc_policy.otp_factor(login.user):
        return Reply.of({"challenge_type": MFA_OTP})
    if MFA_OTP not in kinds:
        need(values, "channel_hint")
    raise oidc_policy.denied("Unable to prompt for the requested "
                             "authenticators.")


def primary_authenticate(org, request, server=None):
    values = client_auth.parameters(request)
    need(values, "challenge_hint")
    if values["challenge_hint"] != OOB:
        raise client_auth.invalid_request("The 'challenge_hint' parameter is "
                                          "invalid.")
    return oob_authenticate(org, request, server)


def oob_authenticate(org, request, server=None):
    client, values = _caller(org, request, server, OOB)
    channel = _channel(values)
    user = find_person(org, values)
    if user is not None:
        oidc_policy.check_start(org, client, user)
    begun = org.oidc.begin(client, server, None)
    begun.user = user
    _send(org, begun, channel)
    return Reply.of(_show(org, begun, org.oidc.add_oob(begun)))


def device_authorize(org, request, server=None):
    client, values = _caller(org, request, server, DEVICE)
    if client.get("application_type") != "native":
        raise client_auth.unauthorized(client)
    begun = org.oidc.begin(client, server, scope_of(values), DEVICE_S)
    begun.interval = int(org.switches["device_interval"])
    code = org.oidc.add_device(begun)
    return Reply.of({
        "device_code": code, "user_code": begun.user_code,
        "verification_uri": request.base + "/activate",
        "verification_uri_complete": "%s/activate?user_code=%s" % (
            request.base, begun.user_code),
        "expires_in": DEVICE_S, "interval": begun.interval})
