"""What a public page shows, made from a public document and from nothing else.

``context`` is pure: one document in one language gives one page. Text is escaped or sanitised on
the way; the templates only place it.
"""

import json
import re
from collections.abc import Callable, Mapping, Set
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import escape, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, pgettext_lazy

from sources import references

from . import renditions, wording
from .evidence import Document, Evidence, mappings, string

SLUG = re.compile(r"[-a-zA-Z0-9_]+")
DIGEST = re.compile(r"[0-9a-f]{64}")
WORDS_A_MINUTE = 200
# As Open Graph writes them.
LOCALES = {"de": "de_DE", "en": "en_GB"}

# What a publication did, in words for readers.
KINDS: dict[str, Promise] = {
    "first": pgettext_lazy("public page", "First published"),
    "developing": pgettext_lazy("public page", "Developing: not everything is confirmed yet"),
    "typo": pgettext_lazy("public page", "Typing error corrected"),
    "update": pgettext_lazy("public page", "Updated"),
    "correction": pgettext_lazy("public page", "Corrected"),
    "reply": pgettext_lazy("public page", "Reply published"),
    "retraction": pgettext_lazy("public page", "Retracted"),
}

# A data block is not executed, so no content policy applies; it must only not end its element.
SCRIPT_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


def context(
    document: Document,
    *,
    site: str,
    image_url: Callable[[str], str],
    newest: Document | None = None,
) -> dict[str, Any]:
    """Return what ``articles/article_page.html`` shows, in the active language.

    *site* is scheme and host, without a slash at the end. *image_url* gives the address of an image
    file. *newest* is the live document, if *document* is an earlier version of the same piece.
    """
    evidence = Evidence(document)
    head = {name: evidence.plain(name) for name in ("kicker", "headline", "standfirst")}
    head_notes = evidence.notes()
    images = _images(document, evidence, image_url)
    live = newest or document
    corrections = corrections_of(document)
    return {
        "language": string(document.get("language")) or get_language(),
        "locale": LOCALES.get((get_language() or "").partition("-")[0], "en_GB"),
        "publisher": string(document.get("publisher")),
        "title": string(document.get("headline")),
        "description": string(document.get("standfirst")),
        **head,
        "head_notes": head_notes,
        "section": _label(document.get("section")),
        "lead_image": images[0] if images else None,
        "more_images": images[1:],
        "blocks": evidence.blocks,
        "claims": len(evidence.stated),
        "authors": _people(document, authors_of(document)),
        "contributors": _contributors(document),
        "minutes": _minutes(document),
        "number": _number(document),
        "first_published": wording.moment(document.get("first_published")),
        "published": wording.moment(document.get("published")),
        "updated": _updated(document),
        "corrections": corrections,
        "corrected": corrections[0] if corrections else None,
        "developing": is_developing(live),
        "retraction": _retraction(live),
        "replies": _replies(live, frozenset() if newest else evidence.stated),
        "references": _references(document, evidence),
        "how_checked": _how_checked(document),
        "versions": versions_of(document, live),
        "outdated": newest is not None,
        "later_corrections": corrections_of(newest, after=_number(document)) if newest else [],
        "address": address_of(live),
        "canonical": site + address_of(live),
        "published_stamp": _iso(document.get("first_published")),
        "modified_stamp": _iso(modified_at(document)),
        "share_image": _absolute(site, images[0]["url"]) if images else "",
        "json_ld": script_data(json_ld(document, site=site, image_url=image_url)),
    }


def draft_context(
    document: Document, *, site: str, image_url: Callable[[str], str]
) -> dict[str, Any]:
    """Return what the page shows of a document that is not published: it is no version yet."""
    shown = context(document, site=site, image_url=image_url)
    return {**shown, "draft": True, "number": 0, "versions": []}


def json_ld(document: Document, *, site: str, image_url: Callable[[str], str]) -> dict[str, Any]:
    """Return the page as a schema.org ``NewsArticle``; what is empty is left out."""
    address = site + address_of(document)
    section = document.get("section")
    article = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "@id": address,
        "url": address,
        "mainEntityOfPage": address,
        "headline": string(document.get("headline")),
        "description": string(document.get("standfirst")),
        "datePublished": _iso(document.get("first_published")),
        "dateModified": _iso(modified_at(document)),
        "author": [
            _filled({**person, "url": site + person["url"] if person["url"] else ""})
            | {"@type": "Person"}
            for person in _people(document, authors_of(document))
        ],
        "publisher": _publisher(document, site),
        "publishingPrinciples": site + _policies(),
        "inLanguage": string(document.get("language")),
        "articleSection": _label(section),
        "keywords": [name for tag in mappings(document.get("tags")) if (name := _label(tag))],
        "isAccessibleForFree": True,
        "image": [
            _absolute(site, found)
            for image in mappings(document.get("images"))
            if (found := picture(image, image_url)["url"])
        ],
        "citation": [
            work for source in mappings(document.get("references")) if (work := _work(source))
        ],
        "correction": [
            {
                "@type": "CorrectionComment",
                "text": correction_in_words(correction),
                "datePublished": correction["published"].iso if correction["published"] else "",
            }
            for correction in corrections_of(document)
        ],
        "version": _number(document),
        "archivedAt": f"{address}v/{_number(document)}/",
        "backstory": _how_checked(document),
    }
    return _filled(article)


def script_data(data: Any) -> SafeString:
    """Return data as JSON that can stand between script tags."""
    text = json.dumps(data, ensure_ascii=False).translate(SCRIPT_ESCAPES)
    # Line separators are allowed in JSON and not in older JavaScript.
    text = text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return mark_safe(text)


# ---- parts of the page


def _images(
    document: Document, evidence: Evidence, image_url: Callable[[str], str]
) -> list[dict[str, Any]]:
    return [
        {
            **picture(image, image_url),
            "alt": string(image.get("alt")),
            "caption": evidence.plain("caption", index),
            "credit": string(image.get("credit")),
            "notes": evidence.notes(),
        }
        for index, image in enumerate(mappings(document.get("images")))
    ]


def picture(image: Document, image_url: Callable[[str], str]) -> dict[str, Any]:
    """Return where a picture of a public document is found, in which sizes, and its own."""
    width, height = (
        image[side] if type(image.get(side)) is int else None for side in ("width", "height")
    )
    found = renditions.sizes(
        string(image.get("file")), string(image.get("media_type")), width, image_url
    )
    return {"url": found.url, "srcset": found.srcset, "width": width, "height": height}


def authors_of(document: Document) -> list[str]:
    """Return who wrote the piece: the bylines without a role, else all of them."""
    people = [person for person in mappings(document.get("bylines")) if string(person.get("name"))]
    authors = [string(person.get("name")) for person in people if not person.get("role")]
    return authors or [string(person.get("name")) for person in people]


def _people(document: Document, names: list[str]) -> list[dict[str, str]]:
    """Return people with the addresses of their lists, as far as the document knows them."""
    slugs = {
        string(person.get("name")): string(person.get("slug"))
        for person in mappings(document.get("bylines"))
    }
    return [
        {
            "name": name,
            "url": reverse("articles:author", args=[slugs[name]])
            if SLUG.fullmatch(slugs.get(name, ""))
            else "",
        }
        for name in names
    ]


def _contributors(document: Document) -> list[dict[str, str]]:
    people = mappings(document.get("bylines"))
    if all(person.get("role") for person in people):
        return []
    return [
        {"name": string(person.get("name")), "role": string(person.get("role"))}
        for person in people
        if string(person.get("role")) and string(person.get("name"))
    ]


def _minutes(document: Document) -> int:
    body = document.get("body")
    blocks = map(string, body) if isinstance(body, list) else ()
    words = len(strip_tags(" ".join(blocks)).split())
    return max(1, round(words / WORDS_A_MINUTE)) if words else 0


def corrections_of(document: Document, *, after: int = 0) -> list[dict[str, Any]]:
    """Return the corrections, the latest first; of publications after the given number only."""
    corrections = [
        {
            "anchor": f"correction-{index}",
            "number": _number(correction),
            "published": wording.moment(correction.get("published")),
            "since": wording.moment(correction.get("since")),
            "wrong": string(correction.get("wrong")),
            "right": string(correction.get("right")),
            "comparison": _comparison(document, _number(correction)),
        }
        for index, correction in enumerate(mappings(document.get("corrections")), start=1)
        if _number(correction) > after
    ]
    return sorted(
        corrections,
        key=lambda one: (one["number"], one["published"].iso if one["published"] else ""),
        reverse=True,
    )


def correction_in_words(correction: Mapping[str, Any]) -> str:
    """Return what one of ``corrections_of`` says: what was wrong, what is right, since when."""
    words = gettext("Wrong was: %(wrong)s Right is: %(right)s") % correction
    since, until = correction["since"], correction["published"]
    if not since or not until:
        return words
    stood = gettext("The error stood in the text from %(since)s to %(until)s.")
    return f"{words} {stood % {'since': since.text, 'until': until.text}}"


def versions_of(document: Document, live: Document) -> list[dict[str, Any]]:
    """Return what a document knows of the versions up to its own, the latest first."""
    address = address_of(live)
    return [
        {
            "number": _number(version),
            "what": KINDS.get(string(version.get("kind")), ""),
            "note": string(version.get("note")),
            "published": wording.moment(version.get("published")),
            "this": _number(version) == _number(document),
            "address": f"{address}v/{_number(version)}/",
            "comparison": _comparison(live, _number(version)),
        }
        for version in mappings(document.get("versions"))
    ]


def _comparison(document: Document, number: int) -> str:
    """Return where readers see what a version changed, if it changed something."""
    return f"{address_of(document)}compare/{number - 1}/{number}/" if number > 1 else ""


def _updated(document: Document) -> wording.Time | None:
    """Return when the piece was last brought up to date, other than by corrections."""
    return next(
        (
            wording.moment(version.get("published"))
            for version in mappings(document.get("versions"))
            if version.get("kind") in ("update", "developing", "reply") and _number(version) > 1
        ),
        None,
    )


def is_developing(document: Document) -> bool:
    """Return whether something is not confirmed yet: a reply changes nothing about that."""
    acts = [document, *mappings(document.get("versions"))]
    last = next((kind for one in acts if (kind := one.get("kind")) != "reply"), "")
    return bool(last == "developing")


def modified_at(document: Document) -> Any:
    """Return the moment of the last change of substance: a typing error's correction is none."""
    return next(
        (
            version.get("published")
            for version in mappings(document.get("versions"))
            if version.get("kind") != "typo"
        ),
        document.get("published"),
    )


def _retraction(live: Document) -> dict[str, Any] | None:
    if live.get("kind") != "retraction":
        return None
    return {
        "note": string(live.get("note")),
        "published": wording.moment(live.get("published")),
    }


def _replies(live: Document, stated: Set[str]) -> list[dict[str, Any]]:
    """Return the replies of people concerned, as they were handed in.

    An earlier version has them too. ``claim`` is the one that a reply is about,
    if this page states it under the same id.
    """
    return [
        {
            "author": string(reply.get("author")),
            "text": string(reply.get("text")),
            "statement": string(reply.get("statement")),
            "claim": reply.get("claim") if reply.get("claim") in stated else "",
            "published": wording.moment(reply.get("published")),
        }
        for reply in mappings(live.get("replies"))
        if string(reply.get("text"))
    ]


def _references(document: Document, evidence: Evidence) -> list[dict[str, Any]]:
    entries = []
    for source in mappings(document.get("references")):
        csl = source.get("csl")
        csl = csl if isinstance(csl, dict) else {}
        number = source.get("number")
        if type(number) is not int:
            continue
        described = string(source.get("description"))
        text = escape(described) if described else _reference(source, csl)
        # Neither the address nor the day is told again where the style has it.
        url = "" if described or references.linked(text) else references.link(csl)
        accessed = wording.day(source.get("accessed"))
        capture = string(source.get("capture"))
        entries.append(
            {
                "number": number,
                "text": text,
                "url": url,
                "host": (urlsplit(url).hostname or "").removeprefix("www."),
                "accessed": None if accessed and accessed.text in text else accessed,
                "archived": wording.moment(source.get("archived")),
                "capture": capture if DIGEST.fullmatch(capture) else "",
                "locators": evidence.locators(number),
                "claim": evidence.first_citing(number),
            }
        )
    return entries


def _reference(source: Document, csl: Document) -> str:
    """Return a reference as it was published; one of which words were taken away is set anew."""
    frozen = references.clean(string(source.get("html")))
    return frozen or references.reference(csl, get_language() or "")


def _how_checked(document: Document) -> str:
    checked = document.get("checked")
    unconfirmed = [
        claim for claim in mappings(document.get("claims")) if claim.get("verdict") == "unconfirmed"
    ]
    return wording.how_checked(checked if isinstance(checked, dict) else {}, len(unconfirmed))


def _policies(section: str = "") -> str:
    language = get_language() or settings.LANGUAGE_CODE
    address = reverse("articles:policies_in", args=[language.partition("-")[0]])
    return f"{address}#{section}" if section else address


def _publisher(document: Document, site: str) -> dict[str, Any]:
    """Return the newsroom, and where it says how it works."""
    return {
        "@type": "NewsMediaOrganization",
        "name": string(document.get("publisher")),
        "url": f"{site}/",
        "publishingPrinciples": site + _policies(),
        "correctionsPolicy": site + _policies("corrections"),
        "verificationFactCheckingPolicy": site + _policies("fact-checking"),
        "unnamedSourcesPolicy": site + _policies("sources"),
        "actionableFeedbackPolicy": site + _policies("feedback"),
    }


def _work(source: Document) -> dict[str, Any]:
    """Return a cited work; nothing of a source that is only described."""
    csl = source.get("csl")
    if source.get("description") or not isinstance(csl, dict):
        return {}
    work = {
        "name": string(csl.get("title")),
        "author": [
            {"@type": creator["kind"], "name": creator["name"]}
            for creator in references.creators(csl)
        ],
        "datePublished": references.issued(csl),
        "publisher": (
            {"@type": "Organization", "name": csl["publisher"]}
            if string(csl.get("publisher"))
            else {}
        ),
        "url": references.link(csl),
    }
    work = _filled(work)
    return {"@type": "CreativeWork", **work} if work else {}


def _filled(data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if value not in ("", [], {}, None)}


def address_of(document: Document) -> str:
    address = string(document.get("address"))
    return address if re.match(r"/(?!/)", address) else "/"


def _label(value: Any) -> str:
    return string(value.get("name")) if isinstance(value, dict) else ""


def _number(value: Document) -> int:
    number = value.get("number")
    return number if type(number) is int else 0


def _iso(stamp: Any) -> str:
    moment = wording.moment(stamp)
    return moment.iso if moment else ""


def _absolute(site: str, url: str) -> str:
    return site + url if url.startswith("/") and not url.startswith("//") else url
