"""What rests on a source among 100,000 citations: asked of the database, and by brute force."""

import random
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.utils import timezone

from articles.fallout import Fallout
from articles.models import Article
from claims import fallout
from claims.fallout import Affected
from claims.models import Citation, Claim
from sources.models import Source

from .measure import Table, queries


@dataclass
class House:
    """Pieces, claims and sources made at random, with what brute force needs to know of them."""

    sources: list[Source] = field(default_factory=list)
    articles: list[Article] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    rests: list[Any] = field(default_factory=list)

    @classmethod
    def at_random(cls, chance: random.Random, *, citations: int) -> "House":
        """Return an unsaved house: five citations a claim, eight claims a piece."""
        house = cls()
        now = timezone.now()
        for index in range(max(4, citations // 10)):
            source = Source(csl={"title": f"Quelle {index}"})
            if house.sources and chance.random() < 0.3:
                source.origin = chance.choice(house.sources)
            if chance.random() < 0.02:
                source.retracted_at, source.fall = now, "retracted"
            house.sources.append(source)
        claims = max(4, citations // 5)
        for index in range(max(2, claims // 8)):
            house.articles.append(Article(headline=f"Stück {index}", slug=f"s-{uuid4()}"))
        for index in range(claims):
            house.claims.append(
                Claim(
                    article=chance.choice(house.articles),
                    statement=f"Aussage {index}",
                    withdrawn=chance.random() < 0.05,
                )
            )
        for _ in range(citations):
            # Some sources are cited often, most seldom.
            at = int(len(house.sources) * chance.random() ** 4)
            house.citations.append(
                Citation(
                    claim=chance.choice(house.claims),
                    source=house.sources[at],
                    stance=chance.choices(["supports", "contradicts", "context"], [8, 1, 1])[0],
                )
            )
        seen = set()
        for _ in range(claims // 5):
            low, high = sorted(chance.sample(range(claims), 2))
            if (low, high) not in seen:
                seen.add((low, high))
                # Later claims rest on earlier ones, so there is no circle.
                house.rests.append(
                    Claim.rests_on.through(
                        from_claim=house.claims[high], to_claim=house.claims[low]
                    )
                )
        return house

    def save(self) -> None:
        """Write everything at once. Whoever calls this answers for the record of it."""
        Source.objects.bulk_create(self.sources, batch_size=2000)
        Article.objects.bulk_create(self.articles, batch_size=2000)
        Claim.objects.bulk_create(self.claims, batch_size=2000)
        Citation.objects.bulk_create(self.citations, batch_size=2000)
        Claim.rests_on.through.objects.bulk_create(self.rests, batch_size=2000)

    def affected(self, source: UUID) -> list[Affected]:
        """Return what `claims.fallout.affected` should, by going through everything."""
        sources = {row.pk: row for row in self.sources}
        live = {row.pk: row for row in self.claims if not row.withdrawn}

        def path(key: UUID) -> list[UUID]:
            passed = [key]
            while (above := sources[passed[-1]].origin_id) and above not in passed:
                passed.append(above)
            return passed

        fallen = {key for key in sources if source in path(key)}
        citing = {row.claim_id for row in self.citations if row.source_id in fallen} & live.keys()
        below: dict[UUID, set[UUID]] = defaultdict(set)
        for row in self.rests:
            if row.from_claim_id in live and row.to_claim_id in live:
                below[row.from_claim_id].add(row.to_claim_id)

        def ground(key: UUID) -> set[UUID]:
            found, todo = {key}, [key]
            while todo:
                new = below[todo.pop()] - found
                found |= new
                todo += new
            return found

        supports: dict[UUID, set[UUID]] = defaultdict(set)
        for row in self.citations:
            passed = path(row.source_id)
            standing = not any(sources[key].retracted_at for key in passed)
            if row.stance == "supports" and standing and row.source_id not in fallen:
                supports[row.claim_id].add(passed[-1])
        rows = []
        for key, claim in live.items():
            grounds = ground(key)
            if grounds & citing:
                origins = set().union(*(supports[one] for one in grounds))
                rows.append(Affected(key, claim.article_id, key in citing, len(origins)))
        return sorted(rows, key=lambda row: row.claim)


def run() -> None:
    house = House.at_random(random.Random(1), citations=100_000)
    get_user_model().objects.system()
    with transaction.atomic(), connection.cursor() as cursor:
        # Without a record: nothing here outlives the benchmark.
        cursor.execute("SET LOCAL session_replication_role = replica")
        house.save()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    table = Table(f"What rests on a source, among {len(house.citations):,} citations")
    often: dict[UUID, int] = defaultdict(int)
    for row in house.citations:
        often[row.source_id] += 1
    ranked = sorted(often, key=lambda key: -often[key])
    for told, key in (
        ("the most cited source", ranked[0]),
        ("the hundredth", ranked[99]),
        ("one in the middle", ranked[len(ranked) // 2]),
    ):
        found = fallout.affected([key])
        same = found == house.affected(key)
        table.tell(
            told, f"{often[key]} citations, {len(found)} claims fall, as brute force: {same}"
        )
        table.time(f"  {told}", lambda key=key: fallout.affected([key]))
        source = Source.objects.get(pk=key)
        with queries() as counted:
            Fallout.of(source)
        table.time(
            f"  with the page's pieces, {counted[0]} queries", lambda s=source: Fallout.of(s)
        )
    table.time("what the start page lists", fallout.unchecked_since)
