"""Names: local and reserved ones stay local whatever Okta says, and a name
that is accepted means the same person to every program."""

import json
import re

import pytest

from logins import LOCAL_PASSWORD, PASSWORD, add_key, ssh, talk
from private_host import TREE, PrivateHost

LOCAL = ("root", "Root", "daemon", "sudo", "docker", "www-data", "bin")
# Every accepted name of the table that test_name reads (300 names).
with open(f"{TREE}/tests/unit/name_table.h", encoding="utf-8") as table:
    GOOD = [n for n in re.findall(r'"([^"]+)"', re.search(
        r"good_names\[\] = \{(.*?)\};", table.read(), re.S)[1])
            if n not in ("alice", "bob", "carol", "dave")]
# Groups of the machine, which the private host has too.
with open("/etc/group", encoding="utf-8") as groups:
    LOCAL_GROUPS = [line.split(":")[0] for line in groups]


def okta_id(i):
    return f"00uname{i:04d}EXAMPLE01"[:20]


@pytest.fixture(scope="module")
def host(build, tmp_path_factory):
    """The default org with people of those names, all with one password."""
    with open(f"{TREE}/tests/emulator/orgs/default.json",
              encoding="utf-8") as f:
        org = json.load(f)
    for i, name in enumerate((*LOCAL, *GOOD, "zoe")):
        # Okta tells logins apart without regard to case.
        login = f"{name}@d{i}.example.com"
        org["users"].append({
            "id": okta_id(i), "status": "ACTIVE", "password": PASSWORD + "x",
            "profile": {"login": login, "email": login, "firstName": "F",
                        "lastName": "L"},
            "factors": [], "groups": ["Linux Users"]})
    for i, name in enumerate(dict.fromkeys((*LOCAL_GROUPS, "docker", "lxd"))):
        org["groups"].append({"id": f"00ggroup{i:04d}EXAMPLE1"[:20],
                              "type": "OKTA_GROUP", "profile": {"name": name}})
        org["users"][0]["groups"].append(name)
    folder = tmp_path_factory.mktemp("names")
    (folder / "org.json").write_text(json.dumps(org))
    with open(f"{TREE}/tests/host/okta.conf", encoding="utf-8") as f:
        conf = f.read()
    groups = " ".join(f"@GROUP:{n}@" for n in dict.fromkeys(
        (*LOCAL_GROUPS, "docker", "lxd")))
    (folder / "okta.conf").write_text(conf.replace(
        "publish_groups =", f"publish_groups = {groups}"))
    with PrivateHost("--build", build, "--org", str(folder / "org.json"),
                     "--config", str(folder / "okta.conf")) as h:
        yield h


def ours(host, database, key):
    """Does our module answer for that key?"""
    return host.run(f"getent -s okta {database} {key}").returncode == 0


@pytest.mark.threat("T13")
def test_local_and_reserved_names_are_never_ours(host):
    assert ours(host, "passwd", "alice")
    for name in LOCAL:
        assert not ours(host, "passwd", name), name
        assert not ours(host, "group", name), name
        code, _, _ = ssh(host, name, PASSWORD + "x")
        assert code == 255, name
    # Somebody becomes local after the sync that published them.
    assert ours(host, "passwd", "zoe")
    # (useradd would refuse a name that is known already.)
    host.ok(f"""
        echo 'zoe:x:1500:100:local:/:/bin/sh' >>/etc/passwd
        echo 'zoe:*:20000::::::' >>/etc/shadow
        echo zoe:{LOCAL_PASSWORD} | chpasswd
        """)
    assert host.ok("id -u zoe") == "1500\n"
    assert ssh(host, "zoe", PASSWORD + "x")[0] == 255
    code, out, _ = ssh(host, "zoe", LOCAL_PASSWORD)
    assert code == 0 and out[-1] == "zoe", out
    host.ok("for i in $(seq 600); do getent -s okta passwd zoe >/dev/null || "
            "exit 0; sleep 0.1; done; exit 1")


@pytest.mark.threat("T15")
@pytest.mark.parametrize("merge", ["", "[SUCCESS=merge] "])
def test_groups_with_local_names_give_nobody_local_rights(host, merge):
    """Okta has a group of each local one's name, with alice in it."""
    host.ok("cp /etc/nsswitch.conf /tmp/nsswitch; "
            f"sed -i 's/^group:.*/group: files {merge}okta/' "
            "/etc/nsswitch.conf")
    try:
        names = host.ok("id -Gn alice").split()
        numbers = [int(n) for n in host.ok("id -G alice").split()]
        everybody = host.ok("getent group").splitlines()
        each = [host.run(f"getent group {n}").stdout for n in LOCAL_GROUPS]
    finally:
        host.ok("cp /tmp/nsswitch /etc/nsswitch.conf")
    assert "sudo" in LOCAL_GROUPS and len(LOCAL_GROUPS) > 30
    assert "alice" in names and not set(names) & {*LOCAL_GROUPS, "docker",
                                                  "lxd"}
    assert min(numbers) >= 1879048192
    assert not [line for line in everybody + each
                if "alice" in line and line.split(":")[0] in LOCAL_GROUPS]


# One line per name: what each program takes it for. crontab and sudo speak of
# the name itself, so they say whether it was theirs.
PROGRAMS = r"""
name=$1 home=/home/$1
uid=$(getent passwd -- "$name" | cut -d: -f3)
mkdir -p "$home/.ssh"
cp /root/.ssh/id_ed25519.pub "$home/.ssh/authorized_keys"
chown -R "$name" "$home"
chmod 700 "$home" "$home/.ssh"
echo "# $name" | crontab -u "$name" -
sudo -l -U "$name" | grep -q /bin/true && sudo=yes || sudo=no
echo "$name $uid $(id -u "$name") $(stat -c %u "$home")" \
    "$(ls -ld "$home" | cut -d' ' -f3) $(su "$name" -c 'id -u')" \
    "$(crontab -u "$name" -l | cut -c3-) $sudo" \
    "$(ssh -o BatchMode=yes -p 2223 "$name@127.0.0.1" id -u)"
"""


@pytest.mark.threat("T16")
def test_every_accepted_name_is_the_same_person_to_every_program(host):
    add_key(host, "alice")
    words = "\n".join(GOOD)
    host.ok("cat >/run/names", stdin=words + "\n")
    host.ok("cat >/run/programs", stdin=PROGRAMS)
    host.ok("""
        sed 's/$/ ALL=(ALL) NOPASSWD: \\/bin\\/true/' /run/names \
            >/etc/sudoers.d/names
        visudo -cq
        { sed 's/^/AllowUsers /' /run/names; cat /etc/ssh/sshd_config; } \
            >/run/allow
        /usr/sbin/sshd -f /run/allow -p 2223 -o PidFile=/run/allow.pid
        """)
    try:
        lines = host.ok("xargs -P 4 -n 1 sh /run/programs </run/names")
        assert host.run("ssh -o BatchMode=yes -p 2223 alice@127.0.0.1 id -u"
                        ).returncode == 255  # no line has her name
    finally:
        host.ok("kill $(cat /run/allow.pid)")
    assert "not allowed" in host.run("sudo -l -U bob").stdout
    seen = {}
    for line in lines.splitlines():
        name, uid, *others = line.split()
        assert int(uid) >= 1879048192, line
        assert others == [uid, uid, name, uid, name, "yes", uid], line
        seen[name] = uid
    assert sorted(seen) == sorted(GOOD)
    assert len(set(seen.values())) == len(GOOD)


@pytest.mark.threat("T23")
def test_nobody_of_ours_has_an_empty_password(host):
    """pam_unix nullok, as Debian's own line has it, and nothing else: at a
    prompt that gets Enter, and for everybody of the directory."""
    host.ok("""
        printf 'auth required pam_unix.so nullok nodelay\\n' \\
            >/etc/pam.d/nulltest
        useradd blank && passwd -d blank
        """)
    on_a_terminal = talk(("assword:", ""), seconds=20) + \
        "pamtester nulltest {} authenticate"
    assert host.run(on_a_terminal.format("blank")).returncode == 0
    assert host.run(on_a_terminal.format("alice")).returncode != 0
    people = [line.split(":") for line in
              host.ok("getent -s okta passwd").splitlines()]
    assert len(people) > len(GOOD) > 90
    assert {fields[1] for fields in people} == {"*"}
    tries = host.ok(
        "xargs -P 4 -n 1 sh -c 'echo | pamtester nulltest $1 authenticate "
        ">/dev/null 2>&1 && echo in $1 || echo out $1' -",
        stdin="\n".join(["blank", *(f[0] for f in people)]) + "\n")
    assert sorted(tries.splitlines()) == sorted(
        ["in blank", *(f"out {f[0]}" for f in people)])
