"""AWS CloudTrail (lines, ``{"Records":[...]}`` documents, EventBridge's envelope) and GuardDuty findings.

Source: AWS, "CloudTrail record contents" and "GuardDuty finding format".
"""

from __future__ import annotations

from traque.logs._cloud import anchored, audit, caller, document_reader, document_sniff, first, mapping, text
from traque.logs._documents import Document
from traque.logs._fields import fields_of, side
from traque.logs._format import LogFormat
from traque.logs._inner import at
from traque.model import Event, Initiator, Outcome

TIMES = anchored("eventTime", "updatedAt", "UpdatedAt")

_DENIED = ("AccessDenied", "UnauthorizedOperation", "Forbidden", "AuthFailure", "SignatureDoesNotMatch")


def document(found: Document) -> Event | None:
    """One CloudTrail record or GuardDuty finding; None for other documents."""
    detail = found.get("detail")
    if isinstance(detail, dict) and "detail-type" in found:
        found = detail
    if "eventTime" in found and "eventName" in found and "eventSource" in found:
        return _record(found)
    service = mapping(found.get("service", found.get("Service")))
    if "guardduty" in text(service.get("serviceName", service.get("ServiceName"))):
        return _finding(found, service)
    return None


def _record(found: Document) -> Event:
    name, error = text(found.get("eventName")), text(found.get("errorCode"))
    identity = mapping(found.get("userIdentity"))
    answer = mapping(found.get("responseElements"))
    login = text(answer.get(name)) if name == "ConsoleLogin" else ""
    request = mapping(found.get("requestParameters"))
    pairs = [
        *caller(found.get("sourceIPAddress")),
        ("user.name", identity.get("userName") or identity.get("principalId") or identity.get("arn")),
        ("event.action", name),
        ("event.provider", found.get("eventSource")),
        ("error.code", error),
        ("user_agent.original", found.get("userAgent")),
        ("cloud.account.id", found.get("recipientAccountId") or identity.get("accountId")),
        ("cloud.region", found.get("awsRegion")),
        ("aws.s3.bucket.name", request.get("bucketName")),
    ]
    if login:
        outcome = Outcome.LOGIN_ACCEPTED if login == "Success" else Outcome.LOGIN_REFUSED
        return audit("cloudtrail", found.get("eventTime"), pairs, outcome, f"{name} {login}")
    outcome = Outcome.LOGIN_ACCEPTED
    if any(word in error for word in _DENIED):
        outcome = (
            Outcome.LOGIN_REFUSED
            if name in ("ConsoleLogin", "AssumeRole", "GetSessionToken")
            else Outcome.REFUSED
        )
    elif error:
        outcome = Outcome.REFUSED
    elif identity.get("accountId") == "ANONYMOUS_PRINCIPAL" or identity.get("type") in (None, "Unknown"):
        outcome = Outcome.DATA
    return audit("cloudtrail", found.get("eventTime"), pairs, outcome, f"{name} {error}".strip())


def _finding(found: Document, service: Document) -> Event:
    """A finding names the far end and its direction; what came of it stands nowhere."""
    action = mapping(service.get("action", service.get("Action")))
    part = next((mapping(value) for key, value in action.items() if key.lower() != "actiontype"), {})
    lowered = {key.lower(): value for key, value in part.items()}
    remote = mapping(lowered.get("remoteipdetails")) or mapping(
        first(lowered.get("portprobedetails")).get("remoteIpDetails")
    )
    address = text(remote.get("ipAddressV4", remote.get("IpAddressV4")))
    port = mapping(lowered.get("remoteportdetails")).get("port")
    outbound = text(lowered.get("connectiondirection")) == "OUTBOUND"
    kind = text(found.get("type", found.get("Type")))
    blocked = lowered.get("blocked") is True
    question = lowered.get("domain")
    pairs = [
        *(side("destination" if outbound else "source", address, port) if address else []),
        ("dns.question.name", question),
        ("event.action", kind),
        ("message", found.get("title", found.get("Title"))),
        ("cloud.account.id", found.get("accountId", found.get("AccountId"))),
        ("user.name", at(found, "resource", "accessKeyDetails", "userName")),
    ]
    direction = text(lowered.get("connectiondirection"))
    outcome = Outcome.DENIED if blocked else Outcome.RESOLVED if question else Outcome.UNKNOWN
    event = audit(
        "cloudtrail", found.get("updatedAt", found.get("UpdatedAt")), pairs, outcome, f"GuardDuty {kind}"
    )
    known = direction in ("INBOUND", "OUTBOUND") or question or "awsApiCall" in action
    return Event(
        format="cloudtrail",
        time=event.time,
        fields=fields_of([], event.fields),
        initiator=Initiator.SOURCE if known else Initiator.UNKNOWN,
        outcome=event.outcome,
        why=event.why,
    )


SPEC = LogFormat(
    name="cloudtrail",
    title="AWS CloudTrail, GuardDuty findings",
    example=b'{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","userName":"alice"},"eventTime":"2021-01-07T04:18:07Z",'
    b'"eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","sourceIPAddress":"192.0.2.7",'
    b'"responseElements":{"ConsoleLogin":"Success"}}',
    knows="The caller (sourceIPAddress) initiated. ConsoleLogin states its result; another call without an "
    "errorCode is an account's that was accepted. GuardDuty states the direction of a connection, "
    "not its result.",
    times=TIMES,
    sniff=document_sniff(document),
    reader=document_reader(TIMES),
    document=document,
    outcomes=frozenset(Outcome) - {Outcome.ALLOWED, Outcome.UNANSWERED},
)
