"""Comparing two states of a piece: its words, its claims, its evidence, what surrounds it."""

import copy
import random
import re
import time
from typing import Any

import pytest
from django.urls import reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from articles import services
from articles.compare import compare
from articles.differences import Comparison, Fact, Fold
from articles.facts import MOST_FACTS, ClaimFact, in_words, summary
from claims import services as claims
from claims import text
from history.diff import Change
from history.ledger import issue_checkpoint
from history.models import Entry
from tests import factories

CLAIM, OTHER = "0c000000-0000-4000-8000-000000000001", "0c000000-0000-4000-8000-000000000002"
SOURCE, ANNA, JONAS = "50000000-0000-4000-8000-000000000001", "a" * 32, "b" * 32
LOSSES = "Mehr als 5000 Soldaten seien bis April 2025 getötet oder verwundet worden."
TERRAIN = "Die hohen Verluste erklärt das Ministerium mit Angriffen über offenes Gelände."
THANKS = "Putin dankte dem Verbündeten im April öffentlich; bis dahin hatte Moskau geschwiegen."


def passage(number: int, start: int | None, exact: str, field: str = "body") -> dict[str, Any]:
    key = f"9a000000-0000-4000-8000-{number:012}"
    return {
        "id": key,
        "field": field,
        "image": None,
        "start": start,
        "exact": exact,
        "prefix": "",
        "suffix": "",
    }


def citation(number: int, **values: Any) -> dict[str, Any]:
    return {
        "id": f"c1000000-0000-4000-8000-{number:012}",
        "source": SOURCE,
        "capture": None,
        "position": number,
        "stance": "supports",
        "tier": "named",
        "credibility": "6",
        "quote": "more than 5,000 casualties",
        "translation": "",
        "locator": "S. 2",
        "note": "",
        "sealed": "",
    } | values


def claim(key: str = CLAIM, **values: Any) -> dict[str, Any]:
    return {
        "id": key,
        "statement": "Mehr als 5000 Nordkoreaner wurden getötet oder verwundet.",
        "voice": "reported",
        "attribution": "Verteidigungsministerium in London",
        "as_of": "2025-04-30",
        "check_by": None,
        "risk": "high",
        "accuses": False,
        "rests_on": [],
        "passages": [passage(1, 0, LOSSES)],
        "citations": [citation(1)],
    } | values


def check(number: int, verdict: str, key: str = CLAIM) -> dict[str, Any]:
    return {
        "id": f"ce000000-0000-4000-8000-{number:012}",
        "claim": key,
        "checker": JONAS,
        "at": f"2025-05-0{number}T08:00:00.000000Z",
        "verdict": verdict,
        "confirmed": False,
        "note": "",
        "snapshot": snapshot(claim(key)),
    }


def snapshot(claim: dict[str, Any]) -> dict[str, Any]:
    """What a check keeps of a claim."""
    return {
        "passages": [{"field": p["field"], "exact": p["exact"]} for p in claim["passages"]],
        "citations": [
            {name: row[name] for name in ("id", "source", "stance", "quote", "locator")}
            for row in claim["citations"]
        ],
        "rests_on": [],
        **{name: claim[name] for name in ("statement", "attribution", "voice", "as_of")},
    }


def piece(*body: str, record: dict[str, Any] | None = None, **content: Any) -> dict[str, Any]:
    return {
        "schema": 1,
        "type": "piece",
        "id": "ar",
        "content": {
            "language": "de",
            "kicker": "Ukraine",
            "headline": "Pjöngjangs Soldaten",
            "standfirst": "Tausende haben in Kursk gekämpft.",
            "body": list(body),
            "section": None,
            "tags": [],
            "embargo": None,
            "bylines": [],
            "images": [],
            "claims": [],
        }
        | content,
        "record": {"checks": [], "readings": [], "withdrawn": []} | (record or {}),
    }


def p(words: str) -> str:
    return f"<p>{words}</p>"


def marked(words: str) -> str:
    return f'<p><span data-claim="{CLAIM}">{words}</span></p>'


def said(comparison: Comparison) -> list[Fact]:
    return list(comparison.facts)


def test_equal_documents_differ_in_nothing():
    document = piece(marked(LOSSES), p(TERRAIN), claims=[claim()])
    comparison = compare(document, copy.deepcopy(document))
    assert not comparison.changed
    assert comparison.rows == (Fold(comparison.body),)
    assert summary(document, document) == []


@pytest.mark.parametrize("field", ["headline", "kicker", "standfirst"])
def test_the_words_of_plain_fields_are_compared(field):
    (difference,) = compare(
        piece(**{field: "Drei Worte hier"}), piece(**{field: "Vier Worte"})
    ).fields
    assert difference.name == field
    assert difference.changes == (
        Change("-", "Drei"),
        Change("+", "Vier"),
        Change("=", " Worte"),
        Change("-", " hier"),
    )


def test_unchanged_paragraphs_are_folded_around_a_changed_one():
    old = piece(p(LOSSES), p(TERRAIN), p(THANKS))
    new = piece(p(LOSSES), p(TERRAIN.replace("offenes", "weites")), p(THANKS))
    rows = compare(old, new).rows
    assert [type(row).__name__ for row in rows] == ["Fold", "Paragraph", "Fold"]
    assert rows[1].seen
    assert Change("+", "weites") in rows[1].changes


def test_marks_of_claims_are_no_change_of_the_text():
    comparison = compare(piece(p(LOSSES)), piece(marked(LOSSES), claims=[claim()]))
    assert [paragraph.op for paragraph in comparison.body] == ["same"]
    assert comparison.body[0].formatting == ()
    assert said(comparison) == [Fact("claims_added", 1), Fact("citations_added", 1)]


@pytest.mark.parametrize(
    ("old", "new", "what", "gained", "words"),
    [
        ("<p>Er kam.</p>", "<p>Er <strong>kam</strong>.</p>", "strong", True, "kam"),
        ("<p>Er <em>kam</em>.</p>", "<p>Er kam.</p>", "em", False, "kam"),
        ("<p>Er kam.</p>", '<p><a href="https://a.example/">Er</a> kam.</p>', "a", True, "Er"),
        ("<p>Er kam.</p>", "<h2>Er kam.</h2>", "kind", True, "h2"),
        ("<ul><li><p>Er</p></li></ul>", "<ol><li><p>Er</p></li></ol>", "kind", True, "ol"),
    ],
)
def test_changes_of_looks_alone_are_said_as_such(old, new, what, gained, words):
    comparison = compare(piece(old), piece(new))
    (paragraph,) = comparison.body
    assert paragraph.op == "same"
    assert paragraph.seen
    (formatting,) = paragraph.formatting
    assert (formatting.what, formatting.gained, formatting.words) == (what, gained, words)
    assert said(comparison) == [Fact("formatting", 1)]


def test_a_link_to_elsewhere_names_both_targets():
    old, new = (f'<p><a href="https://{x}.example/">Er</a> kam.</p>' for x in "ab")
    formatting = compare(piece(old), piece(new)).body[0].formatting
    assert [(look.gained, look.target) for look in formatting] == [
        (False, "https://a.example/"),
        (True, "https://b.example/"),
    ]


def test_a_moved_paragraph_says_under_which_heading_it_stood():
    old = piece(p(LOSSES), p(TERRAIN), "<h2>Dank</h2>", p(THANKS))
    new = piece(p(THANKS), p(LOSSES), p(TERRAIN), "<h2>Dank</h2>")
    comparison = compare(old, new)
    assert [paragraph.op for paragraph in comparison.body] == ["moved", *["same"] * 3, "left"]
    assert comparison.body[0].stood_under == "Dank"
    assert comparison.body[0].anchor == comparison.body[-1].anchor
    assert said(comparison) == [Fact("moved", 1)]


def test_metadata_are_compared():
    old = piece(section="s1", tags=["t1", "t2"], bylines=[{"id": "1", "person": ANNA, "role": ""}])
    new = piece(
        section="s2",
        tags=["t2", "t3"],
        language="en",
        embargo="2025-05-01T00:00:00.000000Z",
        bylines=[
            {"id": "1", "person": ANNA, "role": "Mitarbeit"},
            {"id": "2", "person": JONAS, "role": ""},
        ],
    )
    comparison = compare(old, new)
    by_name = {difference.name: difference for difference in comparison.metadata}
    assert (by_name["section"].old, by_name["section"].new) == ("s1", "s2")
    assert (by_name["tags"].added, by_name["tags"].removed) == (("t3",), ("t1",))
    assert by_name["bylines"].added == (JONAS,)
    assert by_name["role"].of == ANNA
    assert by_name["embargo"].new == "2025-05-01T00:00:00.000000Z"
    assert comparison.needs == {
        "sections": {"s1", "s2"},
        "tags": {"t1", "t3"},
        "people": {ANNA, JONAS},
    }
    assert [fact.what for fact in comparison.facts] == [
        "section",
        "tags",
        "language",
        "embargo",
        "bylines",
    ]


def test_changed_order_of_bylines_is_a_change_and_of_tags_is_none():
    bylines = [{"id": "1", "person": ANNA, "role": ""}, {"id": "2", "person": JONAS, "role": ""}]
    (difference,) = compare(piece(bylines=bylines), piece(bylines=bylines[::-1])).metadata
    assert (difference.name, difference.form) == ("bylines", "order")
    assert not compare(piece(tags=["a", "b"]), piece(tags=["b", "a"])).changed


def test_images_are_compared_by_what_is_said_of_them():
    image = {"id": "i1", "position": 0, "file": "f", "media_type": "image/png", "width": 1}
    image |= {"height": 1, "caption": "Kursk im Mai", "credit": "Foto: A", "rights": "", "alt": ""}
    other = image | {"id": "i2", "position": 1}
    comparison = compare(
        piece(images=[image, other]), piece(images=[image | {"caption": "Kursk im Juni"}])
    )
    assert [change.op for change in comparison.images] == ["changed", "removed"]
    assert comparison.images[0].differences[0].name == "caption"
    assert Fact("text", 1, 1) in comparison.facts


def test_a_changed_claim_says_what_changed_in_it():
    old = piece(marked(LOSSES), claims=[claim()])
    new = piece(
        marked(LOSSES.replace("April", "März")),
        claims=[
            claim(
                as_of="2025-03-31",
                risk="medium",
                rests_on=[OTHER],
                statement="Mehr als 6000 Nordkoreaner wurden getötet oder verwundet.",
                passages=[passage(1, 0, LOSSES.replace("April", "März"))],
                citations=[citation(1, locator="S. 3", capture="k"), citation(2)],
            )
        ],
    )
    (change,) = compare(old, new).claims
    assert change.op == "changed"
    assert change.reworded
    assert [difference.name for difference in change.differences] == ["as_of", "risk", "rests_on"]
    assert [passage.op for passage in change.passages] == ["edited"]
    assert [
        (citation.op, [d.name for d in citation.differences]) for citation in change.citations
    ] == [
        ("changed", ["locator", "capture"]),
        ("added", []),
    ]


def test_a_claim_stands_beside_its_paragraph():
    old = piece(p(TERRAIN), marked(LOSSES), claims=[claim()])
    place = len(TERRAIN) + 1
    new = piece(
        p(TERRAIN),
        marked(LOSSES),
        claims=[claim(risk="low", passages=[passage(1, place, LOSSES)])],
    )
    comparison = compare(old, new)
    assert [len(paragraph.claims) for paragraph in comparison.body] == [0, 1]
    assert comparison.elsewhere == ()
    assert [paragraph.seen for paragraph in comparison.body] == [False, True]


def test_a_claim_of_the_headline_stands_apart():
    old = piece(p(TERRAIN), claims=[claim(passages=[passage(1, 0, "Soldaten", "headline")])])
    new = piece(
        p(TERRAIN), claims=[claim(passages=[passage(1, 0, "Soldaten", "headline")], risk="low")]
    )
    assert [change.id for change in compare(old, new).elsewhere] == [CLAIM]


def test_a_claim_whose_words_are_gone_stands_where_they_were():
    old = piece(p(TERRAIN), marked(LOSSES), claims=[claim(passages=[passage(1, 79, LOSSES)])])
    new = piece(p(TERRAIN), claims=[claim(passages=[passage(1, None, LOSSES)])])
    comparison = compare(old, new)
    assert [paragraph.op for paragraph in comparison.body] == ["same", "deleted"]
    (change,) = comparison.body[1].claims
    assert [passage.op for passage in change.passages] == ["lost"]
    assert Fact("lost", 1) in comparison.facts


def test_a_withdrawn_claim_may_be_taken_up_again():
    with_claim = piece(marked(LOSSES), claims=[claim()])
    without = piece(p(LOSSES), record={"withdrawn": [claim(passages=[])]})
    assert [change.op for change in compare(with_claim, without).claims] == ["withdrawn"]
    assert [change.op for change in compare(without, with_claim).claims] == ["restored"]


def test_passages_that_merely_moved_with_the_text_are_no_change():
    old = piece(marked(LOSSES), claims=[claim()])
    new = piece(
        p(TERRAIN),
        marked(LOSSES),
        claims=[claim(passages=[passage(1, len(TERRAIN) + 1, LOSSES) | {"prefix": "x"}])],
    )
    assert compare(old, new).claims == ()


def test_new_checks_are_shown_with_the_verdict_before_them():
    old = piece(marked(LOSSES), claims=[claim()], record={"checks": [check(1, "supported")]})
    new = copy.deepcopy(old)
    new["record"]["checks"] += [check(3, "supported"), check(2, "refuted")]
    (change,) = compare(old, new).claims
    assert not change.content_changed
    assert change.verdict == "supported"
    assert [item["verdict"] for item in change.checks] == ["refuted", "supported"]
    assert compare(old, new).needs == {"users": {JONAS}}
    assert summary(old, new) == [
        Fact("checks", 2),
        ClaimFact("claim.checked", CLAIM, 1, "supported", "refuted"),
        ClaimFact("claim.checked", CLAIM, 1, "refuted", "supported"),
    ]


def test_sealed_words_are_compared_and_never_handed_out():
    sealed = citation(1, tier="confidential", quote="", locator="", sealed="gAAAA-old")
    old = piece(claims=[claim(citations=[sealed])])
    new = piece(claims=[claim(citations=[sealed | {"sealed": "gAAAA-new"}])])
    (change,) = compare(old, new).claims
    (difference,) = change.citations[0].differences
    assert (difference.form, difference.old, difference.new) == ("secret", None, None)


def test_a_reading_is_counted_by_its_sentences():
    reading = {"id": "r", "reader": JONAS, "at": "2025-05-01T00:00:00.000000Z", "rule": 1}
    reading["sentences"] = [{"digest": "d", "claims": []}, {"digest": "e", "claims": []}]
    comparison = compare(piece(), piece(record={"readings": [reading]}))
    assert said(comparison) == [Fact("readings", 2)]
    assert comparison.needs == {"users": {JONAS}}


def test_the_summary_says_what_the_comparison_says():
    old = piece(marked(LOSSES), p(TERRAIN), claims=[claim()])
    new = piece(
        marked(LOSSES.replace("April", "März")),
        p(TERRAIN + " So heißt es."),
        claims=[claim(risk="low")],
    )
    counts = [Fact("text", 4, 1), Fact("claims_changed", 1)]
    assert said(compare(old, new)) == counts
    assert summary(old, new) == [*counts, ClaimFact("claim.risk", CLAIM, 1, "high", "low")]


def test_the_summary_of_the_first_revision_says_what_the_piece_began_with():
    assert summary(None, piece(p("Drei Worte hier"), claims=[claim()])) == [
        Fact("begun", 11),
        Fact("claims_added", 1),
        Fact("citations_added", 1),
        ClaimFact("claim.added", CLAIM, 1),
    ]


def checked(document: dict[str, Any], verdict: str = "supported") -> dict[str, Any]:
    """The document with a check of its first claim as it is."""
    made = copy.deepcopy(document)
    (first, *_others) = made["content"]["claims"]
    made["record"]["checks"].append(check(1, verdict) | {"snapshot": snapshot(first)})
    return made


def about_claims(old: dict[str, Any], new: dict[str, Any]) -> list[ClaimFact]:
    return [fact for fact in summary(old, new) if isinstance(fact, ClaimFact)]


def with_claim(words: str, **values: Any) -> dict[str, Any]:
    return piece(marked(words), claims=[claim(passages=[passage(1, 0, words)], **values)])


def followed_by(words: str, old: dict[str, Any], **values: Any) -> dict[str, Any]:
    """The next document: other words under the claim, and everything recorded so far."""
    return with_claim(words, **values) | {"record": copy.deepcopy(old["record"])}


def test_a_changed_figure_is_told_with_its_check_that_went_stale():
    old = checked(with_claim(LOSSES))
    new = followed_by(LOSSES.replace("5000", "6000"), old)
    assert about_claims(old, new) == [
        ClaimFact("claim.figure", CLAIM, 1, "5000", "6000"),
        ClaimFact("claim.stale", CLAIM, 1, "supported", "stale"),
    ]
    assert Fact("stale", 1) in compare(old, new).facts
    (change,) = compare(old, new).claims
    assert (change.was, change.now, change.number) == ("supported", "stale", 1)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("Es waren 5000.", "Es waren 6000.", [("claim.figure", "5000", "6000")]),
        ("Es waren 1,5 Millionen.", "Es waren 1,8 Millionen.", [("claim.figure", "1,5", "1,8")]),
        ("5000 kamen.", "5000 gingen.", [("claim.passage", "", "")]),
        (
            "5000 kamen im April.",
            "6000 kamen im Mai.",
            [("claim.figure", "5000", "6000"), ("claim.passage", "", "")],
        ),
        # With letters in it, it might be somebody's name.
        ("Die MiG-21 flog.", "Die MiG-29 flog.", [("claim.passage", "", "")]),
        ("Es waren viele.", "Es waren 6000.", [("claim.passage", "", "")]),
        ("Er rief 1 an.", f"Er rief {'1' * 30} an.", [("claim.passage", "", "")]),
    ],
)
def test_only_figures_are_told_in_words(old, new, told):
    facts = about_claims(with_claim(old), with_claim(new))
    assert [(fact.what, fact.old, fact.new) for fact in facts] == told


def test_after_a_restore_an_earlier_check_counts_again():
    first = checked(with_claim(LOSSES))
    second = followed_by(LOSSES.replace("5000", "6000"), first)
    third = followed_by(LOSSES, second)
    assert ClaimFact("claim.counts", CLAIM, 1, "stale", "supported") in about_claims(second, third)


def test_cosmetic_changes_leave_a_check_as_it_is():
    old = checked(with_claim(LOSSES))
    new = followed_by(LOSSES.replace(" ", "\u00a0", 1), old)
    assert "claim.stale" not in [fact.what for fact in about_claims(old, new)]


def test_a_contradicting_citation_makes_a_check_stale():
    old = checked(with_claim(LOSSES))
    against = citation(2, stance="contradicts")
    new = followed_by(LOSSES, old, citations=[citation(1), against])
    assert about_claims(old, new) == [
        ClaimFact("claim.cited", CLAIM, 1, SOURCE, "contradicts"),
        ClaimFact("claim.stale", CLAIM, 1, "supported", "stale"),
    ]


def test_a_withdrawn_claim_is_told_by_its_number_of_before():
    old = piece(p(TERRAIN), marked(LOSSES), claims=[claim(OTHER), claim()])
    new = piece(p(TERRAIN), p(LOSSES), claims=[claim(OTHER)], record={"withdrawn": [claim()]})
    assert about_claims(old, new) == [ClaimFact("claim.withdrawn", CLAIM, 2)]


def test_facts_about_claims_name_nobody():
    old = with_claim(LOSSES, attribution="Anna Lindner")
    new = with_claim(
        LOSSES, attribution="Jonas Weidt", statement="Jonas Weidt sagt es.", voice="asserted"
    )
    told = about_claims(old, new)
    assert [fact.what for fact in told] == [
        "claim.statement",
        "claim.voice",
        "claim.attribution",
    ]
    assert not any("Jonas" in str(fact) or "Anna" in str(fact) for fact in told)


def test_a_summary_stays_short_however_much_was_changed():
    keys = [f"0c000000-0000-4000-8000-{number:012}" for number in range(100, 160)]
    claims = [claim(key) for key in keys]
    old = piece(claims=claims)
    old["record"]["checks"] = [check(1, "supported", key) for key in keys]
    changed = [one | {"risk": "low", "citations": [], "check_by": "2026-01-01"} for one in claims]
    new = piece(claims=changed) | {"record": old["record"]}
    facts = summary(old, new)
    *told, more = facts
    assert len(facts) <= MOST_FACTS
    assert more == Fact("more", 240 - sum(isinstance(fact, ClaimFact) for fact in told))
    # What is most telling is not left out.
    assert {f.what for f in told if isinstance(f, ClaimFact)} == {"claim.stale"}
    assert Fact("stale", 60) in told


def test_facts_of_today_are_no_burden_to_who_knows_only_counts():
    facts = summary(with_claim(LOSSES), with_claim(LOSSES.replace("5000", "6000")))
    with translation.override("en"):
        assert in_words(facts) == ["Text changed: +1 −1 word", "Passages of 1 claim changed"]


def test_facts_are_put_into_words():
    facts = [
        ["text", 12, 3],
        ["claims_added", 1],
        ["checks", 2],
        ["section"],
        ["from the future", 7],
    ]
    with translation.override("en"):
        assert in_words(facts) == [
            "Text changed: +12 −3 words",
            "1 new claim",
            "2 checks",
            "Section changed",
        ]


@pytest.mark.parametrize(
    "what", ["signs", "moved", "lost", "passages", "readings", "images", "tags"]
)
def test_every_fact_has_words(what):
    assert in_words([[what, 1, 0]])
    assert in_words([[what, 2, 2]])


fragments = st.sampled_from(
    [
        p(LOSSES),
        p(TERRAIN),
        marked(THANKS),
        "<h2>Dank</h2>",
        "<p></p>",
        "<p>Zeile<br>Zeile</p>",
        '<ul><li><p>eins</p></li><li><p><a href="https://a.example/">zwei</a></p></li></ul>',
        "<blockquote><p>Nein.</p></blockquote>",
    ]
)


@given(st.lists(fragments, max_size=6), st.lists(fragments, max_size=6))
def test_the_text_can_be_read_off_the_comparison(before, after):
    body = [row for row in compare(piece(*before), piece(*after)).body if row.op != "left"]
    new = ["".join(part for op, part in row.changes if op != "-") for row in body if row.change.new]
    assert "\n".join(new) == text.read("".join(after)).text


# The page


@pytest.fixture
def mira():
    return factories.user("publisher", first_name="Mira", last_name="Sandmann")


@pytest.fixture
def published(mira):
    """A piece with two publications; between them a figure was changed and checked again."""
    article = factories.finished(mira)
    services.publish(article, actor=mira)
    body = article.body.replace("5000", "6000")
    services.save_article(article, actor=mira, body=body)
    claims.check(article.claims.get(), actor=mira, verdict="partly", confirmed=True)
    claims.read_sentences(article, actor=mira)
    services.publish(
        article,
        actor=mira,
        kind="correction",
        note="Eine Zahl",
        corrections=[services.Wrong("5000", "6000")],
    )
    return article


def shown(client, article, **query: Any):
    address = reverse("admin:articles_article_compare", args=[article.pk])
    return client.get(address, query, headers={"accept-language": "en"})


@pytest.mark.django_db
def test_publications_are_compared_by_their_numbers(client, mira, published):
    client.force_login(mira)
    first, second = published.publications.order_by("number").values_list("revision", flat=True)
    address = reverse("admin:articles_article_compare_publications", args=[published.pk, 1, 2])
    assert address.endswith("/compare/p1/p2/")
    for response in (
        client.get(address),
        shown(client, published, old="p1", new="p2"),
        shown(client, published, old="p2", new="p1"),
        shown(client, published, old="p1", new=second),
    ):
        assert (response.context["old"], response.context["new"]) == (first, second)
        assert response.context["comparison"].changed


@pytest.mark.django_db
def test_a_publication_that_is_not_there_is_not_found(client, mira, published):
    client.force_login(mira)
    args = [published.pk, 1, 3]
    address = reverse("admin:articles_article_compare_publications", args=args)
    assert client.get(address).status_code == 404
    assert shown(client, published, old="p3").status_code == 404
    assert shown(client, published, old="p", new="px").status_code == 200


@pytest.mark.django_db
def test_publications_are_offered_before_revisions(client, mira, published):
    client.force_login(mira)
    html = shown(client, published).content.decode()
    assert re.search(r'<option value="p2">\s*Version 2, correction', html)
    assert html.index('value="p1"') < html.index('<optgroup label="Revisions">')


@pytest.mark.django_db
def test_side_by_side_each_text_stands_alone(client, mira, published):
    client.force_login(mira)
    html = shown(client, published, old="p1", new="p2", view="side").content.decode()
    before, after = (
        re.search(rf'diff-paragraph__{side}">(.*?)</div>', html, re.DOTALL)[1]
        for side in ("before", "after")
    )
    assert "Mehr als <del>5000</del> Menschen kamen." in before
    assert "Mehr als <ins>6000</ins> Menschen kamen." in after
    assert "<ins>" not in before
    assert "<del>" not in after


@pytest.mark.django_db
def test_only_the_evidence_can_be_looked_at(client, mira, published):
    client.force_login(mira)
    html = shown(client, published, old="p1", new="p2", view="evidence").content.decode()
    assert 'class="diff' not in html
    assert html.count('<article class="change-card">') == 1
    states = re.findall(r'data-standing="(\w+)"', html)
    # Two checks, and the standing before and after.
    assert states == ["supported", "partly", "supported", "partly"]
    assert "5 sentences" in html or "1 sentence" in html
    assert "data-change-step" in html


@pytest.mark.django_db
def test_where_no_evidence_differs_that_is_said(client, mira, published):
    services.save_article(published, actor=mira, kicker="Abends")
    client.force_login(mira)
    html = shown(client, published, view="evidence").content.decode()
    assert "Nothing differs in claims, citations, checks or readings." in html


@pytest.mark.django_db
def test_an_unknown_view_is_the_usual_one(client, mira, published):
    client.force_login(mira)
    assert shown(client, published, view="upside-down").context["view"] == "inline"


@pytest.mark.django_db
def test_a_comparison_says_where_its_proof_stands(client, mira, published):
    client.force_login(mira)
    covering = issue_checkpoint()
    html = shown(client, published, old=1, new=2).content.decode()
    entry = Entry.objects.of(published).get(revision=1)
    assert f"entry {entry.sequence} · in checkpoint {covering.size}" in html


def two_versions(paragraphs: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Of 100 words and a claim a paragraph; a fifth of the sentences changed, some moved."""
    chance = random.Random(3)
    words = [f"wort{number:04}" for number in range(4000)]

    def sentence() -> str:
        return " ".join(chance.choices(words, k=16)) + f" {chance.randint(100, 9999)} Leute."

    def document(texts: list[list[str]]) -> dict[str, Any]:
        body, made, start = [], [], 0
        for number, (first, *others) in enumerate(texts):
            key = f"0c000000-0000-4000-8000-{number:012}"
            body.append(f'<p><span data-claim="{key}">{first}</span> {" ".join(others)}</p>')
            made.append(claim(key, statement=first, passages=[passage(number, start, first)]))
            start += len(" ".join([first, *others])) + 1
        return piece(*body, claims=made)

    texts = [[sentence() for _ in range(6)] for _ in range(paragraphs)]
    edited = [
        [one.replace(one.split()[3], "neu") if chance.random() < 0.2 else one for one in paragraph]
        for paragraph in texts
    ]
    edited[30:30], edited[10:14] = edited[10:14], []
    return document(texts), document(edited)


def test_versions_four_times_as_long_are_compared_in_about_four_times_the_time():
    def seconds(paragraphs: int) -> float:
        old, new = two_versions(paragraphs)

        def once() -> float:
            begun = time.process_time()
            assert compare(old, new).changed
            return time.process_time() - begun

        return min(once() for _ in range(3))

    assert seconds(200) < 10 * seconds(50)
