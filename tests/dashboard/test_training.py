"""The Training page: forms with what is there, jobs with how they get on."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.views.training.comparison import side_by_side
from hwr_core.app.workspace import Workspace
from hwr_core.datasets.sources import MADE
from hwr_core.errors import NotInstalled
from hwr_core.jobs.events import Event, EventKind
from hwr_core.jobs.table import JobKind, Jobs, JobState
from hwr_core.training.config import TrainingConfig
from tests.own_models import own_digits


@pytest.fixture
def data_dir(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder the dashboard works on, beside no data sets."""
    monkeypatch.delenv("HWR_DATASETS_DIR", raising=False)
    return data_dir


@pytest.fixture
def page(app: AppTest, workspace: Workspace) -> AppTest:
    """The dashboard, about to open on Training, with some own images to learn from."""
    workspace.modelling.import_images(own_digits(4))
    return app.switch_page("app_pages/training.py")


def finished(workspace: Workspace, kind: JobKind, result: dict[str, object], *events: Event) -> int:
    """Write down a job that has succeeded, without running it."""
    table = Jobs(workspace.store)
    job = workspace.modelling.jobs.submit(kind, {"sources": ["custom"], "base": {}})
    table.claim(job.id, 1)
    log = workspace.modelling.jobs.folder(job.id)
    log.path.mkdir(parents=True)
    for event in events:
        log.events.append(event)
    table.succeed(job.id, result)
    return job.id


def test_a_training_is_started_with_sensible_defaults(page: AppTest, workspace: Workspace) -> None:
    """One click; the page shows the job at once."""
    page.run()
    assert not page.exception
    page.button(key="training_start").click().run()
    assert not page.exception
    [job] = workspace.modelling.jobs.page()
    assert (job.kind, job.state) == (JobKind.TRAIN, JobState.QUEUED)
    assert job.config["sources"] == [*MADE, "custom"]
    assert [each.value for each in page.subheader] == [f"Training {job.id}"]


def test_a_training_has_a_name_from_the_start_or_later(page: AppTest, workspace: Workspace) -> None:
    """The form asks for one, and the notes of a job say another; table and title show it as it was typed."""
    page.run()
    page.text_input(key="training_name").set_value("*Wide*")
    page.button(key="training_start").click().run()
    assert not page.exception
    [job] = workspace.modelling.jobs.page()
    assert job.notes.title == "*Wide*"
    assert [each.value for each in page.subheader] == [rf"Training {job.id}\: \*Wide\*"]
    workspace.modelling.jobs.describe(job.id, "Wider", ("forms",), "Twice the filters.")
    page.run()
    assert [each.value for each in page.subheader] == [rf"Training {job.id}\: Wider"]
    assert page.dataframe[0].value["Title"].tolist() == ["Wider"]
    assert "Twice the filters." in [each.value for each in page.markdown]


def test_a_training_may_begin_with_the_served_version(page: AppTest, workspace: Workspace) -> None:
    """As on the command line: its weights are what the training starts from."""
    page.run()
    page.segmented_control(key="training_start_from").set_value("The served version").run()
    page.button(key="training_start").click().run()
    [job] = workspace.modelling.jobs.page()
    assert job.config["start"] == workspace.modelling.registry.champion().name


def test_without_tensorflow_the_page_says_how_to_get_it(
    page: AppTest, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In place of a form whose training would fail."""
    monkeypatch.setattr("hwr_core.training.installed.find_spec", lambda name: None if name == "tensorflow" else name)
    page.run()
    [error] = page.error
    assert error.value == (
        r"Training needs TensorFlow, which is not installed here. Install it with \`pip install 'hwr\[train\]'\`."
    )
    assert "training_start" not in {button.key for button in page.button}
    with pytest.raises(NotInstalled):
        workspace.modelling.train({"sources": ["custom"]})


def test_nothing_to_learn_from_is_told_in_words(page: AppTest, workspace: Workspace) -> None:
    """Without a chosen data set there is a sentence, not an exception, and no button."""
    page.run()
    page.multiselect(key="training_sources").set_value([]).run()
    assert not page.exception
    assert "choose at least one data set" in page.error[0].value
    assert workspace.modelling.jobs.page() == []


def test_a_tuning_is_started(page: AppTest, workspace: Workspace) -> None:
    """With its budget."""
    page.run()
    page.session_state["training_view"] = "Tune"
    page.run()
    page.number_input(key="training_trials").set_value(5).run()
    page.button(key="training_tune").click().run()
    assert not page.exception
    [job] = workspace.modelling.jobs.page()
    assert (job.kind, job.config["trials"]) == (JobKind.TUNE, 5)


def test_a_queued_job_is_cancelled_from_the_page(page: AppTest, workspace: Workspace) -> None:
    """Its button is there while it waits, and gone afterwards."""
    job = workspace.modelling.train({"sources": ["custom"]})
    page.run()
    page.button(key=f"training_cancel_{job.id}").click().run()
    assert not page.exception
    assert workspace.modelling.jobs.get(job.id).state is JobState.CANCELLED
    keys = [button.key for button in page.button if button.key]
    assert keys == [f"training_{name}_{job.id}" for name in ("resume", "again")] + [f"training_{job.id}_describe"]


def test_the_best_of_a_tuning_is_trained_by_one_click(page: AppTest, workspace: Workspace) -> None:
    """The tuned config becomes a training like any other; its trials are drawn."""
    trials = [
        Event(
            EventKind.TRIAL,
            {
                "number": n,
                "state": "complete",
                "value": 0.9 + n / 100,
                "epochs": 2,
                "params": {"learning_rate": 10.0 ** -(n + 1)},
                "seconds": 3.0,
            },
        )
        for n in range(3)
    ]
    config = workspace.modelling.config({"sources": ["custom"], "learning_rate": 0.01}).model_dump(mode="json")
    result = {"best_value": 0.92, "base_value": 0.9, "trials": 3, "best_config": config}
    tuned = finished(workspace, JobKind.TUNE, result, Event(EventKind.STARTED), *trials)
    page.run()
    assert not page.exception
    assert any("92.00%" in each.value for each in page.markdown)
    page.button(key=f"training_best_{tuned}").click().run()
    assert not page.exception
    assert workspace.modelling.jobs.page()[0].config["learning_rate"] == 0.01


def test_a_failed_job_says_why_and_can_be_resumed(page: AppTest, workspace: Workspace) -> None:
    """The reason stands on the page."""
    job = workspace.modelling.train({"sources": ["custom"]})
    Jobs(workspace.store).claim(job.id, 1)
    Jobs(workspace.store).fail(job.id, "The disk was full.")
    page.run()
    assert page.error[0].value == "The disk was full."
    page.button(key=f"training_resume_{job.id}").click().run()
    assert workspace.modelling.jobs.get(job.id).state is JobState.QUEUED


def test_the_form_begins_with_the_shipped_network(page: AppTest) -> None:
    """Who changes nothing trains with the defaults of a TrainingConfig."""
    page.run()
    assert page.selectbox(key="training_architecture").value == TrainingConfig().architecture


def test_without_jobs_a_button_leads_to_the_form(page: AppTest) -> None:
    """The empty list of jobs says so and is one press away from a training."""
    page.run()
    page.segmented_control(key="training_view").set_value("Jobs").run()
    page.button(key="training_first").click().run()
    assert not page.exception
    assert page.button(key="training_start").label == "Start training"


@pytest.mark.parametrize("number", ["99", "seven", "9" * 40])
def test_an_unknown_job_is_told(page: AppTest, workspace: Workspace, number: str) -> None:
    """An address of a job that is not there shows no other one in its place."""
    finished(workspace, JobKind.EVALUATE, {"suites": ["custom"]})
    page.query_params["job"] = number
    page.run()
    assert "There is no job" in page.error[0].value
    assert not page.subheader


def test_jobs_side_by_side_show_in_what_they_differ(workspace: Workspace) -> None:
    """A row for each; parameters that are the same are left out unless they are asked for."""
    jobs = Jobs(workspace.store)
    config = {"epochs": 3, "sources": ["mnist"], "search": {"trials": 5}}
    one, other = jobs.add(JobKind.TRAIN, config, 1), jobs.add(JobKind.TRAIN, {**config, "epochs": 9, "start": "x"}, 1)
    jobs.claim(one.id, width=1)
    one = jobs.succeed(one.id, {"model_version": "v", "test_accuracy": 0.97})
    table = side_by_side([one, other])
    assert [*table.columns][6:] == ["epochs", "start"]
    assert table["epochs"].tolist() == ["3", "9"]
    assert table["Test accuracy"].tolist()[0] == 0.97
    assert {"sources", "search.trials"} <= {*side_by_side([one, other], everything=True).columns}


def test_a_training_is_begun_again_with_changes(page: AppTest, workspace: Workspace) -> None:
    """Its parameters stand in the form, but for what the form cannot say."""
    table = Jobs(workspace.store)
    config = TrainingConfig(epochs=7, learning_rate=0.01, batch_size=100, seed=5, sources=("custom",))
    job = table.add(JobKind.TRAIN, config.model_dump(mode="json"), 1)
    table.claim(job.id, 1)
    table.fail(job.id, "It was killed.")
    page.run()
    page.button(key=f"training_again_{job.id}").click().run()
    assert not page.exception
    assert (page.number_input(key="training_epochs").value, page.number_input(key="training_seed").value) == (7, 5)
    assert page.number_input(key="training_rate").value == 0.01
    assert page.select_slider(key="training_batch").value == TrainingConfig().batch_size
    assert page.multiselect(key="training_sources").value == ["custom"]
