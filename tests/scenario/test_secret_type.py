"""A secret has no way into a line of text: the sources are searched."""

import os
import re

import pytest

PRINTERS = re.compile(
    r"\b(?:log_text|log_event|log_fields|error_set|error_errno|error_prefix|"
    r"conf_wrong|conf_wrong_at|conf_say|syslog|pam_syslog|pam_prompt|"
    r"[dfsv]*n?printf|buf_printf|perror|puts|fputs)\s*\(")
SECRET = re.compile(
    r"(?:token|secret|private_key|password|passwd|pem|jwk|jwt|pass)\w*"
    r"\s*(?:\.|->)\s*bytes", re.I)
ROOMS = ("libokta", "oktad", "oktactl", "pam_okta", "nss_okta")


def calls(text):
    """Every call of a printer, with its arguments up to the closing
    parenthesis; comments and strings are taken out before."""
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.S)
    text = re.sub(r'"(?:\\.|[^"\\])*"', '""', text)
    for m in PRINTERS.finditer(text):
        depth, end = 1, m.end()
        while depth and end < len(text):
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
        yield text[m.start():end]


def faults(text):
    return [c for c in calls(text) if SECRET.search(c)]


def sources(tree):
    for room in ROOMS:
        folder = os.path.join(tree, room)
        for name in sorted(os.listdir(folder)):
            if name.endswith((".c", ".h")):
                yield os.path.join(folder, name)


@pytest.mark.threat("T109", reduced="the sources; the suite at full debug is "
                    "searched elsewhere")
def test_no_source_prints_a_secret(tree):
    found = {}
    for path in sources(tree):
        with open(path, encoding="utf-8") as f:
            bad = faults(f.read())
        if bad:
            found[path] = bad
    assert not found


@pytest.mark.parametrize("line", [
    'log_event(LOG_DEBUG, "x", log_text("token", c->api_token.bytes));',
    'error_set(e, ERROR_SYSTEM, "no: %s",\n    cred->private_key.bytes);',
    'fprintf(stderr, "%.*s", (int)pem->len, pem->bytes);',
    'buf_printf(&b, "%s", (const char *)(in.password.bytes));',
])
def test_a_planted_printer_is_found(line):
    assert faults(line)


def test_the_type_has_no_function_that_gives_text(tree):
    """secret.h sets, moves and clears; nothing formats."""
    with open(os.path.join(tree, "libokta/secret.h"), encoding="utf-8") as f:
        names = re.findall(r"^\w[\w *]*?\b(\w+)\(", f.read(), flags=re.M)
    assert sorted(names) == ["secret_clear", "secret_move", "secret_set"]
