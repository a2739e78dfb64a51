"""The record of every request and its answer, in memory and in a file."""
import json
import threading
from collections import deque

KEPT_LINES = 50000
KEPT_BYTES = 256 * 1024 * 1024


def _text(data):
    return None if data is None else data.decode("utf-8", "replace")


def _answer_headers(pairs):
    """Lower-case names; a list where a line is repeated (link, cookies)."""
    out = {}
    for name, value in pairs:
        name = name.lower()
        have = out.get(name)
        if have is None:
            out[name] = value
        elif isinstance(have, list):
            have.append(value)
        else:
            out[name] = [have, value]
    return out


def line(entry):
    n, t, request, status, headers, body = entry
    return {"n": n, "t": t, "method": request.method, "path": request.path,
            "query": request.query, "headers": dict(request.fields),
            "body": _text(request.body), "status": status,
            "resp_headers": _answer_headers(headers),
            "resp_body": _text(body), "client": request.client}


class Record:
    """Numbered from 1.  Bounded in memory; the file has everything."""

    def __init__(self, path=None):
        self._lock = threading.Lock()
        self._lines = deque()
        self._bytes = 0
        self._n = 0
        self._file = open(path, "ab", buffering=0) if path else None

    def add(self, t, request, status, headers, body):
        with self._lock:
            self._n += 1
            entry = (self._n, t, request, status, headers, body)
            self._lines.append(entry)
            self._bytes += self._size(entry)
            while len(self._lines) > KEPT_LINES or self._bytes > KEPT_BYTES:
                self._bytes -= self._size(self._lines.popleft())
            if self._file is not None:
                self._file.write(json.dumps(line(entry)).encode() + b"\n")

    @staticmethod
    def _size(entry):
        return 1024 + len(entry[2].body or b"") + len(entry[5] or b"")

    def since(self, n):
        """Lines numbered above n that are still kept."""
        with self._lock:
            entries = [e for e in self._lines if e[0] > n]
        return [line(e) for e in entries]

    def clear(self):
        """Forget the kept lines; numbering goes on."""
        with self._lock:
            self._lines.clear()
            self._bytes = 0
