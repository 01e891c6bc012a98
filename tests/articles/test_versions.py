"""What was changed between two published versions, as readers see it."""

from copy import deepcopy
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html

from articles import versions
from claims import text

from .conftest import ADDRESS, published
from .samples import bare, citation, claim, first_version, full, source

pytestmark = pytest.mark.django_db


def between(old: dict[str, Any], new: dict[str, Any]) -> versions.Comparison:
    with override("de"):
        return versions.compare(old, new)


def shown(client: Client, address: str) -> Any:
    response = client.get(address)
    assert response.status_code == 200
    return lxml_html.document_fromstring(response.content)


def test_equal_versions_show_nothing() -> None:
    assert not versions.differs(between(full(), full()))


def test_a_claim_is_the_same_one_under_another_number() -> None:
    old = bare(
        '<p><span data-claim="c1">Drei Wehre fielen bis zum Frühjahr</span>.</p>',
        claims=[claim("c1", "Bis zum Frühjahr fielen drei Wehre der Ahlbeke.")],
        references=[source(1, description="ein Beteiligter")],
    )
    new = bare(
        '<p><span data-claim="c1">Der Kreis zahlte zwei Millionen Euro</span>.</p>',
        '<p><span data-claim="c2">Drei Wehre fielen bis zum Frühjahr</span>.</p>',
        claims=[
            claim("c1", "Der Kreis zahlte zwei Millionen Euro.", citations=[citation(2)]),
            claim("c2", "Bis zum Frühjahr fielen drei Wehre der Ahlbeke."),
        ],
        references=[source(1, description="ein Beteiligter"), source(2, description="die Kasse")],
    )
    (change,) = between(old, new).claims
    assert (change.op, change.claim["statement"]) == (
        "added",
        "Der Kreis zahlte zwei Millionen Euro.",
    )


def test_a_verdict_alone_is_a_change() -> None:
    def said(verdict: str) -> dict[str, Any]:
        return bare(
            '<p><span data-claim="c1">Drei Wehre fielen</span>.</p>',
            claims=[claim("c1", "Drei Wehre fielen.", verdict=verdict)],
            references=[source(1, description="ein Beteiligter")],
        )

    found = between(said("supported"), said("disputed"))
    assert versions.differs(found)
    assert [(one.was, one.now) for one in found.claims] == [("supported", "disputed")]


def test_a_source_is_known_again_under_another_number() -> None:
    def cited(*rows: dict[str, Any], **last: Any) -> dict[str, Any]:
        numbers = [citation(row["number"], locator=f"S. {n}") for n, row in enumerate(rows, 1)]
        numbers[-1] |= last
        return bare(
            '<p><span data-claim="c1">Drei Wehre fielen</span>.</p>',
            claims=[claim("c1", "Drei Wehre fielen.", citations=numbers)],
            references=list(rows),
        )

    report = {"type": "report", "title": "Bericht"}
    old = cited(source(1, csl=report))
    new = cited(source(1, description="ein Gutachter"), source(2, csl=report), locator="S. 1")
    (change,) = between(old, new).claims
    assert [(one.op, one.citation["label"]) for one in change.citations] == [
        ("added", "ein Gutachter")
    ]


def test_readers_see_words_that_came_and_went(reader: Client, piece: Any) -> None:
    before = first_version()
    before["body"] = [block.replace("214 Lachse", "241 Lachse") for block in before["body"]]
    published(piece, before)
    published(piece, full(number=2))

    root = shown(reader, f"{ADDRESS}compare/1/2/")

    diff = root.find_class("diff")[0]
    assert [node.text_content() for node in diff.iter("del")] == ["241"]
    assert [node.text_content() for node in diff.iter("ins")] == ["214"]
    assert root.find_class("diff-fold")
    assert root.xpath("//meta[@name='robots']/@content") == ["noindex"]


def test_corrections_made_between_the_two_stand_above(reader: Client, corrected: Any) -> None:
    boxes = [
        len(shown(reader, f"{ADDRESS}compare/{pair}/").find_class("correction-box"))
        for pair in ("1/3", "2/3", "1/2")
    ]
    assert boxes == [1, 1, 0]


def test_a_paragraph_that_moved_is_said_to_have_moved(reader: Client, piece: Any) -> None:
    paragraphs = [
        "<p>Der Fluss fällt auf neun Kilometern ungebremst talwärts.</p>",
        "<p>Das Geld stammt aus drei verschiedenen öffentlichen Töpfen.</p>",
        "<p>Im Herbst entscheidet der Kreistag über das letzte Wehr.</p>",
    ]
    published(piece, bare(*paragraphs))
    published(piece, bare(*paragraphs[1:], paragraphs[0], number=2, kind="update", versions=[
        {"number": 2, "kind": "update", "note": "", "published": "2025-05-03T09:25:00.000000Z"},
        bare()["versions"][0],
    ]))  # fmt: skip
    root = shown(reader, f"{ADDRESS}compare/1/2/")
    (moved,) = root.find_class("diff-paragraph--moved")
    assert "neun Kilometern" in moved.text_content()
    (left,) = root.find_class("diff-paragraph--gone")
    assert left.xpath(".//a/@href") == [f"#{moved.get('id')}"]


def test_pages_lead_to_what_was_changed(reader: Client, corrected: Any) -> None:
    root = shown(reader, ADDRESS)
    address = f"{ADDRESS}compare/2/3/"
    assert address in root.find_class("correction-box")[0].xpath(".//a/@href")
    links = root.find_class("version-list")[0].xpath(".//a/@href")
    assert links == [address, f"{ADDRESS}v/2/", f"{ADDRESS}compare/1/2/", f"{ADDRESS}v/1/"]
    for link in links:
        assert reader.get(link).status_code == 200


def test_any_two_versions_can_be_chosen(reader: Client, corrected: Any) -> None:
    root = shown(reader, f"{ADDRESS}compare/1/3/")
    (form,) = root.find_class("versions__pick")
    assert [form.fields["old"], form.fields["new"]] == ["1", "3"]
    response = reader.get(form.action, {"old": "3", "new": "2"})
    assert response.url == "2/3/"
    assert reader.get(f"{form.action}2/3/").status_code == 200


def test_the_later_one_first_leads_to_the_earlier_one_first(reader: Client, corrected: Any) -> None:
    response = reader.get(f"{ADDRESS}compare/3/1/")
    assert (response.status_code, response["Location"]) == (302, f"{ADDRESS}compare/1/3/")


@pytest.mark.parametrize(
    "pair", ["1/4", "0/1", "2/2", "4/5", "1/99999999999", "1", "a/b", "-1/2", "?old=1&new=x", ""]
)
def test_what_was_never_published_is_not_found(reader: Client, corrected: Any, pair: str) -> None:
    end = "" if pair.startswith("?") else "/" * bool(pair)
    assert reader.get(f"{ADDRESS}compare/{pair}{end}").status_code == 404


def test_a_former_address_leads_on(reader: Client, piece: Any) -> None:
    published(piece, first_version(), slug="alter-name")
    published(piece, full(number=2, kind="typo", corrections=[]))
    old = ADDRESS.replace("die-ahlbeke-fliesst-wieder", "alter-name")
    response = reader.get(f"{old}compare/1/2/")
    assert (response.status_code, response["Location"]) == (301, f"{ADDRESS}compare/1/2/")


def test_a_comparison_asks_little_of_the_database(
    reader: Client, corrected: Any, django_assert_max_num_queries: Any
) -> None:
    reader.get(f"{ADDRESS}compare/1/3/")
    with django_assert_max_num_queries(5):
        reader.get(f"{ADDRESS}compare/1/3/")


def test_markup_in_documents_stays_text(reader: Client, piece: Any) -> None:
    evil = "<script>alert(1)</script>"
    second = full(
        number=2,
        kind="update",
        headline=evil,
        claims=[claim("c1", evil, attribution=evil, citations=[citation(1, quote=evil)])],
        references=[source(1, description=evil)],
        body=['<p>Neu <span data-claim="c1">hier</span> &lt;script&gt;</p>'],
        corrections=[],
    )
    published(piece, first_version())
    published(piece, second)
    root = shown(reader, f"{ADDRESS}compare/1/2/")
    assert "alert(1)" not in " ".join(root.xpath("//script/text()"))
    assert evil in root.text_content()


blocks = st.lists(st.sampled_from(full()["body"] + first_version()["body"]), max_size=9)


@st.composite
def documents(draw: Any) -> dict[str, Any]:
    document = deepcopy(draw(st.sampled_from([full(), first_version()])))
    document["body"] = draw(blocks)
    document["claims"] = draw(st.permutations(document["claims"]))
    for number, one in enumerate(document["claims"], start=1):
        one["id"] = f"c{number}"
        one["verdict"] = draw(st.sampled_from(["supported", "disputed", "unconfirmed"]))
    document["claims"] = document["claims"][: draw(st.integers(0, len(document["claims"])))]
    return document


@given(documents(), documents())
def test_both_texts_can_be_read_from_a_comparison(old: dict[str, Any], new: dict[str, Any]) -> None:
    found = between(old, new)

    def told(document: dict[str, Any]) -> list[str]:
        lines = [block.text for block in text.read("".join(document["body"])).blocks]
        return sorted("\n".join(lines).split("\n"))

    def read(op: str) -> list[str]:
        texts = [
            "".join(part for kind, part in row.change.words if kind in ("=", op))
            for row in found.body
            if row.op != "left" and (row.change.old if op == "-" else row.change.new)
        ]
        return sorted("\n".join(texts).split("\n"))

    assert read("-") == told(old)
    assert read("+") == told(new)
    added = {one.claim["statement"] for one in found.claims if one.op == "added"}
    assert added <= {one["statement"] for one in new["claims"]}
