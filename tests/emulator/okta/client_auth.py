"""Who calls a /oauth2 endpoint: the form, and the client's authentication.

Reference: okta-api.md, 1.2 and 3.1.  An app has one way, `auth` of the org
file: private_key_jwt, client_secret_basic, client_secret_post, or none, a
public client that has nothing but its id.  client_secret takes a secret
either way.
"""
import base64
import binascii
from urllib.parse import unquote_plus

from . import assertion
from .errors import OAuthRefusal

CLIENT_CREDENTIALS = "client_credentials"
FAILED = ("Client authentication failed. Either the client or the client "
          "credentials are invalid.")
_SECRETS = {
    "client_secret": ("client_secret_basic", "client_secret_post"),
    "client_secret_basic": ("client_secret_basic",),
    "client_secret_post": ("client_secret_post",),
}


def invalid_request(description):
    return OAuthRefusal(400, "invalid_request", description)


def parameters(request):
    """The form of a request, every name once."""
    content = request.header("content-type", "").split(";")[0].strip()
    if content.lower() != "application/x-www-form-urlencoded":
        raise invalid_request("The content-type of the request must be "
                              "'application/x-www-form-urlencoded'.")
    values = {}
    for name, value in request.form():
        if name in values:
            raise invalid_request("The parameter '%s' is repeated." % name)
        values[name] = value
    return values


def is_service(client):
    return client.get("application_type", "service") == "service"


def _basic(header):
    try:
        text = base64.b64decode(header.partition(" ")[2], validate=True)
        name, colon, secret = text.decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        name = colon = secret = ""
    if not colon:
        raise assertion.refuse(FAILED)
    return unquote_plus(name), unquote_plus(secret)


def client_of(org, request, values):
    """(client, how it authenticated) of a request; OAuthRefusal."""
    header = request.header("authorization")
    kinds = [header is not None, "client_secret" in values,
             "client_assertion" in values or
             "client_assertion_type" in values]
    if sum(kinds) > 1:
        raise invalid_request("Cannot supply multiple client credentials. "
                              "Use one of the following: credentials in the "
                              "Authorization header, credentials in the "
                              "post body, or a client_assertion in the post "
                              "body.")
    if not kinds[2]:
        return _secret_client(org, header, values)
    if values.get("client_assertion_type") != assertion.TYPE:
        raise invalid_request("The client_assertion_type is invalid.")
    if not values.get("client_assertion"):
        raise invalid_request("The request is missing the "
                              "'client_assertion' parameter.")
    client = assertion.authenticate(
        org, org.tokens.replays, values["client_assertion"],
        request.base + request.path)
    if values.get("client_id", client["client_id"]) != client["client_id"]:
        raise assertion.refuse(assertion.UNKNOWN_CLIENT)
    return client, "private_key_jwt"


def _secret_client(org, header, values):
    secret = values.get("client_secret")
    method = "none" if secret is None else "client_secret_post"
    if header is not None:
        if not header.lower().startswith("basic "):
            raise assertion.refuse("No client credentials found.")
        client_id, secret = _basic(header)
        method = "client_secret_basic"
    elif "client_id" in values:
        client_id = values["client_id"]
    else:
        raise assertion.refuse("No client credentials found.")
    client = org.clients.get(client_id)
    if client is None or client.get("status", "ACTIVE") != "ACTIVE":
        raise assertion.refuse(assertion.UNKNOWN_CLIENT)
    own = client.get("auth", "private_key_jwt")
    if own == method == "none":
        return client, method
    if method not in _SECRETS.get(own, ()):
        if values.get("grant_type") == CLIENT_CREDENTIALS and \
                is_service(client) and own in ("private_key_jwt", "none"):
            raise assertion.refuse(
                "Client Credentials requests to the Org Authorization Server "
                "must use the private_key_jwt token_endpoint_auth_method.")
        raise assertion.refuse(FAILED)
    if secret != client.get("secret"):
        raise assertion.refuse("The client secret supplied for a "
                               "confidential client is invalid.")
    return client, method


def unauthorized(client):
    return OAuthRefusal(
        400, "unauthorized_client", "The client is not authorized to use the "
        "provided grant type. Configured grant types: [%s]."
        % ", ".join(client.get("grant_types", [CLIENT_CREDENTIALS])))


def check_grant(client, grant):
    """OAuthRefusal where the app has not this grant switched on."""
    if grant not in client.get("grant_types", [CLIENT_CREDENTIALS]):
        raise unauthorized(client)
