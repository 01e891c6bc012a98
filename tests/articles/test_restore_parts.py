"""One part of a piece comes back: exactly that part, as it was, and as the question had shown."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from articles import parts, services
from articles.compare import compare
from articles.models import Article
from articles.parts import NoSuchPart, Part
from articles.piece import RestoreRefused
from claims import services as claims
from claims.models import Claim, Passage
from claims.standing import Evidence
from claims.text import claim_ids, read, unmark
from history import canonical, revisions
from history.acts import act
from history.models import Entry
from newsroom.models import User
from tests import factories

from .test_restore_property import ACTS, Desk

pytestmark = pytest.mark.django_db

WORDS = "Mehr als 5000 Menschen kamen"


@pytest.fixture
def mira() -> User:
    return factories.user("publisher")


@pytest.fixture
def piece(mira: User) -> Article:
    return factories.article(mira, standfirst="Es kamen mehr als erwartet.")


def saved(piece: Article, mira: User, **fields: Any) -> None:
    """Save as an editor does who agreed to everything."""
    known = Claim.objects.filter(article=piece).values_list("pk", flat=True)
    services.save_article(piece, actor=mira, confirmed=list(known), **fields)


def reworded(piece: Article, mira: User, old: str, new: str) -> None:
    body = Article.objects.get(pk=piece.pk).body
    assert old in body
    saved(piece, mira, body=body.replace(old, new))


def brought_back(piece: Article, mira: User, revision: int, part: str) -> dict[str, Any]:
    """Restore a part; return the document after it. What the question showed is what happened."""
    before = revisions.document(piece)
    shown = services.dry_run(piece, revision, Part.read(part))
    assert revisions.document(piece) == before
    services.restore_part(piece, revision=revision, part=Part.read(part), actor=mira)
    after = revisions.document(piece)
    assert shown == compare(before, after)
    return after


def state(claim: Claim) -> str:
    return str(Evidence.of_claims([claim.pk]).standing(claim.pk).state)


def lost(claim: Claim) -> bool:
    return not claim.passages.filter(start__isnull=False).exists()


def without(content: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in content.items() if name not in names}


# Fields


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("headline", ["Eins", "Zwei"]),
        ("kicker", ["", "Zwei"]),
        ("standfirst", ["Eins.", ""]),
        ("language", ["de", "en"]),
    ],
)
def test_a_field_comes_back_alone(mira, piece, field, values):
    saved(piece, mira, **{field: values[0]})
    wanted = revisions.latest_revision(piece)
    saved(piece, mira, **{field: values[1]})
    saved(piece, mira, body="<p>Ein anderer Text.</p>")
    before = revisions.document(piece)
    after = brought_back(piece, mira, wanted, field)
    assert after["content"] == {**before["content"], field: values[0]}
    assert after["record"] == before["record"]


def test_labels_and_bylines_and_embargo_come_back_each_alone(mira, piece):
    tags, people, section = [factories.tag()], [factories.person()], factories.section("Sport")
    embargo = canonical.moment("2026-03-01T05:00:00.000000Z")
    saved(piece, mira, tags=tags, bylines=people, section=section, embargo=embargo)
    then = revisions.document(piece)["content"]
    wanted = revisions.latest_revision(piece)
    saved(piece, mira, tags=[], bylines=[factories.person()], section=None, embargo=None)
    for name in ("tags", "bylines", "section", "embargo"):
        before = revisions.document(piece)["content"]
        assert before[name] != then[name]
        after = brought_back(piece, mira, wanted, name)["content"]
        assert after == {**before, name: then[name]}


def test_a_body_comes_back_to_the_byte_with_the_claims_that_it_marks(mira, piece):
    kept = factories.claim(piece, actor=mira)
    gone = factories.claim(piece, "der Platz", actor=mira)
    factories.citation(gone, actor=mira)
    wanted = revisions.latest_revision(piece)
    then = revisions.document(piece)["content"]
    claims.withdraw_claim(gone, actor=mira)
    saved(piece, mira, body="<p>Ganz anders.</p>", headline="Neu")
    after = brought_back(piece, mira, wanted, "body")
    assert after["content"] == {**then, "headline": "Neu"}
    assert after["record"]["withdrawn"] == []
    assert not lost(kept)
    assert not lost(gone)


def test_a_claim_that_came_after_the_body_is_lost_and_not_dropped(mira, piece):
    later = None
    saved(piece, mira, headline="Zweite")
    wanted = revisions.latest_revision(piece)
    later = factories.claim(piece, actor=mira)
    after = brought_back(piece, mira, wanted, "body")
    (claim,) = after["content"]["claims"]
    assert claim["id"] == str(later.pk)
    assert [(row["start"], row["exact"]) for row in claim["passages"]] == [(None, WORDS)]


def test_a_headline_brings_the_passages_back_that_stood_in_it(mira, piece):
    claim = factories.claim(piece, actor=mira)
    claims.add_passage(claim, actor=mira, field="headline", words="Tausende")
    claims.check(claim, actor=mira, verdict="supported")
    wanted = revisions.latest_revision(piece)
    then = revisions.document(piece)["content"]
    saved(piece, mira, headline="Viele auf dem Platz")
    assert state(claim) == "stale"
    after = brought_back(piece, mira, wanted, "headline")
    assert after["content"] == then
    assert state(claim) == "supported"


def test_words_that_were_marked_anew_in_a_headline_are_one_passage_after_it_came_back(mira, piece):
    claim = factories.claim(piece, actor=mira)
    claims.add_passage(claim, actor=mira, field="headline", words="Tausende")
    wanted = revisions.latest_revision(piece)
    saved(piece, mira, headline="Viele")
    saved(piece, mira, headline="Tausende auf den Straßen")
    claims.add_passage(claim, actor=mira, field="headline", words="Tausende")
    brought_back(piece, mira, wanted, "headline")
    assert claim.passages.filter(field="headline").count() == 1


# Claims


def test_a_claim_comes_back_with_its_citations_and_its_checks_count_again(mira, piece):
    claim = factories.claim(piece, actor=mira)
    citation = factories.citation(claim, actor=mira, quote="mehr als fünftausend")
    claims.check(claim, actor=mira, verdict="supported")
    wanted = revisions.latest_revision(piece)
    claims.save_claim(claim, actor=mira, statement="Es waren 6000.", risk="high")
    claims.remove_citation(citation, actor=mira)
    saved(piece, mira, headline="Bleibt neu")
    assert state(claim) == "stale"
    after = brought_back(piece, mira, wanted, f"claim:{claim.pk}")
    then = revisions.document(piece, wanted)["content"]
    assert after["content"] == {**then, "headline": "Bleibt neu"}
    assert state(Claim.objects.get(pk=claim.pk)) == "supported"


def test_a_withdrawn_claim_is_marked_again_where_its_words_stand(mira, piece):
    claim = factories.claim(piece, actor=mira)
    wanted = revisions.latest_revision(piece)
    claims.withdraw_claim(claim, actor=mira)
    reworded(piece, mira, "<p>Mehr als", "<p>Ein neuer Anfang.</p><p>Mehr als")
    after = brought_back(piece, mira, wanted, f"claim:{claim.pk}")
    body = "".join(after["content"]["body"])
    assert f'<span data-claim="{claim.pk}">{WORDS}</span>' in body
    assert after["record"]["withdrawn"] == []
    assert not lost(claim)


def test_a_claim_whose_words_are_gone_comes_back_lost_and_the_comparison_says_so(mira, piece):
    claim = factories.claim(piece, actor=mira)
    wanted = revisions.latest_revision(piece)
    claims.withdraw_claim(claim, actor=mira)
    reworded(piece, mira, "5000", "6000")
    body = Article.objects.get(pk=piece.pk).body
    shown = services.dry_run(piece, wanted, Part("claim", str(claim.pk)))
    assert [change.op for change in shown.claims] == ["restored"]
    assert [passage.op for passage in shown.claims[0].passages] == ["lost"]
    assert ("lost", 1) in [fact[:2] for fact in shown.facts]
    brought_back(piece, mira, wanted, f"claim:{claim.pk}")
    assert Article.objects.get(pk=piece.pk).body == body
    assert state(Claim.objects.get(pk=claim.pk)) == "orphan"
    assert claim.passages.get().exact == WORDS


def test_a_claim_leaves_words_that_it_did_not_state_then(mira, piece):
    claim = factories.claim(piece, actor=mira)
    wanted = revisions.latest_revision(piece)
    reworded(piece, mira, "5000", "6000")
    after = brought_back(piece, mira, wanted, f"claim:{claim.pk}")
    assert claim_ids("".join(after["content"]["body"])) == []
    assert [(row["start"], row["exact"]) for row in after["content"]["claims"][0]["passages"]] == [
        (None, WORDS)
    ]


def test_a_mark_on_words_that_stand_twice_stays_where_it_is(mira, piece):
    claim = factories.claim(piece, actor=mira)
    wanted = revisions.latest_revision(piece)
    reworded(piece, mira, "<h2>Der Abend", f"<p>{WORDS}, sagte er.</p><h2>Der Abend")
    claims.save_claim(claim, actor=mira, statement="Anders")
    before = revisions.document(piece)["content"]
    after = brought_back(piece, mira, wanted, f"claim:{claim.pk}")["content"]
    assert after["body"] == before["body"]
    assert after["claims"][0]["statement"] == WORDS
    assert after["claims"][0]["passages"] == before["claims"][0]["passages"]


def test_a_claim_is_not_marked_again_on_words_that_cannot_be_told_apart(mira, piece):
    claim = factories.claim(piece, actor=mira)
    wanted = revisions.latest_revision(piece)
    claims.withdraw_claim(claim, actor=mira)
    saved(piece, mira, body=f"<p>So war es: {WORDS}.</p><p>Und wieder: {WORDS}.</p>")
    brought_back(piece, mira, wanted, f"claim:{claim.pk}")
    assert lost(claim)


def test_a_claim_stated_across_paragraphs_and_in_bold_is_marked_again(mira, piece):
    words = "Abend\nGegen neun Uhr war der Platz leer"
    claim = factories.claim(piece, words, actor=mira)
    wanted = revisions.latest_revision(piece)
    then = revisions.document(piece)["content"]
    claims.withdraw_claim(claim, actor=mira)
    assert brought_back(piece, mira, wanted, f"claim:{claim.pk}")["content"] == then


def test_passages_in_plain_texts_come_back_where_their_words_stand_now(mira, piece):
    claim = factories.claim(piece, marks=[("standfirst", "mehr als erwartet")], actor=mira)
    wanted = revisions.latest_revision(piece)
    claims.withdraw_claim(claim, actor=mira)
    saved(piece, mira, standfirst="Wieder kamen mehr als erwartet.")
    after = brought_back(piece, mira, wanted, f"claim:{claim.pk}")
    (row,) = after["content"]["claims"][0]["passages"]
    assert (row["start"], row["prefix"]) == (13, "Wieder kamen ")


def test_words_in_the_caption_of_a_picture_that_is_gone_come_back_lost(mira, piece):
    with act("articles.article.saved", actor=mira):
        picture = piece.images.create(
            file="a" * 64, media_type="image/png", width=4, height=3, caption="5000 am Abend"
        )
    claim = factories.claim(piece, marks=[], statement="Es waren 5000", actor=mira)
    claims.add_passage(claim, actor=mira, field="caption", words="5000", image=picture.pk)
    wanted = revisions.latest_revision(piece)
    claims.withdraw_claim(claim, actor=mira)
    with act("articles.article.saved", actor=mira):
        picture.delete()
    brought_back(piece, mira, wanted, f"claim:{claim.pk}")
    row = claim.passages.get()
    assert (row.field, row.image_id, row.start, row.exact) == ("caption", None, None, "5000")


def test_a_claim_that_would_rest_on_itself_does_not_come_back(mira, piece):
    first = factories.claim(piece, actor=mira)
    second = factories.claim(piece, "der Platz", rests_on=[first], actor=mira)
    wanted = revisions.latest_revision(piece)
    claims.save_claim(second, actor=mira, rests_on=[])
    claims.save_claim(first, actor=mira, rests_on=[second])
    before = revisions.document(piece)
    with pytest.raises(ValidationError):
        services.restore_part(
            piece, revision=wanted, part=Part("claim", str(second.pk)), actor=mira
        )
    assert revisions.document(piece) == before


# Citations


def test_a_citation_comes_back_alone(mira, piece):
    claim = factories.claim(piece, actor=mira)
    first = factories.citation(claim, actor=mira, quote="mehr als fünftausend")
    second = factories.citation(claim, actor=mira, locator="S. 2")
    claims.check(claim, actor=mira, verdict="supported")
    wanted = revisions.latest_revision(piece)
    then = revisions.document(piece)["content"]
    key = first.pk
    claims.remove_citation(first, actor=mira)
    claims.change_citation(second, actor=mira, words={"locator": "S. 3"})
    assert state(claim) == "stale"
    after = brought_back(piece, mira, wanted, f"citation:{key}")
    restored, other = after["content"]["claims"][0]["citations"]
    assert restored == then["claims"][0]["citations"][0]
    assert other["locator"] == "S. 3"
    assert state(claim) == "stale"
    after = brought_back(piece, mira, wanted, f"citation:{second.pk}")
    assert after["content"] == then
    assert state(claim) == "supported"


def test_a_citation_of_a_confidential_source_comes_back_sealed(mira, piece):
    claim = factories.claim(piece, actor=mira)
    source = factories.source(mira, tier="confidential")
    citation = factories.citation(claim, source, actor=mira, quote="Streng vertraulich")
    wanted = revisions.latest_revision(piece)
    key = citation.pk
    claims.remove_citation(citation, actor=mira)
    brought_back(piece, mira, wanted, f"citation:{key}")
    restored = claim.citations.get()
    assert (restored.quote, restored.sealed) == ("", citation.sealed)
    assert restored.words["quote"] == "Streng vertraulich"


def test_a_citation_of_a_withdrawn_claim_is_refused(mira, piece):
    claim = factories.claim(piece, actor=mira)
    citation = factories.citation(claim, actor=mira)
    wanted = revisions.latest_revision(piece)
    claims.withdraw_claim(claim, actor=mira)
    part = Part("citation", str(citation.pk))
    with pytest.raises(RestoreRefused):
        services.dry_run(piece, wanted, part)
    with pytest.raises(RestoreRefused):
        services.restore_part(piece, revision=wanted, part=part, actor=mira)


# What is asked for, and what is recorded


@pytest.mark.parametrize("text", ["", "images", "claim", "claim:", "claim:x", "citation:1", "id"])
def test_what_names_no_part_is_refused(text):
    with pytest.raises(NoSuchPart):
        Part.read(text)


@pytest.mark.parametrize("kind", ["claim", "citation"])
def test_a_part_that_the_revision_does_not_have_is_refused(mira, piece, kind):
    claim = factories.claim(piece, actor=mira)
    citation = factories.citation(claim, actor=mira)
    part = Part(kind, str({"claim": claim, "citation": citation}[kind].pk))
    with pytest.raises(NoSuchPart):
        services.dry_run(piece, 1, part)
    with pytest.raises(NoSuchPart):
        services.restore_part(piece, revision=1, part=part, actor=mira)


def test_an_unknown_revision_is_refused(mira, piece):
    for ask in (
        lambda: services.dry_run(piece, 9, Part("field", "body")),
        lambda: services.restore_part(piece, revision=9, part=Part("field", "body"), actor=mira),
    ):
        with pytest.raises(Entry.DoesNotExist):
            ask()


def test_a_part_that_is_the_same_already_leaves_nothing(mira, piece):
    saved(piece, mira, headline="Neu")
    before = Entry.objects.count()
    part = Part("field", "body")
    assert services.restore_part(piece, revision=1, part=part, actor=mira) is None
    assert not services.dry_run(piece, 1, part).changed
    assert Entry.objects.count() == before


def test_the_entry_says_which_part_of_which_revision_came_back(mira, piece):
    saved(piece, mira, headline="Neu")
    part = Part("field", "headline")
    made = services.restore_part(piece, revision=1, part=part, actor=mira, comment="War besser")
    entry = Entry.objects.of(piece).select_related("payload").first()
    said = canonical.loads(entry.payload.data)
    assert (entry.kind, entry.revision, made) == ("articles.article.part_restored", 3, 3)
    assert said["details"] == {"restored_from": 1, "part": "headline"}
    assert said["comment"] == "War besser"


def test_who_answers_an_old_question_is_told_of_the_change_in_between(mira, piece):
    saved(piece, mira, headline="Neu")
    services.set_state(piece, actor=mira, state="check")
    saved(piece, mira, kicker="Dazwischen")
    with pytest.raises(services.ConflictingSave):
        services.restore_part(
            piece, revision=1, part=Part("field", "headline"), actor=mira, based_on=2
        )
    with pytest.raises(services.ConflictingSave):
        services.restore(piece, revision=1, actor=mira, based_on=2)


def test_trying_writes_nothing_and_takes_few_queries(mira, piece, django_assert_max_num_queries):
    claim = factories.claim(piece, actor=mira)
    saved(piece, mira, headline="Neu")
    entries = Entry.objects.count()
    for part in (None, Part("field", "headline"), Part("claim", str(claim.pk))):
        with django_assert_max_num_queries(2) as queries:
            services.dry_run(piece, 2, part)
        assert all(query["sql"].startswith("SELECT") for query in queries.captured_queries)
    assert Entry.objects.count() == entries


# Whatever was done to the piece


def essence(claim: dict[str, Any]) -> dict[str, Any]:
    """Return a claim without what follows from the texts: where its words stand."""
    return {name: value for name, value in claim.items() if name != "passages"}


def rows(claim: dict[str, Any], *, inside: tuple[str, ...] = (), outside: tuple[str, ...] = ()):
    return [
        row
        for row in claim["passages"]
        if (not inside or row["field"] in inside) and row["field"] not in outside
    ]


def text_of(content: dict[str, Any], field: str) -> str:
    return read("".join(content["body"])).text if field == "body" else content[field]


def assert_only_that_part_changed(before: dict, then: dict, after: dict, part: Part) -> None:
    old, new, wanted = before["content"], after["content"], then["content"]
    was = {claim["id"]: claim for claim in old["claims"]}
    now = {claim["id"]: claim for claim in new["claims"]}
    for kind in ("checks", "readings"):
        assert after["record"][kind] == before["record"][kind]
    fields = without(old, "claims", "body")
    if part.kind == "field" and part.key != "body":
        assert without(new, "claims", "body") == {**fields, part.key: wanted[part.key]}
    else:
        assert without(new, "claims", "body") == fields
    if part == Part("field", "body"):
        assert new["body"] == wanted["body"]
    elif part.kind == "claim":
        text = unmark("".join(old["body"]), [part.key])
        assert unmark("".join(new["body"]), [part.key]) == text
    else:
        assert new["body"] == old["body"]
    if part.kind == "field":
        marked = set(claim_ids("".join(new["body"]))) if part.key == "body" else set()
        assert now.keys() == was.keys() | marked
        withdrawn = {claim["id"]: claim for claim in before["record"]["withdrawn"]}
        for key, claim in now.items():
            earlier = was.get(key) or withdrawn[key]
            assert essence(claim) == essence(earlier)
            if not any(row["start"] is None for row in [*rows(earlier), *rows(claim)]):
                # What is lost may go where another passage came back.
                assert rows(claim, outside=(part.key,)) == rows(earlier, outside=(part.key,))
    elif part.kind == "claim":
        assert now.keys() == was.keys() | {part.key}
        others = [key for key in was if key != part.key]
        assert [now[key] for key in others] == [was[key] for key in others]
        claim, wanted_claim = now[part.key], parts.of_revision(then, part)
        assert essence(claim) == essence(wanted_claim)
        standing = [row["exact"] for row in claim["passages"] if row["start"] is not None]
        for row in wanted_claim["passages"]:
            if row["start"] is not None and text_of(new, row["field"]).count(row["exact"]) == 1:
                # Two passages may have come to touch, and are one then.
                assert any(row["exact"] in words for words in standing)
        if standing:
            assert len(standing) == len(claim["passages"])
    else:
        cited = parts.of_revision(then, part)
        for key, claim in now.items():
            earlier = [row for row in was[key]["citations"] if row["id"] != part.key]
            assert [row for row in claim["citations"] if row["id"] != part.key] == earlier
            assert {**claim, "citations": 0} == {**was[key], "citations": 0}
        assert cited in [row for claim in now.values() for row in claim["citations"]]


def parts_of(document: dict[str, Any]) -> list[Part]:
    made = document["content"]["claims"]
    return [
        *(Part("field", name) for name in parts.FIELDS),
        *(Part("claim", claim["id"]) for claim in made),
        *(Part("citation", row["id"]) for claim in made for row in claim["citations"]),
    ]


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.data(), st.lists(st.sampled_from(ACTS), min_size=2, max_size=14))
def test_a_part_comes_back_as_shown_and_nothing_else_changes(data: Any, names: list[str]) -> None:
    desk = Desk(data.draw)
    for name in names:
        getattr(desk, name)()
    for _again in range(3):
        before = revisions.document(desk.piece)
        wanted = data.draw(st.integers(1, revisions.latest_revision(desk.piece)))
        then = revisions.document(desk.piece, wanted)
        part = data.draw(st.sampled_from(parts_of(then)))
        try:
            expected = parts.put_back(before, then, part)
        except RestoreRefused:
            assert part.kind == "citation"
            continue
        shown = services.dry_run(desk.piece, wanted, part)
        try:
            services.restore_part(desk.piece, revision=wanted, part=part, actor=desk.actor)
        except ValidationError:
            # Claims that would rest on one another in a circle.
            assert part.kind == "claim"
            assert revisions.document(desk.piece) == before
            continue
        after = revisions.document(desk.piece)
        assert canonical.dumps(after) == canonical.dumps(expected)
        assert shown == compare(before, after)
        assert_only_that_part_changed(before, then, after, part)
        assert_that_a_save_would_move_nothing(desk.piece)


def assert_that_a_save_would_move_nothing(piece: Article) -> None:
    stored = list(Passage.objects.filter(claim__article=piece).order_by("pk").values())
    with act("articles.article.saved", actor=User.objects.system()):
        claims.sync(Article.objects.get(pk=piece.pk))
    assert list(Passage.objects.filter(claim__article=piece).order_by("pk").values()) == stored


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.data(), st.lists(st.sampled_from(ACTS), min_size=2, max_size=14))
def test_a_whole_revision_comes_back_as_shown(data: Any, names: list[str]) -> None:
    desk = Desk(data.draw)
    for name in names:
        getattr(desk, name)()
    before = revisions.document(desk.piece)
    wanted = data.draw(st.integers(1, revisions.latest_revision(desk.piece)))
    expected = parts.put_back(before, revisions.document(desk.piece, wanted))
    shown = services.dry_run(desk.piece, wanted)
    services.restore(desk.piece, revision=wanted, actor=desk.actor)
    after = revisions.document(desk.piece)
    assert canonical.dumps(after) == canonical.dumps(expected)
    assert shown == compare(before, after)


# At the desk


def question(piece: Article, revision: int, part: str = "") -> str:
    address = reverse("admin:articles_article_restore", args=[piece.pk, revision])
    return f"{address}?part={part}" if part else address


@pytest.fixture
def changed(mira: User, piece: Article) -> Article:
    """A piece whose revision 3 had a claim with a citation, and another headline and text."""
    claim = factories.claim(piece, actor=mira)
    citation = factories.citation(claim, actor=mira, quote="mehr als fünftausend")
    claims.remove_citation(citation, actor=mira)
    claims.save_claim(claim, actor=mira, statement="Es kamen viele.")
    reworded(piece, mira, "5000", "6000")
    saved(piece, mira, headline="Neu")
    return piece


def test_parts_that_differ_are_offered_where_a_revision_or_a_comparison_shows_them(
    client, mira, changed
):
    then = revisions.document(changed, 3)["content"]["claims"][0]
    offered = {
        question(changed, 3, part)
        for part in (
            "headline",
            "body",
            f"claim%3A{then['id']}",
            f"citation%3A{then['citations'][0]['id']}",
        )
    }
    client.force_login(mira)
    compare_page = reverse("admin:articles_article_compare", args=[changed.pk])
    pages = [
        reverse("admin:articles_article_revision", args=[changed.pk, 3]),
        f"{compare_page}?old=3&new=7",
        question(changed, 3),
    ]
    for page in pages:
        html = client.get(page).content.decode()
        assert {address for address in offered if f'href="{address}"' in html} == offered
        assert question(changed, 3, "kicker") not in html
    client.force_login(factories.user("auditor"))
    for page in pages[:2]:
        assert "?part=" not in client.get(page).content.decode()
    client.force_login(mira)
    latest = reverse("admin:articles_article_revision", args=[changed.pk, 7])
    assert "?part=" not in client.get(latest).content.decode()


def test_the_question_about_a_part_shows_what_would_change_and_the_answer_does_it(
    client, mira, changed
):
    client.force_login(mira)
    then = revisions.document(changed, 3)["content"]["claims"][0]
    page = client.get(question(changed, 3, f"claim:{then['id']}"))
    assert page.context_data["comparison"] == services.dry_run(
        changed, 3, Part("claim", then["id"])
    )
    assert then["statement"] in page.content.decode()
    response = client.post(
        question(changed, 3, f"claim:{then['id']}"),
        {"comment": "War doch so", "based_on": 7},
        follow=True,
    )
    assert response.status_code == 200
    levels = [message.level_tag for message in response.context["messages"]]
    assert levels == ["success", "warning"]  # its words stand nowhere now
    after = revisions.document(changed)["content"]
    assert after["claims"][0]["citations"] == then["citations"]
    assert after["headline"] == "Neu"


def test_an_answer_to_an_old_question_changes_nothing_and_asks_again(client, mira, changed):
    client.force_login(mira)
    address = question(changed, 3, "headline")
    response = client.post(address, {"based_on": 6})
    assert (response.status_code, response["Location"]) == (302, address)
    assert revisions.latest_revision(changed) == 7


@pytest.mark.parametrize("part", ["images", "claim:x", f"claim:{'0' * 32}"])
def test_a_question_about_no_part_is_not_found(client, mira, changed, part):
    client.force_login(mira)
    assert client.get(question(changed, 3, part)).status_code == 404
    assert client.post(question(changed, 3, part)).status_code == 404


def test_a_refusal_is_told_instead_of_asking(client, mira, changed):
    citation = revisions.document(changed, 3)["content"]["claims"][0]["citations"][0]
    claims.withdraw_claim(changed.claims.get(), actor=mira)
    client.force_login(mira)
    page = client.get(question(changed, 3, f"citation:{citation['id']}"))
    assert page.status_code == 200
    assert 'name="based_on"' not in page.content.decode()
    response = client.post(question(changed, 3, f"citation:{citation['id']}"), follow=True)
    assert [message.level_tag for message in response.context["messages"]] == ["error"]


@pytest.mark.parametrize(
    ("role", "status"), [("reporter", 302), ("checker", 403), ("editor", 302), ("auditor", 403)]
)
def test_only_who_may_change_the_piece_restores_a_part_of_it(client, changed, role, status):
    client.force_login(factories.user(role))
    assert client.post(question(changed, 3, "headline")).status_code == status
    assert (revisions.latest_revision(changed) == 8) == (status == 302)


def test_the_history_tells_which_part_came_back(client, mira, changed):
    claim = revisions.document(changed, 3)["content"]["claims"][0]
    for part in ("headline", f"citation:{claim['citations'][0]['id']}", f"claim:{claim['id']}"):
        services.restore_part(changed, revision=3, part=Part.read(part), actor=mira)
    client.force_login(mira)
    address = reverse("admin:articles_article_history", args=[changed.pk])
    days = client.get(address, headers={"accept-language": "en"}).context["days"]
    told = [line.words for _day, _more, of_day in days for line in of_day][:3]
    assert [words.split(" · ")[0].split(";")[0] for words in told] == [
        "restored from revision 3: a claim",
        "restored from revision 3: a citation",
        "restored from revision 3: Headline",
    ]
