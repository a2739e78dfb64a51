"""Names: local and reserved ones stay local whatever Okta says, and a name
that is accepted means the same person to every program."""

import json

import pytest

from logins import LOCAL_PASSWORD, PASSWORD, add_key, ssh, ssh_key, talk
from private_host import TREE, PrivateHost

LOCAL = ("root", "Root", "daemon", "sudo", "docker", "www-data", "bin")
ODD = ("a-b", "a.b", "a_b", "a1", "x-1.y_2", "ab--c", "zz.top-1",
       "p" * 31, "s.p.q.r", "u2")


def okta_id(i):
    return f"00uname{i:04d}EXAMPLE01"[:20]


@pytest.fixture(scope="module")
def host(build, tmp_path_factory):
    """The default org with people of those names, all with one password."""
    with open(f"{TREE}/tests/emulator/orgs/default.json",
              encoding="utf-8") as f:
        org = json.load(f)
    for i, name in enumerate((*LOCAL, *ODD, "zoe")):
        # Okta tells logins apart without regard to case.
        login = f"{name}@d{i}.example.com"
        org["users"].append({
            "id": okta_id(i), "status": "ACTIVE", "password": PASSWORD + "x",
            "profile": {"login": login, "email": login, "firstName": "F",
                        "lastName": "L"},
            "factors": [], "groups": ["Linux Users"]})
    for i, name in enumerate(("docker", "adm", "shadow", "root")):
        org["groups"].append({"id": f"00ggroup{i:04d}EXAMPLE1"[:20],
                              "type": "OKTA_GROUP", "profile": {"name": name}})
        org["users"][0]["groups"].append(name)
    folder = tmp_path_factory.mktemp("names")
    (folder / "org.json").write_text(json.dumps(org))
    with open(f"{TREE}/tests/host/okta.conf", encoding="utf-8") as f:
        conf = f.read()
    groups = " ".join(f"@GROUP:{n}@" for n in ("docker", "adm", "shadow",
                                               "root"))
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
    host.ok("for i in $(seq 100); do getent -s okta passwd zoe >/dev/null || "
            "exit 0; sleep 0.1; done; exit 1")


def test_groups_with_local_names_give_nobody_local_rights(host):
    names = host.ok("id -Gn alice").split()
    numbers = [int(n) for n in host.ok("id -G alice").split()]
    assert not set(names) & {"docker", "adm", "shadow", "root"}
    assert min(numbers) >= 1879048192


@pytest.mark.threat("T16", reduced="ten accepted names through every program; "
                    "the table of refused ones is a unit test")
@pytest.mark.parametrize("name", ODD)
def test_accepted_name_is_the_same_person_to_every_program(host, name):
    uid = host.ok(f"getent passwd -- {name}").split(":")[2]
    home = f"/home/{name}"
    assert host.ok(f"id -u {name}").strip() == uid
    host.ok(f"mkdir -p {home}; chown {name} {home}")
    assert host.ok(f"stat -c %u {home}").strip() == uid
    assert host.ok(f"ls -ld {home}").split()[2] == name
    assert host.ok(f"su {name} -c 'id -u'").strip() == uid
    host.ok(f"echo '{name} ALL=(ALL) NOPASSWD: /bin/true' >/etc/sudoers.d/odd")
    assert "/bin/true" in host.ok(f"sudo -l -U {name}")
    assert "not allowed" in host.run("sudo -l -U bob").stdout
    host.ok(f"echo '# {name}' | crontab -u {name} -")
    assert host.ok(f"crontab -u {name} -l").strip() == f"# {name}"
    add_key(host, name)
    host.ok(f"""
        {{ echo 'AllowUsers {name}'; cat /etc/ssh/sshd_config; }} >/run/allow
        /usr/sbin/sshd -f /run/allow -p 2223 -o PidFile=/run/allow.pid
        """)
    try:
        login = "ssh -o BatchMode=yes -p 2223 {}@127.0.0.1 id -u"
        assert host.ok(login.format(name)).strip() == uid
        assert host.run(login.format("alice")).returncode == 255
    finally:
        host.ok("kill $(cat /run/allow.pid)")
    assert ssh_key(host, name).stdout.strip() == name


@pytest.mark.threat("T23")
def test_nobody_of_ours_has_an_empty_password(host):
    """pam_unix nullok, as Debian's own line has it, and nothing else."""
    host.ok("""
        printf 'auth required pam_unix.so nullok\\n' >/etc/pam.d/nulltest
        useradd blank && passwd -d blank
        """)
    try_empty = talk(("assword:", ""), seconds=20) + "pamtester nulltest {} \
authenticate"
    assert host.run(try_empty.format("blank")).returncode == 0
    people = [line.split(":") for line in
              host.ok("getent -s okta passwd").splitlines()]
    assert len(people) >= 4
    for fields in people:
        assert fields[1] == "*"
    for fields in people[:6]:
        assert host.run(try_empty.format(fields[0])).returncode != 0
