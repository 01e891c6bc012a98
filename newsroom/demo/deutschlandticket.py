"""A draft in the middle of its check: it shows what can be wrong with a piece, all at once.

The price was edited after its check, the sum that rests on it was not; one claim has a source but
no check, one has neither; one is disputed and one partly true, without the text saying so; one
lost its words when the standfirst was cut; one is to be checked again on a day; some sentences
are unread.
"""

from datetime import date

from .script import (
    Change,
    Check,
    Cite,
    CiteMore,
    ClaimSpec,
    Move,
    Piece,
    ReadSome,
    Revise,
    Source,
    Write,
)

SOURCES = (
    Source(
        key="regg",
        kind="document",
        csl={
            "type": "legislation",
            "title": "Gesetz zur Regionalisierung des öffentlichen Personennahverkehrs"
            " (Regionalisierungsgesetz – RegG)",
            "title-short": "Regionalisierungsgesetz",
            "authority": "Bundesrepublik Deutschland",
            "URL": "https://www.gesetze-im-internet.de/regg/__9.html",
        },
        reliability="A",
        credibility="1",
    ),
    Source(
        key="br24",
        csl={
            "type": "webpage",
            "author": [{"literal": "BR24"}],
            "title": "Deutschlandticket ist für 2025 gesichert",
            "publisher": "Bayerischer Rundfunk",
            "issued": {"date-parts": [[2024, 12, 17]]},
        },
        credibility="1",
    ),
    Source(
        key="stadtblatt",
        csl={
            "type": "article-newspaper",
            "title": "Deutschlandticket wird teurer",
            "container-title": "Stadtblatt",
            "issued": {"date-parts": [[2024, 9]]},
            "URL": "https://www.stadtblatt-online.de/verkehr/deutschlandticket-wird-teurer/",
        },
        reliability="C",
    ),
    Source(
        key="vmk-2025",
        csl={
            "type": "webpage",
            "author": [{"literal": "Bayerisches Staatsministerium für Wohnen, Bau und Verkehr"}],
            "title": "Länder einigen sich auf Linie zur künftigen Finanzierung des"
            " Deutschlandtickets",
            "genre": "Pressemitteilung",
            "publisher-place": "München",
            "issued": {"date-parts": [[2025, 9, 18]]},
            "URL": "https://www.bauministerium.bayern.de/med/pressemitteilungen/pressearchiv/"
            "2025/81b/index.php",
        },
        credibility="1",
    ),
    Source(
        key="eurailpress",
        csl={
            "type": "article-newspaper",
            "title": "Bundesrat stimmt Finanzierung zu",
            "container-title": "Eurailpress",
            "issued": {"date-parts": [[2025, 11, 21]]},
            "URL": "https://www.eurailpress.de/en/nachrichten/recht/detail/news/"
            "bundesrat-stimmt-finanzierung-zu.html",
        },
        credibility="1",
    ),
    Source(
        key="dpa-september",
        kind="document",
        csl={
            "type": "article-newspaper",
            "author": [{"literal": "Deutsche Presse-Agentur"}],
            "title": "[Meldung vor der Sonderkonferenz der Verkehrsminister]",
            "issued": {"date-parts": [[2025, 9, 18]]},
        },
        notes="Nicht selbst gelesen; zwei Abdrucke liegen vor.",
    ),
    Source(
        key="allgaeuer",
        csl={
            "type": "article-newspaper",
            "title": "[Bericht vor der Sonderkonferenz der Verkehrsminister]",
            "container-title": "Allgäuer Zeitung",
            "issued": {"date-parts": [[2025, 9, 18]]},
            "URL": "https://www.allgaeuer-zeitung.de/bayern/"
            "nahverkehr-laender-beraten-ueber-hoeheren-preis-fuer-deutschlandticket-110876174",
        },
        origin="dpa-september",
    ),
    Source(
        key="dpa-afx",
        csl={
            "type": "article-newspaper",
            "author": [{"literal": "dpa-AFX"}],
            "title": "[Meldung vor der Sonderkonferenz der Verkehrsminister]",
            "container-title": "wallstreet:online",
            "issued": {"date-parts": [[2025, 9, 18]]},
            "URL": "https://www.wallstreet-online.de/nachricht/"
            "19937606-laender-beraten-hoeheren-preis-deutschlandticket",
        },
        origin="dpa-september",
    ),
    Source(
        key="marktforschung",
        kind="dataset",
        csl={
            "type": "dataset",
            "author": [
                {"literal": "Verband Deutscher Verkehrsunternehmen"},
                {"literal": "Deutsche Bahn"},
            ],
            "title": "[Marktforschung zum Deutschlandticket]",
            "issued": {"date-parts": [[2025]]},
        },
        notes="Nicht selbst gelesen; bekannt durch Presseberichte.",
    ),
    Source(
        key="busnetz",
        csl={
            "type": "article-newspaper",
            "title": "VDV zieht ÖPNV-Bilanz 2024",
            "container-title": "busnetz.de",
            "URL": "https://busnetz.de/vdv-zieht-oepnv-bilanz-2024",
        },
        origin="marktforschung",
    ),
    Source(
        key="dts-juli",
        csl={
            "type": "article-newspaper",
            "title": "[Bericht über den Rückgang der Nutzerzahlen nach der Preiserhöhung]",
            "container-title": "finanznachrichten.de",
            "issued": {"date-parts": [[2025, 7]]},
            "URL": "https://www.finanznachrichten.de/nachrichten-2025-07/"
            "65815076-preiserhoehung-deutschlandticket-verliert-eine-million-nutzer-003.htm",
        },
        origin="marktforschung",
        notes="Beruft sich auf die Frankfurter Allgemeine Zeitung.",
    ),
    Source(
        key="ariadne-2024",
        csl={
            "type": "report",
            "author": [{"literal": "Kopernikus-Projekt Ariadne"}],
            "title": "Wirkung des Deutschland-Tickets auf Mobilität und Emissionen",
            "genre": "Ariadne-Kompakt",
            "issued": {"date-parts": [[2024]]},
            "URL": "https://ariadneprojekt.de/publikation/"
            "ariadne-kompakt-wirkung-des-deutschland-tickets-auf-mobilitaet-und-emissionen",
        },
    ),
    Source(
        key="ariadne-2025",
        csl={
            "type": "webpage",
            "author": [{"literal": "Kopernikus-Projekt Ariadne"}],
            "title": "[Auswertung mehrerer Studien zur Wirkung des Deutschlandtickets]",
            "issued": {"date-parts": [[2025]]},
            "URL": "https://ariadneprojekt.de/news-de/"
            "deutschlandticket-verkehrsverlagerung-statt-zusaetzliche-fahrten",
        },
    ),
    Source(
        key="begleitforschung",
        kind="document",
        csl={
            "type": "report",
            "author": [{"literal": "Verband Deutscher Verkehrsunternehmen"}],
            "title": "[Begleitforschung zum Deutschlandticket]",
        },
        notes="Nicht selbst gelesen; bekannt durch die Auswertung des Ariadne-Projekts.",
    ),
)

BODY = (
    "<p>Seit dem 1. Mai 2023 gibt es das Deutschlandticket, zum Start für 49 Euro im Monat. Am"
    " 23. September 2024 einigten sich die Verkehrsminister der Länder auf einen höheren Preis"
    " für 2025. Heute kostet das Ticket 58 Euro. Gegenüber dem Start sind das 9 Euro mehr, ein"
    " Aufschlag von gut 18 Prozent. In Fernzügen gilt es weiterhin nicht.</p>"
    "<h2>Wer zahlt</h2>"
    "<p>Was die Fahrgäste nicht bezahlen, teilen sich die öffentlichen Kassen: Bund und Länder"
    " geben jeweils 1,5 Milliarden Euro im Jahr. Für 2026 rechneten die Verkehrsunternehmen"
    " trotzdem mit einer Lücke von rund 800 Millionen Euro.</p>"
    "<h2>Wer fährt</h2>"
    "<p>Im ersten Vierteljahr 2025 hatten rund 13,5 Millionen Menschen ein Deutschlandticket, im"
    " Vierteljahr davor waren es noch 14,2 Millionen gewesen. Der höhere Preis kostete die"
    " Branche also rund 700.000 Kunden.</p>"
    "<h2>Was es bringt</h2>"
    "<p>Im ersten Jahr sank der Ausstoß von Kohlendioxid im Autoverkehr nach einer Studie des"
    " Ariadne-Projekts durch das Ticket um rund 6,7 Millionen Tonnen. Zusätzliche Fahrten hat es"
    " kaum ausgelöst.</p>"
)

PIECE = Piece(
    slug="was-das-deutschlandticket-kostet",
    language="de",
    section="wirtschaft",
    tags=("deutschlandticket", "nahverkehr"),
    bylines=("ida-sommerfeld",),
    kicker="Nahverkehr",
    headline="Was das Deutschlandticket kostet – und wen",
    standfirst="Ein Abo für Busse und Regionalzüge in ganz Deutschland: Das Versprechen gilt noch,"
    " der erste Preis schon lange nicht mehr. Eine Rechnung.",
    steps=(
        Write(by="reporter", body=BODY),
        ClaimSpec(
            key="geltung",
            statement="Das Deutschlandticket gilt bundesweit im öffentlichen Personennahverkehr.",
            passages=(("standfirst", "Ein Abo für Busse und Regionalzüge in ganz Deutschland"),),
            risk="low",
            citations=(Cite("regg", locator="§ 9 Abs. 1"),),
        ),
        ClaimSpec(
            key="start",
            statement="Das Deutschlandticket gibt es seit dem 1. Mai 2023; bei der Einführung"
            " kostete es 49 Euro im Monat.",
            passages=(
                (
                    "body",
                    "Seit dem 1. Mai 2023 gibt es das Deutschlandticket, zum Start für 49 Euro im"
                    " Monat",
                ),
            ),
            as_of=date(2023, 5, 1),
            citations=(
                Cite(
                    "regg",
                    quote="für ein Entgelt zum Zeitpunkt der Einführung von 49 Euro je Monat",
                    locator="§ 9 Abs. 1",
                ),
            ),
        ),
        ClaimSpec(
            key="beschluss",
            statement="Die Verkehrsminister der Länder einigten sich am 23. September 2024 auf"
            " einen höheren Preis von 2025 an.",
            passages=(
                (
                    "body",
                    "Am 23. September 2024 einigten sich die Verkehrsminister der Länder auf einen"
                    " höheren Preis für 2025",
                ),
            ),
            as_of=date(2024, 9, 23),
            citations=(Cite("stadtblatt"),),
        ),
        ClaimSpec(
            key="preis",
            statement="Das Deutschlandticket kostet 58 Euro im Monat.",
            passages=(("body", "Heute kostet das Ticket 58 Euro"),),
            as_of=date(2025, 1, 1),
            risk="high",
            citations=(Cite("br24", note="58 Euro von 2025 an."),),
        ),
        ClaimSpec(
            key="aufschlag",
            statement="Gegenüber der Einführung ist das Ticket 9 Euro teurer, also gut 18 Prozent.",
            passages=(
                (
                    "body",
                    "Gegenüber dem Start sind das 9 Euro mehr, ein Aufschlag von gut 18 Prozent",
                ),
            ),
            rests_on=("start", "preis"),
        ),
        ClaimSpec(
            key="fernzuege",
            statement="In Fernzügen gilt das Deutschlandticket nicht.",
            passages=(("body", "In Fernzügen gilt es weiterhin nicht"),),
            risk="low",
        ),
        ClaimSpec(
            key="zuschuss",
            statement="Bund und Länder geben jeweils 1,5 Milliarden Euro im Jahr für das"
            " Deutschlandticket.",
            passages=(
                (
                    "body",
                    "Was die Fahrgäste nicht bezahlen, teilen sich die öffentlichen Kassen: Bund"
                    " und Länder geben jeweils 1,5 Milliarden Euro im Jahr",
                ),
            ),
            as_of=date(2025, 11, 21),
            citations=(Cite("regg", locator="§ 9 Abs. 2"), Cite("eurailpress")),
        ),
        ClaimSpec(
            key="luecke",
            statement="Die Verkehrsunternehmen rechneten für 2026 mit einer Lücke von rund 800"
            " Millionen Euro.",
            passages=(
                (
                    "body",
                    "Für 2026 rechneten die Verkehrsunternehmen trotzdem mit einer Lücke von rund"
                    " 800 Millionen Euro",
                ),
            ),
            voice="reported",
            attribution="Verband Deutscher Verkehrsunternehmen",
            as_of=date(2025, 9, 18),
            citations=(
                Cite("allgaeuer", note="Text der dpa."),
                Cite("dpa-afx", note="Derselbe Text."),
            ),
        ),
        ClaimSpec(
            key="nutzer",
            statement="Im ersten Vierteljahr 2025 hatten rund 13,5 Millionen Menschen ein"
            " Deutschlandticket, im Vierteljahr davor 14,2 Millionen.",
            passages=(
                (
                    "body",
                    "Im ersten Vierteljahr 2025 hatten rund 13,5 Millionen Menschen ein"
                    " Deutschlandticket, im Vierteljahr davor waren es noch 14,2 Millionen gewesen",
                ),
            ),
            as_of=date(2025, 3, 31),
            check_by=date(2027, 1, 31),
            citations=(Cite("dts-juli"), Cite("busnetz", note="Ca. 13,5 Millionen.")),
        ),
        ClaimSpec(
            key="verlust",
            statement="Der höhere Preis kostete die Branche rund 700.000 Kunden.",
            passages=(("body", "Der höhere Preis kostete die Branche also rund 700.000 Kunden"),),
            as_of=date(2025, 3, 31),
            risk="high",
            citations=(Cite("dts-juli", note="Rund 430.000 davon wegen des Preises."),),
        ),
        ClaimSpec(
            key="klima",
            statement="Nach einer Studie des Ariadne-Projekts sank der Ausstoß von Kohlendioxid im"
            " Autoverkehr durch das Ticket im ersten Jahr um rund 6,7 Millionen Tonnen.",
            passages=(
                (
                    "body",
                    "Im ersten Jahr sank der Ausstoß von Kohlendioxid im Autoverkehr nach einer"
                    " Studie des Ariadne-Projekts durch das Ticket um rund 6,7 Millionen Tonnen",
                ),
            ),
            voice="reported",
            attribution="Kopernikus-Projekt Ariadne",
            citations=(Cite("ariadne-2024"),),
        ),
        ClaimSpec(
            key="fahrten",
            statement="Das Deutschlandticket hat kaum zusätzliche Fahrten ausgelöst.",
            passages=(("body", "Zusätzliche Fahrten hat es kaum ausgelöst"),),
            risk="high",
            citations=(
                Cite("ariadne-2025"),
                Cite(
                    "begleitforschung",
                    "contradicts",
                    note="15 Prozent der Fahrten seien neu entstanden.",
                ),
            ),
        ),
        Move(by="reporter", state="check", to="checker"),
        Check("geltung"),
        Check("start"),
        Check("beschluss"),
        Check("preis"),
        Check("aufschlag", note="9 von 49 Euro sind 18,4 Prozent."),
        Check("zuschuss"),
        Check("nutzer", note="Anfang 2027 neu ansehen: Bis dahin gibt es spätere Zahlen."),
        Check(
            "verlust",
            "partly",
            note="Der Rückgang stimmt. Auf den Preis führt die Studie nur gut die Hälfte zurück.",
        ),
        Check("klima"),
        Check(
            "fahrten",
            "disputed",
            note="Die Begleitforschung kommt zum gegenteiligen Schluss. Der Text sagt es nicht.",
        ),
        ReadSome(sentences=10),
        Revise(
            by="reporter",
            changes=(
                Change(
                    "standfirst",
                    "Ein Abo für Busse und Regionalzüge in ganz Deutschland: Das Versprechen gilt"
                    " noch, der erste Preis schon lange nicht mehr.",
                    "Das Versprechen gilt noch, der erste Preis schon lange nicht mehr.",
                ),
                Change(
                    "body",
                    "Heute kostet das Ticket 58 Euro",
                    "Heute kostet das Ticket 63 Euro",
                ),
                Change(
                    "body",
                    "<h2>Was es bringt</h2>",
                    "<p>Von 2027 an soll ein Index den Preis bestimmen, in den vor allem Löhne und"
                    " Energiekosten eingehen. So haben es die Länder im September 2025"
                    " vereinbart.</p><h2>Was es bringt</h2>",
                ),
            ),
            losing=("geltung",),
            comment="Neuer Preis, kürzerer Vorspann",
        ),
        CiteMore("preis", Cite("vmk-2025", note="63 Euro von 2026 an.")),
    ),
)
