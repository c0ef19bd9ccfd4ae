"""Kubernetes audit events (``audit.k8s.io``), as JSON.

Source: Kubernetes documentation, "kube-apiserver Audit Configuration (v1): Event".
"""

from __future__ import annotations

from traque.logs._cloud import anchored, audit, caller, document_reader, document_sniff, mapping, text
from traque.logs._documents import Document
from traque.logs._fields import number_of
from traque.logs._format import LogFormat
from traque.logs._inner import at
from traque.model import Event, Outcome

TIMES = anchored("requestReceivedTimestamp", "stageTimestamp", "timestamp")


def document(found: Document) -> Event | None:
    """One audit event; None for other documents."""
    # Collectors leave apiVersion out; the rest is as telling.
    known = text(found.get("apiVersion")).startswith("audit.k8s.io/") or (
        "auditID" in found and "stage" in found
    )
    if not known or "requestURI" not in found:
        return None
    addresses = found.get("sourceIPs")
    several = [one for one in addresses if isinstance(one, str)] if isinstance(addresses, list) else []
    user = text(at(found, "user", "username"))
    code = number_of(mapping(found.get("responseStatus")).get("code"))
    # The last address is the peer; those before it are what X-Forwarded-For claimed.
    pairs = [
        *caller(several[-1] if several else None),
        ("http.request.headers.x-forwarded-for", ",".join(several[:-1])),
        ("user.name", user),
        ("event.action", found.get("verb")),
        ("url.original", found.get("requestURI")),
        ("user_agent.original", found.get("userAgent")),
        ("http.response.status_code", code),
        ("orchestrator.namespace", at(found, "objectRef", "namespace")),
    ]
    anonymous = user in ("", "system:anonymous", "system:unauthenticated")
    outcome = Outcome.UNKNOWN
    if code is not None:
        if code in (401, 403):
            outcome = Outcome.REFUSED if anonymous else Outcome.LOGIN_REFUSED
        elif code >= 400:
            outcome = Outcome.REFUSED
        else:
            outcome = Outcome.DATA if anonymous else Outcome.LOGIN_ACCEPTED
    time = found.get("requestReceivedTimestamp", found.get("stageTimestamp"))
    return audit("kubernetes", time, pairs, outcome, f"{text(found.get('verb'))} {code or ''}".strip())


SPEC = LogFormat(
    name="kubernetes",
    title="Kubernetes audit events",
    example=b'{"kind":"Event","apiVersion":"audit.k8s.io/v1","requestURI":"/api/v1/pods","verb":"list","user":{"username":"alice"},'
    b'"sourceIPs":["192.0.2.7"],"responseStatus":{"code":200},"requestReceivedTimestamp":"2021-01-07T04:18:07.123456Z"}',
    knows="The last of sourceIPs initiated; the response's code says whether the account was "
    "served (2xx, 3xx) "
    "or refused (401, 403).",
    times=TIMES,
    sniff=document_sniff(document),
    reader=document_reader(TIMES),
    document=document,
    outcomes=frozenset(
        {Outcome.LOGIN_ACCEPTED, Outcome.LOGIN_REFUSED, Outcome.DATA, Outcome.REFUSED, Outcome.UNKNOWN}
    ),
)
