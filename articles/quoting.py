"""Whether a quote stands in a text word for word."""

import re
import unicodedata

# Marks of quotation are set as the language has it, not as the source had them.
_MARKS = str.maketrans(dict.fromkeys("„“”«»‟‘’‚‛‹›`´'", '"'))


def stands_in(quote: str, text: str) -> bool:
    """Return whether the words of a quote stand in a text, as whole words and in one piece.

    White space and marks of quotation are no difference. All else is.
    """
    wanted = _folded(quote)
    # Only at whole words: "möglich" does not stand in "unmöglich".
    return bool(wanted) and bool(re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", _folded(text)))


def _folded(words: str) -> str:
    folded = unicodedata.normalize("NFC", words).translate(_MARKS)
    return " ".join(folded.split()).strip('" ')
