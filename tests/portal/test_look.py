"""The look keeps its promises by counting: contrast in both themes, nothing inline, weight of a first load."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles.finders import get_finders

from portal.staticfiles import USED

ROOT = Path(__file__).resolve().parents[2]
CSS = ROOT / "static" / "css"
TOKENS = (CSS / "tokens.css").read_text(encoding="utf-8")

# text on ground, as the components use them (WCAG 2.2 AA: 4.5:1)
TEXT = [
    *[(ink, ground) for ink in ("ink", "ink-2") for ground in ("paper", "ground", "line-2", "act-soft")],
    *[(ink, f"{tone}-soft") for ink in ("ink", "ink-2") for tone in ("ok", "warn", "bad", "wait")],
    *[(tone, f"{tone}-soft") for tone in ("ok", "warn", "bad", "wait")],
    *[(tone, ground) for tone in ("ok", "warn", "bad", "act-ink", "ink-3") for ground in ("paper", "ground")],
    ("ink-3", "line-2"),
    ("act-ink", "act-soft"),
    ("act-ink", "line-2"),
    ("on-act", "act"),
    ("on-act", "act-ink"),
    ("on-bad", "bad"),
    *[(ink, f"area-{number}") for ink in ("ink", "ink-2") for number in range(1, 5)],
]
# outlines of controls and the focus ring against what lies beside them (3:1)
SHAPES = [("edge", "paper"), ("edge", "ground"), ("act", "paper"), ("act", "ground"), ("mark", "paper")]


def theme(name: str) -> dict[str, str]:
    parts = TOKENS.split('[data-bs-theme="dark"] {')
    light, dark = (dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", part)) for part in parts)
    return light if name == "light" else light | dark


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXT, 4.5), (SHAPES, 3.0)], ids=["text", "shapes"])
def test_contrast_reaches_aa(name, pairs, least):
    colours = theme(name)
    found = {f"{a} on {b}": contrast(colours[a], colours[b]) for a, b in pairs}
    assert {pair: round(ratio, 2) for pair, ratio in found.items() if ratio < least} == {}


def test_components_take_colours_from_tokens_only():
    own = [path for path in CSS.glob("*.css") if path.name not in ("tokens.css", "print.css")]
    found = {path.name: set(re.findall(r"#[0-9a-fA-F]{3,8}\b", path.read_text(encoding="utf-8"))) for path in own}
    # a QR code (plain) and the picture of a file (attachments) stay on white in the dark
    white = {"plain.css": {"#fff"}, "attachments.css": {"#fff"}}
    assert {name: colours for name, colours in found.items() if colours} == white


def test_no_shadows_no_gradients():
    text = "".join(path.read_text(encoding="utf-8") for path in CSS.glob("*.css"))
    assert "gradient(" not in text
    assert set(re.findall(r"box-shadow:\s*([^;]+);", text)) == {"none"}


def test_templates_hold_nothing_inline():
    inline = re.compile(r"\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|<style\b|javascript:", re.IGNORECASE)
    script = re.compile(r"<script(?![^>]*\b(?:src=|type=\"application/json\"))", re.IGNORECASE)
    printed = {"pdf", "report"}  # folders of what no browser shows
    pages = [path for path in (ROOT / "templates").rglob("*.html") if printed.isdisjoint(path.parts)]
    texts = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in pages}
    hits = {name: inline.search(text) or script.search(text) for name, text in texts.items()}
    assert {name: hit.group() for name, hit in hits.items() if hit} == {}


def loaded(template: str, seen: set[str] | None = None) -> set[str]:
    """Scripts and styles that a template asks for, with those of what it extends and includes."""
    seen = set() if seen is None else seen
    text = (ROOT / "templates" / template).read_text(encoding="utf-8")
    files = set(re.findall(r"static '((?:css|js|vendor)/[^']+\.(?:css|js))'", text))
    for other in re.findall(r"{% (?:extends|include) \"([^\"]+)\"", text):
        if other not in seen:
            seen.add(other)
            files |= loaded(other, seen)
    return files


def size(name: str) -> int:
    vendor = {"vendor/tabler": "@tabler/core/dist", "vendor/htmx": "htmx.org/dist"}
    for prefix, folder in vendor.items():
        if name.startswith(prefix):
            path = ROOT / "node_modules" / folder / name.removeprefix(prefix + "/")
            break
    else:
        path = ROOT / "static" / name
    return len(gzip.compress(path.read_bytes(), 9))


PAGES = ["generic/list.html", "generic/form.html", "generic/detail.html", "generic/import.html", "account/login.html"]


@pytest.mark.parametrize("template", PAGES)
def test_first_load_stays_within_200_kb(template):
    sizes = {name: size(name) for name in loaded(template)}
    assert "css/tokens.css" in sizes
    assert sum(sizes.values()) <= 200 * 1024, sizes


def test_every_icon_used_is_in_the_sprite():
    have = set(re.findall(r'<symbol id="([\w-]+)"', (ROOT / "static/icons/states.svg").read_text(encoding="utf-8")))
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "templates").rglob("*.html"))
    assert set(re.findall(r'#([\w-]+)"></use>', text)) - have == set()


def test_what_pages_name_is_served_and_of_the_libraries_nothing_else():
    """The web process throws on a name that was not collected; what is collected is compressed at the first start."""
    listed = [found for finder in get_finders() for found in finder.list([])]
    served = {f"{prefix}/{name}" if (prefix := getattr(kept, "prefix", "")) else name for name, kept in listed}
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "templates").rglob("*.html"))
    named = set(re.findall(r"static '([^']+)'", text))
    assert named - served == set()
    assert {name for name in USED if not name.endswith(".map")} - named == set()


def test_what_saves_itself_waits_for_its_last_answer():
    """Sent while another is under way, the newer may arrive first, and the older words win."""
    saving = re.compile(r"<[^>]*hx-post=[^>]*hx-trigger=\"input [^>]*>")
    texts = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "templates").rglob("*.html")}
    tags = {name: saving.findall(text) for name, text in texts.items()}
    assert sum(map(len, tags.values())) > 8
    hasty = [name for name, found in tags.items() if any('hx-sync="this:queue last"' not in tag for tag in found)]
    assert hasty == []


def test_uploads_load_all_their_scripts():
    """``upload.js`` by itself stops with an error, and the page takes no file."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "templates").rglob("*.html")}
    assert [name for name, text in texts.items() if "js/upload.js" in text] == ["_upload_scripts.html"]


# what is picked, scanned or proved is not typed; who fills in the others is not signed in
UNKEPT = re.compile(
    r"^(account|mfa|usersessions|core|pdf)/|(join|me_copy|import|_person_reveal|account_link|policy_people)\.html$"
    r"|(roster_bulk|member_create|review_detail)\.html$"
)


def test_what_is_typed_into_a_form_outlives_errors_and_the_end_of_a_session():
    """The error pages and the notice at the end of a session promise it (``js/keep-form.js``)."""
    typed = re.compile(r"generic/_field\.html|<textarea")
    forms = {
        str(path.relative_to(ROOT / "templates")): re.findall(
            r'<form[^>]*method="post"[^>]*>', path.read_text(encoding="utf-8")
        )
        for path in (ROOT / "templates").rglob("*.html")
        if typed.search(path.read_text(encoding="utf-8"))
    }
    lost = [name for name, tags in forms.items() if tags and not any("data-keep" in tag for tag in tags)]
    assert [name for name in lost if not UNKEPT.search(name)] == []
