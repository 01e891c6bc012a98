import pytest
from django.core.serializers.base import DeserializationError

from history.documents import Format


def rename(document: dict) -> dict:
    upgraded = {**document, "schema": 2, "heading": document["headline"]}
    del upgraded["headline"]
    return upgraded


def test_an_older_schema_is_upgraded_in_memory() -> None:
    old = Format("piece", schema=1)
    new = Format("piece", schema=2, upgrades={1: rename})
    text = old.dumps({"schema": 1, "type": "piece", "headline": "Neu"})
    assert new.loads(text) == {"schema": 2, "type": "piece", "heading": "Neu"}
    assert old.loads(text)["headline"] == "Neu"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('{"schema":3,"type":"piece"}', "newer code"),
        ('{"schema":0,"type":"piece"}', "no way up"),
        ('{"schema":1,"type":"source"}', "a source where a piece"),
        ('{"type":"piece"}', "no piece document"),
        ("[]", "no piece document"),
        ("", "no piece document"),
        ("{", "no piece document"),
    ],
)
def test_what_cannot_be_read_says_why(text: str, complaint: str) -> None:
    with pytest.raises(DeserializationError, match=complaint):
        Format("piece", schema=2, upgrades={1: rename}).loads(text)


def test_an_upgrade_that_forgets_its_schema_is_caught() -> None:
    with pytest.raises(DeserializationError, match="went astray"):
        Format("piece", schema=2, upgrades={1: dict}).loads('{"schema":1,"type":"piece"}')
