"""The team that tests about people keep the roster of."""

import pytest

from organizations.models import Organization
from tests.teams import builders


@pytest.fixture
def place(cast, office) -> Organization:
    """The organization of a filed team of 松山区."""
    return builders.filed(cast["songshan"], office("150404"), cast["region"]).organization
