"""Everything public of a newsroom: each address that the code knows, and each that a page names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

# What is for people with an account.
DESK = ("desk/", "i18n/")
# Addresses in pages, feeds, maps and documents.
_LINKS = re.compile(
    r"""(?:href|src|action|content|srcset)=["']([^"']+)["']|<(?:loc|link|id|url)>([^<]+)<"""
    r"""|"(?:url|id|address|next_url|home_page_url|feed_url|next|image)": ?"([^"]+)\""""
)


@dataclass(frozen=True)
class Answer:
    address: str
    status: int
    headers: str
    content: bytes

    @property
    def is_html(self) -> bool:
        return "content-type: text/html" in self.headers.lower()


def patterns(resolver: Any = None, prefix: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the route of each public address and the parameters that it takes."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if route.startswith(DESK):
            continue
        if isinstance(entry, URLResolver):
            yield from patterns(entry, route)
        elif isinstance(entry, URLPattern):
            names = re.findall(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>", route)
            yield route, {first or second for first, second in names}


def known(world: Any) -> Iterator[str]:
    """Yield every address that the routes make of what is in the world.

    A parameter of a route that the world has no value for is an error: it must learn it.
    """
    values = world.values()
    for route, parameters in patterns():
        for chosen in _choices(route, parameters, values):
            yield "/" + _filled(route, chosen)


def _choices(route: str, parameters: Any, values: dict[str, Any]) -> Iterator[dict[str, Any]]:
    names = sorted(parameters - {"year", "month", "slug"})
    unknown = [name for name in names if name not in values]
    if unknown:
        raise LookupError(f"{route}: the world of the tests has no value for {unknown}")
    options = [[(name, value) for value in values[name]] for name in names]
    if "year" in parameters:
        options.append(
            [
                ("piece", dict(zip(("year", "month", "slug"), one, strict=True)))
                for one in values["piece"]
            ]
        )
    elif "slug" in parameters:
        kind = route.split("/")[0]
        if kind not in values:
            raise LookupError(f"{route}: the world of the tests has no value for {kind}")
        options.append([("slug", value) for value in values[kind]])
    for combination in product(*options):
        chosen = dict(combination)
        yield {**chosen, **chosen.pop("piece", {})}


def _filled(route: str, chosen: dict[str, Any]) -> str:
    if route.startswith("^"):
        route = re.sub(r"\(\?P<(\w+)>.*\)", lambda found: str(chosen[found[1]]), route)
        return route.strip("^$").replace("\\", "")
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(chosen[found[1]]), route)


def crawl(client: Client, start: list[str], *, most: int = 5000) -> dict[str, Answer]:
    """Return all answers that are reached from some addresses, redirects and errors among them."""
    found: dict[str, Answer] = {}
    waiting = list(dict.fromkeys(start))
    while waiting:
        address = waiting.pop()
        if address in found or address.startswith(tuple(f"/{one}" for one in DESK)):
            continue
        assert len(found) < most, "the site goes on for ever"
        response = client.get(address)
        content = response.getvalue() if response.streaming else response.content
        headers = "\n".join(f"{name}: {value}" for name, value in response.items())
        found[address] = answer = Answer(address, response.status_code, headers, content)
        waiting += [link for link in _links(answer, response) if link not in found]
    return found


def _links(answer: Answer, response: Any) -> Iterator[str]:
    if location := response.get("Location"):
        yield from _ours(answer.address, location)
    kind = response.get("Content-Type", "")
    if not kind.startswith(("text/", "application/")) or "javascript" in kind:
        return
    for groups in _LINKS.findall(answer.content.decode("utf-8", "replace")):
        for link in groups:
            for one in link.replace("&amp;", "&").split(", "):
                yield from _ours(answer.address, one.split(" ")[0])


def _ours(base: str, link: str) -> Iterator[str]:
    site = settings.NEWSROOM["SITE"]
    try:
        absolute = urldefrag(urljoin(site + base, link.strip()))[0]
        parts = urlsplit(absolute)
    except ValueError:
        return
    ours = f"{parts.scheme}://{parts.netloc}" in (site, "http://testserver")
    if ours and not parts.path.startswith(settings.STATIC_URL):
        yield parts.path + (f"?{parts.query}" if parts.query else "")
