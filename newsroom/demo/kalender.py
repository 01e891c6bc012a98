"""A short piece, finished: every claim is supported, published once."""

from .script import (
    Check,
    Cite,
    ClaimSpec,
    Move,
    Piece,
    Publish,
    ReadAll,
    Source,
    Write,
)

SOURCES = (
    Source(
        key="bulle",
        kind="document",
        csl={
            "type": "legislation",
            "author": [{"literal": "Papst Gregor XIII."}],
            "title": "Inter gravissimas",
            "genre": "Bulle",
            "publisher-place": "Rom",
            "issued": {"date-parts": [[1582, 2, 24]]},
        },
        reliability="A",
        credibility="1",
    ),
    Source(
        key="supplement",
        kind="document",
        csl={
            "type": "book",
            "editor": [{"family": "Seidelmann", "given": "P. Kenneth"}],
            "title": "Explanatory Supplement to the Astronomical Almanac",
            "publisher": "University Science Books",
            "publisher-place": "Mill Valley, California",
            "issued": {"date-parts": [[1992]]},
        },
        reliability="A",
        credibility="1",
    ),
    Source(
        key="steinmetz",
        kind="document",
        csl={
            "type": "book",
            "author": [{"family": "Steinmetz", "given": "Dirk"}],
            "title": "Die Gregorianische Kalenderreform von 1582. Die Korrektur der christlichen"
            " Zeitrechnung in der Frühen Neuzeit",
        },
        reliability="A",
        credibility="1",
    ),
    Source(
        key="conclusum",
        kind="document",
        csl={
            "type": "legislation",
            "author": [{"literal": "Corpus Evangelicorum"}],
            "title": "Conclusum, die Calender-Verbesserung betreffend",
            "publisher-place": "Regensburg",
            "issued": {"date-parts": [[1699, 9, 23]]},
        },
        reliability="A",
        credibility="1",
    ),
    Source(
        key="koller",
        kind="document",
        csl={
            "type": "book",
            "author": [{"family": "Koller", "given": "Edith"}],
            "title": "Strittige Zeiten. Kalenderreformen im Alten Reich 1582–1700",
        },
        reliability="A",
        credibility="1",
    ),
    Source(
        key="calendar-act",
        kind="document",
        csl={
            "type": "legislation",
            "author": [{"literal": "Parlament von Großbritannien"}],
            "title": "Calendar (New Style) Act 1750",
            "number": "24 Geo. 2 c. 23",
            "URL": "https://www.legislation.gov.uk/apgb/Geo2/24/23",
        },
        reliability="A",
        credibility="1",
    ),
)

BODY = (
    "<p>Wer in Rom am 4. Oktober 1582 schlafen ging, wachte am 15. Oktober auf. Auf einen"
    " Donnerstag folgte ein Freitag, wie es sich gehört; nur zehn Tage des Monats fielen aus."
    " Spanien und Portugal hielten es ebenso. Angeordnet hatte den Sprung Papst Gregor XIII. im"
    " Februar jenes Jahres, in der Bulle <em>Inter gravissimas</em>.</p>"
    "<p>Der Grund war ein kleiner Fehler mit großer Ausdauer. Im alten, julianischen Kalender war"
    " jedes vierte Jahr ein Schaltjahr, das Jahr hatte im Mittel also 365,25 Tage. Das ist rund"
    " elf Minuten zu viel, und in mehr als tausend Jahren kamen so Tage zusammen. Seit der Reform"
    " entfallen in 400 Jahren drei Schalttage: 97 sind es statt 100, im Mittel hat ein Jahr"
    " 365,2425 Tage.</p>"
    "<p>Eine gute Rechnung überzeugt nicht jeden, schon gar nicht, wenn sie aus Rom kommt. Die"
    " evangelischen Stände des Reichs zogen erst mehr als ein Jahrhundert später nach und mussten"
    " schon elf Tage streichen: Auf den 18. Februar 1700 folgte bei ihnen der 1. März. In"
    " Großbritannien dauerte es noch ein halbes Jahrhundert länger. Dort folgte 1752 auf den"
    " 2. September der 14.</p>"
    "<p>Wer heute ein Datum aus dieser Zeit liest, sollte deshalb fragen, wo es geschrieben"
    " wurde. Zwei Briefe vom selben Tag können verschiedene Daten tragen, und beide haben"
    " recht.</p>"
)

PIECE = Piece(
    slug="als-zehn-tage-ausfielen",
    language="de",
    section="wissen",
    tags=("kalender", "geschichte"),
    bylines=("jonas-wiekhorst",),
    kicker="Zeitrechnung",
    headline="Als auf den 4. Oktober der 15. folgte",
    standfirst="Vor mehr als vier Jahrhunderten ließ ein Papst zehn Tage ausfallen. Andere"
    " brauchten länger und mussten elf streichen.",
    steps=(
        Write(by="reporter", body=BODY),
        ClaimSpec(
            key="sprung",
            statement="In Rom, Spanien und Portugal folgte 1582 auf Donnerstag, den 4. Oktober,"
            " Freitag, der 15. Oktober; Papst Gregor XIII. hatte das im Februar mit der Bulle"
            " „Inter gravissimas“ angeordnet.",
            passages=(
                ("headline", "auf den 4. Oktober der 15. folgte"),
                (
                    "standfirst",
                    "Vor mehr als vier Jahrhunderten ließ ein Papst zehn Tage ausfallen",
                ),
                (
                    "body",
                    "Wer in Rom am 4. Oktober 1582 schlafen ging, wachte am 15. Oktober auf. Auf"
                    " einen Donnerstag folgte ein Freitag, wie es sich gehört; nur zehn Tage des"
                    " Monats fielen aus. Spanien und Portugal hielten es ebenso. Angeordnet hatte"
                    " den Sprung Papst Gregor XIII. im Februar jenes Jahres, in der Bulle Inter"
                    " gravissimas",
                ),
            ),
            citations=(
                Cite("bulle", note="Ordnet an, im Oktober 1582 zehn Tage auszulassen."),
                Cite("steinmetz", note="Einführung in den einzelnen Ländern."),
            ),
        ),
        ClaimSpec(
            key="mittel",
            statement="Das julianische Jahr hat im Mittel 365,25 Tage, rund elf Minuten zu viel;"
            " das gregorianische hat mit 97 Schalttagen in 400 Jahren 365,2425 Tage.",
            passages=(
                (
                    "body",
                    "Im alten, julianischen Kalender war jedes vierte Jahr ein Schaltjahr, das Jahr"
                    " hatte im Mittel also 365,25 Tage. Das ist rund elf Minuten zu viel, und in"
                    " mehr als tausend Jahren kamen so Tage zusammen. Seit der Reform entfallen in"
                    " 400 Jahren drei Schalttage: 97 sind es statt 100, im Mittel hat ein Jahr"
                    " 365,2425 Tage",
                ),
            ),
            risk="low",
            citations=(Cite("supplement"),),
        ),
        ClaimSpec(
            key="staende",
            statement="Die evangelischen Stände des Reichs ließen auf den 18. Februar 1700 den"
            " 1. März folgen; elf Tage fielen aus.",
            passages=(
                ("standfirst", "Andere brauchten länger und mussten elf streichen"),
                (
                    "body",
                    "Die evangelischen Stände des Reichs zogen erst mehr als ein Jahrhundert später"
                    " nach und mussten schon elf Tage streichen: Auf den 18. Februar 1700 folgte"
                    " bei ihnen der 1. März",
                ),
            ),
            citations=(Cite("conclusum", locator="Nr. 1"), Cite("koller")),
        ),
        ClaimSpec(
            key="britannien",
            statement="In Großbritannien folgte 1752 auf den 2. September der 14. September; elf"
            " Tage fielen aus.",
            passages=(
                (
                    "body",
                    "In Großbritannien dauerte es noch ein halbes Jahrhundert länger. Dort folgte"
                    " 1752 auf den 2. September der 14.",
                ),
            ),
            citations=(Cite("calendar-act"),),
        ),
        Move(by="reporter", state="check", to="checker"),
        Check("sprung"),
        Check("mittel", note="400 × 365 + 97 = 146.097 Tage; durch 400 sind das 365,2425."),
        Check("staende", note="1700 war nach altem Kalender ein Schaltjahr: 19. bis 29. Februar."),
        Check("britannien"),
        ReadAll(),
        Move(by="checker", state="ready", to="publisher"),
        Publish(kind="first"),
    ),
)
