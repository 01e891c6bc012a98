"""``python -m benchmarks [NAME …]``: run all benchmarks, or those named.

They have a database of their own, made in var/bench and removed at the end.
BENCH_ENTRIES, BENCH_REVISIONS and BENCH_PIECES change the sizes (1,000,000, 10,000 and 3,000).
"""

import importlib
import os
import shutil
import sys
from pathlib import Path

NAMES = (
    "ledger",
    "history",
    "quotes",
    "fallout",
    "anchoring",
    "similar",
    "site",
    "desk",
    "suggestions",
)
PLACE = Path(__file__).resolve().parent.parent / "var" / "bench"


def main() -> int:
    asked = set(sys.argv[1:]) or set(NAMES)
    if unknown := asked - set(NAMES):
        print(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
        return 2
    # The ledger is verified whole, so it comes before those that fill tables without an entry.
    wanted = [name for name in NAMES if name in asked]
    os.environ |= {"NEWSROOM_VAR": str(PLACE), "DJANGO_SETTINGS_MODULE": "newsroom.settings.dev"}
    os.environ.pop("DATABASE_URL", None)
    from newsroom import embedded_postgres

    data = PLACE / "postgres"
    try:
        import django

        django.setup()
        from django.conf import settings
        from django.core.management import call_command

        settings.DEBUG = False
        call_command("migrate", verbosity=0)
        for name in wanted:
            importlib.import_module(f"benchmarks.{name}").run()
    finally:
        from django.db import connections

        connections.close_all()
        embedded_postgres.stop(data)
        embedded_postgres.remove(data)
        shutil.rmtree(PLACE, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
