"""Primary keys: ordered by time so that an index grows at its end, random so that no address can be guessed."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """Return a new UUID of version 7 (RFC 9562)."""
    return uuid7()
