"""A small invented piece, ready and waiting for its publication.

It shows how a described and a confidential source are handled. Place, people and events are made
up, and the piece says so.
"""

from .script import (
    Check,
    Cite,
    ClaimSpec,
    Move,
    Piece,
    ReadAll,
    Source,
    Write,
)

SOURCES = (
    Source(
        key="aushang",
        kind="document",
        csl={
            "type": "document",
            "author": [{"literal": "Gemeinde Musterhausen (erfunden)"}],
            "title": "Aushang zur Turmuhr",
        },
        credibility="1",
        notes="Erfunden.",
    ),
    Source(
        key="verwaltung",
        kind="person",
        tier="described",
        description="eine Person, die den Kostenvoranschlag kennt",
        csl={
            "type": "interview",
            "author": [{"family": "Beispiel", "given": "Erna"}],
            "title": "Gespräch über die Kosten der Reparatur",
        },
        contact="erna.beispiel@musterhausen.example",
        notes="Erfunden. Will nicht genannt werden, weil sie bei der Gemeinde arbeitet.",
    ),
    Source(
        key="kuester",
        kind="person",
        tier="confidential",
        csl={
            "type": "interview",
            "author": [{"family": "Mustermann", "given": "Kurt"}],
            "title": "Gespräch über den verlegten Schlüssel",
        },
        contact="Telefon 000 000",
        notes="Erfunden. Darf auf keine Weise erkennbar werden.",
    ),
)

BODY = (
    "<p>In Musterhausen schlägt es wieder zur vollen Stunde. Elf Tage lang hatte die Turmuhr"
    " stillgestanden, wie die Gemeinde in einem Aushang mitteilte.</p>"
    "<p>Die Reparatur kostete 8400 Euro, sagt eine Person, die den Kostenvoranschlag kennt. Der"
    " größte Posten war ein neues Zahnrad.</p>"
    "<p>Dass es so lange dauerte, lag nicht am Uhrwerk: Der Schlüssel zum Turm war verlegt.</p>"
)

PIECE = Piece(
    slug="die-turmuhr-von-musterhausen",
    language="de",
    section="lokales",
    tags=("probestueck",),
    bylines=("ida-sommerfeld",),
    kicker="Probestück",
    headline="Die Turmuhr von Musterhausen geht wieder",
    standfirst="Ort, Personen und Ereignisse sind erfunden. Der Text zeigt, wie wir mit Menschen"
    " umgehen, die uns etwas sagen und ungenannt bleiben wollen.",
    steps=(
        Write(by="reporter", body=BODY),
        ClaimSpec(
            key="stillstand",
            statement="Die Turmuhr stand elf Tage still und geht wieder.",
            passages=(
                ("headline", "Die Turmuhr von Musterhausen geht wieder"),
                (
                    "body",
                    "In Musterhausen schlägt es wieder zur vollen Stunde. Elf Tage lang hatte die"
                    " Turmuhr stillgestanden, wie die Gemeinde in einem Aushang mitteilte",
                ),
            ),
            risk="low",
            citations=(Cite("aushang"),),
        ),
        ClaimSpec(
            key="kosten",
            statement="Die Reparatur kostete 8400 Euro; der größte Posten war ein neues Zahnrad.",
            passages=(
                (
                    "body",
                    "Die Reparatur kostete 8400 Euro, sagt eine Person, die den Kostenvoranschlag"
                    " kennt. Der größte Posten war ein neues Zahnrad",
                ),
            ),
            voice="reported",
            attribution="eine Person, die den Kostenvoranschlag kennt",
            citations=(Cite("verwaltung"),),
        ),
        ClaimSpec(
            key="schluessel",
            statement="Die Reparatur verzögerte sich, weil der Schlüssel zum Turm verlegt war.",
            passages=(
                (
                    "body",
                    "Dass es so lange dauerte, lag nicht am Uhrwerk: Der Schlüssel zum Turm war"
                    " verlegt",
                ),
            ),
            citations=(Cite("kuester", note="Hat den Schlüssel selbst wiedergefunden."),),
        ),
        Move(by="reporter", state="check", to="checker"),
        Check("stillstand"),
        Check("kosten", note="Kostenvoranschlag eingesehen."),
        Check("schluessel", note="Im Gespräch bestätigt."),
        ReadAll(),
        Move(by="checker", state="ready", to="publisher"),
    ),
)
