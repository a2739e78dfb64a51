"""Second factors.  One module per kind; a kind is added by naming it here.

A module has: describe(factor) -> profile as authn shows it;
verify(org, request, tx, factor, body) -> True when proven, False when the
transaction stays in MFA_CHALLENGE, Refusal otherwise; and, where the factor
is challenged first, show(...) and resend(...).  A wrong answer is told by
wrong.refuse().
Reference: okta-api.md, 2.5, 2.6.
"""
from ..errors import Refusal
from . import hotp, message, push, question, token, totp, yubikey

KINDS = {
    "push": push,
    "token:software:totp": totp,
    "token:hotp": hotp,
    "token": token,
    "token:hardware": yubikey,
    "sms": message,
    "call": message,
    "email": message,
    "question": question,
}


def kind_of(factor):
    return KINDS.get(factor["factorType"])


def active(user):
    return [f for f in user.factors if f.get("status", "ACTIVE") == "ACTIVE"]


def find(user, factor_id):
    for factor in active(user):
        if factor["id"] == factor_id:
            return factor
    return None


def _entry(factor, profile):
    return {"id": factor["id"], "factorType": factor["factorType"],
            "provider": factor["provider"],
            "vendorName": factor.get("vendorName", factor["provider"]),
            "profile": profile}


def describe(request, factor):
    """An entry of _embedded.factors in MFA_REQUIRED."""
    kind = kind_of(factor)
    profile = kind.describe(factor) if kind else factor.get("profile", {})
    shown = _entry(factor, profile)
    shown["_links"] = {"verify": {
        "href": "%s/api/v1/authn/factors/%s/verify" % (request.base,
                                                       factor["id"]),
        "hints": {"allow": ["POST"]}}}
    return shown


def describe_enrolled(org, user, factor, here):
    """An entry of GET /users/{id}/factors (okta-api.md, 4)."""
    own = "%s/factors/%s" % (here, factor["id"])
    shown = _entry(factor, factor.get("profile", {}))
    shown["status"] = factor.get("status", "ACTIVE")
    shown["created"] = shown["lastUpdated"] = user.created
    shown["_links"] = {
        "self": {"href": own, "hints": {"allow": ["GET", "DELETE"]}},
        "verify": {"href": own + "/verify", "hints": {"allow": ["POST"]}},
        "user": {"href": here, "hints": {"allow": ["GET"]}}}
    return shown


def offers(request, optional):
    """What MFA_ENROLL offers to enrol."""
    return [{"factorType": kind, "provider": "OKTA", "vendorName": "OKTA",
             "status": "NOT_SETUP",
             "enrollment": "OPTIONAL" if optional else "REQUIRED",
             "_links": {"enroll": {
                 "href": request.base + "/api/v1/authn/factors",
                 "hints": {"allow": ["POST"]}}}} for kind in KINDS]


def verify(org, request, tx, factor, body):
    kind = kind_of(factor)
    if kind is None:
        raise Refusal("E0000060")
    return kind.verify(org, request, tx, factor, body)


def resend(org, request, tx):
    kind = kind_of(tx.factor)
    if not hasattr(kind, "resend"):
        raise Refusal("E0000079")
    kind.resend(org, request, tx)


def show_challenge(org, request, tx, shown, embedded, links):
    """Fill the answer of MFA_CHALLENGE for the challenged factor."""
    embedded["factor"] = describe(request, tx.factor)
    del embedded["factor"]["_links"]    # here next says where to verify
    kind_of(tx.factor).show(org, request, tx, shown, embedded["factor"],
                            links)
