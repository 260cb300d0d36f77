"""What names a row and a person: keys ordered by time that no address gives away, and e-mail addresses in one form."""

import secrets
import unicodedata
from contextlib import suppress
from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """Return a new UUID of version 7 (RFC 9562): an index grows at its end, and nobody guesses the next one."""
    return uuid7()


def is_uuid(text: object) -> bool:
    """Return whether a text is a UUID."""
    try:
        return bool(UUID(str(text)))
    except ValueError:
        return False


def new_secret() -> str:
    """Return 128 random bits as 32 hex digits."""
    return secrets.token_hex(16)


def plain_address(typed: str) -> str:
    """Return an e-mail address in the one form in which it is kept and looked up (NFKC, casefold, IDNA).

    Two ways to write an address are one address.  What still holds a letter outside ASCII afterwards only looks
    like one of ours: the database takes no such person.
    """
    folded = unicodedata.normalize("NFKC", typed.strip()).casefold()
    name, at, domain = unicodedata.normalize("NFKC", folded).rpartition("@")
    with suppress(UnicodeError):  # a domain that cannot be one
        domain = domain.encode("idna").decode("ascii")
    return f"{name}{at}{domain}"
