"""A certificate authority of one run: made at start, kept in one folder."""
import datetime
import ipaddress
import os
import ssl

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_LIFE = datetime.timedelta(days=30)


def _name(text):
    return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME,
                                         "Okta org emulator"),
                      x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _start(subject, issuer, public_key):
    now = datetime.datetime.now(datetime.timezone.utc)
    # A day of slack: tests move the clocks of clients.
    return (x509.CertificateBuilder().subject_name(subject)
            .issuer_name(issuer).public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + _LIFE))


def _alternative(host):
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _write(path, data, mode):
    temporary = path + ".new"
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(fd, "wb") as f:
        f.write(data)
    os.replace(temporary, path)


def _private(key):
    return key.private_bytes(serialization.Encoding.PEM,
                             serialization.PrivateFormat.PKCS8,
                             serialization.NoEncryption())


class Authority:
    """Writes ca.pem (to be trusted), leaf.pem and leaf.key into folder."""

    def __init__(self, folder):
        os.makedirs(folder, exist_ok=True)
        self.folder = folder
        self.path = os.path.join(folder, "ca.pem")
        self._key = ec.generate_private_key(ec.SECP256R1())
        name = _name("Emulator CA " + os.urandom(4).hex())
        public = self._key.public_key()
        self._name = name
        self._cert = (
            _start(name, name, public)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
            .add_extension(x509.KeyUsage(False, False, False, False, False,
                                         True, True, False, False), True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public),
                           False)
            .sign(self._key, hashes.SHA256()))
        _write(self.path, self._cert.public_bytes(
            serialization.Encoding.PEM), 0o644)

    def context(self, hosts):
        """A server's TLS context with a fresh leaf for these hosts."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = [_alternative(h) for h in dict.fromkeys(hosts)]
        cert = (
            _start(_name(hosts[0]), self._name, key.public_key())
            .add_extension(x509.SubjectAlternativeName(names), False)
            .add_extension(x509.BasicConstraints(False, None), True)
            .add_extension(x509.ExtendedKeyUsage(
                [ExtendedKeyUsageOID.SERVER_AUTH]), False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(
                    self._key.public_key()), False)
            .sign(self._key, hashes.SHA256()))
        chain = os.path.join(self.folder, "leaf.pem")
        secret = os.path.join(self.folder, "leaf.key")
        _write(chain, cert.public_bytes(serialization.Encoding.PEM), 0o644)
        _write(secret, _private(key), 0o600)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        context.load_cert_chain(chain, secret)
        return context
