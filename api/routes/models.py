"""Model versions: list, compare, promote, roll back, retire, download."""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Response

from api.auth.permissions import calls
from api.dependencies import WorkspaceDep
from api.errors import RESPONSES
from api.inputs.request_bodies import JsonRoute
from api.schemas.models import (
    ActIn,
    ActOut,
    ComparisonRow,
    ComparisonsOut,
    GateOut,
    LogOut,
    ModelOut,
    ModelRow,
    ModelsOut,
    PromoteIn,
    ShadowIn,
    ShadowOut,
)
from api.schemas.notes import NotesIn
from hwr_core.app import common_suites, compare, evaluations_of

router = APIRouter(prefix="/api/models", tags=["models"], responses=RESPONSES, route_class=JsonRoute)

VersionName = Annotated[
    str, Path(max_length=100, description="The name of a version.", examples=["20260131T120000Z-1a2b3"])
]
FileName = Annotated[str, Path(max_length=100, description="The name of a file.", examples=["model.tflite"])]
Promoting = Annotated[PromoteIn, Body(default_factory=PromoteIn)]
Acting = Annotated[ActIn, Body(default_factory=ActIn)]


@router.get("", summary="List models")
@calls("modelling.registry.versions")
def models(workspace: WorkspaceDep) -> ModelsOut:
    """Return all model versions, newest first."""
    modelling = workspace.modelling
    versions, aliases = modelling.registry.versions(), modelling.aliases()
    return ModelsOut(
        count=len(versions),
        champion=modelling.registry.champion_name(),
        challenger=modelling.registry.challenger_name(),
        data=[ModelRow.of(version, aliases) for version in versions],
    )


@router.get("/log", summary="List the promotion log")
@calls("modelling.promotions.log")
def log(workspace: WorkspaceDep) -> LogOut:
    """Return who promoted, rolled back or retired which version, when and why."""
    return LogOut.of(workspace.modelling.promotions.log())


@router.get("/shadow", summary="Get the shadow")
@calls("shadow.report")
def shadow(workspace: WorkspaceDep) -> ShadowOut:
    """Return what the version that shadows has read since it began, beside what was answered."""
    return ShadowOut.of(workspace.shadow.report())


@router.put("/shadow", summary="Set the shadow")
@calls("shadow.set")
def set_shadow(body: ShadowIn, workspace: WorkspaceDep) -> ShadowOut:
    """Let a version read silently, beside the one that answers, what is stored from now on; at most one shadows."""
    workspace.shadow.set(body.version, body.share, user_id=body.user_id)
    return ShadowOut.of(workspace.shadow.report())


@router.delete("/shadow", summary="Delete the shadow")
@calls("shadow.clear")
def clear_shadow(workspace: WorkspaceDep) -> ShadowOut:
    """End the shadow; 409 where there is none."""
    workspace.shadow.clear()
    return ShadowOut.of(None)


@router.post("/rollback", summary="Roll back to the previous model")
@calls("modelling.roll_back")
def roll_back(workspace: WorkspaceDep, body: Acting) -> ActOut:
    """Serve the version again that was served before; 409 if there is none."""
    return ActOut.of(workspace.modelling.roll_back(user_id=body.user_id, reason=body.reason))


@router.get("/{version}", summary="Get a model")
@calls("modelling.registry.get")
def model(version: VersionName, workspace: WorkspaceDep) -> ModelOut:
    """Return a model version with its card and its evaluations."""
    found = workspace.modelling.registry.get(version)
    return ModelOut.of_version(found, workspace.modelling.aliases(), evaluations_of(found).values())


@router.get("/{version}/files/{name}", response_class=Response, summary="Download a file of a model")
@calls("modelling.registry.get")
def file(version: VersionName, name: FileName, workspace: WorkspaceDep) -> Response:
    """Return a file of a version, such as model.keras or model.tflite."""
    content = workspace.modelling.registry.get(version).read_file(name)
    headers = {"Content-Disposition": f'attachment; filename="{version}-{name}"'}
    return Response(content, media_type="application/octet-stream", headers=headers)


@router.get("/{version}/gate", summary="Check whether a model may be promoted")
@calls("modelling.gate")
def gate(version: VersionName, workspace: WorkspaceDep) -> GateOut:
    """Return whether a version may replace the champion, with objections and comparisons."""
    return GateOut.from_record(workspace.modelling.gate(version))


@router.get("/{version}/compare/{other}", summary="Compare two models")
@calls("modelling.registry.get")
def compare_with(
    version: VersionName,
    other: VersionName,
    workspace: WorkspaceDep,
    suite: Annotated[
        str | None, Query(description="The name of a suite; all when left out.", examples=["mnist"])
    ] = None,
    differences: Annotated[
        int, Query(ge=0, le=1000, description="The maximum number of images for each suite.", examples=[50])
    ] = 50,
) -> ComparisonsOut:
    """Compare two versions on the suites on which both were evaluated, with the images on which they differ."""
    registry = workspace.modelling.registry
    one, two = registry.get(version), registry.get(other)
    suites = [suite] if suite else common_suites(one, two)
    return ComparisonsOut(
        data=[ComparisonRow.from_record(compare(one, two, name, most=differences)) for name in suites]
    )


@router.post("/{version}/promote", summary="Promote a model")
@calls("modelling.promote")
def promote(version: VersionName, workspace: WorkspaceDep, body: Promoting) -> ActOut:
    """Serve a version from now on; 409 if it is worse than the champion, unless forced with a reason."""
    return ActOut.of(workspace.modelling.promote(version, user_id=body.user_id, reason=body.reason, force=body.force))


@router.put("/{version}/notes", summary="Update the title, tags and notes of a model")
@calls("modelling.describe")
def describe(version: VersionName, body: NotesIn, workspace: WorkspaceDep) -> ModelOut:
    """Replace what people say of a version; nothing else of it changes."""
    workspace.modelling.describe(version, body.title, tuple(body.tags), body.notes)
    return model(version, workspace)


@router.post("/{version}/challenge", summary="Make a model the challenger")
@calls("modelling.challenge")
def challenge(version: VersionName, workspace: WorkspaceDep, body: Acting) -> ActOut:
    """Make a version the challenger, which is evaluated against the champion."""
    return ActOut.of(workspace.modelling.challenge(version, user_id=body.user_id, reason=body.reason))


@router.post("/{version}/retire", summary="Retire a model")
@calls("modelling.retire")
def retire(version: VersionName, workspace: WorkspaceDep, body: Acting) -> ActOut:
    """Exclude a version from promotion; its files stay."""
    return ActOut.of(workspace.modelling.retire(version, user_id=body.user_id, reason=body.reason))


@router.post("/{version}/restore", summary="Restore a retired model")
@calls("modelling.restore")
def restore(version: VersionName, workspace: WorkspaceDep, body: Acting) -> ActOut:
    """Allow a retired version to be promoted again."""
    return ActOut.of(workspace.modelling.restore(version, user_id=body.user_id, reason=body.reason))
