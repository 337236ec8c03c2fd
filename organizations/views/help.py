"""Roles × rights for everybody who is signed in, from the table that decides."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from organizations.permissions import access
from organizations.roles import ROLES, Level, Right
from organizations.signed_in import SignedIn


@require_safe
@login_required
def role_help(request: SignedIn) -> HttpResponse:
    mine = {held.role for held in access(request.user).held}
    roles = [
        {
            "key": key,
            "role": role,
            "levels": _("、").join(str(level.label) for level in Level if level in role.levels),
            "mine": key in mine,
        }
        for key, role in ROLES.items()
    ]
    rows = [{"right": right.label, "cells": [_cell(role, right) for role in ROLES.values()]} for right in Right]
    return render(request, "organizations/role_help.html", {"title": _("职责和权限"), "roles": roles, "rows": rows})


def _cell(role: object, right: Right) -> str:
    here, below = right in role.here, right in role.below  # type: ignore[attr-defined]
    if here and below:
        return _("本级和下级")
    return _("本级") if here else _("下级") if below else ""
