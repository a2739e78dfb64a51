"""Where DPoP joins in: the two places that look at a proof.

A DPoP-bound app gets no token from this emulator yet: both functions refuse
as Okta does where the proof is missing or the token is not bound.
"""
from .errors import OAuthRefusal


def bind(org, request, client):
    """Token endpoint: the thumbprint to bind a token to, or None."""
    if not client.get("dpop"):
        return None
    raise OAuthRefusal(400, "invalid_dpop_proof",
                       "The DPoP proof JWT header is missing.")


def check_resource(org, request, scheme, token):
    """Resource: the refusal of a request with this token, or None."""
    if scheme.lower() == "dpop":
        from .callers import bearer_refusal
        return bearer_refusal(org, request, 401, "invalid_token",
                              "The presented access_token is not DPoP "
                              "bound.", scheme="DPoP")
    return None
