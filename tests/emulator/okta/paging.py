"""Pages: limits, opaque cursors, Link lines.

Reference: okta-api.md, 8.3.
"""
import hashlib
from bisect import bisect_right
from urllib.parse import quote_plus

from .errors import Refusal, invalid


def read_limit(args, default, most, least=1):
    """The page size; a value above most is cut to it."""
    text = args.get("limit")
    if text is None or text == "":
        return default
    if not text.lstrip("-").isdigit():
        raise invalid("limit", "The limit parameter is not a number.")
    limit = int(text)
    if limit == -1 and least > 0:
        return default
    if limit < least:
        raise invalid("limit", "The limit parameter is too small.")
    return min(limit, most)


def _seal(path, position):
    return hashlib.sha256(("%s\0%s" % (path, position)).encode()
                          ).hexdigest()[:6]


def make_cursor(request, position):
    """Good for this path only; a client can not make one itself."""
    return "000%s%s" % (position, _seal(request.path, position))


def read_cursor(request, code="E0000029"):
    """The position of an after parameter, "" where there is none."""
    after = request.args.get("after")
    if not after:
        return ""
    position, seal = after[3:-6], after[-6:]
    if not after.startswith("000") or seal != _seal(request.path, position):
        raise Refusal(code, causes=["Invalid cursor."])
    return position


def links(org, request, cursor=None, next_url=None, limit=None):
    """The Link header lines of a page.  cursor: there is a next page."""
    switch = org.switches
    base = switch["link_host"] or request.base
    args = dict(request.args)
    if limit is not None:
        args["limit"] = str(limit)
    found = []
    if switch["link_self"]:
        found.append('<%s>; rel="self"' % _url(base, request.path, args))
    if cursor is not None:
        args["after"] = cursor
        next_url = _url(base, request.path, args)
    elif next_url is not None:
        next_url = base + next_url[len(request.base):]
    if next_url is not None:
        found.append('<%s>; rel="next"' % next_url)
    if not found:
        return []
    if switch["link_style"] == "comma":
        found = [", ".join(found)]
    return [(switch["link_header"], text) for text in found]


def _url(base, path, args):
    text = "&".join("%s=%s" % (quote_plus(k), quote_plus(v))
                    for k, v in sorted(args.items()))
    return base + path + ("?" + text if text else "")


def page_of_ids(request, sorted_ids, limit, keep=None, code="E0000029"):
    """One page of a sorted list of ids.

    (ids, cursor): cursor is None on the last page.  keep(id) leaves entries
    out without shortening the page.
    """
    at = 0
    position = read_cursor(request, code)
    if position:
        at = bisect_right(sorted_ids, position)
    if keep is None:
        page = sorted_ids[at:at + limit]
        more = at + limit < len(sorted_ids)
    else:
        page = []
        more = False
        for item in _from(sorted_ids, at):
            if keep(item):
                if len(page) == limit:
                    more = True
                    break
                page.append(item)
    return page, make_cursor(request, page[-1]) if more and page else None


def _from(items, at):
    for n in range(at, len(items)):
        yield items[n]


def page_of_list(request, items, limit, code="E0000029"):
    """One page of a list whose order is not that of ids."""
    position = read_cursor(request, code)
    try:
        at = int(position or 0)
    except ValueError:
        raise Refusal(code, causes=["Invalid cursor."]) from None
    page = items[at:at + limit]
    more = at + limit < len(items)
    return page, make_cursor(request, str(at + limit)) if more else None
