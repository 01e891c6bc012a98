"""Readers, and a piece with versions for them."""

from typing import Any

import pytest
from django.test import Client

from articles import showing
from articles.models import Article, Publication
from history import canonical
from history.acts import act
from newsroom.models import User
from tests import factories

from .samples import first_version, full

ADDRESS = "/2025/05/die-ahlbeke-fliesst-wieder/"
SLUG = "die-ahlbeke-fliesst-wieder"


@pytest.fixture
def reader() -> Client:
    return Client(headers={"accept-language": "de"})


@pytest.fixture
def piece() -> Article:
    return factories.article(slug=SLUG)


def published(piece: Article, document: dict[str, Any], slug: str = SLUG) -> Publication:
    """Return a publication of this public document."""
    actor = User.objects.system()
    with act("articles.article.published", actor=actor):
        publication = Publication.objects.create(
            article=piece,
            number=document["number"],
            kind=document["kind"],
            note=document["note"],
            at=canonical.moment(document["published"]),
            actor=actor.pk,
            revision=1,
            slug=slug,
            document=canonical.dumps(document),
        )
        showing.show(publication)
    return publication


@pytest.fixture
def corrected(piece: Article) -> Article:
    """A piece with an erroneous first version, a second, and a corrected third."""
    published(piece, first_version())
    published(piece, full(number=2, kind="typo", corrections=[]))
    published(piece, full())
    return piece


@pytest.fixture
def thrice(piece: Article) -> Article:
    """A piece published at 16:40, again at 18:05, and corrected the next day at 9:25 (UTC)."""
    published(piece, first_version())
    second = full(number=2, kind="typo", corrections=[])
    published(piece, second | {"published": "2025-05-02T18:05:00.000000Z"})
    published(piece, full())
    return piece
