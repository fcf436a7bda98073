"""Experiments: two or more model versions serve a share of users each, until it is known which is better."""

from typing import Annotated

from fastapi import APIRouter, Body, Path

from api.auth.permissions import calls
from api.dependencies import WorkspaceDep
from api.errors import RESPONSES
from api.inputs.request_bodies import JsonRoute
from api.schemas.experiments import (
    ArmsIn,
    ExperimentId,
    ExperimentIn,
    ExperimentOut,
    ExperimentsOut,
    PlanOut,
    StartedOut,
    StopIn,
)

router = APIRouter(prefix="/api/experiments", tags=["models"], responses=RESPONSES, route_class=JsonRoute)

InPath = Annotated[ExperimentId, Path()]
Stopping = Annotated[StopIn, Body(default_factory=StopIn)]


@router.get("", summary="List experiments")
@calls("experiments.all")
def experiments(workspace: WorkspaceDep) -> ExperimentsOut:
    """Return all experiments, newest first."""
    return ExperimentsOut.of(workspace.experiments.all())


@router.post("", summary="Start an experiment")
@calls("experiments.start")
def start(body: ExperimentIn, workspace: WorkspaceDep) -> StartedOut:
    """Serve each user by one of several model versions from now on; 409 while another experiment runs."""
    return StartedOut(experiment_id=workspace.experiments.start(body.as_new(), user_id=body.user_id).id)


@router.post("/plan", summary="Plan an experiment")
@calls("experiments.plan")
def plan(body: ArmsIn, workspace: WorkspaceDep) -> PlanOut:
    """Return how many predictions an experiment would need, and how many days at the present rate."""
    return PlanOut.of(workspace.experiments.plan(body.as_arms(), body.metric, body.smallest))


@router.get("/{experiment_id}", summary="Get an experiment")
@calls("experiments.report")
def experiment(experiment_id: InPath, workspace: WorkspaceDep) -> ExperimentOut:
    """Return an experiment with what each arm has shown so far, and the verdict in words."""
    return ExperimentOut.of_report(workspace.experiments.report(experiment_id))


@router.post("/{experiment_id}/stop", summary="Stop an experiment")
@calls("experiments.stop")
def stop(experiment_id: InPath, workspace: WorkspaceDep, body: Stopping) -> ExperimentOut:
    """Stop an experiment: everybody is read by the served version again; 409 if it has ended already."""
    workspace.experiments.stop(experiment_id, body.reason)
    return ExperimentOut.of_report(workspace.experiments.report(experiment_id))
