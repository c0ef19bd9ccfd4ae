"""What web records share: log-in forms, and the target of a request."""

from __future__ import annotations

import re
from functools import cache


def is_log_in_form(method: str | None, status: str | None, target: str) -> bool:
    """Whether a form was posted to a log-in page and a redirect followed: mostly, it let the sender in."""
    return method == "POST" and status in ("302", "303") and bool(_form().search(target.partition("?")[0]))


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
