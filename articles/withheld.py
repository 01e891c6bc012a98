"""Pictures of removed pieces: their files are put where no reader's way leads, and put back."""

from collections.abc import Iterable
from functools import reduce
from operator import or_
from uuid import UUID

from django.core.files.storage import Storage
from django.db.models import Q

from . import renditions
from .evidence import mappings, string
from .models import Image, LegalBlock, Publication, image_storage, withheld_storage


def concerned() -> list[UUID]:
    """Return the pieces that are or were removed."""
    blocks = LegalBlock.objects.filter(whole=True).order_by("article")
    return list(blocks.values_list("article", flat=True).distinct())


def settle(article: UUID) -> None:
    """Put the files of a piece's pictures where its legal blocks want them.

    What a piece that is not removed shows as well stays. Done again, this goes on where it
    was cut off.
    """
    removed = LegalBlock.objects.standing().filter(whole=True).values("article")
    names = _named(
        Image.objects.filter(article=article), Publication.stored.filter(article=article)
    )
    shown = names
    if names and removed.filter(article=article).exists():
        holding = reduce(or_, (Q(document__contains=name) for name in names))
        shown = _named(
            Image.objects.filter(file__in=names).exclude(article__in=removed),
            Publication.objects.filter(holding),
        )
    for name in names:
        if name in shown:
            _move(name, withheld_storage(), image_storage())
        else:
            _move(name, image_storage(), withheld_storage())
            renditions.forget(name, withheld_storage())


def _named(images: Iterable[Image], publications: Iterable[Publication]) -> set[str]:
    """Return the names of the files that these show."""
    documents = (publication.frozen_document for publication in publications)
    shown = (image for document in documents for image in mappings(document.get("images")))
    found = {string(image.get("file")) for image in shown}
    return (found | {image.file for image in images}) - {""}


def _move(name: str, here: Storage, there: Storage) -> None:
    if not here.exists(name):
        return
    if not there.exists(name):
        with here.open(name) as file:
            there.save(name, file)
    here.delete(name)
