"""Things that tests need, made through the services that people use."""

import io
from itertools import count
from typing import Any

import PIL.Image

from articles import pictures
from articles import services as articles
from articles.models import Article, Image, Person, Section, Tag
from claims import services as claims
from claims.models import Check, Citation, Claim
from history.acts import act
from newsroom.models import User
from newsroom.roles import sync_roles
from sources import services as sources
from sources.models import Source

_numbers = count(1)


def user(role: str = "admin", **fields: Any) -> User:
    """Return a new person with one role."""
    from django.contrib.auth.models import Group

    name = fields.pop("username", f"{role}{next(_numbers)}")
    made = User.objects.create_user(
        name, password="secret", is_staff=True, is_superuser=role == "admin", **fields
    )
    if not Group.objects.filter(name=role).exists():
        sync_roles()
    made.groups.add(Group.objects.get(name=role))
    return made


def _label(model: Any, name: str, slug: str) -> Any:
    with act(f"articles.{model._meta.model_name}.created", actor=User.objects.system()):
        return model.objects.create(
            name=name, slug=slug or f"{model._meta.model_name}-{next(_numbers)}"
        )


def section(name: str = "Politik", slug: str = "") -> Section:
    return _label(Section, name, slug)


def person(name: str = "Anna Lindner", slug: str = "") -> Person:
    return _label(Person, name, slug)


def tag(name: str = "Bahn", slug: str = "") -> Tag:
    return _label(Tag, name, slug)


BODY = (
    "<p>Mehr als 5000 Menschen kamen. Das sagte die Polizei.</p>"
    "<h2>Der Abend</h2>"
    "<p>Gegen neun Uhr war der Platz <strong>leer</strong>.</p>"
)


def article(actor: User | None = None, **fields: Any) -> Article:
    fields.setdefault("headline", "Tausende auf dem Platz")
    fields.setdefault("body", BODY)
    if "section" not in fields:
        fields["section"] = section()
    return articles.create_article(actor=actor or User.objects.system(), **fields)


def image(piece: Article, colour: str = "navy", **fields: Any) -> Image:
    """Return a picture of a piece: a square in one colour, which tells one from another."""
    out = io.BytesIO()
    PIL.Image.new("RGB", (64, 64), colour).save(out, "PNG")
    found = pictures.read(out.getvalue())
    with act("articles.article.saved", actor=User.objects.system()):
        return Image.objects.create(
            article=piece, file=pictures.keep(found.content), media_type=found.media_type,
            width=found.width, height=found.height, **fields,
        )  # fmt: skip


def source(actor: User | None = None, **fields: Any) -> Source:
    fields.setdefault("csl", {"type": "report", "title": f"Lagebericht {next(_numbers)}"})
    return sources.create_source(actor=actor or User.objects.system(), **fields)


def claim(piece: Article, words: str = "Mehr als 5000 Menschen kamen", **fields: Any) -> Claim:
    fields.setdefault("statement", words)
    fields.setdefault("marks", [("body", words)])
    return claims.create_claim(piece, actor=fields.pop("actor", User.objects.system()), **fields)


def citation(of: Claim, source_: Source | None = None, **fields: Any) -> Citation:
    actor = fields.pop("actor", User.objects.system())
    return claims.cite(of, source_ or source(), actor=actor, **fields)


def check(of: Claim, actor: User, verdict: str = "supported", **fields: Any) -> Check:
    return claims.check(of, actor=actor, verdict=verdict, **fields)


def finished(actor: User, **fields: Any) -> Article:
    """Return a piece that passes the gate: one claim, cited, checked; everything read."""
    piece = article(**fields)
    made = claim(piece)
    citation(made)
    check(made, actor)
    claims.read_sentences(piece, actor=actor)
    piece.refresh_from_db()
    return piece
