"""A draft for the authorities: the declaration to the national CERT, the stages of NIS2 Article 23.

The forms are data (:mod:`traque.reports._forms`). What the result says is filled in, everything else is
marked blank: significance, awareness, severity and impact are for a person to state, and "don't know" is an
answer. Where nothing was seen beyond what a control stopped, and no address of one's own is on the list, it
is feedback to the publisher and says that it is no declaration.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from traque.model import HuntResult, Verdict
from traque.reports._filling import Filler
from traque.reports._forms import Field, Form, forms
from traque.reports._language import Words, words
from traque.reports._markdown import prose
from traque.reports._renderer import Renderer, Setting

_STOPPED: Final = frozenset({Verdict.BLOCKED, Verdict.TRACE, Verdict.SELF})


def is_feedback(result: HuntResult) -> bool:
    """Whether there is nothing to declare: no finding, and only what was stopped, named, or our own."""
    return not result.findings and all(s.verdict in _STOPPED for s in result.sightings)


def _render(result: HuntResult, setting: Setting) -> bytes:
    said = words(setting.language)
    feedback = is_feedback(result)
    lines = ["<!-- traque hunt report -->", f"# {said('form.feedback' if feedback else 'form.draft')}", ""]
    if not feedback:
        lines += [f"**{said('form.note')}**", ""]
    for form in forms():
        if form.feedback == feedback:
            lines += _form(form, result, said)
    return ("\n".join(lines).rstrip() + "\n").encode()


def _form(form: Form, result: HuntResult, said: Words) -> Iterator[str]:
    language = said.language
    filler = Filler(result, said, form.zone)
    yield f"## {prose(form.title[language])}"
    yield ""
    version = said("form.version", id=form.id, version=form.version, authority=form.authority[language])
    yield from (prose(version), "")
    for basis in form.basis:
        yield from (prose(basis[language]), "")
    for source in form.sources:
        yield f"- <{source}>"
    if form.sources:
        yield ""
    for stage in form.stages:
        limit = f" ({prose(stage.deadline[language])})" if stage.deadline else ""
        yield from (f"### {prose(stage.title[language])}{limit}", "")
        for field in stage.fields:
            yield from _field(field, filler, said)


def _field(field: Field, filler: Filler, said: Words) -> Iterator[str]:
    yield from (f"**{prose(field.label[said.language])}**", "")
    if field.hint:
        yield from (f"*{prose(field.hint[said.language])}*", "")
    if field.fill:
        yield from filler(field.fill) or [said("form.nothing")]
    elif field.choices:
        yield from (f"- [ ] {prose(choice[said.language])}" for choice in field.choices)
    else:
        yield f"- [ ] {said('form.blank')}"
    yield ""


SPEC = Renderer(
    name="notification",
    title="a draft declaration to the national CERT and NIS2 notification, blanks marked",
    render=_render,
    file_name="notification.md",
    media_type="text/markdown; charset=utf-8",
)
