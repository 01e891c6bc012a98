"""The same claim in other words: how often it is among the first five that are offered."""

import random
import re
from functools import cache
from pathlib import Path
from uuid import uuid4

from django.db import connection, transaction

from articles.models import Article
from claims import similar
from claims.models import Claim

from .measure import Table
from .quotes import texts

SET = Path(__file__).resolve().parent / "sets" / "paraphrases" / "pairs.txt"


@cache
def pairs() -> list[tuple[str, str]]:
    """Return the pairs: a statement, and the same in other words."""
    lines = SET.read_text().splitlines()
    return [(one, other) for one, other in (line.split("|") for line in lines)]


def others() -> list[str]:
    """Return false friends of the statements, and sentences about something else."""
    chance = random.Random(3)
    statements = [one for one, _ in pairs()]
    made = []
    for statement in statements:
        for _ in range(3):
            changed = re.sub(r"\d", lambda _: str(chance.randint(1, 9)), statement)
            if changed != statement:
                made.append(changed)
        subject = " ".join(chance.choice(statements).split()[:2])
        made.append(" ".join([subject, *statement.split()[2:]]))
        made.append(" ".join([*statement.split()[:2], *chance.choice(statements).split()[2:]]))
    sentences = re.split(r"(?<=[.!?])\s+", " ".join(texts().values()))
    return [*made, *(sentence for sentence in sentences if len(sentence) > 20)]


def claims(article: Article) -> list[Claim]:
    """Return unsaved claims: the first of each pair, then all that could be taken for them."""
    statements = [*(one for one, _ in pairs()), *others()]
    return [Claim(article=article, statement=statement) for statement in statements]


def rank(statement: str, wanted: str) -> int:
    """Return at which place from 1 the wanted statement is offered, 0 if not among ten."""
    found = [each.claim.statement for each in similar.similar(statement, limit=10)]
    return found.index(wanted) + 1 if wanted in found else 0


def listed(statement: str, wanted: str) -> bool:
    """Whether the wanted statement is listed as saying the same as one that fell."""
    return wanted in [each.statement for each in similar.alike(statement, article=uuid4())]


def run() -> None:
    article = Article(headline="Messung", slug=f"s-{uuid4()}")
    copies = 40
    with transaction.atomic(), connection.cursor() as cursor:
        # Without a record: nothing here outlives the benchmark.
        cursor.execute("SET LOCAL session_replication_role = replica")
        article.save(force_insert=True)
        stored = claims(article)
        Claim.objects.bulk_create(stored)
        # Many more about other things, made of words of these.
        words = " ".join(claim.statement for claim in stored).split()
        chance = random.Random(5)
        Claim.objects.bulk_create(
            [
                Claim(article=article, statement=" ".join(chance.choices(words, k=9)))
                for _ in range(len(stored) * copies)
            ],
            batch_size=5000,
        )
    similar.refresh()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    table = Table(f"{len(pairs())} paraphrases among {Claim.objects.count():,} statements")
    ranks = [rank(other, one) for one, other in pairs()]
    for most in (1, 3, 5, 10):
        hits = sum(0 < place <= most for place in ranks)
        table.tell(f"found among the first {most}", f"{hits} of {len(ranks)}")
    hits = sum(listed(other, one) for one, other in pairs())
    table.tell("listed when the other one falls", f"{hits} of {len(ranks)}")
    table.time("one search", lambda: similar.similar(pairs()[7][1]), runs=15)
