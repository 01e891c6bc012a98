"""Everything that the demo starts with: people, labels, sources and pieces.

The pieces are replayed in order, each step by step; sources are created first, those that others
repeat before those that repeat them.
"""

from . import deutschlandticket, kalender, kursk, turmuhr
from .script import Label, Piece, Source, User

USERS: tuple[User, ...] = (
    User(username="reporter", first_name="Ida", last_name="Sommerfeld"),
    User(username="checker", first_name="Malik", last_name="Osterbrink"),
    User(username="editor", first_name="Ruth", last_name="Kaldenhoff"),
    User(username="publisher", first_name="Tomma", last_name="Behrensen"),
    User(username="auditor", first_name="Pavel", last_name="Lindtner"),
    User(username="admin", first_name="Noor", last_name="Steinhage"),
)

PEOPLE: tuple[Label, ...] = (
    Label(key="ida-sommerfeld", name="Ida Sommerfeld"),
    Label(key="jonas-wiekhorst", name="Jonas Wiekhorst"),
)

SECTIONS: tuple[Label, ...] = (
    Label(key="politik", name="Politik"),
    Label(key="wirtschaft", name="Wirtschaft"),
    Label(key="wissen", name="Wissen"),
    Label(key="lokales", name="Lokales"),
)

TAGS: tuple[Label, ...] = (
    Label(key="deutschlandticket", name="Deutschlandticket"),
    Label(key="geschichte", name="Geschichte"),
    Label(key="kalender", name="Kalender"),
    Label(key="nahverkehr", name="Nahverkehr"),
    Label(key="nordkorea", name="Nordkorea"),
    Label(key="probestueck", name="Probestück"),
    Label(key="russland", name="Russland"),
    Label(key="ukraine", name="Ukraine"),
)

SOURCES: tuple[Source, ...] = (
    *kalender.SOURCES,
    *kursk.SOURCES,
    *deutschlandticket.SOURCES,
    *turmuhr.SOURCES,
)

PIECES: tuple[Piece, ...] = (
    kalender.PIECE,
    kursk.PIECE,
    deutschlandticket.PIECE,
    turmuhr.PIECE,
)
