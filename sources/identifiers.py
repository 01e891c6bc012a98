"""Names of sources that machines agree on: web addresses, DOIs and ISBNs, each in one form."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_DOI = re.compile(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(10\.\d{4,9}/\S+)$", re.IGNORECASE)
# What follows a reader around and is no part of the address.
_TRACKING = re.compile(
    r"^(?:utm_\w+|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|wt_mc|xtor)$", re.I
)


def doi(text: str) -> str:
    """Return a DOI without its prefix, in lower case, or ``""``."""
    match = _DOI.match(text.strip())
    return match[1].rstrip(".,;").lower() if match else ""


def isbn(text: str) -> str:
    """Return an ISBN as 13 digits, or ``""`` if it is none, or mistyped."""
    digits = re.sub(r"^isbn(?:-1[03])?:?\s*|[\s-]", "", text.strip(), flags=re.IGNORECASE).upper()
    if re.fullmatch(r"\d{9}[\dX]", digits):
        total = sum(
            (10 - place) * (10 if digit == "X" else int(digit))
            for place, digit in enumerate(digits)
        )
        if total % 11:
            return ""
        digits = f"978{digits[:9]}"
        return digits + _check_digit(digits)
    if re.fullmatch(r"97[89]\d{10}", digits) and digits[12] == _check_digit(digits[:12]):
        return digits
    return ""


def mistyped_isbn(text: str) -> bool:
    """Whether this looks like an ISBN and is none."""
    digits = re.sub(r"[\s-]", "", text).upper()
    looks = re.fullmatch(r"ISBN(?:-?1[03])?:?\d{8,13}X?|97[89]\d{9}[\dX]|\d{9}[\dX]", digits)
    return bool(looks) and not isbn(text)


def _check_digit(twelve: str) -> str:
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(twelve))
    return str(-total % 10)


def url(text: str) -> str:
    """Return a web address in the form in which two of the same page are equal, or ``""``.

    It is for comparing, not for following: ``http`` and ``https``, ``www.`` and none, and a
    slash at the end make no difference.
    """
    try:
        parts = urlsplit(text.strip())
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host:
        return ""
    host = host.removeprefix("www.")
    if port not in (None, 80, 443):
        host = f"{host}:{port}"
    query = [
        pair
        for pair in parse_qsl(parts.query, keep_blank_values=True)
        if not _TRACKING.match(pair[0])
    ]
    path = re.sub(r"/(?:index\.(?:html?|php))?$", "", parts.path)
    return urlunsplit(("https", host, path, urlencode(query), ""))
