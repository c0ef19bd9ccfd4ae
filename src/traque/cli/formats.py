"""``traque formats``."""

from __future__ import annotations

from typing import Final

import click

_PACKAGES: Final = {
    "bulletins": ("traque.bulletins", "recognised by content"),
    "decoders": ("traque.sources.decoders", "binary logs, searched as decoded records"),
    "logs": ("traque.logs", "recognised by content; what none of these knows is searched all the same"),
    "observables": ("traque.observables", "kinds that are searched"),
    "renderers": ("traque.reports", "documents that a hunt writes"),
}


@click.command(short_help="List what can be read, searched and written.")
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def formats(*, name: str | None, as_json: bool) -> None:
    """List bulletin readers, decoders, log formats, kinds of observables and renderers.

    With NAME, show all that is known of the format: its source document, its fields, how it knows who
    initiated and what came of it, and an example as it is read.

    Modules that could not be loaded are listed with the reason; the others keep working.
    """
    from traque.cli._output import document as print_document
    from traque.cli._output import setting, write
    from traque.registry import FormatSpec, discover
    from traque.reports._page import Page

    if name is not None:
        _details(name, as_json=as_json)
        return
    found = {key: discover(package, FormatSpec) for key, (package, _) in _PACKAGES.items()}
    if as_json:
        document = {
            key: {
                "formats": [{"name": s.name, "title": s.title, "example": _example(s)} for s in registry],
                "failed": registry.failures,
            }
            for key, registry in found.items()
        }
        print_document(document)
        return
    page = Page(setting())
    for key, registry in found.items():
        page.heading(key, _PACKAGES[key][1])
        for spec in registry:
            page.entry((spec.name, "bold"), spec.title, indent=2, hang=20)
            for line in (getattr(spec, "knows", ""), _example(spec)):
                if line:
                    page.say((line, "dim"), indent=20)
        for failure in registry.failures:
            page.entry(
                (failure.module, "yellow"), f"could not be loaded: {failure.reason}", indent=2, hang=20
            )
    write(page.close())


def _details(name: str, *, as_json: bool) -> None:
    """All formats of one name."""
    from traque.cli._output import document as print_document
    from traque.cli._output import setting, write
    from traque.inspection import describe
    from traque.reports import format_page

    details = describe(name, {key: package for key, (package, _) in _PACKAGES.items()})
    if as_json:
        print_document(details)
    else:
        write(format_page(details, setting()))


def _example(spec: object) -> str:
    """An example record, for the specs that have one."""
    example = getattr(spec, "example", "")
    return example.decode("utf-8", "replace") if isinstance(example, bytes) else str(example)
