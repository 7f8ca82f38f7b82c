"""Decides whether an API should accept a token.

Documentation stands in ``__init__.pyi``, where editors find it, and in README.md.
"""

from lowwater._errors import ConfigError, Error, Rejected
from lowwater._lowwater import (
    ANY,
    NO_CUTOFFS,
    Accepted,
    Cutoffs,
    Index,
    Key,
    KeySet,
    Rule,
    Signed,
    Ticket,
    Validator,
    __version__,
    affected,
    unverified,
)

__all__ = [
    "ANY",
    "NO_CUTOFFS",
    "Accepted",
    "ConfigError",
    "Cutoffs",
    "Error",
    "Index",
    "Key",
    "KeySet",
    "Rejected",
    "Rule",
    "Signed",
    "Ticket",
    "Validator",
    "__version__",
    "affected",
    "unverified",
]
