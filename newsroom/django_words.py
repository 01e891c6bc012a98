"""Django's own sentences that the desk says in its own way in German: to a colleague.

Marked here, they stand in our catalogue, which goes before Django's.
"""

from django.utils.translation import gettext_noop as _

WORDS = (
    # Deleting
    _(
        'Are you sure you want to delete the %(object_name)s "%(escaped_object)s"?'
        " All of the following related items will be deleted:"
    ),
    _(
        "Are you sure you want to delete the selected %(objects_name)s?"
        " All of the following objects and their related items will be deleted:"
    ),
    _(
        "Deleting the %(object_name)s '%(escaped_object)s' would result in deleting related"
        " objects, but your account doesn't have permission to delete the following types of"
        " objects:"
    ),
    _(
        "Deleting the selected %(objects_name)s would result in deleting related objects,"
        " but your account doesn't have permission to delete the following types of objects:"
    ),
    # Accounts
    _(
        "You are authenticated as %(username)s, but are not authorized to access this page."
        " Would you like to login to a different account?"
    ),
    _("Thanks for spending some quality time with the web site today."),
    _("Your password was changed."),
    _("Enter a new password for the user <strong>%(username)s</strong>."),
    # Forms
    _("Hold down “Control”, or “Command” on a Mac, to select more than one."),
    _("No file was submitted. Check the encoding type on the form."),
    _("Please either submit a file or check the clear checkbox, not both."),
)
