"""The password policy: what a new password must be, when it expires."""
from . import clock
from .errors import Refusal

_KINDS = (("minLowerCase", str.islower, "a lowercase letter"),
          ("minUpperCase", str.isupper, "an uppercase letter"),
          ("minNumber", str.isdigit, "a number"),
          ("minSymbol", lambda c: not c.isalnum(), "a symbol"))


def _fits(org, user, password):
    rules = org.switches["password_complexity"]
    if len(password) < rules.get("minLength", 0):
        return False
    for name, test, _ in _KINDS:
        if sum(1 for c in password if test(c)) < rules.get(name, 0):
            return False
    if rules.get("excludeUsername"):
        short = user.login.partition("@")[0].lower()
        if len(short) >= 4 and short in password.lower():
            return False
    return True


def _words(org):
    rules = org.switches["password_complexity"]
    parts = ["at least %d characters" % rules.get("minLength", 0)]
    parts += [text for name, _, text in _KINDS if rules.get(name, 0)]
    if rules.get("excludeUsername"):
        parts.append("no parts of your username")
    return ("Password requirements were not met. Password requirements: "
            + ", ".join(parts) + ".")


def _refusal(org, cause):
    causes = [cause] if org.switches["error_causes"] else []
    return Refusal(org.switches["password_error"], causes=causes)


def check_new(org, user, password, create=False):
    """Raise where the policy does not allow this new password."""
    if not _fits(org, user, password):
        if create:
            raise Refusal("E0000001", "password", ["password: " +
                                                   _words(org)])
        raise _refusal(org, _words(org))
    last = user.old_passwords[-int(org.switches["password_history"]):] \
        if org.switches["password_history"] else []
    if password == user.password or password in last:
        raise _refusal(org, "Password has been used too recently.")


def set_password(org, user, password):
    if user.password is not None:
        user.old_passwords.append(user.password)
        del user.old_passwords[:-24]
    user.password = password
    user.password_changed = org.clock.stamp()
    user.password_expires = None
    if user.status in ("PASSWORD_EXPIRED", "RECOVERY", "PROVISIONED"):
        org.set_status(user, "ACTIVE")
    org.changed(user)


def days_left(org, user):
    """Whole days until the password expires, or None."""
    ends = clock.parse(user.password_expires) \
        if user.password_expires else None
    return None if ends is None else int((ends - org.clock.now()) // 86400)


def policy(org, user, with_expiration=False):
    """_embedded.policy of the PASSWORD_* states (okta-api.md, 2.4)."""
    shown = {}
    if with_expiration:
        shown["expiration"] = {"passwordExpireDays": days_left(org, user)}
    shown["complexity"] = org.switches["password_complexity"]
    shown["age"] = {"minAgeMinutes": 0,
                    "historyCount": org.switches["password_history"]}
    return shown
