"""How a bench says a figure: the ratio, what is wanted, and whether that is reached.

All benches print the same line, so ``bin/bench`` can read it back and needs to know nothing of
any of them.
"""

import operator
import re
from collections.abc import Iterator
from dataclasses import dataclass

RELATIONS = {"≤": operator.le, "≥": operator.ge}
LINE = re.compile(
    r"^→ (?:(?P<part>.+?): )?ratio (?P<ratio>-?[\d.]+|–)"
    r"(?:, wanted (?P<wanted>[≤≥] [\d.]+))?"
    r"(?:; (?P<memory>[\d.]+) MB(?: of (?P<most>[\d.]+))?)?"
    r": (?P<verdict>reached|NOT REACHED|measured)(?:; (?P<beside>.+))?$",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Figure:
    """One thing that was measured.

    ``wanted`` is as "≤ 1.3", or "" where nothing is promised.  ``memory`` is in megabytes, of which
    ``most`` are allowed.  ``beside`` are other words worth a look.
    """

    part: str
    ratio: float | None
    wanted: str = ""
    memory: float | None = None
    most: float | None = None
    beside: str = ""

    @property
    def is_reached(self) -> bool:
        """Whether ratio and memory are as wanted; true where nothing is."""
        if self.memory is not None and self.most is not None and self.memory > self.most:
            return False
        if not self.wanted or self.ratio is None:
            return True
        relation, bound = self.wanted.split()
        return RELATIONS[relation](self.ratio, float(bound))

    @property
    def verdict(self) -> str:
        """Return the word for it."""
        if not self.wanted and self.most is None:
            return "measured"
        return "reached" if self.is_reached else "NOT REACHED"

    def __str__(self) -> str:
        ratio = "–" if self.ratio is None else f"{self.ratio:.2f}"
        line = f"→ {self.part}: ratio {ratio}" if self.part else f"→ ratio {ratio}"
        line += f", wanted {self.wanted}" if self.wanted else ""
        line += f"; {self.memory:.1f} MB" if self.memory is not None else ""
        line += f" of {self.most:g}" if self.most is not None else ""
        line += f": {self.verdict}"
        return f"{line}; {self.beside}" if self.beside else line


def tell(part: str, ratio: float | None, wanted: str = "", **more: float | str | None) -> None:
    """Print a figure."""
    print(Figure(part, ratio, wanted, **more), flush=True)  # type: ignore[arg-type]


def read(text: str) -> Iterator[Figure]:
    """Yield the figures in what a bench has printed."""
    for found in LINE.finditer(text):
        yield Figure(
            part=found["part"] or "",
            ratio=None if found["ratio"] == "–" else float(found["ratio"]),
            wanted=found["wanted"] or "",
            memory=float(found["memory"]) if found["memory"] else None,
            most=float(found["most"]) if found["most"] else None,
            beside=found["beside"] or "",
        )
