"""Where secrets are in a private host: in files, and in the arguments, the
environment and the memory of processes."""

import contextlib
import json

# Run in the host: each file, argument, environment and readable mapping of
# every process is searched for the markers of standard input, but for those of
# the emulator and the harness, which have them by right, and this one's.
SEARCH = r"""
import json, os, sys
markers = [m.encode() for m in json.load(sys.stdin)]
born = os.stat("/run/okta-host/syslog.pid").st_mtime
hits, read = set(), {}


def look(where, data):
    hits.update((where, m.decode()) for m in markers if m in data)


def content(path):
    # lastlog is as long as the largest uid, and nearly all of it a hole.
    with open(path, "rb", buffering=0) as f:
        at, end = 0, os.fstat(f.fileno()).st_size
        while at < end:
            try:
                at = os.lseek(f.fileno(), at, os.SEEK_DATA)
            except OSError:
                return
            stop = os.lseek(f.fileno(), at, os.SEEK_HOLE)
            yield os.pread(f.fileno(), stop - at, at)
            at = stop


for top in ("/var/lib/okta", "/var/log", "/run", "/tmp", "/var/tmp", "/etc",
            "/root", "/home", "/dev/shm"):
    for folder, _, names in os.walk(top):
        for name in names:
            path = os.path.join(folder, name)
            if path in ("/run/okta-host/record", "/run/okta-host/org.json"):
                continue
            try:
                if os.path.isfile(path) and os.stat(path).st_mtime >= born:
                    for data in content(path):
                        look(path, data)
            except FileNotFoundError:
                continue    # it has gone meanwhile
for pid in filter(str.isdigit, os.listdir("/proc")):
    try:
        with open(f"/proc/{pid}/comm") as f:
            name = f.read().strip()
        with open(f"/proc/{pid}/cmdline", "rb") as f:
            line = f.read()
        if int(pid) == os.getpid() or b"okta-emulator" in line or \
                b"tests/host/run" in line:
            continue
        look(name + " cmdline", line)
        with open(f"/proc/{pid}/environ", "rb") as f:
            look(name + " environ", f.read())
        with open(f"/proc/{pid}/maps") as f:
            maps = [x.split() for x in f]
        with open(f"/proc/{pid}/mem", "rb", buffering=0) as mem:
            for words in maps:
                if words[1][0] != "r" or words[-1] in ("[vvar]", "[vsyscall]"):
                    continue
                low, high = (int(x, 16) for x in words[0].split("-"))
                try:
                    mem.seek(low)
                    data = mem.read(high - low)
                except OSError:
                    continue
                read[name] = read.get(name, 0) + len(data)
                look(name + " memory", data)
    except OSError:
        continue
cores = [os.path.join(top, n) for top in ("/", "/run", "/tmp", "/root",
         "/var/lib/okta", "/run/okta") for n in os.listdir(top)
         if n == "core" or n.startswith("core.")]
json.dump([sorted(hits), read, cores], sys.stdout)
"""


def search(host, markers):
    """(where each of them is: [[place, marker], …], bytes of memory read by
    name of process, cores). A place is a path, or the name of a process with
    what of it."""
    host.python(f"open('/run/okta-host-search', 'w').write({SEARCH!r})")
    done = host.run("exec /usr/bin/python3 /run/okta-host-search",
                    stdin=json.dumps(markers), seconds=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@contextlib.contextmanager
def plant(host, marker):
    """with plant(host, MARKER): a file /tmp/planted.text and the memory of a
    process called planted have it, for a scanner to find."""
    host.ok("cat >/tmp/planted.text; cp /bin/dash /tmp/planted; "
            "mkfifo /tmp/planted.wait", stdin=marker)
    host.ok("/tmp/planted -c 'read x </tmp/planted.text; "
            "echo $$ >/tmp/planted.pid; read y </tmp/planted.wait' "
            ">/dev/null 2>&1 & while ! test -s /tmp/planted.pid; do "
            "sleep 0.1; done")
    try:
        yield
    finally:
        host.ok("kill $(cat /tmp/planted.pid); rm /tmp/planted*")
