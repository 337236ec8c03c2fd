"""Collects the texts of the product into ``locale/*/LC_MESSAGES/django.po``. See CONTRIBUTING.md, "Add a text"."""

from typing import Any

from django.core.management.commands import makemessages


class Command(makemessages.Command):
    """Django's own, told once what belongs to the product. A changed text is left empty rather than guessed ("fuzzy"):
    a guess would be shown to people."""

    msgmerge_options = ["-q", "--backup=none", "--update", "--no-fuzzy-matching"]

    def handle(self, *args: Any, **options: Any) -> None:
        options["locale"] = options["locale"] or ["en"]
        options["ignore_patterns"] += ["node_modules", "var", "tests", "bench"]
        options.update(no_wrap=True, no_obsolete=True, add_location="file")
        super().handle(*args, **options)
