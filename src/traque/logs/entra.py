"""Microsoft Entra ID (Azure AD) sign-in and audit logs, and the Azure activity log, as JSON.

Source: Microsoft Learn, "signIn resource type" (Graph), "Azure Monitor: SigninLogs, AuditLogs, AzureActivity"
and the diagnostic settings' schema, where the record stands in ``properties``.
"""

from __future__ import annotations

from traque.logs._cloud import anchored, audit, caller, document_reader, document_sniff, first, mapping, text
from traque.logs._documents import Document
from traque.logs._fields import number_of
from traque.logs._format import LogFormat
from traque.logs._inner import at
from traque.model import Event, Outcome

TIMES = anchored(
    "createdDateTime", "activityDateTime", "time", "eventTimestamp", "TimeGenerated", "CreatedDateTime"
)

_SIGN_INS = frozenset(
    {"SignInLogs", "NonInteractiveUserSignInLogs", "ServicePrincipalSignInLogs", "ManagedIdentitySignInLogs"}
)


def document(found: Document) -> Event | None:
    """One sign-in, audit or activity record; None for other documents."""
    category = text(found.get("category"))
    properties = mapping(found.get("properties"))
    if category in _SIGN_INS:
        return _sign_in(properties or found, found.get("time"), found)
    if (
        "createdDateTime" in found
        and "ipAddress" in found
        and ("appDisplayName" in found or "status" in found)
    ):
        return _sign_in(found, found.get("createdDateTime"), found)
    if "UserPrincipalName" in found and "IPAddress" in found and "ResultType" in found:
        return _table(found)
    if category == "AuditLogs" or ("activityDateTime" in found and "initiatedBy" in found):
        return _audited(properties or found, found.get("time", found.get("activityDateTime")))
    if "callerIpAddress" in found and ("operationName" in found or "resourceId" in found):
        return _activity(found)
    return None


def _outcome(code: object) -> Outcome:
    number = number_of(code)
    return Outcome.UNKNOWN if number is None else Outcome.LOGIN_REFUSED if number else Outcome.LOGIN_ACCEPTED


def _sign_in(signed: Document, time: object, whole: Document) -> Event:
    status = mapping(signed.get("status"))
    code = status.get("errorCode", whole.get("resultType"))
    pairs = [
        *caller(signed.get("ipAddress") or whole.get("callerIpAddress")),
        ("user.name", signed.get("userPrincipalName") or signed.get("servicePrincipalName")),
        ("event.action", "sign-in"),
        ("error.code", code if code not in (0, "0") else None),
        ("error.message", status.get("failureReason") if code not in (0, "0") else None),
        ("service.name", signed.get("appDisplayName")),
        ("user_agent.original", signed.get("userAgent")),
    ]
    return audit(
        "entra", time or signed.get("createdDateTime"), pairs, _outcome(code), f"sign-in, error code {code}"
    )


def _table(found: Document) -> Event:
    code = found.get("ResultType")
    pairs = [
        *caller(found.get("IPAddress")),
        ("user.name", found.get("UserPrincipalName")),
        ("event.action", "sign-in"),
        ("service.name", found.get("AppDisplayName")),
        ("user_agent.original", found.get("UserAgent")),
    ]
    time = found.get("TimeGenerated", found.get("CreatedDateTime"))
    return audit("entra", time, pairs, _outcome(code), f"sign-in, result {code}")


def _audited(found: Document, time: object) -> Event:
    user = mapping(at(found, "initiatedBy", "user"))
    result = text(found.get("result"))
    action = text(found.get("activityDisplayName")) or text(found.get("operationName"))
    pairs = [
        *caller(user.get("ipAddress")),
        ("user.name", user.get("userPrincipalName")),
        ("event.action", action),
        ("event.outcome", result),
        ("user.target.name", first(found.get("targetResources")).get("userPrincipalName")),
    ]
    outcome = {"success": Outcome.LOGIN_ACCEPTED, "failure": Outcome.REFUSED}.get(
        result.lower(), Outcome.UNKNOWN
    )
    return audit("entra", time, pairs, outcome, f"{action} {result}".strip())


def _activity(found: Document) -> Event:
    action, status = found.get("operationName"), text(found.get("resultType")) or text(found.get("status"))
    if isinstance(action, dict):
        action = action.get("value")
    claims = mapping(at(found, "identity", "claims")) or mapping(found.get("claims"))
    user = next((claims[key] for key in claims if key.endswith(("/upn", "/name", "emailaddress"))), None)
    pairs = [
        *caller(found.get("callerIpAddress")),
        ("user.name", found.get("caller") or user),
        ("event.action", action),
        ("event.outcome", status),
        ("cloud.resource.id", found.get("resourceId")),
    ]
    lower = status.lower()
    outcome = Outcome.UNKNOWN
    if lower in ("success", "succeeded", "start", "started", "accept", "accepted", "0"):
        outcome = Outcome.LOGIN_ACCEPTED
    elif "fail" in lower or "unauthorized" in lower or "denied" in lower:
        outcome = Outcome.REFUSED
    time = found.get("time", found.get("eventTimestamp"))
    return audit("entra", time, pairs, outcome, f"{action} {status}".strip())


SPEC = LogFormat(
    name="entra",
    title="Microsoft Entra ID sign-in and audit logs, Azure activity log",
    example=b'{"id":"1","createdDateTime":"2021-01-07T04:18:07Z","userPrincipalName":"alice@corp.example",'
    b'"appDisplayName":"Office 365","ipAddress":"192.0.2.7","status":{"errorCode":0}}',
    knows="The caller initiated. Error code 0 accepted the account, any other refused it; an "
    "audited or activity "
    "record that succeeded is an account's in an accepted session.",
    times=TIMES,
    sniff=document_sniff(document),
    reader=document_reader(TIMES),
    document=document,
    outcomes=frozenset({Outcome.LOGIN_ACCEPTED, Outcome.LOGIN_REFUSED, Outcome.REFUSED, Outcome.UNKNOWN}),
)
