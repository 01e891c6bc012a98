"""A newsroom in which everything that must stay inside holds a word that occurs nowhere else.

`World()` makes it through the services that people use, and through the desk where a file comes in.
`World.planted` says which word stands in which field; what a token is called is its place.
"""

import io
from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image as Picture

from articles import drafts
from articles import services as articles
from articles.forms import ImageForm
from articles.models import Article, Comment, Image, Publication
from claims import services as claims
from claims.models import Claim, Lexeme
from history import erasure
from history.acts import act
from newsroom.models import User
from sources import services as sources
from sources.choices import Outcome, Tier
from sources.models import Lookup, Watch
from tests import factories

BODY = (
    "<p>Mehr als 5000 Menschen kamen. Das sagte die Polizei.</p>"
    "<h2>Der Abend</h2>"
    "<p>Gegen neun Uhr war der Platz <strong>leer</strong>. Der Wirt zählte 300 Gäste."
    " Einer soll geweint haben.</p>"
    '<ul><li><p>Die <a href="https://example.org/">Stadt</a> schweigt</p></li></ul>'
    "<blockquote><p>„Ein guter Abend“, sagt eine Frau.</p></blockquote>"
)


class World:
    def __init__(self) -> None:
        #: The word that stands in a field, by the field's name.
        self.planted: dict[str, str] = {}
        self._people()
        self._sources()
        self.live = self._live_piece()
        self.retracted = self._retracted_piece()
        self.english = self._english_piece()
        self.blocked = self._blocked_piece()
        self.draft = self._drafts()
        self._work_goes_on()
        self.reports = self._reports()
        self._erasure()
        token, _until = articles.share_draft(self.live, actor=self.publisher, days=1)
        self.token = token

    def plant(self, place: str) -> str:
        """Return a word of its own for a field, a file name or another place."""
        word = "kanarie" + sha256(place.encode()).hexdigest()[:10]
        self.planted[place] = word
        return word

    # Who is there

    def _people(self) -> None:
        self.publisher = factories.user("admin", first_name="Ida", last_name="Sommerfeld")
        self.checker = factories.user(
            "checker",
            username=self.plant("newsroom.User.username"),
            first_name=self.plant("newsroom.User.first_name"),
            last_name=self.plant("newsroom.User.last_name"),
            email=f"{self.plant('newsroom.User.email')}@example.org",
        )
        self.other = factories.user("publisher")
        # Names that no publication names.
        for label in ("section", "tag", "person"):
            place = f"articles.{label.capitalize()}"
            made = getattr(factories, label)
            made(self.plant(f"{place}.name"), slug=self.plant(f"{place}.slug"))

    def _sources(self) -> None:
        def told(tier: str) -> dict[str, Any]:
            place = f"sources.Source.sealed: {tier}"
            return {
                "csl": {
                    "type": "interview",
                    "title": self.plant(f"{place}, title"),
                    "author": [{"family": self.plant(f"{place}, author")}],
                    "URL": f"https://{self.plant(f'{place}, address')}.example/",
                },
                "contact": self.plant(f"{place}, contact"),
                "notes": self.plant(f"{place}, notes"),
                "interests": self.plant(f"{place}, interests"),
            }

        self.named = factories.source(
            csl={
                "type": "report",
                "title": "Lagebericht",
                "author": [{"family": "Lindner", "given": "Anna"}],
                "issued": {"date-parts": [[2026, 11, 2]]},
                "accessed": {"date-parts": [[2026, 11, 3]]},
                "URL": "https://example.org/lage",
                **{
                    name: self.plant(f"sources.Source.csl: {name}")
                    for name in ("note", "annote", "keyword", "status", "custom")
                },
            },
            contact=self.plant("sources.Source.contact"),
            notes=self.plant("sources.Source.notes"),
            interests=self.plant("sources.Source.interests"),
        )
        self.second = factories.source(csl={"type": "book", "title": "Der Platz"})
        self.described = factories.source(
            tier=Tier.DESCRIBED, description="Wer am Tresen stand", **told("described")
        )
        self.confidential = factories.source(tier=Tier.CONFIDENTIAL, **told("confidential"))
        self.unused = factories.source(
            tier=Tier.DESCRIBED,
            description=self.plant("sources.Source.description"),
            csl={"title": "Nie zitiert"},
        )
        self.captures = {
            tier: self._capture(tier) for tier in ("named", "described", "confidential")
        }
        sources.keep_text(
            self.captures["named"],
            "",
            actor=self.publisher,
            trouble=self.plant("sources.Extraction.trouble"),
        )
        Watch.objects.create(
            source=self.named,
            at=timezone.now(),
            next_at=timezone.now(),
            outcome=Outcome.MOVED,
            address=f"https://{self.plant('sources.Watch.address')}.example/",
        )
        Lookup.objects.create(
            user=self.publisher,
            asked=self.plant("sources.Lookup.asked"),
            found={"title": self.plant("sources.Lookup.found")},
        )
        Lexeme.objects.create(word=self.plant("claims.Lexeme.word"), found=1)

    def _capture(self, tier: str) -> Any:
        sealed = tier != "named"

        def word(column: str, model: str = "Capture") -> str:
            told = f"sealed: {column}, {tier}" if sealed else column
            return self.plant(f"sources.{model}.{told}")

        return sources.capture(
            getattr(self, tier),
            self.plant(f"sources.Capture: bytes, {tier}").encode(),
            actor=self.publisher,
            media_type="text/plain",
            text=f"{word('text', 'Extraction')}: 5000 waren da, und dreihundert beim Wirt.",
            address=f"https://{word('address')}.example/",
            response={"status": 200, "headers": [["Server", word("response")]]},
        )

    # What is published

    def _claim(
        self, piece: Article, words: str, *citations: dict[str, Any], **fields: Any
    ) -> Claim:
        made = factories.claim(piece, words, actor=self.publisher, **fields)
        for cited in citations:
            claims.cite(made, actor=self.publisher, **cited)
        return made

    def _live_piece(self) -> Article:
        anna, ruth = (factories.person(name) for name in ("Anna Lindner", "Ruth Kaldenhoff"))
        feste = factories.tag("Feste", "feste")
        piece = factories.article(
            slug="tausende-auf-dem-platz",
            kicker="Volksfest",
            headline="Tausende auf dem Platz",
            standfirst="Wie viele kamen, und was der Wirt sagt.",
            body=BODY,
            section=factories.section("Lokales", "lokales"),
            tags=[feste, factories.tag("Einst", "einst")],
            bylines=[anna, ruth],
        )
        self._picture(piece)
        note = "claims.Citation.note"
        first = self._claim(
            piece,
            "Mehr als 5000 Menschen kamen",
            {
                "source": self.named,
                "quote": "5000 waren da",
                "locator": "S. 3",
                "capture": self.captures["named"],
                "note": self.plant(note),
            },
            {"source": self.second, "stance": "contradicts", "locator": "Kapitel 2"},
            {
                "source": self.confidential,
                "capture": self.captures["confidential"],
                **{
                    name: self.plant(f"claims.Citation.sealed: {name}, beside others")
                    for name in ("quote", "translation", "locator", "note")
                },
            },
            attribution="die Polizei",
        )
        second = self._claim(
            piece,
            "Der Wirt zählte 300 Gäste",
            {
                "source": self.described,
                "quote": "dreihundert",
                "note": self.plant(f"{note}: of a described source"),
                "capture": self.captures["described"],
            },
        )
        hidden = self._claim(
            piece,
            "Einer soll geweint haben",
            {
                "source": self.named,
                "tier": Tier.CONFIDENTIAL,
                **{
                    name: self.plant(f"claims.Citation.sealed: {name}")
                    for name in ("quote", "translation", "locator", "note")
                },
            },
            statement=self.plant("claims.Claim.statement"),
            attribution=self.plant("claims.Claim.attribution"),
        )
        resting = self._claim(piece, "Das sagte die Polizei", rests_on=[first])
        for one in (first, second, hidden, resting):
            claims.check(
                one,
                actor=self.checker,
                verdict="disputed" if one == second else "supported",
                confirmed=True,
                note=self.plant("claims.Check.note"),
            )
        claims.seek_comment(
            second,
            actor=self.publisher,
            whom=self.plant("claims.CommentSought.whom"),
            at=timezone.now() - timedelta(hours=1),
            answer=self.plant("claims.CommentSought.answer"),
        )
        articles.publish(
            self._read(piece),
            actor=self.publisher,
            waivers={
                rule: self.plant(f"articles.Publication.waivers: {rule}")
                for rule in ("read", "checked")
            },
        )
        piece.refresh_from_db()
        moved = piece.body.replace("300 Gäste", "360 Gäste") + "<p>Das Wetter blieb gut.</p>"
        articles.save_article(
            piece,
            actor=self.publisher,
            body=moved,
            tags=[feste],
            comment=self.plant("history.Payload.data: comment"),
        )
        claims.check(second, actor=self.checker, verdict="supported")
        articles.publish(
            self._read(piece),
            actor=self.publisher,
            kind="correction",
            note="Zahl berichtigt",
            corrections=[articles.Wrong("Der Wirt zählte 300 Gäste.", "Es waren 360.")],
        )
        articles.reply(
            piece, actor=self.publisher, claim=first, author="Erika Muster", text="Es waren 3000."
        )
        return Article.objects.get(pk=piece.pk)

    def _read(self, piece: Article) -> Article:
        claims.read_sentences(piece, actor=self.checker)
        return Article.objects.get(pk=piece.pk)

    def _picture(self, piece: Article) -> None:
        exif = Picture.Exif()
        exif[0x010E] = self.plant("a picture's description")
        exif[0x013B] = self.plant("a picture's artist")
        out = io.BytesIO()
        Picture.new("RGB", (1600, 900), "#46536b").save(
            out,
            format="JPEG",
            exif=exif.tobytes(),
            comment=self.plant("a picture's comment").encode(),
        )
        name = self.plant("the name of an uploaded file")
        form = ImageForm(
            {
                "caption": "Der Platz am Abend",
                "credit": "Foto: Mira Holt",
                "alt": "Ein Platz voller Menschen",
                "rights": self.plant("articles.Image.rights"),
                "position": "0",
            },
            {"upload": SimpleUploadedFile(f"{name}.jpg", out.getvalue(), "image/jpeg")},
            instance=Image(article=piece),
        )
        assert form.is_valid(), form.errors
        with act("articles.article.saved", actor=self.publisher):
            form.save()

    def _retracted_piece(self) -> Article:
        piece = factories.finished(
            self.publisher,
            slug="zurueckgezogen",
            headline="Das stimmte nicht",
            section=factories.section("Vermischtes", "vermischtes"),
        )
        articles.publish(piece, actor=self.publisher)
        articles.retract(
            piece,
            actor=self.publisher,
            note="Wir hatten uns geirrt.",
            reason=self.plant("history.Payload.data: reason of a retraction"),
        )
        return piece

    def _english_piece(self) -> Article:
        piece = factories.finished(
            self.publisher, slug="in-the-square", headline="Thousands came", language="en"
        )
        articles.publish(piece, actor=self.publisher)
        return piece

    def _blocked_piece(self) -> Article:
        """A piece of which a court has forbidden some words, which earlier versions had."""
        words = self.plant("articles.LegalBlock.words")
        piece = factories.finished(
            self.publisher,
            slug="verboten",
            headline="Was nicht gesagt werden darf",
            body=f"<p>Mehr als 5000 Menschen kamen. Einer hieß {words}.</p>",
        )
        articles.publish(piece, actor=self.publisher)
        articles.save_article(piece, actor=self.publisher, kicker="Gericht")
        articles.publish(self._read(piece), actor=self.publisher, kind="update", note="Neu")
        articles.block(
            piece,
            actor=self.publisher,
            words=[words],
            reason=self.plant("articles.LegalBlock.reason"),
        )
        return piece

    # What is not

    def _drafts(self) -> Article:
        def words(of: str) -> dict[str, str]:
            place = "articles.Article"
            told = {
                name: self.plant(f"{place}.{name}: {of}")
                for name in ("headline", "kicker", "standfirst", "slug")
            }
            return told | {"body": f"<p>{self.plant(f'{place}.body: {of}')}</p>"}

        draft = factories.article(**words("draft"), bylines=[factories.person("Ruth Kaldenhoff")])
        with act("articles.article.saved", actor=self.publisher):
            draft.bylines.update(role=self.plant("articles.Byline.role"))
        claim = factories.claim(
            draft,
            Article.objects.get(pk=draft.pk).body.removeprefix("<p>").removesuffix("</p>"),
            statement=self.plant("claims.Claim.statement: of a draft"),
        )
        factories.citation(
            claim,
            self.named,
            quote=self.plant("claims.Citation.quote"),
            translation=self.plant("claims.Citation.translation"),
            locator=self.plant("claims.Citation.locator"),
        )
        with act("articles.article.saved", actor=self.publisher):
            Image.objects.create(
                article=draft,
                file="f" * 64,
                media_type="image/jpeg",
                width=2,
                height=1,
                **{
                    name: self.plant(f"articles.Image.{name}")
                    for name in ("caption", "credit", "alt")
                },
            )
        embargo = timezone.now() + timedelta(days=3)
        factories.article(**words("embargoed"), embargo=embargo)
        Comment.objects.create(
            article=draft,
            author=self.publisher,
            **{
                name: self.plant(f"articles.Comment.{name}")
                for name in ("text", "about", "exact", "prefix", "suffix")
            },
        )
        drafts.keep(
            draft.pk,
            user=self.publisher,
            based_on=1,
            texts={"headline": self.plant("articles.WorkingDraft.texts")},
            properties={"slug": [self.plant("articles.WorkingDraft.properties")]},
        )
        shelved = factories.article(**words("shelved"))
        articles.shelve(
            shelved, actor=self.publisher, comment=self.plant("history.Payload.data: handing on")
        )
        return draft

    def _work_goes_on(self) -> None:
        """The working copy of a published piece is ahead of it."""
        piece = Article.objects.get(pk=self.live.pk)
        new = self.plant("articles.Article.body: working copy")
        articles.save_article(
            piece,
            actor=self.publisher,
            body=piece.body + f"<p>{new}</p>",
            kicker=self.plant("articles.Article.kicker: working copy"),
        )
        gone = factories.claim(
            piece, new, statement=self.plant("claims.Claim.statement: withdrawn")
        )
        claims.withdraw_claim(
            gone, actor=self.publisher, comment=self.plant("history.Payload.data: withdrawal")
        )
        claims.retract_source(
            self.second, actor=self.publisher, why=self.plant("sources.Source.retraction")
        )

        articles.schedule(
            piece,
            actor=self.publisher,
            at=timezone.now() + timedelta(days=2),
            kind="correction",
            note=self.plant("articles.Plan.note"),
            corrections=[
                articles.Wrong(
                    self.plant("articles.Plan.corrections: wrong"),
                    self.plant("articles.Plan.corrections: right"),
                    timezone.now(),
                )
            ],
        )

    def _reports(self) -> list[Any]:
        publication = self.live.publications.latest("number")
        place = "articles.ReaderReport"
        report = articles.report_error(
            publication,
            actor=User.objects.system(),
            text=self.plant(f"{place}.text"),
            passage=self.plant(f"{place}.passage"),
            contact=f"{self.plant(f'{place}.contact')}@example.org",
        )
        settled = articles.settle_report(
            report, actor=self.publisher, state="dismissed", note=self.plant(f"{place}.note")
        )
        return [settled]

    def _erasure(self) -> None:
        erasure.ask(
            actor=self.other,
            words=[self.plant("history.Erasure.words")],
            reason=self.plant("history.Erasure.reason"),
        )

    # Where it stands

    @property
    def published(self) -> list[Article]:
        return [self.live, self.retracted, self.english, self.blocked]

    @property
    def address(self) -> str:
        return self.address_of(self.live)

    @staticmethod
    def address_of(piece: Article) -> str:
        live = Publication.objects.filter(article=piece).latest("number")
        return str(live.public_document["address"])

    def values(self) -> dict[str, list[Any]]:
        """Return what stands for each parameter of a public address."""
        pieces = [self.address_of(one) for one in self.published]
        now = timezone.now()
        files = [name for name in Image.objects.values_list("file", flat=True) if name != "f" * 64]
        return {
            "piece": [address.strip("/").split("/") for address in pieces],
            "number": [1, 2, 3],
            "old": [1, 2],
            "new": [2, 3],
            "moment": ["2001-01-01T12:00Z", f"{now:%Y-%m-%dT%H:%M:%SZ}", "2099-01-01T12:00Z"],
            "token": [self.token],
            "name": files,
            "language": ["de", "en"],
            "section": ["lokales", "vermischtes", "nie-gesehen"],
            "topic": ["feste", "einst"],
            "author": ["anna-lindner"],
            "form": ["atom", "json"],
        }


def reader() -> Client:
    """Return somebody without an account, who gets error pages as readers do."""
    return Client(raise_request_exception=False, headers={"accept-language": "de"})
