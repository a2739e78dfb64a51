"""A client of login.sock and self.sock that keeps to no rule: run in a private
host, as anybody. Frames are built here on their own, not by the product's
code."""

import json

SOURCE = r'''
import os, secrets, socket, struct, sys, threading, time
LOGIN, REPLY, CANCEL, SECOND_FACTOR, OPEN, CLOSE = 1, 2, 3, 4, 5, 6
PROMPT, INFO, VERDICT = 65, 66, 67
LOGIN_SOCK, SELF_SOCK = "/run/okta/login.sock", "/run/okta/self.sock"


def field(tag, value):
    if isinstance(value, int):
        value = struct.pack(">I", value)
    elif isinstance(value, str):
        value = value.encode()
    return struct.pack(">HH", tag, len(value)) + value


def hello(uid, service="sshd", ticket=""):
    return (field(1, uid) + field(2, service.encode().ljust(32, b"\0")) +
            field(3, ticket.encode().ljust(32, b"\0")))


def frame(op, fields=b"", ident=bytes(16), length=None):
    body = struct.pack(">HH", 1, op) + ident + fields
    return struct.pack(">I", len(body) if length is None else length) + body


def dial(path):
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(30)
    s.connect(path)
    return s


def exactly(s, n):
    data = b""
    while len(data) < n:
        more = s.recv(n - len(data))
        if not more:
            raise EOFError(data)
        data += more
    return data


def receive(s):
    body = exactly(s, struct.unpack(">I", exactly(s, 4))[0])
    op, fields, at = struct.unpack(">H", body[2:4])[0], {}, 20
    while at < len(body):
        tag, size = struct.unpack_from(">HH", body, at)
        fields[tag] = body[at + 4:at + 4 + size]
        at += 4 + size
    return op, fields


def login(path, uid, user, password, service="sshd", more=b"", op=LOGIN):
    """(verdict code, fields) of one whole login."""
    ident = secrets.token_bytes(16)
    with dial(path) as s:
        s.sendall(frame(op, hello(uid, service) + field(4, user) +
                        field(5, 30000) + more, ident))
        while True:
            op, fields = receive(s)
            if op == PROMPT:
                s.sendall(frame(REPLY, field(22, password), ident))
            elif op == VERDICT:
                return struct.unpack(">I", fields[23])[0], fields
'''


def play(host, text, user=None, seconds=120):
    """Runs Python text in the host, with all of the above, as that user; what
    it says with json.dump() on stdout."""
    as_user = "" if user is None else (
        f"setpriv --reuid {user} --regid $(id -g {user}) --clear-groups ")
    done = host.run(as_user + "/usr/bin/python3 -", stdin=SOURCE + text,
                    seconds=seconds)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout or "null")
