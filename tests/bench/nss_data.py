"""The same people for every subject of tests/bench/nss, each in the form that
its module reads: as tests/snapshot.c makes them, 1,000 groups, 5 memberships
each, a private group each."""

import os
import subprocess

GROUPS = 1000
PER_USER = 5
ID_MIN = 1879048192
BASE = "dc=bench"


def uid(n):
    return ID_MIN + 1000 + n


def gid(n):
    return ID_MIN + 5000000 + n


def memberships(users):
    """The people of each group, by number."""
    members = [set() for _ in range(GROUPS)]
    for n in range(users):
        for k in range(PER_USER):
            members[(n * 7 + k * 13) % GROUPS].add(n)
    return [sorted(m) for m in members]


def write(path, lines):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="ascii") as f:
        f.writelines(line + "\n" for line in lines)
    os.chmod(path, 0o644)


def write_cache_index(path, lines, field):
    """As nsscache lays it out: key, NUL, offset, NULs to a fixed width."""
    index, offset = {}, 0
    for line in lines:
        index[line.split(":")[field]] = str(offset)
        offset += len(line) + 1
    width = max(map(len, index)) + max(map(len, index.values()))
    write(path, (f"{key}\0{at}\0" + "\0" * (width - len(key) - len(at))
                 for key, at in sorted(index.items())))


def write_db(path, lines):
    """As the Makefile of libnss-db does."""
    entries = []
    for n, line in enumerate(lines):
        fields = line.split(":")
        entries += [f"0{n} {line}", f".{fields[0]} {line}",
                    f"={fields[2]} {line}"]
    subprocess.run(["makedb", "--quiet", "-o", path, "-"], check=True,
                   input="\n".join(entries) + "\n", text=True)


def write_ldif(path, users, members):
    def entries():
        yield f"dn: {BASE}\nobjectClass: domain\ndc: bench\n"
        for unit in ("people", "groups"):
            yield (f"dn: ou={unit},{BASE}\nobjectClass: organizationalUnit\n"
                   f"ou: {unit}\n")
        for n in range(users):
            yield (f"dn: uid=user{n},ou=people,{BASE}\nobjectClass: account\n"
                   f"objectClass: posixAccount\nuid: user{n}\ncn: user{n}\n"
                   f"uidNumber: {uid(n)}\ngidNumber: {uid(n)}\n"
                   f"gecos: Test Person\nhomeDirectory: /home/user{n}\n"
                   "loginShell: /bin/bash\n")
            yield (f"dn: cn=user{n},ou=groups,{BASE}\n"
                   f"objectClass: posixGroup\ncn: user{n}\n"
                   f"gidNumber: {uid(n)}\n")
        for n in range(GROUPS):
            yield (f"dn: cn=group{n},ou=groups,{BASE}\n"
                   f"objectClass: posixGroup\ncn: group{n}\n"
                   f"gidNumber: {gid(n)}\n" +
                   "".join(f"memberUid: user{m}\n" for m in members[n]))
    write(path, entries())


def lay_out(build, users, ldif):
    """Everybody's files where the modules look for them, and an LDIF file
    where one is asked for."""
    members = memberships(users)
    passwd = [f"user{n}:*:{uid(n)}:{uid(n)}:Test Person:/home/user{n}:"
              "/bin/bash" for n in range(users)]
    group = [f"group{n}:*:{gid(n)}:" +
             ",".join(f"user{m}" for m in members[n]) for n in range(GROUPS)]
    group += [f"user{n}:*:{uid(n)}:" for n in range(users)]
    os.makedirs("/var/lib/okta/public", mode=0o755, exist_ok=True)
    subprocess.run([os.path.join(build, "tests/make_snapshot"), str(users),
                    str(GROUPS), str(PER_USER),
                    "/var/lib/okta/public/directory"], check=True)
    write("/var/lib/extrausers/passwd", passwd)
    write("/var/lib/extrausers/group", group)
    write_db("/var/lib/misc/passwd.db", passwd)
    write_db("/var/lib/misc/group.db", group)
    write("/etc/passwd.cache", passwd)
    write_cache_index("/etc/passwd.cache.ixname", passwd, 0)
    write_cache_index("/etc/passwd.cache.ixuid", passwd, 2)
    write("/etc/group.cache", group)
    write_cache_index("/etc/group.cache.ixname", group, 0)
    write_cache_index("/etc/group.cache.ixgid", group, 2)
    if ldif:
        write_ldif(ldif, users, members)
