"""The page of a source at the desk: what it is, how it stands, where it is cited, what happened."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from lxml import html as lxml_html

from articles import services as articles
from articles.models import Article
from claims import services as claims
from sources import services as sources
from sources.views_admin import EVENTS_SHOWN, REPEATS_SHOWN
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def admin():
    return factories.user("admin")


@pytest.fixture
def source(admin):
    return factories.source(
        admin,
        reliability="B",
        csl={
            "type": "report",
            "title": "Lagebericht",
            "author": [{"family": "Lindner", "given": "Anna"}],
            "issued": {"date-parts": [[2024, 5]]},
        },
    )


def shown(client, source, **headers):
    address = reverse("admin:sources_source_change", args=[source.pk])
    answer = client.get(address, headers={"accept-language": "en"})
    assert answer.status_code == 200
    return lxml_html.fromstring(answer.content)


def words(page, name: str) -> str:
    (part,) = page.xpath(f"//section[contains(@class, '{name}')]")
    return " ".join(part.text_content().split())


def cite(admin, source, number: int, *, publish: bool = False) -> None:
    piece = factories.article(admin, slug=f"stueck-{source.pk}-{number}", headline=f"Nr. {number}")
    claim = factories.claim(piece)
    factories.citation(claim, source, quote="Es war voll")
    factories.check(claim, admin)
    if publish:
        claims.read_sentences(piece, actor=admin)
        articles.publish(Article.objects.get(pk=piece.pk), actor=admin)


def live_with(admin, source, number: int) -> None:
    """Let everything that the page lists grow by one."""
    cite(admin, source, number, publish=True)
    sources.capture(
        source, f"Es war voll {number}".encode(), actor=admin, media_type="text/plain", text="voll"
    )
    factories.source(admin, csl={"title": f"Abdruck {number}"}, origin=source)


def test_it_tells_at_its_top_how_the_source_stands(client, admin, source):
    agency = factories.source(admin, csl={"title": "Agentur"})
    source.origin, source.terms, source.authorises = agency, "on_record", True
    sources.save_source(source, actor=admin)
    cite(admin, source, 1, publish=True)
    cite(admin, source, 2)
    sources.capture(source, b"x", actor=admin, media_type="text/plain", text="x")
    client.force_login(admin)
    told = words(shown(client, source), "source-standing")
    for part in (
        "Lindner, Anna. Lagebericht. May 2024.",
        "B usually reliable",
        "named",
        "on the record",
        "quotes are authorised",
        "cited 2 times, in 2 pieces, 1 of them live",
        "1 copy",
        "Repeats: Agentur",
    ):
        assert part in told
    assert "Repeated by: Lindner, Lagebericht, 2024" in words(
        shown(client, agency), "source-standing"
    )


def test_its_events_stand_on_it_newest_first(client, admin, source):
    sources.save_source(source, actor=admin, identity=source.identity | {"notes": "nett"})
    sources.capture(source, b"x", actor=admin, media_type="text/plain", text="x")
    sources.withdraw_source(source, actor=admin, comment="gibt es nicht mehr")
    client.force_login(admin)
    page = shown(client, source)
    told = words(page, "source-events")
    events = ["took a source out of use", "added a copy of a source", "edited a source"]
    places = [told.index(event) for event in (*events, "added a source")]
    assert places == sorted(places)
    assert "Notes changed" in told
    assert "gibt es nicht mehr" in told
    history = reverse("admin:sources_source_history", args=[source.pk])
    assert page.xpath(f"//section[contains(@class, 'source-events')]//a[@href='{history}']")


def test_of_many_events_the_newest_stand_there_and_the_way_to_all(client, admin, source):
    for number in range(EVENTS_SHOWN + 3):
        sources.save_source(source, actor=admin, identity=source.identity | {"notes": f"{number}"})
    client.force_login(admin)
    page = shown(client, source)
    assert len(page.xpath("//li[contains(@class, 'timeline-entry')]")) == EVENTS_SHOWN
    assert "All events" in words(page, "source-events")


def test_it_costs_the_same_however_much_rests_on_it(client, admin, source):
    client.force_login(admin)
    counts = []
    for number in range(2 * REPEATS_SHOWN + 2):
        live_with(admin, source, number)
        if number in (REPEATS_SHOWN, 2 * REPEATS_SHOWN + 1):
            with CaptureQueriesContext(connection) as queries:
                page = shown(client, source)
            counts.append(len(queries))
    assert "cited 12 times, in 12 pieces, 12 of them live" in words(page, "source-standing")
    assert "and 7 more" in words(page, "source-standing")
    assert counts[0] == counts[1]
    assert counts[1] <= 18


def test_what_is_confidential_is_not_told_on_the_page_of_another_source(client, admin, source):
    hidden = factories.source(admin, tier="confidential", csl={"title": "Geheim"})
    source.origin = hidden
    sources.save_source(source, actor=admin)
    factories.source(admin, tier="confidential", csl={"title": "Auch geheim"}, origin=source)
    client.force_login(factories.user("auditor"))
    told = words(shown(client, source), "source-standing")
    assert "Repeat" not in told
    client.force_login(admin)
    told = words(shown(client, source), "source-standing")
    assert "Repeats: Confidential source" in told
    assert "Repeated by: Confidential source" in told


def test_of_a_protected_source_only_who_may_see_it_gets_the_reference(client, admin):
    source = factories.source(
        admin,
        tier="described",
        description="eine Person im Saal",
        csl={"title": "Gespräch", "author": [{"family": "Geheimrat"}]},
    )
    user = factories.user("reporter")
    client.force_login(user)
    assert "Geheimrat" not in lxml_html.tostring(shown(client, source)).decode()
    user.user_permissions.add(Permission.objects.get(codename="view_identity"))
    client.force_login(type(user).objects.get(pk=user.pk))
    page = shown(client, source)
    assert "Geheimrat" in words(page, "source-standing")
    # That they looked is the newest event.
    assert words(page, "source-events").index("looked at the identity") < words(
        page, "source-events"
    ).index("added a source")


def test_bibliographic_data_that_few_references_need_is_filled_in_too(client, admin):
    client.force_login(admin)
    sent = {
        "kind": "document", "tier": "named", "reliability": "A", "csl_type": "legal_case",
        "title": "Volkszählung", "authority": "Bundesverfassungsgericht", "genre": "Urteil",
        "number": "1 BvR 209/83", "issued": "15.12.1983", "container": "BVerfGE", "volume": "65",
        "page": "1-71", "editors": "Klein, Cora\nGroß, Dirk", "accessed": "2025-05-02",
    }  # fmt: skip
    assert client.post(reverse("admin:sources_source_add"), sent).status_code == 302
    made = type(factories.source()).objects.get(csl__title="Volkszählung")
    assert made.csl["editor"] == [
        {"family": "Klein", "given": "Cora"},
        {"family": "Groß", "given": "Dirk"},
    ]
    assert made.csl["accessed"] == {"date-parts": [[2025, 5, 2]]}
    address = reverse("admin:sources_source_change", args=[made.pk])
    page = client.get(address).content.decode()
    for value in ("1 BvR 209/83", "Bundesverfassungsgericht", "Groß, Dirk", "2025-05-02"):
        assert value in page
