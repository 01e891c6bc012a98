from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from history import canonical

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(st.text())
def test_canonical_text_is_a_fixed_point(value: str) -> None:
    once = canonical.text(value)
    assert canonical.text(once) == once
    assert "\r" not in once
    assert "\x00" not in once


def test_text_is_composed_and_has_unix_line_ends() -> None:
    assert canonical.text("u\u0308ber\r\nalles\rso") == "über\nalles\nso"


def test_text_that_no_database_holds_becomes_visible() -> None:
    assert canonical.text("a\x00b\ud800c") == "a\ufffdb\ufffdc"


@given(plain)
def test_equal_data_has_equal_bytes_and_comes_back(value: object) -> None:
    written = canonical.dumps(value)
    assert canonical.loads(written) == canonical.normal(value)
    assert canonical.dumps(canonical.loads(written)) == written


def test_keys_are_sorted_and_nothing_is_padded() -> None:
    assert canonical.dumps({"b": [1, None], "a": "ä"}) == '{"a":"ä","b":[1,null]}'


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**53, {"a": object()}, {1, 2}])
def test_what_json_cannot_hold_exactly_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="not canonical JSON"):
        canonical.dumps(value)


def test_moments_are_utc_with_six_decimals() -> None:
    berlin = timezone(timedelta(hours=2))
    written = canonical.stamp(datetime(2025, 5, 3, 11, 25, tzinfo=berlin))
    assert written == "2025-05-03T09:25:00.000000Z"
    assert canonical.moment(written) == datetime(2025, 5, 3, 9, 25, tzinfo=UTC)
    assert canonical.stamp(None) is None


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        canonical.stamp(datetime(2025, 5, 3))  # noqa: DTZ001
