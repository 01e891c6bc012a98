"""What about a sentence asks a fact checker to stop at it.

Rules of form, for German and English, and no more. They propose, people decide. What speaks for a
sentence is of two sorts. **Marks** (figures, dates, firsts and superlatives, attributions,
comparisons) are enough alone. **Signs** that something in particular happened or is so (a verb
that reports, a cause, all or none, what is so by now, somebody of note or by name) are enough
together, unless the sentence judges, supposes or speaks of "us". Questions state nothing. How well
that works is measured in ``benchmarks.suggestions``.
"""

import re

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    FIGURE = "figure", _("figure")
    DATE = "date", _("date")
    FIRST = "first", _("first or most")
    SAID = "said", _("said by somebody")
    COMPARED = "compared", _("comparison")
    HAPPENED = "happened", _("event")
    CAUSE = "cause", _("cause")
    SCOPE = "scope", _("all or none")
    BY_NOW = "by-now", _("by now")
    NAMED = "named", _("somebody of note")


def _words(words: str) -> str:
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in words.split(","))


_NUMBERS = _words(
    "zwei,drei,vier,fünf,sechs,sieben,acht,neun,zehn,elf,zwölf,zwanzig,dreißig,vierzig,fünfzig,hundert,"
    "tausend,dutzend,two,three,four,five,six,seven,eight,nine,ten,eleven,"
    "twelve,twenty,thirty,forty,fifty,hundred,thousand,dozen,half"
)
_MANY = (
    r"\b(?:tausende|hunderte|hunderttausende|dutzende|millionen|milliarden|thousands|hundreds|dozens|"
    r"hälfte|drittel|viertel|thirds?|quarters?|half\s+of|fifth|sämtliche|keine\s+einzige|none\s+of|all\s+of|every\s+single|"
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
        r"angeblich|offiziell|sei|seien|said|says|told|reported|reports|announced|claimed|claims|estimates|"
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
# Signs. What German writes small is no noun: participles and verbs are told by that.
_BEFORE = r"(?:\w*ge|be|emp|ent|er|ver|zer|miss|über|unter|wider|durch)"
_AUXILIARY = r"(?:wurden?|worden|werden|wird|hat|haben|hatten?|ist|sind|war|waren|sei|seien)"
_ENDS = rf"(?=\s*(?:[,;:.–—)]|$|\s{_AUXILIARY}\b|\sund\b))"
_PAST = (
    "kam,kamen,ging,gingen,nahm,nahmen,gab,gaben,fand,fanden,stand,standen,lag,lagen,blieb,blieben,"
    "fiel,fielen,stieg,stiegen,sank,sanken,verlor,verloren,starb,starben,schloss,schlossen,schrieb,"
    "schrieben,hielt,hielten,ließ,ließen,trug,trugen,zog,zogen,begann,begannen,lief,liefen,fuhr,"
    "fuhren,erfuhr,erfuhren,trat,traten,bekam,bekamen,erhielt,erhielten,verließ,verließen,traf,"
    "trafen,gewann,gewannen,verbot,verboten,brach,brachen,floh,flohen,schlug,schlugen,rief,riefen,"
    "wies,wiesen,warf,warfen,bot,boten,sprach,sprachen,entstand,entstanden,wuchs,wuchsen"
)
_PAST_ENGLISH = (
    "found,gave,took,went,came,fell,rose,grew,sold,bought,paid,led,lost,won,met,held,kept,left,sent,"
    "built,began,chose,broke,drew,drove,flew,spoke,stole,struck,became,ran,hid,fought,fled,cut,shut"
)
_NO_PAST = r"(?!hätten?|könnten?|sollten?|müssten?|dürften?|möchten?|heute|bitte|mitte)"
_OFFICES = (
    r"\b(?-i:\w*[Rr]egierung\w*|\w*[Mm]inister\w*|\w*[Gg]ericht\w*|\w*[Bb]ehörden?|\w*amt|\w*ämter|"
    r"\w+rat|\w+räte|(?:Bundes|Land|Kreis|Reichs)tag\w*|\w*[Vv]erb[aä]nde?|\w*[Vv]ereine?|Polizei\w*|"
    r"\w*[Pp]artei\w*|\w*[Gg]ewerkschaft\w*|\w*[Uu]nternehmen\w*|\w*[Kk]onzern\w*|Firm\w+|"
    r"\w*[Ss]oldat\w*|\w*[Aa]rmee\w*|\w*[Tt]ruppe\w*|\w+dienste?|\w*[Kk]ommission\w*|"
    r"\w*initiative\w*|Gemeinden?|Verwaltung\w*|\w*[Pp]räsident\w*|\w*[Bb]ürgermeister\w*|"
    r"\w*anwaltschaft\w*|Träger|\w*[Kk]lini\w+|\w*krankenh[aä]us\w*|\w*[Ii]nstitut\w*|Analyst\w*|"
    r"Forscher\w*|Wissenschaftler\w*|Ärzt\w+|Beschäftigten?|\w*schützer\w*|Anwohner\w*)\b"
    r"|\b(?:governments?|ministers?|ministry|courts?|council\w*|board|polic\w+|part(?:y|ies)|unions?|"
    r"compan(?:y|ies)|firms?|agenc(?:y|ies)|commission\w*|mayor|presidents?|prosecutors?|army|troops|"
    r"soldiers?|hospitals?|schools?|universit(?:y|ies)|institutes?|officials?|engineers?|doctors?|"
    r"researchers|scientists?|residents|petition|analysts?|authorit(?:y|ies)|bank|parliament)\b"
)
_PEOPLES = (
    r"deutsch,österreichisch,schweizerisch,britisch,englisch,französisch,italienisch,spanisch,polnisch,"
    r"russisch,ukrainisch,amerikanisch,chinesisch,japanisch,koreanisch,indisch,türkisch,israelisch,"
    r"iranisch,syrisch,afghanisch,ungarisch,tschechisch,niederländisch,belgisch,dänisch,schwedisch,"
    r"norwegisch,finnisch,griechisch,europäisch,bayerisch,sächsisch,hessisch"
)
SIGNS: dict[str, re.Pattern[str]] = {
    Kind.HAPPENED: re.compile(
        rf"\b{_AUXILIARY}\b[^.!?:;]*?(?-i:\b(?!geworden){_BEFORE}\w{{2,}}(?:t|en)|\b[a-zäöü]+iert\b){_ENDS}"
        rf"|^\w{{4,}}(?:t|en)\s+{_AUXILIARY}\b"
        rf"|^(?:(?:der|die|das|ein|eine|the|an?|some|several)\s+)?(?:(?-i:[a-zäöüß]+)\s+)?"
        rf"(?:{_OFFICES})(?:\s+(?:in|im|aus|von|of|from)\s+\w+(?:\s+(?:und|and)\s+\w+)?)?"
        rf"\s+(?!(?:ist|sind|war|waren|is|are|was|were)\b)(?-i:[a-zäöüß]+)"
        rf"|(?-i:\b(?:{_words(_PAST)})\b)"
        rf"|(?-i:\b{_NO_PAST}[a-zäöüß]{{3,}}(?:te\b(?!\s+[A-ZÄÖÜ])|ten\b(?=\s+[a-zäöüß0-9„])))"
        rf"|\b(?:was|were|has|have|had|been)\s+(?:\w+\s+){{0,2}}\w+(?:ed|wn|ght|lt|ept|ade|old|ost|aid|"
        rf"ent|und|one)\b|(?-i:\b(?!need|indeed|speed|hundred)[a-z]{{3,}}ed\b)"
        rf"|\b(?:{_words(_PAST_ENGLISH)})\b|\bdid\s+not\b",
        re.IGNORECASE,
    ),
    Kind.CAUSE: re.compile(
        r"\b(?:weil|wegen|aufgrund|auf\s+grund|infolge|dadurch|im\s+gegenzug|als\s+folge|begründe(?:t|te|n)|"
        r"verursach(?:t|te|ten)|lag\s+an|liegt\s+an|um\s+\w+[^.!?]*\szu\s|because|due\s+to|owing\s+to|"
        r"as\s+a\s+result|led\s+to|leads\s+to|caused|in\s+return|in\s+exchange)\b"
        r"|\bführ(?:t|te|en|ten)\b[^.!?]*\b(?:zurück|zu|dazu)\b",
        re.IGNORECASE,
    ),
    Kind.SCOPE: re.compile(
        r"\b(?:kein\w*|niemand\w*|ausschließlich|(?<!nicht )nur|lediglich|alle[nmrs]?|"
        r"sämtliche\w*|jede[nmrs]?|ohne|nicht\s+einmal|nichts|no|none|all|every|only|without|nobody|nothing|"
        r"not\s+even|ganze[rn]?|weiterhin\s+nicht|nicht\s+mehr|noch\s+nicht|längst\s+nicht|no\s+longer|not\s+yet|still\s+not)\b",
        re.IGNORECASE,
    ),
    Kind.BY_NOW: re.compile(
        r"\b(?:inzwischen|bereits|bisher|bislang|seither|seitdem|künftig|weiterhin|mittlerweile|nun|jetzt|"
        r"derzeit|längst|nicht\s+mehr|noch\s+nicht|zuvor|gleichzeitig|now|already|so\s+far|since|"
        r"currently|still|no\s+longer|not\s+yet|meanwhile|again|wieder|erneut|from\s+now\s+on)\b",
        re.IGNORECASE,
    ),
    Kind.NAMED: re.compile(
        rf"{_OFFICES}|\b(?-i:[A-ZÄÖÜ]{{2,}})\b"
        rf"|(?-i:(?<=[a-zäöüß,] )[A-ZÄÖÜ][a-zäöüß]+\s+[A-ZÄÖÜ][a-zäöüß]+)"
        rf"|(?-i:\b[A-ZÄÖÜ][a-zäöüß]{{2,}}s\s+[A-ZÄÖÜ])"
        rf"|\b(?:\w*(?:{_words(_PEOPLES)}))(?:e[nmrs]?)?\b",
        re.IGNORECASE,
    ),
}
# Who judges, supposes, wishes or speaks of everybody states nothing to be checked.
_SUPPOSES = re.compile(
    r"\b(?:vielleicht|womöglich|hoffentlich|perhaps|maybe|hopefully|presumably)\b", re.IGNORECASE
)
_JUDGES = re.compile(
    r"\b(?:könnten?|würden?|dürften?|sollten?|müssten?|möchten?|wären?|hätten?|wir|uns|unser\w*|ich|man|"
    r"leider|natürlich|could|would|should|might|may|must|we|us|our|i|my|wish|hope|you)\b"
    r"|^(?:und\s+dass|wer|was)\b",
    re.IGNORECASE,
)
_POINTS = re.compile(
    r"^(?:(?:das|dies)\s+(?-i:[a-zäöü])|(?:so|es|such|that|this|it|there|these)\b)", re.IGNORECASE
)
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


# Words. What is shorter states nothing by itself.
SHORTEST = 4
# Characters. No sentence is so long; what somebody pastes may be.
LONGEST = 2000
# So many signs are enough; one that something happened is enough alone.
ENOUGH = 2
_ALONE = (Kind.FIGURE, Kind.FIRST, Kind.DATE)


def kinds(sentence: str) -> tuple[str, ...]:
    """Return what about a sentence asks to be checked; nothing if nothing does."""
    if _ASKS.search(sentence) or len(sentence.split()) < SHORTEST or _SUPPOSES.search(sentence):
        return ()
    sentence = sentence[:LONGEST]
    return _marks(sentence) or _signs(sentence)


def _signs(sentence: str) -> tuple[str, ...]:
    if _JUDGES.search(sentence) or (_POINTS.search(sentence) and len(sentence.split()) < 8):
        return ()
    found = [kind for kind, sign in SIGNS.items() if sign.search(sentence)]
    if len(found) < ENOUGH and Kind.HAPPENED not in found:
        return ()
    return tuple(str(kind) for kind in found)


def _marks(sentence: str) -> tuple[str, ...]:
    found = [kind for kind, mark in MARKS.items() if mark.search(sentence)]
    if len(found) == 1 and found[0] in _ALONE:
        # Without its weak marks, does anything still speak for it?
        rest = sentence if _FIRST_TIME.search(sentence) else _WEAK.sub(" ", sentence)
        if not MARKS[found[0]].search(rest):
            return ()
    return tuple(str(kind) for kind in found)
