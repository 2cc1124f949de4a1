"""Command line of releases: `python -m sobe.pipeline.release COMMAND`.

Commands: `verify`, `release VERSION`, `publish`, `verify-release DIR`, `changes VERSION`,
`make-public TAG STORE REMOTE`, `citation`, `facts`.
"""

if __name__ == "__main__":  # before anything that takes time to import
    from sobe import signals

    signals.handle("stopped; what was released is untouched")

import argparse
import json
from pathlib import Path

from sobe import atomic
from sobe.errors import BuildError, reason, tell


def main(argv=None):
    """Run one command and return the exit code; an expected error is one message."""
    parser = argparse.ArgumentParser(prog="python -m sobe.pipeline.release", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("verify", help="build the commit twice and compare")
    commands.add_parser("publish", help="make dist/site from the releases in dist/")
    commands.add_parser("citation", help="write .zenodo.json from CITATION.cff")
    commands.add_parser("facts", help="print what a manifest says of this checkout, as JSON")
    for name, value in (
        ("release", "version"),
        ("changes", "version"),
        ("verify-release", "folder"),
    ):
        commands.add_parser(name).add_argument(value)
    public = commands.add_parser("make-public", help="release a tag, keep it, push the site")
    for value in ("tag", "store", "remote"):
        public.add_argument(value)
    args = parser.parse_args(argv)
    root = Path.cwd().resolve()
    from sobe.pipeline.release import make
    from sobe.pipeline.release.public import make_public
    from sobe.publish import citation

    try:
        if args.command == "verify":
            make.verify(root, _say)
        elif args.command == "publish":
            make.publish(root, _say)
        elif args.command == "citation":
            atomic.write(root / ".zenodo.json", citation.zenodo(root))
        elif args.command == "facts":
            print(json.dumps(make.facts(root)))
        elif args.command == "release":
            make.release(root, args.version, _say)
        elif args.command == "make-public":
            make_public(root, args.tag, args.store, args.remote, _say)
        elif args.command == "changes":
            found = make.write_record(root, args.version, root / "dist")
            if found is None:
                _say("no release in dist/ came before this one: nothing to compare with")
            else:
                file, news = found
                for sentence in news or ["No row, claim or verdict changed."]:
                    _say(sentence)
                _say(f"wrote {file.relative_to(root)}")
        else:
            make.verify_release(root, Path(args.folder).resolve(), _say)
    except BuildError as error:
        tell(error)
        return 1
    except OSError as error:  # a full disk, a folder that is not ours to write
        tell(error, f"{reason(error)}; what was released is untouched")
        return 1
    return 0


def _say(line):
    print(line, flush=True)


if __name__ == "__main__":
    signals.leave(main())
