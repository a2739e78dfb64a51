"""App sign-on policies, and what a person can be asked for.

Reference: okta-api.md, 3.1, 3.4.  `policy` of a client in the org file:
password (that alone), any (one, whatever it is), possession (one, and no
password), two (a password and another, the default), two_possession (an OTP
and something out of band), browser (what only a browser can do), deny.
"""
from . import factors
from .errors import OAuthRefusal

OTP = "token:software:totp"
CHANNELS = {"push": "push", "sms": "sms", "voice": "call"}
OOB = tuple(CHANNELS)


def _possession(methods):
    return methods - {"pwd"}


_SATISFIED = {
    "password": lambda m: "pwd" in m,
    "any": bool,
    "possession": lambda m: bool(_possession(m)),
    "two": lambda m: "pwd" in m and bool(_possession(m)),
    "two_possession": lambda m: "otp" in m and bool(m & set(OOB)),
}


def is_satisfied(client, methods):
    return _SATISFIED[client.get("policy", "two")](set(methods))


def _factor_of(user, kind):
    for factor in factors.active(user):
        if factor["factorType"] == kind:
            return factor
    return None


def otp_factor(user):
    return _factor_of(user, OTP)


def oob_factor(user, channel):
    return _factor_of(user, CHANNELS[channel])


def denied(description, status=403):
    return OAuthRefusal(status, "access_denied", description)


def check_start(org, client, user):
    """May this person begin to log in to this app at all?"""
    if not _is_assigned(org, client, user):
        raise denied("User is not assigned to the client application.", 400)
    if client.get("policy") == "deny":
        raise denied("User couldn't be signed-in through direct "
                     "authentication because authentication policy wasn't "
                     "satisfied.")
    if client.get("policy") == "browser":
        raise denied("The required authenticator cannot be used. Use another "
                     "way to sign in.")


def _is_assigned(org, client, user):
    """An app of the org file with the client's id says who; none: all."""
    app = org.apps.get(client["client_id"])
    return app is None or user.id in app.everybody(org)


def check_can_go_on(client, user, methods):
    """Is there a method left that could satisfy the policy?"""
    grants = client.get("grant_types", ())
    more = set()
    if "http://auth0.com/oauth/grant-type/mfa-otp" in grants and \
            otp_factor(user):
        more.add("otp")
    if "http://auth0.com/oauth/grant-type/mfa-oob" in grants:
        more.update(c for c in OOB if oob_factor(user, c))
    more -= set(methods)
    if not more:
        raise denied("No supported authenticators are available.")
    if not is_satisfied(client, set(methods) | more):
        raise denied("Unable to prompt for the requested authenticators.")
