"""The ledger at a million entries: append, prove, verify, read; and many writers at once."""

import os
import random
import threading
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.utils import timezone

from articles.models import Section
from articles.services import create_article
from history import canonical, ledger, merkle
from history.acts import act
from history.digests import digest
from history.models import Entry

from .measure import Table, queries

ENTRIES = int(os.environ.get("BENCH_ENTRIES", "1000000"))
_BATCH = 20_000


def run() -> None:
    table = Table(f"Ledger of {ENTRIES:,} entries")
    fill(table)
    actor = get_user_model().objects.system()

    def append() -> None:
        with transaction.atomic():
            ledger.append(
                [ledger.Draft(subject=uuid4(), data={"actor": "x"})],
                kind="bench.entry.made",
                actor=actor.pk,
                request=uuid4(),
                at=timezone.now(),
            )

    table.time("append one entry, commit included", append, runs=51)
    size = ledger.size()
    with queries() as counted:
        ledger.prove_inclusion(size // 3, size)
    table.tell("  queries of an inclusion proof", str(counted[0]))
    table.time(
        "inclusion proof",
        lambda: ledger.prove_inclusion(random.randrange(size), size),
        runs=51,
    )
    table.time(
        "consistency proof",
        lambda: ledger.prove_consistency(random.randrange(1, size), size),
        runs=51,
    )
    table.time("root and signed checkpoint", ledger.issue_checkpoint)
    table.time("a page of the house's timeline", _page, runs=21)
    start = time.perf_counter()
    call_command("verify", verbosity=0)
    took = time.perf_counter() - start
    table.tell("verify everything", f"{took:.1f} s, {ledger.size() / took:,.0f} entries a second")
    writers()


def fill(table: Table) -> None:
    """Make valid entries with their payloads and nodes, by COPY; no service is so fast."""
    start = time.perf_counter()
    before = ledger.size()
    names = merkle.peaks(before)
    known = ledger.nodes(names)
    stack = [known[name] for name in names]
    subjects = [uuid4() for _ in range(500)]
    actors = [uuid4() for _ in range(20)]
    at = datetime(2026, 1, 1, tzinfo=UTC)
    for first in range(before, ENTRIES, _BATCH):
        entries, payloads, nodes = [], [], []
        for sequence in range(first, min(first + _BATCH, ENTRIES)):
            data = {"actor": "Anna Lindner", "comment": f"Eintrag {sequence}"}
            salt = os.urandom(32)
            entry = Entry(
                sequence=sequence,
                kind="bench.entry.made",
                actor=random.choice(actors),
                subject=random.choice(subjects),
                request=UUID(int=sequence + 1),
                at=at + timedelta(seconds=sequence),
                digest=digest(data, salt),
            )
            entries.append(entry)
            payloads.append((sequence, salt, canonical.dumps(data)))
            level, index, hashed = 0, sequence, merkle.leaf_hash(entry.leaf)
            while index & 1:
                hashed = merkle.node_hash(stack.pop(), hashed)
                level, index = level + 1, index >> 1
                nodes.append((level, index, hashed))
            stack.append(hashed)
        with transaction.atomic(), connection.cursor() as cursor:
            columns = ("sequence", "kind", "actor", "subject", "request", "at", "digest")
            with cursor.copy(f"COPY history_entry ({', '.join(columns)}) FROM STDIN") as copy:
                for entry in entries:
                    copy.write_row([getattr(entry, name) for name in columns])
            with cursor.copy(
                "COPY history_payload (entry_id, salt, data, parts) FROM STDIN"
            ) as copy:
                for row in payloads:
                    copy.write_row([*row, ""])
            with cursor.copy("COPY history_node (level, index, hash) FROM STDIN") as copy:
                for node in nodes:
                    copy.write_row(node)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE history_entry, history_payload, history_node")
    table.tell("made in", f"{time.perf_counter() - start:.0f} s")


def _page() -> None:
    list(Entry.objects.order_by("-sequence").select_related("payload")[:51])


def writers(count: int = 8, each: int = 60) -> None:
    """Append from several writers at once; nothing may be lost, doubled or forked."""
    table = Table(f"{count} writers at once")
    actor = get_user_model().objects.system()

    def noting() -> None:
        for _ in range(each):
            with act("bench.entry.made", actor=actor) as this:
                this.note(actor, n=1)
        connections.close_all()

    before = ledger.size()
    _together(count, noting, table, "entries", count * each)
    with act("articles.section.created", actor=actor):
        section = Section.objects.create(name="Maß", slug=f"mass-{uuid4()}")

    def writing() -> None:
        for _ in range(each // 6):
            create_article(actor=actor, headline=f"Stück {uuid4()}", section=section)
        connections.close_all()

    _together(count, writing, table, "new pieces, documents included", count * (each // 6))
    expected = before + count * each + 1 + count * (each // 6)
    last = Entry.objects.order_by("-sequence").first()
    whole = last is not None and last.sequence + 1 == expected == Entry.objects.count()
    table.tell("without a gap, fork or loss", "yes" if whole else "NO")


def _together(count: int, work: object, table: Table, what: str, total: int) -> None:
    threads = [threading.Thread(target=work) for _ in range(count)]  # type: ignore[arg-type]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - start
    table.tell(what, f"{total / took:,.0f} a second")
