"""libokta's JSON reader against Python's, on documents bent at random."""

import json
import random
import struct
import subprocess

import pytest

from driver_fixtures import driver  # noqa: F401

DEPTH = 16
SEEDS = [
    b'[{"id":"00u1","status":"ACTIVE","activated":null,"n":[1,-0,2.5e3]}]',
    b'{"profile":{"login":"ada@x.test","firstName":"Ad\\u00e9","u":60001.0},'
    b'"ok":true,"no":false,"list":[[],{},"\\ud83d\\ude00","\xc3\xa9"]}',
    b'{"error":"invalid_client","error_description":"a \\"b\\" \\/ c"}',
    b' [ "x" , 1 , { "a" : { "b" : [ 0.5 , 1E+2 ] } } ] ',
]
BYTES = b'{}[],:"\\0123456789.eE+-truefalsn \t\n\r\x00\x1f\x7f\x80\xc3\xe2\xff'
PARTS = [b'"a":1,', b'null', b'NaN', b'\\u0000', b'\\ud800', b'01', b'//', b"'",
         b'[[[[[[[[', b']]]]]]]]', b'\xed\xa0\x80', b'\xc0\x80', b'"id":2,']


def nesting(document):
    """Depth of containers, strings left out."""
    depth = deepest = 0
    in_string = escaped = False
    for c in document:
        if in_string:
            in_string = escaped or c != 0x22
            escaped = not escaped and c == 0x5c
        elif c == 0x22:
            in_string = True
        elif c in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif c in b"]}":
            depth -= 1
    return deepest


def no_doubles(pairs):
    keys = [k for k, _ in pairs]
    if len(set(keys)) != len(keys) or any("\0" in k for k in keys):
        raise ValueError
    return dict(pairs)


def no_constant(word):
    raise ValueError(word)


def verdict(document):
    """What our rules and Python's own parser make of it."""
    try:
        value = json.loads(document.decode("utf-8", "strict"),
                           object_pairs_hook=no_doubles,
                           parse_constant=no_constant)
    except (ValueError, RecursionError):
        return False
    return value is not None and nesting(document) <= DEPTH


def bent(rng):
    d = bytearray(rng.choice(SEEDS))
    for _ in range(rng.randint(0, 4)):
        at = rng.randrange(len(d) + 1)
        kind = rng.random()
        if kind < 0.35 and at < len(d):
            d[at] = rng.choice(BYTES)
        elif kind < 0.6 and at < len(d):
            del d[at:at + rng.randint(1, 3)]
        elif kind < 0.8:
            d[at:at] = bytes([rng.choice(BYTES)])
        elif kind < 0.9:
            d[at:at] = rng.choice(PARTS)
        else:
            cut = rng.randrange(len(d) + 1)
            d[at:at] = d[min(at, cut):max(at, cut)]
    return bytes(d)


@pytest.mark.threat("T89")
def test_same_verdict_as_a_second_parser(driver):
    rng = random.Random(89)
    documents = SEEDS + [bent(rng) for _ in range(40000)]
    packed = b"".join(struct.pack("=I", len(d)) + d for d in documents)
    said = subprocess.run([driver, "json"], input=packed, check=True,
                          capture_output=True).stdout
    assert len(said) == len(documents)
    expected = [verdict(d) for d in documents]
    wrong = [(d, e) for d, s, e in zip(documents, said, expected)
             if (s == ord("1")) != e]
    assert not wrong, wrong[:5]
    # Both verdicts were really asked for.
    assert 4000 < sum(expected) < len(documents) - 4000
