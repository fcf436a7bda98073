"""The form that starts a tuning."""

import streamlit as st

from dashboard.components.messages import show_error
from dashboard.components.user_switch import user_id
from dashboard.services import workspace
from dashboard.views.training.data_choice import choose_architecture, choose_data, open_job
from hwr_core.app import TuningConfig
from hwr_core.errors import HwrError

DEFAULTS = TuningConfig()


@st.fragment
def show_tuning_form() -> None:
    """How much to spend on a search for better values, and the button that starts it."""
    try:
        workspace().modelling.confirm_installed()
        base = choose_data() | choose_architecture()
        budget = _choose_budget()
        train_best = st.toggle("Train the best configuration in full afterwards", key="training_train_best")
        st.markdown(
            f"The search varies {', '.join(name.replace('_', ' ') for name in DEFAULTS.vary)}. "
            "The first trial uses the defaults."
        )
        if st.button("Start tuning", type="primary", icon=":material/tune:", key="training_tune"):
            values = {"base": base, "train_best": train_best} | budget
            open_job(workspace().modelling.tune(values, user_id()))
    except HwrError as error:
        show_error(error)


def _choose_budget() -> dict[str, object]:
    columns = st.columns(3)
    return {
        "trials": columns[0].number_input("Trials", 2, 1000, DEFAULTS.trials, key="training_trials"),
        "minutes": columns[1].number_input("Time limit in minutes", 1, 10_000, 60, key="training_minutes"),
        "epochs": columns[2].number_input("Epochs per trial", 1, 100, DEFAULTS.epochs, key="training_trial_epochs"),
        "limit": columns[0].number_input(
            "Images per data set", 10, 100_000, DEFAULTS.limit, step=100, key="training_trial_limit"
        ),
        "workers": columns[1].number_input("Trials at once", 1, 16, DEFAULTS.workers, key="training_workers"),
    }
