"""The cache in Redis or Valkey. While the server is away, or takes nothing, nothing is cached, and no page fails.

Nothing that must hold relies on the cache: sessions and lockouts are in the database.
"""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

logger = logging.getLogger(__name__)
AWAY = (RedisConnectionError, RedisTimeoutError, ResponseError)  # the last: its disk or memory is full
PAUSE = 3.0  # seconds before the next try, so that requests do not all wait for a server that does not answer


class ForgivingClient(RedisCacheClient):
    """Answers as an empty cache while the server is away. ``add`` says yes: whoever asks for a lock gets it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._again_at = 0.0

    def _try(self, do: Callable[[], Any], otherwise: Any) -> Any:
        if time.monotonic() < self._again_at:
            return otherwise
        try:
            return do()
        except AWAY as error:
            self._again_at = time.monotonic() + PAUSE
            logger.warning("cache_away", extra={"reason": type(error).__name__})
            return otherwise

    def add(self, key: Any, value: Any, timeout: Any) -> Any:
        return self._try(lambda: super(ForgivingClient, self).add(key, value, timeout), True)

    def get(self, key: Any, default: Any) -> Any:
        return self._try(lambda: super(ForgivingClient, self).get(key, default), default)

    def set(self, key: Any, value: Any, timeout: Any) -> Any:
        return self._try(lambda: super(ForgivingClient, self).set(key, value, timeout), None)

    def touch(self, key: Any, timeout: Any) -> Any:
        return self._try(lambda: super(ForgivingClient, self).touch(key, timeout), False)

    def delete(self, key: Any) -> Any:
        return self._try(lambda: super(ForgivingClient, self).delete(key), False)

    def get_many(self, keys: Any) -> Any:
        return self._try(lambda: super(ForgivingClient, self).get_many(keys), {})

    def has_key(self, key: Any) -> Any:
        return self._try(lambda: super(ForgivingClient, self).has_key(key), False)

    def incr(self, key: Any, delta: Any) -> Any:
        return self._try(lambda: super(ForgivingClient, self).incr(key, delta), delta)

    def set_many(self, data: Any, timeout: Any) -> Any:
        return self._try(lambda: super(ForgivingClient, self).set_many(data, timeout), None)

    def delete_many(self, keys: Any) -> Any:
        return self._try(lambda: super(ForgivingClient, self).delete_many(keys), None)

    def clear(self) -> Any:
        return self._try(lambda: super(ForgivingClient, self).clear(), False)


class ForgivingRedisCache(RedisCache):
    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = ForgivingClient
