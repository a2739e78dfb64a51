"""The emulated Okta org and the okta.conf that goes with it."""

import base64
import json
import os
import re
import sys

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

import service
from etc import write
from rootfs import STAGE
from step import SetupError

KEY = "/etc/okta/key.pem"
CLIENT_ID = "0oahostharness00001d7"
KEY_ID = "host-harness"
RECORD = STAGE + "/record"
SCOPES = ["okta.users.read", "okta.groups.read", "okta.apps.read",
          "okta.schemas.read", "okta.logs.read", "okta.policies.read",
          "okta.sessions.read", "okta.networkZones.read", "okta.orgs.read",
          "okta.factors.read", "okta.userTypes.read"]


def make_key():
    """A fresh P-256 key: the PEM goes to KEY, the public JWK comes back."""
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(serialization.Encoding.PEM,
                            serialization.PrivateFormat.PKCS8,
                            serialization.NoEncryption())
    write(KEY, pem.decode(), 0o600)
    numbers = key.public_key().public_numbers()

    def number(value):
        raw = value.to_bytes(32, "big")
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    return {"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig",
            "kid": KEY_ID, "x": number(numbers.x), "y": number(numbers.y)}


def read(path):
    """The org file with this host's client added; an API token too where it
    has none."""
    try:
        with open(path, encoding="utf-8") as f:
            org = json.load(f)
    except (OSError, ValueError) as e:
        raise SetupError("org file", f"{path}: {e}") from e
    org.setdefault("clients", []).append({
        "client_id": CLIENT_ID, "auth": "private_key_jwt",
        "jwks": {"keys": [make_key()]}, "scopes": SCOPES,
        "role": "READ_ONLY_ADMIN", "dpop": False})
    if not org.get("api_tokens"):
        org["api_tokens"] = [{"token": "00host-harness-" + os.urandom(12).hex(),
                              "role": "READ_ONLY_ADMIN"}]
    return org


def emulator(program, folder, https="127.0.0.1:0", control="127.0.0.1:0"):
    """The command line of the emulator with its files in that folder."""
    os.makedirs(folder + "/ca", exist_ok=True)
    return [sys.executable, program, "--org", folder + "/org.json",
            "--listen", https, "--control", control,
            "--ca-dir", folder + "/ca", "--record", folder + "/record",
            "--ready", folder + "/emulator.json"]


def start_emulator(program, org):
    """Starts the emulator on free ports and returns what its ready file
    says: {url, http, control, ca}."""
    ready = STAGE + "/emulator.json"
    write(STAGE + "/org.json", json.dumps(org))
    process = service.start("emulator", *emulator(program, STAGE))
    service.wait("emulator", process, "ready", lambda: os.path.exists(ready),
                 30)
    with open(ready, encoding="utf-8") as f:
        return json.load(f)


def write_conf(template, org, ready):
    """Fills the template's words @URL@ @CA@ @CLIENT_ID@ @KEY@ @KEY_ID@
    @API_TOKEN@ and @GROUP:name@ (that group's id) into okta.conf."""
    ids = {}
    for group in org.get("groups", []):
        ids.setdefault(group["profile"]["name"], group["id"])
    words = {"URL": ready["url"], "CA": ready["ca"], "CLIENT_ID": CLIENT_ID,
             "KEY": KEY, "KEY_ID": KEY_ID,
             "API_TOKEN": org["api_tokens"][0]["token"]}

    def fill(found):
        word = found[1]
        if word.startswith("GROUP:"):
            if word[6:] in ids:
                return ids[word[6:]]
            raise SetupError("okta.conf", f"{template}: the org has no group "
                             f"called {word[6:]}")
        if word in words:
            return words[word]
        raise SetupError("okta.conf", f"{template}: unknown word @{word}@")

    try:
        with open(template, encoding="utf-8") as f:
            text = f.read()
    except OSError as e:
        raise SetupError("okta.conf", f"{template}: {e.strerror}") from e
    write("/etc/okta/okta.conf", re.sub(r"@([A-Z_]+(?::[^@\n]+)?)@", fill,
                                        text), 0o600)
