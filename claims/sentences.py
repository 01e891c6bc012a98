"""Where sentences begin and end, in German and English.

Readings remember sentences by a digest, so the rule has a number: whoever
changes what ``split`` or ``digest`` return raises ``RULE``, and sentences read under the
old rule count as unread.

No rule is right always. "Es waren 26. Trump sagte …" can be told from
"am 26. April" by knowing the words only. In doubt a text is not cut: two sentences in one
are read and checked as one.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from .text import Manuscript

RULE = 1


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence in the text of a manuscript, and the index of its block there."""

    start: int
    end: int
    text: str
    block: int


def split(text: str) -> list[tuple[int, int]]:
    """Return the sentences of a text as (start, end), in order.

    Together they hold every character but the white space around them. A line
    feed always ends a sentence. Closing quotation marks, brackets and references
    to notes belong to the sentence that they follow; what a speaker is said to have
    said stays with the quotation; colons, semicolons and dashes do not end sentences.
    """
    found = []
    start = 0
    for line in text.split("\n"):
        for first, last in _in_line(line):
            found.append((start + first, start + last))
        start += len(line) + 1
    return found


def sentences(manuscript: Manuscript) -> list[Sentence]:
    """Return the sentences of a manuscript in order. None reaches over two blocks."""
    return [
        Sentence(
            block.start + start, block.start + end, block.text[start:end], index
        )
        for index, block in enumerate(manuscript.blocks)
        for start, end in split(block.text)
    ]  # fmt: skip


def digest(text: str) -> str:
    """Return 32 hexadecimal digits that stand for a sentence, however its spaces are written."""
    folded = " ".join(unicodedata.normalize("NFC", text).split())
    return sha256(f"{RULE}\n{folded}".encode()).hexdigest()[:32]


def _words(words: str) -> frozenset[str]:
    return frozenset(words.split())


_LETTER = r"[^\W\d_]"
_OPENING = "\"'„“”‚‘’»«›‹([{¿¡"
_CLOSING = "\"'“”‘’»«›‹)]}"
_QUOTES = frozenset("\"'“”‘’»«›‹")
_DASHES = "–—―-"
# Where a sentence may end: stops, then what closes after them, references to notes, white space.
_STOP = re.compile(
    rf"(?P<stop>[.!?…‽]+)(?P<closing>(?:[{re.escape(_CLOSING)}]|\[\d+\]|[¹²³⁰⁴-⁹])*)(?=\s)"
)
# What may stand before the first word of the next sentence: a dash, an omission, what opens.
_LEAD = re.compile(
    rf"\s+(?:[{_DASHES}]\s+|[(\[]?(?:…|\.\.\.)[)\]]?\s*)*(?P<opening>[{re.escape(_OPENING)}]*)\s*"
)
_WORD = re.compile(rf"{_LETTER}[\w'’-]*")

# Capitalised, these hardly ever stand inside of a sentence.
_STARTERS = _words(
    """
    Der Die Das Den Dem Des Ein Eine Einen Einem Einer Eines Er Sie Es Wir Ihr Ich Du Man Wer
    Was Wie Wo Wann Warum Weshalb Wieso Woher Wohin Wozu Und Aber Oder Doch Denn Sondern Dann
    Danach Dabei Damit Dazu Dafür Dagegen Daher Darauf Daran Daraus Darin Darum Darunter Darüber
    Davon Davor Deshalb Deswegen Dennoch Trotzdem Jedoch Auch Noch Schon Nur Nun Jetzt Heute
    Gestern Hier Hierzu Dort Da So Als Wenn Weil Während Obwohl Nachdem Bevor Seit Seitdem Bis
    In Im An Am Auf Aus Bei Beim Mit Nach Von Vom Vor Zu Zum Zur Über Unter Um Für Durch Gegen
    Ohne Zwischen Laut Trotz Wegen Neben Dies Diese Dieser Dieses Diesen Diesem Jene Jener Jenes
    Jeder Jede Jedes Alle Alles Viele Vieles Einige Mehrere Manche Kein Keine Keiner Keinen Sein
    Seine Seinen Seiner Ihre Ihren Ihrer Unser Unsere Mein Meine Nicht Nichts Niemand Jemand
    Insgesamt Zudem Außerdem Allerdings Bisher Bislang Zuvor Später Zunächst Zuerst Zuletzt
    Schließlich Inzwischen Mittlerweile Ob Dass Sogar Selbst Sowohl Weder Entweder Ebenso Etwa
    Rund Mehr Weniger Vielleicht Offenbar Tatsächlich Allein Erst Immer Nie Oft Wieder Weitere
    Andere Anders Dadurch Dessen Deren Wobei Sobald Solange Somit Folglich Stattdessen
    Gleichzeitig Zugleich Ferner Ansonsten Hingegen Immerhin
    """
) | _words(
    """
    The A An As Of Under He She It We They I You This That These Those There Here On At By For
    From With To If When While After Before Since But And Or Yet Then Now Still However Also
    Although Because Though Unless Until His Her Its Our Their My Your Who What Where Why How
    Which No Not None Nobody Nothing All Some Many Most Each Every Both Few Several Such Another
    Other Others Instead Meanwhile Moreover Nevertheless Nonetheless Today Yesterday Later Once
    Only Even Perhaps Thus Therefore According Despite Until Within Without
    """
)

# Something always follows these, so that their full stop ends no sentence.
_BOUND = _words(
    """
    Dr Prof Hr Hrn Fr Frl Mr Mrs Ms Mme Mlle St Sta Ste Dipl Dipl.-Ing Lic Priv Doz Lt Sgt Capt
    Cpt Supt Abg Bgm med phil jur rer nat pol oec theol habil bzw ca vgl cf sog gen ggf ggfs
    evtl evt inkl exkl einschl zzgl bspw insb insbes bes mind max min rd geb gest verh verw ehem
    urspr dt engl frz franz ital span russ ukr poln amerik brit österr schweiz lat griech hl
    kath evang röm städt staatl gesetzl zw betr gez hrsg vs approx resp incl excl viz z.B d.h
    d.i i.e e.g u.U z.T m.E z.Hd i.S a.a.O s.o h.c
    """
)
# These may stand at the end, but only a starter begins a sentence after them.
_LOOSE = _words(
    """
    Gen Mag Rep Sen Hon Rev Col Maj Pres Ing Mt Ft Gov Adm Cmdr usw etc ff Mio Mrd Tsd Jh Jhd
    Jhdt Chr Std Stdn Sek Min Tel Fa Fam Hrsg Verf Red Anm Aufl Ausg Nachf Ges Gebr Inh Univ jr
    Jr sr Sr Inc Ltd Corp Co Bros LLC Cie Ew Einw al Dept Ave Blvd Rd Str Abk Abt Bhf Hbf Kto
    Ztg Jan Jän Feb Febr Mär Apr Jun Jul Aug Sep Sept Okt Oct Nov Dez Dec u.a u.ä u.Ä o.ä o.Ä
    u.s.w u.v.m u.a.m e.V a.D i.R n.Chr v.Chr i.d.R i.A i.V Ph.D
    """
)
# Abbreviations before a number, words otherwise.
_COUNTING = _words(
    """
    Drs Nr Nrn No Nos no Abs Art Abb Bd Bde Kap Ziff Tab Taf Anl Anh Pos Fig fig Vol vol Ch ch Sec
    sec pp Rn Rz Tz Fn Az Mo Di Mi Do Sa So Tue Wed Thu Fri Sat Sun Mon Mar Par Sp Jg Lfg
    """
)
# Nouns that ordinals are written before.
_COUNTED = re.compile(
    r"""(?:Jan|Feb|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez|Jänner|Jahr|Jubiläum|Geburtstag|Todestag|Tag
    |Woche|Monat|Quartal|Halbjahr|Halbzeit|Stunde|Minute|Sekunde|Mal\b|Platz|Rang|Stelle|Stock|Etage
    |Klasse|Stufe|Auflage|Ausgabe|Kapitel|Absatz|Artikel|Band\b|Akt\b|Teil|Runde|Etappe|Spiel|Liga
    |Bundesliga|Weltkrieg|Weltcup|Armee|Division|Brigade|Bataillon|Regiment|Kompanie|Korps|Flotte
    |Senat|Kammer|Strafsenat|Zivilsenat|Legislatur|Wahlperiode|Amtszeit|Wahlgang|Lesung|Sinfonie
    |Symphonie|Vorsitzend|Bürgermeister|Stellvertret|Präsident|Kanzler|Sieg|Niederlage|Tor\b|Kind
    |Grad|Bezirk|Arrondissement|Sanktionspaket|Paket|Hauptsatz|Gipfel|Parteitag|Kongress|Sitzung
    |Verhandlungstag|Prozesstag|Kriegstag|Zusatz|Änderung|(?:FC|FSV|SC|SV)\b)""",
    re.VERBOSE,
)
# Words that ordinals are written after.
_COUNTERS = _words(
    """
    am im der die das den dem des vom zum zur beim ab bis seit nach vor jede jeder jedes jeden
    ein eine einen einem einer eines sein seine seinen seinem seiner seines ihr ihre ihren ihrem
    ihrer ihres mein meine meinen meinem meiner unser unsere unseren unserem unserer und oder
    sowie Am Im Der Die Das Den Dem Des Vom Zum Zur Beim Ab Bis Seit Nach Vor Jede Jeder Jedes
    Ein Eine Sein Seine Ihr Ihre Mein Meine Unser Unsere bzw. ans Ans fürs ins aufs
    """
)
_SPEECH = re.compile(
    rf"""(?:{_LETTER}[\w.'’-]*\s+){{1,3}}
    (?:said|says|asked|asks|replied|wrote|writes|added|shouted|told|tweeted|wondered
    |sagte|sagt|fragte|fragt|schrieb|schreibt|rief|ruft|erklärte|erklärt|antwortete|meinte|meint)\b""",
    re.VERBOSE,
)
_NUMBER = re.compile(r"\d{1,3}|\d{1,2}\.\d{1,2}")
_LABEL = re.compile(r"\d{1,3}(?:\.\d{1,2})*")
_ROMAN = re.compile(r"[IVXLC]+")
_INITIALS = re.compile(rf"{_LETTER}(?:(?:\.-?|-){_LETTER})*")
# A remark in brackets is shorter; what is longer has lost its closing bracket to another one.
_REMARK = 400
# Stops and separators that are left over, not the beginning of anything.
_MID = frozenset(".!?…‽,;:)]}–—―-")
# A month or a year goes on with the date that a day or a month began.
_MONTH = re.compile(r"\d{1,2}\.(?!\d)")
_YEAR = re.compile(r"\d{2}(?:\d{2})?(?![\d.,:])")


def _in_line(line: str) -> Iterator[tuple[int, int]]:
    """Yield the sentences of a text without line feeds."""
    last = len(line.rstrip())
    start = last - len(line[:last].lstrip())
    brackets = iter(_brackets(line))
    opened, closed = next(brackets, (last, last))
    held = 0  # stops before this place are in brackets in the middle of a sentence
    for match in _STOP.finditer(line, 0, last + 1):
        while opened < match.start():
            if closed - opened <= _REMARK and line[start:opened].strip(_OPENING):
                held = max(held, closed)
            opened, closed = next(brackets, (last, last))
        if match.start() > held and _ends(line, start, match):
            yield start, match.end()
            start = match.end()
            while line[start].isspace():
                start += 1
    if start < last:
        yield start, last


def _brackets(line: str) -> list[tuple[int, int]]:
    """Return where brackets open and where they close, in order."""
    pairs: list[tuple[int, int]] = []
    waiting: list[int] = []
    for match in re.finditer(r"[()\[\]]", line):
        if match[0] in "([":
            waiting.append(match.start())
        elif waiting:
            pairs.append((waiting.pop(), match.start()))
    return sorted(pairs)


def _ends(line: str, start: int, match: re.Match[str]) -> bool:
    """Tell whether the sentence that began at ``start`` ends with the stops of ``match``."""
    stop, closing = match["stop"], match["closing"]
    lead = _LEAD.match(line, match.end())
    if not lead or not any(character.isalnum() for character in line[start : match.start()]):
        return False
    following = _Following(line, lead)
    if not following.may_begin:
        return False
    if set(stop) & set("!?‽"):
        quoted = not _QUOTES.isdisjoint(closing)
        return not (quoted and not following.opened and _SPEECH.match(line, following.at))
    if closing:
        return True
    if stop in ("…", "..", "..."):
        # After a space it stands for words left out, maybe in the middle of a sentence.
        return following.starter or not line[match.start() - 1].isspace()
    return stop != "." or _ends_after(line, start, match.start(), following)


class _Following:
    """What comes after a stop."""

    def __init__(self, line: str, lead: re.Match[str]) -> None:
        self.line = line
        self.at = lead.end()
        self.opened = bool(lead["opening"])
        word = _WORD.match(line, self.at)
        self.word = word[0] if word else ""
        initial = len(self.word) == 1 and line.startswith(".", self.at + 1)
        self.starter = self.word in _STARTERS and not initial

    @property
    def may_begin(self) -> bool:
        """Whether a sentence can begin so: with no small letter, unless it is an iPhone."""
        first, second = self.line[self.at : self.at + 1], self.line[self.at + 1 : self.at + 2]
        if first.islower():
            return second.isupper()
        return first.isalnum() or (
            first != "" and unicodedata.category(first)[0] in "SP" and first not in _MID
        )

    @property
    def is_number(self) -> bool:
        return self.line[self.at : self.at + 1].isdigit()


def _ends_after(line: str, start: int, stop: int, following: _Following) -> bool:
    """Tell whether a full stop is more than that of an abbreviation or a number."""
    at = stop
    while at > start and not line[at - 1].isspace() and line[at - 1] not in '([{/„“”"‚‘»«›‹–—':
        at -= 1
    before = line[at:stop]
    if before[:1].isdigit():
        return _ends_after_number(line, start, at, before, following)
    if _ROMAN.fullmatch(before):
        return following.starter
    first = not line[start:at].strip(_OPENING)
    last_part = before.rpartition("-")[2]
    for short in (*_joined(line, start, at, before), last_part):
        # The first word of a sentence is written with a capital.
        small = short[:1].lower() + short[1:] if first else short
        if short in _BOUND or small in _BOUND:
            return False
        if short in _LOOSE or small in _LOOSE:
            return following.starter and not following.opened
    if _INITIALS.fullmatch(before):
        return following.starter
    if last_part in _COUNTING:
        return not following.is_number and not _ROMAN.fullmatch(following.word)
    if before.endswith("str"):
        # Hauptstr.
        return following.starter
    return True


def _joined(line: str, start: int, at: int, before: str) -> Iterator[str]:
    """Yield an abbreviation with the parts before it, longest first: "i.d.R" of "i. d. R."."""
    parts = [before]
    words = line[max(start, at - 16) : at].split()
    while words and len(parts) < 4:
        word = words.pop().lstrip(_OPENING)
        if not (word.endswith(".") and word[:-1].isalpha() and len(word) <= 3):
            break
        parts.insert(0, word[:-1])
    for index in range(len(parts)):
        yield ".".join(parts[index:])


def _ends_after_number(line: str, start: int, at: int, number: str, following: _Following) -> bool:
    """Tell "am 26. April" from "Es waren 26. Die"."""
    if not line[start:at].strip(_OPENING) and _LABEL.fullmatch(number):
        # It numbers the sentence that comes.
        return False
    if not _NUMBER.fullmatch(number):
        return True
    previous = line[start:at].split()[-1:]
    if following.is_number:
        if _MONTH.match(line, following.at):
            return False
        is_date = "." in number or _MONTH.fullmatch(previous[0] if previous else "")
        return not (is_date and _YEAR.match(line, following.at))
    if following.starter:
        return True
    if _COUNTED.match(following.word):
        return False
    return bool(previous) and previous[0] not in _COUNTERS and previous[0][-1] not in ",;:(–—"
