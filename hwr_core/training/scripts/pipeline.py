"""The training of scripts from start to end: data, network or heads, thresholds and scores, a version published."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

from hwr_core.datasets.origins import ORIGINS
from hwr_core.datasets.request import Request
from hwr_core.datasets.samples import Part
from hwr_core.datasets.scripts import SHARED_SOURCES, confirm_images
from hwr_core.errors import InvalidValue
from hwr_core.recognition.scripts.heads import NONE, Head, Heads, Layer, layers_file
from hwr_core.recognition.scripts.reader import heads_of
from hwr_core.registry.card import ModelCard, ScriptCard, Scripts
from hwr_core.registry.registry import SCRIPTS_HEADS, SCRIPTS_LITERT, ModelVersion
from hwr_core.scripts.script import WESTERN, Script, find_script
from hwr_core.training.model_card import command
from hwr_core.training.progress import EpochProgress
from hwr_core.training.run import TrainingRun
from hwr_core.training.scripts.config import ScriptsConfig, confirm_network
from hwr_core.training.scripts.data import PartData, joint, load_part
from hwr_core.training.scripts.heads import Features, layer_alone, layer_among
from hwr_core.training.scripts.network import first_outputs, train_network
from hwr_core.training.scripts.scores import Scoring, head_file
from hwr_core.training.scripts.taken_over import scripts_of

PREPARED, TRAINED, FITTED = 0.15, 0.85, 0.95
"""Shares of the run at which the data is ready, the network is trained, and the heads are fitted."""

Data = Mapping[Part, PartData]


@dataclass(frozen=True, slots=True)
class _Network:
    """The network that scripts share: its file, what the card says of it, and the heads it has so far.

    `among`: layers that were trained with it, of scripts that have no head yet.
    """

    litert: bytes
    card: Scripts
    heads: Heads
    among: Mapping[str, Layer]


def train_scripts(run: TrainingRun, config: ScriptsConfig) -> ModelVersion:
    """Train scripts for the version that is served, and publish a version that is otherwise the same.

    Raises:
        DatasetMissing: there are no images of a script.
        InvalidValue: the served version has no network for scripts yet, and none is to be trained.
        ModelUnavailable: no version is served, or it is damaged.
        Stopped: the job was asked to stop.
    """
    champion = run.registry.champion()
    confirm_network(config, champion)
    chosen = [find_script(name) for name in config.scripts]
    for script in chosen:
        confirm_images(script, run.places.datasets)
    if config.network_epochs:
        data = _load(run, config, chosen)
        network = _trained(run, config, [script for script in chosen if not script.is_apart], data)
    else:
        network = _served(champion)
        kept = [script for script in network.heads.scripts if script.name not in config.scripts]
        data = _load(run, config, [*chosen, *kept])
    version = _publish(run, champion, _with_heads(run, config, chosen, network, data))
    run.report.log(f"model version {version.name}")
    shutil.rmtree(run.folder, ignore_errors=True)  # what was learned is in the version
    return version


def _load(run: TrainingRun, config: ScriptsConfig, scripts: Sequence[Script]) -> Data:
    found: dict[Part, PartData] = {}
    for number, part in enumerate(Part):
        request = Request(part, seed=config.seed, processes=run.processes, limit=config.limit)

        def on_source(name: str, count: int, part: Part = part, number: int = number) -> None:
            run.report.log(f"{name}: {count:,} {part} samples")
            run.progress(PREPARED * number / len(Part), "Preparing data")

        found[part] = load_part(scripts, run.places, request, on_source)
    return found


def _trained(run: TrainingRun, config: ScriptsConfig, scripts: Sequence[Script], data: Data) -> _Network:
    """Train a network that these scripts share."""
    if not scripts:
        raise InvalidValue("The network that scripts share cannot be learned from share-alike data alone.")
    first = first_outputs(scripts)
    progress = EpochProgress(run.step(PREPARED, TRAINED), after=(1.0 - TRAINED) / (TRAINED - PREPARED))
    trained = train_network(
        replace(run, config=config.for_network()),
        scripts,
        joint(data[Part.TRAINING], first, scripts, learning=True),
        joint(data[Part.VALIDATION], first, scripts, learning=False),
        progress.on_batch,
        progress.on_epoch,
    )
    origins = [origin for name in SHARED_SOURCES for origin in ORIGINS.get(name, ())]
    origins += [source.origin for script in scripts for source in script.sources]
    card = Scripts(
        parameters=trained.parameters,
        training=trained.samples,
        temperature=1.0,
        epochs=tuple(asdict(epoch) for epoch in trained.epochs),
        scripts=(),
        origins=tuple(dict.fromkeys(origins)),
        named={},
    )
    shared = {name: trained.layers[name] for name in (WESTERN, NONE)}
    return _Network(trained.litert, card, Heads(shared, {}, ()), trained.layers)


def _served(champion: ModelVersion) -> _Network:
    """The network of the served version with its heads."""
    found = scripts_of(champion)
    assert found is not None, "it was confirmed"
    return _Network(found.files[SCRIPTS_LITERT], found.card, heads_of(champion, found.card), {})


def _with_heads(
    run: TrainingRun, config: ScriptsConfig, chosen: Sequence[Script], network: _Network, data: Data
) -> _Network:
    """The network with a head for each of the chosen scripts, and their cards."""
    features = Features(network.litert, run.processes)
    step, heads = run.step(TRAINED, FITTED), network.heads
    training = data[Part.TRAINING]
    for number, script in enumerate(sorted(chosen, key=lambda script: script.name not in network.among)):
        step.progress(number / len(chosen), f"Learning {script.title}")
        among = network.among.get(script.name) or layer_among(script, training, heads, features, config)
        heads = heads.with_head(script, Head(among, layer_alone(script, training, features, config)))
    run.progress(FITTED, "Choosing thresholds and scoring")
    how = command(config, *(f"--script {name}" for name in config.scripts), without={"scripts"})
    scoring = Scoring(heads, features, data)
    cards = {each.script.name: each for each in network.card.scripts}
    for script in chosen:
        cards[script.name] = scoring.card(script, run.places, how)
        run.report.log(_in_a_line(cards[script.name]))
    temperature = scoring.choice_temperature()
    card = network.card.model_copy(
        update={
            "scripts": tuple(cards[name] for name in sorted(cards)),
            "temperature": temperature,
            "named": scoring.named_right(temperature),
        }
    )
    return replace(network, card=card, heads=heads)


def _in_a_line(card: ScriptCard) -> str:
    accuracy = "no test digits" if card.accuracy is None else f"{card.accuracy:.2%} of test digits read right"
    return f"{card.script.name}: {accuracy}, calibration error {card.calibration_error:.2%}"


def _publish(run: TrainingRun, champion: ModelVersion, network: _Network) -> ModelVersion:
    """Publish the served version with these scripts."""
    kept = [name for name in champion.card.files if not name.startswith("script")]
    files = {name: champion.read_file(name) for name in kept}
    files |= {
        SCRIPTS_LITERT: network.litert,
        SCRIPTS_HEADS: layers_file(network.heads.shared),
        **{head_file(script): network.heads.head(script.name).to_bytes() for script in network.heads.scripts},
    }
    card: ModelCard = champion.card.model_copy(
        update={"created_at": datetime.now(UTC), "scripts": network.card, "job": run.job}
    )
    return run.registry.publish(card, files)
