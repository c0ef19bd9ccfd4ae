"""Public suffixes (publicsuffix.org), from the list inside ``publicsuffixlist``.

Loaded on first use, once. The list has two parts: registries' own suffixes (ICANN: ``com``, ``co.uk``) and
suffixes under which a company gives names to its customers (private: ``github.io``).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

RESERVED: Final = frozenset(
    {"alt", "corp", "example", "home", "internal", "invalid", "lan", "local", "localhost", "onion", "test"}
)
"""Last labels that no registry runs but that names have (RFC 2606, 6761, 6762, 7686, 9476, and use)."""


def is_registry_suffix(domain: str) -> bool:
    """Whether a registry hands out names right below ``domain`` (canonical form)."""
    return bool(_icann().publicsuffix(domain) == domain and _is_listed(domain))


def is_private_suffix(domain: str) -> bool:
    """Whether ``domain`` is a suffix of the list's private part."""
    suffix = _whole().publicsuffix(domain, accept_unknown=False)
    return bool(suffix == domain) and not is_registry_suffix(domain)


def has_known_suffix(domain: str) -> bool:
    """Whether ``domain`` is below a listed suffix or a reserved last label."""
    if domain.rpartition(".")[2] in RESERVED:
        return True
    suffix = _whole().publicsuffix(domain, accept_unknown=False)
    return suffix is not None and suffix != domain


def _is_listed(domain: str) -> bool:
    return _icann().publicsuffix(domain, accept_unknown=False) is not None


@cache
def _icann() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(only_icann=True)


@cache
def _whole() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()
