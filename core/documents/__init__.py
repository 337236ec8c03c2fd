"""Printed papers: any template as PDF/A, and papers with a number, a code and a public page that confirms them."""

from core.documents.issuing import issue, register, revoke
from core.documents.rendering import render_fitting, render_pdf

__all__ = ["issue", "register", "render_fitting", "render_pdf", "revoke"]
