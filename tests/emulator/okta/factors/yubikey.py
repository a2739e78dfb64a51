"""YubiKey: any code with the key's public id, each of them once."""
from . import wrong

MODHEX = set("cbdefghijklnrtuv")
LENGTH = 44


def describe(factor):
    return {"credentialId": factor.get("profile", {}).get("credentialId")}


def verify(org, request, tx, factor, body):
    given = wrong.text_of(body, "passCode") or ""
    used = factor.setdefault("used", [])
    if len(given) != LENGTH or not set(given) <= MODHEX or \
            not given.startswith(factor["public_id"]) or given in used:
        raise wrong.refuse(org, tx, factor)
    used.append(given)
    factor["failures"] = 0
    return True
