"""How what happened to pieces and their claims is told in a timeline (see `history.timeline`)."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, npgettext

from claims.choices import Risk, Stance, Verdict, Voice
from claims.choices import State as ClaimState
from claims.models import Claim
from history import canonical, kinds
from history.models import Entry, EntryQuerySet
from history.timeline import (
    Name,
    Named,
    New,
    Old,
    Phrase,
    Replaced,
    Standing,
    Told,
    group,
    says,
    teller,
)
from history.views_timeline import namer
from sources.timeline import AFFECTING

from . import gate, moments, wording
from .choices import Kind, State
from .differences import NAMES
from .facts import ClaimFact, in_words
from .models import Article
from .parts import FIELDS

# So many claims are told of one by one; of more, how many there were.
SINGLY = 3
# The counts that facts about single claims tell in full.
_COUNTS_OF_CLAIMS = frozenset(
    [
        "claims_added",
        "claims_restored",
        "claims_changed",
        "claims_withdrawn",
        "passages",
        "lost",
        "citations_added",
        "citations_changed",
        "citations_removed",
        "checks",
        "stale",
    ]
)
# What these kinds say already, so that a single such fact need not be told again.
_TELLS = {
    "claims.claim.created": "claims_added",
    "claims.claim.saved": "claims_changed",
    "claims.claim.withdrawn": "claims_withdrawn",
    "claims.citation.added": "citations_added",
    "claims.citation.changed": "citations_changed",
    "claims.citation.removed": "citations_removed",
    "claims.check.recorded": "checks",
    "claims.check.upheld": "checks",
}
_VOCABULARIES: dict[str, Any] = {"risk": Risk, "voice": Voice}
# What came back alone from an earlier revision, besides fields.
_PARTS: dict[str, Promise] = {
    "claim": gettext_lazy("a claim"),
    "citation": gettext_lazy("a citation"),
}

GROUPS = (
    "text",
    "claims",
    "stale",
    "citations",
    "checks",
    "readings",
    "publications",
    "waivers",
    "workflow",
    "sources",
)

group(
    "text",
    gettext_lazy("Text"),
    Q(kind__in=["articles.article.created", "articles.article.restored"])
    | says('text"', 'begun"', 'signs"', 'moved"', 'formatting"', "images"),
)
group(
    "claims",
    gettext_lazy("Claims"),
    Q(kind__startswith="claims.claim.")
    | Q(kind__startswith="claims.passage.")
    | says("claims_", 'passages"', 'lost"'),
)
group(
    "stale",
    gettext_lazy("Checks that went stale"),
    says('stale"') | Q(kind__in=["claims.quote.lost", "sources.source.changed"]),
)
group(
    "citations",
    gettext_lazy("Citations"),
    Q(kind__startswith="claims.citation.") | says("citations_"),
)
group("checks", gettext_lazy("Checks"), Q(kind__startswith="claims.check.") | says('checks"'))
group(
    "readings", gettext_lazy("Readings"), Q(kind__startswith="claims.reading.") | says('readings"')
)
_PUBLISHED = Q(payload__data__contains='"publication":{')
group("publications", gettext_lazy("Publications"), _PUBLISHED)
_WAIVED = Q(payload__data__contains='"waivers":[{') | Q(payload__data__contains='"waivers":"[{')
group("waivers", gettext_lazy("Waivers"), _PUBLISHED & _WAIVED)
group(
    "workflow",
    gettext_lazy("Handing on"),
    Q(kind="articles.article.handed_on")
    | Q(payload__data__contains='"workflow":{')
    | Q(payload__data__contains='"plan":{'),
)


# ---------------------------------------------------------------------------------------------
# Telling
# ---------------------------------------------------------------------------------------------


@teller
def tell(kind: str, said: Mapping[str, Any]) -> Told | None:
    """Tell what happened to a piece; everything else is left to others."""
    details, facts = said.get("details", {}), said.get("summary", [])
    if not kind.startswith(("articles.article.", "claims.")):
        return None
    comment = said.get("comment", "")
    plan = details.get("plan")
    if publication := details.get("publication"):
        return _published(publication, plan)
    if plan:
        return _planned(kind, plan, comment)
    about_claims = [ClaimFact(*fact) for fact in facts if fact[0].startswith("claim.")]
    counts = [fact for fact in facts if not fact[0].startswith("claim.")]
    main, more = _about_claims(about_claims, counts)
    rest = [Phrase(words) for words in in_words(_left(kind, counts, about_claims))]
    if special := _special(kind, details, counts):
        phrase, told = special
        if told:
            rest = [Phrase(words) for words in in_words(f for f in counts if f[0] not in told)]
        return Told((phrase,), (*main, *more, *rest, *_workflow(details)), comment)
    if not main:
        main = [_kind(kind, details)]
    return Told(tuple(main), (*more, *rest, *_workflow(details)), comment)


def _kind(kind: str, details: Mapping[str, Any]) -> Phrase:
    """What kind of thing happened, and with which verdict if it was a check of the old form."""
    verdict = details.get("check", {}).get("verdict")
    if not verdict:
        return Phrase(kinds.told(kind))
    return Phrase(
        "%(did)s: %(verdict)s", {"did": kinds.told(kind), "verdict": _standing(Verdict, verdict)}
    )


def _left(
    kind: str, counts: Sequence[Sequence[Any]], told: Sequence[ClaimFact]
) -> list[Sequence[Any]]:
    """Return the counts that say something that is not said yet."""
    names = [fact[0] for fact in counts]
    if told and "more" not in names and "begun" not in names:
        return [fact for fact in counts if fact[0] not in _COUNTS_OF_CLAIMS]
    if not told:
        return [fact for fact in counts if list(fact[:2]) != [_TELLS.get(kind), 1]]
    return [fact for fact in counts if fact[0] != "more"]


def _special(
    kind: str, details: Mapping[str, Any], counts: Sequence[Sequence[Any]]
) -> tuple[Phrase, tuple[str, ...]] | None:
    """Return what these kinds of entries say first, and the counts that it tells."""
    workflow = details.get("workflow", {})
    if "restored_from" in details:
        number = details["restored_from"]
        if part := details.get("part"):
            what = FIELDS.get(part) or _PARTS[part.partition(":")[0]]
            said = _("restored from revision %(number)s: %(what)s")
            return Phrase(said, {"number": number, "what": str(what)}), ()
        return Phrase(_("went back to revision %(number)s"), {"number": number}), ()
    if workflow.get("assignee"):
        (key, *_others) = workflow["assignee"]
        return Phrase(_("handed the piece to %(who)s"), {"who": Named("users", key)}), ()
    if workflow.get("state", ["", ""])[1] == State.SHELVED:
        return Phrase(_("shelved the piece")), ()
    read = next((fact for fact in counts if fact[0] == "readings"), None)
    if kind == "claims.reading.recorded" and read:
        said = ngettext("read %(n)s sentence", "read %(n)s sentences", read[1])
        return Phrase(said, {"n": read[1]}), ("readings",)
    if kind in ("articles.article.created", "articles.article.restored"):
        return Phrase(kinds.told(kind)), ()
    return None


def _published(publication: Mapping[str, Any], plan: Mapping[str, Any] | None) -> Told:
    kind = dict(Kind.choices).get(publication["kind"], publication["kind"])
    main = Phrase(
        _("published version %(number)s: %(kind)s"),
        {"number": publication["number"], "kind": str(kind)},
    )
    more = []
    if plan:
        more.append(Phrase(_("as scheduled for %(when)s"), {"when": _moment(plan["at"])}))
    if publication.get("note"):
        more.append(Phrase("%(note)s", {"note": wording.quotation(publication["note"])}))
    waivers = _waivers(publication)
    if waivers == []:
        more.append(Phrase(_("Every rule was met, none waived.")))
    for waiver in waivers or ():
        rule = gate.RULES.get(waiver["rule"])
        more.append(
            Phrase(
                _("waived the rule “%(rule)s”: %(reason)s"),
                {
                    "rule": str(rule.title).rstrip(".") if rule else waiver["rule"],
                    "reason": waiver["reason"],
                },
            )
        )
    return Told((main,), tuple(more), raised=True)


def _planned(kind: str, plan: Mapping[str, Any], comment: str) -> Told:
    """What became of a plan to publish, short of a publication."""
    said = {
        "articles.article.scheduled": gettext_lazy("scheduled the piece for %(when)s: %(kind)s"),
        "articles.article.unscheduled": gettext_lazy("took back what was scheduled for %(when)s"),
        "articles.article.not_published": gettext_lazy(
            "did not publish the piece as scheduled for %(when)s"
        ),
    }
    parts: dict[str, Any] = {"when": _moment(plan["at"])}
    if "kind" in plan:
        parts["kind"] = str(dict(Kind.choices).get(plan["kind"], plan["kind"]))
    reasons = [Phrase("%(reason)s", {"reason": reason}) for reason in plan.get("reasons", ())]
    return Told((Phrase(str(said[kind]), parts),), tuple(reasons), comment)


def _moment(stamped: str) -> str:
    try:
        return moments.shown(datetime.fromisoformat(stamped))
    except ValueError:
        # An erasure has blacked out what is no date any more.
        return stamped


def _waivers(publication: Mapping[str, Any]) -> list[Mapping[str, str]] | None:
    """Return what was waived; it stands in the entry as a list, or as that list's JSON."""
    waivers = publication.get("waivers")
    if not isinstance(waivers, str):
        return waivers
    try:
        return canonical.loads(waivers)
    except ValueError:
        # What an erasure has blacked out may be JSON no more.
        return None


def _workflow(details: Mapping[str, Any]) -> Iterable[Phrase]:
    workflow = details.get("workflow", {})
    states = dict(State.choices)
    if "state" in workflow and len(set(workflow["state"])) > 1:
        old, new = (str(states.get(state, state)) for state in workflow["state"])
        yield Phrase(_("State: %(change)s"), {"change": Replaced(old, new)})
    if "slug" in workflow:
        old, new = workflow["slug"]
        yield Phrase(_("Address: %(change)s"), {"change": Replaced(old, new)})


# Claims


def _about_claims(
    facts: Sequence[ClaimFact], counts: Sequence[Sequence[Any]]
) -> tuple[list[Phrase], list[Phrase]]:
    """Return what happened to claims: what stands first, and what stands below it."""
    names = [fact[0] for fact in counts]
    if not facts or "begun" in names:
        return [], []
    ordered = sorted(facts, key=lambda fact: fact.number)
    by_claim = [list(own) for _claim, own in groupby(ordered, key=lambda fact: fact.claim)]
    if "more" in names:
        # The counts tell the rest; here stands what would be missed.
        telling = [f for f in ordered if f.what in ("claim.figure", "claim.stale", "claim.lost")]
        return [], [phrase for fact in telling[: 2 * SINGLY] for phrase in _singly([fact])]
    if len(by_claim) > SINGLY:
        phrases = list(_together(ordered))
        return phrases[:2], phrases[2:]
    phrases = [phrase for own in by_claim for phrase in _singly(own)]
    if len(phrases) <= SINGLY:
        return _main_first(phrases)
    if len(by_claim) > 1:
        return _main_first(phrases[:2], phrases[2:])
    # What followed belongs to what was done, and is not to be overlooked.
    done = [phrase for phrase in phrases if not phrase.state]
    followed = [phrase for phrase in phrases if phrase.state]
    return _main_first([*done[:2], *followed], done[2:])


def _main_first(
    phrases: list[Phrase], more: Sequence[Phrase] = ()
) -> tuple[list[Phrase], list[Phrase]]:
    """Nothing that is not done by the person can stand first."""
    if phrases and phrases[0].state:
        return [], [*phrases, *more]
    return phrases, list(more)


def _singly(facts: Sequence[ClaimFact]) -> list[Phrase]:
    """Return what happened to one claim: what was done first, then what followed from it."""
    done, followed = [], []
    for fact in facts:
        parts = _parts(fact)
        if fact.what in _FOLLOWS:
            own, other, state = _FOLLOWS[fact.what]
            followed.append((own, other, state, parts))
        elif fact.what in _DONE:
            done.append(Phrase(_done(fact), parts))
    said = list(done)
    for own, other, state, parts in followed:
        said.append(Phrase(str(own), {}, state) if done else Phrase(str(other), parts, state))
    return said


def _parts(fact: ClaimFact) -> dict[str, Any]:
    parts: dict[str, Any] = {
        "claim": Named("claims", fact.claim, _("claim %(number)s") % {"number": fact.number})
    }
    if fact.what == "claim.figure":
        parts |= {"old": Old(fact.old), "new": New(fact.new)}
    elif fact.what in ("claim.cited", "claim.recited", "claim.uncited"):
        parts |= {"source": Named("sources", fact.old)}
    elif fact.what == "claim.checked":
        parts |= {"verdict": _standing(Verdict, fact.new)}
    elif fact.what in _FIELDS:
        name = fact.what.removeprefix("claim.")
        parts["field"] = str(NAMES[name])
        if fact.old or fact.new:
            parts["change"] = Replaced(_value(name, fact.old), _value(name, fact.new))
    return parts


def _value(name: str, value: str) -> str:
    if name in _VOCABULARIES:
        return str(dict(_VOCABULARIES[name].choices).get(value, value))
    day = wording.day(value)
    return day.text if day else value or "–"


def _standing(vocabulary: Any, value: str) -> Standing:
    label = str(dict(vocabulary.choices).get(value, value))
    return Standing(ClaimState.STALE.value if value == Verdict.VOID else value, label)


def _done(fact: ClaimFact) -> str:
    if fact.what == "claim.cited":
        return str(_CITED.get(fact.new, _CITED[Stance.SUPPORTS.value]))
    if fact.what in _FIELDS and not (fact.old or fact.new):
        return _("changed “%(field)s” of %(claim)s")
    return str(_DONE[fact.what])


_FIELDS = frozenset(
    f"claim.{name}"
    for name in ("risk", "accuses", "voice", "as_of", "check_by", "attribution", "rests_on")
)
_DONE: dict[str, Promise] = {
    "claim.added": gettext_lazy("added %(claim)s"),
    "claim.restored": gettext_lazy("took up %(claim)s again"),
    "claim.withdrawn": gettext_lazy("withdrew %(claim)s"),
    "claim.figure": gettext_lazy("changed the figure in %(claim)s from %(old)s to %(new)s"),
    "claim.passage": gettext_lazy("changed the words of %(claim)s"),
    "claim.statement": gettext_lazy("reworded the statement of %(claim)s"),
    "claim.marked": gettext_lazy("marked words for %(claim)s"),
    "claim.unmarked": gettext_lazy("took a mark of %(claim)s away"),
    "claim.cited": gettext_lazy("cited %(source)s for %(claim)s"),
    "claim.recited": gettext_lazy("changed how %(claim)s cites %(source)s"),
    "claim.uncited": gettext_lazy("removed the citation of %(source)s from %(claim)s"),
    "claim.checked": gettext_lazy("checked %(claim)s: %(verdict)s"),
    **dict.fromkeys(sorted(_FIELDS), gettext_lazy("changed “%(field)s” of %(claim)s: %(change)s")),
}
_CITED: dict[str, Promise] = {
    "supports": gettext_lazy("cited %(source)s for %(claim)s"),
    "contradicts": gettext_lazy("cited %(source)s against %(claim)s"),
    "context": gettext_lazy("cited %(source)s as context of %(claim)s"),
}
# What followed from something that was done to the claim: told after it, or by itself.
_FOLLOWS: dict[str, tuple[Promise, Promise, str]] = {
    "claim.stale": (
        gettext_lazy("its check went stale"),
        gettext_lazy("the check of %(claim)s went stale"),
        "stale",
    ),
    "claim.counts": (
        gettext_lazy("its earlier check counts again"),
        gettext_lazy("the earlier check of %(claim)s counts again"),
        "supported",
    ),
    "claim.lost": (
        gettext_lazy("its words are no longer found in the text"),
        gettext_lazy("the words of %(claim)s are no longer found in the text"),
        "orphan",
    ),
    "claim.found": (
        gettext_lazy("its words were found again"),
        gettext_lazy("the words of %(claim)s were found again"),
        "unchecked",
    ),
}


def _together(facts: Sequence[ClaimFact]) -> Iterable[Phrase]:
    """Tell of many claims at once: what was done to how many."""
    claims: dict[str, set[str]] = {}
    for fact in facts:
        what = "claim.field" if fact.what in _FIELDS else fact.what
        claims.setdefault(what, set()).add(fact.claim)
    for what, say in _MANY.items():
        if what in claims:
            n = len(claims[what])
            state = _FOLLOWS[what][2] if what in _FOLLOWS else ""
            if what == "claim.checked":
                yield _verdicts([fact for fact in facts if fact.what == what])
            else:
                yield Phrase(say(n), {"n": n}, state)


_MANY: dict[str, Callable[[int], str]] = {
    "claim.checked": lambda n: ngettext("checked %(n)s claim", "checked %(n)s claims", n),
    "claim.figure": lambda n: ngettext(
        "changed the figures of %(n)s claim", "changed the figures of %(n)s claims", n
    ),
    "claim.added": lambda n: ngettext("added %(n)s claim", "added %(n)s claims", n),
    "claim.restored": lambda n: ngettext(
        "took up %(n)s claim again", "took up %(n)s claims again", n
    ),
    "claim.withdrawn": lambda n: ngettext("withdrew %(n)s claim", "withdrew %(n)s claims", n),
    "claim.passage": lambda n: ngettext(
        "changed the words of %(n)s claim", "changed the words of %(n)s claims", n
    ),
    "claim.statement": lambda n: ngettext("reworded %(n)s claim", "reworded %(n)s claims", n),
    "claim.field": lambda n: ngettext(
        "changed what is said of %(n)s claim", "changed what is said of %(n)s claims", n
    ),
    "claim.marked": lambda n: ngettext(
        "marked words for %(n)s claim", "marked words for %(n)s claims", n
    ),
    "claim.unmarked": lambda n: ngettext(
        "took marks of %(n)s claim away", "took marks of %(n)s claims away", n
    ),
    "claim.cited": lambda n: ngettext(
        "cited sources for %(n)s claim", "cited sources for %(n)s claims", n
    ),
    "claim.recited": lambda n: ngettext(
        "changed citations of %(n)s claim", "changed citations of %(n)s claims", n
    ),
    "claim.uncited": lambda n: ngettext(
        "removed citations from %(n)s claim", "removed citations from %(n)s claims", n
    ),
    "claim.stale": lambda n: npgettext(
        "timeline",
        "the check of %(n)s claim went stale",
        "the checks of %(n)s claims went stale",
        n,
    ),
    "claim.counts": lambda n: ngettext(
        "the earlier check of %(n)s claim counts again",
        "the earlier checks of %(n)s claims count again",
        n,
    ),
    "claim.lost": lambda n: ngettext(
        "the words of %(n)s claim are no longer found",
        "the words of %(n)s claims are no longer found",
        n,
    ),
    "claim.found": lambda n: ngettext(
        "the words of %(n)s claim were found again", "the words of %(n)s claims were found again", n
    ),
}


def _verdicts(facts: Sequence[ClaimFact]) -> Phrase:
    counts = Counter(fact.new for fact in facts)
    labels = dict(Verdict.choices)
    said = ", ".join(
        f"{counts[verdict]} {labels[verdict]}" for verdict in Verdict.values if counts[verdict]
    )
    n = len({fact.claim for fact in facts})
    return Phrase(
        ngettext("checked %(n)s claim: %(verdicts)s", "checked %(n)s claims: %(verdicts)s", n),
        {"n": n, "verdicts": said},
    )


# ---------------------------------------------------------------------------------------------
# Which entries
# ---------------------------------------------------------------------------------------------


def branches(article: Article) -> list[EntryQuerySet]:
    """Return what happened to a piece, and what happened to sources that it cites or cited."""
    entries: EntryQuerySet = Entry.objects.of(article)
    return [entries, Entry.objects.filter(AFFECTING, subject__in=cited_sources(article))]


# What an erasure has blacked out is no key any more.
_KEY = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"


def cited_sources(article: Article) -> list[UUID]:
    """Return the keys of sources that a piece cites, or cited once. One query.

    Of citations that were removed, the entries that removed them tell.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT source_id FROM claims_citation JOIN claims_claim c ON c.id = claim_id
            WHERE c.article_id = %(piece)s
            UNION
            SELECT (fact.value ->> 3)::uuid FROM history_entry e
            JOIN history_payload p ON p.entry_id = e.sequence,
            LATERAL jsonb_array_elements(p.data::jsonb -> 'summary') fact
            WHERE e.subject = %(piece)s AND p.data LIKE %(removed)s
            AND fact.value ->> 0 = 'claim.uncited' AND fact.value ->> 3 ~ %(key)s
            """,
            {"piece": article.pk, "removed": '%["claim.uncited"%', "key": _KEY},
        )
        return [row[0] for row in cursor.fetchall()]


def claims_of(article: Article) -> list[tuple[str, str]]:
    """Return the claims of a piece to choose from, withdrawn ones last. One query."""
    rows = Claim.objects.filter(article_id=article.pk).order_by("withdrawn", "statement", "pk")
    return [
        (str(pk), _("%(claim)s (withdrawn)") % {"claim": statement} if gone else statement)
        for pk, statement, gone in rows.values_list("pk", "statement", "withdrawn")
    ]


@namer("claims")
def _claim_names(user: Any, keys: Iterable[str]) -> Mapping[str, str]:
    if not user.has_perm("claims.view_claim"):
        return {}
    rows = Claim.objects.filter(pk__in=keys).values_list("pk", "statement", "article_id")
    return {
        str(pk): Name.at(
            statement, f"{reverse('admin:articles_article_history', args=[piece])}?claim={pk}"
        )
        for pk, statement, piece in rows
    }
