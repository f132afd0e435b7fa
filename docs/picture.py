"""Makes docs/report.svg: what `ecsplain` prints, as a picture.

    pip install rich
    ecsplain --color always examples/tasks/layers-timeout.json | python3 docs/picture.py
"""

import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

LINES = 58  # up to the first fix

lines = sys.stdin.read().splitlines()[:LINES]
console = Console(record=True, width=82, file=open("/dev/null", "w"), force_terminal=True)
console.print(Text.from_ansi("$ aws ecs describe-tasks --cluster prod --tasks 01234567… | ecsplain\n" + "\n".join(lines) + "\n…"))
picture = console.export_svg(title="ecsplain", font_aspect_ratio=0.6)
# The page that shows it brings its own fonts; a picture in a README may load none.
picture = "\n".join(line for line in picture.splitlines() if "url(" not in line or "clip-path" in line)
# Some viewers drop blanks at the start of a piece.
picture = picture.replace("<text class", '<text xml:space="preserve" class')
(Path(__file__).parent / "report.svg").write_text(picture)
