"""Writer and reader of the published directory as hosts have it today: format
1.0, written down a second time by what the comment in libokta/directory.h says,
and frozen. It stands for the oktad and for the modules of that release, which
running programs keep for months: do not change it along with the format."""

import struct

MAGIC = 0x314944415a4b4f00
HEADER = "<QHHIQQQIIIIIIIIQ168sQ"
SECTION = "<IIQQ"
USERS, USER_NAMES, USER_UIDS, GROUPS, GROUP_NAMES, GROUP_GIDS = range(1, 7)
PROBES = 128
U64 = 2 ** 64 - 1


def checksum(data):
    """FNV-1a 64."""
    total = 0xcbf29ce484222325
    for byte in data:
        total = (total ^ byte) * 0x100000001b3 & U64
    return total


def mix(x):
    x = (x ^ x >> 33) * 0xff51afd7ed558ccd & U64
    x = (x ^ x >> 33) * 0xc4ceb9fe1a85ec53 & U64
    return x ^ x >> 33


def hash_id(seed, number):
    return mix(seed << 32 | number)


def hash_name(seed, name):
    h = (seed + 1) * 0x9e3779b97f4a7c15 & U64 ^ len(name)
    if len(name) < 8:
        return mix(h ^ int.from_bytes(name, "big"))
    for i in range(0, len(name) - 8, 8):
        h = (h ^ int.from_bytes(name[i:i + 8], "little")) * \
            0x9fb21c651e98df25 & U64
        h ^= h >> 32
    return mix(h ^ int.from_bytes(name[-8:], "little"))


def pad(data, n=8):
    return data + bytes(-len(data) % n)


def sized(record):
    """A record whose first four bytes say how long it is."""
    record = pad(record)
    return struct.pack("<I", len(record)) + record[4:]


def user_record(user, flags):
    uid, gid, name, gecos, home, shell, gids = user
    strings = [s.encode() + b"\0" for s in (name, gecos, home, shell)]
    at = [sum(map(len, strings[:n])) for n in range(5)]
    fixed = struct.pack("<IIIIIHHHH", 0, uid, gid,
                        flags | (4 if uid == gid else 0), len(gids), *at[1:])
    return sized(pad(fixed + b"".join(strings), 4) +
                 struct.pack(f"<{len(gids)}I", *sorted(gids)))


def group_record(group):
    gid, name, members = group
    names = b"".join(m.encode() + b"\0" for m in members)
    return sized(struct.pack("<IIIII", 0, gid, len(members), len(names),
                             len(name)) + name.encode() + b"\0" + names)


def slots(keys):
    """A hash section of (hash, tag, offset)."""
    count = 2
    while count < 2 * len(keys):
        count *= 2
    table = [(0, 0)] * count
    for h, tag, offset in keys:
        while table[h % count][1]:
            h += 1
        table[h % count] = (tag, offset // 8 + 1)
    return b"".join(struct.pack("<II", *s) for s in table), count


def sections(users, groups, user_flags):
    for kind, records, names in (
            (USERS, [user_record(u, user_flags) for u in users],
             [u[2] for u in users]),
            (GROUPS, [group_record(g) for g in groups],
             [g[1] for g in groups])):
        numbers = [u[0] for u in (users if kind == USERS else groups)]
        offsets = [sum(map(len, records[:n])) for n in range(len(records))]
        yield kind, len(records), b"".join(records)
        hashes = [hash_name(0, n.encode()) for n in names]
        body, count = slots([(h, h >> 32, o)
                             for h, o in zip(hashes, offsets)])
        yield kind + 1, count, body
        body, count = slots([(hash_id(0, n), n, o)
                             for n, o in zip(numbers, offsets)])
        yield kind + 2, count, body


def write(users, groups, *, ids, version=(1, 0), flags=0, user_flags=0,
          more=(), reserved=b""):
    """Bytes of a directory. users: (uid, gid, name, gecos, home, shell, gids),
    groups: (gid, name, members), both by rising number; more: (type, bytes) of
    further sections."""
    parts = [*sections(users, groups, user_flags),
             *((kind, 0, body) for kind, body in more)]
    offset = struct.calcsize(HEADER) + len(parts) * struct.calcsize(SECTION)
    table = body = b""
    for kind, count, data in parts:
        table += struct.pack(SECTION, kind, count, offset + len(body),
                             len(data))
        body += pad(data)
    header = struct.pack(
        HEADER, MAGIC, *version, len(parts), offset + len(body), 1, 1, *ids,
        len(users), len(groups), 604800, 0, flags, 0, checksum(table + body),
        reserved, 0)
    return header[:-8] + struct.pack("<Q", checksum(header[:-8])) + table + body


class Directory:
    """What a module of 1.0 finds in a file, by the rules of 1.0."""

    def __init__(self, data):
        self.data = data
        fields = struct.unpack_from(HEADER, data)
        assert fields[0] == MAGIC and fields[1] == 1
        assert fields[4] == len(data)
        assert fields[-1] == checksum(data[:248])
        self.ids = fields[7:9]
        self.seed = fields[14]
        self.section = {}
        for n in range(fields[3]):
            kind, *rest = struct.unpack_from(SECTION, data, 256 + 24 * n)
            self.section[kind] = rest

    def _find(self, kind, h, tag):
        """Where the records are that may be it."""
        count, start, _ = self.section[kind]
        for step in range(PROBES):
            got, ref = struct.unpack_from("<II", self.data,
                                          start + (h + step) % count * 8)
            if ref == 0:
                return
            if got == tag:
                yield (ref - 1) * 8

    def _user(self, offset):
        _, start, _ = self.section[USERS]
        at = start + offset
        _, uid, gid, _, ngids, gecos, home, shell, size = struct.unpack_from(
            "<IIIIIHHHH", self.data, at)
        strings = self.data[at + 28:at + 28 + size]
        gids = struct.unpack_from(f"<{ngids}I", self.data,
                                  at + (28 + size + 3) // 4 * 4)
        cut = [strings[a:b - 1].decode() for a, b in
               ((0, gecos), (gecos, home), (home, shell), (shell, size))]
        return (uid, gid, *cut, list(gids))

    def user_by_name(self, name):
        h = hash_name(self.seed, name.encode())
        for offset in self._find(USER_NAMES, h, h >> 32):
            user = self._user(offset)
            if user[2] == name:
                return user
        return None

    def user_by_uid(self, uid):
        for offset in self._find(USER_UIDS, hash_id(self.seed, uid), uid):
            return self._user(offset)
        return None

    def group_by_gid(self, gid):
        for offset in self._find(GROUP_GIDS, hash_id(self.seed, gid), gid):
            at = self.section[GROUPS][1] + offset
            _, got, n, size, name_len = struct.unpack_from("<IIIII", self.data,
                                                           at)
            names = self.data[at + 20:at + 21 + name_len + size].split(b"\0")
            assert got == gid and len(names) == n + 2
            return gid, names[0].decode(), [m.decode() for m in names[1:-1]]
        return None
