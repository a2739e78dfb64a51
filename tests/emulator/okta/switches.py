"""Every switch of the org with its default.  README.md explains each."""
from .errors import TABLE

DEFAULTS = {
    # the wire
    "link_style": "lines",          # lines | comma
    "link_header": "link",          # the header's name as written
    "link_self": True,
    "link_host": None,              # another origin in Link headers
    "chunked": True,
    "org_url": None,                # None: the HTTPS listener's address
    "tls_names": [],
    # the org
    "pipeline": "idx",              # idx | v1
    "everyone": True,               # the built-in group of all people
    # limits
    "rate_limits": "none",  # none integrator one_app enterprise workforce
    "rate_buckets": {},             # bucket -> requests a minute
    "rate_share": 50,               # percent of a bucket per token or app
    "concurrency": 75,
    "authn_per_second": 4,          # per username; 0: no limit
    # password policy and sign-on
    "mfa": "if_enrolled",   # if_enrolled | never | required | optional
    "lockout_attempts": 10,
    "lockout_minutes": 0,           # 0: no automatic unlock
    "lockout_shown": False,
    "password_warn_days": 5,
    "password_complexity": {"minLength": 8, "minLowerCase": 1,
                            "minUpperCase": 1, "minNumber": 1,
                            "minSymbol": 0, "excludeUsername": True},
    "password_history": 4,
    "password_error": "E0000014",   # or E0000080
    "error_causes": True,           # False: left out where Okta may
    "state_token_s": 300,
    "success_links": True,
    "sign_on": "allow",             # allow | deny (E0000004) | E0000085 ...
    "directory_agent": "ok",        # ok | timeout | none
    "unknown_members": False,       # objects have members of the future
    "device_blocks": True,          # False: GET …/blocks is E0000015
    "number_challenge_poll": 0,     # push: from the n-th poll; 0: never
    "push_seconds": 300,
    "code_seconds": 300,            # life of a code by SMS, call or mail
    "remember_minutes": 15,         # of a device, in authn; 0: not allowed
    # direct authentication and the device grant
    "auth_servers": ["default"],    # ids of custom authorization servers
    "id_token": {},                 # claims that replace; null: none such
    "oob_binding": "none",          # none | transfer (a number to tap)
    "binding_code_type": "string",  # string | number
    "oob_interval": 5,              # seconds between polls
    "device_interval": 5,
    "otp_attempts": 5,              # per person in 5 minutes
    # tokens
    "token_seconds": 3600,
    "session_seconds": 7200,        # life of a session, and of a refreshed one
    "bearer_error_body": False,
    "dpop_nonce_s": 86400,
    "dpop_resource_nonce": False,
    # or invalid_scope; or user_consent: consent_required in its other words
    "ungranted_scope_error": "consent_required",
    # search index and System Log
    "index_lag_s": 0,
    "log_disorder": False,
    "log_duplicates": False,
}


# Those that change how a person is shown.
RENDERED = ("org_url", "pipeline", "unknown_members")


CHOICES = {
    "link_style": ("lines", "comma"), "pipeline": ("idx", "v1"),
    "rate_limits": ("none", "integrator", "one_app", "enterprise",
                    "workforce"),
    "mfa": ("if_enrolled", "never", "required", "optional"),
    "password_error": ("E0000014", "E0000080"),
    "sign_on": ("allow", "deny", *TABLE),
    "directory_agent": ("ok", "timeout", "none"),
    "ungranted_scope_error": ("consent_required", "invalid_scope",
                              "user_consent"),
    "oob_binding": ("none", "transfer"),
    "binding_code_type": ("string", "number"),
}


def _fits(default, value):
    """Is the value of the kind that the default is of?"""
    if default is None:
        return value is None or isinstance(value, str)
    if isinstance(default, bool) or isinstance(value, bool):
        return type(value) is type(default)
    if isinstance(default, (int, float)):
        return isinstance(value, (int, float))
    return isinstance(value, type(default))


def check(values):
    """Raise ValueError where a switch is unknown or has no good value."""
    for name, value in values.items():
        if name not in DEFAULTS:
            raise ValueError("unknown switch: " + name)
        choices = CHOICES.get(name)
        if choices is not None and value not in choices or \
                not _fits(DEFAULTS[name], value):
            raise ValueError("switch %s: not %r" % (name, value))
