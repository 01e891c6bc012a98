"""References are part of what was published: set once, and never otherwise again."""

import pytest
from django.core.exceptions import ValidationError
from lxml import html as lxml_html

from articles import services
from articles.models import Article, Publication
from claims import services as claims
from history import erasure
from sources import references
from tests import factories

pytestmark = pytest.mark.django_db

CSL = {
    "type": "webpage",
    "title": "Wo die Fähre fährt",
    "author": [{"family": "Groß", "given": "Erwin"}],
    "issued": {"date-parts": [[2025, 4, 30]]},
    "accessed": {"date-parts": [[2025, 5, 2]]},
    "URL": "https://quappenau.example/faehre?a=1&b=2",
}
HOUSE = "Groß, Erwin: <b>Wo die Fähre fährt.</b> 30. April 2025."
DIN = (
    "GROSS, Erwin, 2025. <i>Wo die Fähre fährt</i> [online]. 30. April 2025 [Zugriff am: 2. Mai"
    ' 2025]. Verfügbar unter: <a href="https://quappenau.example/faehre?a=1&amp;b=2">'
    "https://quappenau.example/faehre?a=1&amp;b=2</a>"
)


@pytest.fixture
def admin():
    return factories.user("admin")


@pytest.fixture
def din(settings):
    settings.NEWSROOM = settings.NEWSROOM | {"REFERENCE_STYLES": {"de": "din-iso-690"}}


@pytest.fixture
def piece(admin) -> Article:
    piece = factories.article(slug="faehre")
    claim = factories.claim(piece)
    factories.citation(claim, factories.source(csl=CSL))
    factories.check(claim, admin)
    claims.read_sentences(piece, actor=admin)
    return Article.objects.get(pk=piece.pk)


def shown(client, address: str) -> tuple[str, list[str], str]:
    """Return the reference of a page: its words, its links, and what stands beside it."""
    page = lxml_html.fromstring(client.get(address).content)
    (entry,) = page.xpath("//ol[@class='reference-list']/li")
    (text,) = entry.xpath("span[@class='reference-list__text']")
    (meta,) = entry.xpath("span[@class='reference-list__meta']")
    links = [link for link in entry.xpath(".//a/@href") if not link.startswith("#")]
    return text.text_content(), links, " ".join(meta.text_content().split())


def test_a_publication_keeps_the_style_that_it_was_published_with(admin, piece, client, settings):
    first = services.publish(piece, actor=admin)
    assert [row["html"] for row in first.public_document["references"]] == [HOUSE]
    address = first.public_document["address"]

    settings.NEWSROOM = settings.NEWSROOM | {"REFERENCE_STYLES": {"de": "din-iso-690"}}
    words, links, beside = shown(client, address)
    assert words == "Groß, Erwin: Wo die Fähre fährt. 30. April 2025."
    assert links == [CSL["URL"]]
    assert "quappenau.example" in beside
    assert "2. Mai 2025" in beside

    services.save_article(piece, actor=admin, kicker="Verkehr")
    claims.read_sentences(piece, actor=admin)
    second = services.publish(
        Article.objects.get(pk=piece.pk), actor=admin, kind="update", note="Ergänzt"
    )
    assert [row["html"] for row in second.public_document["references"]] == [DIN]
    words, links, beside = shown(client, address)
    assert words.startswith("GROSS, Erwin, 2025. Wo die Fähre fährt [online].")
    # What the style tells is not told twice.
    assert links == [CSL["URL"]]
    assert "2. Mai 2025" not in beside
    assert shown(client, f"{address}v/1/")[0].startswith("Groß, Erwin: ")


def test_another_style_alone_is_no_reason_to_publish_again(admin, piece, settings):
    services.publish(piece, actor=admin)
    settings.NEWSROOM = settings.NEWSROOM | {"REFERENCE_STYLES": {"de": "apa"}}
    with pytest.raises(ValidationError):
        services.publish(piece, actor=admin, kind="update", note="Neu gesetzt")


def test_of_a_described_source_nothing_is_set(admin, client):
    piece = factories.article(slug="tresen")
    claim = factories.claim(piece)
    source = factories.source(tier="described", description="Wer am Tresen stand", csl=CSL)
    factories.citation(claim, source)
    factories.check(claim, admin)
    claims.read_sentences(piece, actor=admin)
    document = services.publish(Article.objects.get(pk=piece.pk), actor=admin).public_document
    assert [(row["html"], row["csl"]) for row in document["references"]] == [("", {})]
    assert shown(client, document["address"])[0] == "Wer am Tresen stand"


@pytest.mark.usefixtures("din")
def test_a_legal_block_finds_a_name_that_a_style_writes_in_capitals(admin, piece, client):
    document = services.publish(piece, actor=admin).public_document
    services.block(piece, actor=admin, reason="Beschluss", words=["Groß"])
    words = shown(client, document["address"])[0]
    assert "GROSS" not in words
    assert words.startswith("████, Erwin, 2025.")


@pytest.mark.usefixtures("din")
def test_an_erasure_finds_a_name_that_a_style_writes_in_capitals(admin, piece, client):
    document = services.publish(piece, actor=admin).public_document
    asked = erasure.ask(actor=factories.user("publisher"), words=["Groß"], reason="Antrag")
    services.erase(asked, actor=admin)
    stored = Publication.stored.get(article=piece).document
    assert "GROSS" not in stored
    assert "Groß" not in stored
    assert shown(client, document["address"])[0].startswith("████, Erwin, 2025.")


def test_a_frozen_reference_is_sanitised_on_its_way_out():
    assert references.clean('<b onclick="x">A</b><img src=x onerror=y>') == "<b>A</b>"
