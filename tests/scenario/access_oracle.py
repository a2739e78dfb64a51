"""Access rules a second time, from the words of okta.conf(5) alone: who may use
which service from where. Shares nothing with the product."""

import ipaddress

PASSWORD_STATUSES = {"PASSWORD_EXPIRED", "RECOVERY", "LOCKED_OUT"}
GONE_STATUSES = {"SUSPENDED", "DEPROVISIONED"}


class Org:
    """What Okta says: people {name: {status, groups, apps}}, the groups and
    apps that let people in, zones {id: [(first, last) or network]}."""

    def __init__(self, people, allowing, zones):
        self.people, self.allowing, self.zones = people, allowing, zones

    def belongs(self, name, places):
        mine = self.people[name]["groups"] | self.people[name]["apps"]
        return bool(mine & set(places))

    def lies_in(self, address, place):
        if not place.startswith("zone:"):
            return address in ipaddress.ip_network(place)
        for part in self.zones[place[5:]]:
            if isinstance(part, tuple):
                first, last = map(ipaddress.ip_address, part)
                if (address.version == first.version and
                        first <= address <= last):
                    return True
            elif address in ipaddress.ip_network(part, strict=False):
                return True
        return False


def rules_of(conf, service, keys):
    """The list that these keys make together, or None: the service's own
    section where it has any of them, else [service default]."""
    for section in (service, "default"):
        found = [conf[section][k] for k in keys if k in conf.get(section, {})]
        if found:
            return [word for value in found for word in value.split()]
    return None


def address_of(text):
    """None for a local login, an address, or "unknown"."""
    if not text:
        return None
    try:
        address = ipaddress.ip_address(text.split("%")[0])
    except ValueError:
        return "unknown"
    return getattr(address, "ipv4_mapped", None) or address


def refusal(org, conf, name, service, remote):
    """"" or which rule says no to this login with the right password."""
    person = org.people[name]
    if person["status"] in GONE_STATUSES:
        return "no login"
    if not org.belongs(name, org.allowing):
        return "not entitled"
    denied = rules_of(conf, service, ("deny_groups", "deny_apps"))
    if denied and org.belongs(name, denied):
        return "rule"
    allowed = rules_of(conf, service, ("allow_groups", "allow_apps"))
    if allowed is not None and not org.belongs(name, allowed):
        return "rule"
    networks = rules_of(conf, service, ("from",))
    address = address_of(remote)
    if networks is None or address is None:
        return ""
    if address == "unknown":
        return "rule"
    return "" if any(org.lies_in(address, n) for n in networks) else "rule"


def account(org, conf, name, service, remote):
    """What the account phase answers where no password was asked for."""
    why = refusal(org, conf, name, service, remote)
    if why:
        return {"no login": "PAM_ACCT_EXPIRED"}.get(why, "PAM_PERM_DENIED")
    if org.people[name]["status"] in PASSWORD_STATUSES:
        return "PAM_AUTH_ERR"
    return "PAM_SUCCESS"


def behind(org, ids, entries):
    """Who may be behind a local account by its line of [local_accounts]; ids:
    {name: Okta id}."""
    return {name for name, person in org.people.items()
            if ids[name] in entries or person["groups"] & set(entries)}


def may_enter_account(org, conf, names, service, remote):
    """The account phase of a local account where nobody has said yet who it
    is: somebody behind it may enter without a password."""
    return any(account(org, conf, name, service, remote) == "PAM_SUCCESS"
               for name in names)
