"""The findings of the page: what is the reader's own and listed, regulars of listed addresses."""

from __future__ import annotations

from traque.model import Finding, HuntResult
from traque.reports import _told as told
from traque.reports._html_sightings import record
from traque.reports._language import Words
from traque.reports._markup import Html, el, folded, section


def findings(result: HuntResult, words: Words) -> Html | None:
    """The section: the first thing to read."""
    if not result.findings:
        return None
    items = []
    for finding in result.findings:
        said, *remedy = told.finding(finding, words)
        items.append(
            el(
                "li",
                el("strong", said),
                " ",
                *remedy,
                _log_ins(finding, words) if finding.evidence else None,
                lang=None if words.has(f"finding.{finding.code}") or words.known(finding.text) else "en",
            )
        )
    return section("findings", words("h.findings"), words("n.findings"), el("ul", *items))


def _log_ins(finding: Finding, words: Words) -> Html:
    """The records that led to a finding, folded."""
    return folded(
        words.many("evidence.all", len(finding.evidence)),
        el("ol", *(record(one, words) for one in finding.evidence), class_="evidence"),
    )
