"""Recovery of passwords and of locked accounts by authn.

Reference: okta-api.md, 2.4, 2.7.
"""
from . import authn, ids
from .errors import Refusal, invalid
from .message import Reply
from .transaction import answer, wrong_state
from .users import parse_json

_KINDS = {"PASSWORD": ("EMAIL", "SMS", "CALL"), "UNLOCK": ("EMAIL", "SMS")}
CODE = "123456"         # what every recovery message says


def password(org, request):
    return _start(org, request, "PASSWORD")


def unlock(org, request):
    return _start(org, request, "UNLOCK")


def _start(org, request, kind):
    body = parse_json(request)
    name, way = body.get("username"), body.get("factorType")
    if not isinstance(name, str) or not name:
        raise invalid("recoveryRequest", "The 'username' attribute is "
                      "required.")
    user = org.find_user(name)
    if way is None and request.caller.is_trusted:
        if user is None or not _is_recoverable(user, kind):
            raise Refusal("E0000095")
        tx = org.authn.begin(user)
        tx.state = "RECOVERY"
        tx.recovery = kind
        tx.recovery_token = ids.opaque("", 20)
        org.authn.recovery_tokens[tx.recovery_token] = user.id
        return answer(org, request, tx)
    if way not in _KINDS[kind]:
        raise invalid("factorType", "The 'factorType' attribute is invalid.")
    if way == "EMAIL":
        if user is not None and _is_recoverable(user, kind):
            org.authn.recovery_tokens[ids.opaque("", 20)] = user.id
        return Reply.of({"status": "RECOVERY_CHALLENGE",
                         "factorResult": "WAITING", "factorType": "EMAIL",
                         "recoveryType": kind})
    return _challenge(org, request, user, kind, way)


def _challenge(org, request, user, kind, way):
    """The same answer for an unknown person, whose code never fits."""
    tx = org.authn.begin(user)
    tx.state = "RECOVERY_CHALLENGE"
    tx.recovery = kind
    known = user is not None and _is_recoverable(user, kind) and \
        user.profile.get("mobilePhone")
    tx.code = CODE if known else None
    tx.way = way
    return answer(org, request, tx)


def _is_recoverable(user, kind):
    if kind == "UNLOCK":
        return user.status == "LOCKED_OUT"
    return user.status in ("ACTIVE", "RECOVERY", "PASSWORD_EXPIRED",
                           "LOCKED_OUT") and user.provider == "OKTA"


def verify(org, request, way):
    body = parse_json(request)
    tx = org.authn.resume(body, "RECOVERY_CHALLENGE")
    if tx.code is None or body.get("passCode") != tx.code:
        raise Refusal("E0000068", causes=["Your passcode doesn't match our "
                                          "records. Please try again."])
    return _begin(org, request, tx)


def resend(org, request, way):
    org.authn.resume(parse_json(request), "RECOVERY_CHALLENGE")
    # The first message went out with the challenge, less than 30 s ago.
    raise Refusal("E0000109" if way == "SMS" else "E0000133")


def token(org, request):
    """A recovery token, as a message or a trusted application has it."""
    text = parse_json(request).get("recoveryToken")
    user_id = org.authn.recovery_tokens.pop(text, None) \
        if isinstance(text, str) else None
    user = org.users.get(user_id)
    if user is None or user.status == "PROVISIONED":
        raise Refusal("E0000105")
    tx = org.authn.begin(user)
    tx.recovery = "UNLOCK" if user.status == "LOCKED_OUT" else "PASSWORD"
    return _begin(org, request, tx)


def _begin(org, request, tx):
    """RECOVERY with its question, or straight on where there is none."""
    if tx.user.recovery_question is not None:
        tx.state = "RECOVERY"
        return answer(org, request, tx)
    return _recovered(org, request, tx)


def respond(org, request):
    body = parse_json(request)
    tx = org.authn.resume(body, "RECOVERY")
    if tx.recovery_token is not None:
        raise wrong_state()
    given = body.get("answer")
    if not isinstance(given, str) or tx.user.recovery_answer is None or \
            given.lower() != tx.user.recovery_answer.lower():
        raise Refusal("E0000087")
    return _recovered(org, request, tx)


def _recovered(org, request, tx):
    if tx.recovery == "UNLOCK":
        org.set_status(tx.user, "ACTIVE")
        org.log.add("user.account.unlock", "User unlocked the account",
                    tx.user, request=request)
        return authn.proceed(org, request, tx)
    tx.state = "PASSWORD_RESET"
    return answer(org, request, tx)
