"""Fixtures for tests that store files: a folder of their own and a record files can hang on."""

from collections.abc import Callable
from pathlib import Path

import pytest

from organizations.models import AccountRequest, User


@pytest.fixture
def cabinet(settings, tmp_path) -> Callable[[], list[str]]:
    """A storage folder for one test; called, it lists the files in it."""
    default = {**settings.STORAGES["default"]["OPTIONS"], "location": tmp_path}
    backend = "django.core.files.storage.FileSystemStorage"
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": backend, "OPTIONS": default}}
    return lambda: sorted(str(path.relative_to(tmp_path)) for path in Path(tmp_path).rglob("*") if path.is_file())


@pytest.fixture
def draft(chifeng: User) -> AccountRequest:
    """An account request that lies with 赤峰市's clerk, who may put files with it."""
    return AccountRequest.objects.create(
        organization=chifeng.organization,
        applicant=chifeng,
        role="leader",
        name="白音·额尔敦（演示）",
        username="baiyin.demo",
    )
