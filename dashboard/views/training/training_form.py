"""The form that starts a training."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard.components import wording
from dashboard.components.messages import show_error
from dashboard.components.user_switch import user_id
from dashboard.services import workspace
from dashboard.views.training.data_choice import choose_architecture, choose_data, open_job, select_data
from hwr_core.app import CHAMPION, LONGEST_TITLE, TrainingConfig
from hwr_core.errors import HwrError

DEFAULTS = TrainingConfig()

KEYS = {
    "architecture": "training_architecture",
    "epochs": "training_epochs",
    "augmentation": "training_augmentation",
    "limit": "training_limit",
    "batch_size": "training_batch",
    "learning_rate": "training_rate",
    "optimizer": "training_optimizer",
    "schedule": "training_schedule",
    "weight_decay": "training_decay",
    "label_smoothing": "training_smoothing",
    "drawings": "training_drawings",
    "precision": "training_precision",
    "seed": "training_seed",
    "line_epochs": "training_line_epochs",
}
"""The parameters that the form asks for, and the keys of their widgets."""

BATCHES = (8, 16, 32, 64, 128, 256, 512)
MOST_AUGMENTATION = 2.0

FRESH, SERVED = STARTS = ("Fresh weights", "The served version")


def fill_in(config: Mapping[str, Any]) -> None:
    """Put the parameters of an earlier training into the form, to be called before it is shown.

    Where the form has no such value, such as a batch of 100, its own stays.
    """
    known = {name: config[name] for name in KEYS if name in config}
    if known.get("batch_size") not in BATCHES:
        known.pop("batch_size", None)
    if "augmentation" in known:
        known["augmentation"] = min(float(known["augmentation"]), MOST_AUGMENTATION)
    st.session_state.update({KEYS[name]: value for name, value in known.items()})
    st.session_state["training_start_from"] = SERVED if config.get("start") else FRESH
    select_data(config.get("sources", ()))


@st.fragment
def show_training_form() -> None:
    """What to train on and how, what that will cost, and the button that starts it."""
    try:
        workspace().modelling.confirm_installed()
        values = choose_data() | choose_architecture() | _choose_start() | _choose_details()
        cost = workspace().modelling.estimate(workspace().modelling.config(values))
        st.markdown(
            f"About **{cost.samples:,}** samples per epoch, about **{wording.duration(cost.total)}** until it is done"
            f"{_measuring(cost.measuring)}. Predictions continue meanwhile, and the new version is not served until "
            "you promote it."
        )
        name = st.text_input(
            "Name", max_chars=LONGEST_TITLE, placeholder="None", key="training_name", help="To find it again by."
        )
        if st.button("Start training", type="primary", icon=":material/play_arrow:", key="training_start"):
            job = workspace().modelling.train(values, user_id())
            if name.strip():
                workspace().modelling.jobs.describe(job.id, name)
            open_job(job)
    except HwrError as error:
        show_error(error)


def _measuring(seconds: float) -> str:
    return f", {wording.duration(seconds)} of it to measure the new version" if seconds >= 1 else ""


def _choose_start() -> dict[str, Any]:
    """Whether to begin with fresh weights or with those of the version being served."""
    chosen = st.segmented_control(
        "Begin with",
        STARTS,
        default=FRESH,
        required=True,
        key="training_start_from",
        help="The served version learns what is new in few epochs. Fresh weights need all data and many.",
    )
    return {"start": CHAMPION} if chosen == SERVED else {}


def _choose_details() -> dict[str, Any]:
    columns = st.columns(3)
    values: dict[str, Any] = {
        "epochs": columns[0].number_input("Epochs", 1, 500, DEFAULTS.epochs, key="training_epochs"),
        "augmentation": columns[1].slider(
            "Augmentation",
            0.0,
            MOST_AUGMENTATION,
            DEFAULTS.augmentation,
            step=0.1,
            key="training_augmentation",
            help="How strongly training images are rotated, sheared, stretched and blurred. 0 leaves them unchanged.",
        ),
    }
    limit = columns[2].number_input(
        "Images per data set",
        10,
        1_000_000,
        None,
        step=100,
        placeholder="All",
        key="training_limit",
        help="Training on fewer images is faster. Leave empty for all.",
    )
    if limit is not None:
        values["limit"] = limit
    with st.expander("Advanced", icon=":material/tune:"):
        return values | _choose_optimisation() | _choose_rest()


def _choose_optimisation() -> dict[str, Any]:
    columns = st.columns(3)
    return {
        "batch_size": columns[0].select_slider("Batch size", BATCHES, DEFAULTS.batch_size, key="training_batch"),
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
    }


def _choose_rest() -> dict[str, Any]:
    columns = st.columns(3)
    return {
        "drawings": columns[0].number_input(
            "Images per pen recording",
            1,
            50,
            DEFAULTS.drawings,
            key="training_drawings",
            help="Recorded pen strokes are drawn so many times, each time with another pen.",
        ),
        "precision": columns[1].selectbox(
            "Precision",
            ["float32", "mixed_bfloat16"],
            key="training_precision",
            help="bfloat16 is faster on processors that support it.",
        ),
        "seed": columns[2].number_input("Seed", 0, 2**31 - 1, DEFAULTS.seed, key="training_seed"),
        "line_epochs": columns[0].number_input(
            "Epochs for the line reader",
            0,
            500,
            DEFAULTS.line_epochs,
            key="training_line_epochs",
            help="Whole numbers are read by a network of their own. With 0 epochs the current one is used again.",
        ),
    }
