"""Who wrote each sentence of a piece, and who verified it: from its revisions to the page."""

import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from articles import blame, services, views_blame
from articles.models import Article
from claims import services as claims
from claims import text
from history import revisions
from newsroom.models import User
from tests import factories

pytestmark = pytest.mark.django_db

FIRST = "<p>Mehr als 5000 Menschen kamen am Abend. Das sagte die Polizei der Stadt.</p>"
SECOND = "<p>Die Veranstalter hatten mit der Hälfte gerechnet. Der Platz war früh gesperrt.</p>"


@pytest.fixture
def anna() -> User:
    return factories.user("editor", first_name="Anna", last_name="Lindner")


@pytest.fixture
def jonas() -> User:
    return factories.user("editor", first_name="Jonas", last_name="Petersen")


@pytest.fixture
def piece(anna: User, jonas: User) -> Article:
    """Anna wrote it (1); Jonas corrected a word (2), removed a paragraph (3) and added one of his
    own (4); then he brought the one that he had removed back, at another place (5)."""
    own = "<p>Gegen zehn Uhr gingen die Letzten nach Hause.</p>"
    third = FIRST.replace("Abend", "Samstag")
    article = factories.article(anna, headline="Tausende auf dem Platz", body=FIRST + SECOND)
    for body in (third + SECOND, third, third + own, SECOND + third + own):
        services.save_article(article, actor=jonas, body=body)
    article.refresh_from_db()
    return article


def told(article: Article) -> list[blame.Sentence]:
    authorship, document = blame.follow(blame.documents(article))
    assert document is not None
    return [
        sentence
        for block in blame.sentence_by_sentence(
            document,
            authorship,
            blame.writings(article, blame.revisions_of(authorship)),
            blame.verifications(article),
        )
        for sentence in block.sentences
    ]


def said(sentence: blame.Sentence) -> str:
    return "".join(part.text for part in sentence.parts)


def shown(client, article: Article) -> str:
    return client.get(reverse("admin:articles_article_blame", args=[article.pk])).content.decode()


def test_each_sentence_names_its_author_and_the_revision(piece):
    by = {said(sentence): (sentence.by.who, sentence.by.number) for sentence in told(piece)}
    assert by == {
        "Tausende auf dem Platz": ("Anna Lindner", 1),
        "Die Veranstalter hatten mit der Hälfte gerechnet.": ("Anna Lindner", 1),
        "Der Platz war früh gesperrt.": ("Anna Lindner", 1),
        "Mehr als 5000 Menschen kamen am Samstag.": ("Anna Lindner", 1),
        "Das sagte die Polizei der Stadt.": ("Anna Lindner", 1),
        "Gegen zehn Uhr gingen die Letzten nach Hause.": ("Jonas Petersen", 4),
    }


def test_words_of_somebody_else_in_a_sentence_stay_theirs(piece):
    sentence = next(s for s in told(piece) if "Samstag" in said(s))
    assert [(part.text, part.writing.number, part.own) for part in sentence.parts] == [
        ("Mehr als 5000 Menschen kamen am ", 1, True),
        ("Samstag", 2, False),
        (".", 1, True),
    ]
    assert sentence.with_others == ("JP",)


def test_words_that_came_back_keep_their_author_and_say_so(piece):
    sentence = next(s for s in told(piece) if "Veranstalter" in said(s))
    assert sentence.by.number == 1
    assert [writing.number for writing in sentence.returned] == [5]
    assert sentence.returned[0].who == "Jonas Petersen"


def test_a_restored_revision_keeps_its_authors(piece, jonas):
    services.restore(piece, revision=1, actor=jonas)
    found = told(piece)
    assert {sentence.by.who for sentence in found} == {"Anna Lindner"}
    assert all(not sentence.others for sentence in found)
    returned = {part.text.strip() for s in found for part in s.parts if part.returned}
    assert "Abend" in returned


def test_marking_a_claim_changes_no_authorship(piece, jonas):
    before = [(said(s), s.by.number) for s in told(piece)]
    factories.claim(piece, "Mehr als 5000 Menschen", actor=jonas)
    assert [(said(s), s.by.number) for s in told(piece)] == before


def test_a_claim_names_its_last_check_that_counts_and_what_it_rests_on(piece, anna, jonas):
    claim = factories.claim(piece, "Mehr als 5000 Menschen", actor=anna)
    source = factories.source(anna)
    factories.citation(claim, source, actor=anna)
    factories.check(claim, anna)
    factories.check(claim, jonas)
    (verification,) = next(s for s in told(piece) if "5000" in said(s)).claims
    assert verification.standing.state == "supported"
    assert verification.standing.check.checker == jonas.pk
    assert verification.sources == (str(source.pk),)
    piece.refresh_from_db()
    services.save_article(piece, actor=jonas, body=piece.body.replace("5000", "6000"))
    (verification,) = next(s for s in told(piece) if "6000" in said(s)).claims
    assert not verification.standing.verified
    assert verification.standing.check.checker == jonas.pk


def test_claims_of_plain_fields_stand_at_their_sentences(piece, anna):
    factories.claim(piece, "Tausende", marks=[("headline", "Tausende")], actor=anna)
    headline = told(piece)[0]
    assert [claim.statement for claim in headline.claims] == ["Tausende"]


def test_the_sentences_together_are_the_text(piece):
    body = (
        "<h2>Titel</h2><ul><li><p>Eins. Zwei.</p></li><li><p>Drei</p></li></ul><p></p>"
        "<blockquote><p>Er rief: „Halt!“<br>Dann lief er.</p></blockquote>"
    )
    services.save_article(piece, actor=User.objects.system(), body=body)
    document = revisions.document(piece)
    authorship, _document = blame.follow(blame.documents(piece))
    blocks = blame.sentence_by_sentence(
        document, authorship, blame.writings(piece, blame.revisions_of(authorship)), {}
    )
    joined = "".join(said(s) + s.gap for block in blocks for s in block.sentences)
    whole = piece.headline + text.read("".join(document["content"]["body"])).text
    assert "".join(joined.split()) == "".join(whole.split())
    assert [block.kind for block in blocks] == ["headline", "h2", "item", "item", "quote"]


def test_the_page_costs_the_same_number_of_queries_for_any_history(rf, piece, jonas, monkeypatch):
    request = rf.get("/")
    request.user = jonas

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            views_blame.blamed(request, piece)
        return len(captured)

    factories.check(factories.claim(piece, "Mehr als 5000 Menschen"), jonas)
    queries()  # what a person may do is looked up once
    short = queries()
    for number in range(25):
        services.save_article(piece, actor=jonas, kicker=f"Teil {number}")
    monkeypatch.setattr(blame, "BATCH", 10)
    # The documents come by one query, in batches of its cursor.
    assert queries() == short <= 11


def test_only_one_batch_of_documents_is_in_memory(piece, monkeypatch):
    monkeypatch.setattr(blame, "BATCH", 2)
    coming = blame.documents(piece)
    assert [number for number, _document in coming] == [1, 2, 3, 4, 5]


def test_the_page_tells_authors_revisions_returns_and_checks(client, piece, anna, jonas):
    claim = factories.claim(piece, "Mehr als 5000 Menschen", actor=anna)
    source = factories.source(anna, csl={"type": "report", "title": "Lagebericht der Polizei"})
    factories.citation(claim, source, actor=anna)
    factories.check(claim, jonas)
    client.force_login(anna)
    html = shown(client, piece)
    for words in ("Anna Lindner", "Jonas Petersen", "Lagebericht der Polizei", "Samstag"):
        assert words in html
    assert 'data-standing="supported"' in html
    assert "blame-part--returned" in html
    compare = reverse("admin:articles_article_compare", args=[piece.pk])
    assert f"{compare}?old=3&amp;new=4" in html


def test_the_history_leads_here_and_back(client, piece, anna):
    client.force_login(anna)
    here = reverse("admin:articles_article_blame", args=[piece.pk])
    history = reverse("admin:articles_article_history", args=[piece.pk])
    assert f'href="{history}"' in client.get(here).content.decode()
    assert f'href="{here}"' in client.get(history).content.decode()


@pytest.mark.parametrize("role", ["reporter", "checker", "editor", "publisher", "auditor", "admin"])
def test_every_role_may_see_who_wrote_what(client, piece, role):
    client.force_login(factories.user(role))
    address = reverse("admin:articles_article_blame", args=[piece.pk])
    assert client.get(address).status_code == 200
    assert client.post(address).status_code == 405


def test_who_may_not_see_the_piece_does_not_learn_who_wrote_it(rf, piece):
    stranger = User.objects.create_user("stranger", password="x", is_staff=True)
    for user in (stranger, AnonymousUser()):
        request = rf.get("/")
        request.user = user
        with pytest.raises(PermissionDenied):
            views_blame.blamed(request, piece)


def test_a_protected_source_is_named_no_further_than_it_may_be(client, piece, anna):
    claim = factories.claim(piece, "Mehr als 5000 Menschen", actor=anna)
    source = factories.source(anna, tier="confidential", csl={"title": "Kronzeuge Maulwurf"})
    factories.citation(claim, source, actor=anna, quote="Streng vertraulich")
    claims.check(claim, actor=anna, verdict="supported")
    client.force_login(anna)
    html = shown(client, piece)
    assert "Maulwurf" not in html
    assert "Streng vertraulich" not in html


def test_words_are_escaped_and_nothing_is_inline(client, piece, anna):
    services.save_article(piece, actor=anna, headline='<script>alert("x")</script>')
    client.force_login(anna)
    html = shown(client, piece)
    body = html[html.index('id="content"') :]
    assert "<script>alert" not in body
    assert not re.search(r"<script(?![^>]*\bsrc=)|<[a-z]+[^>]* (style|on[a-z]+)=", body)
