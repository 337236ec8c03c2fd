"""Several people at work at the same time, over HTTP: made for the measurement, signed in, each in a thread."""

import http.client
import secrets
import string
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from bench.measure import Timing, client_for, cookie_of
from organizations.models import Appointment, Organization, User
from organizations.permissions import grant


def person_with(role: str, place: Organization, *, username: str, name: str) -> User:
    """An account with one duty at the place."""
    user: User = User.objects.create_user(username, name=f"{name}（演示）", organization=place)
    User.objects.filter(pk=user.pk).update(must_change_password=False)
    grant(Appointment.objects.create(user=user, role=role, organization=place, basis="演示数据"))
    return user


def headers_of(user: User, content_type: str) -> dict[str, str]:
    """Those of a signed-in browser, with the token that its forms carry."""
    token = "".join(secrets.choice(string.ascii_letters) for _ in range(32))
    signed_in = cookie_of(client_for(user.username))
    return {"Cookie": f"{signed_in}; csrftoken={token}", "X-CSRFToken": token, "Content-Type": content_type}


class Browser:
    """One connection that is kept open; ``timing`` notes how long each answer took. Several may share a timing."""

    def __init__(self, port: int, headers: dict[str, str], timing: Timing) -> None:
        self._link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers, self._timing = headers, timing

    def post(self, url: str, body: str) -> tuple[int, bytes]:
        begun = time.perf_counter()
        self._link.request("POST", url, body=body, headers=self._headers)
        answer = self._link.getresponse()
        data = answer.read()
        self._timing.samples.append((time.perf_counter() - begun) * 1000)
        return answer.status, data


def at_once(*works: Callable[[], None]) -> float:
    """Begin all of them in the same instant; the seconds until the last has ended. What one raises is raised here."""
    start = threading.Barrier(len(works))

    def begin(work: Callable[[], None]) -> None:
        start.wait()
        work()

    begun = time.perf_counter()
    with ThreadPoolExecutor(len(works)) as pool:
        running = [pool.submit(begin, work) for work in works]
    seconds = time.perf_counter() - begun
    for one in running:
        one.result()
    return seconds
