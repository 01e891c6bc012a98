"""Erasing words from pieces: what follows from the words beyond the words themselves.

Passages hold cut-outs of the text, readings hold digests of its sentences, and
checks hold the passages' words. All of these are made anew from the redacted
text, so that nothing is left from which the words could be guessed.
"""

from copy import deepcopy
from typing import Any

from django.db import transaction

from claims import sentences as rule
from claims.models import Check, Citation, Claim, CommentSought, Reading
from claims.places import plain
from claims.text import Manuscript, read, selector
from history import canonical
from history.aggregates import Aggregate
from history.erasure import Traces, digest_of, rewrite
from history.redaction import Redactor, redact, redact_edges, redact_text
from sources.choices import Tier
from sources.keys import key_store
from sources.models import Capture, Source, capture_storage

from . import live
from .blocking import unset
from .models import (
    Article,
    Comment,
    Correction,
    LegalBlock,
    Plan,
    Publication,
    ReaderReport,
    Reply,
    WorkingDraft,
)
from .piece import StoredPiece

_PLAIN = ("kicker", "headline", "standfirst")


class PieceRedactor(Redactor):
    """Redacts all documents of one piece; learns from them which cut-outs and digests change."""

    def __init__(self, words: Any) -> None:
        super().__init__(words)
        self.passages: dict[str, str] = {}
        self.digests: dict[str, str] = {}

    def learn(self, document: Any) -> None:
        content = document["content"]
        texts = [content[name] for name in _PLAIN]
        texts += [image["caption"] for image in content["images"]]
        for manuscript in [*map(plain, texts), read("".join(content["body"]))]:
            self._sentences(manuscript)
        redacted = self._content(content)
        claims = zip(content["claims"], redacted["claims"], strict=True)
        for old, new in claims:
            for before, after in zip(old["passages"], new["passages"], strict=True):
                if before["exact"] != after["exact"]:
                    self.passages[before["exact"]] = after["exact"]

    def _sentences(self, manuscript: Manuscript) -> None:
        for sentence in rule.sentences(manuscript):
            redacted = redact_text(sentence.text, self.patterns)
            if redacted != sentence.text:
                self.digests[rule.digest(sentence.text)] = rule.digest(redacted)

    def apply(self, document: Any) -> Any:
        document = {**document, "content": self._content(document["content"])}
        record = redact(document["record"], self.patterns)
        for check in record["checks"]:
            for passage in check["snapshot"]["passages"]:
                passage["exact"] = self.passages.get(passage["exact"], passage["exact"])
                # Cut at the passage's edges, as its own words are.
                passage["around"] = {
                    name: redact_edges(words, self.words)
                    for name, words in passage.get("around", {}).items()
                }
        for reading in record["readings"]:
            for sentence in reading["sentences"]:
                sentence["digest"] = self.digests.get(sentence["digest"], sentence["digest"])
        for claim in record["withdrawn"]:
            self._cut_edges(claim)
        return {**document, "record": record}

    def _content(self, content: Any) -> Any:
        content = redact(deepcopy(content), self.patterns)
        texts = {(name, None): content[name] for name in _PLAIN}
        texts |= {("caption", image["id"]): image["caption"] for image in content["images"]}
        texts["body", None] = read("".join(content["body"])).text
        for claim in content["claims"]:
            for passage in claim["passages"]:
                text = texts.get((passage["field"], passage["image"]))
                start = passage["start"]
                if text is not None and start is not None:
                    end = start + len(passage["exact"])
                    passage["exact"], passage["prefix"], passage["suffix"] = selector(
                        text, start, end
                    )
            self._cut_edges(claim)
        return content

    def _cut_edges(self, claim: Any) -> None:
        for passage in claim["passages"]:
            if passage["start"] is None:
                for name in ("exact", "prefix", "suffix"):
                    passage[name] = redact_edges(passage[name], self.words)


def overwrite_piece(document: Any) -> None:
    """Write a redacted document over the rows of its piece, record included."""
    StoredPiece(document).save()
    for row in document["record"]["withdrawn"]:
        Claim.objects.filter(pk=row["id"]).update(
            statement=row["statement"], attribution=row["attribution"]
        )
        for citation in row["citations"]:
            Citation.objects.filter(pk=citation["id"]).update(
                **{name: citation[name] for name in Citation.SEALED}
            )
    for row in document["record"]["comments_sought"]:
        CommentSought.objects.filter(pk=row["id"]).update(whom=row["whom"], answer=row["answer"])
    for row in document["record"]["checks"]:
        check = Check.objects.get(pk=row["id"])
        if (check.note, check.snapshot) != (row["note"], row["snapshot"]):
            rewrite(check, note=row["note"], snapshot=row["snapshot"])
    for row in document["record"]["readings"]:
        reading = Reading.objects.get(pk=row["id"])
        if reading.sentences != row["sentences"]:
            rewrite(reading, sentences=row["sentences"])


def beyond_documents(aggregate: Aggregate, key: Any, redactor: Redactor, traces: Traces) -> None:
    """Erase what stands beside the documents: publications, and captures that hold the words."""
    if aggregate.model is Article:
        _publications(key, redactor, traces)
        _reports(key, redactor, traces)
        _plans(key, redactor)
        _drafts(key, redactor, traces)
        _comments(key, redactor, traces)
    elif aggregate.model is Source:
        _captures(key, redactor, traces)
        _contact(key, redactor, traces)


def _publications(key: Any, redactor: Redactor, traces: Traces) -> None:
    _published(key, redactor, traces)
    if traces.others.get("publications"):
        live.renew(key)
        live.forget_words()


def _published(key: Any, redactor: Redactor, traces: Traces) -> None:
    for row in Publication.stored.filter(article_id=key):
        redacted_document = redact(row.frozen_document, redactor.patterns)
        unset(redacted_document, row.frozen_document)
        document = canonical.dumps(redacted_document)
        note = redact_text(row.note, redactor.patterns)
        waivers = redact(row.waivers, redactor.patterns)
        if (document, note, waivers) != (row.document, row.note, row.waivers):
            rewrite(row, document=document, note=note, waivers=waivers)
            traces.others.setdefault("publications", {})[str(row.pk)] = digest_of(document)
    for row in Correction.objects.filter(publication__article_id=key):
        said = {"wrong": row.wrong, "right": row.right}
        redacted = redact(said, redactor.patterns)
        if redacted != said:
            rewrite(row, **redacted)
    for block in LegalBlock.objects.filter(article_id=key):
        said = {"reason": block.reason, "words": block.words}
        redacted = redact(said, redactor.patterns)
        if redacted != said:
            rewrite(block, **redacted)
    for reply in Reply.objects.filter(publication__article_id=key):
        said = {"author": reply.author, "text": reply.text, "words": reply.words}
        redacted = redact(said, redactor.patterns)
        if redacted != said:
            rewrite(reply, **redacted)


def _reports(key: Any, redactor: Redactor, traces: Traces) -> None:
    """What readers wrote is in no document and no entry; an address that holds the words goes."""
    for report in ReaderReport.objects.filter(publication__article_id=key):
        said = {name: getattr(report, name) for name in ("text", "passage", "note")}
        redacted = redact(said, redactor.patterns)
        if redact_text(report.contact, redactor.patterns) != report.contact:
            redacted["contact"] = ""
        if any(getattr(report, name) != words for name, words in redacted.items()):
            ReaderReport.objects.filter(pk=report.pk).update(**redacted)
            traces.others.setdefault("reports", {})[str(report.pk)] = "redacted"


def _plans(key: Any, redactor: Redactor) -> None:
    for row in Plan.objects.filter(article_id=key):
        said = {"note": row.note, "corrections": row.corrections, "reasons": row.reasons}
        redacted = redact(said, redactor.patterns)
        if redacted != said:
            Plan.objects.filter(pk=row.pk).update(**redacted)


def _drafts(key: Any, redactor: Redactor, traces: Traces) -> None:
    """Black the words out in what people are writing and have not saved."""
    for row in WorkingDraft.objects.filter(article_id=key):
        said = {"texts": row.texts, "properties": row.properties}
        redacted = redact(said, redactor.patterns)
        if redacted != said:
            WorkingDraft.objects.filter(pk=row.pk).update(**redacted)
            traces.others["drafts"] = {"rows": "redacted"}


def _comments(key: Any, redactor: Redactor, traces: Traces) -> None:
    for row in Comment.objects.filter(article_id=key):
        said = {name: getattr(row, name) for name in ("text", "exact", "prefix", "suffix")}
        redacted = redact(said, redactor.patterns)
        for name in ("prefix", "suffix"):
            redacted[name] = redact_edges(redacted[name], redactor.words)
        if redacted != said:
            Comment.objects.filter(pk=row.pk).update(**redacted)
            traces.others["comments"] = {"rows": "redacted"}


def _contact(key: Any, redactor: Redactor, traces: Traces) -> None:
    """Make a named source's contact unreadable if it holds the words: it is sealed by itself."""
    source = Source.objects.get(pk=key)
    if (
        source.tier == Tier.NAMED
        and redact_text(told := source.known_contact, redactor.patterns) != told
    ):
        transaction.on_commit(lambda: key_store().destroy(source.pk))
        traces.others["contact"] = {str(source.pk): "destroyed"}


def _captures(key: Any, redactor: Redactor, traces: Traces) -> None:
    """A copy cannot be redacted and stay a copy: one that holds the words goes, its hash stays."""
    for row in Capture.objects.filter(source_id=key):
        texts = list(row.extractions.all())
        response = canonical.dumps(row.response)
        said = "".join([*(one.text for one in texts), row.address, response])
        if redact_text(said, redactor.patterns) != said:
            for one in texts:
                rewrite(one, text="")
            rewrite(
                row,
                address=redact_text(row.address, redactor.patterns),
                response=redact(row.response, redactor.patterns),
            )
            if not Capture.objects.filter(sha256=row.sha256).exclude(pk=row.pk).exists():
                capture_storage().delete(row.name)
            traces.others.setdefault("captures", {})[str(row.pk)] = "removed"
