"""Forms over a record that others may be changing at the same time."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from core.history.pages import SIGN, made_elsewhere, on_page
from core.integrity import plainly
from core.pickers import name_blanks
from core.words import in_words


@dataclass(frozen=True)
class Clash:
    """One field that somebody else changed since the form was opened (``generic/_stale.html``)."""

    name: str
    label: str
    old: str
    new: str  # theirs
    mine: str  # what the form holds now: what was typed, or theirs where the field had not been touched


class VersionedForm(forms.ModelForm):
    """A ``ModelForm`` with optimistic locking over the model's integer ``version``; the model must be ``tracked``.

    The form carries the version it was opened with. If the record has moved on since, the form is invalid, keeps what
    was typed, lists what the other person changed (``clashes``, ``changed_by``) and carries the new version: looking at
    the differences and sending again is the consent to overwrite. Fields that only the other person changed take the
    new value, so that sending again does not undo it.

    ``save()`` locks the row, checks once more and raises the version by one. Two people saving in the same instant
    cannot both pass: the second gets ``StaleForm``, and the view renders the same page as for an invalid form.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, own: Any = None, **kwargs: Any) -> None:
        """:param own: the user of a form that saves itself: what its page saved later (``core.history.pages``) does not
        make it stale."""
        super().__init__(*args, **kwargs)
        self.own = own
        self.sign: str = self.data.get(SIGN, "")
        self.fields["version"].initial = self.instance.version
        name_blanks(self)
        self.clashes: list[Clash] = []
        self.changed_by = ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.instance.pk:
            fresh = type(self.instance)._default_manager.get(pk=self.instance.pk)
            if self._is_stale(fresh, cleaned.get("version")):
                self._tell(fresh, cleaned)
        return cleaned

    def save(self, commit: bool = True) -> Any:
        if not commit or not self.instance.pk:
            return super().save(commit)
        with on_page(self.sign), transaction.atomic():
            locked = type(self.instance)._default_manager.select_for_update(of=("self",)).get(pk=self.instance.pk)
            self.check_locked(locked)
            if self._is_stale(locked, self.cleaned_data["version"]):
                self._tell(locked, self.cleaned_data)
                raise StaleForm
            self.instance.version = locked.version + 1
            # Only what the form holds: a row has other facts that others change meanwhile.
            self.instance.save(update_fields=[*self._own_fields(), "version"])
            self._save_m2m()  # type: ignore[attr-defined]
        return self.instance

    def check_locked(self, locked: Any) -> None:
        """Asked under the lock whether the row may still be changed, for it may have been handed in meanwhile. Raises
        ``MoveNotAllowed`` if not."""

    @property
    def only_stale(self) -> bool:
        """Nothing is wrong but that somebody else saved: the comparison says so, no summary of errors is needed."""
        return bool(self.clashes) and list(self.errors) == [NON_FIELD_ERRORS] and len(self.non_field_errors()) == 1

    def _is_stale(self, fresh: Any, opened: int | None) -> bool:
        if opened == fresh.version:
            return False
        if self.own is None or opened is None:
            return True
        later = _events(fresh).filter(version__gt=opened)
        return made_elsewhere(later, self.own, self.sign).exists()

    def _own_fields(self) -> list[str]:
        own = [field.name for field in self.instance._meta.concrete_fields]
        return [name for name in self.fields if name in own and name != "version"]

    def _tell(self, fresh: Any, typed: dict[str, Any]) -> None:
        opened = self._as_opened(typed.get("version"))
        self.data: Any = self.data.copy()  # type: ignore[attr-defined]
        for name in self._own_fields():
            now, mine = getattr(fresh, name), typed.get(name, getattr(self.instance, name))
            before = getattr(opened, name) if opened else None
            if same(now, before) if opened else same(now, mine):
                continue
            taken = bool(opened) and same(mine, before)
            if taken:
                self._take(name, now)
            new = shown(fresh, name)
            label = str(self.fields[name].label or name)
            self.clashes.append(Clash(name, label, shown(opened, name), new, new if taken else plain(mine)))
        self.changed_by = _last_editor(fresh)
        self.data[self.add_prefix("version")] = fresh.version
        message = _("您打开之后，这条记录在别处改过。您填的内容都还在，请对照后再保存。")
        self.add_error(None, ValidationError(message, code="stale"))

    def _take(self, name: str, value: Any) -> None:
        key, field = self.add_prefix(name), self.fields[name]
        if isinstance(field, forms.BooleanField):
            self.data.pop(key, None)
            if value:
                self.data[key] = "on"
        else:
            self.data[key] = field.prepare_value(getattr(value, "pk", value)) or ""

    def _as_opened(self, version: int | None) -> models.Model | None:
        """The row as history kept it under ``version``."""
        return _events(self.instance).filter(version=version).order_by("pgh_id").last() if version else None


class WholeForm(VersionedForm):
    """Constraints over fields the form does not hold count as well, such as the record something hangs on."""

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if not self.errors:
            try:
                self.instance.validate_constraints()
            except ValidationError as error:
                self.add_error(None, error)


class AskingForm(forms.Form):
    """What is odd and may be right all the same is said once; sending the same again is the consent. The page shows
    ``form.doubted``."""

    doubted = forms.CharField(required=False, widget=forms.HiddenInput)

    def ask(self, about: str, doubts: list[str], again: Any) -> None:
        """:param about: what was typed; asked anew of anything else. :param again: how to consent."""
        if not doubts or self.cleaned_data.get("doubted") == about:
            return
        self.data: Any = self.data.copy()  # type: ignore[attr-defined]
        self.data[self.add_prefix("doubted")] = about
        self.add_error(None, ValidationError([*doubts, again]))


class StaleForm(Exception):  # noqa: N818 - reads as what it is
    """Somebody saved between this form's check and its save. The form already says so; render the page again."""


def saved(form: VersionedForm) -> Any:
    """Save a checked form: the record, or None when the form now says why it was not kept, also because somebody was
    quicker by an instant."""
    try:
        with plainly(type(form.instance)):
            return form.save()
    except StaleForm:  # the form says what the other person changed
        return None
    except ValidationError as error:
        refuse(form, error)
        return None


def _events(record: models.Model) -> models.QuerySet:
    return record.tracked_events.all()  # type: ignore[attr-defined]


def _last_editor(record: models.Model) -> str:
    last = _events(record).order_by("pgh_id").last()
    return ((last.pgh_context or {}) if last else {}).get("user_name", "")


def same(one: Any, other: Any) -> bool:
    return (one or None) == (other or None)


def shown(record: models.Model | None, name: str) -> str:
    """A field's value as a person reads it."""
    if record is None:
        return ""
    display = getattr(record, f"get_{name}_display", None)
    return plain(display() if display else getattr(record, name))


def plain(value: Any) -> str:
    return in_words(value) or str(_("（空）"))


def refuse(form: forms.BaseForm, error: ValidationError) -> None:
    """Show on the form what a service refused: at its field where the form has it, else above the form."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)
