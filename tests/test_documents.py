"""What the documents name is there: files, links with their headings, commands, settings."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from sanderling.site.command import app

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
QUOTED = re.compile(r"`([^`\n]+)`")
FILE = re.compile(r"[\w./-]+\.(?:py|sql|toml|js|html)|(?:[\w.-]+/)+|(?:bench|bin|tests)/[\w/.-]+")
COMMAND = re.compile(r"\bsanderling((?: [a-z][a-z-]*)+)((?: --[a-z-]+(?: [^-`\s][^`\s]*)?)*)")
SETTING = re.compile(r"`(SANDERLING_[A-Z_]+|DATABASE_URL)\b")
READ = re.compile(r"\"(SANDERLING_[A-Z_]+)\"")
# For those who write the product, not for those who run it.
OURS = {"SANDERLING_DEBUG"}
# Belongs to other projects.
STRANGERS = {"STYLE.md"}

each = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


@each
def test_every_link_leads_somewhere(document):
    assert [target for target in links(document) if not leads_somewhere(document, target)] == []


@each
def test_every_file_that_is_named_is_there(document):
    if document.name in STRANGERS:
        pytest.skip("it names files of other projects")
    assert [name for name in files_named(document) if not is_there(name)] == []


@each
def test_every_command_is_one_of_ours(document):
    assert [words for words in commands(document) if not is_ours(*words)] == []


def test_the_table_of_settings_is_whole():
    table = (ROOT / "docs/guide/operating.md").read_text()
    said = set(re.findall(r"SANDERLING_[A-Z_]+", table))
    said |= {f"SANDERLING_SMTP{rest}" for rest in re.findall(r"`(_[A-Z]+)`", table)}
    read = {
        name for path in (ROOT / "src").rglob("*.py") for name in READ.findall(path.read_text())
    }
    assert read - said - OURS == set()
    assert said - read == set()


@each
def test_every_setting_that_is_named_is_read(document):
    code = "".join(path.read_text() for path in (ROOT / "src").rglob("*.py"))
    assert [name for name in SETTING.findall(document.read_text()) if name not in code] == []


def links(document: Path) -> list[str]:
    found = LINK.findall(document.read_text())
    return [target for target in found if not target.startswith(("http://", "https://", "mailto:"))]


def leads_somewhere(document: Path, target: str) -> bool:
    name, _, heading = target.partition("#")
    found = document.parent / name if name else document
    if not found.exists():
        return False
    return not heading or heading in {anchor(one) for one in HEADING.findall(found.read_text())}


def anchor(heading: str) -> str:
    """Return the name that a heading has in an address, as the sites that show Markdown make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def files_named(document: Path) -> Iterator[str]:
    for quoted in QUOTED.findall(document.read_text()):
        name = quoted.removeprefix("python ").split(" ")[0]
        if FILE.fullmatch(name):
            yield name


def is_there(name: str) -> bool:
    """Whether a file or folder of ours has this name, however much of its path is left out."""
    if name.startswith("docs/") or name.endswith("/"):
        return any(f"/{folder}/".endswith(f"/{name.strip('/')}/") for folder in FOLDERS)
    return any(f"/{file}".endswith(f"/{name}") for file in FILES) or name in FOLDERS


def tracked() -> list[str]:
    done = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, timeout=60
    )  # fmt: skip
    if done.returncode == 0:
        return done.stdout.splitlines()
    return [str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if path.is_file()]


FILES = tracked()
FOLDERS = {str(folder) for file in FILES for folder in Path(file).parents}


def commands(document: Path) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return the words of each command that is quoted, and its options."""
    text = document.read_text()
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    for quoted in [*QUOTED.findall(text), *blocks]:
        for words, options in COMMAND.findall(quoted):
            yield tuple(words.split()), tuple(re.findall(r"--[a-z-]+", options))


def is_ours(words: tuple[str, ...], options: tuple[str, ...]) -> bool:
    command = typer.main.get_command(app)
    for word in words:
        if not hasattr(command, "commands"):
            break  # the rest are its arguments
        if word not in command.commands:
            return False
        command = command.commands[word]
    known = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
    return set(options) <= known
