"""The forms that start trainings and tunings, and take in people's own images."""

from typing import Any

import streamlit as st

from dashboard.components import wording
from dashboard.components.panels import show_error
from dashboard.components.user_switch import user_id
from dashboard.services import workspace
from hwr_core.datasets.import_zip import Imported
from hwr_core.datasets.sources import SOURCES
from hwr_core.errors import HwrError
from hwr_core.jobs.table import Job
from hwr_core.settings import MIB
from hwr_core.training.config import ARCHITECTURES, TrainingConfig
from hwr_core.training.search_space import TuningConfig

SOURCES_CHOSEN, SOURCES_THERE = "training_sources", "training_sources_there"
IMPORTED = "training_imported"
"""What became of the archive that was added last."""

DEFAULTS = TrainingConfig()
TUNING = TuningConfig()


@st.fragment
def show_training_form() -> None:
    """What to learn from and how, what that will cost, and the button that starts it."""
    try:
        values = _choose_data() | _choose_network() | _choose_details()
        config = workspace().modelling.config(values)
        cost = workspace().modelling.estimate(config)
        st.markdown(
            f"About **{cost.samples:,}** samples an epoch, about **{wording.duration(cost.seconds)}** on two cores. "
            "Predictions go on meanwhile, and nothing is served until you promote it."
        )
        if st.button("Start training", type="primary", icon=":material/play_arrow:", key="training_start"):
            _open(workspace().modelling.train(values, user_id()))
    except HwrError as error:
        show_error(error)


@st.fragment
def show_tuning_form() -> None:
    """How much to spend on a search for better values, and the button that starts it."""
    try:
        base = _choose_data() | _choose_network()
        columns = st.columns(3)
        trials = columns[0].number_input("Trials", 2, 1000, TUNING.trials, key="training_trials")
        minutes = columns[1].number_input("Minutes at most", 1, 10_000, 60, key="training_minutes")
        epochs = columns[2].number_input("Epochs of a trial", 1, 100, TUNING.epochs, key="training_trial_epochs")
        limit = columns[0].number_input(
            "Images of each data set", 10, 100_000, TUNING.limit, step=100, key="training_trial_limit"
        )
        workers = columns[1].number_input("Trials at once", 1, 16, TUNING.workers, key="training_workers")
        train_best = st.toggle("Train the best in full afterwards", key="training_train_best")
        st.markdown(
            f"Varied: {', '.join(name.replace('_', ' ') for name in TUNING.vary)}. The first trial is as usual."
        )
        if st.button("Start tuning", type="primary", icon=":material/tune:", key="training_tune"):
            values = {
                "base": base,
                "trials": trials,
                "minutes": minutes,
                "epochs": epochs,
                "limit": limit,
                "workers": workers,
                "train_best": train_best,
            }
            _open(workspace().modelling.tune(values, user_id()))
    except HwrError as error:
        show_error(error)


def show_own_images() -> None:
    """Take in a ZIP of labelled images."""
    with st.expander("Add your own images", icon=":material/folder_zip:"):
        st.markdown("A ZIP with a folder for each digit, named 0 to 9, and one named none for what is no digit.")
        most = workspace().settings.max_request_bytes // MIB
        archive = st.file_uploader(
            f"ZIP of labelled images, up to {most} MB", type="zip", max_upload_size=most, key="training_zip"
        )
        if archive and st.button("Add them", key="training_import"):
            try:
                with st.spinner("Looking at the images"):
                    found = workspace().modelling.import_images(archive)
            except HwrError as error:
                show_error(error)
                return
            st.session_state[IMPORTED] = found
            st.rerun()  # the form above is to offer them
        if IMPORTED in st.session_state:
            _show_imported(st.session_state.pop(IMPORTED))


def _show_imported(found: Imported) -> None:
    by_label = ", ".join(f"{label}: {count}" for label, count in found.added.items())
    st.success(f"{found.total:,} images added{f' ({by_label})' if by_label else ''}, {found.known:,} known.")
    if found.refused:
        st.warning("  \n".join((f"{found.refused:,} files were not added.", *found.reasons)))


def _choose_data() -> dict[str, Any]:
    there = [name for name, available in workspace().modelling.sources().items() if available]
    # At first, after another page, and when images of one's own have come: these are meant to be learned from.
    if SOURCES_CHOSEN not in st.session_state or st.session_state.get(SOURCES_THERE) != there:
        st.session_state[SOURCES_THERE] = there
        st.session_state[SOURCES_CHOSEN] = there
    chosen = st.multiselect(
        "Learn from",
        there,
        format_func=lambda name: SOURCES[name].about,
        key=SOURCES_CHOSEN,
        placeholder="Choose at least one",
    )
    return {"sources": chosen}


def _choose_network() -> dict[str, Any]:
    networks = [*ARCHITECTURES]
    usual = networks.index(DEFAULTS.architecture)
    architecture = st.selectbox("Network", networks, usual, format_func=_about, key="training_architecture")
    return {"architecture": architecture}


def _choose_details() -> dict[str, Any]:
    columns = st.columns(3)
    values: dict[str, Any] = {
        "epochs": columns[0].number_input("Epochs", 1, 500, DEFAULTS.epochs, key="training_epochs"),
        "augmentation": columns[1].slider(
            "Distortion",
            0.0,
            2.0,
            DEFAULTS.augmentation,
            step=0.1,
            key="training_augmentation",
            help="How far images are turned, sheared, stretched, blurred ... 0 leaves them as they are.",
        ),
    }
    limit = columns[2].number_input(
        "Images of each data set",
        10,
        1_000_000,
        None,
        step=100,
        placeholder="All",
        key="training_limit",
        help="Fewer are learned faster. Empty for all.",
    )
    if limit is not None:
        values["limit"] = limit
    return values | _choose_advanced()


def _choose_advanced() -> dict[str, Any]:
    with st.expander("Advanced", icon=":material/tune:"):
        columns = st.columns(3)
        return {
            "batch_size": columns[0].select_slider(
                "Batch size", [8, 16, 32, 64, 128, 256, 512], DEFAULTS.batch_size, key="training_batch"
            ),
            "learning_rate": columns[1].number_input(
                "Learning rate", 1e-5, 1.0, DEFAULTS.learning_rate, format="%.5f", step=1e-4, key="training_rate"
            ),
            "optimizer": columns[2].selectbox("Optimiser", ["adamw", "sgd"], key="training_optimizer"),
            "schedule": columns[0].selectbox("Schedule", ["cosine", "constant"], key="training_schedule"),
            "weight_decay": columns[1].number_input(
                "Weight decay", 0.0, 1.0, DEFAULTS.weight_decay, format="%.5f", step=1e-4, key="training_decay"
            ),
            "label_smoothing": columns[2].number_input(
                "Label smoothing", 0.0, 0.5, DEFAULTS.label_smoothing, step=0.01, key="training_smoothing"
            ),
            "drawings": columns[0].number_input(
                "Drawings of each pen stroke", 1, 50, DEFAULTS.drawings, key="training_drawings"
            ),
            "precision": columns[1].selectbox(
                "Arithmetic",
                ["float32", "mixed_bfloat16"],
                key="training_precision",
                help="bfloat16 is faster, where the processor has it.",
            ),
            "seed": columns[2].number_input("Seed", 0, 2**31 - 1, DEFAULTS.seed, key="training_seed"),
            "line_epochs": columns[0].number_input(
                "Epochs for lines of digits",
                0,
                500,
                DEFAULTS.line_epochs,
                key="training_line_epochs",
                help="Whole numbers are read by a network of their own. At 0 the one that reads now is taken along.",
            ),
        }


def _about(name: str) -> str:
    facts = ARCHITECTURES[name]
    return (
        f"{name.capitalize()}: {facts.about} ({facts.parameters:,} parameters, {facts.megabytes:.1f} MB, "
        f"{facts.milliseconds:.1f} ms an image)"
    )


def _open(job: Job) -> None:
    """Show the job that was just started."""
    st.session_state["training_opened"] = job.id
    st.rerun(scope="app")
