"""The desk's page that says of each sentence who wrote it, and who verified it on what."""

from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from . import blame
from .models import Article
from .views_history import _guard, _page, look_up


@require_safe
def blamed(request: HttpRequest, article: Article) -> TemplateResponse:
    """The latest revision, sentence by sentence.

    Reads every revision of the piece, one batch at a time; the number of queries is the same for
    any piece.
    """
    _guard(request, article)
    authorship, document = blame.follow(blame.documents(article))
    if document is None:
        raise Http404(_("There is no revision yet."))
    writings = blame.writings(article, blame.revisions_of(authorship))
    claims = blame.verifications(article)
    blocks = blame.sentence_by_sentence(document, authorship, writings, claims)
    return _page(
        request,
        article,
        "history/blame.html",
        title=_("Who wrote what"),
        tab="blame",
        latest=authorship.revision,
        blocks=blocks,
        shares=blame.shares(authorship, writings),
        language=document["content"]["language"],
        labels=look_up(
            {
                "users": {
                    str(claim.standing.check.checker)
                    for claim in claims.values()
                    if claim.standing.check
                },
                "sources": {key for claim in claims.values() for key in claim.sources},
            }
        ),
    )
