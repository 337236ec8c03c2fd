"""The demo is made once: where there are accounts, nothing is touched (what it holds: ``tests/ops/demo.py``)."""

from io import StringIO

import pytest
from django.core.management import call_command

from teams.models import Filing

pytestmark = pytest.mark.django_db


def test_demo_is_made_once(cast):
    out = StringIO()
    call_command("make_demo", stdout=out)
    assert not Filing.objects.exists()  # there are demo accounts already: nothing is touched
    assert "hulunbuir" in out.getvalue()
