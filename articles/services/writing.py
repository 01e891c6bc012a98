"""Writing: pieces are made and saved; claims and passages follow the text."""

from collections.abc import Callable, Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from claims import services as claims
from claims.holdings import Holdings
from claims.models import Claim
from history import revisions
from history.acts import Act, act, lock

from ..body import clean
from ..models import Article, Byline, Person, Section, Tag
from ..piece import pictures
from ..replacing import Plan, plan
from ..slugs import free_slug


class ConflictingSave(Exception):
    """Somebody else saved the piece after this editor had opened it. Nothing was saved."""

    def __init__(self, stored: Article, revision: int) -> None:
        super().__init__(_("The piece was changed in the meantime."))
        self.stored = stored
        self.revision = revision


class ClaimsWouldVanish(Exception):
    """The new text lacks the marks of known claims, and nobody has confirmed that."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        super().__init__(_("Claims would lose their passage."))
        self.claims = list(claims)


def create_article(
    *,
    actor: Any,
    headline: str,
    body: str = "",
    language: str = "de",
    section: Section | None = None,
    slug: str = "",
    bylines: Sequence[Person] = (),
    tags: Sequence[Tag] = (),
    comment: str = "",
    **fields: Any,
) -> Article:
    """Make a draft in one revision; marks in the body become claims.

    Raises ``ValidationError``. Without a ``slug`` one is made from the headline.
    """
    article = Article(headline=headline, body=body, language=language, section=section, **fields)
    with act("articles.article.created", actor=actor, comment=comment):
        article.slug = slug or free_slug(Article, headline)
        article.body = claims.admit(body, {}).body
        article.full_clean()
        article.save(force_insert=True)
        article.tags.set(tags)
        set_bylines(article, [Over(person.pk) for person in bylines])
        claims.sync(article)
    return article


@dataclass(frozen=True, slots=True)
class Over:
    """A person over a piece, with their role there; ``None`` leaves the role as it is."""

    person: UUID
    role: str | None = None


def set_bylines(article: Article, rows: Sequence[Over]) -> None:
    """Put these people over a piece, in this order, inside an act."""
    present = {row.person_id: row for row in article.bylines.all()}
    wanted = {row.person for row in rows}
    gone = [row.pk for person, row in present.items() if person not in wanted]
    if gone:
        Byline.objects.filter(pk__in=gone).delete()
    for position, row in enumerate(rows):
        byline = present.get(row.person) or Byline(article=article, person_id=row.person)
        role = byline.role if row.role is None else row.role
        if byline._state.adding or (byline.position, byline.role) != (position, role):
            byline.position, byline.role = position, role
            byline.save()


def write(
    this: Act,
    stored: Article,
    edited: Article,
    *,
    based_on: int | None,
    confirmed: Collection[UUID] = (),
    bylines: Sequence[Over] | None = None,
    tags: Collection[Tag] | None = None,
    save_images: Callable[[], object] | None = None,
) -> claims.Admitted:
    """Put an edited article in the place of the stored, locked one; claims follow the texts.

    ``based_on`` is the revision that the editor had opened (``None``: whatever
    is there); ``confirmed`` are the claims whose vanishing was agreed to. Bylines,
    tags and images that are not given stay. The edited body is left without
    foreign marks. Raises ``ConflictingSave`` or ``ClaimsWouldVanish``. Checks, readings and
    evidence that came in the meantime are no conflict: a save does not touch them.
    """
    _refuse_conflict(stored, based_on, latest=this.found(stored))
    held = Holdings.of(stored, pictures(this.document(stored)))
    admitted = claims.admit(edited.body, held.claims)
    edited.body = admitted.body
    vanishing = claims.vanishing(edited, held, stored)
    if any(claim.pk not in confirmed for claim in vanishing):
        raise ClaimsWouldVanish(vanishing)
    columns = [field.attname for field in Article._meta.concrete_fields]
    if any(getattr(stored, name) != getattr(edited, name) for name in columns):
        edited.save()
    if tags is not None:
        edited.tags.set(tags)
    if bylines is not None:
        set_bylines(edited, bylines)
    if save_images is not None:
        save_images()
    claims.sync(edited, held if save_images is None else None, stored)
    moved = {
        name: [getattr(stored, name), getattr(edited, name)]
        for name in ("slug", "state")
        if getattr(stored, name) != getattr(edited, name)
    }
    if moved:
        this.note(edited, workflow=moved)
    return admitted


def replace_text(
    article: Article,
    *,
    actor: Any,
    body: str,
    decisions: Mapping[str, str] | None = None,
    based_on: int | None = None,
    comment: str = "",
) -> Plan:
    """Put a whole new body in the place of the piece's; return what became of its passages.

    ``decisions`` say by ``Row.key`` where passages go; for all others what the plan suggests is
    done, which is to leave lost what is not beyond doubt. A claim of which nothing is left can be
    withdrawn. Raises ``ConflictingSave``, and ``ValidationError`` for a decision that the plan does
    not offer.
    """
    with act("articles.article.text_replaced", actor=actor, comment=comment) as this:
        stored = lock(article)
        made = plan(stored.body, clean(body), stored.language)
        edited = copy(stored)
        try:
            edited.body = made.apply(decisions)
        except ValueError as error:
            raise ValidationError(_("The text was changed in the meantime: look again.")) from error
        edited.full_clean()
        write(this, stored, edited, based_on=based_on, confirmed={row.claim for row in made.rows})
        for claim in Claim.objects.filter(pk__in=made.withdrawn(decisions)).order_by("pk"):
            claims.withdraw_claim(claim, actor=actor)
    return made


def _refuse_conflict(stored: Article, based_on: int | None, *, latest: int) -> None:
    if based_on is not None and based_on != latest:
        between = revisions.documents(stored, based_on, latest)
        written = [
            {name: value for name, value in document["content"].items() if name != "claims"}
            for document in between.values()
        ]
        if len(written) != 2 or written[0] != written[1]:
            raise ConflictingSave(stored, latest)


def save_article(
    article: Article,
    *,
    actor: Any,
    based_on: int | None = None,
    confirmed: Collection[UUID] = (),
    bylines: Sequence[Person] | None = None,
    tags: Sequence[Tag] | None = None,
    comment: str = "",
    **fields: Any,
) -> Article:
    """Save changed fields of a piece; claims and passages follow the text.

    Raises ``ConflictingSave``, ``ClaimsWouldVanish`` (see ``write``) and
    ``ValidationError``. Fields that are not given stay as they are stored.
    """
    with act("articles.article.saved", actor=actor, comment=comment) as this:
        stored = lock(article)
        edited = copy(stored)
        for name, value in fields.items():
            setattr(edited, name, value)
        # Texts are then as they will stand in the row: marks are judged by what is kept.
        edited.full_clean()
        write(
            this,
            stored,
            edited,
            based_on=based_on,
            confirmed=confirmed,
            bylines=None if bylines is None else [Over(person.pk) for person in bylines],
            tags=tags,
        )
    return edited
