"""Replays the demo's scripts through the services that people use.

What is there already, is left as it is: everything has a key that follows from
its name in the scripts, so that a second run finds the first one's work, edited
or not.
"""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID, uuid5

from articles import services as articles
from articles.models import Article, Person, Section, Tag
from articles.working_copy import WorkingCopy
from claims import services as claims
from claims.choices import Place
from claims.models import Claim
from history.acts import act
from newsroom.models import User
from newsroom.roles import assign
from sources import services as sources
from sources.models import Source

from . import content, script

_NAMESPACE = UUID("6f6a3a52-6f0e-5c43-9d0e-2b8f6a7f2d11")


def key_of(*names: str) -> UUID:
    return uuid5(_NAMESPACE, "/".join(names))


def load(tell: Callable[[str], None] = lambda line: None) -> int:
    """Load what is missing; return how many pieces were made."""
    users = {user.username: _user(user) for user in content.USERS}
    for model, labels in (
        (Person, content.PEOPLE),
        (Section, content.SECTIONS),
        (Tag, content.TAGS),
    ):
        _labels(model, labels, users["admin"])
    known = set(Source.objects.values_list("pk", flat=True))
    for source in _origins_first(content.SOURCES):
        if key_of("source", source.key) not in known:
            _source(source, users["reporter"])
    made = 0
    for piece in content.PIECES:
        if not Article.objects.filter(pk=key_of("piece", piece.slug)).exists():
            tell(piece.headline)
            _Replay(piece, users).run()
            made += 1
    return made


def _user(wanted: script.User) -> User:
    user, created = User.objects.get_or_create(
        username=wanted.username, defaults={"email": f"{wanted.username}@example.org"}
    )
    if not user.groups.exists() and not user.is_superuser:
        assign(user, [wanted.username])
    if created or not user.get_full_name():
        user.first_name, user.last_name = wanted.first_name, wanted.last_name
        user.save(update_fields=["first_name", "last_name"])
    return user


def _labels(model: Any, labels: tuple[script.Label, ...], actor: User) -> None:
    known = set(model.objects.values_list("slug", flat=True))
    missing = [label for label in labels if label.key not in known]
    if missing:
        with act(f"articles.{model._meta.model_name}.created", actor=actor):
            for label in missing:
                model.objects.create(name=label.name, slug=label.key)


def _origins_first(rows: tuple[script.Source, ...]) -> list[script.Source]:
    by_key = {row.key: row for row in rows}
    ordered: dict[str, script.Source] = {}

    def add(row: script.Source) -> None:
        if row.origin and row.origin not in ordered:
            add(by_key[row.origin])
        ordered.setdefault(row.key, row)

    for row in rows:
        add(row)
    return list(ordered.values())


def _source(row: script.Source, actor: User) -> None:
    sources.create_source(
        actor=actor,
        pk=key_of("source", row.key),
        csl=row.csl,
        tier=row.tier,
        kind=row.kind,
        contact=row.contact,
        notes=row.notes,
        description=row.description,
        reliability=row.reliability,
        origin_id=key_of("source", row.origin) if row.origin else None,
    )


class _Replay:
    """One piece, step by step."""

    def __init__(self, piece: script.Piece, users: Mapping[str, User]) -> None:
        self.piece = piece
        self.users = users
        self.pk = key_of("piece", piece.slug)
        self.credibility = {row.key: row.credibility for row in content.SOURCES}

    def run(self) -> None:
        for step in self.piece.steps:
            getattr(self, f"_{type(step).__name__.lower()}")(step)

    @property
    def article(self) -> Article:
        return Article.objects.get(pk=self.pk)

    def _claim(self, key: str) -> Claim:
        return Claim.objects.get(pk=key_of("claim", self.piece.slug, key))

    def _write(self, step: script.Write) -> None:
        piece = self.piece
        people = {person.slug: person for person in Person.objects.all()}
        articles.create_article(
            actor=self.users[step.by],
            pk=self.pk,
            slug=piece.slug,
            language=piece.language,
            section=Section.objects.get(slug=piece.section),
            kicker=piece.kicker,
            headline=piece.headline,
            standfirst=piece.standfirst,
            body=step.body,
            tags=list(Tag.objects.filter(slug__in=piece.tags)),
            bylines=[people[slug] for slug in piece.bylines],
        )

    def _claimspec(self, step: script.ClaimSpec) -> None:
        actor = self.users[step.by]
        with act("claims.claim.created", actor=actor):
            claim = claims.create_claim(
                self.article,
                actor=actor,
                pk=key_of("claim", self.piece.slug, step.key),
                statement=step.statement,
                marks=step.passages,
                voice=step.voice,
                attribution=step.attribution,
                as_of=step.as_of,
                check_by=step.check_by,
                risk=step.risk,
                rests_on=[self._claim(key) for key in step.rests_on],
            )
            for citation in step.citations:
                self._cite(claim, citation, actor)

    def _cite(self, claim: Claim, row: script.Cite, actor: User) -> None:
        claims.cite(
            claim,
            Source.objects.get(pk=key_of("source", row.source)),
            actor=actor,
            stance=row.stance,
            tier=row.tier or "named",
            quote=row.quote,
            translation=row.translation,
            locator=row.locator,
            note=row.note,
            credibility=self.credibility[row.source],
        )

    def _citemore(self, step: script.CiteMore) -> None:
        self._cite(self._claim(step.claim), step.citation, self.users[step.by])

    def _check(self, step: script.Check) -> None:
        claims.check(
            self._claim(step.claim),
            actor=self.users[step.by],
            verdict=step.verdict,
            confirmed=step.confirmed,
            note=step.note,
        )

    def _readall(self, step: script.ReadAll) -> None:
        claims.read_sentences(self.article, actor=self.users[step.by])

    def _readsome(self, step: script.ReadSome) -> None:
        sentences = WorkingCopy.load(self.article).sentences
        body = [sentence for sentence in sentences if sentence.field == Place.BODY]
        plain = [sentence for sentence in sentences if sentence.field in step.fields]
        claims.read_sentences(
            self.article,
            actor=self.users[step.by],
            digests=[sentence.digest for sentence in plain + body[: step.sentences]],
        )

    def _revise(self, step: script.Revise) -> None:
        article = self.article
        fields = {change.field: getattr(article, change.field) for change in step.changes}
        for change in step.changes:
            if fields[change.field].count(change.old) != 1:
                raise ValueError(f"{self.piece.slug}: not there once: {change.old}")
            fields[change.field] = fields[change.field].replace(change.old, change.new)
        articles.save_article(
            article,
            actor=self.users[step.by],
            comment=step.comment,
            confirmed={self._claim(key).pk for key in step.losing},
            **fields,
        )

    def _withdraw(self, step: script.Withdraw) -> None:
        claims.withdraw_claim(
            self._claim(step.claim), actor=self.users[step.by], comment=step.comment
        )

    def _move(self, step: script.Move) -> None:
        articles.set_state(
            self.article,
            actor=self.users[step.by],
            state=step.state,
            assignee=self.users[step.to] if step.to else None,
        )

    def _publish(self, step: script.Publish) -> None:
        articles.publish(
            self.article,
            actor=self.users[step.by],
            kind=step.kind,
            note=step.note,
            corrections=[articles.Wrong(row.wrong, row.right) for row in step.corrections],
            waivers=dict(step.waivers),
        )
