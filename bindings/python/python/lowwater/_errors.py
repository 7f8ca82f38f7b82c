"""What leaves the module. In Python, because the stable ABI of 3.11 cannot extend Exception."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lowwater._lowwater import Reply


class Error(Exception):
    """The base of ``ConfigError``, ``Rejected``, ``MessageRefused`` and ``KeysUnavailable``."""

    __module__ = "lowwater"


class ConfigError(Error, ValueError, TypeError):
    """A mistake in configuration or in a call; the text says what to do. A token never causes one."""

    __module__ = "lowwater"

    code: str
    """A stable snake_case name of the mistake, such as ``secret_too_short``."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.code)


class Rejected(Error):
    """The token was refused. ``str(no)`` says why, without text of the token; log it with ``code``.

    Answer the request with ``status`` and ``headers``. A valid token of someone who may not do this is 403,
    rules that are not there are 503, all else is 401.
    """

    __module__ = "lowwater"

    code: str
    """What was wrong, such as ``token_expired``; equal in every language."""
    stage: str
    """How far the token came: ``shape``, ``header``, ``key``, ``signature``, ``claims``, ``policy``, ``cutoff``,
    ``permission``."""
    remedy: str
    """What the client can do: ``none``, ``refresh``, ``reauthenticate``, ``step_up``, ``wait_until``, ``stop``,
    ``retry_later``."""
    status: int
    """401, 403 or 503."""
    headers: dict[str, str]
    """``WWW-Authenticate`` (RFC 6750, 9470, 9728) and ``Retry-After``, where they apply."""
    wait_until: datetime | None
    """With the remedy ``wait_until``: until when."""

    def __init__(
        self,
        message: str,
        code: str,
        stage: str,
        remedy: str,
        status: int,
        headers: dict[str, str],
        wait_until: datetime | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.stage = stage
        self.remedy = remedy
        self.status = status
        self.headers = headers
        self.wait_until = wait_until

    def __reduce__(self) -> tuple[Any, ...]:
        told = (self.code, self.stage, self.remedy, self.status, self.headers, self.wait_until)
        return type(self), (str(self), *told)


class MessageRefused(Error):
    """A message (a logout, a security event, a request to revoke, a status list) was not taken. ``str(no)`` says why, without
    text of the message.
    """

    __module__ = "lowwater"

    code: str
    """What was wrong; where tokens have the same fault, theirs. ``keys_unavailable``: the message is not known to be bad."""
    reply: "Reply | None"
    """What to answer: 503 while the issuer's keys cannot be had, else what the protocol says, mostly 400. None of a status
    list, which nobody sent.
    """

    def __init__(self, message: str, code: str, reply: "Reply | None") -> None:
        super().__init__(message)
        self.code = code
        self.reply = reply


class KeysUnavailable(Error):
    """The keys of an issuer could not be fetched; the text says of which, and why."""

    __module__ = "lowwater"
