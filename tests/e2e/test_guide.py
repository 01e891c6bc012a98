"""The views of the editor's guide, of the demo content: in shape, and their pictures.

`make pictures` takes them.
"""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from articles import comments, drafts
from articles.models import Article
from claims import services as claims
from newsroom import environment
from newsroom.demo import loader
from newsroom.models import User
from sources.models import Source

from .desk import Colleague, Coming
from .test_looks import IN_WORK, flaws, keep_picture

GUIDE = Path(settings.BASE_DIR) / "docs" / "desk"


@pytest.fixture
def article(transactional_db: None) -> Article:
    loader.load()
    return Article.objects.get(slug=IN_WORK)


def claim_dialog(person: Colleague) -> None:
    person.select("Zusätzliche Fahrten")
    person.mark()
    person.page.keyboard.press("Alt+s")
    expect(person.page.locator("#source-list [role=option]").first).to_be_visible()


def check_dialog(person: Colleague) -> None:
    person.card("58 Euro").click()
    person.page.keyboard.press("Alt+k")
    expect(person.dialog.locator("[name=check-note]")).to_be_visible()


def suggestion(person: Colleague) -> None:
    person.page.keyboard.press("Alt+g")
    expect(person.page.locator("#suggestion")).to_be_focused()


def talk(person: Colleague) -> None:
    person.page.locator("[data-filter=comments]").click()
    expect(person.page.locator(".comment-thread")).to_have_count(1)


def conflict(person: Colleague) -> None:
    article = Article.objects.get(slug=IN_WORK)
    person.replace("Wer fährt", "Wer mitfährt")
    from articles.services import save_article

    other = User.objects.get(username="reporter")
    save_article(article, actor=other, body=article.body.replace("Wer zahlt", "Wer das bezahlt"))
    person.page.keyboard.press("Control+s")
    expect(person.page.locator("#conflict")).to_be_visible()


def piece(action: Callable[[Colleague], None] | None = None) -> tuple[str, Callable | None]:
    return "articles/article/{}/change/", action


VIEWS: dict[str, tuple[str, Callable[[Colleague], None] | None]] = {
    "start.png": ("", None),
    "articles.png": ("articles/article/", None),
    "claims.png": ("claims/claim/?standing=need", None),
    "writing.png": piece(),
    "check.png": piece(check_dialog),
    "suggestions.png": piece(suggestion),
    "comments.png": piece(talk),
    # What these leave unsaved would be offered in those that follow.
    "conflict.png": piece(conflict),
    "claim.png": piece(claim_dialog),
    "hand-on.png": ("articles/article/{}/hand-on/", None),
    "sheet.png": ("articles/article/{}/sheet/", None),
}


# The rest of the desk, which the guide tells of without a picture.
OTHERS: dict[str, tuple[str, Callable[[Colleague], None] | None]] = {
    "drawer": piece(lambda person: person.page.locator("[popovertarget=drawer]").first.click()),
    "tools": piece(lambda person: person.page.locator("[popovertarget=more-tools]").click()),
    "areas": ("", lambda person: person.page.locator("[popovertarget=more-areas]").click()),
    "publish": ("articles/article/{}/publish/", None),
    "replace": ("articles/article/{}/replace/", None),
    "preview": ("articles/article/{}/preview/", None),
    "share": ("articles/article/{}/share/", None),
    "new": ("articles/article/add/", None),
    "nothing found": ("articles/article/?q=xyzzy", None),
    "comments": ("articles/comment/", None),
    "sources": ("sources/source/", None),
    "source": ("sources/source/{source}/change/", None),
    "new source": ("sources/source/add/", None),
    "people": ("articles/person/", None),
    "front page": ("articles/frontpage/", None),
    "reports": ("articles/readerreport/", None),
}


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_views_of_the_desk_are_in_shape_on_every_screen(
    article: Article, colleague: Coming, language: str
) -> None:
    editor = colleague("publisher", "Tomma", "Behrens")
    other = User.objects.get(username="checker")
    comments.begin(
        article, author=other, text=f"Gilt das noch, @{editor.user.username}?",
        subject=comments.on_passage(article, "body", None, "In Fernzügen", 0),
    )  # fmt: skip
    claims.assign(list(article.claims.live()[:2]), actor=other, checker=editor.user)
    page: Page = editor.page
    editor.speak(language)
    page.on("dialog", lambda question: question.accept())
    found, visit = [], uuid4()
    source = Source.objects.earliest("pk").pk
    for name, (where, action) in {**VIEWS, **OTHERS}.items():
        drafts.enter(article.pk, user=other, visit=visit, wrote=True)
        page.set_viewport_size({"width": 1400, "height": 900})
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        page.goto(f"{editor.site}/desk/{where.format(article.pk, source=source)}")
        if action:
            action(editor)
        if name in VIEWS and language == "de" and environment.flag("NEWSROOM_PICTURES"):
            keep_picture(page, f"../desk/{name}")
        found += flaws(page, name)
    assert found == [], "\n".join(found)


def test_the_guide_shows_every_view() -> None:
    text = (GUIDE / "README.md").read_text()
    assert [name for name in VIEWS if f"({name})" not in text] == []
    assert sorted(path.name for path in GUIDE.glob("*.png")) == sorted(VIEWS)
