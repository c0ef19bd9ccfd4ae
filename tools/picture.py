"""The picture of the README: the demonstration's report, as a terminal shows it.

    python tools/demo.py && python tools/picture.py [FOLDER [TARGET]]

Reads FOLDER/answer/result.json (./demo) and writes TARGET (docs/hunt.svg). Only the beginning of the
report is shown, up to the evidence.
"""

from __future__ import annotations

import io
import re
import shlex
import sys
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

import demo
import demo_estate as estate
from traque.reports import Setting, renderers
from traque.reports.json_ import load

WIDTH = 104
LOCAL_FONTS_ONLY = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
"""rich's template without the fonts that it would load from a network."""
LAST_HEADING = "NEXT STEPS"


def main() -> int:
    """Draw it."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "demo")
    target = Path(sys.argv[2] if len(sys.argv) > 2 else "docs/hunt.svg")
    result = load((folder / "answer" / "result.json").read_bytes())
    report = renderers()["terminal"].render(result, Setting(width=WIDTH, colour=True)).decode()
    command = [
        "traque",
        "hunt",
        "bulletin.json",
        "--in",
        "logs",
        "--own",
        estate.OWN,
        "--since",
        demo.SINCE,
        "--until",
        demo.UNTIL,
    ]
    screen = Console(
        record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor"
    )
    screen.print(Text.assemble(("$ ", "bold green"), (shlex.join(command), "bold")))
    for line in report.splitlines():
        text = Text.from_ansi(line)
        if text.plain.startswith(LAST_HEADING):
            break
        screen.print(text, soft_wrap=True)
    svg = screen.export_svg(title="traque", unique_id="traque", code_format=LOCAL_FONTS_ONLY)
    target.write_text(svg, encoding="utf-8")
    print(f"{target} written")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
