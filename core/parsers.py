"""What the API reads. A module of its own: the framework's views import it while they are imported themselves."""

import json
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import parsers
from rest_framework.exceptions import ParseError


class JSONParser(parsers.JSONParser):
    """Refuses what JSON can say and neither the database nor the answer could carry: half of a surrogate pair (in a
    name as well), numbers and nesting without end."""

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        try:
            data = super().parse(*args, **kwargs)
            json.dumps(data, ensure_ascii=False, allow_nan=False).encode()
        except (ValueError, RecursionError) as error:
            raise ParseError(_("提交的 JSON 不能读取。")) from error
        return data
