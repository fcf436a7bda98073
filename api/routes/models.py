"""Model versions: list, look at, compare, promote, roll back, retire, download."""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Response

from api.auth.permissions import calls
from api.dependencies import WorkspaceDep
from api.errors import RESPONSES
from api.schemas.models import (
    ActIn,
    ActOut,
    ComparisonRow,
    ComparisonsOut,
    GateOut,
    LogOut,
    ModelDetail,
    ModelOut,
    ModelRow,
    ModelsOut,
    PromoteIn,
)
from hwr_core.evaluation.compare import common_suites, compare
from hwr_core.evaluation.evaluate import evaluations_of

router = APIRouter(prefix="/api/models", tags=["models"], responses=RESPONSES)

VersionName = Annotated[
    str, Path(max_length=100, description="Name of a version.", examples=["20260131T120000Z-1a2b3"])
]
FileName = Annotated[str, Path(max_length=100, description="Name of a file.", examples=["model.tflite"])]
Promoting = Annotated[PromoteIn, Body(default_factory=PromoteIn)]
Acting = Annotated[ActIn, Body(default_factory=ActIn)]


@router.get("")
@calls("modelling.registry.versions")
def models(workspace: WorkspaceDep) -> ModelsOut:
    """List all versions, the newest first."""
    modelling = workspace.modelling
    versions, aliases = modelling.registry.versions(), modelling.aliases()
    return ModelsOut(
        count=len(versions),
        champion=modelling.registry.champion_name(),
        challenger=modelling.registry.challenger_name(),
        data=[ModelRow.of(version, aliases) for version in versions],
    )


@router.get("/log")
@calls("modelling.promotions.log")
def log(workspace: WorkspaceDep) -> LogOut:
    """Tell who promoted what, when and why."""
    return LogOut.of(workspace.modelling.promotions.log())


@router.post("/rollback")
@calls("modelling.roll_back")
def roll_back(workspace: WorkspaceDep, given: Acting) -> ActOut:
    """Let the version that was served before read again; 409 when there is none."""
    return ActOut.of(workspace.modelling.roll_back(user_id=given.user_id, reason=given.reason))


@router.get("/{version}")
@calls("modelling.registry.get")
def model(version: VersionName, workspace: WorkspaceDep) -> ModelOut:
    """Return a version's card and what it is worth."""
    found = workspace.modelling.registry.get(version)
    evaluations = [*evaluations_of(found).values()]
    return ModelOut(data=ModelDetail.whole(found, workspace.modelling.aliases(), evaluations))


@router.get("/{version}/files/{name}", response_class=Response)
@calls("modelling.registry.get")
def file(version: VersionName, name: FileName, workspace: WorkspaceDep) -> Response:
    """Return a file of a version: model.keras or model.tflite."""
    content = workspace.modelling.registry.get(version).read_file(name)
    headers = {"Content-Disposition": f'attachment; filename="{version}-{name}"'}
    return Response(content, media_type="application/octet-stream", headers=headers)


@router.get("/{version}/gate")
@calls("modelling.gate")
def gate(version: VersionName, workspace: WorkspaceDep) -> GateOut:
    """Tell whether a version may take the champion's place, and what speaks against it."""
    return GateOut.of(workspace.modelling.gate(version))


@router.get("/{version}/compare/{other}")
@calls("modelling.registry.get")
def compare_with(
    version: VersionName,
    other: VersionName,
    workspace: WorkspaceDep,
    suite: Annotated[str | None, Query(description="One suite; all when left out.", examples=["mnist"])] = None,
    differences: Annotated[int, Query(ge=0, le=1000, description="The most for each suite.", examples=[50])] = 50,
) -> ComparisonsOut:
    """Compare two versions on the suites that both were measured on, with the images on which they differ."""
    registry = workspace.modelling.registry
    one, two = registry.get(version), registry.get(other)
    suites = [suite] if suite else common_suites(one, two)
    return ComparisonsOut(data=[ComparisonRow.of(compare(one, two, name, most=differences)) for name in suites])


@router.post("/{version}/promote")
@calls("modelling.promote")
def promote(version: VersionName, workspace: WorkspaceDep, given: Promoting) -> ActOut:
    """Let a version read from now on; 409 when it is worse than the champion, unless forced with a reason."""
    return ActOut.of(
        workspace.modelling.promote(version, user_id=given.user_id, reason=given.reason, force=given.force)
    )


@router.post("/{version}/challenge")
@calls("modelling.challenge")
def challenge(version: VersionName, workspace: WorkspaceDep, given: Acting) -> ActOut:
    """Make a version the challenger."""
    return ActOut.of(workspace.modelling.challenge(version, user_id=given.user_id, reason=given.reason))


@router.post("/{version}/retire")
@calls("modelling.retire")
def retire(version: VersionName, workspace: WorkspaceDep, given: Acting) -> ActOut:
    """Keep a version from being promoted; its files stay."""
    return ActOut.of(workspace.modelling.retire(version, user_id=given.user_id, reason=given.reason))


@router.post("/{version}/restore")
@calls("modelling.restore")
def restore(version: VersionName, workspace: WorkspaceDep, given: Acting) -> ActOut:
    """Let a retired version be promoted again."""
    return ActOut.of(workspace.modelling.restore(version, user_id=given.user_id, reason=given.reason))
