"""oktad's end of oktad-sync's link, for tests of that one program.

SyncParent runs the shipped program, as a user of its own, in a private mount
namespace where /etc, /run and /var/lib are the test's folders; it hands over a
configuration and a channel to a real oktad-net, and takes the images in.
Frames and files are read here on their own, not by the product's code.
"""
import array
import os
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
import time
import uuid

from fake_parent import FakeParent, HEADER, frame

UID = 64901
INT_CONF, INT_CONF_END, INT_STATUS = 100, 101, 120
INT_SYNC_CHANNEL, INT_SYNC_NOW, INT_SYNC_DONE = 130, 131, 132
INT_IMAGE, INT_PUBLISHED, INT_REFUSED, INT_CONFIRM = 133, 134, 135, 136
TAG_ERROR, TAG_GENERATION, TAG_ACCEPT, TAG_IS_FRESH = 100, 105, 106, 109
# conf_slice.c: tags of the slice for oktad-sync
SLICE = {"url": 320, "allow_groups": 321, "allow_apps": 322,
         "publish_groups": 323, "id_min": 324, "id_max": 325,
         "uid_attribute": 326, "gid_attribute": 327, "name": 328,
         "home": 329, "shell": 330, "home_attribute": 331,
         "shell_attribute": 332, "shells": 333, "poll_interval_s": 334,
         "full_interval_s": 335, "max_age_s": 336, "key_statuses": 337,
         "enumerate": 339, "trust_attributes": 360,
         "gecos_attribute": 361, "primary_group": 362, "group_prefix": 363,
         "rule_ids": 364}
STATUS = {209: "error", 210: "state", 214: "done", 215: "total", 216: "users",
          217: "groups", 218: "added", 219: "removed", 221: "result",
          222: "pages", 223: "polls"}
NUMBERS = {"done", "total", "pages", "users", "groups", "added", "removed"}
STATUS_REFUSED = 220
ID_MIN, ID_MAX = 1879048192, 2147352575
NO_LOGIN, NO_KEY, PRIVATE_GROUP = 1, 2, 4
ACTIVE, SUSPENDED, DEPROVISIONED = 2, 6, 7
WHY_NONE, WHY_STATUS, WHY_NOT_ENTITLED, WHY_GONE = range(4)

PASSWD = """root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
"""
GROUP = """root:x:0:
daemon:x:1:
docker:x:988:
nogroup:x:65534:
"""


class Image:
    """A directory and its people, read by the format in directory.h."""

    def __init__(self, directory, people):
        self.users, self.groups, self.people = {}, {}, {}
        self.nets = sum(entries for kind, entries, _, _ in
                        self._sections(people) if kind == 19)
        for at, data in self._records(directory, 1):
            size, uid, gid, flags, ngids, g, h, s, length = \
                struct.unpack_from("=IIIIIHHHH", directory, at)
            text = directory[at + 28:at + 28 + length]
            fields = text.split(b"\0")
            assert len(fields) == 5 and fields[4] == b"", fields
            name, gecos, home, shell = (f.decode() for f in fields[:4])
            assert name not in self.users
            self.users[name] = dict(uid=uid, gid=gid, flags=flags,
                                    gecos=gecos, home=home, shell=shell)
        for at, data in self._records(directory, 4):
            size, gid, nmembers, mlen, nlen = struct.unpack_from(
                "=IIIII", directory, at)
            text = directory[at + 20:at + 20 + nlen + 1 + mlen].split(b"\0")
            self.groups[text[0].decode()] = dict(
                gid=gid, members=[m.decode() for m in text[1:] if m])
        for at, data in self._records(people, 7):
            size, uid, status, why, login, name, length = \
                struct.unpack_from("=IIIIHHI", people, at)
            text = people[at + 24:at + 24 + length]
            self.people[text.split(b"\0")[0].decode()] = dict(
                uid=uid, status=status, why=why,
                login=text[login:].split(b"\0")[0].decode(),
                name=text[name:].split(b"\0")[0].decode())

    @staticmethod
    def _sections(data):
        count = struct.unpack_from("=I", data, 12)[0]
        return [struct.unpack_from("=IIQQ", data, 256 + 24 * n)
                for n in range(count)]

    @classmethod
    def _records(cls, data, wanted):
        for kind, _, offset, size in cls._sections(data):
            if kind != wanted:
                continue
            at = offset
            while at < offset + size:
                length = struct.unpack_from("=I", data, at)[0]
                if length == 0:
                    break
                yield at, data
                at += length

    def passwd(self):
        """The lines of getent passwd."""
        return ["%s:*:%d:%d:%s:%s:%s" % (n, u["uid"], u["gid"], u["gecos"],
                                         u["home"], u["shell"])
                for n, u in self.users.items()]

    def may_login(self, name):
        return not self.users[name]["flags"] & NO_LOGIN


class SyncParent:
    """Use as a context manager. conf: members of struct slice_sync.
    state_kib: so small is the disk of state.db; uid: whose process it is."""

    def __init__(self, build, emulator, token, state_kib=None, uid=UID,
                 **conf):
        self.state_kib = state_kib
        self.uid = uid
        self.conf = dict(
            url=emulator.url, allow_groups=[], allow_apps=[],
            id_min=ID_MIN, id_max=ID_MAX, name="local_part",
            home="/home/%u", shell="/bin/bash",
            shells=["/bin/bash", "/bin/sh"], poll_interval_s=3600,
            full_interval_s=86400, max_age_s=604800, enumerate=1)
        self.conf.update(conf)
        self.conf.setdefault("publish_groups", self.conf["allow_groups"])
        self.emulator = emulator
        with open(emulator.ready["ca"], encoding="ascii") as f:
            self.net_conf = (build, dict(
                url=emulator.url, ca_pem=f.read(), mode=1, api_token=token,
                rate_share=100))
        self.net = FakeParent(*self.net_conf)
        self._dir = tempfile.TemporaryDirectory(prefix="okta-sync.")
        self.dir = self._dir.name
        os.chmod(self.dir, 0o755)
        for folder in ("etc", "run/okta", "lib/okta/state",
                       "lib/okta/public"):
            os.makedirs(os.path.join(self.dir, folder))
        os.chown(self.path("lib/okta/state"), UID, UID)
        os.chmod(self.path("lib/okta/state"), 0o700)
        self.write("etc/passwd", PASSWD)
        self.write("etc/group", GROUP)
        self.program = self.path("oktad-sync")
        shutil.copy(os.path.join(build, "oktad-sync"), self.program)
        os.chmod(self.program, 0o755)
        self.images, self.refuse = [], None
        self.confirms, self.status, self.refused = 0, {}, []
        self.log_file = open(self.path("log"), "wb")
        self.process = None
        self._changed = threading.Condition()
        self.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        self.net.stop()
        self.log_file.close()
        self._dir.cleanup()

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, text):
        """Replaces by rename, as useradd does."""
        path = self.path(name)
        with open(path + "-", "w", encoding="utf-8") as f:
            f.write(text)
        os.rename(path + "-", path)

    @property
    def log(self):
        with open(self.path("log"), encoding="utf-8", errors="replace") as f:
            return f.read()

    @property
    def image(self):
        return self.images[-1]

    # --- the program's life ---

    def start(self):
        listener = socket.socket(socket.AF_UNIX)
        path = self.path("run/okta/internal.sock")
        if os.path.exists(path):
            os.unlink(path)
        listener.bind(path)
        os.chmod(path, 0o666)
        listener.listen(1)
        self.process = subprocess.Popen(
            self.command(), stdin=subprocess.DEVNULL, stdout=self.log_file,
            stderr=self.log_file)
        listener.settimeout(10)
        try:
            self.sock, _ = listener.accept()
        finally:
            listener.close()
        self.asked = {}
        self._reader = threading.Thread(target=self._read,
                                        args=(self.sock,), daemon=True)
        self._reader.start()
        self.send_conf()
        self.send_channel()

    def command(self):
        """The program as its own user, where /etc, /run and /var/lib are the
        test's."""
        script = "".join("mount --bind %s/%s %s && " % (self.dir, a, b)
                         for a, b in (("etc", "/etc"), ("lib", "/var/lib"),
                                      ("run", "/run")))
        if self.state_kib:
            script += ("mount -t tmpfs -o size=%dk,mode=700,uid=%d okta "
                       "/var/lib/okta/state && " % (self.state_kib, UID))
        return ["unshare", "-m", "--propagation", "private", "sh", "-c",
                script + 'exec "$@"', "sh", "setpriv",
                "--reuid=%d" % self.uid, "--regid=%d" % self.uid,
                "--clear-groups", self.program, "-f", "-d"]

    def stop(self):
        if self.process.poll() is None:
            self.sock.shutdown(socket.SHUT_RDWR)
            self.process.wait(30)
        self._reader.join(10)
        self.sock.close()
        return self.process.returncode

    def kill(self):
        self.process.kill()
        self.stop()

    def restart_net(self):
        self.net.stop()
        self.net = FakeParent(*self.net_conf)
        self.send_channel()

    # --- what oktad sends ---

    def send_conf(self):
        data = b""
        for name, value in self.conf.items():
            for one in value if isinstance(value, list) else [value]:
                data += frame(INT_CONF, bytes(16), (SLICE[name], one))
        self.sock.sendall(data + frame(INT_CONF_END))

    def send_channel(self):
        channel = self.net.channel("sync")
        with channel.sock:
            self.sock.sendmsg(
                [frame(INT_SYNC_CHANNEL)],
                [(socket.SOL_SOCKET, socket.SCM_RIGHTS,
                  array.array("i", [channel.sock.fileno()]))])

    def ask(self, accept=False):
        ident = uuid.uuid4().bytes
        fields = [(TAG_ACCEPT, 1)] if accept else []
        self.sock.sendall(frame(INT_SYNC_NOW, ident, *fields))
        return ident

    def sync(self, accept=False, seconds=60):
        """What `oktactl sync` gets: the values of INT_SYNC_DONE."""
        ident = self.ask(accept)
        self.wait(lambda: ident in self.asked, seconds)
        return self.asked[ident]

    def wait(self, condition, seconds=60):
        end = time.monotonic() + seconds
        with self._changed:
            while not condition():
                left = end - time.monotonic()
                assert left > 0, (self.status, self.refused, self.log[-2000:])
                self._changed.wait(min(left, 0.5))

    def first(self):
        """The end of the first pass."""
        self.wait(lambda: self.status.get("state") not in
                  (None, "never", "running"))
        assert self.status["state"] == "idle", (self.status, self.log)
        return self.image

    def noted(self, part):
        return [r for r in self.refused if part in r[2]]

    # --- what oktad hears ---

    def _read(self, sock):
        try:
            self._loop(sock)
        except (OSError, EOFError):
            pass
        with self._changed:
            self._changed.notify_all()

    def _exactly(self, sock, n, fds):
        data = b""
        while len(data) < n:
            more, ancillary, _, _ = sock.recvmsg(n - len(data),
                                                 socket.CMSG_SPACE(8))
            for level, kind, raw in ancillary:
                assert (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS)
                got = array.array("i")
                got.frombytes(raw)
                fds.extend(got)
            if not more:
                raise EOFError
            data += more
        return data

    def _loop(self, sock):
        while True:
            fds, fields, at = [], [], 0
            length, _, op, ident = HEADER.unpack(
                self._exactly(sock, HEADER.size, fds))
            left = length - HEADER.size + 4
            body = self._exactly(sock, left, fds) if left else b""
            while at < len(body):
                tag, size = struct.unpack_from(">HH", body, at)
                fields.append((tag, body[at + 4:at + 4 + size]))
                at += 4 + size
            with self._changed:
                self._take(sock, op, ident, fields, fds)
                self._changed.notify_all()

    def _take(self, sock, op, ident, fields, fds):
        if op == INT_IMAGE:
            self._image(sock, fds, (TAG_IS_FRESH, b"\0\0\0\1") in fields)
        elif op == INT_CONFIRM:
            self.confirms += 1
            sock.sendall(frame(INT_PUBLISHED, bytes(16)))
        elif op in (INT_STATUS, INT_SYNC_DONE):
            values = {}
            refused = []
            for tag, value in fields:
                name = STATUS.get(tag)
                if tag == STATUS_REFUSED:
                    refused.append(tuple(value.decode().split("\t")))
                elif tag == TAG_ERROR:
                    values["error"] = value.decode()
                elif name in NUMBERS:
                    values[name] = int.from_bytes(value, "big")
                elif name:
                    values[name] = value.decode()
            values["refused"] = refused
            if op == INT_STATUS:
                self.status, self.refused = values, refused
            else:
                self.asked[ident] = values
        else:
            raise AssertionError("op %d" % op)

    def _image(self, sock, fds, is_fresh):
        assert len(fds) == 2, fds
        data = []
        for fd in fds:
            data.append(os.pread(fd, os.fstat(fd).st_size, 0))
            os.close(fd)
        if self.refuse:
            sock.sendall(frame(INT_REFUSED, bytes(16),
                               (TAG_ERROR, self.refuse)))
            return
        self.images.append(Image(*data))
        self.images[-1].is_fresh = is_fresh
        sock.sendall(frame(INT_PUBLISHED, bytes(16),
                           (TAG_GENERATION, bytes(8))))
