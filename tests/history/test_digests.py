import os
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from history import canonical
from history.digests import combine, digest, part_digest, part_salt, parts

from .test_canonical import plain

SALT = bytes(32)


def test_every_scalar_and_every_empty_container_is_a_part() -> None:
    data = {"b": {"x/y": [1, {"~": None}], "none": {}}, "a": []}
    assert list(parts(data)) == [
        ("/a", []),
        ("/b/none", {}),
        ("/b/x~1y/0", 1),
        ("/b/x~1y/1/~0", None),
    ]


def test_the_digest_is_made_as_the_docstring_says() -> None:
    salt = bytes(range(32))
    first = sha256(b"\x00" + sha256(salt + bytes(8)).digest() + b'["/a","\xc3\xa4"]').digest()
    second_salt = sha256(salt + bytes(7) + b"\x01").digest()
    second = sha256(b"\x00" + second_salt + b'["/b",true]').digest()
    assert digest({"b": True, "a": "ä"}, salt) == sha256(b"\x01" + first + second).digest()


@given(plain, st.data())
def test_a_withheld_part_leaves_the_rest_proved(value: object, data: st.DataObject) -> None:
    salt = os.urandom(32)
    value = canonical.normal(value)
    all_parts = list(parts(value))
    withheld = data.draw(st.sets(st.integers(0, len(all_parts) - 1)))
    given_away = [part_digest(part, part_salt(salt, index)) for index, part in enumerate(all_parts)]
    rebuilt = [
        given_away[index] if index in withheld else part_digest(part, part_salt(salt, index))
        for index, part in enumerate(all_parts)
    ]
    assert combine(rebuilt) == digest(value, salt)


@given(plain, plain)
def test_different_payloads_have_different_digests(one: object, other: object) -> None:
    one, other = canonical.normal(one), canonical.normal(other)
    same = canonical.dumps(one) == canonical.dumps(other)
    assert (digest(one, SALT) == digest(other, SALT)) == same


def test_the_salt_matters() -> None:
    assert digest({"name": "Anna"}, SALT) != digest({"name": "Anna"}, os.urandom(32))
