"""lowwater decides whether an API should accept a token.

It validates a JWT offline (no call to the issuer) and then applies the rule that plain JWT libraries leave
to everyone's own code: accept no token of user X issued before T.

    validator = lowwater.Validator(
        issuer="https://tenant.example.auth/",
        audience="https://api.example.com/",
        algorithms=["RS256"],
        keys=jwks,                                  # of the issuer: a dict, JSON, PEM
    )
    cutoffs = lowwater.Cutoffs()                    # one for all threads

    try:
        accepted = validator.validate(validator.bearer(authorization), cutoffs)
        accepted.require(scopes=["read:messages"])
    except lowwater.Rejected as no:
        return Response(status=no.status, headers=no.headers)

    # Logged out, stolen, changed: from the next request on.
    cutoffs.issued_before(datetime.now(timezone.utc), subject="auth0|42", issuer="https://tenant.example.auth/")

Where the keys are fetched from the issuer and kept fresh:

    validator = lowwater.Validator.for_issuer(
        "https://tenant.example.auth/", audience="https://api.example.com/", algorithms=["RS256"]
    )

What only the authorization server can read: ``IntrospectionValidator``. What comes beside tokens: ``LogoutReceiver``,
``EventReceiver`` (pushed, or by an ``EventPoll``), ``GlobalRevocation``, ``RevocationRequest``, ``StatusLists``.

Two exceptions leave a decision: ``Rejected`` (the token's) and ``ConfigError`` (yours); their base is
``Error``. Python itself raises ``TypeError`` where an argument is missing. What is given is meant: ``None``
is refused wherever it is not listed as a type.

Times are aware datetimes (exact to the millisecond; naive ones are refused), or numbers of seconds since
1970: in a rule an integral number is some instant of that second, any other number is exact. Spans are
timedeltas or seconds.
"""

from lowwater._errors import ConfigError, Error, KeysUnavailable, MessageRefused, Rejected
from lowwater._lowwater import (
    ANY,
    NO_CUTOFFS,
    Accepted,
    Cutoffs,
    EventReceiver,
    Fetch,
    GlobalRevocation,
    Index,
    Key,
    KeySet,
    Logout,
    LogoutReceiver,
    Received,
    Reply,
    Revocation,
    RevocationRequest,
    Rule,
    Signed,
    StatusLists,
    StreamFreshness,
    Ticket,
    Validator,
    __version__,
    affected,
    unverified,
)
from lowwater.introspection import IntrospectionValidator
from lowwater.issuer import IssuerValidator
from lowwater.poll import EventPoll

__all__ = [
    "ANY",
    "NO_CUTOFFS",
    "Accepted",
    "ConfigError",
    "Cutoffs",
    "Error",
    "EventPoll",
    "EventReceiver",
    "Fetch",
    "GlobalRevocation",
    "Index",
    "IntrospectionValidator",
    "IssuerValidator",
    "Key",
    "KeySet",
    "KeysUnavailable",
    "Logout",
    "LogoutReceiver",
    "MessageRefused",
    "Received",
    "Rejected",
    "Reply",
    "Revocation",
    "RevocationRequest",
    "Rule",
    "Signed",
    "StatusLists",
    "StreamFreshness",
    "Ticket",
    "Validator",
    "__version__",
    "affected",
    "unverified",
]
