"""What the worker does for pieces: it publishes them at their moment, and bakes lists and pages."""

from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from procrastinate.contrib.django import app

from history import jobs

from . import baking, gate, lists, reporting, services
from .models import Plan

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
    article = refused.article
    people = [get_user_model().objects.filter(pk=refused.actor).first(), article.assignee]
    addresses = {person.email for person in people if person and person.is_active and person.email}
    if not addresses:
        return
    rules = {reason["rule"] for reason in refused.reasons}
    publishing = reverse("admin:articles_article_publish", args=[article.pk])
    text = render_to_string(
        "articles/mail/refused.txt",
        {
            "plan": refused,
            "article": article,
            "rules": [rule.title for rule in gate.RULES.values() if rule.id in rules],
            "address": f"{settings.NEWSROOM['SITE']}{publishing}",
        },
    )
    subject, body = text.split("\n", 1)
    for address in sorted(addresses):
        EmailMessage(subject, body.strip() + "\n", to=[address]).send()


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
