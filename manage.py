#!/usr/bin/env python
"""Django's command line. Without other word, it speaks to the development database."""

import os
import sys

if __name__ == "__main__":
    # The demo serves as production does, with DEBUG off; it shares the development database.
    settings = "demo" if sys.argv[1:2] == ["demo"] else "dev"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", f"newsroom.settings.{settings}")

    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
