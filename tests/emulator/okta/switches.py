"""Every switch of the org with its default.  README.md explains each."""

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
    # tokens
    "token_seconds": 3600,
    "bearer_error_body": False,
    "ungranted_scope_error": "consent_required",    # or invalid_scope
    # search index and System Log
    "index_lag_s": 0,
    "log_disorder": False,
    "log_duplicates": False,
}


# Those that change how a person is shown.
RENDERED = ("org_url", "pipeline", "unknown_members")


def check(values):
    """Raise ValueError where a switch is unknown or of another type."""
    for name, value in values.items():
        if name not in DEFAULTS:
            raise ValueError("unknown switch: " + name)
        default = DEFAULTS[name]
        if default is None or value is None:
            continue
        good = (type(value) is bool if isinstance(default, bool) else
                isinstance(value, (int, float)) and type(value) is not bool
                if isinstance(default, (int, float)) else
                isinstance(value, type(default)))
        if not good:
            raise ValueError("switch %s wants %s" % (
                name, type(default).__name__))
