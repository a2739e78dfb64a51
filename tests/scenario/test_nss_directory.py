"""libnss_okta.so.2 as installed, in a private host without oktad: whatever
stands at the path of the directory, by the C library's own programs."""

import ast
import os
import re
import subprocess
import urllib.parse

import pytest

from private_host import TREE, PrivateHost

MIN, MAX = 1879048192, 2147352575
DIRECTORY = "/var/lib/okta/public/directory"
SUCCESS, NOTFOUND, UNAVAIL = 1, 0, -1

# Asks every entry point by ctypes and prints the set of their answers.
ASK = """
import ctypes
m = ctypes.CDLL("libnss_okta.so.2")
buf, out, e = (ctypes.create_string_buffer(n) for n in (65536, 256, 8))
end = (buf, ctypes.c_size_t(len(buf)), e)
gids = ctypes.pointer(ctypes.cast(ctypes.create_string_buffer(0),
                                  ctypes.c_void_p))
start, size = ctypes.c_long(0), ctypes.c_long(0)
m._nss_okta_setpwent(0)
m._nss_okta_setgrent(0)
print(*sorted({{
    m._nss_okta_getpwnam_r(b"alice", out, *end),
    m._nss_okta_getpwuid_r({uid}, out, *end),
    m._nss_okta_getpwent_r(out, *end),
    m._nss_okta_getgrnam_r(b"alice", out, *end),
    m._nss_okta_getgrgid_r({uid}, out, *end),
    m._nss_okta_getgrent_r(out, *end),
    m._nss_okta_initgroups_dyn(b"alice", 0, ctypes.byref(start),
        ctypes.byref(size), ctypes.byref(ctypes.c_void_p()), -1, e),
}}))
""".format(uid=MIN + 1)


@pytest.fixture(scope="module")
def host(build):
    subprocess.run(["make", "-s", "-C", build, "tests/make_snapshot"],
                   check=True)
    with PrivateHost("--build", build, "--no-oktad") as h:
        h.ok(f"mkdir -p {os.path.dirname(DIRECTORY)}")
        yield h


def user(n, name, gecos="Test Person", home=None, shell="/bin/bash"):
    fields = (MIN + n, MIN + n, name, gecos,
              f"/home/u{n}" if home is None else home, shell, f"00u{n}",
              f"u{n}@example.com", 2, 0)
    return ["user", *fields]


def publish(host, build, records, path=DIRECTORY):
    """What the writer refused, one sentence each."""
    lines = "".join("\t".join(
        urllib.parse.quote_from_bytes(
            f if isinstance(f, bytes) else str(f).encode(), safe=" /")
        for f in record) + "\n" for record in records)
    return host.ok(f"umask 022; {build}/tests/make_snapshot - {path}",
                   stdin=lines).splitlines()


def table(name):
    """A string table of tests/unit/name_table.h, as bytes."""
    with open(f"{TREE}/tests/unit/name_table.h", encoding="ascii") as f:
        text = f.read()
    body = re.search(rf"\b{name}\[\] = \{{(.*?)\}};", text, re.S)[1]
    body = body.replace("\\?", "?")
    return [ast.literal_eval("b" + s) for s in
            re.findall(r'"(?:[^"\\]|\\.)*"', body)]


def answers(host):
    return [int(n) for n in host.ok("exec /usr/bin/python3 -",
                                    stdin=ASK).split()]


@pytest.mark.threat("T77", reduced="the fuzzing of the readers takes seconds, "
                    "10 minutes with --long, not 24 hours")
def test_what_is_no_file_of_roots_is_not_read(host, build):
    publish(host, build, [user(1, "alice")], "/var/lib/okta/good")
    variants = {
        "absent": "true",
        "symbolic link": "ln -s ../good $d",
        "dangling link": "ln -s nowhere $d",
        "folder": "mkdir $d",
        "FIFO": "mkfifo $d",
        "socket": "python3 -c 'import socket; socket.socket(socket.AF_UNIX)"
                  ".bind(\"'$d'\")'",
        "device": "mknod $d c 1 5",
        "writable by the group": "cp $g $d; chmod 664 $d",
        "writable by all": "cp $g $d; chmod 646 $d",
        "somebody else's": "cp $g $d; chown 1000 $d",
        "empty": ": >$d",
        "shorter than its header": "head -c 255 $g >$d",
        "shorter than its size": "head -c -1 $g >$d",
        "longer than its size": "{ cat $g; echo; } >$d",
        "4 GiB of nothing": "truncate -s 4G $d",
        "text": "cat /etc/passwd >$d",
        "the private kind": "cp /var/lib/okta/people $d",
    }
    assert len(variants) >= 12
    host.ok(f"{build}/tests/make_snapshot 3 2 1 /var/lib/okta/x "
            "/var/lib/okta/people")
    set_up = f"umask 022; d={DIRECTORY} g=/var/lib/okta/good; rm -rf $d\n"
    host.ok(set_up + "cp $g $d")
    assert answers(host) == [SUCCESS]
    for name, command in variants.items():
        host.ok(set_up + command)
        assert answers(host) == [UNAVAIL], name
    host.ok(set_up + "cp $g $d")
    assert answers(host) == [SUCCESS]
    host.ok(f"rm -rf {DIRECTORY}")


def well_formed(host):
    """Every line of getent has its fields; a copy passes pwck and grpck."""
    passwd = host.ok("getent -s okta passwd").splitlines()
    for line in passwd:
        assert line.count(":") == 6, line
        assert line.split(":")[1] == "*", line
    host.ok("""
        mkdir -p /tmp/copy; cd /tmp/copy
        getent -s okta passwd |
            sed 's,:\\*:,:x:,; s,:[^:]*:[^:]*$,:/:/bin/sh,' >passwd
        getent -s okta group >group
        sed 's/:.*/:*:19000:0:99999:7:::/' passwd >shadow
        sed 's/:.*/:*::/' group >gshadow
        pwck -r passwd shadow >&2
        """)
    return [line.split(":") for line in passwd]


@pytest.mark.threat("T16")
def test_table_of_names_comes_out_as_the_rule_says(host, build):
    good, bad = table("good_names"), table("bad_names")
    assert len(good) + len(bad) >= 300
    records = [user(n, name) for n, name in enumerate(good + bad)]
    refused = publish(host, build, records)
    assert len(refused) == len(bad)
    people = well_formed(host)
    assert [p[0].encode() for p in people] == good
    names = "\n".join(p[0] for p in people) + "\n"
    # One person to each program, for every name that is let in.
    found = host.ok("""
        mkdir -p /tmp/own; cd /tmp/own
        while read -r n; do
            touch "f.$n"; chown "$n" "f.$n"
            echo "$n $(id -u "$n") $(getent passwd "$n" | cut -d: -f3)" \
                 "$(stat -c %u "f.$n") $(stat -c %U "f.$n")" \
                 "$(ls -ld "f.$n" | cut -d' ' -f3)"
        done
        """, stdin=names).splitlines()
    assert len(found) == len(good)
    for line, person in zip(found, people):
        assert line.split() == [person[0], *[person[2]] * 3, person[0],
                                person[0]]
    # And nobody for one that is not.
    for name in bad:
        if name and b"\n" not in name:
            assert subprocess.run(
                host.argv("getent", "-s", "okta", "passwd", "--", name),
                stdout=subprocess.DEVNULL, check=False,
                env=host.environment).returncode == 2 or \
                name.decode(errors="replace").isdigit(), name


@pytest.mark.threat("T21")
def test_payloads_forge_no_line(host, build):
    texts = table("bad_texts")
    assert len(texts) >= 200
    records = [user(n, f"u{n}", gecos=t) for n, t in enumerate(texts)]
    records += [user(1000 + n, f"h{n}", home=b"/home/" + t)
                for n, t in enumerate(texts)]
    records += [user(2000 + n, f"s{n}", shell=b"/bin/" + t)
                for n, t in enumerate(texts)]
    good = table("good_texts")
    records += [user(3000 + n, f"g{n}", gecos=t) for n, t in enumerate(good)]
    refused = publish(host, build, records)
    assert len(refused) == 3 * len(texts)
    people = well_formed(host)
    assert [p[4].encode() for p in people] == good


@pytest.mark.threat("T22")
def test_homes_that_are_no_clean_path_are_refused(host, build):
    bad, good = table("bad_paths"), table("good_paths")
    assert len(bad) + len(good) >= 40
    refused = publish(host, build, [
        user(n, f"u{n}", home=p) for n, p in enumerate(bad + good)])
    assert len(refused) == len(bad)
    assert [p[5].encode() for p in well_formed(host)] == good


@pytest.mark.threat("T7")
def test_special_numbers_never_resolve(host, build):
    """In a range as wide as can be configured, asked for by programs."""
    special = (0, 1, 999, 65534, 65535, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 2,
               2 ** 32 - 1)
    wide = [["range", 1000, 2 ** 31 - 2]]
    for n, number in enumerate((*special, 1000, 65533, 65536, 2 ** 31 - 2)):
        record = user(n, f"u{n}")
        record[1] = record[2] = number
        wide.append(record)
    refused = publish(host, build, wide)
    assert len(refused) == len(special)
    for number in special:
        assert host.run(f"getent -s okta passwd {number}").returncode == 2
        assert host.run(f"getent -s okta group {number}").returncode == 2
    assert {int(p[2]) for p in well_formed(host)} == {
        1000, 65533, 65536, 2 ** 31 - 2}


STATIC = """
#include <pwd.h>
#include <stdio.h>
int main(void)
{
    struct passwd *pw = getpwnam("alice");
    printf("%u\\n", pw != NULL ? pw->pw_uid : 0);
    return 0;
}
"""


@pytest.mark.threat("T73")
def test_static_program_runs_and_may_find_people(host, build):
    """glibc's static getpwnam loads the module where its version fits; what
    counts is that nothing breaks."""
    publish(host, build, [user(1, "alice")])
    host.ok("cd /tmp && cat >s.c && gcc -w -static -o s s.c", stdin=STATIC)
    assert host.ok("/tmp/s").strip() in (str(MIN + 1), "0")
    host.ok("cd /tmp && gcc -o d s.c")
    assert host.ok("/tmp/d").strip() == str(MIN + 1)


@pytest.mark.threat("T73")
def test_i386_build_reads_the_same_file(host, build):
    """The module's sources for 32 bits, opened by a 32-bit program."""
    publish(host, build, [user(1, "alice"), ["group", MIN + 2, "dev", "00g2"],
                          ["member", MIN + 2, MIN + 1]])
    with open(f"{TREE}/nss_okta/local.mk", encoding="utf-8") as local:
        sources = " ".join(re.findall(r"\b\w+/\w+\.c\b", local.read()))
    out = host.ok(f"""
        cd {TREE}
        gcc -m32 -O2 -shared -fPIC -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 \
            -Wall -Wextra -Werror -fno-strict-aliasing \
            -DOKTA_LOCALSTATEDIR='"/var"' -DOKTA_SYSCONFDIR='"/etc"' \
            -DOKTA_RUNSTATEDIR='"/run"' -I{build} -Ilibokta -Inss_okta \
            -Wl,-z,defs -o /tmp/libnss_okta32.so {sources}
        readelf -d /tmp/libnss_okta32.so | grep -c NEEDED
        gcc -m32 -D_GNU_SOURCE -I{build} -Ilibokta -Inss_okta -Itests \
            -x c -o /tmp/ask32 - tests/module.c
        /tmp/ask32
        """, stdin=ASK32)
    assert out.split() == ["1", f"{MIN + 1}", "/home/u1", f"{MIN + 2}",
                           "alice", f"{MIN + 2}"]


ASK32 = """
#include <stdio.h>
#include "module.h"
int main(void)
{
    static char buf[4096];
    static gid_t list[8];
    gid_t *gids = list;
    long start = 0, size = 8;
    struct module m;
    struct passwd pw;
    struct group gr;
    int e;

    module_open(&m, "/tmp/libnss_okta32.so", "okta");
    if (m.getpwnam_r("alice", &pw, buf, 2048, &e) != NSS_STATUS_SUCCESS ||
        m.getgrnam_r("dev", &gr, buf + 2048, 2048, &e) != NSS_STATUS_SUCCESS ||
        m.initgroups_dyn("alice", 1, &start, &size, &gids, -1, &e) !=
        NSS_STATUS_SUCCESS || start != 1)
        return 1;
    printf("%u %s %u %s %u\\n", pw.pw_uid, pw.pw_dir, gr.gr_gid, gr.gr_mem[0],
        gids[0]);
    return 0;
}
"""

HELPER = """
#include <grp.h>
#include <pwd.h>
#include <security/pam_appl.h>
#include <unistd.h>
static int silent(int n, const struct pam_message **m,
    struct pam_response **r, void *arg)
{
    (void)n, (void)m, (void)r, (void)arg;
    return PAM_CONV_ERR;
}
int main(void)
{
    struct pam_conv conv = { silent, NULL };
    pam_handle_t *pamh;
    gid_t gids[64];
    int n = 64;
    if (geteuid() != 0 || getpwnam("alice") == NULL ||
        getgrnam("alice") == NULL || getpwnam("nosuch") != NULL ||
        getgrouplist("alice", 1, gids, &n) == -1 ||
        pam_start("t75", "alice", &conv, &pamh) != PAM_SUCCESS ||
        pam_authenticate(pamh, 0) == PAM_SUCCESS)
        return 1;
    pam_acct_mgmt(pamh, 0);
    return pam_end(pamh, 0) != PAM_SUCCESS;
}
"""


@pytest.mark.threat("T75")
def test_eighty_variables_change_nothing_in_a_setuid_program(host, build):
    publish(host, build, [user(1, "alice")])
    host.ok("""
        mkdir -p /usr/local/t75 && cd /usr/local/t75
        cat >helper.c && gcc -o helper helper.c -lpam && chmod 4755 helper
        for t in auth account; do
            echo "$t required pam_okta.so"
        done >/etc/pam.d/t75
        """, stdin=HELPER)
    names = [f"OKTA_{n}" for n in (
        "PATH", "DIR", "DIRECTORY", "CONF", "CONFIG", "URL", "DEBUG", "TRACE",
        "LOG", "HOME", "ROOT", "TEST_ROOT", "STATE_DIR", "RUN_DIR", "SOCK",
        "LOGIN_SOCK", "CA", "CONTROL", "RECORD", "RECORDED")]
    names += [f"NSS_OKTA_{n}" for n in ("PATH", "DIR", "DEBUG", "DISABLE",
                                        "FILE", "TEST", "UID", "TRUST")]
    names += ["HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "TMPDIR", "TEMP",
              "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",
              "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR", "OPENSSL_CONF",
              "CURL_CA_BUNDLE", "CURL_HOME", "LANG", "LC_ALL", "LANGUAGE",
              "LOCPATH", "NLSPATH", "NSS_WRAPPER_PASSWD", "TMP",
              "PAM_WRAPPER", "UID_WRAPPER", "LD_PRELOAD", "LD_LIBRARY_PATH",
              "LD_AUDIT", "LD_PROFILE", "MALLOC_TRACE",
              "MALLOC_CHECK_", "GCONV_PATH", "GETCONF_DIR", "HOSTALIASES",
              "LOCALDOMAIN", "RES_OPTIONS", "RESOLV_HOST_CONF",
              "NIS_PATH", "IFS", "SHELL", "USER", "LOGNAME", "PWD", "SUDO_UID",
              "PYTHONPATH", "PERL5LIB", "BASH_ENV", "ENV", "SYSTEMD_LOG_LEVEL",
              "SYSTEMD_NSS_BYPASS_BUS", "NOTIFY_SOCKET", "LISTEN_FDS",
              "LISTEN_PID"]
    assert len(names) >= 80
    trace = ("cd /tmp && env -i {} setarch -R strace -u nobody -o {} "
             "/usr/local/t75/helper")
    host.ok(trace.format("", "/tmp/trace.0"))
    host.ok(trace.format(" ".join(f"{n}=/tmp/evil" for n in names),
                         "/tmp/trace.1"))

    def calls(path):
        """From the C library's first look at nsswitch.conf on; what the loader
        does with LD_* before is its own affair. No addresses, times, process
        ids and random numbers."""
        text = host.ok(f"cat {path}")
        text = text[text.index("nsswitch.conf"):]
        for word in (DIRECTORY, "libnss_okta.so.2", "pam_okta.so"):
            assert word in text
        return re.sub(r'0x[0-9a-f]+|getrandom\(".*"|poll\(NULL, 0, \d+\)|'
                      r"getpid\(\) += \d+|\d\d:\d\d:\d\d|nlmsg_pid=\d+",
                      "X", text).splitlines()

    plain, crowded = calls("/tmp/trace.0"), calls("/tmp/trace.1")
    assert len(plain) > 100
    assert plain == crowded


@pytest.mark.long
@pytest.mark.threat("T64", reduced="500 replacements a second, not 1000")
def test_ten_minutes_of_replacements_under_the_sanitizers(tmp_path):
    for argv in ([f"{TREE}/configure", "-q", "--enable-sanitizers"],
                 ["make", "-s", "tests/module/test_nss_threads",
                  "tests/module/libnss_okta_test.la"],
                 ["tests/module/test_nss_threads", "600"]):
        done = subprocess.run(argv, cwd=tmp_path, check=False, text=True,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        assert done.returncode == 0, done.stdout[-3000:]
    assert int(re.search(r"(\d+) replacements", done.stdout)[1]) > 300000


@pytest.mark.long
@pytest.mark.threat("T70")
def test_ten_thousand_forks_during_look_ups(build):
    subprocess.run(["make", "-s", "-C", build, "tests/module/test_nss_threads",
                    "tests/module/libnss_okta_test.la"], check=True)
    done = subprocess.run(["tests/module/test_nss_threads", "4", "10000"],
                          cwd=build, check=False, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout[-3000:]
