import pytest
from django.urls import reverse

from articles import services as articles
from claims import services as claims
from newsroom.start import Start
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    user = factories.user("admin")
    client.force_login(user)
    return user


@pytest.fixture
def source(admin):
    return factories.source(admin, csl={"title": "Lagebericht Nord"})


def address(source) -> str:
    return reverse("admin:source_retract", args=[source.pk])


def piece(admin, source, headline: str, *others):
    made = factories.article(headline=headline)
    claim = factories.claim(made)
    for each in (source, *others):
        factories.citation(claim, each)
    factories.check(claim, admin)
    claims.read_sentences(made, actor=admin)
    made.refresh_from_db()
    return made


def sent(client, source, **fields):
    seen = client.get(address(source)).context["form"].initial["seen"]
    return client.post(
        address(source), {"seen": seen, "fall": "retracted", "why": "Frei erfunden"} | fields
    )


def test_what_rests_on_a_source_is_shown_before_it_falls_live_pages_first(client, admin, source):
    piece(admin, source, "Nur im Entwurf")
    live = piece(admin, source, "Schon erschienen", factories.source(admin))
    articles.publish(live, actor=admin)
    taken_back = piece(admin, source, "Schon zurückgezogen")
    articles.publish(taken_back, actor=admin)
    articles.retract(taken_back, actor=admin, note="Falsch.")
    page = client.get(address(source))
    fallout = page.context["fallout"]
    assert next((p.article.headline, p.live, p.bare) for p in fallout.pieces) == (
        "Schon erschienen",
        True,
        0,
    )
    assert (len(fallout.affected), fallout.bare, fallout.live) == (3, 2, 1)
    source.refresh_from_db()
    assert source.retracted_at is None
    words = page.content.decode()
    assert words.index("Schon erschienen") < words.index("Nur im Entwurf")


def test_declaring_it_acts_and_puts_the_pieces_on_the_list(client, admin, source):
    draft = piece(admin, source, "Nur im Entwurf")
    live = piece(admin, source, "Schon erschienen")
    articles.publish(live, actor=admin)
    answer = sent(client, source)
    assert answer.status_code == 302
    source.refresh_from_db()
    assert (source.fall, source.retraction) == ("retracted", "Frei erfunden")
    lists = {work.id: [p.pk for p in work.pieces] for work in Start.of(admin).lists}
    assert lists["fallen"] == [live.pk, draft.pk]
    # Once more leads to the source and changes nothing.
    assert client.get(address(source))["Location"] == reverse(
        "admin:sources_source_change", args=[source.pk]
    )


def test_nobody_decides_on_what_they_have_not_seen(client, admin, source):
    page = client.get(address(source))
    seen = page.context["form"].initial["seen"]
    piece(admin, source, "Kam dazwischen")
    answer = client.post(address(source), {"seen": seen, "fall": "retracted", "why": "Erfunden"})
    assert answer.status_code == 422
    assert "Kam dazwischen" in answer.content.decode()
    assert "Erfunden" in answer.content.decode()
    source.refresh_from_db()
    assert source.retracted_at is None
    seen = answer.context["form"].data["seen"]
    answer = client.post(address(source), {"seen": seen, "fall": "retracted", "why": "Erfunden"})
    assert answer.status_code == 302


@pytest.mark.parametrize("fields", [{"why": " "}, {"fall": ""}, {"fall": "origin"}, {"seen": ""}])
def test_bad_input_acts_on_nothing(client, source, fields):
    assert sent(client, source, **fields).status_code == 422
    source.refresh_from_db()
    assert source.retracted_at is None


def test_markup_in_a_source_is_text(client, admin):
    source = factories.source(admin, csl={"title": "<script>alert(1)</script>"})
    assert "<script>alert" not in client.get(address(source)).content.decode()


@pytest.mark.parametrize(
    ("role", "status"),
    [("reporter", 403), ("auditor", 403), ("checker", 200), ("editor", 200), ("publisher", 200)],
)
def test_who_may_declare_it(client, source, role, status):
    client.force_login(factories.user(role))
    assert client.get(address(source)).status_code == status


def test_of_a_confidential_source_nobody_learns_that_there_is_one(client, admin):
    hidden = factories.source(admin, tier="confidential", csl={"title": "Geheim"})
    client.force_login(factories.user("checker"))
    assert client.get(address(hidden)).status_code == 404
    client.logout()
    assert client.get(address(hidden)).status_code == 302


def test_the_page_asks_no_more_for_more_pieces(
    client, admin, source, django_assert_max_num_queries
):
    for number in range(6):
        piece(admin, source, f"Stück {number}")
    with django_assert_max_num_queries(14):
        client.get(address(source))


def test_of_many_pieces_the_gravest_are_shown_and_the_others_counted(
    client, admin, source, monkeypatch
):
    monkeypatch.setattr("articles.fallout.SHOWN", 2)
    for number in range(3):
        piece(admin, source, f"Entwurf {number}", factories.source(admin))
    live = piece(admin, source, "Schon erschienen")
    articles.publish(live, actor=admin)
    page = client.get(address(source))
    fallout = page.context["fallout"]
    assert [shown.article.headline for shown in fallout.pieces] == ["Schon erschienen", "Entwurf 0"]
    assert (fallout.concerned, fallout.live, fallout.more) == (4, 1, 2)
    assert "Entwurf 1" not in page.content.decode()
