"""Listeners, one thread per connection, and the delivery of answers."""
import socket
import ssl
import threading

from . import wire
from .message import Reply, Request

CONNECTIONS_MAX = 512

_PAGE = ("<html>\r\n<head><title>%d %s</title></head>\r\n<body>\r\n"
         "<center><h1>%d %s</h1></center>\r\n<hr><center>nginx</center>\r\n"
         "</body>\r\n</html>\r\n")


def front_page(status):
    """What the front server says when a request never reaches the API."""
    reason = wire.REASONS.get(status, "Error")
    return Reply(status, (_PAGE % (status, reason, status, reason)).encode(),
                 content_type="text/html", edge=True)


def listen(address):
    """A listening socket for "host:port"; port 0 takes any free one."""
    host, _, port = address.rpartition(":")
    host = host.strip("[]") or "127.0.0.1"
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((host, int(port)))
    sock.listen(256)
    return sock


class Server:
    """Serves handler.handle(request) -> Outcome on one listening socket."""

    def __init__(self, sock, handler, stop, context=None):
        self.sock = sock
        self.handler = handler
        self.stop = stop
        self.context = context
        self.scheme = "https" if context else "http"
        self._room = threading.BoundedSemaphore(CONNECTIONS_MAX)

    @property
    def address(self):
        return self.sock.getsockname()[:2]

    @property
    def url(self):
        host, port = self.address
        return "%s://%s:%d" % (self.scheme,
                               "[%s]" % host if ":" in host else host, port)

    def start(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def _accept(self):
        while not self.stop.is_set():
            try:
                sock, peer = self.sock.accept()
            except OSError:
                return
            if not self._room.acquire(blocking=False):
                sock.close()
                continue
            threading.Thread(target=self._run, args=(sock, peer),
                             daemon=True).start()

    def _run(self, sock, peer):
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.settimeout(15.0)
            if self.context is not None:
                # Reading the attribute here lets PUT /org change the leaf.
                sock = self.context.wrap_socket(sock, server_side=True)
            self._serve(wire.Connection(sock, peer, self.scheme))
        except (wire.Hangup, ssl.SSLError, OSError):
            pass
        finally:
            try:
                sock.close()
            except OSError:
                pass
            self._room.release()

    def _serve(self, connection):
        keep = True
        while keep and not self.stop.is_set():
            try:
                request = connection.read_request()
            except wire.Malformed as why:
                request = Request("", "/", [], b"", self.scheme,
                                  connection.client)
                outcome = self.handler.refuse(front_page(why.status))
                keep = False
            else:
                keep = request.header("connection", "").lower() != "close"
                outcome = self.handler.handle(request)
            keep = self._deliver(connection, outcome, keep)

    def _deliver(self, connection, outcome, keep):
        """Write the answer as the fault, if any, wants it written."""
        fault = outcome.fault
        if fault is not None and fault.cuts_before:
            connection.reset()
        keep = keep and (fault is None or fault.keeps)
        head, body = wire.serialise(outcome.reply, outcome.headers, keep,
                                    outcome.chunked)
        if outcome.head_only:
            body = b""
        if fault is None:
            connection.write(head + body)
        else:
            fault.deliver(connection, head, body, self.stop)
        return keep
