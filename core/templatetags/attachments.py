"""``{% attachments owner "kind" %}``: the files of one kind, with drop zone where the reader may add;
``{% attachment_gallery gallery %}``: the same as a grid of pictures."""

from typing import Any

from django import template
from django.db import models

from core.attachments.panel import panel_context

register = template.Library()


@register.inclusion_tag("core/_attachments.html", takes_context=True)
def attachments(context: template.Context, owner: models.Model, kind: str) -> dict[str, Any]:
    request = context["request"]
    panel = panel_context(owner, request.user, kind)
    return {**panel, "csrf_token": context.get("csrf_token"), "request": request}


@register.inclusion_tag("core/_attachments.html", takes_context=True)
def attachment_panel(context: template.Context, panel: dict[str, Any]) -> dict[str, Any]:
    """One of ``core.attachments.panel.panels``, read together with others."""
    return {**panel, "csrf_token": context.get("csrf_token"), "request": context["request"]}


@register.inclusion_tag("core/_gallery.html", takes_context=True)
def attachment_gallery(context: template.Context, gallery: dict[str, Any]) -> dict[str, Any]:
    """One of ``core.attachments.gallery.galleries``."""
    return {**gallery, "csrf_token": context.get("csrf_token"), "request": context["request"]}
