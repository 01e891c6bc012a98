"""``docs/verify_bundle.py`` as auditors get it, loaded as a module."""

import importlib.util
import sys

from history.bundle import VERIFIER

_spec = importlib.util.spec_from_file_location("verify_bundle", VERIFIER)
assert _spec
assert _spec.loader
verifier = importlib.util.module_from_spec(_spec)
# Its classes look their own module up by name.
sys.modules["verify_bundle"] = verifier
_spec.loader.exec_module(verifier)
