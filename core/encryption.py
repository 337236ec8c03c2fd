"""Encrypts small secrets that must not lie readable in the database or in a backup of it.

The key comes from ``SECRET_KEY``; older keys in ``SECRET_KEY_FALLBACKS`` still decrypt, so the key can be changed.
"""

import base64
import hashlib

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def _key(secret: str) -> Fernet:
    return Fernet(
        base64.urlsafe_b64encode(hashlib.blake2b(secret.encode(), digest_size=32, person=b"portal-secrets").digest())
    )


def _keys() -> MultiFernet:
    return MultiFernet([_key(secret) for secret in map(str, (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))])


def encrypt(text: str) -> str:
    return _keys().encrypt(text.encode()).decode()


def decrypt(text: str) -> str:
    """:raises cryptography.fernet.InvalidToken: when none of the keys fits."""
    return _keys().decrypt(text.encode()).decode()
