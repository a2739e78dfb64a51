"""RSA, Symantec and on-premises tokens: another server judges the code.

The factor's `passcode` is right; `prompts`, a list of `{prompt, answer}`, is
what an RSA server still wants to know then, one after the other.
"""
from ..errors import Refusal
from . import wrong


def describe(factor):
    return {"credentialId": factor.get("profile", {}).get("credentialId")}


def verify(org, request, tx, factor, body):
    given = wrong.text_of(body, "passCode")
    prompts = factor.get("prompts", [])
    at = tx.challenge if isinstance(tx.challenge, int) else 0
    wanted = prompts[at - 1]["answer"] if at else factor["passcode"]
    if given != wanted:
        tx.challenge = None
        raise wrong.refuse(org, tx, factor)
    if at < len(prompts):
        tx.challenge = at + 1
        raise Refusal("E0000113", prompts[at]["prompt"])
    factor["failures"] = 0
    return True
