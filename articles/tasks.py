"""What the worker does for pieces: it publishes them at their moment, and bakes lists and pages."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from procrastinate.contrib.django import app

from history import jobs

from . import baking, gate, lists, moments, reporting, services, shaken
from .models import Article, Plan

# What is published at a set time goes before.
LATER = -10


# Each plan has a job for its moment. The one a minute catches what lost its own.
@app.periodic(cron="* * * * *", queueing_lock="articles.tasks.publish_due")
@app.task(priority=jobs.URGENT)
def publish_due(timestamp: int) -> None:
    """Publish everything whose moment has come."""
    services.publish_due()


@app.task
def tell_refused(plan: str) -> None:
    """Mail who scheduled a piece and who has it that it did not go out.

    What the gate says of sentences and claims stays at the desk: mail is read by others.
    """
    refused = Plan.objects.select_related("article__assignee").get(pk=plan)
    rules = {reason["rule"] for reason in refused.reasons}
    _mail(
        refused.article,
        refused.actor,
        "articles/mail/refused.txt",
        plan=refused,
        rules=[rule.title for rule in gate.RULES.values() if rule.id in rules],
    )


# In UTC: before the day begins, so that a deadline of the evening is not told at night.
@app.periodic(cron="0 5 * * *")
@app.task
def tell_overdue(timestamp: int) -> None:
    """Mail, every day until it is settled, whose developing stories are past their deadline."""
    for live in shaken.overdue().select_related("article__assignee").defer("document"):
        _mail(
            live.article,
            live.actor,
            "articles/mail/overdue.txt",
            when=live.deadline and moments.shown(live.deadline),
        )


def _mail(article: Article, responsible: UUID, template: str, **context: Any) -> None:
    """Mail who is responsible and who has the piece; the first line is the subject."""
    people = [get_user_model().objects.filter(pk=responsible).first(), article.assignee]
    addresses = {person.email for person in people if person and person.is_active and person.email}
    publishing = reverse("admin:articles_article_publish", args=[article.pk])
    address = f"{settings.NEWSROOM['SITE']}{publishing}"
    text = render_to_string(template, {"article": article, "address": address, **context})
    subject, body = text.split("\n", 1)
    for to in sorted(addresses):
        EmailMessage(subject, body.strip() + "\n", to=[to]).send()


@app.periodic(cron="25 4 * * *")
@app.task
def forget_reports(timestamp: int) -> None:
    """Forget who sent readers' reports and how to answer them, where that has its time."""
    reporting.forget()


@app.task
def bake_list(address: str) -> None:
    """Bake the list at this address, or remove it if it is not there any more."""
    baking.bake_list(address)


@app.task(priority=LATER)
def bake_piece(article: str) -> None:
    """Bake the pages of a piece, if they are not as its publications have them."""
    key = UUID(article)
    if baking.piece_differs(key):
        baking.bake(key)


@app.task(priority=LATER)
def bake_everything() -> None:
    """Have all pieces that differ and all lists baked, in jobs of their own: others get a turn."""
    for article in baking.differing():
        jobs.soon(bake_piece, article=str(article))
    for address in lists.everything():
        jobs.soon(bake_list, address=address)
