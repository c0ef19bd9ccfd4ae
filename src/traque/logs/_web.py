"""What web records share: what came of a request, log-in forms, and its target."""

from __future__ import annotations

import re
from functools import cache

from traque.logs._fields import http_outcome
from traque.model import Outcome


def is_log_in_form(method: object, status: object, target: str) -> bool:
    """Whether a form was posted to a log-in page and a redirect followed: mostly, it let the sender in."""
    return (
        method == "POST" and str(status) in ("302", "303") and bool(_form().search(target.partition("?")[0]))
    )


def web_outcome(method: object, status: object, target: str, *, user: bool) -> tuple[Outcome, str]:
    """What came of a request, and how that is known. ``user``: the record names an account."""
    if not user and is_log_in_form(method, status, target):
        return Outcome.LOGIN_ACCEPTED, f"HTTP {status} after a log-in form: probably accepted"
    why = f"HTTP {status or 'without a status'}"
    return http_outcome(status, user=user), f"{why} with an account" if user else why


def target_fields(target: str, host: str, scheme: str = "http") -> list[tuple[str, object]]:
    """``url.*`` fields of a request's target on a host: what the client asked for, not a peer."""
    path, question, query = target.partition("#")[0].partition("?")
    found: list[tuple[str, object]] = [("url.original", target), ("url.domain", host)]
    if path.startswith("/"):
        found += [("url.path", path), ("url.query", query if question else None)]
        if host:
            found.append(("url.full", f"{scheme}://{host}{target}"))
    return found


@cache
def _form() -> re.Pattern[str]:
    return re.compile(
        r"(?:^|[/_.-])(?:wp-)?(?:log[-_]?[io]n|sign[-_]?in|logincheck|auth\.owa|j_security_check|login\.cgi)(?:$|[/_.-])",
        re.IGNORECASE,
    )
