"""Generated orgs of any size, the same for the same seed.

Person n is userN@example.com with password Pw-userN@example.com; group m is
"Group m"; each person is in K groups.  Objects are about 1.2 KB on the wire
and rendered at start, so that no measurement pays for it.
"""
import random

from . import ids, render
from .load import load
from .org import Group, User

TOKEN = "00GeneratedOrgToken0000000000000000000000a"
_EPOCH = "2024-01-01T00:00:00.000Z"
_FIRST = ("Ada", "Alan", "Barbara", "Claude", "Dana", "Edsger", "Frances",
          "Grace", "Hedy", "Ivan", "Jean", "Ken", "Leslie", "Margaret",
          "Niklaus", "Ole", "Peter", "Radia", "Sophie", "Tony")
_LAST = ("Abbott", "Brooks", "Carver", "Dietrich", "Ekström", "Fujita",
         "Garcia", "Haddad", "Ibrahim", "Jansen", "Kowalski", "Lambert",
         "Moreau", "Novák", "Okafor", "Petrov", "Quinn", "Rossi", "Silva",
         "Tanaka")
_CITIES = ("Paris", "Leeds", "Osaka", "Lagos", "Quito", "Turin", "Lyon")


def _profile(n, rng):
    login = "user%d@example.com" % n
    first, last = rng.choice(_FIRST), rng.choice(_LAST)
    city = rng.choice(_CITIES)
    return {
        "firstName": first, "lastName": last,
        "mobilePhone": "+1 555 %07d" % n, "secondEmail": None,
        "login": login, "email": login, "displayName": first + " " + last,
        "nickName": first, "title": "Engineer, level %d" % rng.randint(1, 7),
        "employeeNumber": "%08d" % n, "department": "Department %d"
        % rng.randint(1, 40), "division": "Division %d" % rng.randint(1, 9),
        "organization": "Example Corporation", "costCenter":
        "CC-%04d" % rng.randint(1, 400), "streetAddress":
        "%d Long Example Street" % rng.randint(1, 999), "city": city,
        "zipCode": "%05d" % rng.randint(10000, 99999), "countryCode": "US",
        "preferredLanguage": "en", "locale": "en_US",
        "timezone": "Europe/Paris", "userType": "employee",
        "managerId": "user%d@example.com" % (n // 10),
        "sshKeyCount": rng.randint(0, 3), "badge": None}


def generate(org, users, groups, per_user, seed):
    """Fill an empty org.  Deterministic in all arguments."""
    rng = random.Random(seed)
    for m in range(groups):
        org.add_group(Group(ids.stable("00g", "generated", seed, m), {
            "name": "Group %d" % m, "description": "Generated group %d" % m},
            _EPOCH))
    all_groups = [org.groups[i] for i in org.group_ids]
    for n in range(users):
        login = "user%d@example.com" % n
        user = User(ids.stable("00u", "generated", seed, n), login, _EPOCH)
        user.profile = _profile(n, rng)
        user.password = "Pw-" + login
        org.add_user(user, sort=False)
        chosen = rng.sample(all_groups, min(per_user, len(all_groups)))
        for group in chosen:
            group.members.append(user.id)
        user.groups = sorted(g.id for g in chosen)
    org.user_ids = sorted(org.users)
    for group in all_groups:
        group.members.sort()
    load(org, {"api_tokens": [{"token": TOKEN, "role": "SUPER_ADMIN"}]})
    for user in org.users.values():
        render.user_bytes(org, user)
