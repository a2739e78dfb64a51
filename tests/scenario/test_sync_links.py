"""Where rel="next" may lead a sync: to its own list at its own origin."""
from urllib.parse import urlsplit

import pytest

from emulator_client import Emulator
from odd_server import Ca, OddServer, always, answer
from test_sync_directory import put, sync, user
from test_sync_failure import same


@pytest.fixture(scope="module")
def okta():
    with Emulator() as emulator:
        yield emulator


def forms(here, other):
    """What stands in the link instead of https://127.0.0.1:PORT; the path of
    the list follows."""
    port = urlsplit(here).port
    return [
        # another origin
        here.replace("https", "http"), other, "https://127.0.0.1",
        "https://localhost:%d" % port, "https://[::1]:%d" % port,
        "https://evil.test", "https://127.0.0.1.evil.test:%d" % port,
        here + ".evil.test", here + "0", here.replace("https", "ftp"),
        # somebody in front of it
        "https://user@127.0.0.1:%d" % port, "https://a:b@127.0.0.1:%d" % port,
        here + "@evil.test", "https://127.0.0.1%%2F@evil.test:%d" % port,
        # written in another way
        "https://127.0.0.1%%2F:%d" % port, "https://127.0.0.1.:%d" % port,
        "https://%%31%%32%%37.0.0.1:%d" % port, here + "\\@evil.test",
        "https://127\u30020.0.1:%d" % port, "//127.0.0.1:%d" % port, "",
        # the origin, but another path
        here + "/..", here + "//", here + "/api/v1/apps/..",
        here + "/x?y="]


@pytest.mark.threat("T84")
def test_links_to_elsewhere_publish_nothing_and_call_nobody(okta, tmp_path):
    put(okta, [user(n) for n in range(1, 251)])
    ca = Ca(str(tmp_path))
    with OddServer(ca.context(), always(answer())) as other, \
            sync(okta) as parent:
        first = parent.first()
        odd = forms(okta.url, other.url)
        assert len(odd) == 25
        for form in odd:
            okta.control("DELETE", "/requests")
            okta.fault("foreign_link", "*/users", args={"host": form})
            result = parent.sync()
            assert result["result"] == "failed", form
            assert "next" in result["error"] or \
                "Link" in result["error"], (form, result)
            assert same(parent.image, first), form
            asked = okta.requests()
            assert [r["path"] for r in asked][-1].endswith("/users"), form
            assert not [r for r in asked if "after" in r["query"]], form
        assert other.connections == 0
        assert len(parent.images) == 1
        # The control: the same sync, with the link as Okta writes it.
        okta.control("DELETE", "/requests")
        assert parent.sync()["result"] == "ok"
        assert [r for r in okta.requests() if "after" in r["query"]]
