"""A client of the login sockets that speaks the protocol itself, well or
badly. Run inside a private host; see protocol.h and wire.h."""

import os
import socket
import struct

LOGIN, REPLY, CANCEL, SECOND_FACTOR, SESSION_OPEN, SESSION_CLOSE = range(1, 7)
PROMPT, INFO, VERDICT = 65, 66, 67
UID, SERVICE, TICKET, USER, DEADLINE, RHOST = 1, 2, 3, 4, 5, 6
TEXT, KIND, ANSWER, CODE = 20, 21, 22, 23
DENY, ACCEPT, UNAVAIL = 0, 1, 2


def field(tag, value):
    return struct.pack(">HH", tag, len(value)) + value


def frame(op, ident, *fields):
    rest = struct.pack(">HH", 1, op) + ident + b"".join(fields)
    return struct.pack(">I", len(rest)) + rest


def hello(op, ident, uid, service="sshd", ticket=b""):
    return frame(op, ident, field(UID, struct.pack(">I", uid)),
                 field(SERVICE, service.encode().ljust(32, b"\0")),
                 field(TICKET, ticket.ljust(32, b"\0")))


def login(ident, uid, name, service="sshd", address=b""):
    start = hello(LOGIN, ident, uid, service)
    rest = field(USER, name.encode()) + field(DEADLINE,
                                              struct.pack(">I", 60000))
    if address:
        rest += field(RHOST, address)
    return struct.pack(">I", len(start) - 4 + len(rest)) + start[4:] + rest


def connect(path="/run/okta/login.sock", seconds=70):
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(seconds)
    s.connect(path)
    return s


def read(s):
    """(op, id, {tag: value}, raw bytes) of the next frame, or None."""
    raw = b""
    while len(raw) < 4 or len(raw) < 4 + struct.unpack(">I", raw[:4])[0]:
        data = s.recv(4 if len(raw) < 4
                      else 4 + struct.unpack(">I", raw[:4])[0] - len(raw))
        if not data:
            return None
        raw += data
    op = struct.unpack(">H", raw[6:8])[0]
    fields, at = {}, 24
    while at < len(raw):
        tag, length = struct.unpack(">HH", raw[at:at + 4])
        fields[tag] = raw[at + 4:at + 4 + length]
        at += 4 + length
    assert at == len(raw), raw
    return op, raw[8:24], fields, raw


def log_in(uid, name, password, ident=None, address=b""):
    """A whole login: the verdict's code, or None where there was none, and
    every byte that oktad sent."""
    ident = ident or os.urandom(16)
    heard = b""
    with connect() as s:
        s.sendall(login(ident, uid, name, address=address))
        while True:
            got = read(s)
            if got is None:
                return None, heard
            op, answered, fields, raw = got
            heard += raw
            assert answered == ident, (answered, ident)
            if op == VERDICT:
                return struct.unpack(">I", fields[CODE])[0], heard
            if op == PROMPT:
                s.sendall(frame(REPLY, ident, field(ANSWER, password)))
