"""Somebody at the desk, with a browser of their own, doing what people do there.

Nothing here looks at words of the interface: they are the translator's.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.html import strip_tags
from playwright.sync_api import BrowserContext, Locator, Page, expect

from newsroom.models import User

# A busy machine with few cores takes its time; nothing waits longer than it must.
expect.set_options(timeout=20_000)

# Where words stand in the text: the middle of their first and last line, at the outer edges.
EDGES = """
(root, words) => {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
  const nodes = []
  let text = ""
  while (walker.nextNode()) {
    nodes.push([walker.currentNode, text.length])
    text += walker.currentNode.data
  }
  const start = text.indexOf(words)
  if (start < 0 || text.indexOf(words, start + 1) >= 0) throw new Error(`not there once: ${words}`)
  const range = document.createRange()
  const at = (offset, back) => {
    const [node, from] = nodes.findLast(([_, from]) => (back ? from < offset : from <= offset))
    return [node, offset - from]
  }
  range.setStart(...at(start, false))
  range.setEnd(...at(start + words.length, true))
  range.startContainer.parentElement.scrollIntoView({ block: "center" })
  const lines = [...range.getClientRects()].filter((line) => line.width)
  const [first, last] = [lines[0], lines.at(-1)]
  return [first.left + 1, first.top + first.height / 2, last.right - 1, last.top + last.height / 2]
}
"""

PASTE = """
(target, [html, text]) => {
  const data = new DataTransfer()
  data.setData("text/html", html)
  data.setData("text/plain", text)
  target.dispatchEvent(
    new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }),
  )
}
"""


def listen(context: BrowserContext) -> list[str]:
    """Return a list that collects what the browser complains of on every page of a context."""
    found: list[str] = []
    context.on("weberror", lambda error: found.append(str(error.error)))
    context.on(
        "console",
        lambda message: (
            found.append(f"{message.text} ({message.location['url']})")
            if message.type == "error"
            else None
        ),
    )
    return found


class Colleague:
    """One person with a page on which they are signed in, once they have logged in."""

    def __init__(self, context: BrowserContext, site: str, user: User) -> None:
        context.set_default_timeout(20_000)
        self.site = site
        self.user = user
        self.complaints = listen(context)
        self.page: Page = context.new_page()

    # Getting there

    def log_in(self) -> None:
        self.page.goto(f"{self.site}/desk/login/")
        self.page.locator("#id_username").fill(self.user.username)
        self.page.locator("#id_password").fill("secret")
        self.page.locator("#login-form [type=submit]").click()
        expect(self.page).to_have_url(f"{self.site}/desk/")

    def address(self, article: UUID, where: str = "change/") -> str:
        return f"{self.site}/desk/articles/article/{article}/{where}"

    def go(self, article: UUID, where: str = "change/") -> None:
        """Open a page about the piece; of the writing view, wait until all of it works."""
        address = self.address(article, where)
        if where.partition("#")[0] != "change/":
            self.page.goto(address)
            return
        # It asks who else is there when everything is in place, and says so when it is left.
        with self.page.expect_response(
            lambda answer: (
                answer.url.endswith("/presence/")
                and "leave" not in (answer.request.post_data or "")
            )
        ):
            self.page.goto(address)

    def speak(self, language: str) -> None:
        """Choose the language of the desk, as its menu does."""
        name = settings.LANGUAGE_COOKIE_NAME
        self.page.context.add_cookies([{"name": name, "value": language, "url": self.site}])

    def forgive(self, status: int) -> None:
        """Leave aside that the browser notes this answer as an error; it was one, as expected."""
        noted = [line for line in self.complaints if f"status of {status}" in line]
        assert noted, f"nothing was answered with {status}"
        for line in noted:
            self.complaints.remove(line)

    # Writing

    @property
    def text(self) -> Locator:
        return self.page.locator(".ProseMirror")

    @property
    def dialog(self) -> Locator:
        return self.page.locator("#claim-dialog")

    def card(self, words: str) -> Locator:
        """The card in the rail of the claim that says this."""
        statement = self.page.locator(".claim-card__statement", has_text=words)
        return self.page.locator("#rail .claim-card", has=statement)

    def paste(self, html: str) -> None:
        """Paste at the cursor, as from another program."""
        self.text.click()
        self.text.evaluate(PASTE, [html, strip_tags(html)])

    def select(self, words: str) -> None:
        """Select words of the text with the mouse, from the first to the last."""
        left, top, right, bottom = self.text.evaluate(EDGES, words)
        mouse = self.page.mouse
        mouse.move(left, top)
        mouse.down()
        mouse.move((left + right) / 2, (top + bottom) / 2)
        mouse.move(right, bottom)
        mouse.up()
        self._selected(words)

    def select_by_keys(self, words: str) -> None:
        """Select words of the text with the arrow keys."""
        left, top, _right, _bottom = self.text.evaluate(EDGES, words)
        self.page.mouse.click(left, top)
        for _letter in words:
            self.page.keyboard.press("Shift+ArrowRight")
        self._selected(words)

    def select_in(self, field: str, words: str) -> None:
        """Select words of the kicker, the headline or the standfirst with the arrow keys."""
        place = self.page.locator(f"#id_{field}")
        place.focus()
        place.press("Control+Home")
        for _letter in place.input_value().partition(words)[0]:
            place.press("ArrowRight")
        for _letter in words:
            place.press("Shift+ArrowRight")
        chosen = place.evaluate("one => one.value.slice(one.selectionStart, one.selectionEnd)")
        assert chosen == words

    def _selected(self, words: str) -> None:
        self.page.wait_for_function("words => getSelection().toString() === words", arg=words)

    def replace(self, words: str, other: str) -> None:
        self.select(words)
        self.page.keyboard.insert_text(other)

    def save(self) -> None:
        """Save by keyboard, staying on the page."""
        with self._answered("/change/") as answer:
            self.page.keyboard.press("Control+s")
        number = answer.value.json()["based_on"]
        expect(self.page.locator("#desk")).to_have_attribute("data-revision", str(number))

    def _answered(self, path: str) -> Any:
        return self.page.expect_response(
            lambda answer: answer.request.method == "POST" and answer.url.endswith(path)
        )

    # Claims and their evidence

    def mark(self) -> None:
        """Make the selected words a claim; what it says is asked next."""
        self.page.keyboard.press("Alt+c")
        expect(self.dialog.locator("[name=claim-statement]")).to_be_focused()

    def state(self, statement: str, *, said_by: str = "", rests_on: str = "") -> None:
        dialog = self.dialog
        dialog.locator("[name=claim-statement]").fill(statement)
        if said_by:
            choose(dialog, "claim-voice", "reported")
            dialog.locator("[name=claim-attribution]").fill(said_by)
        if rests_on:
            search = dialog.locator("#rests-on")
            if not search.is_visible():
                dialog.locator("details:has(#rests-on) > summary").click()
            search.press_sequentially(rests_on)
            expect(dialog.locator("#rests-on-list [role=option]")).to_have_count(1)
            search.press("Enter")
            expect(dialog.locator("[data-chosen] li")).to_have_count(1)

    def cite(self, search: str, title: str, *, quote: str, locator: str) -> None:
        """Choose a known source while typing, with the keyboard alone."""
        field = self.dialog.locator("#source-words")
        field.press_sequentially(search)
        found = self.dialog.locator("#source-list [role=option]:not([data-key=new])")
        expect(found).to_contain_text(title)
        expect(found).to_have_attribute("aria-selected", "true")
        field.press("Enter")
        expect(self.dialog.locator("[name=cite-source]")).not_to_have_value("")
        self._words(quote, locator)

    def cite_new(self, title: str, *, author: str, url: str, quote: str, locator: str) -> None:
        """Make a source that the search does not find, without leaving the dialog."""
        self.dialog.locator("#source-words").press_sequentially(title)
        self.dialog.locator("#source-new").click()
        expect(self.dialog.locator("[name=source-title]")).to_have_value(title)
        self.dialog.locator("[name=source-authors]").fill(author)
        self.dialog.locator("[name=source-url]").fill(url)
        self._words(quote, locator)

    def _words(self, quote: str, locator: str) -> None:
        self.dialog.locator("[name=cite-quote]").fill(quote)
        self.dialog.locator("[name=cite-locator]").fill(locator)

    def keep(self) -> None:
        """Save what the dialog asks for, and be back in the text."""
        self.page.keyboard.press("Control+Enter")
        expect(self.dialog).to_be_hidden()

    # Reading and checking

    def read_on(self) -> None:
        """Read sentence by sentence until nothing is unread, and put that on record."""
        progress = self.page.locator("#reading progress")
        read, everything = progress.evaluate("bar => [bar.value, bar.max]")
        for done in range(int(read), int(everything)):
            self.page.keyboard.press("Alt+r")
            expect(progress).to_have_js_property("value", done + 1)
        expect(self.page.locator("#manuscript .unread-sentence")).to_have_count(0)
        with self._answered("/readings/"):
            self.page.locator("[popovertarget=reading-more]").click()
            self.page.locator("[data-read=record]").click()
        expect(self.page.locator("#reading [data-read]")).to_have_count(0)

    def check(self, words: str, verdict: str, *, note: str = "", confirmed: bool = False) -> None:
        """Check the claim that says this, with the keyboard where there are keys for it."""
        self.card(words).click()
        self.page.keyboard.press("Alt+k")
        choose(self.dialog, "check-verdict", verdict)
        if confirmed:
            self.dialog.locator("[name=check-confirmed]").check()
        self.dialog.locator("[name=check-note]").fill(note)
        self.keep()
        expect(self.card(words)).to_have_attribute("data-standing", verdict)

    # Publishing

    def publish(self) -> None:
        self.page.locator(".sheet__foot [type=submit]:not([name])").click()


def choose(within: Locator, name: str, value: str) -> None:
    """Choose one of a few that stand side by side; what is clicked is the label."""
    within.locator(f"label:has([name={name}][value={value}])").click()


NewContext = Callable[..., BrowserContext]
# What the fixture `colleague` gives.
Coming = Callable[..., Colleague]
