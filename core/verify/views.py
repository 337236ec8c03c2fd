"""Public pages: no sign-in, nothing personal, nothing that could be walked through number by number."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.attachments.storing import sha256_of
from core.documents.codes import CODE, typed_code
from core.models import VerifiableDocument
from core.verify.forms import LookupForm
from core.verify.limits import LookThrottle, SearchThrottle, limited

TONES = {"valid": "ok", "replaced": "warn", "revoked": "bad"}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def lookup(request: HttpRequest) -> HttpResponse:
    """A form for the code, or the number with the day. Only a POST is counted against the stricter limit."""
    if request.method == "POST":
        return _search(request)
    return render(request, "core/verify_lookup.html", {"form": LookupForm()})


def _found(request: HttpRequest) -> HttpResponse:
    form = LookupForm(request.POST)
    status = 400
    if form.is_valid():
        document = _find(**form.cleaned_data)
        if document is not None:
            return redirect("verify", code=document.code)
        status = 404
        form.add_error(None, _("没有找到这份文件。请对照文件核对后重新输入；仍然没有的，这份文件不是本平台出具的。"))
    return render(request, "core/verify_lookup.html", {"form": form}, status=status)


_search = limited(SearchThrottle, _found)


def _find(code: str, number: str, issued_on: Any) -> VerifiableDocument | None:
    """By code; else the latest with this number and day."""
    documents = VerifiableDocument.objects.all()
    if code:
        return documents.filter(code=code).first()
    return documents.filter(number=number.strip(), issued_on=issued_on).order_by("-issued_at").first()


def _page(request: HttpRequest, code: str) -> HttpResponse:
    clean = typed_code(code)
    document = VerifiableDocument.objects.filter(code=clean).first() if CODE.fullmatch(clean) else None
    if document is None:
        return render(request, "core/verify_unknown.html", {"code": code}, status=404)
    if clean != code:
        return redirect("verify", code=clean)
    context = {
        "document": document, "tone": TONES[document.state], "newer": _newer(document), "standing": _standing(document),
        "digest": document.content_digest if getattr(document.owner, "prints_digest", False) else "",
    }  # fmt: skip
    given = request.FILES.get("file") if request.method == "POST" else None
    if isinstance(given, UploadedFile):
        context |= {"compared": True, "same": sha256_of(given) == document.sha256}
    return render(request, "core/verify.html", context)


def _standing(document: VerifiableDocument) -> str:
    """How what the paper is about stands today, where its owner says so for anybody to read (``public_standing``)."""
    told = getattr(document.owner, "public_standing", None)
    return str(told()) if told else ""


def _newer(document: VerifiableDocument) -> VerifiableDocument | None:
    """The valid paper that took the place of one that was replaced, or was revoked and then given anew. Its code is not
    given away: it may say more."""
    if document.state == VerifiableDocument.State.VALID:
        return None
    same = VerifiableDocument.objects.valid().filter(
        content_type_id=document.content_type_id, object_id=document.object_id, number=document.number
    )
    return same.filter(title=document.title).first()


verify = never_cache(require_http_methods(["GET", "HEAD", "POST"])(limited(LookThrottle, _page)))
