"""Legal blocks: what readers must not see is on no way to them; the record keeps it."""

import ast
import json
import os
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from articles import blocking, bundle, listings, search, services
from articles.models import (
    Article,
    LegalBlock,
    LivePiece,
    Publication,
    Word,
    image_storage,
)
from articles.services import Wrong
from claims import services as claims
from history import erasure
from history.models import Entry
from history.verification import Run, verify
from newsroom.models import User
from tests import factories
from tests.articles.test_admin import at, desk
from tests.history.verifier import verifier

pytestmark = pytest.mark.django_db
NAME = "Löschmann"
WRITTEN = "L<strong>ösch</strong>mann"


@pytest.fixture
def admin() -> User:
    return factories.user("admin")


@pytest.fixture
def piece(admin: User) -> Article:
    """A piece that has been corrected, replied to and retracted from nothing; it names a name."""
    author = factories.person(f"Eva {NAME}", "eva")
    piece = factories.article(
        slug="der-wirt",
        kicker=f"Fall {NAME}".upper(),
        headline=f"Wirt {NAME} zählte mit",
        standfirst=f"Was {NAME} sagt.",
        body=f"<p>Mehr als 5000 Menschen kamen. Das sagte {WRITTEN} – <a"
        f' href="https://example.org/{NAME}">hier</a>.</p><p>Sonst niemand.</p>',
        section=factories.section("Lokales", "lokales"),
        bylines=[author],
        tags=[factories.tag("Bahn", "bahn")],
    )
    claim = factories.claim(piece, statement=f"{NAME} zählte 5000.", attribution=NAME)
    factories.citation(
        claim, factories.source(csl={"title": f"Gespräch mit {NAME}"}), quote=f"Ich, {NAME}"
    )
    factories.check(claim, admin)
    claims.read_sentences(piece, actor=admin)
    services.publish(piece, actor=admin)
    piece.refresh_from_db()
    services.save_article(piece, actor=admin, standfirst="Was der Wirt sagt.")
    claims.read_sentences(piece, actor=admin)
    services.publish(
        piece, actor=admin, kind="correction", note=f"{NAME} berichtigt",
        corrections=[Wrong(f"{NAME} war Koch.", f"{NAME} ist Wirt.")],
    )  # fmt: skip
    services.reply(piece, actor=admin, claim=claim, author=NAME, text=f"Ich, {NAME}, sah es.")
    return piece


@pytest.fixture
def other(admin: User) -> Article:
    piece = factories.finished(
        admin, slug="anderes", section=factories.section("Lokales", "lokales-2")
    )
    services.publish(piece, actor=admin)
    return piece


def block(piece: Article, admin: User, *words: str, **more: Any) -> LegalBlock:
    return services.block(piece, actor=admin, reason="LG Köln, 28 O 1/26", words=words, **more)


def illustrate(piece: Article, colour: str = "navy") -> str:
    """Give a piece a picture; return the name of its file."""
    return factories.image(piece, colour, alt="Ein Feld", credit="Haus", rights="eigenes").file


def publish_anew(piece: Article, admin: User) -> None:
    services.save_article(piece, actor=admin, kicker=f"Mit {piece.images.count()} Bildern")
    claims.read_sentences(piece, actor=admin)
    services.publish(piece, actor=admin, kind="update", note="Ein Bild")


def seen(file: str) -> bool:
    """Return whether readers get a picture, in its own size and in another."""
    answers = [Client().get(f"/media/images/{name}") for name in (file, f"{file}-64.webp")]
    (status,) = {answer.status_code for answer in answers}
    return status == 200


def _shared(piece: Article) -> str:
    return services.share_draft(piece, actor=factories.user("editor"), days=1)[0]


def arguments(piece: Article) -> dict[str, Any]:
    live = Publication.stored.filter(article=piece).order_by("-number")[0].frozen_document
    _, year, month, slug, _ = live["address"].split("/")
    return {
        "year": int(year), "month": int(month), "slug": slug, "number": 1, "language": "de",
        "moment": (timezone.now() + timedelta(minutes=2)).strftime("%Y-%m-%dT%H:%MZ"),
        "form": "atom", "old": 1, "new": 2, "token": _shared(piece),
    }  # fmt: skip


GROUPS = {"section": "lokales", "topic": "bahn", "author": "eva"}


def routes(piece: Article) -> dict[str, str]:
    """Return an address for every route of the public site, as the resolver knows them."""
    given_ = arguments(piece)
    addresses: dict[str, str] = {}
    for name in names():
        keys = parameters(name)
        chosen = {key: given_[key] for key in keys if key in given_}
        group = next((g for g in GROUPS if name.startswith(g)), None)
        if group and "slug" in keys and "year" not in keys:
            chosen["slug"] = GROUPS[group]
        if "name" in keys:
            continue  # pictures are named by their digest, and hold no words
        query = "?old=1&new=2" if name == "choose" else ""
        addresses[name] = reverse(f"articles:{name}", kwargs=chosen) + query
    return addresses


def site() -> URLResolver:
    (found,) = (
        entry
        for entry in get_resolver().url_patterns
        if isinstance(entry, URLResolver) and entry.app_name == "articles"
    )
    return found


def names() -> list[str]:
    """Return the names of all addresses of the public site. One without a name is a fault."""
    assert all(isinstance(one, URLPattern) and one.name for one in site().url_patterns)
    return [one.name for one in site().url_patterns]


def parameters(name: str) -> set[str]:
    return set(site().reverse_dict.getlist(name)[0][0][0][1])


@pytest.fixture
def served(piece: Article) -> Callable[[], dict[str, Any]]:
    def ask() -> dict[str, Any]:
        reader = Client(raise_request_exception=False)
        return {name: reader.get(address, follow=True) for name, address in routes(piece).items()}

    return ask


def leaks(answer: Any) -> bool:
    content = answer.getvalue() if answer.streaming else answer.content
    text = content.decode()
    unescaped = json.dumps(text, ensure_ascii=False) if text.startswith("{") else text
    plain = "".join(part.partition(">")[2] or part for part in unescaped.split("<"))
    return any(
        one in side.lower() for side in (text, plain) for one in ("löschmann", "l\\u00f6sch")
    )


class TestWords:
    def test_before_there_is_a_block_the_name_is_everywhere(self, piece, served):
        open_to = {name for name, answer in served().items() if leaks(answer)}
        assert {"page", "version", "at", "index", "section", "author", "corrections"} <= open_to

    def test_they_are_on_no_route_to_readers(self, piece, admin, served):
        block(piece, admin, NAME)
        answers = served()
        assert {name for name, answer in answers.items() if leaks(answer)} == set()
        assert {n for n, answer in answers.items() if answer.status_code >= 500} == set()
        page = answers["page"].content.decode()
        assert "Wirt █████████ zählte mit" in page
        assert "<strong>████</strong>" in page

    def test_they_are_on_no_version_however_many_there_are(self, piece, admin):
        block(piece, admin, NAME)
        address = routes(piece)["page"]
        for number in (1, 2, 3):
            answer = Client().get(f"{address}v/{number}/")
            assert (answer.status_code, leaks(answer)) == (200, False)

    def test_who_searches_for_them_finds_nothing(self, piece, admin):
        def total(words: str) -> int:
            found = search.search(words)
            return found.total if found else 0

        assert (total(NAME), total("Menschen")) == (1, 1)
        standing = block(piece, admin, NAME)
        assert (total(NAME), total("Menschen")) == (0, 1)
        assert not Word.objects.filter(word__contains="schmann").exists()
        block(piece, admin, whole=True)
        assert (total("Menschen"), LivePiece.objects.count()) == (0, 0)
        services.unblock(standing, actor=admin, reason="Aufgehoben")
        assert total(NAME) == 0
        assert not list(verify(Run()))

    def test_the_record_is_as_it_was_and_verifies(self, piece, admin):
        frozen = list(Publication.stored.values_list("pk", "document"))
        block(piece, admin, NAME)
        assert list(Publication.stored.values_list("pk", "document")) == frozen
        assert not list(verify(Run()))
        entry = Entry.objects.of(piece).first()
        assert entry.kind == "articles.article.blocked"
        said = json.loads(entry.payload.data)
        assert said["comment"] == "LG Köln, 28 O 1/26"
        assert NAME not in entry.payload.data

    def test_it_survives_what_is_published_later_and_freezes_nothing(self, piece, admin, served):
        block(piece, admin, NAME)
        services.save_article(piece, actor=admin, kicker=f"Neues von {NAME}")
        claims.read_sentences(piece, actor=admin)
        made = services.publish(piece, actor=admin, kind="update", note=f"Zu {NAME}")
        assert {name for name, answer in served().items() if leaks(answer)} == set()
        assert made.frozen_document["kicker"] == f"Neues von {NAME}"
        assert NAME in json.dumps(made.frozen_document["corrections"], ensure_ascii=False)

    def test_who_lifts_it_gives_all_of_it_back(self, piece, admin, served):
        served()  # who asks for a proof has a checkpoint issued, which the pages then name
        before = {n: a.content for n, a in served().items() if not a.streaming and n != "changes"}
        standing = block(piece, admin, NAME)
        lifted = services.unblock(standing, actor=admin, reason="OLG Köln, aufgehoben")
        assert lifted.lifts == standing
        after = {n: a.content for n, a in served().items() if n in before}
        # Each link to a draft says until when it holds.
        assert {n for n in before if before[n] != after[n]} <= {"changes", "changes_page", "shared"}
        with pytest.raises(ValidationError):
            services.unblock(standing, actor=admin, reason="Noch einmal")

    def test_who_is_blacked_out_has_no_list_of_pieces_any_more(self, piece, admin):
        assert Client().get("/author/eva/").status_code == 200
        block(piece, admin, NAME)
        answer = Client().get("/author/eva/")
        assert (answer.status_code, "eva" in answer.content.decode().lower()) == (404, False)
        assert "der-wirt" in Client().get("/topic/bahn/").content.decode()

    def test_a_slip_of_the_pen_is_not_taken_for_a_block(self, piece, admin):
        for words in (["Loschmann"], ["ö"], [" "], []):
            with pytest.raises(ValidationError) as caught:
                block(piece, admin, *words)
            assert set(caught.value.message_dict) == {"words"}
        with pytest.raises(ValidationError):
            block(piece, admin, NAME, whole=True)
        with pytest.raises(ValidationError):
            services.block(piece, actor=admin, reason=" ", words=[NAME])
        assert not LegalBlock.objects.exists()

    def test_it_has_a_permission_of_its_own(self, piece):
        for role in ("editor", "checker", "auditor"):
            with pytest.raises(PermissionDenied):
                block(piece, factories.user(role), NAME)
        standing = block(piece, factories.user("publisher"), NAME)
        with pytest.raises(PermissionDenied):
            services.unblock(standing, actor=factories.user("editor"), reason="Doch")

    def test_a_note_that_holds_them_is_withheld_from_the_proof(self, piece, admin, served):
        address = routes(piece)["proof_data"].replace("/v/1/", "/v/2/")
        assert leaks(Client().get(address))
        block(piece, admin, NAME)
        answer = Client().get(address)
        assert (answer.status_code, leaks(answer)) == (200, False)

    def test_a_bundle_that_is_handed_out_holds_them_nowhere_and_proves_the_rest(
        self, piece, admin, tmp_path
    ):
        standing = block(piece, admin, NAME)

        def handed_out() -> tuple[int, str]:
            path = tmp_path / "bundle.zip"
            with path.open("wb") as file:
                bundle.write(piece, file, redacted=True)
            with zipfile.ZipFile(path) as opened:
                told = "".join(map(str, opened.namelist()))
                told += "".join(opened.read(name).decode() for name in opened.namelist())
            return verifier.main([str(path)]), told

        status, told = handed_out()
        assert status == 0
        # Nor what is left of them where an excerpt was cut.
        assert not re.search("löschm|schmann", told, re.IGNORECASE)
        assert "Menschen kamen" in told
        assert "Sonst niemand" in told
        services.unblock(standing, actor=admin, reason="Aufgehoben")
        status, told = handed_out()
        assert (status, NAME in told) == (0, True)

    def test_the_sealed_copy_stays(self, piece, admin):
        block(piece, admin, NAME)
        sealed = BytesIO()
        bundle.write(piece, sealed)
        with zipfile.ZipFile(sealed) as opened:
            assert NAME in opened.read("publications/1.json").decode()

    def test_an_erasure_reaches_the_block_itself(self, piece, admin):
        block(piece, admin, NAME)
        asked = erasure.ask(actor=factories.user("publisher"), words=[NAME], reason="Antrag")
        services.erase(asked, actor=admin)
        assert LegalBlock.objects.get().words == ["█" * len(NAME)]
        assert not list(verify(Run()))


class TestRemoval:
    def test_every_route_of_the_piece_says_that_it_is_gone_and_nothing_else(
        self, piece, admin, served
    ):
        block(piece, admin, whole=True)
        answers = served()
        of_piece = {name for name in answers if "year" in parameters(name)}
        assert of_piece >= {"page", "version", "at", "proof_data", "proof_text"}
        assert {name: answers[name].status_code for name in of_piece} == dict.fromkeys(
            of_piece, 410
        )
        assert {name for name, answer in answers.items() if leaks(answer)} == set()
        assert {n for n, answer in answers.items() if answer.status_code >= 500} == set()
        assert answers["page"]["X-Robots-Tag"] == "noindex"

    def test_no_list_names_it_and_others_stay(self, piece, other, admin, served):
        block(piece, admin, whole=True)
        address = routes(piece)["page"]
        answers = served()
        for name in ("index", "feed_atom", "feed_json", "corrections", "corrections_feed_json"):
            content = answers[name].content.decode()
            assert address not in content
        assert "/anderes/" in answers["index"].content.decode()
        assert address not in [row.address for row in listings.places()]

    def test_its_pictures_go_with_it_unless_another_piece_shows_them(self, piece, other, admin):
        own = [illustrate(piece, "navy"), illustrate(piece, "red")]
        publish_anew(piece, admin)
        # One that only the record still shows, one that the other piece shows, and one that it
        # showed once, in what everybody can still read.
        piece.images.get(file=own[1]).delete()
        shared, once = illustrate(piece, "green"), illustrate(piece, "gold")
        illustrate(other, "green")
        illustrate(other, "gold")
        publish_anew(other, admin)
        other.images.get(file=once).delete()
        standing = block(piece, admin, whole=True)
        assert [seen(file) for file in own] == [False, False]
        assert [seen(file) for file in (shared, once)] == [True, True]
        assert not [name for name in image_storage().listdir("")[1] if name[:64] in own]
        services.unblock(standing, actor=admin, reason="Aufgehoben")
        assert [seen(file) for file in (*own, shared, once)] == [True] * 4

    def test_a_picture_of_two_removed_pieces_is_back_with_the_first(self, piece, other, admin):
        file = illustrate(piece)
        illustrate(other)
        for one in (piece, other):
            publish_anew(one, admin)
        blocks = [block(one, admin, whole=True) for one in (piece, other)]
        assert not seen(file)
        services.unblock(blocks[0], actor=admin, reason="Aufgehoben")
        assert seen(file)
        assert Client().get(routes(piece)["page"]).status_code == 200

    def test_no_bundle_of_it_is_handed_out(self, piece, admin):
        block(piece, admin, whole=True)
        with pytest.raises(ValidationError):
            bundle.write(piece, BytesIO(), redacted=True)
        bundle.write(piece, BytesIO())

    def test_the_slug_of_a_removed_piece_hides_nobody_who_has_it_now(self, piece, other, admin):
        block(piece, admin, whole=True)
        services.save_article(piece, actor=admin, slug="weg")
        services.save_article(other, actor=admin, slug="der-wirt", kicker="Neu")
        claims.read_sentences(other, actor=admin)
        made = services.publish(other, actor=admin, kind="update", note="Neue Adresse")
        assert Client().get(made.frozen_document["address"]).status_code == 200

    def test_the_list_of_changes_keeps_a_tombstone_and_says_when(self, piece, other, admin, rf):
        from articles import views_feeds

        def changes() -> list[dict[str, Any]]:
            return json.loads(views_feeds.changes(rf.get("/changes.json")).content)["changes"]

        before = changes()
        standing = block(piece, admin, whole=True)
        after = changes()
        assert len(after) == len(before) + 1
        assert {row["address"] for row in after if row["piece"] == str(piece.pk)} == {None}
        assert {row["document"] for row in after if row["piece"] == str(piece.pk)} == {None}
        assert [row for row in after if row["piece"] == str(other.pk)] == [
            row for row in before if row["piece"] == str(other.pk)
        ]
        assert (after[-1]["kind"], after[-1]["tombstone"]) == ("removed", True)
        services.unblock(standing, actor=admin, reason="Aufgehoben")
        assert [row["kind"] for row in changes()][-2:] == ["removed", "unblocked"]
        assert changes()[0] == before[0]
        block(piece, admin, NAME)
        assert [row["kind"] for row in changes()][-1] == "blocked"

    def test_the_house_still_works_on_it(self, piece, admin):
        block(piece, admin, whole=True)
        services.save_article(piece, actor=admin, kicker="Neu")
        claims.read_sentences(piece, actor=admin)
        client = desk(admin)
        for name in ("change", "publish", "history", "preview", "block"):
            assert client.get(at(name, piece)).status_code == 200
        assert client.get("/desk/").status_code == 200
        made = services.publish(piece, actor=admin, kind="update", note="Neu")
        assert made.number == 4
        assert Client().get(routes(piece)["page"]).status_code == 410


def fails(*args: Any, **kwargs: Any) -> None:
    raise OSError(28, os.strerror(28))


class TestFiles:
    @pytest.fixture
    def root(self, tmp_path: Path, settings: Any) -> Path:
        place = tmp_path / "baked"
        settings.NEWSROOM = settings.NEWSROOM | {"BAKED_DIR": place}
        return place

    def held(self, root: Path) -> str:
        """Everything that readers can get from files."""
        files = [path for path in root.rglob("*") if path.suffix in {".html", ".json", ".xml"}]
        return "".join(path.read_text() for path in files if not path.name.startswith("."))

    def of_piece(self, root: Path) -> list[Path]:
        return [path for path in root.rglob("index.*") if "der-wirt" in path.parts]

    def test_they_are_replaced_before_it_says_that_it_is_done(self, root, piece, admin):
        call_command("bake", stdout=StringIO())
        assert NAME in self.held(root)
        standing = block(piece, admin, NAME)
        assert "█████████" in self.held(root)
        assert NAME not in self.held(root)
        assert "der-wirt" in self.held(root)
        block(piece, admin, whole=True)
        assert not self.of_piece(root)
        assert "der-wirt" not in self.held(root)
        services.unblock(standing, actor=admin, reason="Aufgehoben")
        assert not self.of_piece(root)

    def test_what_was_baked_without_it_differs(self, root, piece, admin, monkeypatch):
        call_command("bake", stdout=StringIO())
        with monkeypatch.context() as patched:
            patched.setattr("articles.showing.replace_now", lambda article, lists: None)
            block(piece, admin, NAME)
        assert NAME in self.held(root)
        with pytest.raises(SystemExit):
            call_command("bake", "--check", stdout=StringIO())
        call_command("bake", stdout=StringIO())
        assert NAME not in self.held(root)

    def test_pictures_that_were_not_withheld_in_time_are_by_the_next_bake(
        self, root, piece, admin, monkeypatch
    ):
        file = illustrate(piece)
        with monkeypatch.context() as patched:
            patched.setattr("articles.withheld.settle", fails)
            with pytest.raises(blocking.BlockNotComplete):
                block(piece, admin, whole=True)
        assert seen(file)
        call_command("bake", stdout=StringIO())
        assert not seen(file)

    def test_a_failure_is_told_the_block_stands_and_no_old_file_does(
        self, root, piece, admin, monkeypatch
    ):
        call_command("bake", stdout=StringIO())
        monkeypatch.setattr("articles.baking._write_page", fails)
        with pytest.raises(blocking.BlockNotComplete):
            block(piece, admin, NAME)
        assert LegalBlock.objects.standing().count() == 1
        assert NAME not in self.held(root)
        page = desk(admin).post(
            at("block", piece),
            {"what": "words", "words": "Sonst niemand", "reason": "Beschluss"},
            follow=True,
        )
        assert "manage.py bake" in page.content.decode()


class TestCode:
    def test_what_makes_public_output_reads_what_is_under_the_overlay_alone(self):
        # Everything that the public site imports of this app, and what may look behind it there.
        allowed = {
            ("live.py", "frozen_document"),  # where followers are told that something is blocked
            ("live.py", "stored"),
            ("views.py", "stored"),  # whether what is not there was removed
        }
        house = {
            "models.py", "models_public.py", "public.py", "services", "blocking.py", "baking.py",
            "showing.py",
        }  # fmt: skip
        behind = {"document", "frozen_document", "stored", "publications"}
        found = {
            (path, node.attr)
            for path in public_modules() - house
            for node in ast.walk(ast.parse((APP / path).read_text()))
            # Pages of lists have publications as well, and a view is called document.
            if isinstance(node, ast.Attribute) and node.attr in behind
            and ast.unparse(node.value) not in ("page", "views")
        }  # fmt: skip
        assert found <= allowed


APP = Path(services.__file__).parent.parent


def public_modules() -> set[str]:
    """Return the files of the app that its addresses lead to, and what those import of it."""
    known: set[str] = set()
    todo = ["urls.py"]
    while todo:
        name = todo.pop()
        # The desk is no public place, and what it is made of may see everything.
        if name in known or not (APP / name).is_file() or name.startswith(("admin", "room")):
            continue
        known.add(name)
        for node in ast.walk(ast.parse((APP / name).read_text())):
            if isinstance(node, ast.ImportFrom) and node.level == 1:
                modules = [node.module] if node.module else [one.name for one in node.names]
                todo += [f"{module}.py" for module in modules]
    return known - {"urls.py"}


class TestDesk:
    def test_it_is_blocked_and_lifted_there(self, piece, admin):
        client = desk(admin)
        assert at("block", piece) in client.get(at("publish", piece)).content.decode()
        wrong = {"what": "words", "words": "Niemals", "reason": "Beschluss"}
        assert client.post(at("block", piece), wrong).status_code == 422
        sent = wrong | {"words": f"{NAME}\r\n\r\nSonst  niemand"}
        answer = client.post(at("block", piece), sent, follow=True)
        standing = LegalBlock.objects.get()
        assert standing.words == [NAME, "Sonst niemand"]
        assert NAME in answer.content.decode()
        lift = at("unblock", piece, standing.pk)
        assert client.post(lift, {"reason": ""}).status_code == 422
        assert client.post(lift, {"reason": "Aufgehoben"}).status_code == 302
        assert not LegalBlock.objects.standing().exists()
        assert "Aufgehoben" in client.get(at("block", piece)).content.decode()

    def test_an_address_that_holds_them_is_pointed_out(self, piece, admin):
        client = desk(admin)
        block(piece, admin, NAME)
        assert (
            "“der-wirt”"
            not in client.get(
                at("block", piece), headers={"accept-language": "en"}
            ).content.decode()
        )
        block(piece, admin, "Der Wirt")
        assert (
            "“der-wirt”"
            in client.get(at("block", piece), headers={"accept-language": "en"}).content.decode()
        )

    def test_others_neither_see_nor_do_it(self, piece, admin):
        standing = block(piece, admin, NAME)
        client = desk(factories.user("editor"))
        assert client.get(at("block", piece)).status_code == 403
        assert client.post(at("unblock", piece, standing.pk), {"reason": "x"}).status_code == 403
        assert at("block", piece) not in client.get(at("publish", piece)).content.decode()


class TestOverlay:
    def test_nothing_of_the_form_is_blacked_out(self):
        document = {
            "kind": "first", "type": "public", "address": "/2026/11/span/", "headline": "First",
            "body": ['<p>A <span data-claim="c1">span</span> first & <em>pub</em>lic</p>'],
            "section": {"name": "Span", "slug": "span"}, "tags": [{"name": "X", "slug": "x"}],
            "references": [{"csl": {"type": "report", "title": "Public"}}],
        }  # fmt: skip
        words = ["first", "span", "public", "report", "p", "c1"]
        seen = blocking.shown(document, [{"whole": False, "words": words}])
        assert (seen["kind"], seen["address"]) == ("first", "/2026/11/span/")
        assert seen["references"][0]["csl"]["type"] == "report"
        assert seen["section"] == {"name": "████", "slug": ""}
        assert seen["body"] == [
            '<p>A <span data-claim="c1">████</span> █████ & <em>███</em>███</p>'
        ]

    @pytest.mark.parametrize(
        "written", ["LÖSCHMANN", "Lösch\u00admann", "Lö<em>sch</em>mann", "<b>L</b>öschmann"]
    )
    def test_it_finds_them_however_they_are_written(self, written):
        seen = blocking.shown({"body": [written]}, [{"whole": False, "words": [NAME]}])
        assert not any(
            letter.isalpha() for letter in seen["body"][0].replace("em>", "").replace("b>", "")
        )

    @given(st.text(max_size=30), st.text(min_size=1, max_size=5), st.text(max_size=30))
    def test_offsets_stay_and_nothing_else_moves(self, before, word, after):
        from history import canonical

        text = canonical.text(f"{before}{word}{after}")
        seen = blocking.shown({"headline": text}, [{"whole": False, "words": [word]}])["headline"]
        assert len(seen) == len(text)
        assert all(a == b or b == "█" for a, b in zip(text, seen, strict=True))
