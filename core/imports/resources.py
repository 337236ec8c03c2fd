"""The base of every import: which columns there are and what one row means."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ObjectDoesNotExist, ValidationError
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.utils.translation import gettext as _
from import_export import fields, resources
from tablib import Dataset

from core.imports.heads import Topic
from core.imports.reading import MOST_ROWS, Sheet
from core.imports.widgets import Text
from core.language import in_chinese


@dataclass(frozen=True)
class Undone:
    """:param taken: how many records are gone. :param left: what stays, each with the reason, in words."""

    taken: int = 0
    left: list[tuple[str, str]] = field(default_factory=list)


class Column(fields.Field):
    """A column of a spreadsheet.

    :param column_name: its heading in the blank spreadsheet and in messages.
    :param also: other headings it is known under.
    :param required: without this column the file is not accepted.
    :param example: shown in the blank spreadsheet; :param hint: how to fill it in, there as well.
    """

    def __init__(
        self,
        attribute: str,
        column_name: Any,
        *,
        also: Iterable[str] = (),
        required: bool = False,
        example: str = "",
        hint: Any = "",
        widget: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(attribute=attribute, column_name=str(column_name), widget=widget or Text(), **kwargs)
        with in_chinese():  # sheets are Chinese, whichever language their uploader reads
            self.also = (str(column_name), *also)
        self.required, self.example = required, example
        self.hint = str(hint)


class Resource(resources.ModelResource):
    """Rows of a spreadsheet as records of a model.

    A subclass declares ``Column`` fields, ``Meta.model``, ``Meta.fields``, ``Meta.import_id_fields`` (what tells that
    a record is there already) and ``form_class``: the same form that the page uses, so that the same rules hold.
    Override ``row_form`` when the form needs more than data and instance (the user, the office), ``save_row`` when
    saving is more than saving the instance (``open_account(…)``), ``may_change`` to allow updates of existing records.

    An empty cell leaves what an existing record says as it is: rosters are rarely filled in whole, and a forgotten cell
    must not clear a phone number.

    The run happens in one transaction; a first run to check is rolled back. So whatever ``save_row`` does must
    live in the database or in ``transaction.on_commit``.
    """

    form_class: type[ModelForm] | None = None
    always: frozenset[str] = frozenset()  # columns of the preview also where the file has none

    class Meta:
        use_transactions = True
        skip_unchanged = True
        report_skipped = True
        skip_diff = False
        skip_html_diff = True
        store_instance = True

    def __init__(self, *, by: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        # widgets remember what they looked up: per run, not per process
        self.fields: dict[str, fields.Field] = deepcopy(self.fields)
        self.by = by
        self.before: dict[int, dict[str, str]] = {}  # row → field → text before, for records that are there already
        self.warned: dict[int, dict[str, list[str]]] = {}  # row → field, "" for the whole row → what to look at
        self.made: list[Any] = []  # keys of the records this run made
        self.row = 0  # the one at hand, counted from 1
        self.trial = True
        self.progress: Callable[[int], None] = lambda done: None
        self.total = 0
        self.form: ModelForm | None = None  # of the row at hand, valid when save_row is called

    # -- for subclasses --------------------------------------------------------------------------------
    def row_form(self, instance: Model, data: dict[str, Any]) -> ModelForm | None:
        """The page's form over this row; None when the model's own validation is all there is."""
        return self.form_class(data, instance=deepcopy(instance)) if self.form_class else None

    def may_change(self, instance: Model) -> str:
        """Why this existing record must not be changed by this person; empty when it may."""
        return ""

    def save_row(self, instance: Model, *, is_new: bool) -> None:
        """Save one row that passed every check; ``self.form`` is its valid form."""
        instance.save()

    def beside(self, sheets: Sequence[Sheet]) -> Any:
        """Look at all sheets of the file before its columns are looked for: what the rows alone do not say, and columns
        that depend on it.

        :returns: what was taken, as JSON: part of the content by which files are told apart. None if nothing.
        :raises ValidationError: with the sheet and the row, for these cannot be mended in the preview.
        """
        return None

    def parts(self, names: Sequence[str]) -> bool:
        """Whether the widget of the first field reads all of these from one cell: 队长及电话."""
        return False

    def of_heading(self, text: str) -> dict[str, str]:
        """What a heading between the rows says of those below it: column → text."""
        return {}

    def is_heading(self, text: str) -> bool:
        """Whether a text alone in its row is such a heading though it stands where a record could: 一、盟市级."""
        return False

    topics: Sequence[Topic] = (Topic(re.compile(""), ""),)  # of headings over several columns: they may say anything
    weak: Mapping[str, Sequence[str]] = MappingProxyType({})  # heading → fields; the first that no other column is
    chosen: Mapping[str, str] = MappingProxyType({})  # key of a heading (``heads.key_of``) → field; "" for none
    filled_down: frozenset[str] = frozenset()  # columns in which a cell merged over several rows speaks for each
    every_sheet = False  # whether further sheets with such a heading are read as well: one for each 旗县
    undoable = False  # whether ``undo`` takes back what an import made; then a page offers it for a day
    most_rows = MOST_ROWS
    at_once = 300  # rows checked while the person waits; more by a job

    def undo(self, made: Sequence[Any], *, reason: str) -> Undone:
        """Take back the records an import made, within the caller's transaction. Whatever somebody has worked on since
        stays, with the reason why.

        :param made: keys, as ``self.made`` held them.
        :param reason: goes into the history of each.
        """
        raise NotImplementedError

    def records(self, made: Sequence[Any]) -> QuerySet[Any]:
        """What an import made, to link to."""
        model: Any = self._meta.model
        return model._default_manager.filter(pk__in=made)

    # -- the run ------------------------------------------------------------------------------------------
    @property
    def columns(self) -> dict[str, Column]:
        order = dict.fromkeys((*(self._meta.fields or ()), *self.fields))  # as declared; the library sorts its own way
        return {name: self.fields[name] for name in order if isinstance(self.fields.get(name), Column)}

    def run(self, dataset: Dataset, *, dry_run: bool) -> Any:
        """Take the rows in, or only try; the caller holds the transaction and rolls it back when it was a trial."""
        self.total, self.trial = len(dataset), dry_run
        self.before, self.warned, self.made = {}, {}, []
        return self.import_data(dataset, dry_run=dry_run, use_transactions=True, raise_errors=False, by=self.by)

    def warn(self, name: str, text: str) -> None:
        """Something to look at in the row at hand: it is shown in the preview and keeps nobody from going on.

        :param name: of the column, "" for the row as a whole.
        """
        self.warned.setdefault(self.row, {}).setdefault(name, []).append(text)

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        self.row = kwargs["row_number"]

    def after_init_instance(self, instance: Any, new: bool, row: Any, **kwargs: Any) -> None:
        if not new:
            self.before[kwargs["row_number"]] = {name: field.export(instance) for name, field in self.columns.items()}
            if reason := self.may_change(instance):
                raise ValidationError(reason)

    def import_field(self, field: Any, instance: Any, row: Any, is_m2m: bool = False, **kwargs: Any) -> None:
        if kwargs.get("row_number") in self.before and not row.get(field.column_name):
            return
        super().import_field(field, instance, row, is_m2m, **kwargs)

    def validate_instance(
        self, instance: Any, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        names = {column.attribute: name for name, column in self.columns.items()}
        errors = {names.get(key, key): problems for key, problems in (import_validation_errors or {}).items()}
        for name, column in self.columns.items():
            if column.required and name not in errors and column.get_value(instance) in (None, ""):
                errors[name] = [ValidationError(_("没有填。"))]
        for name, problems in self._judged(instance).items():
            errors.setdefault(name, problems)  # a cell that could not be read is not reported as missing as well
        if errors:
            raise ValidationError(errors)

    def _judged(self, instance: Any) -> dict[str, list[ValidationError]]:
        try:
            self.form = self.row_form(instance, self._form_data(instance))
        except ObjectDoesNotExist:  # the form needs a relation that this row failed to name, which is reported already
            return _of_cells(instance, self.columns)
        return _of_model(instance) if self.form is None else _of_form(self.form)

    def _form_data(self, instance: Any) -> dict[str, Any]:
        """The row as the form's own page would send it: keys of related records, ticks only where ticked."""
        names = dict.fromkeys((*(self.form_class.base_fields if self.form_class else ()), *self.columns))
        values = {name: getattr(instance, f"{name}_id", None) or getattr(instance, name, None) for name in names}
        return {name: value for name, value in values.items() if value is not None and value is not False}

    def do_instance_save(self, instance: Any, is_create: bool) -> None:
        self.save_row(instance, is_new=is_create)
        if is_create and instance.pk is not None:
            self.made.append(instance.pk)

    def after_import_row(self, row: Any, row_result: Any, **kwargs: Any) -> None:
        self.progress(kwargs["row_number"])


def _of_form(form: ModelForm) -> dict[str, list[ValidationError]]:
    form.full_clean()
    return {name: error.as_data() for name, error in form.errors.items()}


def _of_cells(instance: Model, names: Iterable[str]) -> dict[str, list[ValidationError]]:
    """What can be said of single cells when the row as a whole cannot be judged."""
    others = [field.name for field in instance._meta.fields if field.name not in set(names)]
    try:
        instance.clean_fields(exclude=others)
    except ValidationError as error:
        return error.error_dict
    return {}


def _of_model(instance: Model) -> dict[str, list[ValidationError]]:
    try:
        instance.full_clean()
    except ValidationError as error:
        return error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
    return {}
