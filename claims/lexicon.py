"""Words that decide what a sentence states, for the languages that we know them of.

Closed classes only: negations, modal verbs, words that limit and count. They
name the reason why a check must be made again, and tell what may differ
without one. In a language that is not here nothing is kept that is not equal.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from .tokens import fold

# What a change of these is called; ``Reason.code`` in ``claims.wordings``.
_CLASSES: Mapping[str, Mapping[str, str]] = {
    "de": {
        "negation": """nicht kein keine keinen keinem keiner keines keinerlei nie niemals niemand
            niemanden niemandem nichts nirgends nirgendwo weder ohne keineswegs keinesfalls
            mitnichten kaum nein""",
        "modality": """kann können konnte konnten könnte könnten kannst könnt darf dürfen durfte
            durften dürfte dürften muss müssen musste mussten müsste müssten soll sollen sollte
            sollten will wollen wollte wollten möchte möchten würde würden wäre wären hätte hätten
            sei seien habe möglich möglicherweise vielleicht wohl eventuell wahrscheinlich
            vermutlich mutmaßlich offenbar anscheinend scheinbar angeblich vermeintlich
            voraussichtlich sicher sicherlich bestimmt gewiss zweifellos tatsächlich nachweislich
            scheint scheinen schien freiwillig verpflichtend verbindlich geplant plant planen
            erwartet hofft befürchtet droht versucht verspricht""",
        "about": "über unter gut rund knapp etwa gegen an ab bis um",
        "hedge": """etwa circa ca ungefähr zirka annähernd fast nahezu beinahe
            mehr weniger mindestens wenigstens höchstens maximal minimal schätzungsweise
            teils teilweise weitgehend größtenteils überwiegend hauptsächlich meist meistens
            meistenteils oft häufig selten manchmal gelegentlich immer stets ständig dauerhaft
            vorübergehend bisher bislang bereits schon noch erst wieder erneut weiterhin
            mittlerweile inzwischen zuletzt zunächst deutlich erheblich leicht stark sehr extrem
            besonders ziemlich relativ vergleichsweise genau exakt völlig vollständig ganz gar
            komplett zumindest allenfalls lediglich insgesamt durchschnittlich im-schnitt""",
        "scope": """alle allen aller alles allem jede jeder jedes jeden jedem sämtliche sämtlichen
            einige einigen einiger mehrere mehreren viele vielen vieler wenige wenigen wenig viel
            manche manchen mancher meisten beide beiden beider hälfte mehrheit minderheit großteil
            teil teile nur bloß ausschließlich allein einzig einzige einzigen auch sogar
            insbesondere vorwiegend einzelne einzelnen andere anderen weitere weiteren etliche
            zahlreiche zahlreichen ersten erste erster letzten letzte letzter""",
        "condition": "wenn falls sofern soweit solange außer sonst andernfalls oder",
        "attribution": """laut zufolge gemäß sagte sagten sagt sagen erklärte erklärten erklärt
            behauptete behauptet behaupten teilte meldete meldet berichtete berichten berichtet
            schrieb schreibt betonte betont warnte warnt kritisierte kritisiert forderte fordert
            bestätigte bestätigt dementierte dementiert bestritt bestreitet räumte vermutet
            vermutete meint meinte findet fand glaubt glaubte hält angaben aussage aussagen
            einschätzung ansicht meinung sprecher sprecherin bekanntgab wirft""",
        "date": """januar jänner februar märz april mai juni juli august september oktober november
            dezember montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag montags
            dienstags mittwochs donnerstags freitags samstags sonntags heute gestern morgen
            vorgestern übermorgen heuer diesjährig vorjahr früher später seit bis täglich
            tagesaktuell wöchentlich monatlich jährlich stündlich quartalsweise morgens abends
            mittags nachts frühjahr sommer herbst winter frühling""",
        "figure": """null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn
            vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig dreißig vierzig fünfzig
            sechzig siebzig achtzig neunzig hundert tausend hunderte tausende hunderten tausenden
            million millionen milliarde milliarden billion billionen dutzend dutzende doppelt
            dreifach vierfach doppelte halb halbe halben anderthalb drittel viertel fünftel zehntel
            einmal zweimal dreimal viermal zweite zweiter zweites zweiten dritte dritter drittes
            dritten vierte vierter vierten fünfte fünfter fünften sechste sechsten verdoppelt
            verdreifacht halbiert""",
        "unit": """prozent prozentpunkt prozentpunkte prozentpunkten promille euro cent dollar pfund
            franken rubel meter metern kilometer kilometern zentimeter millimeter meilen hektar
            quadratmeter quadratkilometer liter litern hektoliter gramm kilo kilogramm tonne tonnen
            grad sekunde sekunden minute minuten stunde stunden tag tage tagen woche wochen monat
            monate monaten jahr jahre jahren jahrzehnt jahrzehnte jahrhundert jahrhunderte watt
            kilowatt megawatt gigawatt kilowattstunden megawattstunden bit byte kilobyte megabyte
            gigabyte terabyte mbit gbit pro je uhr""",
        "neutral": """der die das den dem des und aber sondern sowie denn so also ja mal eben doch
            dass zudem außerdem ferner übrigens nämlich allerdings jedoch dabei hierbei dennoch
            trotzdem gleichwohl hingegen indes zwar freilich bitte""",
        "article": "der die das den dem des",
        "one": "ein eine einen einem einer eines",
        "address": """du dir dich dein deine deinen deinem deiner deines ihr euch euer eure euren
            eurem eurer eures sie ihnen ihre ihren ihrem ihrer""",
        "anaphor": """er sie ihn ihm ihr ihre ihren ihrem ihrer sein seine seinen seinem seiner
            dieser diese dieses diesen diesem dies jener jene jenes letzterer letztere ersterer
            erstere dort dorthin davon dazu dafür dagegen daran darin darunter darüber beide beides
            deren dessen derselbe dieselbe dasselbe damals""",
    },
    "en": {
        "negation": """not no never none nobody nothing nowhere neither nor without cannot cant
            isnt arent wasnt werent dont doesnt didnt wont wouldnt shouldnt couldnt hasnt havent
            hadnt hardly barely scarcely t""",
        "modality": """can could may might must shall should will would ought able possible possibly
            perhaps maybe probably likely unlikely presumably apparently allegedly reportedly
            supposedly purportedly seemingly seems seem seemed appears appear appeared expected
            certainly definitely surely clearly actually optional voluntary mandatory required
            allowed plans planned plan planning intends intended hopes hoped fears threatens tries
            tried promises promised d ll""",
        "about": "about around over under up above below some",
        "hedge": """approximately roughly circa nearly almost more less most
            least fewer upwards partly partially largely mostly mainly primarily usually often
            frequently rarely seldom sometimes occasionally always constantly permanently
            temporarily generally typically already still yet again once so-far considerably
            significantly slightly strongly very extremely particularly especially rather
            relatively comparatively exactly precisely completely entirely fully quite just merely
            average estimated""",
        "scope": """all every each any some several many few much both half majority minority part
            parts only solely exclusively alone even also too other others another further certain
            various numerous single sole first last entire whole""",
        "condition": "if unless provided except until whenever whether otherwise or",
        "attribution": """according said says say saying told tells claims claimed claim states
            stated state reported reports announced announces argued argues insisted insists
            warned warns criticised criticized criticises demanded demands confirmed confirms
            denied denies admitted admits believes believed thinks thought suggests suggested
            spokesman spokeswoman spokesperson wrote writes""",
        "date": """january february march april may june july august september october november
            december monday tuesday wednesday thursday friday saturday sunday mondays tuesdays
            wednesdays thursdays fridays saturdays sundays today yesterday tomorrow tonight now
            currently recently soon earlier later ago daily weekly monthly yearly annually annual
            hourly quarterly spring summer autumn fall winter morning evening night""",
        "figure": """zero one two three four five six seven eight nine ten eleven twelve thirteen
            fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty
            seventy eighty ninety hundred thousand hundreds thousands million millions billion
            billions trillion trillions dozen dozens twice thrice double doubled triple tripled
            halved third thirds quarter quarters fifth tenth second fourth sixth""",
        "unit": """percent percentage per euro euros cent cents dollar dollars pound pounds metre
            metres meter meters kilometre kilometres kilometer kilometers centimetre centimetres
            mile miles foot feet inch inches acre acres hectare hectares litre litres liter liters
            gallon gallons gram grams kilo kilos kilogram kilograms ton tons tonne tonnes degree
            degrees second seconds minute minutes hour hours day days week weeks month months year
            years decade decades century centuries watt watts kilowatt megawatt gigawatt bit bits
            byte bytes kilobyte kilobytes megabyte megabytes gigabyte gigabytes terabyte
            terabytes business""",
        "neutral": """the and but so that however moreover furthermore additionally besides though
            nevertheless nonetheless please""",
        "article": "the",
        "one": "a an",
        "address": "you your yours",
        "anaphor": """he she it they him her them his its their theirs hers this that these those
            there the-former the-latter both former latter such""",
    },
    "fr": {
        "negation": "ne n pas jamais aucun aucune rien personne ni sans non plus point guère",
        "modality": """peut peuvent pourrait pourraient pouvait doit doivent devrait devraient
            serait seraient aurait auraient possible probablement peut-être apparemment prétendument
            veut veulent voudrait""",
        "hedge": """environ presque près plus moins au-moins quasi souvent parfois rarement toujours
            déjà encore surtout seulement""",
        "scope": """tous toutes tout toute chaque quelques plusieurs certains certaines beaucoup peu
            moitié majorité seul seule seuls seules""",
        "condition": "si sauf ou",
        "attribution": "selon dit disent affirme affirmé déclaré annonce annoncé d-après",
        "date": """janvier février mars avril mai juin juillet août septembre octobre novembre
            décembre lundi mardi mercredi jeudi vendredi samedi dimanche hier demain aujourd""",
        "figure": """zéro deux trois quatre cinq six sept huit neuf dix onze douze vingt trente
            quarante cinquante soixante cent cents mille million millions milliard milliards
            douzaine double triple moitié""",
        "unit": """euro euros mètre mètres kilomètre kilomètres litre litres tonne tonnes heure
            heures minute minutes jour jours semaine semaines mois an ans année années pourcent par
            degrés""",
        "neutral": "le la les l et mais",
        "article": "le la les l",
        "one": "un une",
        "address": "tu te ton ta tes vous votre vos",
        "anaphor": """il elle ils elles lui leur leurs son sa ses ce cet cette ces celui celle ceux
            celles y en""",
    },
    "es": {
        "negation": "no nunca jamás ningún ninguna ninguno nada nadie ni sin tampoco",
        "modality": """puede pueden podría podrían podía debe deben debería deberían sería serían
            habría habrían posible probablemente quizá quizás supuestamente presuntamente""",
        "hedge": """unos cerca casi más menos aproximadamente alrededor siempre suele a-veces ya aún
            todavía sólo solo solamente""",
        "scope": """todos todas todo toda cada algunos algunas varios varias muchos muchas pocos
            pocas mitad mayoría único única""",
        "condition": "si salvo o u",
        "attribution": "según dijo dicen dice afirmó afirma anunció aseguró",
        "date": """enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre
            diciembre lunes martes miércoles jueves viernes sábado domingo ayer hoy mañana""",
        "figure": """cero dos tres cuatro cinco seis siete ocho nueve diez once doce veinte treinta
            cuarenta cincuenta sesenta cien ciento mil millón millones docena doble triple""",
        "unit": """euro euros metro metros kilómetro kilómetros litro litros tonelada toneladas hora
            horas minuto minutos día días semana semanas mes meses año años por""",
        "neutral": "el la los las y pero",
        "article": "el la los las",
        "one": "un una",
        "address": "tú tu te tus usted ustedes vosotros",
        "anaphor": "él ella ellos ellas su sus este esta estos estas ese esa esos esas",
    },
    "it": {
        "negation": "non no mai nessun nessuno nessuna niente nulla né senza neanche",
        "modality": """può possono potrebbe potrebbero poteva deve devono dovrebbe dovrebbero
            sarebbe
            sarebbero avrebbe avrebbero forse probabilmente presumibilmente""",
        "hedge": "circa quasi più meno almeno sempre spesso già ancora solo soltanto",
        "scope": """tutti tutte tutto tutta ogni alcuni alcune molti molte pochi poche metà
            maggioranza unico unica""",
        "condition": "se salvo o oppure",
        "attribution": "secondo detto dice dicono afferma dichiarato annunciato",
        "date": """gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre
            novembre dicembre lunedì martedì mercoledì giovedì venerdì sabato domenica ieri oggi
            domani""",
        "figure": """zero due tre quattro cinque sei sette otto nove dieci undici dodici venti
            trenta quaranta cinquanta cento mille mila milione milioni miliardo miliardi dozzina""",
        "unit": """euro metro metri chilometro chilometri litro litri tonnellata tonnellate ora ore
            minuto minuti giorno giorni settimana settimane mese mesi anno anni per""",
        "neutral": "il lo la i gli le l e ed ma",
        "article": "il lo la i gli le l",
        "one": "un una uno",
        "address": "tu ti tuo tua tuoi voi vi vostro vostra",
        "anaphor": "lui lei loro egli ella essi questo questa questi queste suo sua suoi sue",
    },
    "nl": {
        "negation": "niet geen nooit niemand niets nergens noch zonder nauwelijks",
        "modality": """kan kunnen kon konden mag mogen mocht moet moeten moest zou zouden zal zullen
            wil willen mogelijk misschien waarschijnlijk vermoedelijk blijkbaar""",
        "hedge": """ongeveer circa bijna ruim meer minder minstens hoogstens vaak soms zelden altijd
            al nog vooral slechts""",
        "scope": """alle alles elk elke ieder iedere enkele sommige veel weinig meeste beide helft
            meerderheid alleen enige enkel""",
        "condition": "als indien tenzij behalve of",
        "attribution": "volgens zei zeggen zegt verklaarde meldde meldt aldus beweert",
        "date": """januari februari maart april mei juni juli augustus september oktober november
            december maandag dinsdag woensdag donderdag vrijdag zaterdag zondag gisteren vandaag
            morgen""",
        "figure": """nul twee drie vier vijf zes zeven acht negen tien elf twaalf twintig dertig
            veertig vijftig honderd duizend miljoen miljard dozijn dubbel""",
        "unit": """euro procent meter kilometer liter ton uur uren minuut minuten dag dagen week
            weken maand maanden jaar jaren per""",
        "neutral": "de het en maar dus dat",
        "article": "de het",
        "one": "een",
        "address": "je jij jou jouw u uw jullie",
        "anaphor": "hij zij ze hem haar hun hen zijn deze dit die dat daar",
    },
}

# The same said otherwise, as (class, spellings); a change among one line is none.
_EQUAL = {
    "de": """
        etwa circa ca rund ungefähr zirka
        mindestens wenigstens
        fast nahezu beinahe
        bisher bislang
        prozent % vh
        euro € eur
        dollar $ usd
        million millionen mio
        milliarde milliarden mrd
        kilometer kilometern km
        meter metern m
        zentimeter cm
        millimeter mm
        kilogramm kilo kg
        tonne tonnen t
        stunde stunden std h
        minute minuten min
        sekunde sekunden sek s
        uhr h
        tausend tsd
        gigabyte gb
        megabyte mb
        terabyte tb
        paragraf paragraph §
        grad °
        samstag sonnabend
        januar jänner jan
        februar feb
        märz mrz
        april apr
        august aug
        september sept sep
        oktober okt
        november nov
        dezember dez
        nummer nr
        doktor dr
        und &
        nur lediglich bloß
        alle sämtliche
        allen sämtlichen
        in im
        von vom
        zu zum zur
        bei beim
    """,
    "en": """
        a an
        also too
        only solely merely
        toward towards
        afterward afterwards
        among amongst
        amid amidst
        while whilst
        until till
        on upon
        about around approximately roughly circa ca
        nearly almost
        percent % pct
        euro euros € eur
        dollar dollars $ usd
        pound pounds £ gbp
        million millions m mn
        billion billions bn
        kilometre kilometres kilometer kilometers km
        metre metres meter meters m
        centimetre centimetres cm
        kilogram kilograms kilo kilos kg
        tonne tonnes t
        hour hours hr hrs h
        minute minutes min mins
        second seconds sec
        gigabyte gigabytes gb
        megabyte megabytes mb
        terabyte terabytes tb
        section §
        degree degrees °
        january jan
        february feb
        march mar
        april apr
        august aug
        september sept sep
        october oct
        november nov
        december dec
        number no.
        doctor dr
        and &
        will ll
        would d
    """,
}

# Abbreviations, as regular expressions, and what they stand for.
_SHORT = {
    "de": {
        r"\bz\.\s?B\.": "zum Beispiel",
        r"\bbspw\.?": "beispielsweise",
        r"\bd\.\s?h\.": "das heißt",
        r"\bbzw\.?": "beziehungsweise",
        r"\busw\.?": "und so weiter",
        r"\bu\.\s?a\.": "unter anderem",
        r"\bv\.\s?a\.": "vor allem",
        r"\bz\.\s?T\.": "zum Teil",
        r"\bi\.\s?d\.\s?R\.": "in der Regel",
        r"\betc\.": "und so weiter",
        r"\bggf\.": "gegebenenfalls",
        r"\bevtl\.": "eventuell",
        r"\b[Mm]ehr als (?=[£$€]?\d)": "über ",
        r"\b[Ww]eniger als (?=[£$€]?\d)": "unter ",
        r"(?<=\d)[:.]00(?= Uhr)": "",
    },
    "en": {
        r"\be\.\s?g\.": "for example",
        r"\bi\.\s?e\.": "that is",
        r"\bcan't\b|\bcan’t\b": "can not",
        r"\bcannot\b": "can not",
        r"\bwon't\b|\bwon’t\b": "will not",
        r"n['’]t\b": " not",
        r"(?i)\b(it|he|she|that|there|what|who)['’]s been\b": r"\1 has been",
        r"(?i)\b(it|he|she|that|there|what|who|here|where)['’]s\b": r"\1 is",
        r"(?i)\b(we|you|they)['’]re\b": r"\1 are",
        r"(?i)\b(I|we|you|they)['’]ve\b": r"\1 have",
        r"\bI['’]m\b": "I am",
        r"(?i)\b(all|both|half) of (?=the |these |those |its |their |our )": r"\1 ",
        r"\bin order to\b": "to",
        r"\bas well as\b": "and",
        r"\bprior to\b": "before",
        r"\bper cent\b": "percent",
        r"(?i)\bof course,?": "",
        r"(?i)\bno one\b": "nobody",
        r"(?i)\btwice\b": "two times",
        r"(?<=[£$€])(\d[\d.,]*)\s?m\b": r"\1 million",
        r"(?<=[£$€])(\d[\d.,]*)\s?bn\b": r"\1 billion",
        r"\b([ap])\.\s?m\.": r"\1m",
        r"(?<=\d)(?=[ap]m\b)": " ",
        r"\b[Mm]ore than (?=[£$€]?\d)": "over ",
        r"\b(?:[Ff]ewer|[Ll]ess) than (?=[£$€]?\d)": "under ",
    },
}

# Numbers in words, so that "fünf" may become "5".
_NUMBERS = {
    "de": """null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn
        fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig""",
    "en": """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
        fifteen sixteen seventeen eighteen nineteen twenty""",
    "fr": "zéro - deux trois quatre cinq six sept huit neuf dix onze douze",
    "es": "cero - dos tres cuatro cinco seis siete ocho nueve diez once doce",
    "it": "zero - due tre quattro cinque sei sette otto nove dieci undici dodici",
    "nl": "nul - twee drie vier vijf zes zeven acht negen tien elf twaalf",
}

# ... and those that are made of others: "fünfundvierzig", "vierhundert".
_TENS = {
    "de": "- - zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig hundert",
    "en": "- - twenty thirty forty fifty sixty seventy eighty ninety",
    "fr": "- - vingt trente quarante cinquante soixante",
    "es": "- - veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa cien",
    "it": "- - venti trenta quaranta cinquanta sessanta settanta ottanta novanta cento",
    "nl": "- - twintig dertig veertig vijftig zestig zeventig tachtig negentig honderd",
}

# Endings that words take on in a sentence without meaning something else.
_ENDINGS = {
    # Not -en and -ten: the verb of many, "trat" and "traten".
    "de": {"", "e", "s", "t", "te", "et", "st"},
    "en": {"", "s", "es", "ed", "d", "ing"},
}
_PREPOSITIONS = {
    "de": """ab am an anfang auf aus bei beim bis durch ende für hinter im in ins mit mitte nach
        neben seit unter vom von vor während wegen zu zum zur zwischen""",
    "nl": "op in aan bij met na sinds tijdens voor door uit van",
    "es": "a al en con de del desde durante por tras",
    "fr": "à au aux en dans avec depuis pendant par après sous sur",
    "it": "a al in nel nella con da dal durante per dopo su",
}
_DETERMINERS = {
    "de": """kein keine keinen keinem keiner keines dieser diese dieses diesen diesem jeder jede
        jedes jeden jedem im am zum zur vom beim ins ans mein meine unser unsere unseren unserem
        sein seine seinen seinem ihr ihre ihren ihrem"""
}
_ALIKE = {"de": ("er", "el", "en", "e"), "fr": ("s", "x", "z")}
_PLURALS = {"de": "die", "fr": "les", "es": "los las", "it": "i gli le", "nl": "de"}
# ... but these alone may tell one from many.
_PLURAL = {"en": {"", "s", "es"}}
# Comparing forms end like declined ones; they are the same among those only.
_DECLINED = {"de": {"e", "en", "em", "es", "er"}}


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What we know of one language; words are folded."""

    classes: Mapping[str, str] = field(default_factory=dict)
    neutral: frozenset[str] = frozenset()
    articles: frozenset[str] = frozenset()
    one: frozenset[str] = frozenset()
    address: frozenset[str] = frozenset()
    anaphors: frozenset[str] = frozenset()
    saying: frozenset[str] = frozenset()  # anaphors for all that the sentence before says
    announcing: tuple[str, ...] = ()  # beginnings of words that point forward
    vague: frozenset[str] = frozenset()  # anaphors that often point at nothing
    openers: frozenset[str] = frozenset()  # that count what is said, at the start of a sentence
    about: frozenset[str] = frozenset()  # hedges, but only before figures
    equal: Mapping[str, str] = field(default_factory=dict)
    endings: frozenset[str] = frozenset()
    declined: frozenset[str] = frozenset()
    alike: tuple[str, ...] = ()  # endings of nouns that look the same for one and many
    plurals: frozenset[str] = frozenset()  # articles of many, and of other genders
    prepositions: frozenset[str] = frozenset()  # of times and places
    determiners: frozenset[str] = frozenset()  # before common nouns, and seldom before names
    abbreviations: tuple[tuple[re.Pattern[str], str], ...] = ()
    grammar: frozenset[str] = frozenset()  # words that name nothing
    plural: frozenset[str] = frozenset()  # endings that may be those of a plural


_NAMING = ("date", "unit", "figure", "attribution")
_OPENERS = "also first firstly second secondly third erstens zweitens drittens zuerst zunächst"
_SAYING = {"de": "das dies", "en": "this that", "fr": "cela ça", "es": "eso esto", "nl": "dat dit"}
_ANNOUNCING = {
    "de": ("folgend",),
    "en": ("following",),
    "fr": ("suivant",),
    "es": ("siguiente",),
}
_VAGUE = """das cela ça eso it its this that there dies davon dazu dafür dagegen daran darin
    darunter darüber dort damals beides dit dat daar y en ce questo esto both such"""
_GRAMMAR = ("neutral", "article", "one", "address", "anaphor", "about")


@cache
def lexicon(language: str) -> Lexicon:
    """Return the words of a language, by the first part of its code; of an unknown one, none."""
    code = language.lower().partition("-")[0]
    groups = {name: _folded(words) for name, words in _CLASSES.get(code, {}).items()}
    if not groups:
        return Lexicon()
    equal = {}
    for line in _EQUAL.get(code, "").strip().splitlines():
        first, *others = map(fold, line.split())
        equal.update(dict.fromkeys(others, first))
    equal.update(_numbers(code))
    classes: dict[str, str] = {}
    for name, words in groups.items():
        if name not in _GRAMMAR:
            for word in words:
                classes.setdefault(word, name)
    return Lexicon(
        classes=classes,
        neutral=groups["neutral"],
        articles=groups["article"],
        one=groups["one"],
        address=groups["address"],
        anaphors=groups["anaphor"],
        vague=_folded(_VAGUE),
        saying=_folded(_SAYING.get(code, "")),
        announcing=_ANNOUNCING.get(code, ("\0",)),
        openers=_folded(_OPENERS),
        about=groups.get("about", frozenset()),
        equal=equal,
        endings=frozenset(_ENDINGS.get(code, ())),
        declined=frozenset(_DECLINED.get(code, ())),
        alike=_ALIKE.get(code, ()),
        plurals=_folded(_PLURALS.get(code, "")),
        plural=frozenset(_PLURAL.get(code, ())),
        prepositions=_folded(_PREPOSITIONS.get(code, "")),
        determiners=groups["article"] | groups["one"] | _folded(_DETERMINERS.get(code, "")),
        abbreviations=tuple(
            (re.compile(short), long) for short, long in _SHORT.get(code, {}).items()
        ),
        grammar=frozenset[str]().union(*(groups[name] for name in groups if name not in _NAMING)),
    )


def _numbers(code: str) -> dict[str, str]:
    """Return numbers in words, and their figures."""
    ones = [fold(word) for word in _NUMBERS.get(code, "").split()]
    tens = [fold(word) for word in _TENS.get(code, "").split()]
    found = {word: str(value) for value, word in enumerate(ones)}
    found |= {word: str(10 * value) for value, word in enumerate(tens)}
    if code == "de":
        for value, one in enumerate(["ein", *ones[2:10]], 1):
            found[f"{one}hundert"] = str(100 * value)
            for ten, word in enumerate(tens[2:10], 2):
                found[f"{one}und{word}"] = str(10 * ten + value)
    return found


def language_of(words: list[str]) -> str:
    """Return the code of the language of which most of these folded words are known, or ""."""
    best, most = "", 0.0
    for code in _CLASSES:
        known = _grammar(code)
        share = sum(word in known for word in words) / (len(words) or 1)
        if share > most:
            best, most = code, share
    return best if most >= 0.06 else ""


@cache
def _grammar(code: str) -> frozenset[str]:
    some = ("neutral", "article", "one", "negation", "anaphor", "condition")
    return frozenset[str]().union(*(_folded(_CLASSES[code][name]) for name in some))


def _folded(words: str) -> frozenset[str]:
    return frozenset(map(fold, words.split()))
