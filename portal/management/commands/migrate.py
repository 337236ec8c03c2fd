"""Django's ``migrate``, which a new installation does not wait for.

Before each of its thousand operations Django knows all models anew that are related to the one it concerns, and with
everything related to the person that is nearly all of them: forty seconds for what the database does in three. What
concerns one model alone needs no more than that model. Where a migration looks at rows (``RunPython``), Django reads
its models from the beginning (``is_delayed``), as it always does after changes it has put off.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.commands import migrate
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ModelState, ProjectState
from django.db.migrations.utils import field_is_referenced
from pgtrigger.migrations import AddTrigger, RemoveTrigger


class GrowingState(ProjectState):
    """The models between two operations, where what concerns one leaves all others as they are."""

    putting_off = False

    def reload_model(self, app_label: str, model_name: str, delay: bool = False) -> None:
        if self.putting_off:
            self.is_delayed = True
        else:
            super().reload_model(app_label, model_name, delay)

    @contextmanager
    def _put_off(self) -> Iterator[None]:
        self.putting_off = True
        try:
            yield
        finally:
            self.putting_off = False

    def add_model(self, model_state: ModelState) -> None:
        with self._put_off():
            super().add_model(model_state)
        self.apps.render_multiple([model_state])

    def add_field(self, app_label: str, model_name: str, name: str, field: Any, preserve_default: bool) -> None:
        if self._has_heirs(app_label, model_name):
            super().add_field(app_label, model_name, name, field, preserve_default)
            return
        with self._put_off():
            super().add_field(app_label, model_name, name, field, preserve_default)
        model: Any = self.apps.get_model(app_label, model_name)
        model.add_to_class(name, self.models[app_label, model_name].fields[name].clone())

    def alter_field(self, app_label: str, model_name: str, name: str, field: Any, preserve_default: bool) -> None:
        key = app_label, model_name
        tied = field.is_relation or field_is_referenced(self, key, (name, field))
        if tied or self._has_heirs(app_label, model_name):
            super().alter_field(app_label, model_name, name, field, preserve_default)
            return
        with self._put_off():
            super().alter_field(app_label, model_name, name, field, preserve_default)
        self.apps.render_multiple([self.models[key]])

    def alter_model_options(self, *arguments: Any) -> None:
        with self._put_off():
            super().alter_model_options(*arguments)

    def _append_option(self, app_label: str, model_name: str, option_name: str, obj: Any) -> None:
        with self._put_off():
            super()._append_option(app_label, model_name, option_name, obj)  # type: ignore[misc]
        self._take_over(app_label, model_name, option_name)

    def _remove_option(self, app_label: str, model_name: str, option_name: str, obj_name: str) -> None:
        with self._put_off():
            super()._remove_option(app_label, model_name, option_name, obj_name)  # type: ignore[misc]
        self._take_over(app_label, model_name, option_name)

    def _take_over(self, app_label: str, model_name: str, option_name: str) -> None:
        options = self.models[app_label, model_name].options
        setattr(self.apps.get_model(app_label, model_name)._meta, option_name, list(options[option_name]))

    def _has_heirs(self, app_label: str, model_name: str) -> bool:
        label = f"{app_label}.{model_name}".lower()
        return any(
            isinstance(base, str) and base.lower() == label for state in self.models.values() for base in state.bases
        )


class Executor(MigrationExecutor):
    def _migrate_all_forwards(self, state: ProjectState, *arguments: Any, **options: Any) -> ProjectState:
        state.__class__ = GrowingState
        return super()._migrate_all_forwards(state, *arguments, **options)  # type: ignore[misc, no-any-return]


# A trigger is made from its own text; no model looks different for it.
def _note_trigger(operation: AddTrigger, app_label: str, state: ProjectState) -> None:
    options = state.models[app_label, operation.model_name].options
    options["triggers"] = [*options.get("triggers", []), operation.trigger]


def _drop_trigger(operation: RemoveTrigger, app_label: str, state: ProjectState) -> None:
    options = state.models[app_label, operation.model_name].options
    options["triggers"] = [trigger for trigger in options.get("triggers", []) if trigger.name != operation.name]


class Command(migrate.Command):
    def handle(self, *arguments: Any, **options: Any) -> None:
        migrate.MigrationExecutor = Executor  # type: ignore[misc, attr-defined]
        AddTrigger.state_forwards = _note_trigger  # type: ignore[method-assign, assignment]
        RemoveTrigger.state_forwards = _drop_trigger  # type: ignore[method-assign, assignment]
        super().handle(*arguments, **options)
