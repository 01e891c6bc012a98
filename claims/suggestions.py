"""Sentences that a fact checker would stop at.

Figures, dates, firsts and superlatives, attributions, comparisons: rules of form, for German and
English, and no more. They propose, people decide. A sentence is proposed if it states something
(questions do not) and shows at least one of these marks of a checkable statement. How well that
works is measured in ``benchmarks.suggestions``.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .choices import Place
from .models import Dismissal
from .readings import SentenceInPlace


class Kind(models.TextChoices):
    FIGURE = "figure", _("figure")
    DATE = "date", _("date")
    FIRST = "first", _("first or most")
    SAID = "said", _("said by somebody")
    COMPARED = "compared", _("comparison")


def _words(words: str) -> str:
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in words.split(","))


_NUMBERS = _words(
    "zwei,drei,vier,fünf,sechs,sieben,acht,neun,zehn,elf,zwölf,zwanzig,dreißig,vierzig,fünfzig,hundert,"
    "tausend,dutzend,two,three,four,five,six,seven,eight,nine,ten,eleven,"
    "twelve,twenty,thirty,forty,fifty,hundred,thousand,dozen,half"
)
_MANY = (
    r"\b(?:tausende|hunderte|hunderttausende|dutzende|millionen|milliarden|thousands|hundreds|dozens|"
    r"ganze|hälfte|drittel|viertel|thirds?|quarters?|half\s+of|fifth|sämtliche|keine\s+einzige|none\s+of|all\s+of|every\s+single|"
    r"millions|billions|mio\.|mrd\.|prozent|percent|verdoppel\w*|verdreifach\w*|halbier\w*|doubled|"
    r"tripled|halved|die\s+meisten|die\s+mehrheit|most\s+of|majority)\b"
)
_MONTHS = _words(
    "januar,jänner,februar,märz,april,mai,juni,juli,august,september,oktober,november,dezember,january,"
    "february,march,may,june,july,october,december"
)
MARKS: dict[str, re.Pattern[str]] = {
    Kind.FIGURE: re.compile(
        rf"\d|[%€$£½¼¾]|\b(?:{_NUMBERS})\b(?!\s+(?:of|von)\s+(?:them|ihnen))|{_MANY}", re.IGNORECASE
    ),
    Kind.DATE: re.compile(
        rf"\b(?:1[0-9]|20)\d\d\b|\b\d{{1,2}}\.\s?(?:\d{{1,2}}\.|{_MONTHS})"
        rf"|\b(?:im|in|seit|bis|ende|anfang|mitte|since|by|until|of)\s+(?:{_MONTHS})\b"
        r"|\b(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|gestern|heute|monday|"
        r"tuesday|wednesday|thursday|friday|saturday|sunday|yesterday)s?\b"
        r"|\b(?:frühjahr|sommer|herbst|winter|spring|summer|autumn)\s+\d{4}"
        r"|\b(?:seit|vor|nach|for|after)\s+(?:\w+\s+){0,3}(?:tagen|wochen|monaten|jahr|jahren|"
        r"jahrzehnten|jahrhunderten|days|weeks|months|years|decades|centuries)\b"
        r"|\bjahrzehntelang\b|\bjahrelang\b",
        re.IGNORECASE,
    ),
    Kind.FIRST: re.compile(
        r"\b(?:erste[rnms]?|erstmals|erstmalig|zum\s+ersten\s+mal|letzte[rnms]?|einzige[rnms]?|nie\s+zuvor|"
        r"noch\s+nie|niemals|rekord\w*|first|only|never|record|last|ever|unprecedented|sole)\b"
        r"|\b(?:biggest|largest|smallest|highest|lowest|longest|shortest|oldest|youngest|fastest|"
        r"worst|best|most|least|greatest|deadliest|richest|poorest)\b"
        r"|\b(?:größte|kleinste|höchste|niedrigste|längste|kürzeste|älteste|jüngste|schnellste|meiste|"
        r"wenigste|beste|schlechteste|teuerste|billigste|reichste|ärmste|stärkste|schwächste)[nrms]?\b",
        re.IGNORECASE,
    ),
    Kind.SAID: re.compile(
        r"\b(?:sagt|sagte|sagten|erklärt|erklärte|erklärten|teilte|teilten|meldet|meldete|meldeten|berichtet|"
        r"berichtete|berichteten|schätzt|schätzte|schätzten|schreibt|schrieb|behauptet|behauptete|betonte|"
        r"bestätigte|bestätigt|kündigte|forderte|warnte|beziffert|bezifferte|nennt|nannte|räumte|"
        r"zufolge|laut|nach\s+angaben|nach\s+eigenen\s+angaben|heißt\s+es|"
        r"angeblich|offiziell|said|says|told|reported|reports|announced|claimed|claims|estimates|"
        r"estimated|according\s+to|confirmed|warned|wrote|writes|denied|admitted|reportedly|allegedly)\b"
        r"|\b(?:soll|sollen)\b[^.!?]*\b(?:haben|sein|werden|worden)\b",
        re.IGNORECASE,
    ),
    Kind.COMPARED: re.compile(
        r"\b(?:mehr|weniger|höher|niedriger|größer|kleiner|älter|jünger|schneller|langsamer|teurer|billiger|"
        r"stärker|schwächer|länger|kürzer|besser|schlechter|häufiger|seltener)\w*\s+(?:\w+\s+){0,4}als\b"
        r"|\b(?:doppelt|dreimal|halb)\s+so\b|\bim\s+vergleich\b|\bgegenüber\s+(?:dem|der|den)\b"
        r"|\b(?:more|less|fewer|higher|lower|larger|smaller|older|younger|faster|slower|cheaper|longer|"
        r"shorter|better|worse)\b[^.!?]{0,40}\bthan\b|\bcompared\s+(?:with|to)\b|\btwice\s+as\b",
        re.IGNORECASE,
    ),
}
# A sentence is about what happened or is so: who asks, commands or wishes states nothing.
_ASKS = re.compile(r"[?!]\s*[\"”“’»«)\]]*$")
_FIRST_TIME = re.compile(
    r"\bzum\s+(?:ersten|letzten)\s+mal\b|\bthe\s+(?:first|last)\s+time\b|\bnie\s+zuvor\b|"
    r"\bnoch\s+nie\b|\bnever\s+before\b|\bthe\s+(?:first|only|last)\s+\w+\s+(?:to|that|who)\b|"
    r"\b(?:als|der|die|das)\s+(?:erste|einzige)[rs]?\s+[A-ZÄÖÜ]",
    re.IGNORECASE,
)
# Words of one kind that stand in sentences of all kinds: a lone small number proves little.
_WEAK = re.compile(
    rf"\b(?:{_NUMBERS}|erste[rnms]?|letzte[rnms]?|heute|nie|niemals|first|last|only|never|ever|best|"
    r"most|beste[rnms]?|einzige[rnms]?|today|half)\b",
    re.IGNORECASE,
)


_ALONE = (Kind.FIGURE, Kind.FIRST, Kind.DATE)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A sentence that may state what has to be checked, and what speaks for that."""

    sentence: SentenceInPlace
    kinds: tuple[str, ...]

    @property
    def labels(self) -> list[str]:
        return [str(Kind(kind).label) for kind in self.kinds]

    @property
    def words(self) -> str:
        """The sentence without its full stop: what would be marked."""
        return self.sentence.text.rstrip(" .")


def kinds(sentence: str) -> tuple[str, ...]:
    """Return what about a sentence asks to be checked; nothing if nothing does."""
    if _ASKS.search(sentence) or len(sentence.split()) < 4:
        return ()
    found = [kind for kind, mark in MARKS.items() if mark.search(sentence)]
    if len(found) == 1 and found[0] in _ALONE:
        # Without its weak marks, does anything still speak for it?
        rest = sentence if _FIRST_TIME.search(sentence) else _WEAK.sub(" ", sentence)
        if not MARKS[found[0]].search(rest):
            return ()
    return tuple(str(kind) for kind in found)


def suggest(sentences: Iterable[SentenceInPlace], dismissed: frozenset[str]) -> list[Suggestion]:
    """Return the sentences to be proposed, in reading order, each once."""
    made, seen = [], set(dismissed)
    for sentence in sentences:
        if sentence.claims or sentence.digest in seen or sentence.field == Place.KICKER:
            continue
        if found := kinds(sentence.text):
            seen.add(sentence.digest)
            made.append(Suggestion(sentence, found))
    return made


def dismissed(article: UUID) -> frozenset[str]:
    """Return the digests of the sentences that somebody has set aside in a piece."""
    rows = Dismissal.objects.filter(article_id=article)
    return frozenset(rows.values_list("digest", flat=True))


def dismiss(article: UUID, digest: str, *, actor: Any) -> None:
    """Set a sentence aside: in these words it is not proposed in this piece again."""
    Dismissal.objects.get_or_create(
        article_id=article, digest=digest, defaults={"by": actor.pk, "at": timezone.now()}
    )
