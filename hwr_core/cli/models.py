"""hwr train and hwr models: new model versions, and those there are."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from hwr_core.cli.arguments import Commands
from hwr_core.cli.status import DONE
from hwr_core.model_card import ModelCard
from hwr_core.registry import Registry
from hwr_core.settings import load_settings
from hwr_core.training.config import read_config


def add_to(commands: Commands) -> None:
    """Add the commands."""
    train = commands.add_parser("train", help="train a model version")
    train.add_argument("--config", type=Path, help="JSON file of a TrainingConfig; the shipped model's when not given")
    train.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="change one value of it")
    train.add_argument("--checkpoints", type=Path, help="folder; a stopped training goes on when given it again")
    train.add_argument("--serve", action="store_true", help="make the new version the one being served")
    train.set_defaults(run=_train)

    models = commands.add_parser("models", help="list the model versions")
    models.set_defaults(run=_models)


def _train(options: argparse.Namespace) -> int:
    config = read_config(options.config, options.set)
    from hwr_core.training.make import make_version  # here, because it loads TensorFlow, which no other command needs

    settings = load_settings()
    registry = Registry(settings.models_dir)
    version = make_version(
        config,
        datasets=settings.datasets,
        registry=registry,
        checkpoints=options.checkpoints or settings.data_dir / "training" / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}",
        say=lambda line: print(line, flush=True),
    )
    if options.serve:
        registry.serve(version)
    print(f"model version {version.name}{' is being served' if options.serve else ''}")
    return DONE


def _models(_: argparse.Namespace) -> int:
    registry = Registry(load_settings().models_dir)
    served = registry.champion_name()
    for version in registry.versions():
        card = version.card
        mark = "*" if version.name == served else " "
        print(f"{mark} {version.name}  {card.architecture}  {card.parameters:,} parameters  {_tests(card)}")
    return DONE


def _tests(card: ModelCard) -> str:
    tests = [score for score in card.scores if score.part == "test" and score.accuracy is not None]
    return ", ".join(f"{score.source} {score.accuracy:.2%}" for score in tests)
