"""The private host itself: what it gives, what it leaves, how it fails."""

import hashlib
import json
import os
import signal
import subprocess
import time
import uuid

import pytest

from private_host import RUN

WATCHED = ("/etc/passwd", "/etc/group", "/etc/shadow", "/etc/gshadow",
           "/etc/nsswitch.conf", "/etc/hosts", "/etc/hostname", "/etc/pam.d",
           "/etc/ssh", "/etc/sudoers.d", "/usr/share/pam-configs",
           "/usr/lib/sysusers.d", "/var/lib/pam", "/var/log/lastlog",
           "/var/log/wtmp", "/var/log/btmp", "/home", "/root")


def run(*argv, **kwargs):
    return subprocess.run([RUN, *argv], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, check=False, timeout=180, **kwargs)


def machine():
    """What a run could have changed on the machine around it."""
    seen = {}
    for top in WATCHED:
        paths = [top]
        if os.path.isdir(top):
            paths += [e.path for e in os.scandir(top)]
        for path in filter(os.path.lexists, paths):
            st = os.lstat(path)
            seen[path] = (st.st_mode, st.st_uid, st.st_gid)
            if os.path.isfile(path) and "okta" not in path:
                with open(path, "rb") as f:
                    seen[path] += (hashlib.sha256(f.read()).hexdigest(),)
    with open("/proc/self/mountinfo", encoding="utf-8") as f:
        seen["mounts"] = f.read()
    for folder in ("/etc", "/run", "/var/lib", "/usr/sbin", "/usr/libexec"):
        if os.path.isdir(folder):
            seen[folder] = sorted(n for n in os.listdir(folder) if "okta" in n)
    return seen


def processes_with(word):
    """Processes of the machine, of any namespace, that carry the word in
    their environment."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/environ", "rb") as f:
                if word.encode() in f.read():
                    found.append(int(pid))
        except OSError:
            pass
    return [p for p in found if p != os.getpid()]


@pytest.mark.parametrize("root", ["overlay", "bind"])
def test_machine_is_as_before_after_a_command_that_writes_everywhere(
        build, root):
    word = uuid.uuid4().hex
    before = machine()
    done = run("--build", build, "--root", root, "--", "sh", "-ec", """
        echo 'intruder:x:0:0::/:/bin/sh' >>/etc/passwd
        echo x >/etc/pam.d/intruder
        echo x >/home/intruder
        echo x >/root/intruder
        mount -t tmpfs tmpfs /mnt
        (sleep 600 &)
        echo done
        """, env={**os.environ, "OKTA_PROBE": word})
    assert done.stdout == "done\n", done.stderr
    assert done.returncode == 0
    assert machine() == before
    assert processes_with(word) == []


@pytest.mark.parametrize("command, status", [
    (["true"], 0), (["sh", "-c", "exit 7"], 7), (["sh", "-c", "kill -9 $$"], 137),
    (["/no/such/program"], 127)])
def test_exit_status_is_the_commands(build, command, status):
    done = run("--build", build, "--no-oktad", "--", *command)
    assert done.returncode == status, done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_survives_when_the_run_is_ended(build, number):
    word = uuid.uuid4().hex
    env = {**os.environ, "OKTA_PROBE": word}
    with subprocess.Popen([RUN, "--build", build, "--no-oktad", "--", "sh",
                           "-c", "echo up; exec sleep 600"], env=env,
                          stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"up\n"
        assert len(processes_with(word)) > 3
        process.send_signal(number)
        assert process.wait(10) != 0
    end = time.monotonic() + 5
    while processes_with(word) and time.monotonic() < end:
        time.sleep(0.05)
    assert processes_with(word) == []


def test_hosts_set_up_at_the_same_time_do_not_meet(build):
    script = """import os, time, urllib.request
open("/tmp/mine", "x").close()
time.sleep(2)
print(os.listdir("/proc").count("1"), os.environ["OKTA_URL"])
print(urllib.request.urlopen(os.environ["OKTA_CONTROL"] + "/org").status)"""
    runs = [subprocess.Popen([RUN, "--build", build, "--no-oktad", "--",
                              "/usr/bin/python3", "-c", script],
                             stdout=subprocess.PIPE, text=True)
            for _ in range(3)]
    for process in runs:
        out, _ = process.communicate(timeout=120)
        assert process.returncode == 0
        assert out.splitlines()[1] == "200"


def test_shared_folder_is_written_on_the_machine(build, tmp_path):
    done = run("--build", build, "--no-oktad", "--share", str(tmp_path), "--",
               "sh", "-c", f"echo kept >{tmp_path}/result")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "result").read_text() == "kept\n"


@pytest.mark.parametrize("before, words", [
    (["setpriv", "--reuid", "65534", "--clear-groups"], ["root"]),
    (["setpriv", "--bounding-set", "-sys_admin"], ["namespaces", "privileged"]),
])
def test_refused_namespaces_are_125_with_what_helps(build, before, words):
    done = subprocess.run([*before, RUN, "--build", build, "--", "true"],
                          stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 125
    for word in words:
        assert word in done.stderr


def test_set_up_failures_are_125_and_name_the_step(build, tmp_path):
    org = tmp_path / "org.json"
    org.write_text("{")
    conf = tmp_path / "okta.conf"
    conf.write_text("[okta]\nurl = @NO_SUCH_WORD@\n")
    for options, word in ((["--org", str(org)], "org file"),
                          (["--org", "/no/such/file"], "org file"),
                          (["--config", str(conf)], "NO_SUCH_WORD"),
                          (["--build", str(tmp_path)], "configure")):
        done = run("--build", build, *options, "--", "true")
        assert done.returncode == 125, options
        assert word in done.stderr
        assert "Traceback" not in done.stderr
    assert run("--no-such-option").returncode == 2


def test_oktad_that_refuses_its_configuration_is_125_with_its_words(
        build, tmp_path):
    conf = tmp_path / "okta.conf"
    conf.write_text("[okta]\nurl = @URL@\nno_such_key = 1\n")
    done = run("--build", build, "--config", str(conf), "--", "true")
    assert done.returncode == 125
    assert "no_such_key" in done.stderr


def test_host_has_what_a_command_needs(host):
    assert host.ok("id -un") == "root\n"
    assert host.ok("hostname") == "okta-host\n"
    addresses = host.python("""
import socket
s = socket.create_connection(("127.0.0.1", 22), 5)
print(s.recv(64).decode().split("-")[0])
""")
    assert addresses == "SSH\n"
    for name in ("OKTA_URL", "OKTA_CONTROL", "OKTA_CA", "OKTA_RECORD",
                 "OKTA_LOG"):
        assert host.environment[name]
    assert host.environment["OKTA_URL"].startswith("https://")
    host.ok("test -s $OKTA_CA && test -e $OKTA_RECORD")
    org = host.control("GET", "/org")
    assert "alice@example.com" in json.dumps(org)
    # No way out: the loopback is all there is.
    assert host.ok("ls /sys/class/net") == "lo\n"


def test_lines_sent_to_syslog_are_in_the_log(host):
    host.ok("logger -p auth.warning 'a line for the journal'")
    time.sleep(0.2)
    assert "auth.warning root: a line for the journal\n" in host.log()
