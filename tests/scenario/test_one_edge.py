"""There is one way to yes: the sources are searched for a second one."""

import os
import re

import pytest

ROOMS = ("libokta", "oktad", "oktactl", "pam_okta", "nss_okta")


def code(tree, room):
    """(path, text without comments and strings) of a room's C files."""
    for name in sorted(os.listdir(os.path.join(tree, room))):
        if not name.endswith(".c"):
            continue
        with open(os.path.join(tree, room, name), encoding="utf-8") as f:
            text = re.sub(r"/\*.*?\*/", " ", f.read(), flags=re.S)
        yield f"{room}/{name}", re.sub(r'"(?:\\.|[^"\\])*"', '""', text)


def places(tree, pattern, *rooms):
    return [path for room in rooms for path, text in code(tree, room)
            for _ in re.finditer(pattern, text)]


@pytest.mark.threat("T106")
def test_only_one_place_says_yes(tree):
    # oktad-login: a flow's one accepting edge, and the frame that tells it.
    assert places(tree, r"[^=!]=\s*OUTCOME_ACCEPTED\b", "oktad") == [
        "oktad/flow_accept.c"]
    assert places(tree, r"talk_verdict\([^;]*VERDICT_ACCEPT", "oktad") == [
        "oktad/login.c"]
    # Each flow's table has one edge to the gate (test_flow_states), and who
    # asks there goes by it: each once, those by the OIDC app by one door.
    assert sorted(places(tree, r"\.edge = FLOW_ACCEPT\b|, FLOW_ACCEPT,",
                         "oktad")) == [
        "oktad/flow_authn.c", "oktad/flow_device.c", "oktad/flow_factors.c",
        "oktad/flow_oidc.c"]
    assert sorted(places(tree, r"edge == FLOW_ACCEPT\b", "oktad")) == [
        "oktad/flow_authn.c", "oktad/flow_factors.c", "oktad/flow_oidc.c"]
    assert sorted(places(tree, r"\bflow_accept\(", "oktad")) == [
        "oktad/flow_accept.c", "oktad/flow_authn.c",
        "oktad/flow_factors.c", "oktad/flow_oidc.c", "oktad/flow_session.c"]
    assert places(tree, r"edge == FLOW_ACCEPT\)\s*accept_tokens\(",
                  "oktad") == ["oktad/flow_oidc.c"]
    assert places(tree, r"\baccept_tokens\(", "oktad") == [
        "oktad/flow_oidc.c"] * 2  # defined, and called
    # pam_okta: one comparison leads to one function; session.c's is about a
    # session that oktad took note of.
    assert places(tree, r"\bVERDICT_ACCEPT\b", "pam_okta") == [
        "pam_okta/auth.c", "pam_okta/session.c"]
    assert places(tree, r"if \(code == VERDICT_ACCEPT\)\s*"
                  r"return accept_login\(", "pam_okta") == [
        "pam_okta/auth.c"]
    assert places(tree, r"\baccept_login\(", "pam_okta") == [
        "pam_okta/auth.c"] * 2  # defined, and called
    assert places(tree, r"\bproven = ", "pam_okta") == ["pam_okta/auth.c"]
    # No denial turns into one by its PAM result.
    denial = dict(code(tree, "pam_okta"))["pam_okta/denial.c"]
    assert len(re.findall(r"\{PAM_\w+,", denial)) > 15
    assert "PAM_SUCCESS" not in denial and "PAM_IGNORE" not in denial
    # Nothing that an admin can write means "in doubt, let them in".
    with open(os.path.join(tree, "libokta/conf_keys.c"),
              encoding="utf-8") as f:
        keys = re.findall(r'\.name = "(\w+)"', f.read())
    assert len(keys) > 25
    for key in keys:
        assert not re.search("fail_?(open|safe|mode)|offline|insecure|verify|"
                             "bypass|permissive|default_allow|cache", key), key


@pytest.mark.threat("T47")
def test_nobody_is_told_by_a_process_number(tree):
    """Peers are judged by what the kernel says of their uid alone. Whose the
    session is that root opens, and by whose login root changes something in
    Okta, is written down by one function more."""
    assert places(tree, r"\bSO_PEERCRED\b", *ROOMS)
    for path in set(places(tree, r"\bstruct ucred\b", *ROOMS)):
        text = dict(code(tree, path.split("/")[0]))[path]
        text = re.sub(r"\npid_t\npeer_pid\(.*?\n}\n", "", text, flags=re.S)
        for name in re.findall(r"\bstruct ucred (\w+)", text):
            assert not re.search(rf"\b{name}\.pid\b", text), path
    assert places(tree, r"\bpeer_pid\(", *ROOMS) == [
        "oktad/accept.c", "oktad/control_change.c", "oktad/peer.c"]
    # The latter's is for the lines of the log, and for nothing else.
    for name in ("oktad/control_change.c", "oktad/change.c"):
        text = re.sub(r"\nlog_change\(.*?\n}\n", "",
                      dict(code(tree, "oktad"))[name], flags=re.S)
        assert not re.search(r"\bby(\.|->)", text), name
    assert not places(tree, r"\bSO_PEERPIDFD\b|/proc/%[a-z]*d/", *ROOMS)
