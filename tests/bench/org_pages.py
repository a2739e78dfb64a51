"""An Okta org as pages for tests/bench/page_server: one allowed group with
everybody, and published groups with one membership each."""

import gzip
import json
import os
import random
import time

PAGE = 200
NAME = 200  # bytes of a file's name, as page_server cuts it
EVERYBODY = "00gBENCH00000000000everybody"
RATE = ("X-Rate-Limit-Limit: 1000000\r\nX-Rate-Limit-Remaining: 999999\r\n"
        "X-Rate-Limit-Reset: 4102444800\r\n")
# The query of oktad-sync, which keeps no link to another one.
LOG = "/api/v1/logs?filter=" + "+or+".join(
    f"eventType+sw+%22{family}%22" for family in (
        "user.lifecycle.", "user.account.", "group.",
        "application.user_membership.", "application.lifecycle.", "zone.",
        "user.session.clear",
        "user.authentication.universal_logout")) + "&after="
STAMP = "2026-01-02T03:04:05.000Z"
WORDS = ("Ada Bell Cook Dale Eva Finn Gale Hope Ivy Jude Kai Lena Max Nora Otto"
         " Pia Quin Rosa Sven Tess Uma Vera Wim Xena Yara Zoe").split()
TOWNS = "Berlin Boston Lyon Madrid Oslo Perth Porto Quito Turin Zagreb".split()


def group_id(n):
    return f"00gBENCH{n:012d}team"


def user_id(n):
    return f"00uBENCH{n:012d}"


def group(ident, name):
    return {"id": ident, "created": STAMP, "lastUpdated": STAMP,
            "lastMembershipUpdated": STAMP, "type": "OKTA_GROUP",
            "objectClass": ["okta:user_group"],
            "profile": {"name": name, "description": None}}


def user(n, base):
    """A user of a list, as okta-api 5.2 shows it: 1.2 KB."""
    pick = random.Random(n)
    first, last = pick.choice(WORDS), pick.choice(WORDS)
    login = f"user{n}@example.com"

    def when():
        return (f"202{pick.randint(0, 5)}-{pick.randint(1, 12):02d}-"
                f"{pick.randint(1, 28):02d}T{pick.randint(0, 23):02d}:"
                f"{pick.randint(0, 59):02d}:{pick.randint(0, 59):02d}.000Z")

    return {
        "id": user_id(n), "status": "ACTIVE", "created": when(),
        "activated": when(), "statusChanged": when(), "lastLogin": when(),
        "lastUpdated": STAMP, "passwordChanged": when(),
        "type": {"id": "otyBENCH000000000001"},
        "profile": {
            "login": login, "email": login, "firstName": first,
            "lastName": last, "displayName": f"{first} {last}",
            "mobilePhone": f"+1 555 {pick.randint(0, 9999999):07d}",
            "secondEmail": None, "middleName": None, "honorificPrefix": None,
            "title": "Engineer", "city": pick.choice(TOWNS), "state": None,
            "zipCode": f"{pick.randint(0, 99999):05d}",
            "streetAddress": f"{pick.randint(1, 999)} {last} Street",
            "countryCode": "US", "preferredLanguage": "en",
            "employeeNumber": f"{pick.randint(0, 999999):06d}",
            "costCenter": f"CC-{pick.randint(0, 999):03d}",
            "organization": "Example", "division": "Operations",
            "department": f"Department {pick.randint(1, 99)}",
            "managerId": user_id(pick.randint(0, 99999)), "manager": None,
            "profileUrl": f"https://people.example.com/{login}",
            "uidNumber": None, "gidNumber": None, "unixHome": None},
        "credentials": {
            "password": {},
            "emails": [{"value": login, "status": "VERIFIED",
                        "type": "PRIMARY"}],
            "provider": {"type": "OKTA", "name": "OKTA"}},
        "_links": {"self": {"href": f"{base}/api/v1/users/{user_id(n)}"}}}


class Pages:
    """Writes the files of page_server into folder. base: https://host:port."""

    def __init__(self, folder, base, is_packed=True):
        self.folder, self.base, self.is_packed = folder, base, is_packed
        self.sizes = []

    def write(self, target, body, following=None):
        if isinstance(body, str):
            body = body.encode()
        head = RATE + "Content-Type: application/json\r\n"
        if self.is_packed:
            body = gzip.compress(body, 6)
            head += "Content-Encoding: gzip\r\n"
        for rel, link in (("self", target), ("next", following)):
            if link:
                head += f'Link: <{self.base}{link}>; rel="{rel}"\r\n'
        head += f"Content-Length: {len(body)}\r\n\r\n"
        path = os.path.join(self.folder, target[1:].replace("/", ",")[-NAME:])
        with open(path + ".new", "wb") as f:
            f.write(head.encode() + body)
        os.rename(path + ".new", path)

    def write_members(self, ident, texts):
        """The pages of a group's members: their targets."""
        first = f"/api/v1/groups/{ident}/users?limit={PAGE}"
        count = max(1, -(-len(texts) // PAGE))
        targets = [first] + [f"{first}&after={n}" for n in range(1, count)]
        for n, target in enumerate(targets):
            part = texts[n * PAGE:(n + 1) * PAGE]
            self.write(target, "[" + ",".join(part) + "]",
                       targets[n + 1] if n + 1 < count else None)
        return targets

    def write_org(self, users, groups):
        """Everything a full pass asks for: its targets, in its order."""
        texts = [json.dumps(user(n, self.base), separators=(",", ":"))
                 for n in range(users)]
        self.sizes = [len(t) for t in texts]
        targets = []
        for n, ident in [(None, EVERYBODY)] + [
                (n, group_id(n)) for n in range(groups)]:
            name = "everybody" if n is None else f"team-{n}"
            targets.append(f"/api/v1/groups/{ident}")
            self.write(targets[-1], json.dumps(group(ident, name)))
            targets += self.write_members(
                ident, texts if n is None else texts[n::groups])
        self.write("/api/v1/users", "[]")
        self.write("/api/v1/logs", "[]", LOG + "1")
        self.write(LOG + "1", "[]", LOG + "1")
        return targets

    def change(self, n):
        """Somebody's name is another one from now on: the record, and then the
        event that says so."""
        changed = user(n, self.base)
        changed["profile"]["lastName"] = "Changed"
        self.write(f"/api/v1/users/{user_id(n)}", json.dumps(changed))
        self.write(LOG + "2", "[]", LOG + "2")
        self.write(LOG + "1", json.dumps([{
            "uuid": "11111111-2222-3333-4444-555555555555",
            "published": time.strftime("%Y-%m-%dT%H:%M:%S.000Z",
                                       time.gmtime()),
            "eventType": "user.account.update_profile",
            "outcome": {"result": "SUCCESS", "reason": None},
            "target": [{"id": user_id(n), "type": "User",
                        "alternateId": f"user{n}@example.com"}]}]), LOG + "2")
