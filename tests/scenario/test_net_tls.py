"""Servers with something amiss in their TLS: not one byte of a request."""
import subprocess
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from fake_parent import OK, TLS, FakeParent
from net_fixtures import *  # noqa: F401,F403
from net_fixtures import login, start_on
from odd_server import Ca, OddServer, always, answer

USERS = "/api/v1/users"
HERE = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])


@pytest.fixture(scope="module")
def ca(tmp_path_factory):
    return Ca(str(tmp_path_factory.mktemp("ca")))


def self_signed(ca):
    key = ec.generate_private_key(ec.SECP256R1())
    return ca.wrap(ca.issue(["127.0.0.1"], key.public_key(), key=key,
                            issuer=HERE), key)


def other_ca(ca):
    return Ca(ca.folder, "Other").context()


def leaf_as_ca(ca):
    """Signed by a certificate that may not sign."""
    middle = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "middle")])
    between = ca.issue(["middle"], middle.public_key())
    key = ec.generate_private_key(ec.SECP256R1())
    leaf = ca.issue(["127.0.0.1"], key.public_key(), key=middle, issuer=name)
    return ca.wrap(leaf, key, [between])


def old_version(version):
    def make(ca):
        context = ca.context()
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = version
        return context
    return make


def weak_cipher(ca):
    context = ca.context(bits=2048)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("aNULL:NULL:@SECLEVEL=0")
    return context


def wrong_signature(ca):
    """The name of our CA, another key."""
    return ca.context(signer=ec.generate_private_key(ec.SECP256R1()))


BAD = {
    "expired": lambda ca: ca.context(start=-30, days=29),
    "not yet valid": lambda ca: ca.context(start=1),
    "another host": lambda ca: ca.context(["org.okta.test"]),
    "another address": lambda ca: ca.context(["127.0.0.2"]),
    "wildcard for an address": lambda ca: ca.context(["*.0.0.1"]),
    "self-signed": self_signed,
    "another CA": other_ca,
    "common name only": lambda ca: ca.context(subject=HERE),
    "CA as server": lambda ca: ca.context(ca=True),
    "server as CA": leaf_as_ca,
    "for clients": lambda ca: ca.context(
        usage=ExtendedKeyUsageOID.CLIENT_AUTH),
    "signed by nobody": wrong_signature,
    "RSA of 1024 bits": lambda ca: ca.context(bits=1024),
    "SHA-1": lambda ca: ca.context(digest=hashes.SHA1()),
    "TLS 1.0": old_version(ssl.TLSVersion.TLSv1),
    "TLS 1.1": old_version(ssl.TLSVersion.TLSv1_1),
    "no encryption": weak_cipher,
    "no TLS": lambda ca: None,
}


@pytest.mark.threat("T86")
@pytest.mark.parametrize("name", BAD)
def test_bad_server_gets_no_byte_of_a_request(build, ca, name):
    got = []

    def play(connection, server):
        data = connection.recv(65536)
        if server.context is not None or b"HTTP" in data:
            got.append(data)
    with OddServer(BAD[name](ca), play) as server, \
            start_on(server, build, ca) as net:
        for odd in (net.channel("sync").get(USERS),
                    login(net.channel("login"))):
            assert odd.transport == TLS, odd
        assert server.connections >= 2
        assert [d for d in got if d] == []


def test_good_servers_are_taken(build, ca):
    """The control: the same maker, nothing amiss."""
    for context in (ca.context(), ca.context(bits=2048),
                    ca.context(["127.0.0.1", "*.okta.test"])):
        with OddServer(context, always(answer())) as server, \
                start_on(server, build, ca) as net:
            assert net.channel("sync").get(USERS).transport == OK
    # By name: the resolver works inside the sandbox.
    with OddServer(ca.context(["localhost"]), always(answer())) as server, \
            start_on(server, build, ca, url="https://localhost:%d" %
                     server.port) as net:
        assert net.channel("sync").get(USERS).transport == OK


@pytest.mark.threat("T86")
def test_name_that_leads_elsewhere_is_refused(build, ca, tmp_path):
    """/etc/hosts sends the org's name to a server of somebody else."""
    hosts = tmp_path / "hosts"
    hosts.write_text("127.0.0.1 localhost org.okta.test\n")
    wrap = ("unshare", "-m", "sh", "-c",
            'mount --bind "$0" /etc/hosts && exec "$@"', str(hosts))
    if subprocess.run([*wrap, "true"], check=False,
                      stderr=subprocess.DEVNULL).returncode:
        pytest.skip("mount namespaces need root")
    stolen = Ca(ca.folder, "Attacker")
    for context, code in ((stolen.context(["org.okta.test"]), TLS),
                          (ca.context(["evil.test"]), TLS),
                          (ca.context(["org.okta.test"]), OK)):
        with OddServer(context, always(answer())) as server:
            conf = {"url": "https://org.okta.test:%d" % server.port,
                    "ca_pem": ca.pem, "mode": 1, "api_token": "t",
                    "rate_share": 50}
            with FakeParent(build, conf, wrap=wrap) as net:
                assert net.channel("sync").get(USERS).transport == code
            assert len(server.received) == (code == OK)
