"""Rosters as teams keep them, in every habit of writing: read, judged, mended in the page, taken in, taken back."""

import pytest
from django.test import Client

from core.models import Import
from people.models import Certificate, Cover, Membership, Person
from tests.people import builders
from tests.people.rosters import BASIC, basic_row, workbook

pytestmark = pytest.mark.django_db


def test_smoke(as_user, songshan, place):
    client = as_user(songshan)
    url = f"/people/teams/{place.pk}/import/"
    page = client.post(url, {"file": workbook([BASIC, basic_row(1), basic_row(2)])}, follow=True)
    print(page.context["preview"]["counts"] if page.context.get("preview") else page.context["form"].errors)
    print(page.context["preview"]["rows"][0]["note"], page.context["preview"]["remarks"])
    address = f"{url}?{page.request['QUERY_STRING']}"
    done = client.post(address, {"confirm": "1"}, follow=True)
    print(done.context.get("result"))
    print(
        Person.objects.count(),
        Membership.objects.values("state", "group"),
        Certificate.objects.count(),
        Cover.objects.count(),
    )
    again = client.post(url, {"file": workbook([BASIC, basic_row(1), basic_row(2)])}, follow=True)
    print(again.context["preview"]["counts"], [r["note"] for r in again.context["preview"]["rows"]])
    undone = client.post(address, {"undo": "1"}, follow=True)
    print(undone.context["result"])
    print(Person.objects.values("name", "id_index", "birth"), Membership.objects.values("state", "end_kind"))
