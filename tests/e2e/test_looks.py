"""How it looks, taking nothing for granted: nothing sticks out, and the fonts and words are ours.

`make pictures` takes the pictures of the README on the way, of the same pages.
"""

import io
from pathlib import Path
from typing import Any

from django.conf import settings
from PIL import Image
from playwright.sync_api import Page, expect

from articles import services as articles
from articles.models import Article
from newsroom import environment
from newsroom.demo import loader
from newsroom.models import User
from tests import factories

from .desk import Coming, NewContext

LIVE = "nordkoreas-soldaten-in-kursk"
IN_WORK = "was-das-deutschlandticket-kostet"
IMAGES = Path(settings.BASE_DIR) / "docs" / "images"
MOST_BYTES = 300_000

# Everything that is out of its place or written in a foreign type.
FLAWS = """
async () => {
  await document.fonts.ready
  const root = document.documentElement
  const flaws = []
  const seen = (element) =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true })
    && !element.closest(".visually-hidden")
  const name = (element) => `${element.tagName.toLowerCase()}.${element.className}`
  if (root.scrollWidth > root.clientWidth) flaws.push(`${root.scrollWidth} wide`)

  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  const range = document.createRange()
  const wanted = new Set()
  while (walker.nextNode()) {
    const text = walker.currentNode
    const element = text.parentElement
    if (!text.data.trim() || !seen(element)) continue
    const style = getComputedStyle(element)
    const ours = /^"?(Newsroom (?:Serif|Sans))/.exec(style.fontFamily)
    if (ours) wanted.add(ours[1])
    else flaws.push(`${name(element)} is in ${style.fontFamily}`)
    if (style.textOverflow === "ellipsis") continue
    range.selectNodeContents(text)
    const out = [...range.getClientRects()].find(
      (box) => box.width && (box.left < -1 || box.right > root.clientWidth + 1),
    )
    if (out) flaws.push(`${name(element)} sticks out: ${text.data.trim()}`)
  }
  // The feet of a large type may reach below their line.
  const cut = (field) =>
    field.scrollWidth > field.clientWidth + 1 || field.scrollHeight > field.clientHeight + 8
  for (const field of document.querySelectorAll("#manuscript textarea"))
    if (seen(field) && cut(field)) flaws.push(`${field.name} is cut off`)

  for (const bar of document.querySelectorAll(".top-bar, .text-tools, .evidence-rail__head")) {
    const things = "a, button, select, progress, kbd, .state-chip, [data-progress]"
    const inBar = [...bar.querySelectorAll(things)].filter(seen)
    inBar.forEach((one, at) => {
      for (const other of inBar.slice(at + 1)) {
        if (one.contains(other)) continue
        const [a, b] = [one.getBoundingClientRect(), other.getBoundingClientRect()]
        const across = Math.min(a.right, b.right) - Math.max(a.left, b.left)
        const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)
        if (across > 1 && down > 1) flaws.push(`${name(one)} lies over ${name(other)}`)
      }
    })
  }
  const fonts = [...document.fonts].filter((font) => font.status === "loaded")
  for (const family of wanted)
    if (!fonts.some((font) => font.family.includes(family))) flaws.push(`${family} is not loaded`)
  return [...new Set(flaws)]
}
"""


def flaws(page: Page, where: str) -> list[str]:
    """Look at a page on a desk and on a phone, by day and by night."""
    found = []
    for width in (1400, 400):
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
            bright = sum(int(part) for part in ground.strip("rgb()").split(",")) > 380
            said = [
                *page.evaluate(FLAWS),
                *(["wrong light"] if bright != (scheme == "light") else []),
            ]
            found += [f"{where}, {width}, {scheme}: {flaw}" for flaw in said]
    return found


def keep_picture(page: Page, name: str) -> None:
    shot = Image.open(io.BytesIO(page.screenshot(animations="disabled", caret="hide")))
    # A palette of its own, chosen so that the few coloured signs keep their colours.
    shot.convert("RGB").quantize(256, kmeans=2).save(IMAGES / name, optimize=True)
    assert (IMAGES / name).stat().st_size < MOST_BYTES


def test_pages_are_in_shape_on_every_screen_in_every_light_and_language(
    live_server: Any, colleague: Coming, new_context: NewContext
) -> None:
    loader.load()
    publisher = User.objects.get(username="publisher")
    english = factories.finished(publisher, language="en", headline="Thousands in the square")
    articles.publish(english, actor=publisher)
    in_work = Article.objects.get(slug=IN_WORK)
    pages = {"de": Article.objects.get(slug=LIVE), "en": english}
    writer, checker = colleague("publisher"), colleague("checker")
    reader = new_context().new_page()
    found, save = [], {}

    for language, live in pages.items():
        document = live.publications.latest("number").public_document
        reader.goto(live_server.url + document["address"])
        expect(reader.locator("html")).to_have_attribute("lang", language)
        expect(reader.locator(".piece")).to_have_attribute("lang", language)
        found += flaws(reader, f"page, {language}")
        for person in (writer, checker):
            person.speak(language)
            person.go(in_work.pk)
            expect(person.page.locator("html")).to_have_attribute("lang", language)
            expect(person.page.locator("#manuscript")).to_have_attribute("lang", "de")
            expect(person.page.locator("#manuscript .claim-mark").first).to_be_visible()
            found += flaws(person.page, f"desk of {person.user}, {language}")
        save[language] = writer.page.locator("#save").inner_text()
        if language == "de" and environment.flag("NEWSROOM_PICTURES"):
            for page in (reader, writer.page):
                page.set_viewport_size({"width": 1400, "height": 900})
                page.emulate_media(color_scheme="light", reduced_motion="reduce")
            writer.card("58 Euro").click()
            keep_picture(reader, "article-page.png")
            keep_picture(writer.page, "writing-view.png")

    assert found == [], "\n".join(found)
    assert save["de"] != save["en"]
