"""AWS CloudTrail (lines, ``{"Records":[...]}`` documents, EventBridge's envelope) and GuardDuty findings.

Source: AWS CloudTrail User Guide, "Record contents", "userIdentity element", "Console sign-in events", and
IAM Identity Center's "CloudTrail events"; GuardDuty API Reference, "Action" and what it names, "Service".
"""

from __future__ import annotations

from traque.logs._cloud import anchored, audit, caller, document_reader, document_sniff, first, mapping, text
from traque.logs._documents import Document, stamp_of
from traque.logs._fields import fields_of, http_outcome, number_of, side
from traque.logs._format import LogFormat
from traque.logs._inner import at
from traque.model import Event, Initiator, Outcome

TIMES = anchored("eventTime", "eventLastSeen", "EventLastSeen", "updatedAt", "UpdatedAt")

_DENIED = ("AccessDenied", "UnauthorizedOperation", "Forbidden", "AuthFailure", "SignatureDoesNotMatch")
_STEPS = ("CheckMfa", "CredentialChallenge", "CredentialVerification")
"""Parts of a sign-in whose success is not yet one."""


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
    identity, request = mapping(found.get("userIdentity")), mapping(found.get("requestParameters"))
    told = (mapping(found.get(part)).get(name) for part in ("responseElements", "serviceEventDetails"))
    stated = next((one for one in told if one in ("Success", "Failure")), "")
    pairs = [
        *caller(found.get("sourceIPAddress")),
        ("user.name", _account(identity) or at(found, "additionalEventData", "UserName")),
        ("event.action", name),
        ("event.provider", found.get("eventSource")),
        ("error.code", error),
        ("user_agent.original", found.get("userAgent")),
        ("cloud.account.id", found.get("recipientAccountId") or identity.get("accountId")),
        ("cloud.region", found.get("awsRegion")),
        ("aws.s3.bucket.name", request.get("bucketName")),
    ]
    why = f"{name} {stated or error}".strip()
    return audit("cloudtrail", found.get("eventTime"), pairs, _outcome(name, stated, error, identity), why)


def _outcome(name: str, stated: object, error: str, identity: Document) -> Outcome:
    """What a sign-in states of itself, else the error; without one the account was accepted."""
    if stated == "Failure":
        return Outcome.LOGIN_REFUSED
    if stated:
        return Outcome.ALLOWED if name in _STEPS else Outcome.LOGIN_ACCEPTED
    if any(word in error for word in _DENIED):
        asked = name in ("ConsoleLogin", "AssumeRole", "GetSessionToken")
        return Outcome.LOGIN_REFUSED if asked else Outcome.REFUSED
    if error:
        return Outcome.REFUSED
    nobody = identity.get("accountId") == "ANONYMOUS_PRINCIPAL" or identity.get("type") in (None, "Unknown")
    return Outcome.DATA if nobody else Outcome.LOGIN_ACCEPTED


def _account(identity: Document) -> object:
    """The name of an identity: a user's, a role's with its session, the root's, else its identifier."""
    arn = text(identity.get("arn"))
    if identity.get("type") == "Root":
        return identity.get("userName") or "root"
    session = arn.partition(":assumed-role/")[2]
    return identity.get("userName") or session or identity.get("principalId") or arn


def _finding(found: Document, service: Document) -> Event:
    """A finding names the far end and its direction, and whether it was blocked or let in."""
    action = mapping(service.get("action", service.get("Action")))
    names = {key.lower(): mapping(value) for key, value in action.items() if isinstance(value, dict)}
    shape, part = next(iter(names.items()), ("", {}))
    part = {key.lower(): value for key, value in part.items()}
    probe = {key.lower(): value for key, value in first(part.get("portprobedetails")).items()}
    near, far = (
        (_address(part, probe, f"{end}ipdetails"), _port(part, probe, f"{end}portdetails"))
        for end in ("local", "remote")
    )
    direction, question = text(part.get("connectiondirection")), part.get("domain")
    asked = direction == "OUTBOUND" or bool(question)
    ends = ("source", "destination") if asked else ("destination", "source")
    kind = text(found.get("type", found.get("Type")))
    login = {key.lower(): value for key, value in first(part.get("loginattributes")).items()}
    resource = mapping(found.get("resource"))
    person = text(at(resource, "kubernetesDetails", "kubernetesUserDetails", "username"))
    nobody = person == "system:anonymous"
    pairs = [
        *(side(ends[0], *near) if near[0] else []),
        *(side(ends[1], *far) if far[0] else []),
        ("dns.question.name", question),
        ("network.transport", text(part.get("protocol")).lower()),
        ("user_agent.original", part.get("useragent")),
        ("error.code", part.get("errorcode")),
        ("event.action", kind),
        ("message", found.get("title", found.get("Title"))),
        ("cloud.account.id", found.get("accountId", found.get("AccountId"))),
        ("user.name", login.get("user") or at(resource, "accessKeyDetails", "userName")),
        ("user.name", None if nobody else person),
    ]
    times = ("eventLastSeen", "EventLastSeen")
    time = next((service[key] for key in times if key in service), None)
    fields = fields_of(pairs)
    return Event(
        format="cloudtrail",
        time=stamp_of(time or found.get("updatedAt", found.get("UpdatedAt"))),
        fields=fields,
        initiator=Initiator.UNKNOWN
        if shape == "networkconnectionaction" and direction not in ("INBOUND", "OUTBOUND")
        else Initiator.SOURCE,
        outcome=_found_outcome(shape, part, login, "user.name" in fields),
        why=f"GuardDuty {kind}",
    )


def _found_outcome(shape: str, part: Document, login: Document, named: bool) -> Outcome:
    if part.get("blocked") is True:
        return Outcome.DENIED
    if shape == "rdsloginattemptaction":
        if number_of(login.get("successfulloginattempts")):
            return Outcome.LOGIN_ACCEPTED
        return Outcome.LOGIN_REFUSED if named else Outcome.REFUSED
    if shape == "awsapicallaction":
        return Outcome.REFUSED if part.get("errorcode") else Outcome.LOGIN_ACCEPTED
    if shape == "kubernetesapicallaction":
        return http_outcome(part.get("statuscode"), user=named)
    if shape == "dnsrequestaction":
        return Outcome.RESOLVED
    return Outcome.ALLOWED if part.get("blocked") is False else Outcome.UNKNOWN


def _address(part: Document, probe: Document, name: str) -> str:
    details = mapping(part.get(name)) or mapping(probe.get(name))
    lowered = {key.lower(): value for key, value in details.items()}
    return text(lowered.get("ipaddressv4")) or text(lowered.get("ipaddressv6"))


def _port(part: Document, probe: Document, name: str) -> object:
    details = mapping(part.get(name)) or mapping(probe.get(name))
    return details.get("port", details.get("Port"))


SPEC = LogFormat(
    name="cloudtrail",
    title="AWS CloudTrail, GuardDuty findings",
    example=b'{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","userName":"alice"},"eventTime":"2021-01-07T04:18:07Z",'
    b'"eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","sourceIPAddress":"192.0.2.7",'
    b'"responseElements":{"ConsoleLogin":"Success"}}',
    knows="The caller (sourceIPAddress) initiated. Sign-ins state their result; another call without an "
    "errorCode is an account's that was accepted. GuardDuty states the direction of a connection and "
    "whether it was blocked, and the result of database log-ins and API calls.",
    times=TIMES,
    sniff=document_sniff(document),
    reader=document_reader(TIMES),
    document=document,
    outcomes=frozenset(Outcome),
)
