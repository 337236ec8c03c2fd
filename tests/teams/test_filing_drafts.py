"""A draft page by page: kept whatever is wrong, saved while one types, shared by two, handed in once."""

import pytest
from django.urls import reverse

from tests.teams import builders

pytestmark = pytest.mark.django_db


def url(name, filing, *more):
    return reverse(f"teams:filing_{name}", args=[filing.pk, *more])


@pytest.mark.parametrize("section", ["name", "registration", "category", "management", "base", "support", "papers"])
def test_pages(as_user, chifeng, office, section):
    f = builders.drafted(chifeng, office("150400"))
    r = as_user(chifeng).get(url("section", f, section))
    assert r.status_code == 200


def test_rest(as_user, chifeng, region, office):
    f = builders.drafted(chifeng, office("150400"))
    c = as_user(chifeng)
    for n in ("edit", "hand_in", "detail", "form"):
        assert c.get(url(n, f)).status_code == 200, n
    team = builders.filed(chifeng, office("150400"), region, name="赤峰市红十字第二救援队")
    a = c.post(reverse("teams:filing_begin_for", args=[team.pk, "annual"]))
    assert c.get(a["Location"]).status_code == 200
    for q in ("", "?kind=register", f"?team={team.pk}"):
        assert c.get(reverse("teams:filing_begin") + q).status_code == 200, q
    assert c.get(reverse("teams:filing_list")).status_code == 200
