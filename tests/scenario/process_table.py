"""What the kernel says of each of our processes, gathered where they run."""

# Behind wire_client.SOURCE; needs to be root.
SOURCE = r'''
import json, pwd

def links(pid, name):
    return os.readlink(f"/proc/{pid}/{name}")

def table():
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as f:
                words = f.read().split(b"\0")
            with open(f"/proc/{pid}/status") as f:
                status = dict(line.rstrip("\n").split(":\t", 1) for line in f
                              if ":\t" in line)
        except OSError:
            continue
        name = os.path.basename(words[0].decode())
        if name not in ("oktad", "oktad-net", "oktad-sync", "oktad-login"):
            continue
        found[name] = {
            "pid": int(pid), "uid": status["Uid"].split(),
            "gid": status["Gid"].split(), "groups": status["Groups"].split(),
            "cap_eff": int(status["CapEff"], 16),
            "cap_prm": int(status["CapPrm"], 16),
            "cap_inh": int(status["CapInh"], 16),
            "cap_amb": int(status["CapAmb"], 16),
            "cap_bnd": int(status["CapBnd"], 16),
            "no_new_privs": status["NoNewPrivs"],
            "seccomp": status["Seccomp"], "threads": status["Threads"],
            "netns": links(pid, "ns/net"),
            "environ": open(f"/proc/{pid}/environ", "rb").read().decode(),
            "cmdline": [w.decode() for w in words[:-1]],
            "core": [l.split()[4:6] for l in open(f"/proc/{pid}/limits")
                     if l.startswith("Max core")][0],
            "sockets": sum(links(pid, f"fd/{fd}").startswith("socket:")
                           for fd in os.listdir(f"/proc/{pid}/fd")),
            "inet": sum(len(open(f"/proc/{pid}/net/{t}").readlines()) - 1
                        for t in ("tcp", "tcp6", "udp", "udp6", "raw")),
            "owner": os.stat(f"/proc/{pid}/mem").st_uid,
        }
    return found


def under_way(name):
    """A login that has been asked for its password; close it to end it."""
    s = dial(LOGIN_SOCK)
    s.sendall(frame(LOGIN, hello(pwd.getpwnam(name).pw_uid) + field(4, name) +
                    field(5, 30000)))
    assert receive(s)[0] == PROMPT
    return s
'''
