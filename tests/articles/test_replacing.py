"""A whole new text in the place of one with claims: nothing dropped, nothing placed in silence."""

import io
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from articles import services
from articles.models import Article
from articles.replacing import LEAVE, WITHDRAW, again, plan
from claims.anchoring import Outcome
from claims.choices import State
from claims.standing import Evidence
from claims.text import mark, passages, read
from claims.wordings import Level
from history import revisions
from history.models import Entry
from tests import factories

from .test_admin import writing

pytestmark = pytest.mark.django_db

NEW = (
    "<h2>Vorweg</h2><p>Zuerst etwas anderes, das niemand kennt.</p>"
    "<p>Mehr als 6000 Menschen kamen. Das sagte die Polizei.</p>"
    "<p>Gegen neun Uhr war der Platz leer.</p>"
)


@pytest.fixture
def admin() -> Any:
    return factories.user("admin")


@pytest.fixture
def piece(admin) -> Article:
    return factories.article(admin)


@pytest.fixture
def claim(piece, admin) -> Any:
    claim = factories.claim(piece)
    factories.check(claim, admin)
    piece.refresh_from_db()
    return claim


@pytest.fixture
def desk(admin) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(admin)
    return client


def address(piece: Article) -> str:
    return reverse("admin:articles_article_replace", args=[piece.pk])


def stated(piece: Article) -> dict[UUID, list[str]]:
    """Return the words that a stored body marks, by claim."""
    piece.refresh_from_db()
    manuscript = read(piece.body)
    return {
        UUID(key): [manuscript.text[start:end] for start, end in runs]
        for key, runs in passages(manuscript).items()
    }


def test_a_plan_tells_old_and_new_words_and_what_a_check_is_worth(claim, piece) -> None:
    (row,) = plan(piece.body, NEW, "de").rows
    assert (row.claim, row.old) == (claim.pk, "Mehr als 5000 Menschen kamen")
    assert (row.new, row.anchor.outcome) == ("Mehr als 6000 Menschen kamen", Outcome.EDITED)
    assert row.level is Level.STATED
    assert [(d.code, d.old, d.new) for d in row.differences] == [("figure", "5000", "6000")]


def test_replacing_puts_marks_where_the_words_stand_now(claim, piece, admin) -> None:
    services.replace_text(piece, actor=admin, body=NEW)
    assert stated(piece) == {claim.pk: ["Mehr als 6000 Menschen kamen"]}
    standing = Evidence.of_claims([claim.pk]).standing(claim.pk)
    assert standing.state == State.STALE
    assert [(r.kind, r.old, r.new) for r in standing.reasons] == [("figure", "5000", "6000")]
    assert Entry.objects.of(piece).revisions().first().kind == "articles.article.text_replaced"


def test_what_is_not_found_stays_as_an_orphan(claim, piece, admin) -> None:
    made = services.replace_text(piece, actor=admin, body="<p>Ganz anderes.</p>")
    assert made.undecided == 1
    claim.refresh_from_db()
    assert not claim.withdrawn
    assert Evidence.of_claims([claim.pk]).standing(claim.pk).state == State.ORPHAN
    assert claim.passages.get().exact == "Mehr als 5000 Menschen kamen"


def test_a_person_decides_between_copies(admin) -> None:
    body = "<p>Anna kam.</p><p>Das ist belegt.</p><p>Berta ging.</p><p>Das ist belegt.</p>"
    piece = factories.article(admin, body=body)
    claim = UUID(int=7)
    services.save_article(piece, actor=admin, body=mark(body, 10, 25, str(claim)))
    piece.refresh_from_db()
    new = "<p>Ganz neu.</p><p>Das ist belegt.</p><p>Anders.</p>"
    (row,) = plan(piece.body, new, "de").rows
    assert (row.anchor.outcome, row.suggestion) == (Outcome.AMBIGUOUS, LEAVE)
    assert [candidate.words for candidate in row.candidates] == ["Das ist belegt."]
    services.replace_text(piece, actor=admin, body=new, decisions={row.key: "0"})
    assert stated(piece) == {claim: ["Das ist belegt."]}


def test_a_decision_that_nobody_was_offered_is_refused(claim, piece, admin) -> None:
    (row,) = plan(piece.body, NEW, "de").rows
    for decision in ("7", "-1", "²", "anywhere", ""):
        with pytest.raises(ValidationError):
            services.replace_text(piece, actor=admin, body=NEW, decisions={row.key: decision})
    services.replace_text(piece, actor=admin, body=NEW, decisions={row.key: LEAVE})
    assert stated(piece) == {}


def test_a_claim_that_the_new_text_does_not_state_can_be_withdrawn(claim, piece, admin) -> None:
    gone = "<p>Ganz anderes.</p>"
    (row,) = plan(piece.body, gone, "de").rows
    services.replace_text(piece, actor=admin, body=gone, decisions={row.key: WITHDRAW})
    claim.refresh_from_db()
    assert claim.withdrawn
    assert not claim.passages.exists()
    # One act, one revision.
    revision = Entry.objects.of(piece).revisions().first()
    assert revision.kind == "articles.article.text_replaced"
    assert "claims.claim.withdrawn" in revision.payload.data


def test_a_claim_that_still_stands_somewhere_is_not_withdrawn(admin) -> None:
    body = "<p>Das ist gut belegt.</p><p>Es regnete lange.</p><p>Berta ging früh.</p>"
    piece = factories.article(admin, body=body)
    claim = str(UUID(int=7))
    marked = mark(mark(body, 0, 19, claim), 38, 54, claim)
    services.save_article(piece, actor=admin, body=marked)
    piece.refresh_from_db()
    new = "<p>Das ist gut belegt.</p><p>Es regnete lange.</p>"
    rows = plan(piece.body, new, "de").rows
    assert [(row.anchor.outcome, row.withdrawable) for row in rows] == [
        (Outcome.SAME, False),
        (Outcome.GONE, False),
    ]
    with pytest.raises(ValidationError):
        services.replace_text(piece, actor=admin, body=new, decisions={rows[1].key: WITHDRAW})


def test_marks_and_scripts_that_come_along_are_taken_out(claim, piece, admin) -> None:
    foreign = factories.claim(factories.article(admin))
    body = f'<p onclick="x()">Neu <span data-claim="{foreign.pk}">hier</span><script>1</script></p>'
    services.replace_text(piece, actor=admin, body=body)
    piece.refresh_from_db()
    assert piece.body == "<p>Neu hier</p>"


def test_passages_in_plain_fields_are_found_again_at_every_save(piece, claim, admin) -> None:
    services.save_article(piece, actor=admin, headline="Mehr als Tausende auf dem alten Platz")
    other = factories.claim(
        piece, statement="Es waren viele.", marks=[("headline", "Tausende auf")]
    )
    services.save_article(piece, actor=admin, headline="Gut Tausende auf dem alten Platz")
    row = other.passages.get()
    assert (row.exact, row.start) == ("Tausende auf", 4)
    services.save_article(piece, actor=admin, headline="Tausend waren auf dem alten Platz")
    row.refresh_from_db()
    assert (row.start, row.exact) == (0, "Tausend waren auf")


def test_the_desk_shows_everything_before_it_is_done(desk, piece, claim) -> None:
    assert desk.get(address(piece)).status_code == 200
    text = (
        "## Vorweg\n\nZuerst etwas anderes.\n\nMehr als 6000 Menschen kamen. Das sagte die Polizei."
    )
    told = {"text": text, "based_on": revisions.latest_revision(piece)}
    page = desk.post(address(piece), told)
    html = page.content.decode()
    assert page.status_code == 200
    assert "<del>5000</del> → <ins>6000</ins>" in html
    assert "check again" in html
    assert "5000" in Article.objects.get(pk=piece.pk).body

    (row,) = page.context["plan"].rows
    sent = {"body": page.context["plan"].body, "based_on": told["based_on"]}
    done = desk.post(address(piece), {**sent, f"place-{row.key}": "take"})
    assert done.status_code == 302
    assert stated(piece) == {claim.pk: ["Mehr als 6000 Menschen kamen"]}
    assert "<h2>Vorweg</h2>" in piece.body


def test_a_text_that_changed_meanwhile_is_planned_anew(desk, piece, claim, admin) -> None:
    based_on = revisions.latest_revision(piece)
    services.save_article(piece, actor=admin, kicker="Neu")
    answer = desk.post(address(piece), {"body": NEW, "based_on": based_on})
    assert answer.status_code == 409
    assert answer.context["based_on"] == revisions.latest_revision(piece)
    assert "5000" in Article.objects.get(pk=piece.pk).body


@pytest.mark.parametrize("sent", [{}, {"text": "  \n"}, {"text": "\x00\x01" * 50}])
def test_no_text_is_no_replacement(desk, piece, sent: dict[str, str]) -> None:
    assert desk.post(address(piece), sent).status_code == 422


def test_who_may_not_write_may_not_replace(piece) -> None:
    reader = Client()
    reader.force_login(factories.user("checker"))
    assert reader.get(address(piece)).status_code == 403
    assert reader.post(address(piece), {"body": NEW}).status_code == 403


def test_who_may_not_change_claims_is_not_offered_to_withdraw_them(piece, claim, desk) -> None:
    body = {"body": "<p>Ganz anderes.</p>"}
    (row,) = plan(piece.body, body["body"], "de").rows
    decided = {**body, f"place-{row.key}": WITHDRAW}
    writer = factories.user("checker")
    writer.user_permissions.add(Permission.objects.get(codename="change_article"))
    other = Client(headers={"accept-language": "en"})
    other.force_login(writer)
    told = {"text": "Ganz anderes.", "based_on": ""}
    assert "withdraw the claim" not in other.post(address(piece), told).content.decode()
    assert other.post(address(piece), decided).status_code == 403
    claim.refresh_from_db()
    assert not claim.withdrawn

    assert "withdraw the claim" in desk.post(address(piece), told).content.decode()
    assert desk.post(address(piece), decided).status_code == 302
    claim.refresh_from_db()
    assert claim.withdrawn


def test_marks_that_a_client_stripped_are_put_back_if_somebody_says_so(desk, piece, claim) -> None:
    piece.refresh_from_db()
    bare = piece.body.replace(f'<span data-claim="{claim.pk}">', "").replace("</span>", "")
    made = again(piece.body, bare, "de")
    assert [row.new for row in made.rows] == ["Mehr als 5000 Menschen kamen"]
    change = reverse("admin:articles_article_change", args=[piece.pk])
    sent = writing(piece, body=bare)
    asked = desk.post(change, sent)
    assert asked.status_code == 409
    assert asked.context["found_again"]
    assert stated(piece) == {claim.pk: ["Mehr als 5000 Menschen kamen"]}

    assert desk.post(change, {**sent, "place_again": "1", "kicker": "Neu"}).status_code == 302
    assert stated(piece) == {claim.pk: ["Mehr als 5000 Menschen kamen"]}
    assert piece.kicker == "Neu"


# The command


def run(*arguments: Any) -> str:
    out = io.StringIO()
    call_command("import_article", *map(str, arguments), stdout=out)
    return out.getvalue()


@pytest.fixture
def manuscript(tmp_path: Path) -> Path:
    path = tmp_path / "neu.md"
    path.write_text("# Neu\n\nMehr als 6000 Menschen kamen. Das sagte die Polizei.\n", "utf-8")
    return path


def test_an_import_replaces_a_text_and_tells_what_became_of_its_claims(
    piece, claim, manuscript
) -> None:
    told = run(manuscript, "--replace", piece.slug)
    assert "Mehr als 5000 Menschen kamen → Mehr als 6000 Menschen kamen" in told
    assert stated(piece) == {claim.pk: ["Mehr als 6000 Menschen kamen"]}
    assert piece.headline == "Tausende auf dem Platz"


def test_an_import_that_replaces_is_one_json_object(piece, claim, manuscript) -> None:
    report = json.loads(run(manuscript, "--replace", piece.slug, "--json"))
    (row,) = report["claims"]
    assert (row["outcome"], row["level"], row["why"]) == (
        "edited",
        "stated",
        ["figure: 5000 → 6000"],
    )
    assert report["slug"] == piece.slug


def test_there_must_be_a_piece_to_replace(manuscript) -> None:
    with pytest.raises(CommandError) as caught:
        run(manuscript, "--replace", "nirgends")
    assert caught.value.returncode == 2
