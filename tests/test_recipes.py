"""The recipes of CONTRIBUTING.md, followed to the letter in a clone that shares the environment."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from conftest import turn

ROOT = Path(__file__).resolve().parents[1]
RECIPE = re.compile(r"<!-- recipe: (\w+) -->\n(.*?)\n<!-- end -->", re.DOTALL)
BLOCK = re.compile(r"^( *)(`{3,})(\w+)(?: (\S+))?\n(.*?)\n\1\2$", re.DOTALL | re.MULTILINE)


def recipes():
    """Return {name: [(kind, file or None, text)]} of the recipes."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return {name: list(steps(body)) for name, body in RECIPE.findall(text)}


def steps(body):
    """Yield the blocks of a recipe, without the indentation of the list they are in."""
    for indent, _, kind, file, text in BLOCK.findall(body):
        yield kind, file or None, re.sub(rf"^{indent}", "", text, flags=re.MULTILINE)


def added(old, text):
    """Return a file's text with a block at its end; a chapter's is set apart by an empty line."""
    return f"{old}\n{text}\n" if old and text.startswith("#") else f"{old}{text}\n"


def patched(old, text):
    """Return a file's text with each line that begins with + after the line above it."""
    context, *new = text.split("\n")
    assert context[0] == " " and all(line[0] == "+" for line in new), text
    before = f"{context[1:]}\n"
    assert old.count(before) == 1, before
    return old.replace(before, before + "".join(f"{line[1:]}\n" for line in new))


class Clone:
    """A clone of the repository, with what is not committed, its chapters already executed."""

    def __init__(self, folder):
        self.folder = folder
        listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True)
        for name in names.stdout.splitlines():
            if (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)
        shutil.copytree(ROOT / "_build/.cache", folder / "_build/.cache")
        self._share_environment(folder / ".venv")

    def _share_environment(self, venv):
        """Make an environment of links to this one's packages, but with the clone's package."""
        venv.mkdir()
        shutil.copy2(Path(sys.prefix) / "pyvenv.cfg", venv)
        (venv / "bin").symlink_to(Path(sys.prefix) / "bin")
        installed = Path(sysconfig.get_path("purelib"))
        packages = venv / installed.relative_to(sys.prefix)
        packages.mkdir(parents=True)
        for path in installed.iterdir():
            if path.name.startswith("__editable__"):
                text = path.read_text(encoding="utf-8")
                (packages / path.name).write_text(text.replace(str(ROOT), str(self.folder)))
            else:
                (packages / path.name).symlink_to(path)
        for stamp in ("complete", "complete-tests"):
            (venv / stamp).write_text(f"{self.folder.resolve()}\n")

    def follow(self, name):
        """Follow a recipe; return what its commands said."""
        said = ""
        for kind, file, text in recipes()[name]:
            if kind == "console":
                said += self.run(text)
                continue
            path = self.folder / file
            old = path.read_text(encoding="utf-8") if path.exists() else ""
            path.parent.mkdir(parents=True, exist_ok=True)
            new = patched(old, text) if kind == "diff" else added(old, text)
            path.write_text(new, encoding="utf-8")
        return said

    def run(self, script):
        """Run the lines of a console block; every one must succeed."""
        known = {
            k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "PYTEST", "SOBE"))
        }
        done = subprocess.run(
            ["bash", "-euc", script],
            cwd=self.folder,
            env=known | {"PYTHON": sys.executable},
            capture_output=True,
            text=True,
            timeout=600,
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout + done.stderr

    def page(self, name):
        """Return a file of the English edition."""
        return (self.folder / "_build/html/en" / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def clone(site, project, tmp_path_factory):
    folder = tmp_path_factory.mktemp("recipes") / "clone"
    folder.mkdir()
    with turn(project):
        return Clone(folder)


def executed(said):
    """Return the names of the chapters that a build executed."""
    return set(re.findall(r"executed (\w+) in", said))


def test_a_fact(clone):
    said = clone.follow("fact")
    assert "recording" in executed(said) and "scale" not in executed(said)
    assert "10.1000/nobody.1" in clone.page("figures/information-rate.csv")


def test_a_figure(clone):
    said = clone.follow("figure")
    assert executed(said) == {"scale"}
    assert "<svg" in clone.page("figures/organism-lifetime.svg")
    assert "organism-lifetime" in clone.page("figures/index.json")


def test_a_chapter(clone):
    said = clone.follow("chapter")
    assert executed(said) >= {"lifetimes"}
    assert re.search(r"hold a lifetime for .*\d.* organisms", clone.page("lifetimes.html"))


def test_a_language(clone):
    said = clone.follow("language")
    assert "es: " in said and "have no translation" in said
    page = (clone.folder / "_build/html/es/cost.html").read_text(encoding="utf-8")
    assert 'hreflang="zh-CN"' in page and '<html lang="es"' in page


def test_recipes_are_found():
    assert set(recipes()) == {"fact", "figure", "chapter", "language"}
    for name, found in recipes().items():
        assert any(kind == "console" for kind, _, _ in found), name


def test_blocks_lose_the_indentation_of_their_list():
    blocks = ("```csv a/b.csv\nx,y\n1,2\n```", "```console\nmake book\n```")
    body = "1. So:\n\n" + "\n\n".join(re.sub("^", "   ", block, flags=re.M) for block in blocks)
    assert list(steps(body)) == [("csv", "a/b.csv", "x,y\n1,2"), ("console", None, "make book")]


def test_a_patch_adds_lines_after_its_context():
    assert patched("a\n  b\nc\n", "   b\n+  new") == "a\n  b\n  new\nc\n"
