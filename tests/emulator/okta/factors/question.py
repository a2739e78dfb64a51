"""The security question; the answer's case does not matter."""
from . import wrong


def describe(factor):
    profile = factor.get("profile", {})
    return {name: profile[name] for name in ("question", "questionText")
            if name in profile}


def verify(org, request, tx, factor, body):
    given = wrong.text_of(body, "answer")
    if given is None or given.lower() != factor["answer"].lower():
        raise wrong.refuse(org, tx, factor, wrong.ANSWER)
    factor["failures"] = 0
    return True
