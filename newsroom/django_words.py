"""Django's own words where its German will not do: formal towards colleagues, or missing.

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
    _(
        "Please enter your old password, for security’s sake, and then enter your new password"
        " twice so we can verify you typed it in correctly."
    ),
    _("Enter a new password for the user <strong>%(username)s</strong>."),
    # Accounts, for administrators
    _("After you’ve created a user, you’ll be able to edit more user options."),
    _(
        "Whether the user will be able to authenticate using a password or not. If disabled,"
        " they may still be able to authenticate using other backends, such as Single Sign-On"
        " or LDAP."
    ),
    _("Password-based authentication"),
    _("Enabled"),
    _("Disabled"),
    _("Password-based authentication was disabled."),
    _("Enable password-based authentication"),
    _("Disable password-based authentication"),
    _("Enable password-based authentication for this user by setting a password."),
    _("This action will <strong>enable</strong> password-based authentication for this user."),
    _("Raw passwords are not stored, so there is no way to see the user’s password."),
    _("Enter the same password as before, for verification."),
    _("Set password"),
    _("Set password: %s"),
    _("Reset password"),
    _("Conflicting form data submitted. Please try again."),
    # Pages and forms
    _("Breadcrumbs"),
    _("Hold down “Control”, or “Command” on a Mac, to select more than one."),
    _("No file was submitted. Check the encoding type on the form."),
    _("Please either submit a file or check the clear checkbox, not both."),
)
