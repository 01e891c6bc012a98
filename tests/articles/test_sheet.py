"""The checking sheet: numbered sentences and claims, with what supports them, to tick off."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories

pytestmark = pytest.mark.django_db


def test_every_sentence_is_numbered_and_every_claim_stands_at_its_sentence() -> None:
    piece = factories.article()
    claim = factories.claim(piece, statement="Es waren mehr als 5000.")
    factories.citation(
        claim, factories.source(csl={"title": "Lagebericht"}), quote="5.100 Personen"
    )
    client = Client()
    client.force_login(factories.user("checker"))
    page = client.get(reverse("admin:articles_article_sheet", args=[piece.pk]))
    lines = page.context["lines"]
    assert [line.number for line in lines] == [1, 2, 3, 4, 5]
    assert [len(line.cards) for line in lines] == [0, 1, 0, 0, 0]
    html = page.content.decode()
    assert "5.100 Personen" in html
    # A box for each sentence, each claim and each source.
    assert len(re.findall("check-sheet__box", html)) == 5 + 1 + 1


def test_the_words_of_confidential_sources_are_not_printed() -> None:
    piece = factories.article()
    source = factories.source(tier="confidential", csl={"title": "Geheim"})
    factories.citation(factories.claim(piece), source, quote="unter uns gesagt")
    client = Client()
    client.force_login(factories.user("admin"))
    html = client.get(reverse("admin:articles_article_sheet", args=[piece.pk])).content.decode()
    assert "unter uns gesagt" not in html
    assert "Geheim" not in html


def test_it_costs_the_same_for_few_and_many(django_assert_max_num_queries) -> None:
    piece = factories.article(
        body="".join(f"<p>Im Jahr {n} kamen {n}.</p>" for n in range(1900, 1930))
    )
    for number in range(1900, 1930, 3):
        factories.citation(factories.claim(piece, f"Im Jahr {number} kamen"))
    client = Client()
    client.force_login(factories.user("checker"))
    with django_assert_max_num_queries(18):
        client.get(reverse("admin:articles_article_sheet", args=[piece.pk]))
