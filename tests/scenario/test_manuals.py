"""Manual pages name every command, option and module argument that the
programs take, and no command that is not there."""

import os
import re
import subprocess

from private_host import TREE


def source(path):
    with open(os.path.join(TREE, path), encoding="utf-8") as f:
        return f.read()


def usage(*argv):
    done = subprocess.run(argv, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 2, done.stdout
    return done.stdout


def test_oktactl_8_has_every_command_with_its_words(build):
    page = source("oktactl/oktactl.8")
    listed = page.split(".Sh JSON")[0]
    items = re.findall(r"^\.It Cm ([\w-]+)(?: Cm (\w+))?", listed, re.M)
    commands = re.findall(r'^    \{"([\w-]+)",\s+"((?:[^"]|"\s+")+)",',
                          source("oktactl/oktactl.c"), re.M)
    assert len(commands) >= 9
    assert {first for first, _ in items} == {name for name, _ in commands}
    for name, words in commands:
        own = "\n".join(re.findall(rf"^\.It Cm {name} ?.*", listed, re.M))
        for word in re.findall(r"\b[a-z]{2,}\b", words):
            assert word in own, (name, word)
    assert "oktactl" in usage(f"{build}/oktactl/oktactl")


def test_oktad_8_has_every_option(build):
    options = set(re.findall(r"(?<![\w/-])-(?:-\w+|\w)",
                             usage(f"{build}/oktad/oktad", "-?")))
    assert {"-f", "-n", "-d", "-c", "--probe"} <= options
    page = source("oktad/oktad.8")
    for option in options - {"-?"}:
        flag = ("Fl Fl " + option[2:] if option.startswith("--")
                else "Fl " + option[1:])
        assert re.search(rf"^\.It {flag}\b", page, re.M), option


def test_pam_okta_8_has_every_argument():
    page = source("pam_okta/pam_okta.8")
    words = re.findall(r'^(?:    \{|static const char \w+\[\] = )"(\w+)',
                       source("pam_okta/args.c"), re.M)
    assert {"debug", "deadline", "use_first_pass", "after"} <= set(words)
    for word in words:
        assert re.search(rf"^\.It Cm {word}\b", page, re.M), word
