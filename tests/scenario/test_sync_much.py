"""Answers beyond all measure: what oktad-sync does when there is no end to
them. The test is oktad-net here, so that they come as fast as can be."""
import array
import json
import re
import socket
import struct
import threading
import time

import pytest

from emulator_client import Emulator
from fake_parent import (HEADER, INT_BODY, INT_END, INT_REQUEST,
                         INT_REQUEST_END, INT_RESPONSE, TAG_CONTENT_TYPE,
                         TAG_DATA, TAG_DATE, TAG_LINK, TAG_PATH, TAG_STATUS,
                         TAG_TRANSPORT, frame)
from sync_parent import INT_SYNC_CHANNEL
from test_sync_directory import ALLOWED, group, put, sync, user

MOST = 8 << 20  # bytes of a body
GROUP = json.dumps({"id": ALLOWED, "type": "OKTA_GROUP",
                    "lastUpdated": "2026-01-02T03:04:05.000Z",
                    "lastMembershipUpdated": "2026-01-02T03:04:05.000Z",
                    "profile": {"name": "allowed"}}).encode()


@pytest.fixture(scope="module")
def okta():
    with Emulator() as emulator:
        yield emulator


class FloodNet:
    """oktad-net's end of a channel: play(path) gives a body and the path of
    the next page or None."""

    def __init__(self, parent, play):
        self.play, self.requests = play, 0
        self.sock, theirs = socket.socketpair()
        with theirs:
            parent.sock.sendmsg(
                [frame(INT_SYNC_CHANNEL)],
                [(socket.SOL_SOCKET, socket.SCM_RIGHTS,
                  array.array("i", [theirs.fileno()]))])
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        try:
            with self.sock.makefile("rb") as f:
                while True:
                    self._take(f)
        except (OSError, EOFError):
            pass

    def _take(self, f):
        head = f.read(HEADER.size)
        if len(head) < HEADER.size:
            raise EOFError
        length, _, op, ident = HEADER.unpack(head)
        body = f.read(length - HEADER.size + 4)
        if op == INT_REQUEST:
            self.path = self._path(body)
        elif op == INT_REQUEST_END:
            self._answer(ident)

    @staticmethod
    def _path(fields):
        at = 0
        while True:
            tag, size = struct.unpack_from(">HH", fields, at)
            if tag == TAG_PATH:
                return fields[at + 4:at + 4 + size].decode()
            at += 4 + size

    def _answer(self, ident):
        self.requests += 1
        body, following = self.play(self.path)
        fields = [(TAG_TRANSPORT, 0), (TAG_STATUS, 200),
                  (TAG_CONTENT_TYPE, "application/json")]
        if following:
            fields.append((TAG_LINK, following))
        data = [frame(INT_RESPONSE, ident, *fields,
                      (TAG_DATE, int(time.time()).to_bytes(8, "big")))]
        data += [frame(INT_BODY, ident, (TAG_DATA, body[at:at + 30000]))
                 for at in range(0, len(body), 30000)]
        self.sock.sendall(b"".join(data) + frame(INT_END, ident))


def anon_kib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        return int(re.search(r"RssAnon:\s+(\d+)", f.read())[1])


class Peak:
    """The most anonymous memory of a process beyond what it began with."""

    def __init__(self, pid):
        self.pid, self.idle, self.most = pid, anon_kib(pid), 0
        self.is_over = False
        self.thread = threading.Thread(target=self._watch)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.is_over = True
        self.thread.join()

    def _watch(self):
        while not self.is_over:
            self.most = max(self.most, anon_kib(self.pid) - self.idle)
            time.sleep(0.005)


def program(parent):
    """unshare, sh and setpriv each become the next, ending as oktad-sync."""
    return parent.process.pid


def flood(okta, play, expected, seconds=120):
    """One pass that must fail: nothing changes, and memory has its bound."""
    put(okta, [user(1), user(2)], [group(ALLOWED, "allowed")])
    with sync(okta) as parent:
        parent.first()
        images = len(parent.images)

        def answer(path):
            if path.endswith(ALLOWED):
                return GROUP, None
            return play(path)

        net = FloodNet(parent, answer)
        with Peak(program(parent)) as peak:
            done = parent.sync(seconds=seconds)
        assert done["result"] == "failed", done
        assert expected in done["error"], done
        assert len(parent.images) == images
        assert parent.process.poll() is None
        assert peak.most < 64 * 1024, f"{peak.most} KiB"
        return net


@pytest.mark.threat("T87")
@pytest.mark.parametrize("item", [
    b"{}", b"1", b"[]", b'""', b'{"id":{"id":{"id":{}}}}', b'{"id":1}',
    b'{"x":{"y":[0]}}'], ids=lambda i: i.decode())
def test_a_page_of_many_small_things_is_refused(okta, item):
    body = b"[" + b",".join([item] * (MOST // (len(item) + 1) - 1)) + b"]"
    flood(okta, lambda path: (body, None), "values, more than any page")


@pytest.mark.threat("T87")
def test_a_body_over_the_cap_is_refused(okta):
    flood(okta, lambda path: (b"[" + b" " * MOST + b"]", None),
          "can not be understood")


@pytest.mark.threat("T87")
def test_one_long_string_is_bounded(okta):
    body = b'[{"id":"' + b"x" * (MOST - 64) + b'"}]'
    flood(okta, lambda path: (body, None), "without an id")


@pytest.mark.threat("T87")
def test_many_keys_of_one_object_are_bounded(okta):
    keys, n = [], 0
    while n < MOST - 64:
        keys.append(b'"%x":0' % len(keys))
        n += len(keys[-1]) + 1
    body = b"[{" + b",".join(keys) + b"}]"
    flood(okta, lambda path: (body, None), "too many members")


def endless(path):
    """A page of people who were never seen before."""
    page = int(path.rsplit("=", 1)[1]) if "after=" in path else 0
    link = f"/api/v1/groups/{ALLOWED}/users?limit=200&after={page + 1}"
    return PEOPLE.replace(b"PPPPPP", b"%06d" % page), link


PEOPLE = json.dumps([{
    "id": f"00uPPPPPP{n:03d}", "status": "ACTIVE",
    "profile": {"login": f"uPPPPPP{n:03d}@example.com", "firstName": "A",
                "lastName": "B"}} for n in range(200)]).encode()


@pytest.mark.threat("T87")
def test_people_without_end_are_given_up(okta):
    net = flood(okta, endless, "more than 1000000", 1800)
    assert net.requests >= 5000
