"""HTTP/1.1 on one connection: read a request, write a reply in one piece."""
import select
import socket
import struct
import time

from .message import Request

HEAD_MAX = 32 * 1024
BODY_MAX = 1024 * 1024

REASONS = {
    100: "Continue", 200: "OK", 201: "Created", 202: "Accepted",
    204: "No Content", 301: "Moved Permanently", 302: "Found",
    303: "See Other", 304: "Not Modified", 307: "Temporary Redirect",
    308: "Permanent Redirect", 400: "Bad Request", 401: "Unauthorized",
    403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
    406: "Not Acceptable", 408: "Request Timeout", 409: "Conflict",
    410: "Gone", 411: "Length Required", 412: "Precondition Failed",
    413: "Request Entity Too Large", 414: "Request-URI Too Large",
    415: "Unsupported Media Type", 423: "Locked",
    429: "Too Many Requests", 431: "Request Header Fields Too Large",
    500: "Internal Server Error", 501: "Not Implemented",
    502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
}


class Hangup(Exception):
    """The peer went away, was too slow or was cut off on purpose."""


class Malformed(Exception):
    """Not HTTP as the front server accepts it; .status is its answer."""

    def __init__(self, status):
        super().__init__(status)
        self.status = status


class Connection:
    """One accepted socket.  scheme is what links in answers shall show."""

    def __init__(self, sock, peer, scheme, idle=75.0):
        self.sock = sock
        self.scheme = scheme
        self.client = "%s:%d" % peer[:2]
        self._held = b""
        self._idle = idle

    def _more(self):
        try:
            data = self.sock.recv(65536)
        except OSError as why:
            raise Hangup from why
        if not data:
            raise Hangup
        self._held += data

    def _line_end(self, mark, limit, status):
        while True:
            at = self._held.find(mark)
            if at > limit or at < 0 and len(self._held) > limit:
                raise Malformed(status)
            if at >= 0:
                return at
            self._more()

    def _take(self, count):
        while len(self._held) < count:
            self._more()
        taken, self._held = self._held[:count], self._held[count:]
        return taken

    def read_request(self):
        """The next request; Hangup at the end, Malformed where it is not."""
        self.sock.settimeout(self._idle)
        while self._held[:2] == b"\r\n":
            self._held = self._held[2:]
        end = self._line_end(b"\r\n\r\n", HEAD_MAX, 431)
        head = self._take(end + 4)[:-4].decode("latin-1").split("\r\n")
        words = head[0].split(" ")
        if len(words) != 3 or words[2] not in ("HTTP/1.1", "HTTP/1.0"):
            raise Malformed(400)
        headers = []
        for line in head[1:]:
            name, colon, value = line.partition(":")
            if not colon or not name or name != name.strip():
                raise Malformed(400)
            headers.append((name, value.strip(" \t")))
        target = words[1]
        if not target.startswith("/"):
            raise Malformed(400)
        request = Request(words[0], target, headers, b"", self.scheme,
                          self.client)
        if words[2] == "HTTP/1.1" and not request.host:
            raise Malformed(400)
        request.body = self._body(request)
        return request

    def _body(self, request):
        coding = request.header("transfer-encoding")
        length = request.header("content-length")
        if coding is None and length is None:
            if request.method in ("POST", "PUT"):
                raise Malformed(411)
            return b""
        if coding is not None and length is not None:
            raise Malformed(400)
        if request.header("expect", "").lower() == "100-continue":
            self.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if coding is not None:
            if coding.lower() != "chunked":
                raise Malformed(501)
            return self._chunks()
        if not length.isascii() or not length.isdigit():
            raise Malformed(400)
        if int(length) > BODY_MAX:
            raise Malformed(413)
        return self._take(int(length))

    def _chunks(self):
        body = b""
        while True:
            end = self._line_end(b"\r\n", 256, 400)
            word = self._take(end + 2)[:-2].split(b";")[0].strip()
            try:
                size = int(word, 16)
            except ValueError as why:
                raise Malformed(400) from why
            if size < 0 or len(body) + size > BODY_MAX:
                raise Malformed(413)
            if size == 0:
                while self._take(self._line_end(b"\r\n", 8192, 400) + 2) \
                        != b"\r\n":
                    pass
                return body
            body += self._take(size + 2)[:-2]

    def write(self, data):
        try:
            self.sock.sendall(data)
        except OSError as why:
            raise Hangup from why

    def pause(self, seconds, stop):
        """Wait; True as soon as the peer is gone or stop is set."""
        poll = select.poll()
        poll.register(self.sock.fileno(), select.POLLRDHUP)
        end = time.monotonic() + seconds
        while not stop.is_set():
            left = end - time.monotonic()
            if left <= 0:
                return False
            if poll.poll(min(left, 0.2) * 1000):
                return True
        return True

    def reset(self):
        """End with a TCP RST, so that the peer sees a broken connection."""
        try:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                 struct.pack("ii", 1, 0))
        except OSError:
            pass
        raise Hangup


def serialise(reply, headers, keep, chunked):
    """(head, body) as bytes; joined they are the whole answer."""
    lines = ["HTTP/1.1 %d %s" % (reply.status,
                                 REASONS.get(reply.status, "Unknown"))]
    lines += ["%s: %s" % pair for pair in headers]
    body = reply.body or b""
    if reply.status == 204 or reply.status < 200:
        body = b""
    elif chunked and reply.body:
        lines.append("transfer-encoding: chunked")
        body = b"%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n"
    else:
        lines.append("content-length: %d" % len(body))
    lines.append("connection: " + ("keep-alive" if keep else "close"))
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace"), body
