"""The check dialog: what is quoted beside what the copy says, for those who may see it."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from articles.models import Article
from claims.excerpts import Excerpt
from history.models import Entry
from newsroom.models import User
from sources import quotes, services
from tests import factories
from tests.articles.test_admin import at, desk

pytestmark = pytest.mark.django_db

TEXT = (
    "Bericht zur Lage.\fDer Platz füllte sich ab sechs. Es kamen mehr als 5000 Men-\nschen, sagt"
    " die Polizei.\fAnhang.\f"
)


@pytest.fixture
def piece() -> Article:
    return factories.article()


def kept(source: Any, text: str = TEXT, media_type: str = "application/pdf") -> Any:
    return services.capture(
        source, text.encode(), actor=factories.user(), media_type=media_type, text=text
    )


def dialog(piece: Article, user: User) -> str:
    page = desk(user).get(at("check", piece, piece.claims.get().pk))
    assert page.status_code == 200
    return " ".join(page.content.decode().split())


def trusted() -> User:
    user = factories.user("checker")
    user.user_permissions.add(Permission.objects.get(codename="view_identity"))
    return user


def test_the_copy_stands_beside_the_quote_with_its_page_and_a_way_to_it(piece: Article) -> None:
    source = factories.source()
    copy = kept(source)
    factories.citation(factories.claim(piece), source, quote="mehr als 5000 Menschen")
    page = dialog(piece, factories.user("checker"))
    assert '<mark data-result="verified">mehr als 5000 Men- schen</mark>, sagt die Polizei.' in page
    assert "Der Platz füllte sich ab sechs. Es kamen <mark" in page
    assert f"{copy.pk}/text/#page-2" in page
    assert "/page/" not in page


def test_a_quote_that_is_not_verbatim_is_shown_with_what_comes_nearest_and_why(
    piece: Article,
) -> None:
    source = factories.source()
    kept(source)
    factories.citation(factories.claim(piece), source, quote="Es kamen mehr als 6000 Menschen")
    page = dialog(piece, factories.user("checker"))
    assert '<mark data-result="near">' in page
    assert 'class="quote-result" data-result="near"' in page


def test_without_a_copy_a_quote_or_a_text_it_says_so(piece: Article) -> None:
    claim = factories.claim(piece)
    unread, bare = factories.source(), factories.source()
    services.capture(unread, b"\x89PNG", actor=factories.user(), media_type="image/png")
    kept(bare)
    factories.citation(claim, factories.source(), quote="Wort")
    factories.citation(claim, unread, quote="Wort")
    factories.citation(claim, bare)
    page = dialog(piece, factories.user("checker"))
    assert page.count('class="copy-excerpt"') == 3
    assert "<blockquote>" not in page
    # A picture can be looked at.
    assert page.count("/page/") == 1


def test_the_latest_copy_counts_unless_the_quote_names_another(piece: Article) -> None:
    source, claim = factories.source(), factories.claim(piece)
    first = kept(source)
    kept(source, "Neu geschrieben.")
    factories.citation(claim, source, quote="mehr als 5000 Menschen", capture=first)
    page = dialog(piece, factories.user("checker"))
    assert 'data-result="verified"' in page
    assert str(first.pk) in page


@pytest.mark.parametrize("tier", ["described", "confidential"])
def test_protected_copies_are_for_those_alone_who_may_see_them_and_each_look_is_entered(
    piece: Article, tier: str
) -> None:
    more = {"description": "jemand aus dem Raum"} if tier == "described" else {}
    source = factories.source(tier=tier, csl={"title": "Geheim"}, **more)
    kept(source)
    claim = factories.claim(piece)
    factories.citation(claim, source, quote="mehr als 5000 Menschen", tier=tier)

    page = dialog(piece, factories.user("checker"))
    assert "füllte sich" not in page
    assert "/captures/" not in page
    assert ("mehr als 5000 Menschen</q>" in page) == (tier == "described")
    assert not Entry.objects.filter(kind__endswith=".viewed").exists()

    page = dialog(piece, trusted())
    assert "füllte sich" in page
    assert "mehr als 5000 Menschen</q>" in page
    # What was looked at stands in one entry with the copy, or beside it.
    seen = set(Entry.objects.filter(kind__endswith=".viewed").values_list("kind", flat=True))
    assert "sources.capture.viewed" in seen


def test_a_confidential_citation_of_a_named_source_keeps_its_words(piece: Article) -> None:
    source = factories.source()
    kept(source)
    factories.citation(
        factories.claim(piece), source, quote="mehr als 5000 Menschen", tier="confidential"
    )
    page = dialog(piece, factories.user("checker"))
    # The place in the copy would tell what was quoted.
    assert "<mark" not in page
    assert "<mark" in dialog(piece, trusted())


def test_the_number_of_queries_does_not_grow_with_citations(piece: Article) -> None:
    claim = factories.claim(piece)
    client = desk(factories.user("checker"))

    def asked(citations: int) -> int:
        while claim.citations.count() < citations:
            source = factories.source()
            kept(source)
            factories.citation(claim, source, quote="mehr als 5000 Menschen")
        with CaptureQueriesContext(connection) as queries:
            page = client.get(at("check", piece, claim.pk))
        assert page.content.decode().count("<mark") == citations
        return len(queries)

    assert asked(1) == asked(8)


def test_markup_in_a_copy_is_text(piece: Article) -> None:
    source = factories.source()
    kept(source, "<script>alert(1)</script> mehr als 5000 Menschen <img src=x>")
    factories.citation(factories.claim(piece), source, quote="mehr als 5000 Menschen")
    page = dialog(piece, factories.user("checker"))
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


@given(
    before=st.text("ab \f\n.", max_size=900),
    quote=st.text("xyz", min_size=4, max_size=40),
    after=st.text("ab \f\n.", max_size=900),
)
def test_an_excerpt_marks_the_quote_and_no_more_in_words_of_the_text(
    before: str, quote: str, after: str
) -> None:
    text = f"{before} {quote} {after}"
    excerpt = Excerpt.of(quotes.check(quote, text), text)
    assert excerpt is not None
    assert [words for words, marked in excerpt.parts if marked] == [quote]
    whole = "".join(words for words, _marked in excerpt.parts)
    assert " ".join(whole.split()) in " ".join(text.split())
    assert len(whole) <= len(quote) + 2 * 281
    assert excerpt.goes_on_before or whole.split()[0] == text.split()[0]
