"""oktad-net as a process: what it takes from outside, and what it leaves."""
import os
import re
import signal
import subprocess
import tempfile
import time

import pytest

from emulator_client import API_TOKEN
from fake_parent import (INT_TOKEN_RESET, OK, STATUS_ORG, TLS, FakeParent,
                         closes, frame)
from net_fixtures import *  # noqa: F401,F403
from net_fixtures import has_sanitizers, login, login_body, start_on
from odd_server import Ca, OddServer, always, answer

USERS = "/api/v1/users"
NOBODY = 65534


@pytest.fixture(scope="module")
def ca(tmp_path_factory):
    return Ca(str(tmp_path_factory.mktemp("ca")))


def status_of(pid):
    with open("/proc/%d/status" % pid, encoding="ascii") as f:
        return dict(line.rstrip("\n").split(":\t", 1) for line in f
                    if ":\t" in line)


@pytest.mark.threat("T85")
def test_environment_has_no_effect(build, ca, tmp_path):
    keys = tmp_path / "keys"
    config = tmp_path / "openssl.cnf"
    config.write_text("openssl_conf = x\n[x]\nssl_conf = y\n[y]\n"
                      "system_default = z\n[z]\nMaxProtocol = TLSv1\n")
    trusted = tmp_path / "ca.pem"
    trusted.write_text(ca.pem)
    (tmp_path / ".netrc").write_text("default login evil password evil\n")
    (tmp_path / ".curlrc").write_text("insecure\n")
    with OddServer(None, always(answer())) as proxy, \
            OddServer(ca.context(), always(answer())) as server:
        http = "http://127.0.0.1:%d" % proxy.port
        env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path),
               "http_proxy": http, "https_proxy": http, "HTTPS_PROXY": http,
               "all_proxy": http, "ALL_PROXY": http, "no_proxy": "",
               "SSL_CERT_FILE": str(trusted), "SSL_CERT_DIR": str(tmp_path),
               "CURL_CA_BUNDLE": str(trusted), "SSLKEYLOGFILE": str(keys),
               "OPENSSL_CONF": str(config), "OPENSSL_MODULES": str(tmp_path),
               "OPENSSL_ENGINES": str(tmp_path), "CURL_HOME": str(tmp_path),
               "NETRC": str(tmp_path / ".netrc"), "CURL_SSL_BACKEND": "x",
               "RES_OPTIONS": "ndots:15 attempts:1", "LOCALDOMAIN": "evil.x",
               "HOSTALIASES": str(config), "LANG": "xx", "TZ": "UTC+9",
               "NOTIFY_SOCKET": "/nowhere", "CURL_IPRESOLVE": "6"}
        conf = {"url": server.url, "ca_pem": ca.pem, "mode": 1,
                "api_token": "00token", "rate_share": 50}
        with FakeParent(build, conf, environment=env) as net:
            assert net.channel("sync").get(USERS).transport == OK
        request = server.received[-1].lower()
        assert b"authorization: ssws 00token" in request
        assert b"basic" not in request
        # The CA of the environment alone is not believed.
        del conf["ca_pem"]
        with FakeParent(build, conf, environment=env) as net:
            assert net.channel("sync").get(USERS).transport == TLS
        assert proxy.connections == 0
        assert not keys.exists()


def test_proxy_is_the_configured_one_only(build, ca):
    def play(connection, server):
        server.read_request(connection)
        connection.sendall(b"HTTP/1.1 403 Forbidden\r\nX-A: b\r\n\r\n")
    with OddServer(None, play) as proxy, \
            OddServer(ca.context(), always(answer())) as server, \
            start_on(server, build, ca, proxy="http://127.0.0.1:%d" %
                     proxy.port) as net:
        odd = net.channel("sync").get(USERS)
        assert odd.transport != OK and odd.status == 0
        assert proxy.connections >= 1 and server.connections == 0
        assert all(b"00token" not in r and r.startswith(b"CONNECT ")
                   for r in proxy.received)


@pytest.mark.threat("T109", reduced="oktad-net alone")
@pytest.mark.threat("T110")
def test_secrets_are_in_no_log_argument_or_environment(org):
    password = "Canary-7-password"
    with org.net(org.token_conf(trusted_app=1)) as net, \
            org.net() as oauth:
        worker, channel = net.channel("login"), oauth.channel("sync")
        assert login(worker, password).status == 401
        assert login(worker, password, credential=2).status == 401
        for kind in ("reset_after_request", "html", "redirect", "truncate"):
            org.emulator.fault(kind, "/api/v1/authn")
            login(worker, password)
        assert channel.get(USERS).status == 200
        for kind in ("reset", "html", "redirect", "status"):
            org.emulator.fault(kind, "*", count=2)
            channel.get(USERS)
        records = org.requests()
        secrets = {password, API_TOKEN}
        for record in records:
            secrets.update(re.findall(r"(?:Bearer|SSWS) (\S+)", str(
                record["headers"])))
            secrets.update(re.findall(r"client_assertion=([\w.-]+)",
                                      str(record["body"])))
        secrets = {s.strip("'\",") for s in secrets}
        assert len(secrets) >= 4
        for one in (net, oauth):
            assert "event=request" in one.log
            shown = one.log.encode()
            for name in ("cmdline", "environ"):
                with open("/proc/%d/%s" % (one.pid, name), "rb") as f:
                    shown += f.read()
            for secret in secrets:
                for piece in (secret, secret[:24]):
                    assert piece.encode() not in shown


def memory_hits(pid, needle):
    hits = []
    with open("/proc/%d/maps" % pid, encoding="ascii") as maps, \
            open("/proc/%d/mem" % pid, "rb", buffering=0) as memory:
        for line in maps:
            span, rights, *rest = line.split(None, 5)
            if "w" not in rights:
                continue
            start, end = (int(x, 16) for x in span.split("-"))
            try:
                memory.seek(start)
                data = memory.read(end - start)
            except OSError:
                continue
            if needle in data:
                hits.append(line.strip())
    return hits


@pytest.mark.threat("T110")
def test_password_is_not_left_in_memory(org, build):
    if os.geteuid() != 0 or has_sanitizers(build):
        pytest.skip("reads the memory of a plain build, as root")
    password = b"Canary-9-in-the-memory"
    with org.net(org.token_conf()) as net:
        worker = net.channel("login")
        org.emulator.fault("stall", "/api/v1/authn", args={"seconds": 1.5})
        ident = worker.send("POST", "/api/v1/authn", credential=1,
                            body=login_body(password.decode()))
        time.sleep(0.7)
        during = memory_hits(net.pid, password)
        assert during, "the control: it is there while it is sent"
        assert worker.receive(ident).status == 401
        assert login(worker).status == 200
        assert memory_hits(net.pid, password) == []
        assert memory_hits(net.pid, b"Correct-Horse-7-alice") == []


def bearer_of(record):
    return dict((k.lower(), v) for k, v in record["headers"].items())[
        "authorization"].split()[1].encode()


@pytest.mark.threat("T110")
@pytest.mark.parametrize("how", ["reset", "refused"])
def test_dropped_token_is_not_left_in_memory(org, build, how):
    """Nowhere: not where the answer was parsed, not in the buffers of a
    connection that stays open, not in those of libcurl and OpenSSL."""
    if os.geteuid() != 0 or has_sanitizers(build):
        pytest.skip("reads the memory of a plain build, as root")
    with org.net() as net:
        channel = net.channel("sync")
        idents = [channel.send("GET", USERS) for _ in range(12)]
        assert {channel.receive(i).status for i in idents} == {200}
        token = bearer_of(org.requests(USERS)[-1])
        assert memory_hits(net.pid, token), "the control: it is held"
        if how == "reset":
            net.send(frame(INT_TOKEN_RESET))
        else:
            org.emulator.change("DELETE", "/tokens")
            assert channel.get(USERS).status == 200
            assert bearer_of(org.requests(USERS)[-1]) != token
        if os.environ.get("OKTA_LONG"):
            time.sleep(60)
        # A header is 40 bytes of every token; the rest is this one's own.
        end = time.monotonic() + 5
        while memory_hits(net.pid, token[-64:]) and time.monotonic() < end:
            time.sleep(0.1)
        assert memory_hits(net.pid, token[-64:]) == []
        assert memory_hits(net.pid, token[200:264]) == []
        # What is used at this moment, the search does find.
        org.emulator.fault("stall", USERS, args={"seconds": 1.5})
        planted = b"x".join((token[100:130], token[140:170]))
        channel.send("GET", USERS + "?q=" + planted.decode())
        time.sleep(0.5)
        assert memory_hits(net.pid, planted)


def test_process_has_given_up_what_it_does_not_need(org, build):
    wrap = ("setpriv", "--reuid=%d" % NOBODY, "--regid=%d" % NOBODY,
            "--clear-groups", "--") if os.geteuid() == 0 else ()
    with org.net(wrap=wrap) as net:
        assert net.channel("sync").get(USERS).status == 200
        status = status_of(net.pid)
        for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
            assert int(status[name], 16) == 0
        assert status["NoNewPrivs"] == "1"
        assert status["Umask"] == "0077"
        with open("/proc/%d/limits" % net.pid, encoding="ascii") as f:
            core = [x for x in f if x.startswith("Max core file size")]
        assert core[0].split()[4:6] == ["0", "0"]
        if wrap:
            assert status["Uid"].split() == [str(NOBODY)] * 4
            assert status["Groups"].strip() in ("", str(NOBODY))
        if has_sanitizers(build):
            pytest.skip("a sanitizer build has no system call filter")
        assert status["Seccomp"] == "2"
        # Not dumpable: /proc/PID belongs to root.
        assert os.stat("/proc/%d/fd" % net.pid).st_uid == 0


def test_bounding_set_is_empty_where_root_starts_it(org):
    if os.geteuid() != 0:
        pytest.skip("needs root")
    with org.net() as net:
        assert net.channel("sync").get(USERS).status == 200
        assert int(status_of(net.pid)["CapBnd"], 16) == 0


def test_root_is_refused_without_a_test_socket(build):
    if os.geteuid() != 0:
        pytest.skip("needs root")
    done = subprocess.run([os.path.join(build, "oktad-net"), "-f"],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "root" in done.stderr


IMPOSTOR = """
import os, socket, sys, time
os.setgid(4711), os.setuid(4711)
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1])
s.listen()
print("up", flush=True)
s.accept()
time.sleep(20)
"""


def test_other_end_must_be_root_or_who_started_it(build, tmp_path):
    if os.geteuid() != 0:
        pytest.skip("needs root")
    program = os.path.join(build, "oktad-net")
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        path = os.path.join(folder, "socket")
        with subprocess.Popen(["/usr/bin/python3", "-c", IMPOSTOR, path],
                              stdout=subprocess.PIPE) as impostor:
            impostor.stdout.readline()
            done = subprocess.run([program, "-f", "-s", path], check=False,
                                  capture_output=True, text=True, timeout=15)
            impostor.kill()
    assert done.returncode == 1 and "not root" in done.stderr
    for path in ("/nonexistent/socket", "/" + "x" * 200):
        done = subprocess.run([program, "-f", "-s", path], check=False,
                              capture_output=True, text=True, timeout=15)
        assert done.returncode == 1 and "event=stop" in done.stderr
    done = subprocess.run([program, "-f", "-l"], check=False, user=NOBODY,
                          capture_output=True, text=True, timeout=15)
    assert done.returncode == 1 and "descriptor 3" in done.stderr


def test_more_channels_than_there_is_room_for_are_closed(org):
    with org.net(org.token_conf()) as net:
        channels = [net.channel("login") for _ in range(159)]
        late = net.channel("sync")
        assert closes(late)
        channels.pop().close()
        time.sleep(0.2)
        assert net.channel("sync").get(USERS).status == 200
        assert "too_many_channels" in net.log


@pytest.mark.parametrize("argv", [["-x"], ["-s"], ["word"], ["-f", "word"]])
def test_usage(build, argv):
    done = subprocess.run([os.path.join(build, "oktad-net"), *argv],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "usage: oktad-net" in done.stderr


def test_end_of_oktad_and_sigterm_end_it_quietly(org):
    with org.net(debug=False) as net:
        channel = net.channel("sync")
        assert channel.get(USERS).status == 200
        org.emulator.fault("stall", USERS)
        channel.send("GET", USERS)
        time.sleep(0.2)
        assert net.stop() == 0
        assert "event=stop" not in net.last_log
    with org.net(debug=False) as net:
        assert net.channel("sync").get(USERS).status == 200
        net.process.send_signal(signal.SIGTERM)
        assert net.process.wait(5) == -signal.SIGTERM
        assert "event=stop" not in net.log


def test_unknown_talk_of_oktad_ends_it(org):
    for data in (frame(999), frame(110, bytes(16), (101, 7)), b"\0" * 30):
        with org.net() as net:
            net.send(data)
            assert net.process.wait(5) == 1
            assert "event=stop" in net.log


def test_reload_moves_to_the_new_org(org, build, ca):
    """Connections, tokens and limits of the old one are not used."""
    with OddServer(ca.context(), always(answer(b'["new"]'))) as server, \
            org.net() as net:
        channel = net.channel("sync")
        assert channel.get(USERS).status == 200
        before = org.count()
        net.conf = {"url": server.url, "ca_pem": ca.pem, "mode": 1,
                    "api_token": "00new", "rate_share": 50}
        net.send_conf()
        net.wait_status(lambda s: s[STATUS_ORG] == server.url.encode())
        assert channel.get(USERS).body == b'["new"]'
        assert b"SSWS 00new" in server.received[0]
        assert org.count() == before
        # An address that is none is refused; the old one stays.
        net.conf = dict(net.conf, url="http://127.0.0.1:1")
        net.send_conf()
        time.sleep(0.3)
        assert channel.get(USERS).body == b'["new"]'


def test_request_behind_a_reload_goes_to_the_new_org(org, build, ca):
    """An asker that has heard of it from oktad is not served by the old one,
    in whatever order net finds the two."""
    with OddServer(ca.context(), always(answer(b'["new"]'))) as server, \
            org.net() as net:
        channel = net.channel("sync")
        assert channel.get(USERS).status == 200
        before = org.count()
        net.conf = {"url": server.url, "ca_pem": ca.pem, "mode": 1,
                    "api_token": "00new", "rate_share": 50}
        os.kill(net.pid, signal.SIGSTOP)
        try:
            net.send_conf()
            sent = channel.send("GET", USERS)
        finally:
            os.kill(net.pid, signal.SIGCONT)
        assert channel.receive(sent).body == b'["new"]'
        assert org.count() == before
