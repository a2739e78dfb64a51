"""What each shipped file is linked to, shows to others and may ask of its
environment: the architecture as the loader sees it."""

import os
import platform
import re
import stat
import subprocess

import pytest

from private_host import TREE

# Everything but libc, which all need.
NEEDED = {
    "libnss_okta.so.2": set(),
    "pam_okta.so": {"libpam.so.0"},
    "oktad": {"libcrypto.so.3", "libsystemd.so.0", "libseccomp.so.2"},
    "oktad-net": {"libcurl.so.4", "libjson-c.so.5", "libcrypto.so.3",
                  "libssl.so.3", "libseccomp.so.2"},
    "oktad-sync": {"libsqlite3.so.0", "libjson-c.so.5", "libcrypto.so.3",
                   "libseccomp.so.2"},
    "oktad-login": {"libjson-c.so.5", "libseccomp.so.2",
                    "libqrencode.so.4"},
    "oktactl": {"libjson-c.so.5", "libcrypto.so.3"},
}
MUST_NEED = {"oktad-net": {"libcurl.so.4"}, "oktad-sync": {"libsqlite3.so.0"}}
MODULES = ("libnss_okta.so.2", "pam_okta.so")
EXPORTS = {
    "libnss_okta.so.2": {
        f"_nss_okta_{name}" for name in (
            "getpwnam_r", "getpwuid_r", "setpwent", "getpwent_r", "endpwent",
            "getgrnam_r", "getgrgid_r", "setgrent", "getgrent_r", "endgrent",
            "initgroups_dyn")},
    "pam_okta.so": {
        f"pam_sm_{name}" for name in (
            "authenticate", "setcred", "acct_mgmt", "open_session",
            "close_session", "chauthtok")},
}
# RHEL 9 and everything since; Debian 12 has 2.36.
GLIBC_MAX = (2, 34)
FULL_LIBRARIES = re.compile(
    r"<(json-c|openssl|curl|sqlite3|systemd|seccomp|security|crypt)\b")


@pytest.fixture(scope="module")
def files(product):
    """Installed programs and modules by name."""
    found = {}
    for folder, _, names in os.walk(product):
        for name in names:
            path = os.path.join(folder, name)
            if name in NEEDED and not os.path.islink(path):
                found[name] = path
            elif name.startswith("libnss_okta.so.2"):
                found["libnss_okta.so.2"] = os.path.realpath(path)
    return found


def output(*argv):
    return subprocess.run(argv, stdout=subprocess.PIPE, text=True,
                          check=True).stdout


def needed(path):
    return set(re.findall(r"NEEDED.*\[(.*)\]",
                          output("readelf", "-dW", path)))


def symbols(path, *options):
    """name -> type, without versions."""
    found = {}
    for line in output("nm", "-D", *options, path).splitlines():
        kind, name = line.split()[-2:]
        found[name.split("@")[0]] = kind
    return found


@pytest.mark.threat("T62")
@pytest.mark.parametrize("name", NEEDED)
def test_links_only_what_its_job_needs(files, name):
    libraries = needed(files[name]) - {"libc.so.6", "ld-linux-x86-64.so.2"}
    assert libraries <= NEEDED[name]
    assert MUST_NEED.get(name, set()) <= libraries


@pytest.mark.threat("T62")
@pytest.mark.parametrize("name", MODULES)
def test_module_exports_its_entry_points_and_nothing_else(files, name):
    found = {n for n, kind in symbols(files[name], "--defined-only").items()
             if kind != "A"}
    assert found == EXPORTS[name]


@pytest.mark.parametrize("name", MODULES)
def test_module_runs_nothing_when_it_is_loaded(files, name):
    """One constructor: the compiler's own frame_dummy."""
    size = re.search(r"\.init_array\s+INIT_ARRAY\s+\w+ \w+ (\w+)",
                     output("readelf", "-SW", files[name]))
    assert int(size[1], 16) == 8


@pytest.mark.threat("T75")
@pytest.mark.parametrize("name", MODULES)
def test_module_reads_no_environment_and_loads_nothing(files, name):
    wanted = set(symbols(files[name], "--undefined-only"))
    assert "memcpy" in wanted or "memcmp" in wanted  # the list is a list
    for call in ("getenv", "secure_getenv", "__secure_getenv", "environ",
                 "__environ", "dlopen", "system", "popen", "execve", "fork",
                 "abort", "__assert_fail", "exit", "signal", "sigaction",
                 "setlocale", "umask", "setenv", "alarm"):
        assert call not in wanted, call


@pytest.mark.threat("T73")
@pytest.mark.parametrize("name", MODULES)
def test_module_runs_with_the_oldest_supported_libc(files, name):
    versions = re.findall(r"GLIBC_(\d+)\.(\d+)",
                          output("objdump", "-T", files[name]))
    assert versions
    assert max((int(a), int(b)) for a, b in versions) <= GLIBC_MAX


@pytest.mark.threat("T76")
def test_nothing_installed_gains_rights_by_being_run(product):
    count = 0
    for folder, folders, names in os.walk(product):
        for name in names + folders:
            path = os.path.join(folder, name)
            mode = os.lstat(path).st_mode
            assert not mode & (stat.S_ISUID | stat.S_ISGID), path
            if not os.path.islink(path):
                assert "security.capability" not in os.listxattr(path), path
                assert not mode & stat.S_IWOTH, path
            count += 1
    assert count > 30
    # Nor does anything of ours chroot into a folder that somebody prepared.
    for folder, _, names in os.walk(product):
        for name in names:
            path = os.path.join(folder, name)
            with open(path, "rb") as f:
                if f.read(4) == b"\x7fELF":
                    assert "chroot" not in symbols(path, "--undefined-only")


@pytest.mark.threat("T119", reduced="no second build is compared, and no "
                    "package is there for lintian")
@pytest.mark.parametrize("flag, pattern", [
    ("PIE or shared", r"Type:\s+DYN"), ("bind now", r"\bNOW\b"),
    ("relro", r"GNU_RELRO"), ("no executable stack", r"GNU_STACK.* RW ")])
def test_every_binary_is_hardened(files, flag, pattern):
    for name, path in files.items():
        if name in NEEDED:
            assert re.search(pattern, output("readelf", "-hldW", path)), (
                name, flag)


@pytest.mark.threat("T119")
@pytest.mark.parametrize("name", NEEDED)
def test_every_binary_has_the_compiler_s_guards(files, name):
    """Stack protector, checked string functions where the C library is asked
    for any, and landing pads for indirect jumps."""
    wanted = set(symbols(files[name], "--undefined-only"))
    assert "__stack_chk_fail" in wanted
    assert name == "libnss_okta.so.2" or "__snprintf_chk" in wanted
    assert not wanted & {"sprintf", "vsprintf", "gets"}
    if platform.machine() == "x86_64":
        assert "endbr64" in output("objdump", "-d", files[name])


def sources(folder):
    for name in sorted(os.listdir(os.path.join(TREE, folder))):
        if name.endswith((".c", ".h")):
            path = os.path.join(TREE, folder, name)
            with open(path, encoding="utf-8") as f:
                yield name, set(re.findall(r'#include (["<][^">]+)', f.read()))


def base_files(build):
    """Files of libokta's base archive, as the generated Makefile has them."""
    with open(os.path.join(build, "Makefile"), encoding="utf-8") as f:
        text = f.read()
    words = re.search(r"^am__libokta_libbase_la_SOURCES_DIST =(.*?[^\\])$|"
                      r"^libokta_libbase_la_SOURCES =(.*?[^\\])$", text,
                      re.M | re.S)
    names = (words[1] or words[2]).replace("\\\n", " ").split()
    return {os.path.basename(n) for n in names}


def test_arrows_point_down(build):
    """programs -> libokta full -> libokta base -> libc; never back."""
    base = base_files(build)
    assert {"directory.c", "wire.c", "access.c", "client.c"} <= base
    libokta = {name for name, _ in sources("libokta")}
    for name, includes in sources("libokta"):
        for include in includes:
            if include.startswith('"') and include != '"config.h':
                target = include[1:]
                assert target in libokta, (name, include)
                if name in base:
                    assert target in base, (name, include)
            elif name in base:
                assert not FULL_LIBRARIES.match(include), (name, include)
    for room in ("nss_okta", "pam_okta"):
        own = {name for name, _ in sources(room)}
        for name, includes in sources(room):
            for include in includes:
                if include.startswith('"') and include != '"config.h':
                    assert include[1:] in own | base, (room, name, include)
    for room, others in (("oktad", ("oktactl",)), ("oktactl", ("oktad",))):
        for name, includes in sources(room):
            for include in includes:
                assert not any(o + "/" in include for o in others), name


def code_lines(path):
    """Lines that are neither empty nor comment."""
    with open(os.path.join(TREE, path), encoding="utf-8") as f:
        text = re.sub(r"/\*.*?\*/", "", f.read(), flags=re.S)
    return sum(1 for line in text.splitlines() if line.strip())


def linked_lines(room):
    """Code lines of a module with what it links of libokta's base."""
    files = [f"{room}/{name}" for name, _ in sources(room)]
    with open(os.path.join(TREE, room, "local.mk"), encoding="utf-8") as f:
        files += re.findall(r"libokta/\w+\.c", f.read())
    assert len(files) > 8
    return sum(map(code_lines, files))


def test_nss_module_is_small_enough_to_be_read():
    assert linked_lines("nss_okta") < 1000


def test_pam_module_does_not_grow():
    """Under 1,500 is what it is meant to be; this is what it is: 2,000 and
    the access rules of the account phase (addresses, words, sources), the keys
    that are worth nothing without them, and the prompt of an unknown name."""
    assert linked_lines("pam_okta") < 2520
