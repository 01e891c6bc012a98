"""A piece with a long history: every page about its past costs what a short one costs."""

import os
import random
import time
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from reversion.models import Revision, Version

from articles.compare import compare
from articles.models import Article, Section
from articles.services import create_article
from history import canonical, ledger, revisions
from history.acts import act
from history.models import Entry

from .measure import Table, queries

REVISIONS = int(os.environ.get("BENCH_REVISIONS", "10000"))
# Texts of few words would have every turn of phrase in common with all that was ever deleted.
VOCABULARY = 6_000
_SYLLABLES = "an be da ein ge hal ig ka len mo ner os pur que rat sel tum ung ver wie zen"


def vocabulary() -> tuple[list[str], list[float]]:
    """Return words and how often each is used, the second of them half as often as the first."""
    source, syllables = random.Random(1), _SYLLABLES.split()
    words = {"".join(source.choices(syllables, k=1 + n % 4)): n for n in range(3 * VOCABULARY)}
    chosen = list(words)[:VOCABULARY]
    return chosen, [1 / (rank + 1) for rank in range(len(chosen))]


WORDS, USES = vocabulary()


def run() -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    reader = get_user_model().objects.create_superuser(f"bench-{uuid4()}", password=None)
    client = Client()
    client.force_login(reader)
    short, long = piece(reader, 40), piece(reader, REVISIONS)
    table = Table(f"A piece with {REVISIONS:,} revisions, beside one with 40")
    pages = {
        "history": "history/",
        "revision 20": "history/20/",
        "compare 20 with 21": "history/compare/?old=20&new=21",
        "as of a moment": f"at/{timezone.now():%Y-%m-%dT%H:%M:%SZ}/",
        "blame": "blame/",
    }
    for name, path in pages.items():
        counts = {}
        for label, article in (("short", short), ("long", long)):
            address = f"/desk/articles/article/{article.pk}/{path}"
            if client.get(address).status_code != 200:
                table.tell(name, f"no such page ({address})")
                break
            with queries() as counted:
                client.get(address)
            counts[label] = counted[0]
            table.time(f"{name}, {label}", lambda address=address: client.get(address), runs=3)
        else:
            table.tell(f"  queries, short and long: {name}", f"{counts['short']}, {counts['long']}")
            table.ratio(f"  long to short: {name}", f"{name}, long", f"{name}, short")
    comparing()


def sentence(source: random.Random) -> str:
    words = source.choices(WORDS, USES, k=source.randint(6, 18))
    return f"{words[0].capitalize()} {' '.join(words[1:])} {source.randint(2, 9000)}."


def paragraph(source: random.Random, sentences: int = 4) -> str:
    return f"<p>{' '.join(sentence(source) for _ in range(sentences))}</p>"


def piece(actor: Any, count: int) -> Article:
    """Return a piece of some 900 words whose history has ``count`` valid revisions."""
    source = random.Random(count)
    with act("articles.section.created", actor=actor):
        section = Section.objects.create(name="Maß", slug=f"mass-{uuid4()}")
    blocks = [paragraph(source) for _ in range(18)]
    article = create_article(
        actor=actor, headline=f"Lange Geschichte {count}", body="".join(blocks), section=section
    )
    start = time.perf_counter()
    content_type = ContentType.objects.get_for_model(Article)
    document = revisions.document(article)
    for first in range(2, count + 1, 500):
        with transaction.atomic():
            drafts = []
            for number in range(first, min(first + 500, count + 1)):
                blocks[source.randrange(len(blocks))] = paragraph(source)
                document = {
                    **document,
                    "content": {**document["content"], "body": list(blocks)},
                }
                drafts.append((number, document))
            # One stored revision a document, as one is made for each act.
            made = Revision.objects.bulk_create(
                Revision(date_created=timezone.now(), user=actor, comment="") for _ in drafts
            )
            versions = Version.objects.bulk_create(
                Version(
                    revision=each,
                    object_id=str(article.pk),
                    content_type=content_type,
                    db="default",
                    format="piece",
                    serialized_data=canonical.dumps(drafted),
                    object_repr=str(article.pk),
                )
                for each, (_, drafted) in zip(made, drafts, strict=True)
            )
            ledger.append(
                [
                    ledger.Draft(
                        subject=article.pk,
                        data={"actor": str(actor), "comment": "", "summary": [["text", 40, 40]]},
                        document=drafted,
                        version=version,
                        revision=number,
                    )
                    for (number, drafted), version in zip(drafts, versions, strict=True)
                ],
                kind="articles.article.saved",
                actor=actor.pk,
                request=uuid4(),
                at=timezone.now(),
            )
    with act("articles.article.saved", actor=actor):
        Article.objects.filter(pk=article.pk).update(body="".join(blocks))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(f"  ({count:,} revisions made in {time.perf_counter() - start:.0f} s)", flush=True)
    assert Entry.objects.of(article).revisions().count() == count
    return article


def comparing() -> None:
    """Compare two versions of 20,000 words with 200 claims."""
    table = Table("Comparing two versions of 20,000 words with 200 claims")
    actor = get_user_model().objects.system()
    source = random.Random(7)
    with act("articles.section.created", actor=actor):
        section = Section.objects.create(name="Maß", slug=f"mass-{uuid4()}")
    blocks = [paragraph(source, 8) for _ in range(200)]
    for index, block in enumerate(blocks):
        end = block.index(" ", 20)
        blocks[index] = f'<p><span data-claim="{uuid4()}">{block[3:end]}</span>{block[end:]}'
    article = create_article(
        actor=actor, headline="Ein Buch", body="".join(blocks), section=section
    )
    old = revisions.document(article)
    for index in source.sample(range(200), 20):
        start = blocks[index].index("</span>") + 7
        blocks[index] = blocks[index][:start] + " " + paragraph(source, 8)[3:]
    new = {**old, "content": {**old["content"], "body": blocks}}
    words = len(" ".join(old["content"]["body"]).split())
    table.tell("words, claims", f"{words:,}, {len(old['content']['claims'])}")
    table.time("compare, a tenth of the paragraphs rewritten", lambda: compare(old, new))
