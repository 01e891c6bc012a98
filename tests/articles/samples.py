"""Public documents to render. Places, people and figures are invented."""

from copy import deepcopy
from typing import Any

HEADLINE = "Die Ahlbeke fließt wieder"
STANDFIRST = (
    "Drei von vier Wehren sind gefallen, und die ersten Lachse sind zurück. Was die Messungen"
    " zeigen, was die Angler bezweifeln – und was wir berichtigen mussten."
)
CAPTION = "Wo das Wehr von Grünow stand, liegt seit März nur noch Kies."


def span(text: str, words: str) -> dict[str, int]:
    """Return where words stand in a text, in code points."""
    start = text.index(words)
    return {"start": start, "end": start + len(words)}


def citation(reference: int, **changes: Any) -> dict[str, Any]:
    return {
        "reference": reference,
        "stance": "supports",
        "quote": "",
        "translation": "",
        "locator": "",
    } | changes


def claim(name: str, statement: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": name,
        "statement": statement,
        "voice": "asserted",
        "attribution": "",
        "as_of": None,
        "verdict": "supported",
        "checked": "2025-05-03",
        "passages": [],
        "citations": [citation(1)],
        "rests_on": [],
    } | changes


def source(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "number": number,
        "csl": {},
        "description": "",
        "accessed": "2025-05-01",
        "capture": None,
        "archived": None,
    } | changes


def bare(*body: str, **changes: Any) -> dict[str, Any]:
    """Return a public document with nothing in it but what every piece has."""
    document = {
        "schema": 1,
        "type": "public",
        "id": "6f0d5a0e-5c8c-4a55-9a0f-0f5a3b1c2d3e",
        "number": 1,
        "kind": "first",
        "note": "",
        "address": "/2025/05/die-ahlbeke-fliesst-wieder/",
        "language": "de",
        "headline": HEADLINE,
        "kicker": "",
        "standfirst": "",
        "first_published": "2025-05-02T16:40:00.000000Z",
        "published": "2025-05-02T16:40:00.000000Z",
        "publisher": "Newsroom",
        "section": None,
        "tags": [],
        "bylines": [],
        "images": [],
        "body": list(body) or ["<p>Ein Absatz.</p>"],
        "claims": [],
        "references": [],
        "corrections": [],
        "versions": [
            {
                "number": 1,
                "kind": "first",
                "note": "",
                "published": "2025-05-02T16:40:00.000000Z",
            }
        ],
        "checked": {"claims": 0, "people": 0, "last": None, "verdicts": {}},
    }
    return deepcopy(document | changes)


def full(**changes: Any) -> dict[str, Any]:
    """Return the third version of a piece that uses everything a page can show."""
    document = bare(
        '<p>Es begann mit einem Bagger und einem Fehler. <span data-claim="c3">Am 4. März 2025'
        " wurde in Grünow das dritte von vier Wehren der Ahlbeke abgetragen</span>, drei Wochen"
        " früher als geplant. Seither fällt der Fluss auf neun Kilometern ungebremst, zum ersten"
        " Mal seit der Zeit der Mühlen.</p>",
        "<h2>Was gemessen ist</h2>",
        '<p>Die genaueste Zählung stammt vom Landesamt. <span data-claim="c4">Zwischen Oktober'
        ' und Dezember 2024 stiegen 214 Lachse auf, <span data-claim="c5">im Winter davor waren'
        ' es 31</span></span><span data-claim="c5">, also rund ein Siebtel</span>. <span'
        ' data-claim="c6">Zusammen sind das 245 Tiere in zwei Wintern</span> – eine Summe, die'
        " auf beiden Zählungen ruht und keine von ihnen genauer macht.</p>",
        '<p>Ob es Rückkehrer sind oder Irrgäste, <span data-claim="c7">ist'
        " <strong>umstritten</strong></span>: Der Anglerverband hält die meisten für Tiere aus"
        " einer Zucht im Nachbartal.</p>",
        "<h2>Was es kostet</h2>",
        "<p>Das Geld kommt aus drei Töpfen:</p>",
        '<ul><li><p><span data-claim="c8">Der Bund trägt 60 Prozent</span>, so steht es im'
        ' Bescheid.</p></li><li><p><span data-claim="c9">Den Rest teilen sich Land und'
        " Kreis</span>.</p></li></ul>",
        '<p><span data-claim="c10">Gutachter rechnen für das vierte Wehr mit weiteren 1,8'
        " Millionen Euro.</span></p>",
        '<p><span data-claim="c10">Darin ist der Bau einer neuen Brücke enthalten</span>, nicht'
        ' aber der Erwerb der Uferstreifen. <span data-claim="c11">Ein Beteiligter sagt, der'
        " Kreis habe die Summe im Januar gekannt</span>; prüfen ließ sich das nicht.</p>",
        "<blockquote><p>„Wir haben den Fluss nicht erfunden, wir haben ihn nur gelassen“, sagt die"
        " Bauleiterin.</p></blockquote>",
        "<h2>Nicht das erste Mal</h2>",
        "<p>Die Ahlbeke ist nicht der erste befreite Fluss der Gegend: <span"
        ' data-claim="c12">Schon 1998 fiel an der <a href="https://example.org/oster">Oster'
        "</a> ein Wehr</span>. In der ersten Fassung dieses Textes stand es anders. Wie es"
        " weitergeht, entscheidet der Kreistag im Herbst; wir schreiben diesen Text fort, und jede"
        " Fassung bleibt lesbar.</p>",
        number=3,
        kind="correction",
        note="Die Oster war früher befreit",
        kicker="Flüsse",
        standfirst=STANDFIRST,
        published="2025-05-03T09:25:00.000000Z",
        section={"name": "Wissen", "slug": "wissen"},
        tags=[{"name": "Wasser", "slug": "wasser"}, {"name": "Artenschutz", "slug": "artenschutz"}],
        bylines=[
            {"name": "Anna Lindner", "slug": "anna-lindner", "role": ""},
            {"name": "Jonas Petersen", "slug": "jonas-petersen", "role": ""},
            {"name": "Mira Holt", "slug": "mira-holt", "role": "Foto"},
        ],
        images=[
            {
                "file": "a" * 64 + ".jpg",
                "media_type": "image/jpeg",
                "width": 1600,
                "height": 900,
                "caption": CAPTION,
                "credit": "Foto: Mira Holt",
                "alt": "Ein breites Kiesbett, dahinter Erlen ohne Laub",
            }
        ],
        claims=[
            claim(
                "c1",
                "Die Ahlbeke fließt seit März 2025 auf neun Kilometern frei.",
                passages=[{"field": "headline", "image": None, **span(HEADLINE, "fließt wieder")}],
                citations=[citation(1, locator="Blatt 2")],
            ),
            claim(
                "c2",
                "Wo das Wehr stand, liegt heute Kies.",
                verdict="partly",
                passages=[
                    {
                        "field": "caption",
                        "image": 0,
                        **span(CAPTION, "liegt seit März nur noch Kies"),
                    }
                ],
                citations=[citation(2)],
            ),
            claim(
                "c3",
                "Am 4. März 2025 wurde in Grünow das dritte von vier Wehren abgetragen.",
                passages=[
                    {
                        "field": "standfirst",
                        "image": None,
                        **span(STANDFIRST, "Drei von vier Wehren sind gefallen"),
                    }
                ],
                citations=[
                    citation(1, locator="Bautagebuch, Blatt 2"),
                    citation(2, quote="Der letzte Beton ging um 14 Uhr vom Hof", locator="S. 4"),
                ],
            ),
            claim(
                "c4",
                "Zwischen Oktober und Dezember 2024 stiegen 214 Lachse die Ahlbeke auf.",
                voice="reported",
                attribution="Landesamt für Gewässer",
                as_of="2025-03-31",
                citations=[citation(3, locator="Tabelle 2", quote="n = 214")],
            ),
            claim(
                "c5",
                "Im Winter 2023/24 waren es 31 Lachse, rund ein Siebtel davon.",
                verdict="partly",
                voice="reported",
                attribution="Landesamt für Gewässer",
                citations=[citation(3, locator="Tabelle 1"), citation(4, stance="context")],
            ),
            claim(
                "c6",
                "Zusammen wurden in zwei Wintern 245 Lachse gezählt.",
                attribution="unsere Rechnung",
                citations=[],
                rests_on=["c4", "c5"],
            ),
            claim(
                "c7",
                "Ob die Lachse zurückgekehrt oder aus einer Zucht entkommen sind, ist umstritten.",
                verdict="disputed",
                citations=[
                    citation(3),
                    citation(
                        5,
                        stance="contradicts",
                        quote="Most of these fish carry the hatchery mark",
                        translation="Die meisten dieser Fische tragen die Marke der Zucht",
                        locator="Minute 12",
                    ),
                ],
            ),
            claim("c8", "Der Bund trägt 60 Prozent der Kosten.", citations=[citation(6)]),
            claim(
                "c9", "Land und Kreis teilen sich 40 Prozent der Kosten.", citations=[citation(6)]
            ),
            claim(
                "c10",
                "Das vierte Wehr kostet mit Brücke voraussichtlich 1,8 Millionen Euro.",
                verdict="unconfirmed",
                checked=None,
                citations=[citation(7, locator="Abschnitt 5")],
            ),
            claim(
                "c11",
                "Der Kreis kannte die Kosten des vierten Wehrs im Januar 2025.",
                verdict="unverifiable",
                voice="reported",
                attribution="ein Beteiligter",
                citations=[citation(8)],
            ),
            claim(
                "c12",
                "1998 wurde an der Oster ein Wehr abgetragen.",
                citations=[citation(9, locator="S. 112")],
            ),
        ],
        references=[
            source(
                1,
                csl={
                    "type": "report",
                    "title": "Bautagebuch Wehr Grünow",
                    "author": [{"literal": "Wasserverband Ahlbeke"}],
                    "publisher-place": "Grünow",
                    "issued": {"date-parts": [[2025, 3, 4]]},
                },
                capture="3f" * 32,
                archived="2025-05-01T08:12:00.000000Z",
            ),
            source(
                2,
                csl={
                    "type": "article-newspaper",
                    "title": "Das Wehr ist weg",
                    "author": [{"family": "Krüger", "given": "Hanna"}],
                    "container-title": "Grünower Bote",
                    "page": "4",
                    "issued": {"date-parts": [[2025, 3, 5]]},
                    "URL": "https://bote.example/2025/03/05/das-wehr-ist-weg",
                },
            ),
            source(
                3,
                csl={
                    "type": "dataset",
                    "title": "Fischzählung Ahlbeke 2023 bis 2025",
                    "author": [{"literal": "Landesamt für Gewässer"}],
                    "publisher-place": "Neustadt",
                    "issued": {"date-parts": [[2025, 3]]},
                    "URL": "https://www.gewaesser.example/zaehlung?fluss=ahlbeke&jahr=2025",
                },
                capture="b7" * 32,
                archived="2025-05-01T08:20:00.000000Z",
            ),
            source(
                4,
                csl={
                    "type": "article-journal",
                    "title": "Salmon numbers after weir removal: a review",
                    "author": [
                        {"family": "Oduya", "given": "Ruth"},
                        {"family": "de Wit", "given": "Jan"},
                    ],
                    "container-title": "River Letters",
                    "volume": "12",
                    "issue": "3",
                    "page": "201-219",
                    "issued": {"date-parts": [[2023]]},
                    "DOI": "10.5555/rl.12.3.201",
                },
                accessed="2025-04",
            ),
            source(
                5,
                csl={
                    "type": "interview",
                    "title": "Gespräch mit dem Vorsitzenden",
                    "author": [{"literal": "Anglerverband Ahlbeke-Oster"}],
                    "genre": "Tonaufnahme",
                    "issued": {"date-parts": [[2025, 4, 17]]},
                },
                accessed=None,
            ),
            source(
                6,
                csl={
                    "type": "legislation",
                    "title": "Zuwendungsbescheid Ahlbeke",
                    "authority": "Bundesamt für Flüsse",
                    "number": "AF 7/24",
                    "issued": {"date-parts": [[2024, 6, 19]]},
                },
            ),
            source(
                7,
                csl={
                    "type": "report",
                    "title": "Rückbau Wehr Vierhöfen: Machbarkeit",
                    "author": [{"family": "Tamm", "given": "Olga"}],
                    "publisher": "Ingenieurbüro Tamm & Söhne",
                    "publisher-place": "Kiel",
                    "issued": {"date-parts": [[2024]]},
                },
            ),
            source(8, description="Ein Mensch, der in der Sitzung saß", accessed=None),
            source(
                9,
                csl={
                    "type": "book",
                    "title": "Mühlen, Wehre, Wasserrechte. Eine Landeskunde",
                    "author": [{"family": "Brandt", "given": "Elsbeth"}],
                    "edition": "2",
                    "publisher": "Verlag am Wall",
                    "publisher-place": "Bremen",
                    "issued": {"date-parts": [[2004]]},
                },
            ),
        ],
        corrections=[
            {
                "number": 3,
                "published": "2025-05-03T09:25:00.000000Z",
                "wrong": "Anfangs hieß es hier, die Ahlbeke sei der erste Fluss der Gegend,"
                " der von einem Wehr befreit wurde.",
                "right": "An der Oster wurde schon 1998 ein Wehr abgetragen.",
                "since": "2025-05-02T16:40:00.000000Z",
            }
        ],
        versions=[
            {
                "number": 3,
                "kind": "correction",
                "note": "Die Oster war früher befreit",
                "published": "2025-05-03T09:25:00.000000Z",
            },
            {
                "number": 2,
                "kind": "typo",
                "note": "",
                "published": "2025-05-02T18:05:00.000000Z",
            },
            {
                "number": 1,
                "kind": "first",
                "note": "",
                "published": "2025-05-02T16:40:00.000000Z",
            },
        ],
        checked={
            "claims": 11,
            "people": 2,
            "last": "2025-05-03",
            "verdicts": {"supported": 7, "partly": 2, "disputed": 1, "unverifiable": 1},
        },
    )
    return document | changes


def first_version() -> dict[str, Any]:
    """Return the first version of ``full``, which had the error."""
    document = full(number=1, kind="first", note="", corrections=[])
    document["published"] = document["first_published"]
    document["versions"] = document["versions"][-1:]
    return document
