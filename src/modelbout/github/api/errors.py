"""What GitHub answers instead of what was asked for, as errors that a caller can tell apart; all exit with 4."""

from __future__ import annotations

from modelbout.errors import RegistryError


class GitHubError(RegistryError):
    """GitHub refused, failed or could not be reached; never a pass."""


class MissingError(GitHubError):
    """404: it does not exist, or this token may not see it."""


class ForbiddenError(GitHubError):
    """403 without a limit behind it: the token lacks a permission."""


class TokenError(GitHubError):
    """No token, or 401: it has expired or is none."""


class ConflictError(GitHubError):
    """409 or 422: something of that name exists, or a ref moved meanwhile."""


class LimitError(GitHubError):
    """403 or 429: a rate limit, and waiting for it would take too long."""


class UnreachableError(GitHubError):
    """No answer, a cut connection, or 5xx to the end of our patience: what was asked for may have happened."""
