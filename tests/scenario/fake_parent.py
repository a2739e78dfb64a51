"""oktad's end of the internal links, for tests of a single child process.

FakeParent starts oktad-net and speaks libokta/internal.h to it: hands over a
configuration and channels, signs assertions, keeps the status.  Frames are
built and read here on their own, not by the product's code.
"""
import array
import os
import select
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time
import uuid

VERSION = 1
HEADER = struct.Struct(">IHH16s")

INT_CONF, INT_CONF_END = 100, 101
INT_CHANNEL, INT_ASSERT, INT_ASSERTION, INT_TOKEN_RESET = 110, 111, 112, 113
INT_STATUS = 120
INT_REQUEST, INT_REQUEST_BODY, INT_REQUEST_END = 140, 141, 142
INT_RESPONSE, INT_BODY, INT_END = 143, 144, 145
TAG_ERROR, TAG_ROLE, TAG_SKEW, TAG_ADMIN, TAG_JWT = 100, 101, 102, 103, 104
TAG_SCOPE, TAG_CHANGE, TAG_TOKEN = 132, 133, 134
TAG_METHOD, TAG_PATH, TAG_CONTENT, TAG_TIMEOUT = 110, 111, 112, 113
TAG_MAX_BYTES, TAG_DATA, TAG_CREDENTIAL, TAG_FORWARDED = 114, 115, 116, 117
TAG_STATUS, TAG_TRANSPORT, TAG_RETRY, TAG_LINK = 120, 121, 122, 123
TAG_REQUEST_ID, TAG_CONTENT_TYPE, TAG_WWW, TAG_DATE = 124, 125, 126, 127
TAG_ERROR_KIND = 128
TAG_LOGIN, TAG_OKTA_ID = 131, 151
STATUS_ORG = 202
STATUS_EXPIRES, STATUS_SCOPES, STATUS_MISSING = 205, 206, 207
STATUS_SKEW, STATUS_ERROR = 208, 209
ROLE = {"login": 1, "sync": 2, "control": 3, "change": 4, "session": 5}
JSON, FORM = 1, 2
ANONYMOUS, DAEMON, ADMIN, CLIENT = 1, 2, 3, 4
OK, OFFLINE, TLS, TIME, BROKEN, TOO_BIG, REFUSED, CREDENTIAL, PROTOCOL, \
    HELD = range(10)
# conf_slice.c: tags of the slice for oktad-net
SLICE = {"url": 300, "ca_pem": 301, "proxy": 302, "mode": 303,
         "api_token": 304, "scopes": 305, "rate_share": 306,
         "trusted_app": 307, "trusted_proxy": 308, "oidc_client_id": 313,
         "oidc_base": 314, "has_oidc_key": 316}
API_TOKEN_MODE, OAUTH_MODE = 1, 2


def u32(n):
    return struct.pack(">I", n & 0xffffffff)


def field(tag, value):
    if isinstance(value, int):
        value = u32(value)
    elif isinstance(value, str):
        value = value.encode()
    return struct.pack(">HH", tag, len(value)) + value


def frame(op, ident=bytes(16), *fields):
    body = b"".join(field(tag, value) for tag, value in fields)
    return HEADER.pack(HEADER.size - 4 + len(body), VERSION, op,
                       ident) + body


def read_frame(sock):
    """(op, id, [(tag, bytes)]), or None at the end."""
    def exactly(n):
        data = b""
        while len(data) < n:
            more = sock.recv(n - len(data))
            if not more:
                return None
            data += more
        return data
    head = exactly(HEADER.size)
    if head is None:
        return None
    length, version, op, ident = HEADER.unpack(head)
    assert version == VERSION
    body = exactly(length - HEADER.size + 4) if length > HEADER.size - 4 \
        else b""
    fields, at = [], 0
    while at < len(body):
        tag, size = struct.unpack_from(">HH", body, at)
        fields.append((tag, body[at + 4:at + 4 + size]))
        at += 4 + size
    return op, ident, fields


class Response:
    """An answer on a channel."""

    def __init__(self):
        self.fields = {}
        self.body = b""

    def number(self, tag):
        return int.from_bytes(self.fields.get(tag, b""), "big")

    def text(self, tag):
        return self.fields.get(tag, b"").decode()

    @property
    def status(self):
        return self.number(TAG_STATUS)

    @property
    def transport(self):
        return self.number(TAG_TRANSPORT)

    @property
    def retry(self):
        return self.number(TAG_RETRY)

    @property
    def error(self):
        return self.text(TAG_ERROR)

    @property
    def next(self):
        return self.text(TAG_LINK)

    def __repr__(self):
        return "<%d transport %d %r retry %d, %d bytes>" % (
            self.status, self.transport, self.error, self.retry,
            len(self.body))


class Channel:
    """An asker's end."""

    def __init__(self, sock, again=None):
        self.sock = sock
        self.again = again  # makes another one of the same role
        self.open = {}
        self.done = {}

    def send(self, method, path, credential=DAEMON, content=JSON, body=b"",
             timeout_ms=20000, max_bytes=0, forwarded=None):
        ident = uuid.uuid4().bytes
        fields = [(TAG_METHOD, method), (TAG_PATH, path),
                  (TAG_CONTENT, content), (TAG_CREDENTIAL, credential),
                  (TAG_TIMEOUT, timeout_ms)]
        if max_bytes:
            fields.append((TAG_MAX_BYTES, max_bytes))
        if forwarded is not None:
            fields.append((TAG_FORWARDED, forwarded))
        data = frame(INT_REQUEST, ident, *fields)
        for at in range(0, len(body), 30000):
            data += frame(INT_REQUEST_BODY, ident,
                          (TAG_DATA, body[at:at + 30000]))
        self.sock.sendall(data + frame(INT_REQUEST_END, ident))
        self.open[ident] = Response()
        return ident

    def receive(self, ident, timeout=60):
        """The answer, or None where net closed the channel."""
        self.sock.settimeout(timeout)
        while ident not in self.done:
            got = read_frame(self.sock)
            if got is None:
                return None
            op, which, fields = got
            answer = self.open[which]
            if op == INT_RESPONSE:
                answer.fields = dict(fields)
            elif op == INT_BODY:
                answer.body += b"".join(v for t, v in fields)
            else:
                assert op == INT_END
                self.done[which] = self.open.pop(which)
        return self.done.pop(ident)

    def call(self, method, path, timeout=60, **more):
        return self.receive(self.send(method, path, **more), timeout)

    def get(self, path, **more):
        return self.call("GET", path, **more)

    def close(self):
        self.sock.close()


class FakeParent:
    """Starts oktad-net; use as a context manager.  sign(skew) gives an
    assertion, None for a refusal, or False for no answer at all."""

    def __init__(self, build, conf, sign=None, debug=True, environment=None,
                 wrap=()):
        self.conf = conf
        self.sign = sign
        self.asserts = []
        self.changes = []  # number of each assertion asked for a change
        self.status = {}
        self._dir = tempfile.TemporaryDirectory(prefix="okta-net.")
        os.chmod(self._dir.name, 0o755)
        path = os.path.join(self._dir.name, "internal.sock")
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        os.chmod(path, 0o666)
        listener.listen(1)
        self.log_path = os.path.join(self._dir.name, "log")
        self.log_file = open(self.log_path, "wb")
        program = os.path.join(build, "oktad-net")
        self.process = subprocess.Popen(
            [*wrap, program, "-f", *(["-d"] if debug else []), "-s", path],
            stdin=subprocess.DEVNULL, stdout=self.log_file,
            stderr=self.log_file, env=environment)
        listener.settimeout(30)
        try:
            self.sock, _ = listener.accept()
        except TimeoutError:
            self.process.kill()
            raise AssertionError("oktad-net did not connect: " + self.log)
        finally:
            listener.close()
        self._lock = threading.Lock()
        self.send_conf()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as f:
            return f.read()

    @property
    def pid(self):
        return self.process.pid

    def stop(self):
        """The exit status after the link has gone."""
        if self.log_file.closed:
            return self.process.returncode
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        try:
            code = self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGKILL)
            code = None
        self.sock.close()
        self.log_file.close()
        self.last_log = self.log
        self._dir.cleanup()
        return code

    def send(self, data):
        with self._lock:
            self.sock.sendall(data)

    def send_conf(self):
        data = b""
        for name, value in self.conf.items():
            values = value if isinstance(value, list) else [value]
            for one in values:
                text = one.encode() if isinstance(one, str) else one
                pieces = [text] if not isinstance(text, bytes) else \
                    [text[at:at + 30000]
                     for at in range(0, len(text), 30000)] or [b""]
                for piece in pieces:
                    data += frame(INT_CONF, bytes(16), (SLICE[name], piece))
        self.send(data + frame(INT_CONF_END))

    def _read(self):
        while True:
            try:
                got = read_frame(self.sock)
            except OSError:
                return
            if got is None:
                return
            op, ident, fields = got
            values = dict(fields)
            if op == INT_STATUS:
                self.status = values
            elif op == INT_ASSERT:
                skew = struct.unpack(">i", values[TAG_SKEW])[0]
                self.asserts.append(skew)
                if TAG_CHANGE in values:
                    self.changes.append(
                        int.from_bytes(values[TAG_CHANGE], "big"))
                jwt = self.sign(skew) if self.sign else None
                if jwt is False:
                    continue
                self.send(frame(INT_ASSERTION, ident,
                                (TAG_JWT, jwt) if jwt else
                                (TAG_ERROR, "no key")))

    def wait_status(self, condition, seconds=10):
        end = time.monotonic() + seconds
        while not condition(self.status):
            assert time.monotonic() < end, self.status
            time.sleep(0.02)

    def _open(self, *fields):
        ours, theirs = socket.socketpair()
        with self._lock, theirs:
            self.sock.sendmsg(
                [frame(INT_CHANNEL, bytes(16), *fields)],
                [(socket.SOL_SOCKET, socket.SCM_RIGHTS,
                  array.array("i", [theirs.fileno()]))])
        return Channel(ours, lambda: self._open(*fields))

    def channel(self, role, login="alice@example.com",
                okta_id="00ualice0000000000001"):
        """One of a login is that person's."""
        fields = [(TAG_ROLE, ROLE[role])]
        if role == "login":
            fields += [(TAG_OKTA_ID, okta_id), (TAG_LOGIN, login)]
        return self._open(*fields)

    def change_channel(self, *terms):
        return self._open((TAG_ROLE, ROLE["change"]), *terms)

    def change(self, number, *scopes, token=None):
        """A channel for a change, by assertions or an API token."""
        return self.change_channel((TAG_CHANGE, number),
                                   *((TAG_SCOPE, s) for s in scopes),
                                   *([(TAG_TOKEN, token)] if token else []))


def closes(channel, seconds=5):
    """Does net close the channel?"""
    ready, _, _ = select.select([channel.sock], [], [], seconds)
    return bool(ready) and channel.sock.recv(1) == b""
