"""The report for a person at a terminal: the answer first, then what to do, then what it rests on.

Written for 80 columns and wider, and for a pipe: without colour it is plain text, without Unicode
plain ASCII. Everything that comes from logs, bulletins and file names is escaped
(:mod:`traque.reports._page`).
"""

from __future__ import annotations

from traque.model import HuntResult
from traque.reports._renderer import Renderer, Setting


def _render(result: HuntResult, setting: Setting) -> bytes:
    from traque.reports import _assessment_section as assessment
    from traque.reports import _coverage_section as coverage
    from traque.reports import _sightings_section as sightings
    from traque.reports._page import Page  # rich is loaded only when a page is made

    page = Page(setting)
    sightings.answer(page, result)
    sightings.findings(page, result)
    sightings.table(page, result, setting.saved)
    sightings.meanings(page, result)
    sightings.evidence(page, result)
    assessment.cases(page, result)
    assessment.leads(page, result)
    coverage.next_steps(page, result)
    assessment.first_hour(page, result)
    coverage.window(page, result, setting.saved)
    assessment.visibility(page, result)
    coverage.unread(page, result, setting.saved)
    coverage.remarks(page, result)
    coverage.not_hunted(page, result)
    coverage.not_seen(page, result)
    coverage.searched(page, result)
    if setting.closing:
        page.say()
        page.say(setting.closing)
    return page.close()


SPEC = Renderer(
    name="terminal",
    title="the report for a person, also through a pipe",
    render=_render,
)
