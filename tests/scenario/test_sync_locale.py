"""The locale of a process decides nothing (T18): what is published and what
Okta is asked is the same, byte by byte, in C, Turkish and German."""
import os
import subprocess
import tempfile

import pytest

from emulator_client import Emulator
from test_sync_directory import ALLOWED, group, put, sync, user

LOCALES = {"C": None, "tr_TR.UTF-8": "tr_TR", "de_DE.UTF-8": "de_DE"}


@pytest.fixture(scope="module")
def locales():
    """A folder of locales of our own, for oktad-sync's user to read: the
    machine may have none."""
    with tempfile.TemporaryDirectory(prefix="okta-locales.") as folder:
        os.chmod(folder, 0o755)
        for name, source in LOCALES.items():
            if source:
                subprocess.run(["localedef", "-i", source, "-f", "UTF-8",
                                os.path.join(folder, name)], check=False)
                assert os.path.exists(os.path.join(folder, name, "LC_CTYPE"))
        yield folder


@pytest.mark.threat("T18", reduced="the directory's way from Okta to the "
                    "image; the modules' traps are in tests/module")
def test_image_and_requests_are_the_same(locales, monkeypatch):
    people = [user(1, "ALICE.I@example.com", uidNumber=1879048200.0),
              user(2, "ISTANBUL@example.com", firstName="\u0130\u0131Ii"),
              user(3, "Straße@example.com"), user(4, "fIx.ed@example.com"),
              user(5, lastName="\u00c4\u00df"), user(6, uidNumber="1,5"),
              user(7, uidNumber="1.879.048.300")]
    seen = {}
    with Emulator() as okta:
        for name in LOCALES:
            monkeypatch.setenv("LC_ALL", name)
            monkeypatch.setenv("LOCPATH", locales)
            put(okta, people, [group(ALLOWED, "I-Takim \u0130")])
            with sync(okta, uid_attribute="uidNumber",
                      trust_attributes=1) as parent:
                image = parent.first()
                asked = [(r["method"], r["path"])
                         for r in okta.control("GET", "/requests").json]
                seen[name] = (image.users, image.groups, image.people,
                              sorted(r[2] for r in parent.refused), asked)
    assert "alice.i" in seen["C"][0] and "istanbul" in seen["C"][0]
    assert seen["tr_TR.UTF-8"] == seen["C"]
    assert seen["de_DE.UTF-8"] == seen["C"]
