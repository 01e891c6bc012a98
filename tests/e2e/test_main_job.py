"""A newsroom's whole job, by the people who do it, on the running server.

A reporter writes and cites, a checker checks, a publisher publishes; readers read; an error is
corrected in the open; and in the end everything can be looked at, compared and taken back.
"""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from articles.models import Article
from claims.models import Check
from history import revisions
from tests import factories

from .desk import Colleague, Coming, NewContext, choose, listen

HEADLINE = "Freibad Krummsiel schließt zwei Wochen früher"
# As word processors hand it over.
MANUSCRIPT = """
<html><head><style>p.MsoNormal { margin: 0cm; font-family: Calibri }</style></head><body lang="DE">
<p class="MsoNormal"><span style="font-size:12pt">Das Freibad in Krummsiel öffnet in diesem Jahr
nur <b>bis zum 31. August</b>. Das hat der Gemeinderat am Dienstagabend beschlossen.</span></p>
<p class="MsoNormal">Seit der Sanierung war es nie so leer wie im vergangenen Sommer.</p>
<h2 style="color:#2f5496">Was eine Woche kostet</h2>
<p class="MsoNormal">Jede Woche Betrieb koste rund 9000 Euro, sagte Kämmerin Wiebke Harms. Ob die
Gemeinde so wirklich spart, ist umstritten: Der Förderverein fürchtet um die Dauerkarten.</p>
<p class="MsoNormal">Im Frühjahr wird neu entschieden.<script>alert(1)</script></p>
</body></html>
"""
END = "nur bis zum 31. August"
COST = "Jede Woche Betrieb koste rund 9000 Euro"
DISPUTE = "Ob die Gemeinde so wirklich spart, ist umstritten"

# What the claims say, as the rail and the readers' notes have them.
SEASON = "Das Freibad öffnet in diesem Jahr nur bis zum 31. August."
EARLIER = "Das Freibad schließt zwei Wochen früher als bisher."
EXPENSE = "Eine Woche Betrieb kostet rund 9000 Euro."
EXPENSE_CORRECTED = "Eine Woche Betrieb kostet rund 7000 Euro."
SAVING = "Ob die Gemeinde mit der früheren Schließung spart, ist umstritten."

WRONG = "Eine Woche Betrieb koste 9000 Euro."
RIGHT = "Sie kostet 7000 Euro; so steht es im Haushaltsplan."


@pytest.fixture
def readers(live_server: Any, new_context: NewContext) -> Page:
    """A page of somebody who reads without scripts."""
    return new_context(java_script_enabled=False, base_url=live_server.url).new_page()


def test_a_piece_is_written_checked_published_corrected_and_restored(
    colleague: Coming, readers: Page, live_server: Any, new_context: NewContext
) -> None:
    factories.section("Lokales", "lokales")
    factories.source(csl={"type": "document", "title": "Beschluss des Gemeinderats Krummsiel"})
    factories.source(csl={"type": "webpage", "title": "Stellungnahme des Fördervereins"})
    reporter = colleague("reporter", "Ida", "Sommerfeld")
    checker = colleague("checker", "Malik", "Osterbrink")
    publisher = colleague("publisher", "Tomma", "Behrensen")

    article = begin(reporter)
    mark_and_cite(reporter)
    be_stopped_by_the_gate(publisher, article)
    read_and_check(checker, article)
    address = publish(publisher, article)
    read_without_scripts(readers, address)

    change_a_figure(reporter, article)
    see_the_page_unchanged(readers, address)
    bring_claim_and_evidence_up_to_date(reporter)
    check_again(checker, article)
    correct(publisher, article)
    read_the_correction(readers, address)
    read_the_first_version(readers, address)

    first, second = article.publications.order_by("number").values_list("revision", flat=True)
    compare(publisher, article, first, second)
    restore(publisher, article, first)

    reader = new_context()
    complaints = listen(reader)
    reader.new_page().goto(live_server.url + address)
    assert complaints == []
    for person in (reporter, checker, publisher):
        assert person.complaints == [], "\n".join(person.complaints)


# Writing


def begin(reporter: Colleague) -> Article:
    page = reporter.page
    page.goto(f"{reporter.site}/desk/articles/article/add/")
    page.locator("#id_headline").fill(HEADLINE)
    page.locator("#id_section").select_option(label="Lokales")
    reporter.paste(MANUSCRIPT)
    expect(reporter.text.locator("h2")).to_have_text("Was eine Woche kostet")
    page.locator(".sheet__foot [type=submit]").click()

    expect(page.locator("#id_headline")).to_have_value(HEADLINE)
    article = Article.objects.get()
    assert article.body.startswith(
        "<p>Das Freibad in Krummsiel öffnet in diesem Jahr nur <strong>bis zum 31. August</strong>."
    )
    assert article.body.count("<p>") == 4
    assert article.body.endswith("<p>Im Frühjahr wird neu entschieden.</p>")
    return article


def mark_and_cite(reporter: Colleague) -> None:
    # Across the border of the bold words: one passage in two pieces of markup.
    reporter.select(END)
    reporter.mark()
    expect(reporter.dialog.locator("[name=claim-statement]")).to_have_value(END)
    reporter.state(SEASON)
    reporter.cite(
        "beschluss krumm",
        "Beschluss des Gemeinderats Krummsiel",
        quote="Die Saison endet am 31. August.",
        locator="Punkt 7",
    )
    reporter.keep()
    expect(reporter.card(SEASON)).to_have_attribute("data-standing", "unchecked")
    expect(reporter.text.locator("[data-mark]")).to_have_text(["nur ", "bis zum 31. August"])

    reporter.select_by_keys(COST)
    reporter.mark()
    reporter.state(EXPENSE, said_by="Kämmerin Wiebke Harms")
    reporter.cite_new(
        "Haushaltsplan Krummsiel",
        author="Gemeinde Krummsiel",
        url="https://krummsiel.example/haushalt",
        quote="Betrieb je Woche: 9000 Euro",
        locator="Seite 12",
    )
    reporter.keep()

    reporter.select(DISPUTE)
    reporter.mark()
    reporter.state(SAVING)
    reporter.cite(
        "stellungnahme",
        "Stellungnahme des Fördervereins",
        quote="Die Rechnung geht nicht auf.",
        locator="Absatz 2",
    )
    reporter.keep()

    reporter.select_in("headline", "zwei Wochen früher")
    reporter.mark()
    expect(reporter.dialog.locator("[name=also-words]")).to_have_value("zwei Wochen früher")
    reporter.state(EARLIER, rests_on="31. August")
    reporter.keep()

    # In the order of the text, the headline first.
    expect(reporter.page.locator(".claim-card__statement")).to_have_text(
        [EARLIER, SEASON, EXPENSE, SAVING]
    )
    assert Article.objects.get().body.count("data-claim=") == 4


def be_stopped_by_the_gate(publisher: Colleague, article: Article) -> None:
    page = publisher.page
    publisher.go(article.pk, "publish/")
    publisher.publish()

    expect(page.locator(".notice--error[role=alert]")).to_be_visible()
    expect(page.locator("[data-rule=checked] li")).to_have_count(4)
    expect(page.locator("[data-rule=read] li")).to_have_count(8)
    publisher.forgive(422)
    assert not article.publications.exists()

    page.locator("[data-rule=checked] li a", has_text=EXPENSE).click()
    expect(publisher.card(EXPENSE)).to_be_focused()
    expect(publisher.text.locator(".claim-mark.is-current")).to_have_text(COST)


# Checking


def read_and_check(checker: Colleague, article: Article) -> None:
    checker.go(article.pk)
    expect(checker.page.locator("#manuscript .unread-sentence")).not_to_have_count(0)
    checker.read_on()

    checker.check(SEASON, "supported")
    checker.check(EARLIER, "supported", note="Bisher bis zum 14. September.")
    checker.check(EXPENSE, "supported")
    checker.check(SAVING, "disputed", note="Beide Seiten gehört.", confirmed=True)
    expect(checker.page.locator("[data-need]")).to_have_count(0)


def check_again(checker: Colleague, article: Article) -> None:
    checker.go(article.pk)
    expect(checker.page.locator("#manuscript .unread-sentence")).to_contain_text("7000")
    checker.read_on()

    checker.card(EXPENSE_CORRECTED).click()
    checker.page.keyboard.press("Alt+k")
    # What was found before is told, with what has changed since.
    expect(checker.dialog.locator(".checks li")).to_have_count(1)
    expect(checker.dialog.locator(".checks del").first).to_have_text("9000")
    checker.page.keyboard.press("Escape")

    checker.check(EXPENSE_CORRECTED, "supported", note="Im Haushaltsplan nachgesehen.")
    expect(checker.page.locator("[data-need]")).to_have_count(0)


# Publishing


def publish(publisher: Colleague, article: Article) -> str:
    publisher.go(article.pk, "publish/")
    expect(publisher.page.locator("[data-rule]")).to_have_count(0)
    publisher.publish()

    link = publisher.page.locator("#notices a")
    expect(link).to_be_visible()
    address = link.get_attribute("href")
    assert address == f"/{article.publications.get().at:%Y/%m}/{article.slug}/"
    return str(address)


def correct(publisher: Colleague, article: Article) -> None:
    page = publisher.page
    publisher.go(article.pk, "publish/")
    expect(page.locator("[data-rule]")).to_have_count(0)
    choose(page.locator(".sheet"), "kind", "correction")
    page.locator("#id_note").fill("Die Kosten einer Woche waren zu hoch angegeben.")
    page.locator("[name=corrections-0-wrong]").fill(WRONG)
    page.locator("[name=corrections-0-right]").fill(RIGHT)
    publisher.publish()

    expect(page.locator("#notices a")).to_be_visible()
    assert article.publications.count() == 2


# Reading


def structured(page: Page) -> dict[str, Any]:
    """What the page tells machines."""
    data = json.loads(page.locator('script[type="application/ld+json"]').text_content() or "")
    assert data["@type"] == "NewsArticle"
    return dict(data)


def read_without_scripts(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator("h1")).to_contain_text("Freibad Krummsiel schließt")
    expect(page.locator("h1 .claim-mark")).to_contain_text("zwei Wochen früher")
    expect(page.locator("#text .claim-mark[data-standing=disputed]")).to_contain_text(DISPUTE)

    # From the words to their evidence, and from there to the reference.
    expect(page.locator("#text .claim-mark", has_text="9000 Euro").locator("a")).to_contain_text(
        "2"
    )
    note = page.locator("#text .side-note", has_text="Kämmerin Wiebke Harms")
    note.locator(".side-note__sources a").click()
    expect(page).to_have_url(page.url.partition("#")[0] + "#ref-2")
    expect(page.locator("#ref-2")).to_be_in_viewport()
    expect(page.locator("#ref-2")).to_contain_text("Haushaltsplan Krummsiel")
    expect(page.locator(".reference-list > li")).to_have_count(3)
    expect(page.locator(".how-checked")).to_contain_text(re.compile("(Vier|Four) "))

    data = structured(page)
    assert data["headline"] == HEADLINE
    assert [work["name"] for work in data["citation"]] == [
        "Beschluss des Gemeinderats Krummsiel",
        "Haushaltsplan Krummsiel",
        "Stellungnahme des Fördervereins",
    ]
    assert "correction" not in data


def see_the_page_unchanged(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator("#text")).to_contain_text("rund 9000 Euro")
    expect(page.locator("body")).not_to_contain_text("7000")
    expect(page.locator(".correction-box")).to_have_count(0)


def read_the_correction(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator("#text")).to_contain_text("rund 7000 Euro")
    expect(page.locator("#text")).not_to_contain_text("9000")
    box = page.locator(".correction-box")
    expect(box).to_contain_text(WRONG)
    expect(box).to_contain_text(RIGHT)

    page.locator(".byline__corrected a").click()
    expect(box).to_be_in_viewport()
    (correction,) = structured(page)["correction"]
    assert correction["@type"] == "CorrectionComment"
    assert WRONG in correction["text"]
    assert RIGHT in correction["text"]
    expect(page.locator(".version-list li")).to_have_count(2)
    expect(page.locator(".version-list li").first).to_contain_text("zu hoch angegeben")


def read_the_first_version(page: Page, address: str) -> None:
    page.locator(".version-list a[href$='/v/1/']").click()
    expect(page).to_have_url(f"{page.url.partition(address)[0]}{address}v/1/")
    expect(page.locator("#text")).to_contain_text("rund 9000 Euro")
    expect(page.locator(".notices .notice a")).to_have_attribute("href", address)
    # What was wrong in it is told before one reads it.
    expect(page.locator(".notices .correction-box")).to_contain_text(RIGHT)


# Correcting


def change_a_figure(reporter: Colleague, article: Article) -> None:
    reporter.go(article.pk)
    reporter.replace("9000", "7000")
    reporter.save()

    card = reporter.card(EXPENSE)
    expect(card).to_have_attribute("data-standing", "stale")
    expect(card.locator(".claim-card__reason del")).to_have_text("9000")
    expect(card.locator(".claim-card__reason ins")).to_have_text("7000")
    # The others are about other words.
    expect(reporter.page.locator(".claim-card[data-standing=stale]")).to_have_count(1)


def bring_claim_and_evidence_up_to_date(reporter: Colleague) -> None:
    reporter.card(EXPENSE).click()
    reporter.page.keyboard.press("Alt+s")
    reporter.dialog.locator("[data-edit-citation]").click()
    quote = reporter.dialog.locator("[name=cite-quote]")
    expect(quote).to_have_value("Betrieb je Woche: 9000 Euro")
    quote.fill("Betrieb je Woche: 7000 Euro")
    reporter.dialog.locator("[name=claim-statement]").fill(EXPENSE_CORRECTED)
    reporter.keep()

    # Only a check makes it good again.
    expect(reporter.card(EXPENSE_CORRECTED)).to_have_attribute("data-standing", "stale")


# Looking back


def compare(publisher: Colleague, article: Article, first: int, second: int) -> None:
    page = publisher.page
    publisher.go(article.pk, "history/")
    page.locator('nav a[href$="/history/compare/"]').click()
    page.locator("select[name=old]").select_option(str(first))
    page.locator("select[name=new]").select_option(str(second))
    page.locator(".compare-head button").click()

    body = page.locator(".diff-paragraph", has_text="Kämmerin Wiebke Harms")
    words = body.locator(".diff-paragraph__text")
    expect(words.locator("del")).to_have_text("9000")
    expect(words.locator("ins")).to_have_text("7000")
    claim = body.locator(".change-card")
    expect(claim.locator(".change-card__title del")).to_have_text("9000")
    expect(claim.locator(".change-card__title ins")).to_have_text("7000")
    expect(claim.locator(".citation-change")).to_contain_text("Haushaltsplan Krummsiel")
    expect(page.locator(".diff-paragraph.is-changed")).to_have_count(1)


def restore(publisher: Colleague, article: Article, first: int) -> None:
    page = publisher.page
    before = revisions.latest_revision(article)
    checks = Check.objects.count()
    publisher.go(article.pk, f"history/{first}/")
    page.locator('nav a[href$="/restore/"]').click()
    page.locator("[name=comment]").fill("Zurück zur ersten Fassung")
    page.locator(".restore-form .button--primary").click()
    expect(publisher.text).to_contain_text("rund 9000 Euro")

    made = revisions.document(article)
    assert revisions.latest_revision(article) == before + 1
    assert content(article, before + 1) == content(article, first)
    assert content(article, before + 1) != content(article, before)
    assert Check.objects.count() == checks == len(made["record"]["checks"]) == 5
    # Old words find their old check again.
    expect(publisher.card(EXPENSE)).to_have_attribute("data-standing", "supported")


def content(article: Article, number: int) -> str:
    """What a revision's document says of the content, as it is stored."""
    text = revisions.document_text(article, number)
    assert text.startswith('{"content":')
    return text.partition(f'"id":"{article.pk}"')[0]
