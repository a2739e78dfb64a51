"""Okta's error codes and the exceptions that carry a refusal to the caller.

Source: okta-api.md, 8.4, and error-codes.json of okta/okta-developer-docs
for the summaries that 8.4 shortens.  No source at hand has the whole text of
E0000231 and above (but E0000239): status and code are Okta's there, the
words ours.
"""
from . import ids
from .message import Reply, dump

TABLE = {
    "E0000001": (400, "Api validation failed: {0}"),
    "E0000002": (400, "The request was not valid: {0}"),
    "E0000003": (400, "The request body was not well-formed."),
    "E0000004": (401, "Authentication failed"),
    "E0000005": (403, "Invalid session"),
    "E0000006": (403, "You do not have permission to perform the requested "
                      "action"),
    "E0000007": (404, "Not found: {0}"),
    "E0000008": (404, "The requested path was not found"),
    "E0000009": (500, "Internal Server Error"),
    "E0000010": (503, "Service is in read only mode"),
    "E0000011": (401, "Invalid token provided"),
    "E0000012": (404, "Unsupported media type"),
    "E0000014": (403, "Update of credentials failed"),
    "E0000015": (401, "You do not have permission to access the feature you "
                      "are requesting"),
    "E0000016": (403, "Activation failed because the user is already active"),
    "E0000017": (403, "Password reset failed"),
    "E0000018": (400, "Bad request.  Accept and/or Content-Type headers are "
                      "likely not set."),
    "E0000019": (400, "Bad request.  Accept and/or Content-Type headers "
                      "likely do not match supported values."),
    "E0000020": (400, "Bad request."),
    "E0000021": (400, "Bad request.  Accept and/or Content-Type headers "
                      "likely do not match supported values."),
    "E0000022": (405, "The endpoint does not support the provided HTTP "
                      "method"),
    "E0000023": (403, "Operation failed because user profile is mastered "
                      "under another system"),
    "E0000026": (404, "This endpoint has been deprecated."),
    "E0000028": (400, "The request is missing a required parameter."),
    "E0000029": (400, "Invalid paging request."),
    "E0000030": (400, "Bad request. Invalid date. Dates must be of the form "
                      "yyyy-MM-dd'T'HH:mm:ss.SSSZZ, e.g. "
                      "2013-01-01T12:00:00.000-07:00."),
    "E0000031": (400, "Invalid search criteria."),
    "E0000032": (403, "Unlock is not allowed for this user."),
    "E0000033": (400, "Bad request. Can't specify a search query and filter "
                      "in the same request."),
    "E0000034": (403, "Forgot password not allowed on specified user."),
    "E0000035": (403, "Change password not allowed on specified user."),
    "E0000036": (403, "Change recovery question not allowed on specified "
                      "user."),
    "E0000038": (403, "This operation is not allowed in the user's current "
                      "status."),
    "E0000047": (429, "API call exceeded rate limit due to too many "
                      "requests."),
    "E0000048": (404, "Entity not found exception."),
    "E0000052": (501, "Endpoint not implemented."),
    "E0000053": (400, "Invalid SCIM filter."),
    "E0000054": (400, "Invalid pagination properties."),
    "E0000057": (403, "Access to this application is denied due to a "
                      "policy."),
    "E0000058": (403, "Access to this application requires MFA: {0}"),
    "E0000060": (501, "Unsupported operation."),
    "E0000064": (401, "Password is expired and must be changed."),
    "E0000067": (504, "Factors Service Error."),
    "E0000068": (403, "Invalid Passcode/Answer"),
    "E0000069": (403, "User Locked"),
    "E0000070": (202, "Waiting for ACK"),
    "E0000073": (403, "User rejected authentication"),
    "E0000074": (400, "Factor Service Error"),
    "E0000079": (403, "This operation is not allowed in the current "
                      "authentication state."),
    "E0000080": (403, "The password does not meet the complexity "
                      "requirements of the current password policy."),
    "E0000082": (403, "Each code can only be used once. Please wait for a "
                      "new code and try again."),
    "E0000083": (403, "PassCode is valid but exceeded time window."),
    "E0000085": (403, "You do not have permission to access your account at "
                      "this time."),
    "E0000087": (403, "The recovery question answer did not match our "
                      "records."),
    "E0000092": (403, "Access to this application requires "
                      "re-authentication: {0}"),
    "E0000094": (400, "The provided filter is unsupported."),
    "E0000095": (403, "Recovery not allowed for unknown user."),
    "E0000097": (403, "There is no verified phone number on file."),
    "E0000098": (400, "This phone number is invalid."),
    "E0000100": (503, "Unable to perform search query."),
    "E0000105": (403, "You have accessed an account recovery link that has "
                      "expired or been previously used."),
    "E0000109": (429, "An SMS message was recently sent. Please wait 30 "
                      "seconds before trying again."),
    "E0000110": (403, "You have accessed a link that has expired or has been "
                      "previously used."),
    "E0000112": (409, "Cannot update this user because they are still being "
                      "activated. Please try again in a few minutes."),
    "E0000113": (409, "{0}."),
    "E0000118": (429, "An email was recently sent. Please wait 5 seconds "
                      "before trying again."),
    "E0000119": (403, "Your account is locked. Please contact your "
                      "administrator."),
    "E0000122": (406, "Accept Header did not contain supported media type "
                      "'application/json'"),
    "E0000133": (429, "A phone call was recently made. Please wait 30 "
                      "seconds before trying again."),
    "E0000134": (502, "Okta could not communicate correctly with an inline "
                      "hook."),
    "E0000137": (504, "Okta did not receive a response from an inline hook."),
    "E0000145": (409, "Some users returned by the search cannot be parsed "
                      "because the user schema has been changed to be "
                      "inconsistent with their stale profile data."),
    "E0000146": (429, "Your organization has reached the limit of sms "
                      "requests that can be sent within a 24 hour period."),
    "E0000147": (429, "Your organization has reached the limit of call "
                      "requests that can be sent within a 24 hour period."),
    "E0000149": (406, "The HTTP request is not acceptable."),
    "E0000150": (403, "You have reached the limit of sms requests, please "
                      "try again later."),
    "E0000151": (403, "You have reached the limit of call requests, please "
                      "try again later."),
    "E0000153": (410, "Invalid device id, it no longer exists."),
    "E0000154": (410, "Invalid factor id, it is not currently active."),
    "E0000155": (423, "User is not currently active."),
    "E0000156": (410, "Invalid user id; the user either does not exist or "
                      "has been deleted."),
    "E0000180": (423, "Factor id is currently not active."),
    "E0000181": (503, "Service temporarily unavailable."),
    "E0000186": (429, "Your free tier organization has reached the limit of "
                      "sms requests that can be sent within a 30 day period."),
    "E0000191": (404, "Verification timed out. Please try again."),
    "E0000204": (429, "The limit of sms requests is reached, please try again "
                      "later."),
    "E0000205": (429, "The limit of call requests is reached, please try "
                      "again later."),
    "E0000207": (401, "The username and/or the password you entered is "
                      "incorrect. Please try again."),
    "E0000215": (410, "This endpoint has been deprecated."),
    "E0000231": (412, "The resource has been modified."),
    "E0000239": (423, "Policy priorities are being reconciled. Please try "
                      "again later."),
    "E0000240": (502, "The directory agent did not answer in time."),
    "E0000241": (504, "No directory agent is connected."),
    "E0000242": (400, "The ETag value is not valid."),
    "E0000249": (409, "The resource is being set up. Please try again."),
    "E0000253": (409, "The resource is being changed. Please try again."),
    "E0000254": (409, "The resource is being changed. Please try again."),
    "E0000256": (414, "The response header is too large."),
    "E0000259": (403, "Login not allowed at this time. Reset your password "
                      "or contact your administrator for assistance."),
    "E0000260": (403, "Developer organization is deactivated."),
    "E0000268": (409, "The resource is being changed. Please try again."),
}


class Refusal(Exception):
    """An error with an Okta body.  detail fills {0}; causes are texts."""

    def __init__(self, code, detail="", causes=(), status=None, headers=(),
                 summary=None):
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.causes = causes
        self.status = status
        self.headers = headers
        self.summary = summary

    def reply(self):
        status, summary = TABLE[self.code]
        if self.summary is not None:
            summary = self.summary
        return Reply(self.status or status,
                     dump(body(self.code, summary.replace("{0}", self.detail),
                               self.causes)),
                     self.headers, edge=self.code == "E0000022")


class OAuthRefusal(Exception):
    """An error of the /oauth2 family: error and error_description only."""

    def __init__(self, status, error, description, headers=()):
        super().__init__(error)
        self.status = status
        self.error = error
        self.description = description
        self.headers = headers
        self.more = {}          # members besides

    def reply(self):
        return Reply(self.status, dump({
            "error": self.error, "error_description": self.description,
            **self.more}), self.headers)


class Answer(Exception):
    """Any other reply that ends the handling of a request early."""

    def __init__(self, reply):
        super().__init__(reply.status)
        self._reply = reply

    def reply(self):
        return self._reply


def body(code, summary, causes=()):
    return {"errorCode": code, "errorSummary": summary, "errorLink": code,
            "errorId": ids.error_id(),
            "errorCauses": [{"errorSummary": c} for c in causes]}


def not_found(key, kind):
    """404 in Okta's words; kind is the name of its class of resources."""
    return Refusal("E0000007", "Resource not found: %s (%s)" % (key, kind))


def invalid(what, *causes):
    return Refusal("E0000001", what, causes)
