"""hwr backup, hwr restore and hwr doctor: what whoever runs a server needs."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from hwr_core.cli.arguments import Commands
from hwr_core.cli.status import DONE, UNHEALTHY
from hwr_core.errors import InvalidValue
from hwr_core.ops.doctor.finding import State
from hwr_core.settings import load_settings

SIGNS = {State.GOOD: "good", State.DOUBTFUL: "note", State.BAD: "BAD "}


def add_to(commands: Commands) -> None:
    """Add the commands."""
    backup = commands.add_parser("backup", help="write history, image files, own images and models to one archive")
    backup.add_argument("file", type=Path, metavar="FILE", help="archive to write; one of this name is replaced")
    backup.set_defaults(run=_backup)

    restore = commands.add_parser("restore", help="bring back what hwr backup saved")
    restore.add_argument("file", type=Path, nargs="?", metavar="FILE", help="archive to restore")
    restore.add_argument("--replace", action="store_true", help="also where the data folder is not empty")
    restore.add_argument("--finish", action="store_true", help="complete a restore that was interrupted")
    restore.set_defaults(run=_restore)

    doctor = commands.add_parser("doctor", help="check this installation and say what to do")
    doctor.add_argument("--json", action="store_true", help="one JSON object, for programs")
    doctor.set_defaults(run=_doctor)


def _backup(options: argparse.Namespace) -> int:
    from hwr_core.ops.backup.make import back_up

    manifest = back_up(load_settings(), options.file)
    counts = manifest.counts
    print(
        f"{options.file}: {counts.predictions:,} predictions, {counts.uploads:,} image files, {counts.images:,} own "
        f"images, {counts.versions} model versions ({options.file.stat().st_size / 1e6:,.1f} MB)"
    )
    if counts.missing:
        print(f"{counts.missing:,} image files that predictions name were not there.")
    return DONE


def _restore(options: argparse.Namespace) -> int:
    from hwr_core.ops.backup.restore import finish_restore, restore

    settings = load_settings()
    if options.finish == (options.file is not None):
        raise InvalidValue("Name the archive to restore, or --finish an interrupted restore.")
    if options.finish:
        print("The restore is complete." if finish_restore(settings) else "No restore was interrupted.")
        return DONE
    done = restore(settings, options.file, replace=options.replace)
    counts = done.manifest.counts
    print(f"back: {counts.predictions:,} predictions, {counts.uploads:,} image files, {counts.versions} model versions")
    if done.brought_forward:
        print(f"The database was brought up to date: {', '.join(done.brought_forward)}.")
    for folder in done.replaced:
        print(f"What was there before lies in {folder}; delete it when it is no longer wanted.")
    return DONE


def _doctor(options: argparse.Namespace) -> int:
    from hwr_core.ops.doctor.examine import examine

    findings = examine()
    if options.json:
        print(
            json.dumps(
                {"healthy": all(each.state is not State.BAD for each in findings), "checks": [*map(asdict, findings)]}
            )
        )
    else:
        for each in findings:
            print(f"{SIGNS[each.state]}  {each.about}: {each.found}")
            if each.advice:
                print(f"      {each.advice}")
    return UNHEALTHY if any(each.state is State.BAD for each in findings) else DONE
