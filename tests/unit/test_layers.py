"""Imports point downward only (docs/design.md, section 3)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SRC = Path(__file__).resolve().parents[2] / "src" / "traque"

BASE = {"errors", "expressions"}
MODEL = BASE | {"model"}
CORE = MODEL | {"registry", "diagnostics", "timestamps"}
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "expressions": set(),
    "model": BASE,
    "registry": BASE,
    "spreadsheet": set(),
    "whole_files": set(),
    "diagnostics": MODEL,
    "timestamps": MODEL | {"_kernel"},
    "observables": MODEL | {"registry"},
    "bulletins": MODEL | {"registry", "observables", "timestamps", "spreadsheet", "whole_files"},
    "sources": MODEL | {"diagnostics", "registry", "spreadsheet", "_kernel"},
    "logs": MODEL | {"registry", "timestamps"},
    "scan": MODEL | {"observables", "sources", "timestamps", "_kernel"},
    "ledger": CORE | {"observables", "sources", "logs", "scan", "triage", "__init__", "_kernel"},
    "enrich": MODEL | {"registry"},
    "triage": MODEL | {"diagnostics"},
    "owned": MODEL | {"observables", "enrich"},
    "exporters": MODEL | {"registry", "observables"},
    "detect": CORE | {"observables", "bulletins", "enrich", "exporters", "whole_files", "__init__"},
    "compare": MODEL,
    "lint": MODEL | {"observables", "bulletins", "enrich", "exporters", "owned", "__init__"},
    "source_map": BASE | {"logs", "sources", "owned"},
    "proof": MODEL | {"diagnostics", "sources", "observables", "triage", "reports", "__init__"},
    "hunt": CORE
    | {"source_map", "observables", "bulletins", "sources", "logs", "scan", "enrich", "triage", "owned"}
    | {"ledger", "__init__"},
    "reports": MODEL | {"registry", "enrich", "__init__"},  # of enrich, the outlines of a map
    "show": MODEL | {"enrich", "reports"},
    "inspection": CORE | {"sources", "logs", "scan", "triage", "source_map", "hunt", "__init__"},
    "indexing": CORE | {"sources", "scan", "triage", "source_map", "hunt", "ledger", "__init__"},
    "cli": CORE
    | {"source_map", "inspection", "observables", "bulletins", "logs", "enrich", "hunt", "detect", "ledger"}
    | {"indexing", "whole_files"}
    | {"lint", "compare", "exporters", "reports", "show", "proof", "__init__"},
    "__main__": {"cli"},
    "__init__": set(),
}


def _is_module(name: str) -> bool:
    return (SRC / name).is_dir() or any((SRC / f"{name}{end}").exists() for end in (".py", ".pyi"))


def _imported(tree: ast.AST) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {a.name.split(".")[1] for a in node.names if a.name.startswith("traque.")}
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "traque":
                found |= {a.name if _is_module(a.name) else "__init__" for a in node.names}
            elif node.module.startswith("traque."):
                found.add(node.module.split(".")[1])
    return found


MODULES = sorted(SRC.rglob("*.py"))


@pytest.mark.parametrize("module", MODULES, ids=[str(m.relative_to(SRC)) for m in MODULES])
def test_imports_point_downward(module: Path) -> None:
    layer = module.relative_to(SRC).parts[0].removesuffix(".py")
    assert layer in MAY_IMPORT, f"{layer} is a new layer: place it in MAY_IMPORT and in docs/design.md"
    allowed = MAY_IMPORT[layer] | {layer}
    assert _imported(ast.parse(module.read_text("utf-8"))) <= allowed


def test_reports_take_no_facts_from_the_packed_data() -> None:
    for module in (SRC / "reports").rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("traque.enrich"):
                assert node.module == "traque.enrich.world"


def test_the_check_sees_an_upward_import() -> None:
    assert _imported(ast.parse("from traque.hunt import hunt\nfrom traque import timestamps")) == {
        "hunt",
        "timestamps",
    }
