"""A TLS server that answers wrongly, and certificates that are wrong.

Ca issues certificates with any one thing amiss; OddServer plays a function for
each connection and keeps what it was sent.
"""
import datetime
import ipaddress
import os
import socket
import ssl
import threading

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = datetime.timedelta(days=1)


def _name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _alternative(host):
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


class Ca:
    """A certificate authority; pem is what a client must trust."""

    def __init__(self, folder, name="Odd CA"):
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = _name(name + " " + os.urandom(4).hex())
        self.certificate = self.issue(None, ca=True)
        self.pem = self.certificate.public_bytes(
            serialization.Encoding.PEM).decode()

    def issue(self, hosts, public=None, ca=False, start=-1, days=30,
              usage=ExtendedKeyUsageOID.SERVER_AUTH, subject=None,
              digest=None, key=None, issuer=None):
        now = datetime.datetime.now(datetime.timezone.utc)
        public = public or self.key.public_key()
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject or (_name(hosts[0]) if hosts
                                      else self.name))
            .issuer_name(issuer or self.name).public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + start * DAY)
            .not_valid_after(now + (start + days) * DAY)
            .add_extension(x509.BasicConstraints(ca, None), True))
        if hosts and subject is None:
            builder = builder.add_extension(x509.SubjectAlternativeName(
                [_alternative(h) for h in hosts]), False)
        if usage and hosts:
            builder = builder.add_extension(x509.ExtendedKeyUsage([usage]),
                                            False)
        return builder.sign(key or self.key, digest or hashes.SHA256())

    def context(self, hosts=("127.0.0.1", "localhost"), bits=None, key=None,
                signer=None, chain=(), **more):
        """A server's context; key: a private key of one's own making."""
        key = key or (rsa.generate_private_key(public_exponent=65537,
                                               key_size=bits) if bits
                      else ec.generate_private_key(ec.SECP256R1()))
        certificate = self.issue(list(hosts), key.public_key(), key=signer,
                                 **more)
        return self.wrap(certificate, key, chain)

    def wrap(self, certificate, key, chain=()):
        path = os.path.join(self.folder, os.urandom(6).hex())
        with open(path, "wb") as f:
            f.write(key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption()))
            for one in (certificate, *chain):
                f.write(one.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # The server takes what the client must refuse.
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.load_cert_chain(path)
        return context


class OddServer:
    """play(connection, server) for each connection; context None: no TLS."""

    def __init__(self, context, play=None):
        self.context = context
        self.play = play or (lambda connection, server: None)
        self.connections = 0
        self.received = []
        self.stopping = threading.Event()
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(64)
        self.port = self.listener.getsockname()[1]
        self.url = "https://127.0.0.1:%d" % self.port
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(5)

    def _accept(self):
        while not self.stopping.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,),
                             daemon=True).start()

    def _serve(self, connection):
        try:
            with connection:
                if self.context is not None:
                    connection = self.context.wrap_socket(connection,
                                                          server_side=True)
                with connection:
                    self.play(connection, self)
        except OSError:
            pass

    def read_request(self, connection):
        """One whole request; kept in received.  None at the end."""
        data = b""
        while b"\r\n\r\n" not in data:
            more = connection.recv(65536)
            if not more:
                return None
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        length = 0
        for line in head.split(b"\r\n"):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        while len(body) < length:
            more = connection.recv(65536)
            if not more:
                return None
            body += more
        self.received.append(head + b"\r\n\r\n" + body)
        return self.received[-1]


def answer(body=b"[]", status="200 OK", kind="application/json", extra=(),
           length=None):
    """Bytes of an answer."""
    head = ["HTTP/1.1 " + status]
    if kind is not None:
        head.append("Content-Type: " + kind)
    if length is not False:
        head.append("Content-Length: %d" % (len(body) if length is None
                                            else length))
    head.extend(extra)
    return "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body


def always(data):
    """A play: the same answer to every request."""
    def play(connection, server):
        while server.read_request(connection) is not None:
            connection.sendall(data)
    return play
