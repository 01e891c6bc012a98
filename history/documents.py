"""Formats of documents: the whole of an aggregate as one canonical JSON text.

Stored documents are never rewritten. Reading one of an older schema upgrades
it in memory, step by step, through pure functions.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.serializers.base import DeserializationError

from . import canonical

Document = dict[str, Any]


@dataclass(frozen=True)
class Format:
    """One kind of document: its type, the schema that is written now, and the way up to it.

    ``upgrades[n]`` takes a document of schema ``n`` and returns one of schema
    ``n + 1``; it must not change its argument.
    """

    type: str
    schema: int
    upgrades: Mapping[int, Callable[[Document], Document]] = field(default_factory=dict)

    def dumps(self, document: Document) -> str:
        return canonical.dumps(document)

    def loads(self, text: str) -> Document:
        """Return the stored document in today's schema.

        Raises ``DeserializationError`` for text that is no such document, for
        a schema newer than this code, and for a gap in the chain of upgrades.
        """
        try:
            document = canonical.loads(text)
            if document["type"] != self.type:
                raise DeserializationError(f"a {document['type']} where a {self.type} should be")
            schema = document["schema"]
        except (ValueError, KeyError, TypeError) as error:
            raise DeserializationError(f"no {self.type} document: {error}") from error
        if schema > self.schema:
            raise DeserializationError(
                f"written by newer code: {self.type} schema {schema}, this code reads {self.schema}"
            )
        while schema < self.schema:
            if schema not in self.upgrades:
                raise DeserializationError(f"no way up from {self.type} schema {schema}")
            document = self.upgrades[schema](document)
            if document["schema"] != schema + 1:
                raise DeserializationError(
                    f"the upgrade of {self.type} schema {schema} went astray"
                )
            schema += 1
        return document
