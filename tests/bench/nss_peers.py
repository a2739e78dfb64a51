"""The peers of tests/bench/nss that need somebody to ask: slapd with everybody
in it, nslcd, and sssd with its memory cache warmed. All on the loopback of the
network namespace that the benchmark is alone in."""

import os
import shutil
import signal
import subprocess
import sys
import time

import nss_data

LDIF = "/var/tmp/people.ldif"
UP_SECONDS = 60
WARM_AT_A_TIME = 8

SLAPD = f"""
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/nis.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile /run/slapd.pid
sizelimit unlimited
database mdb
maxsize 17179869184
suffix {nss_data.BASE}
directory /var/lib/bench-ldap
index objectClass,uid,uidNumber,gidNumber,memberUid,cn eq
"""
# The memory caches hold everybody, nothing grows old, and groups are read
# without their members, as SSSD's manual advises for large ones: all in favour
# of SSSD.
SSSD = f"""
[sssd]
config_file_version = 2
services = nss
domains = bench
[nss]
memcache_timeout = 86400
memcache_size_passwd = 400
memcache_size_group = 400
memcache_size_initgroups = 400
[domain/bench]
id_provider = ldap
auth_provider = none
access_provider = permit
ldap_uri = ldap://127.0.0.1
ldap_search_base = {nss_data.BASE}
ldap_schema = rfc2307
ldap_id_use_start_tls = false
entry_cache_timeout = 86400
ignore_group_members = true
min_id = 1000
"""
NSLCD = f"""
uid nslcd
gid nslcd
uri ldap://127.0.0.1
base {nss_data.BASE}
"""


def _write(path, text, mode=0o600):
    with open(path, "w", encoding="ascii") as f:
        f.write(text)
    os.chmod(path, mode)


def say(text):
    print(f"tests/bench/nss: {time.strftime('%H:%M:%S')} {text}",
          file=sys.stderr, flush=True)


class Peers:
    """with Peers(bench, users, args): all but args.without answer, and SSSD
    has args.warm people and args.lists lists of groups (0: all) in its memory
    cache."""

    def __init__(self, bench, users, args):
        self.bench = bench
        self.users = users
        self.args = args
        self.running = []

    def __enter__(self):
        try:
            self._slapd()
            if "nslcd" not in self.args.without:
                self._nslcd()
            if "sss" not in self.args.without:
                self._sssd()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in reversed(self.running):
            process.send_signal(signal.SIGTERM)
            process.wait()
        self.running = []

    def _start(self, name, *argv):
        with open(f"/var/log/{name}.log", "wb") as log:
            process = subprocess.Popen(argv, stdin=subprocess.DEVNULL,
                                       stdout=log, stderr=log)
        self.running.append(process)
        return process

    def _ask(self, service):
        """Until the last one of all is known by way of the service."""
        end = time.monotonic() + UP_SECONDS
        argv = ["getent", "-s", service, "passwd", f"user{self.users - 1}"]
        while subprocess.run(argv, stdout=subprocess.DEVNULL,
                             check=False).returncode != 0:
            if time.monotonic() > end:
                sys.exit(f"tests/bench/nss: {service} does not answer")
            time.sleep(0.1)

    def _slapd(self):
        shutil.rmtree("/var/lib/bench-ldap", ignore_errors=True)
        os.mkdir("/var/lib/bench-ldap")
        _write("/etc/ldap/bench.conf", SLAPD)
        say(f"loading {self.users} people into slapd")
        subprocess.run(["slapadd", "-q", "-f", "/etc/ldap/bench.conf", "-l",
                        LDIF], check=True, stdout=subprocess.DEVNULL)
        self._start("slapd", "slapd", "-d", "0", "-f", "/etc/ldap/bench.conf",
                    "-h", "ldap://127.0.0.1")

    def _nslcd(self):
        _write("/etc/nslcd.conf", NSLCD)
        os.makedirs("/run/nslcd", exist_ok=True)
        shutil.chown("/run/nslcd", "nslcd", "nslcd")
        self._start("nslcd", "nslcd", "-n")
        self._ask("ldap")

    def _sssd(self):
        for folder in ("db", "mc"):
            for entry in os.scandir("/var/lib/sss/" + folder):
                os.unlink(entry.path)
        _write("/etc/sssd/sssd.conf", SSSD)
        self._start("sssd", "sssd", "-i", "--logger=stderr")
        self._ask("sss")
        say("warming SSSD's memory cache")
        subject = f"{sssd(self.args)}={module('sss')}"
        warm = [subprocess.Popen([self.bench, "warm", str(self.users), str(n),
                                  str(WARM_AT_A_TIME), subject])
                for n in range(WARM_AT_A_TIME)]
        if any(w.wait() for w in warm):
            sys.exit("tests/bench/nss: SSSD does not know everybody")
        say("warm")


def sssd(args):
    """How nss_bench is told of SSSD and of what it has been warmed with."""
    return f"sss:sss:{args.warm}:{args.lists}"


def module(service):
    """Where Debian keeps a module."""
    for folder in ("/usr/lib/x86_64-linux-gnu", "/usr/lib"):
        path = f"{folder}/libnss_{service}.so.2"
        if os.path.exists(path):
            return path
    return None
