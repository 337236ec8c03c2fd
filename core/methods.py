"""What a page may be asked with."""

from django.views.decorators.http import require_http_methods

# GET shows a form, POST sends it. Django has the same for pages that are only read (``require_safe``) or only sent.
form_page = require_http_methods(["GET", "POST"])
