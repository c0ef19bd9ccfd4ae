"""Microsoft 365's unified audit log: JSON from the Management Activity API, or as ``AuditData``.

Source: Microsoft Learn, "Office 365 Management Activity API schema". ``ClientIP`` may carry a port, and
brackets around IPv6; Exchange calls it ``ClientIPAddress``, Entra ID ``ActorIpAddress``.
"""

from __future__ import annotations

from traque.logs._cloud import anchored, audit, caller, document_reader, document_sniff, mapping, text
from traque.logs._documents import Document, decode
from traque.logs._format import LogFormat
from traque.model import Event, Outcome

TIMES = anchored("CreationTime", 'CreationTime\\"', 'CreationTime\\\\"')

_REFUSED = frozenset({"failed", "failure", "false", "partiallysucceeded"})


def document(found: Document) -> Event | None:
    """One audit record; None for other documents."""
    inner = found.get("AuditData", found.get("auditData"))
    if inner is not None:
        found = (decode(inner) if isinstance(inner, str) else mapping(inner)) or {}
    if "Workload" not in found or "Operation" not in found or "CreationTime" not in found:
        return None
    operation, status = text(found.get("Operation")), text(found.get("ResultStatus"))
    extended = _pairs(found.get("ExtendedProperties"))
    address = next(
        (found[key] for key in ("ClientIP", "ClientIPAddress", "ActorIpAddress") if found.get(key)), None
    )
    url = text(found.get("ObjectId"))
    pairs = [
        *caller(address),
        ("user.name", found.get("UserId")),
        ("event.action", operation),
        ("event.outcome", status),
        ("service.name", found.get("Workload")),
        (
            "user_agent.original",
            found.get("UserAgent") or extended.get("UserAgent") or found.get("ClientInfoString"),
        ),
        ("file.name", found.get("SourceFileName")),
        ("url.original", url if "://" in url else None),
        ("error.code", found.get("LogonError") or found.get("ErrorNumber")),
    ]
    return audit(
        "m365", found.get("CreationTime"), pairs, _outcome(operation, status), f"{operation} {status}".strip()
    )


def _outcome(operation: str, status: str) -> Outcome:
    if operation in ("UserLoggedIn", "MailboxLogin", "TeamsSessionStarted", "PowerBILogin"):
        return Outcome.LOGIN_REFUSED if status.lower() in _REFUSED else Outcome.LOGIN_ACCEPTED
    if operation == "UserLoginFailed":
        return Outcome.LOGIN_REFUSED
    if status.lower() in _REFUSED:
        return Outcome.REFUSED
    # Other operations are those of an account whose session had been accepted.
    return Outcome.LOGIN_ACCEPTED


def _pairs(value: object) -> dict[str, object]:
    items = value if isinstance(value, list) else []
    named = (mapping(item) for item in items[:50])
    return {text(item.get("Name")): item.get("Value") for item in named}


SPEC = LogFormat(
    name="m365",
    title="Microsoft 365 unified audit log",
    example=b'{"CreationTime":"2021-01-07T04:18:07","Id":"1","Operation":"UserLoggedIn","RecordType":15,'
    b'"ResultStatus":"Success","UserId":"alice@corp.example","Workload":"AzureActiveDirectory","ClientIP":"192.0.2.7"}',
    knows="The caller (ClientIP) initiated. UserLoggedIn accepted the account, UserLoginFailed "
    "refused it; any "
    "other operation is an account's in an accepted session, unless its ResultStatus says failed.",
    times=TIMES,
    sniff=document_sniff(document),
    reader=document_reader(TIMES),
    document=document,
    outcomes=frozenset({Outcome.LOGIN_ACCEPTED, Outcome.LOGIN_REFUSED, Outcome.REFUSED, Outcome.UNKNOWN}),
)
