"""The source's document: format ``source`` of django-reversion's serializers."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.core.serializers.base import DeserializationError

from history import canonical
from history.documents import Document, Format
from history.erasure import rewrite

from .models import Capture, Source

FORMAT = Format("source", schema=1)

# Columns that the document leaves out, and why.
EXCLUDED = {
    "sources_source": {"searched": "generated from what the document holds"},
    "sources_capture": {},
    "sources_extraction": dict.fromkeys(
        ("id", "capture_id", "at", "text", "sealed", "trouble"),
        "follows from the bytes, whose digest the document holds",
    ),
}


def write(pk: UUID) -> Document:
    """Return the document of one source. Two queries."""
    source = Source._base_manager.get(pk=pk)
    captures = Capture._base_manager.filter(source_id=pk).order_by("captured_at", "pk")
    return {
        "schema": FORMAT.schema,
        "type": FORMAT.type,
        "id": str(source.pk),
        "content": {
            "kind": source.kind,
            "tier": source.tier,
            "csl": source.csl,
            "description": source.description,
            "contact": source.contact,
            "notes": source.notes,
            "interests": source.interests,
            "sealed": source.sealed,
            "reliability": source.reliability,
            "terms": source.terms,
            "authorises": source.authorises,
            "origin": str(source.origin_id) if source.origin_id else None,
        },
        "record": {
            "retracted_at": canonical.stamp(source.retracted_at),
            "fall": source.fall,
            "retraction": source.retraction,
            "withdrawn": source.withdrawn,
            "captures": [
                {
                    "id": str(capture.pk),
                    "sha256": capture.sha256,
                    "media_type": capture.media_type,
                    "size": capture.size,
                    "captured_at": canonical.stamp(capture.captured_at),
                    "address": capture.address,
                    "response": capture.response,
                    "sealed": capture.sealed,
                }
                for capture in captures
            ],
        },
    }


def overwrite(document: Document) -> None:
    """Write a redacted document over the rows of its source, record included."""
    StoredSource(document).save()
    Source.objects.filter(pk=document["id"]).update(retraction=document["record"]["retraction"])
    for row in document["record"]["captures"]:
        capture = Capture.objects.get(pk=row["id"])
        if (capture.address, capture.response) != (row["address"], row["response"]):
            rewrite(capture, address=row["address"], response=row["response"])


class Serializer:
    internal_use_only = True

    def serialize(self, queryset: Any, **options: Any) -> str:
        (source,) = queryset
        self._text = FORMAT.dumps(write(source.pk))
        return self._text

    def getvalue(self) -> str:
        return self._text


class StoredSource:
    """A source as a document holds it; ``save()`` restores its content.

    The record (captures, retraction) is left as it is: it is only added to.
    """

    m2m_data = None

    def __init__(self, document: Document) -> None:
        content = document["content"]
        self.content = {**content, "origin_id": content["origin"]}
        del self.content["origin"]
        self.object = Source(pk=document["id"], **self.content)

    def save(self, save_m2m: bool = True, using: str | None = None, **kwargs: Any) -> None:
        Source._base_manager.using(using).update_or_create(pk=self.object.pk, defaults=self.content)


def Deserializer(text: str, **options: Any) -> Iterator[StoredSource]:
    try:
        yield StoredSource(FORMAT.loads(text))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DeserializationError(str(error)) from error
