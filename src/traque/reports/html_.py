"""One page that needs nothing else: no network, no other file; light, dark and print.

Its policy (``Content-Security-Policy``) lets run only the one style and the one script that it carries,
by their hashes; everything foreign is text (:mod:`traque.reports._markup`). It reads without scripts;
they sort, filter and turn pages.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator

from traque.model import HuntResult
from traque.reports._language import asset, words
from traque.reports._renderer import Renderer, Setting


def page(result: HuntResult, language: str, *, opened: int = 0) -> Iterator[bytes]:
    """The page in ``language``, in pieces; ``opened`` sightings show their evidence from the start."""
    from traque.reports import _html_head as head
    from traque.reports import _html_next as follows
    from traque.reports import _html_rest as rest
    from traque.reports import _html_time as time
    from traque.reports._html_findings import findings
    from traque.reports._html_sightings import sightings, waiting
    from traque.reports._marks import TLPS, strictest_tlp
    from traque.reports._markup import Html, el

    said = words(language)
    parts = {
        "findings": findings(result, said),
        "summary": head.summary(result, said),
        "verdicts": head.verdicts(result, said),
        "sightings": sightings(result, said, opened=opened),
        "cases": follows.cases(result, said),
        "leads": follows.leads(result, said),
        "plan": follows.plan(result, said),
        "timeline": time.timeline(result, said),
        "coverage": time.coverage(result, said),
        "visibility": follows.visibility(result, said),
        "geography": rest.geography(result, said),
        "notseen": rest.not_seen(result, said),
        "warninglists": rest.warninglisted(result, said),
        "refused": rest.refused(result, said),
        "statements": rest.statements(result, said),
        "remarks": rest.remarks(result, said),
        "data": rest.data(result, said),
        "method": rest.method(result, said),
    }
    there = {name: part for name, part in parts.items() if part is not None}
    links = [("not-seen" if name == "notseen" else name, said(f"h.{name}")) for name in there]
    tlp = strictest_tlp(result)
    style = asset("assets/page.css").decode() + _running(f"TLP:{tlp.upper()}" if tlp in TLPS else "")
    script = asset("assets/page.js").decode()
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    title = ", ".join(bulletin.title or bulletin.id for bulletin in result.bulletins[:3])
    document = el(
        "html",
        el(
            "head",
            el("meta", charset="utf-8"),
            el("meta", http_equiv="Content-Security-Policy", content=policy),
            el("meta", name="viewport", content="width=device-width, initial-scale=1"),
            el("meta", name="color-scheme", content="light dark"),
            el("meta", name="referrer", content="no-referrer"),
            el("meta", name="generator", content=f"traque {result.hunt.version}"),
            el("title", f"{said('title')}: {title}"),
            Html(f"<style>{style}</style>"),
        ),
        el(
            "body",
            head.skip(said),
            head.masthead(result, said),
            el("div", head.contents(links, said), el("main", *there.values()), class_="columns"),
        ),
        lang=language,
    )
    before = document.removesuffix("</body></html>")
    yield b"<!DOCTYPE html>\n<!-- traque hunt report -->\n"
    yield before.encode()
    yield from waiting(result, said)
    yield f"<script>{script}</script>\n</body></html>\n".encode()


def _hash(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def _running(mark: str) -> str:
    """TLP and page numbers at the foot of each printed page (TLP 2.0 asks for the former)."""
    return (
        f'@page{{@bottom-left{{content:"traque";}}@bottom-center{{content:"{mark}";}}'
        '@bottom-right{content:counter(page) " / " counter(pages);}}\n'
    )


def _render(result: HuntResult, setting: Setting) -> bytes:
    return b"".join(_pieces(result, setting))


def _pieces(result: HuntResult, setting: Setting) -> Iterable[bytes]:
    return page(result, setting.language)


SPEC = Renderer(
    name="html",
    title="one page for people: summary, sightings with their evidence, coverage; no network",
    render=_render,
    pieces=_pieces,
    file_name="report.html",
    with_hunt=True,
    media_type="text/html; charset=utf-8",
)
