"""Builds with a full disk, hanging or crashing chapters, damaged caches, or in odd places."""

import os
import re
import shutil
import subprocess
import time
from contextlib import contextmanager

import pytest

from survive.conftest import KILLS, ROOT, STOPPED, Book, killed, listing, same

pytestmark = pytest.mark.survive

HELD = "one message, site as it was; next build equals a clean one"


def fails(book, *arguments, **env):
    """A build that must fail with one message, which is returned, and leave no process."""
    run = book.build(*arguments, **env)
    assert run.code == 1, (run.code, run.out, run.err)
    assert not run.left()
    return run.said_once()


# ---------------------------------------------------------------- full disks


@contextmanager
def small_disk(place, size):
    """A file system of so many KB, or a skip that says why there is none."""
    place.mkdir(exist_ok=True)
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", place],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        pytest.skip(f"no small file system can be mounted here: {done.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def kilobytes(folder):
    """What the files of a folder take on a disk."""
    return sum(-(-p.lstat().st_size // 4096) * 4 for p in folder.rglob("*") if not p.is_dir())


@pytest.mark.parametrize("share", [0, 0.01, 0.3, 0.6, 0.9])
def test_a_full_disk(grown, tmp_path, account, share):
    """The disk has that share of what a site takes left next to the book, which is built again."""
    used = kilobytes(grown[0].root) + 4000
    room = int(share * kilobytes(grown[0].site))
    with small_disk(tmp_path / "disk", used + room) as disk:
        book = object.__new__(Book)
        book.root, book.names = disk / "book", grown[0].names
        shutil.copytree(grown[0].root, book.root, symlinks=True)
        for name in book.names:
            book.chapter(name, "other")
        free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
        filler = disk / "filler"
        filler.write_bytes(b"x" * (free - room * 1024))
        run = book.build()
        assert run.code == 1, run.out + run.err
        assert "No space left on device" in run.said_once()
        assert not run.left()
        same(listing(book.site), grown[1])
        for name in book.names:
            book.chapter(name)
        filler.unlink()
        subprocess.run(["mount", "-o", f"remount,size={used + 80000}k", disk], check=True)
        assert book.build().code == 0
        same(listing(book.site), grown[1])
    account("full disk", HELD)


@pytest.mark.parametrize("room", [0, 64])
def test_a_full_temporary_folder(book, grown, tmp_path, account, room):
    """The folder for sockets and scratch."""
    with small_disk(tmp_path / "t", 128) as disk:
        (disk / "filler").write_bytes(b"x" * (128 - room) * 1024)
        book.chapter(book.names[0], "other")
        run = book.build(TMPDIR=str(disk))
        if run.code:
            assert (
                "No space left on device" in run.said_once()
                or "No usable temporary" in run.err
                or "the kernel did not start" in run.err
            )
            same(listing(book.site), grown[1])
    book.chapter(book.names[0])
    assert book.build().code == 0
    same(listing(book.site), grown[1])
    account("full folder for temporary files", HELD if run.code else "there was room enough")


# ---------------------------------------------------------------- chapters that misbehave

HANGS = {
    "busy": "while True: pass",
    "deaf to interrupts": "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    "while True: time.sleep(1)",
    "deep in a library": "import re; re.match('(a+)+b', 'a' * 60)",
}


@pytest.mark.parametrize("way", HANGS)
def test_a_chapter_that_hangs(book, grown, account, way):
    config = (
        (ROOT / "_config.yml")
        .read_text()
        .replace("chapter_timeouts: {}", "chapter_timeouts: {birch: 3}")
    )
    book.write("_config.yml", config)
    book.chapter("birch", code=HANGS[way])
    start = time.monotonic()
    assert re.search(
        r"chapter 'birch' failed in cell \d \(book/birch.md, line \d+\): "
        "the chapter took longer than its 3 seconds",
        fails(book),
    )
    assert time.monotonic() - start < 200  # the general limit of 300 was not waited for
    same(listing(book.site), grown[1])
    book.chapter("birch")
    shutil.copyfile(ROOT / "_config.yml", book.root / "_config.yml")
    assert book.build().code == 0
    same(listing(book.site), grown[1])
    account("chapter that hangs", HELD)


@pytest.mark.parametrize(
    "limits", ["{oak: 5}", "{birch: soon}", "{birch: 0}", "[5]", "{birch: .nan}"]
)
def test_a_time_limit_that_is_none(book, limits):
    config = (
        (ROOT / "_config.yml")
        .read_text()
        .replace("chapter_timeouts: {}", f"chapter_timeouts: {limits}")
    )
    book.write("_config.yml", config)
    book.chapter("birch", "other")
    assert re.match(r"error: _config\.yml(, line \d+)?: ", fails(book))


CRASHES = {
    "leaves": "import os; os._exit(3)",
    "kills itself": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "is ended politely": "import os, signal; os.kill(os.getpid(), signal.SIGTERM)",
    "reads where nothing is": "import ctypes; ctypes.string_at(0)",
    "aborts": "import os; os.abort()",
}


@pytest.mark.parametrize("way", CRASHES)
def test_a_kernel_that_crashes(book, grown, account, way):
    book.chapter("birch", code=CRASHES[way])
    assert re.search(
        r"chapter 'birch' failed in cell \d \(book/birch.md, line \d+\): the kernel died",
        fails(book),
    )
    same(listing(book.site), grown[1])
    book.chapter("birch")
    assert book.build().code == 0
    same(listing(book.site), grown[1])
    account("kernel that crashes", HELD)


@pytest.mark.parametrize("code", [HANGS["busy"], CRASHES["kills itself"]])
def test_the_place_is_the_same_with_parameters(book, code):
    config = (ROOT / "_config.yml").read_text()
    config = config.replace("chapter_timeouts: {}", "chapter_timeouts: {birch: 3}")
    book.write("_config.yml", config)
    book.chapter("birch", code=code)
    place = re.compile(r"chapter 'birch' failed in cell \d \(book/birch.md, line \d+\)")
    without, given = fails(book), fails(book, "chapter", "birch", "least=3")
    assert place.search(without)[0] == place.search(given)[0]


# ---------------------------------------------------------------- spoiled caches


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def folder(path):
    path.unlink()
    path.mkdir()
    (path / "inside").write_text("x")


DAMAGES = {
    "truncated": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "emptied": lambda path: path.write_bytes(b""),
    "a bit flipped": flip,
    "other bytes": lambda path: path.write_bytes(b"\xff\x00\n{}"),
    "a folder instead": folder,
    "a link to nowhere": lambda path: (path.unlink(), path.symlink_to("/nowhere/at/all")),
    "removed": lambda path: path.unlink(),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_spoiled_cache(book, grown, account, damage):
    """Every file of the cache is spoiled at once, and the site is gone."""
    files = [p for p in (book.root / "_build/.cache").rglob("*") if p.is_file()]
    assert {"site.json", "executed", "figures"} <= {
        p.relative_to(book.root / "_build/.cache").parts[0] for p in files
    }
    for path in files:
        DAMAGES[damage](path)
    shutil.rmtree(book.site)
    done = book.build()
    assert done.code == 0, done.err
    assert done.err == "" and "2 of 2 chapters to execute" in done.out
    same(listing(book.site), grown[1])
    for _ in files:
        account(f"cache file {damage}", "made again; equals a clean build")


@pytest.mark.parametrize(
    "names",
    [
        (".cache", "html"),
        (".cache/executed", ".cache/figures", "tree", ".html-old", ".aside-x"),
        ("tree/en", "tree/zh", ".html-old/html"),
    ],
    ids=" ".join,
)
def test_a_file_where_a_folder_belongs(book, grown, account, names):
    for name in names:
        path = book.root / "_build" / name
        shutil.rmtree(path, ignore_errors=True)
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    book.chapter("ash", "other")
    assert book.build().code == 0
    book.chapter("ash")
    done = book.build()
    assert done.code == 0, done.err
    same(listing(book.site), grown[1])
    for _ in names:
        account("file where a folder of the build belongs", "made again; equals a clean build")


# ---------------------------------------------------------------- company, and places


def test_two_builds_at_once(book, grown, account):
    for name in book.names:
        book.chapter(name, "other")
    lock = book.root / "_build/.lock"
    shutil.rmtree(book.root / "_build/.cache/executed")
    first = book.start()
    while lock.read_text() != str(first.process.pid):
        time.sleep(0.001)
    for second in (book.start(), book.start("chapter", "ash", "least=3")):
        second.end()
        assert second.code == 1 and "another build is running here (process" in second.said_once()
        account("two builds at once", "the second is refused with one message, the first is whole")
    assert first.end().code == 0, first.err
    for name in book.names:
        book.chapter(name)
    assert book.build().code == 0
    same(listing(book.site), grown[1])


@pytest.mark.parametrize("name", ['quote\'s "and" #hash & 100%', "-dash  两 spaces"])
def test_a_checkout_at_an_odd_place(grown, tmp_path, account, name):
    book = Book(tmp_path / name)
    done = book.build()
    assert done.code == 0, done.err
    same(listing(book.site), grown[1])
    account(
        "checkout at a path with spaces, quotes or Chinese characters", "equals a build elsewhere"
    )


def test_the_real_book_killed_at_an_odd_place(tmp_path, moments, account, site):
    """This repository's book, killed in each way: no half site, and in the end the same bytes."""
    root = tmp_path / "脑 仿真 2025"  # with its .git, as pages name their commit
    shutil.copytree(
        ROOT,
        root,
        ignore=shutil.ignore_patterns(".venv", "_build", "dist", "__pycache__", "*.egg-info"),
    )
    book = object.__new__(Book)
    book.root = root
    for how, moment in zip(KILLS, moments(3, 10), strict=True):
        run = book.start(PYTHONPATH=str(root))
        assert killed(run, how, moment)
        assert not run.left()
        assert how == "SIGKILL" or run.said_once() == STOPPED
        assert not book.site.exists()
        account(
            f"{how} during a build of the real book", "no half site; next build equals a clean one"
        )
    done = book.build(PYTHONPATH=str(root))
    assert done.code == 0, done.err
    same(listing(book.site), listing(ROOT / "_build/html"))
    account(
        "checkout at a path with spaces, quotes or Chinese characters", "equals a build elsewhere"
    )


READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && shift 0 && exec "$@"'


def test_a_read_only_checkout(book, grown, account):
    """Read-only to root as well: a mount that only the build sees."""
    if subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode:
        pytest.skip("no mounts of one's own are allowed here")
    book.chapter("ash", "other")
    wrap = ("unshare", "-m", "sh", "-c", READ_ONLY, book.root)
    for arguments in ((), ("chapter", "ash", "least=2")):
        given = ("--root", book.root, *arguments) if arguments else ()
        run = book.start(*given, wrap=wrap).end()
        assert (
            run.code == 1 and "which cannot be written to: Read-only file system" in run.said_once()
        ), run.err
        same(listing(book.site), grown[1])
        account("read-only checkout", "one message, nothing changed")
    book.chapter("ash")
    assert book.build().code == 0
    same(listing(book.site), grown[1])


def test_a_build_folder_that_turns_read_only(book, grown, account):
    """One whose rights change under the build: files made immutable."""
    file = book.root / "_build/.lock"
    if subprocess.run(["chattr", "+i", file], capture_output=True).returncode:
        pytest.skip("files cannot be made immutable here")
    try:
        assert "which cannot be written to: Operation not permitted" in fails(book)
    finally:
        subprocess.run(["chattr", "-i", file], check=True)
    same(listing(book.site), grown[1])
    account("read-only checkout", "one message, nothing changed")


def test_a_sweep_without_room(tmp_path, account):
    """A full disk under a sweep's folder."""
    import sys

    file = tmp_path / "few.yml"
    file.write_text("title: Few\nparameters: {draws: 100}\ngrid: {organism: [c_elegans, mouse]}\n")
    env = {**os.environ, "SOBE_DATA": str(ROOT / "data")}
    with small_disk(tmp_path / "disk", 16) as disk:
        (disk / "filler").write_bytes(b"x" * 16 * 1024)
        command = [sys.executable, "-m", "sobe.pipeline", "sweep", file, "--out", disk]
        done = subprocess.run(command, capture_output=True, text=True, env=env, timeout=120)
        assert done.returncode == 1 and done.stderr.startswith("error: No space left on device"), (
            done.stderr
        )
        assert "Traceback" not in done.stderr and not (disk / "table.csv").exists()
        (disk / "filler").unlink()
        assert subprocess.run(command, capture_output=True, env=env, timeout=120).returncode == 0
    account("full disk under a sweep", "one message; goes on where there is room")


def test_a_derivation_without_room(tmp_path, account):
    from sobe.tables.derive.write import write

    used = (
        sum(-(-p.stat().st_size // 4096) * 4 for p in (ROOT / "data").rglob("*") if p.is_file())
        + 40
    )
    for room in (20, 100, 200):
        with small_disk(tmp_path / f"disk{room}", used + room) as disk:
            shutil.copytree(ROOT / "data", disk / "data")
            before = listing(disk / "data")
            new = {
                f"data/{n}": t.decode().replace("\n", "\r\n")
                for n, t in before.items()
                if n.endswith(".csv")
            }
            with pytest.raises(OSError, match="No space left"):
                write(new, disk)
            assert listing(disk / "data") == before and [p.name for p in disk.iterdir()] == ["data"]
        account("full disk under make data", "one message; all tables as they were")
