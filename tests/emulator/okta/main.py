"""The command line: puts the org, its listeners and the control together."""
import argparse
import json
import os
import signal
import sys
import threading

from . import people
from .ca import Authority
from .control import Control
from .dispatch import Dispatcher
from .load import load
from .oidc_logins import Logins
from .org import Org
from .record import Record
from .routes import Routes
from .server import Server, listen
from .token import Tokens
from .transaction import Transactions

HOSTS = ["localhost", "127.0.0.1"]


def _arguments(argv):
    parser = argparse.ArgumentParser(
        prog="okta-emulator", description="An Okta org on loopback.")
    parser.add_argument("--org", metavar="FILE")
    parser.add_argument("--users", type=int, metavar="N")
    parser.add_argument("--groups", type=int, default=0, metavar="N")
    parser.add_argument("--groups-per-user", type=int, default=5,
                        metavar="K")
    parser.add_argument("--seed", default="0")
    parser.add_argument("--listen", required=True, metavar="A:P")
    parser.add_argument("--http", metavar="A:P")
    parser.add_argument("--control", required=True, metavar="A:P")
    parser.add_argument("--ca-dir", required=True, metavar="DIR")
    parser.add_argument("--record", metavar="FILE")
    parser.add_argument("--latency", type=float, default=0.0, metavar="MS")
    parser.add_argument("--ready", required=True, metavar="FILE")
    options = parser.parse_args(argv)
    if (options.org is None) == (options.users is None):
        parser.error("exactly one of --org and --users")
    return options


def _write_ready(path, value):
    """Whole or not at all: somebody waits for this name to appear."""
    temporary = "%s.%d" % (path, os.getpid())
    with open(temporary, "w", encoding="ascii") as f:
        json.dump(value, f)
        f.write("\n")
    os.replace(temporary, path)


def main(argv):
    options = _arguments(argv)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())

    org = Org()
    org.tokens = Tokens()
    org.authn = Transactions(org)
    org.oidc = Logins(org)
    record = Record(options.record)
    dispatcher = Dispatcher(org, Routes(), record, options.latency / 1000.0)
    authority = Authority(options.ca_dir)

    def context():
        own = https.address[0]
        return authority.context(HOSTS + [own] + org.switches["tls_names"])

    https = Server(listen(options.listen), dispatcher, stop)
    https.scheme = "https"
    org.listen_url = https.url
    try:
        if options.org is not None:
            with open(options.org, encoding="utf-8") as f:
                load(org, json.load(f))
        else:
            people.generate(org, options.users, options.groups,
                            options.groups_per_user, options.seed)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as why:
        print("okta-emulator: %s: %s" % (type(why).__name__, why),
              file=sys.stderr)
        return 3
    https.context = context()
    names = list(org.switches["tls_names"])

    def renew():
        """A leaf for the names in the switches, where they changed."""
        if org.switches["tls_names"] != names:
            names[:] = org.switches["tls_names"]
            https.context = context()

    control = Server(listen(options.control), Control(org, record, renew),
                     stop)
    servers = [https, control]
    http = None
    if options.http is not None:
        http = Server(listen(options.http), dispatcher, stop)
        servers.append(http)
    for server in servers:
        server.start()
    _write_ready(options.ready, {
        "url": https.url, "http": http.url if http else None,
        "control": control.url, "ca": os.path.abspath(authority.path)})
    stop.wait()
    return 0
