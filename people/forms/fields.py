"""Fields of a person that are typed in many ways and kept in one."""

from typing import Any

from django import forms

from core.typed import joined_name
from people.names import dotted


class NameField(forms.CharField):
    """王　明 is 王明, and whichever dot a keyboard gives is the one that is kept."""

    def to_python(self, value: Any) -> Any:
        return joined_name(dotted(super().to_python(value) or ""))
