from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ArticlesConfig(AppConfig):
    name = "articles"
    verbose_name = _("articles")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from history.aggregates import Aggregate, register

        from . import checks, facts, inspections, piece, redaction  # noqa: F401 (some add themselves)
        from .models import Article, FrontPage, Person, Section, Tag

        of_claim = "(SELECT article_id FROM claims_claim WHERE id = r.claim_id)"
        of_publication = "(SELECT article_id FROM articles_publication WHERE id = r.publication_id)"
        register(
            Aggregate(
                model=Article,
                tables={
                    "articles_article": "r.id",
                    "articles_article_tags": "r.article_id",
                    "articles_byline": "r.article_id",
                    "articles_image": "r.article_id",
                    "articles_publication": "r.article_id",
                    "articles_correction": of_publication,
                    "articles_reply": of_publication,
                    "articles_legalblock": "r.article_id",
                    "articles_change": "r.article_id",
                    "articles_plan": "r.article_id",
                    "claims_claim": "r.article_id",
                    "claims_claim_rests_on": (
                        "(SELECT article_id FROM claims_claim WHERE id = r.from_claim_id)"
                    ),
                    "claims_passage": of_claim,
                    "claims_citation": of_claim,
                    "claims_commentsought": of_claim,
                    "claims_check": of_claim,
                    "claims_drift": of_claim,
                    "claims_reading": "r.article_id",
                },
                format=piece.FORMAT,
                write=piece.write,
                summarize=facts.summary,
                redactor=redaction.PieceRedactor,
                overwrite=redaction.overwrite_piece,
                append_only=[
                    "articles_publication",
                    "articles_correction",
                    "articles_reply",
                    "articles_legalblock",
                    "articles_change",
                    "claims_check",
                    "claims_drift",
                    "claims_reading",
                ],
            )
        )
        # Their labels reach readers through publications only, so their
        # changes are entered in the ledger, but they have no documents.
        for model in (Person, Section, Tag):
            register(Aggregate(model=model, tables={model._meta.db_table: "r.id"}))
        register(
            Aggregate(
                model=FrontPage,
                tables={"articles_frontpage": "r.id"},
                append_only=["articles_frontpage"],
            )
        )
