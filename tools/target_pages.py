"""Write docs/targets/: a page for each target, made of its module's SPEC, and their index.

    python tools/target_pages.py

A test compares the pages with what this gives.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from traque.exporters import Target, targets

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "targets"
NO_EXPIRY = "entries do not expire by themselves: the removal script takes them out"
FAMILIES = {"network": "Network", "hosts": "Hosts", "siem": "SIEM", "exchange": "Exchange"}


def pages() -> Iterator[tuple[str, str]]:
    """Name and text of every page."""
    registry = targets()
    yield "README.md", "\n".join(_index(list(registry)))
    for target in registry:
        yield f"{target.name}.md", "\n".join(_page(target))


def _index(registry: list[Target]) -> Iterator[str]:
    yield "# Targets\n"
    yield "What `traque detect BULLETIN --for TARGET` writes. These pages are made of the modules in"
    yield "`src/traque/exporters/` by `tools/target_pages.py`.\n"
    for family, title in FAMILIES.items():
        members = [target for target in registry if target.family == family]
        if members:
            yield f"## {title}\n"
            yield "| target | what | can |\n|---|---|---|"
            for target in members:
                yield f"| [{target.name}]({target.name}.md) | {target.title} | {', '.join(target.actions)} |"
            yield ""


def _page(target: Target) -> Iterator[str]:
    yield f"# {target.name}: {target.title}\n"
    yield f"    traque detect BULLETIN --for {target.name} --out DIR --check\n"
    yield f"Load (in `DIR/{target.name}/`):\n"
    yield f"{_code(target.load)}\n"
    yield f"Verify:\n\n{_code(target.verify)}\n"
    yield f"Remove:\n\n{_code(target.remove)}\n"
    yield f"- **Kinds**: {', '.join(f'`{kind}`' for kind in target.kinds)}"
    yield f"- **Can**: {', '.join(target.actions)}"
    yield f"- **Expiry**: {target.expiry or NO_EXPIRY}"
    for limit in target.limits:
        yield f"- **Limit**: {limit.what}: {limit.then}"
    yield f"- **Escaping**: {target.escaping}"
    if target.outside:
        yield "- **Leaves the house**: values go to the provider; refused for PAP:RED and PAP:AMBER"
    if target.read_back:
        names = ", ".join(f"`{name}`" for name in target.read_back)
        yield f"- **Reads back**: traque reads {names} as a bulletin"
    checked = "yes, with `--check`" if target.check else "none exists that can be installed"
    yield f"- **Checked** by the target's own checker: {checked}"
    yield f"- **Sources**: {'; '.join(target.sources)}"
    yield ""


def _code(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = dict(pages())
    for old in FOLDER.glob("*.md"):
        if old.name not in wanted:
            old.unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
