"""What a wrong answer costs, whatever the kind of factor."""
from ..errors import Refusal

FAILURES_MAX = 5
CODE = "Your passcode doesn't match our records. Please try again."
ANSWER = "Your answer doesn't match our records. Please try again."


def refuse(org, tx, factor, text=CODE):
    """Counts it; the Refusal to raise.  Too many lock the person out."""
    factor["failures"] = factor.get("failures", 0) + 1
    if factor["failures"] < FAILURES_MAX:
        return Refusal("E0000068", causes=[text])
    factor["failures"] = 0
    org.set_status(tx.user, "LOCKED_OUT")
    org.authn.end(tx)
    return Refusal("E0000069")


def text_of(body, key):
    """A member that must be a text where it is there; None."""
    given = body.get(key)
    if given is not None and not isinstance(given, str):
        raise Refusal("E0000003")
    return given
