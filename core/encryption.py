"""Encrypts what must not lie readable in the database or in a backup of it, and finds it again without reading it.

Keys come from ``DATA_KEYS``, newest first: the first encrypts, all decrypt, so a key can be changed while the portal
runs (``manage.py rotate_keys`` in the app that keeps the data). ``SECRET_KEY`` and its fallbacks stand behind them.
"""

import base64
import hashlib
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


def _secrets() -> tuple[str, ...]:
    return tuple(map(str, (*settings.DATA_KEYS, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)))


def _derived(secret: str, person: bytes) -> bytes:
    return hashlib.blake2b(secret.encode(), digest_size=32, person=person).digest()


@lru_cache(maxsize=32)
def _fernet(secret: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_derived(secret, b"portal-secrets")))


@lru_cache(maxsize=4)
def _keys(secrets: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([_fernet(secret) for secret in secrets])


@lru_cache(maxsize=32)
def _index_key(secret: str) -> bytes:
    return _derived(secret, b"portal-index")


def encrypt(text: str) -> str:
    """Empty stays empty: nothing to hide, and an empty column is found by its emptiness."""
    return _keys(_secrets()).encrypt(text.encode()).decode() if text else ""


def decrypt(cipher: str) -> str:
    """:raises cryptography.fernet.InvalidToken: when none of the keys fits."""
    return _keys(_secrets()).decrypt(cipher.encode()).decode() if cipher else ""


def renew(cipher: str) -> str:
    """The same text under the newest key.

    :raises cryptography.fernet.InvalidToken: when none of the keys fits.
    """
    return _keys(_secrets()).rotate(cipher.encode()).decode() if cipher else ""


def is_newest(cipher: str) -> bool:
    """Whether a text lies under the newest key already; what is empty does."""
    try:
        if cipher:
            _fernet(_secrets()[0]).decrypt(cipher.encode())
    except InvalidToken:
        return False
    return True


def blind_index(text: str) -> str:
    """64 hexadecimal digits, equal for equal texts, that tell nothing without the key (HMAC-SHA256)."""
    return _indexed(text, _secrets()[0])


def blind_indexes(text: str) -> list[str]:
    """The same under every key, newest first: what to look for while a key is being changed."""
    return [_indexed(text, secret) for secret in _secrets()]


def _indexed(text: str, secret: str) -> str:
    return hmac.new(_index_key(secret), text.encode(), hashlib.sha256).hexdigest()
