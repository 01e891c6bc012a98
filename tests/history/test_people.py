import pytest

from history.people import initials


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Anna Lindt", "AL"),
        ("Anna Maria von Lindt", "AL"),
        ("anna", "A"),
        ("(vertritt) Anna", "A"),
        ("", ""),
    ],
)
def test_initials_stand_for_a_person(name: str, letters: str) -> None:
    assert initials(name) == letters
