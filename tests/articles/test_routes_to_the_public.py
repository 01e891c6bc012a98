"""Every route to the public goes through the gate: found in the code, each tried with it shut."""

import ast
import contextlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.contrib import admin as desk_admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.test import RequestFactory
from django.utils import timezone

from articles import services
from articles.models import Article, Publication
from claims import services as claims
from newsroom.demo import loader, script
from newsroom.models import User
from tests import factories
from tests.articles.test_admin import at, desk

PUBLISHING = {"publish", "retract", "reply"}
UNCHECKED = "Ungeprüft und geheim"
# A function of the code, by its file.
Place = tuple[str, str]
_CODE = ("articles", "claims", "history", "newsroom", "sources")
_CREATING = {"create", "bulk_create", "get_or_create", "update_or_create"}


def functions() -> Iterator[tuple[Place, ast.AST]]:
    """Yield everything that stands in the code, with the function that it stands in."""

    def walk(node: ast.AST, file: str, inside: str) -> Iterator[tuple[Place, ast.AST]]:
        for child in ast.iter_child_nodes(node):
            here = inside
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                here = child.name
            yield (file, here), child
            yield from walk(child, file, here)

    for app in _CODE:
        for path in sorted((settings.BASE_DIR / app).rglob("*.py")):
            if "migrations" not in path.parts:
                file = path.relative_to(settings.BASE_DIR).as_posix()
                yield from walk(ast.parse(path.read_text()), file, "")


def places_where(found: Callable[[ast.AST], bool]) -> set[Place]:
    return {place for place, node in functions() if found(node)}


# What the code holds


def test_publications_are_written_in_one_place() -> None:
    def writes(node: ast.AST) -> bool:
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            return False
        return node.func.attr in _CREATING and "ublication" in ast.unparse(node.func.value)

    assert places_where(writes) == {("articles/services/publishing.py", "_freeze")}


def test_none_is_made_otherwise() -> None:
    def makes(node: ast.AST) -> bool:
        named = isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Publication")
        inserts = (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and "insert into articles_publication" in node.value.lower()
        )
        return named or inserts

    # There it stands for the number and the moment of one that is about to be frozen.
    assert places_where(makes) == {("articles/services/publishing.py", "reply")}


def test_whoever_freezes_a_publication_is_a_service_that_stands_here() -> None:
    def freezes(node: ast.AST) -> bool:
        return isinstance(node, ast.Name) and node.id == "_freeze"

    callers = places_where(freezes)
    assert callers == {("articles/services/publishing.py", name) for name in PUBLISHING}


def test_whoever_publishes_is_a_route_that_is_tried_here() -> None:
    def publishes(node: ast.AST) -> bool:
        if isinstance(node, ast.ImportFrom):
            of_services = (node.module or "").rpartition(".")[2] in ("services", "publishing")
            return of_services and any(one.name in PUBLISHING for one in node.names)
        if not isinstance(node, ast.Attribute) or node.attr not in PUBLISHING:
            return False
        return ast.unparse(node.value) in ("services", "articles", "articles.services")

    known = {*ROUTES, ("articles/services/__init__.py", "")}
    assert places_where(publishes) == known


def test_no_action_of_the_list_of_pieces_publishes() -> None:
    listed = desk_admin.site.get_model_admin(Article)
    request = RequestFactory().get("/")
    request.user = User(is_superuser=True, is_active=True, is_staff=True)
    # It hands pieces on; whatever calls a service that publishes is found above.
    assert set(listed.get_actions(request)) <= {"hand_on"}


# Each route, tried


def _by_command(piece: Article, actor: User) -> None:
    options = ["--as", actor.username, "--note", "Neu"]
    kind = "update" if piece.publications.exists() else "first"
    out = StringIO()
    with contextlib.suppress(SystemExit, CommandError):
        call_command("publish", piece.slug, *options, "--kind", kind, stdout=out, stderr=out)


def _by_form(piece: Article, actor: User) -> None:
    kind = "update" if piece.publications.exists() else "first"
    sent = {
        "kind": kind, "note": "Neu", "waive-read": "",
        "corrections-TOTAL_FORMS": 0, "corrections-INITIAL_FORMS": 0,
    }  # fmt: skip
    desk(actor).post(at("publish", piece), sent)


def _by_demo(piece: Article, actor: User) -> None:
    told = script.Piece(
        slug=piece.slug, language="de", section="", tags=(), bylines=(), kicker="",
        headline="", standfirst="",
    )  # fmt: skip
    replay = loader._Replay(told, {"publisher": actor})
    replay.pk = piece.pk
    kind = "update" if piece.publications.exists() else "first"
    with contextlib.suppress(services.GateClosed):
        replay._publish(script.Publish(kind=kind, note="Neu"))


def _retracting(piece: Article, actor: User) -> None:
    desk(actor).post(at("retract", piece), {"note": "Falsch"})


def _replying(piece: Article, actor: User) -> None:
    claim = piece.claims.order_by("pk").first()
    sent = {"claim": claim.pk if claim else "", "author": "E. Muster", "text": "Nein."}
    desk(actor).post(at("reply", piece), sent)


def _by_schedule(piece: Article, actor: User) -> None:
    kind = "update" if piece.publications.exists() else "first"
    at = timezone.now() + timedelta(hours=1)
    services.schedule(piece, actor=actor, at=at, kind=kind, note="Neu")
    with time_machine.travel(at + timedelta(minutes=1)):
        services.publish_due()


ROUTES: dict[Place, Callable[[Article, User], None]] = {
    ("articles/management/commands/publish.py", "handle"): _by_command,
    ("articles/services/scheduling.py", ""): _by_schedule,
    ("articles/views_publishing.py", "_publish"): _by_form,
    ("articles/views_publishing.py", "retract"): _retracting,
    ("articles/views_publishing.py", "reply"): _replying,
    ("newsroom/demo/loader.py", "_publish"): _by_demo,
}


def _restoring(piece: Article, actor: User) -> None:
    services.save_article(piece, actor=actor, kicker="Anders")
    desk(actor).post(at("restore", piece, 2), {"sure": "on"})
    services.restore(piece, revision=1, actor=actor)


def _sharing(piece: Article, actor: User) -> None:
    services.share_draft(piece, actor=actor, days=1)


def _blocking(piece: Article, actor: User) -> None:
    made = services.block(piece, actor=actor, reason="Beschluss", whole=True)
    services.unblock(made, actor=actor, reason="Aufgehoben")


def _by_service(piece: Article, actor: User) -> None:
    for kind in ("first", "developing", "update", "typo", "correction", "reply", "retraction", ""):
        corrections = [services.Wrong("a", "b")] if kind == "correction" else []
        until = timezone.now() + timedelta(hours=1) if kind == "developing" else None
        with contextlib.suppress(services.GateClosed, ValidationError):
            services.publish(
                piece, actor=actor, kind=kind, note="Neu", deadline=until, corrections=corrections
            )


# What else might be thought to publish.
BESIDE = {"service": _by_service, "restore": _restoring, "share": _sharing, "block": _blocking}
ALL = {f"{Path(file).stem}.{name}": route for (file, name), route in ROUTES.items()} | BESIDE

# Of these, those that bring the working copy out.
PUBLISHERS = (
    "publish.handle",
    "scheduling.",
    "views_publishing._publish",
    "loader._publish",
)


@pytest.fixture
def actor(db: None) -> User:
    return factories.user("admin")


def shut(piece: Article, actor: User) -> Article:
    """Return the piece, with words and a claim that nobody has read or checked."""
    piece.refresh_from_db()
    body = f"{piece.body}<p>{UNCHECKED} ist dieser Satz.</p>"
    services.save_article(piece, actor=actor, body=body)
    factories.claim(piece, UNCHECKED)
    piece.refresh_from_db()
    return piece


@pytest.mark.parametrize("route", ALL)
@pytest.mark.parametrize("published", [False, True])
def test_nothing_unchecked_gets_out(route: str, published: bool, actor: User) -> None:
    piece = factories.finished(actor) if published else factories.article(actor)
    if published:
        services.publish(piece, actor=actor)
    piece = shut(piece, actor)
    ALL[route](piece, actor)
    for publication in Publication.stored.all():
        assert UNCHECKED not in publication.document
    assert Publication.stored.exists() == published


@pytest.mark.parametrize(
    "route", ["publish.handle", "views_publishing._publish", "loader._publish"]
)
def test_each_of_them_publishes_once_the_gate_is_open(route: str, actor: User) -> None:
    piece = shut(factories.article(actor), actor)
    for claim in piece.claims.all():
        factories.check(claim, actor)
    claims.read_sentences(piece, actor=actor)
    ALL[route](piece, actor)
    assert UNCHECKED in Publication.stored.get().document


@pytest.mark.parametrize("role", ["reporter", "checker", "editor", "auditor"])
@pytest.mark.parametrize(
    "route", ["publish.handle", "views_publishing._publish", "loader._publish"]
)
def test_who_may_not_publish_does_not_by_any_of_them(route: str, role: str, actor: User) -> None:
    piece = factories.finished(actor)
    with contextlib.suppress(PermissionDenied):
        ALL[route](piece, factories.user(role))
    assert not Publication.stored.exists()
