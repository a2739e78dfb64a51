"""Names that belong to this host: those its packages will want, and its
powerful groups. Okta has them all; nobody here gets anything by them."""

import json
import os
import re

import pytest

from private_host import PrivateHost, TREE

CONFIG = """
[okta]
url = @URL@
ca_file = @CA@
api_token = @API_TOKEN@

[directory]
allow_groups = 00gAllowed0000000001
publish_groups = 00gAllowed0000000001 %s
"""


def reserved():
    with open(os.path.join(TREE, "libokta/name_reserved.h"),
              encoding="utf-8") as f:
        return re.findall(r'"([a-z0-9_.-]+)"', f.read())


def local_groups():
    with open("/etc/group", encoding="utf-8") as f:
        return [line.split(":")[0] for line in f]


def person(login, groups):
    return {"status": "ACTIVE", "password": "Pw-" + login,
            "groups": groups, "profile": {
                "login": login, "email": "x@example.com", "firstName": "F",
                "lastName": "L"}}


@pytest.fixture(scope="module")
def host(build, tmp_path_factory):
    folder = tmp_path_factory.mktemp("names")
    names = local_groups() + ["docker", "lxd", "Sudo", "SUDO", "wheel"]
    groups = [{"id": "00gLocal%012d" % n, "type": "OKTA_GROUP",
               "profile": {"name": name}} for n, name in enumerate(names)]
    allowed = {"id": "00gAllowed0000000001", "type": "OKTA_GROUP",
               "profile": {"name": "crew"}}
    every = [g["id"] for g in groups] + [allowed["id"]]
    people = [person("ann@example.com", every)]
    people += [person(n + "@example.com", [allowed["id"]])
               for n in reserved()]
    org, config = folder / "org.json", folder / "okta.conf"
    org.write_text(json.dumps({"users": people,
                               "groups": groups + [allowed]}))
    config.write_text(CONFIG % " ".join(g["id"] for g in groups))
    with PrivateHost("--build", build, "--org", str(org),
                     "--config", str(config)) as private:
        yield private


@pytest.mark.threat("T15")
def test_no_local_group_comes_with_a_namesake_in_okta(host):
    host.ok("groupadd -f docker; groupadd -f lxd;"
            "sed -i 's/^group:.*/group: files [SUCCESS=merge] okta/' "
            "/etc/nsswitch.conf; kill -HUP $(pidof oktad); oktactl sync")
    local = {int(line.split(":")[2]): line.split(":")[0]
             for line in host.ok("cat /etc/group").splitlines()}
    assert {"docker", "lxd", "sudo", "adm", "disk", "shadow"} <= set(
        local.values())
    mine = {int(g) for g in host.ok("id -G ann").split()}
    assert "crew" in host.ok("id -Gn ann").split()
    assert not mine & set(local)
    assert min(mine) >= 1879048192
    assert not set(host.ok("id -Gn ann").split()) & set(local.values())
    # What files say stays what files say.
    for gid, name in local.items():
        assert host.ok("getent group " + name).split(":")[2] == str(gid)
        assert "ann" not in host.ok("getent group " + name)
    refused = {r["name"].lower() for r in json.loads(
        host.ok("oktactl --json status"))["refused"]}
    assert {"docker", "sudo"} <= refused


@pytest.mark.threat("T14", whole=True)
def test_names_that_packages_want_stay_theirs(host):
    names = reserved()
    assert len(names) > 200
    known = {line.split(":")[0]
             for line in host.ok("getent -s okta passwd").splitlines()}
    assert known == {"ann"}
    for name in names[::20]:
        assert host.run("getent -s okta passwd " + name).stdout == ""
    # A package comes and makes its user, as it would without us.
    host.ok("""
        mkdir -p /tmp/p/DEBIAN && cd /tmp/p/DEBIAN
        printf 'Package: okta-test\\nVersion: 1\\nArchitecture: all\\n' >control
        printf 'Maintainer: x <x@x.test>\\nDescription: x\\n' >>control
        printf '#!/bin/sh\\nadduser --quiet --system --group ' >postinst
        printf -- '--no-create-home postgres\\n' >>postinst
        chmod 755 postinst; dpkg-deb -b /tmp/p /tmp/p.deb >/dev/null
        deluser --quiet --system postgres 2>/dev/null
        dpkg -i /tmp/p.deb >/dev/null 2>/tmp/p.err || { cat /tmp/p.err; exit 1; }
        """)
    entry = host.ok("getent passwd postgres").split(":")
    assert 100 <= int(entry[2]) <= 999
    assert host.ok("id -gn postgres").strip() == "postgres"
