"""The use cases of hwr_core, and the types that front ends need: they import this package, errors and settings."""

from hwr_core.addresses import is_own_address
from hwr_core.analytics.breakdown import Dimension
from hwr_core.analytics.changes import Cause, Change, Figure
from hwr_core.analytics.figures import Reliability, SystemFigures, UserFigures
from hwr_core.analytics.numbers import NumberDimension, NumberFigures
from hwr_core.analytics.periods import Bucket, start_of_today
from hwr_core.analytics.split import Group, Split, earlier, narrowed
from hwr_core.app.authorisation import authorised
from hwr_core.app.batch import FilePrediction, NamedFile
from hwr_core.app.downloads import table_as_csv
from hwr_core.app.drift import SAMPLED, Against, DriftReport
from hwr_core.app.event_feed import FeedEvent, FeedItem, FeedKind, Listener
from hwr_core.app.exploration import ImageMap, Neighbour
from hwr_core.app.forms.files import FormFormat, form_file, form_table
from hwr_core.app.forms.results import FormCell, FormRow, ReadForm
from hwr_core.app.housekeeping import Storage
from hwr_core.app.limits import limits_of
from hwr_core.app.page_events import PageMade
from hwr_core.app.rules import RULES, RuleMismatch, confirm_rules
from hwr_core.app.scripts import ReadScript
from hwr_core.app.slices import KEPT, Digit, Shown, about, confusion, matching
from hwr_core.app.status import Concern, Health, Matter, Overview
from hwr_core.app.workspace import Workspace, open_workspace
from hwr_core.auth.api_keys import ApiKey
from hwr_core.auth.audit_log import AuditEntry
from hwr_core.auth.counters import Counters
from hwr_core.auth.credentials import Account
from hwr_core.auth.identities import Identity
from hwr_core.auth.known_devices import KNOWN_FOR
from hwr_core.auth.permissions import MAY, Caller, Permission, may, require
from hwr_core.auth.secrets import COOKIE, KEY_PREFIX, new_token
from hwr_core.auth.service import AuthService, NewKey, SignedIn
from hwr_core.datasets.example_images import example_digits, example_numbers, example_strokes
from hwr_core.datasets.import_zip import Imported
from hwr_core.datasets.samples import Part
from hwr_core.datasets.sources import CUSTOM, SOURCES
from hwr_core.evaluation.answers import Figures
from hwr_core.evaluation.compare import Comparison, Difference, common_suites, compare
from hwr_core.evaluation.drift import DIFFERENT, EDGES, SOMEWHAT, Feature, Level, Shift
from hwr_core.evaluation.evaluate import Evaluation, evaluations_of
from hwr_core.evaluation.gate import Gate
from hwr_core.evaluation.originals import originals_of
from hwr_core.evaluation.promotion_log import Entry
from hwr_core.evaluation.suites import SUITES
from hwr_core.experiments.report import ArmReport, ExperimentReport, Finding
from hwr_core.experiments.shadow_table import ShadowReport
from hwr_core.experiments.types import SMALLEST, Arm, Experiment, ExperimentState, Metric, NewExperiment
from hwr_core.images.decode import READABLE, PageImage, decode, decode_pages, document_type, media_type
from hwr_core.images.encode import as_png, data_url
from hwr_core.images.normalise import MAX_ENHANCEMENT
from hwr_core.images.strokes import Strokes, sheet
from hwr_core.images.types import SIDE, Box, Grey, OnProgress
from hwr_core.images.zip_files import is_archive
from hwr_core.jobs.config import flat
from hwr_core.jobs.events import Event as JobEvent
from hwr_core.jobs.events import EventKind as JobEventKind
from hwr_core.jobs.events import Progress
from hwr_core.jobs.queue import JobChanged
from hwr_core.jobs.table import Job, JobKind, JobState
from hwr_core.notes import LONGEST_TAG, LONGEST_TEXT, LONGEST_TITLE, MOST_TAGS, Notes
from hwr_core.recognition.acceptance import LARGEST_MAX_ERROR
from hwr_core.recognition.events import ModelServed, NumberPredicted, PredictionMade
from hwr_core.recognition.pipeline import Explanation, OnPage
from hwr_core.recognition.types import (
    DIGITS,
    NONE,
    NOT_A_DIGIT,
    FoundDigit,
    NumberLine,
    NumberPrediction,
    Prediction,
    Reason,
    Verdict,
)
from hwr_core.records.erasure import IN_BACKUPS
from hwr_core.records.events import LabelChanged, PredictionNotStored, PredictionStored
from hwr_core.records.feedback import MAX_COMMENT
from hwr_core.records.feedback_rows import Feedback
from hwr_core.records.file_formats import ExportFormat
from hwr_core.records.filters import HistoryFilter, Labelled
from hwr_core.records.forms import LONGEST_NAME as LONGEST_FIELD_NAME
from hwr_core.records.forms import Form, FormField
from hwr_core.records.history import HistoryPage
from hwr_core.records.keys import ALLOWED_KEYS, Keys
from hwr_core.records.keys import in_words as act_in_words
from hwr_core.records.labels import Label
from hwr_core.records.number_filter import NumberFilter
from hwr_core.records.number_rows import NumberRecord
from hwr_core.records.numbers import MAX_TEXT, NumberFeedback, NumberPage
from hwr_core.records.predictions import PredictionRecord, Source
from hwr_core.records.retention import Pruned
from hwr_core.records.roles import Role
from hwr_core.records.sent import LONGEST_KEY, Sent
from hwr_core.records.users import DEFAULT_USER, User
from hwr_core.registry.card import Accepted, RiskAtCoverage, Score
from hwr_core.registry.pointers import CHAMPION
from hwr_core.registry.registry import LITERT, ModelVersion
from hwr_core.review.number_queue import NumberOrder
from hwr_core.review.service import COMPARED, Order, Suspect, Waiting
from hwr_core.scripts.script import (
    AUTO,
    WESTERN,
    Script,
    all_scripts,
    all_values,
    characters_of_symbols,
    find_script,
    symbol_of,
    values_of,
)
from hwr_core.statistics import Proportion
from hwr_core.training.config import ARCHITECTURES, TrainingConfig
from hwr_core.training.tuning.search_space import TuningConfig

__all__ = [
    "ALLOWED_KEYS",
    "ARCHITECTURES",
    "AUTO",
    "CHAMPION",
    "COMPARED",
    "COOKIE",
    "CUSTOM",
    "DEFAULT_USER",
    "DIFFERENT",
    "DIGITS",
    "EDGES",
    "IN_BACKUPS",
    "KEPT",
    "KEY_PREFIX",
    "KNOWN_FOR",
    "LARGEST_MAX_ERROR",
    "LITERT",
    "LONGEST_FIELD_NAME",
    "LONGEST_KEY",
    "LONGEST_TAG",
    "LONGEST_TEXT",
    "LONGEST_TITLE",
    "MAX_COMMENT",
    "MAX_ENHANCEMENT",
    "MAX_TEXT",
    "MAY",
    "MOST_TAGS",
    "NONE",
    "NOT_A_DIGIT",
    "READABLE",
    "RULES",
    "SAMPLED",
    "SIDE",
    "SMALLEST",
    "SOMEWHAT",
    "SOURCES",
    "SUITES",
    "WESTERN",
    "Accepted",
    "Account",
    "Against",
    "ApiKey",
    "Arm",
    "ArmReport",
    "AuditEntry",
    "AuthService",
    "Box",
    "Bucket",
    "Caller",
    "Cause",
    "Change",
    "Comparison",
    "Concern",
    "Counters",
    "Difference",
    "Digit",
    "Dimension",
    "DriftReport",
    "Entry",
    "Evaluation",
    "Experiment",
    "ExperimentReport",
    "ExperimentState",
    "Explanation",
    "ExportFormat",
    "Feature",
    "FeedEvent",
    "FeedItem",
    "FeedKind",
    "Feedback",
    "Figure",
    "Figures",
    "FilePrediction",
    "Finding",
    "Form",
    "FormCell",
    "FormField",
    "FormFormat",
    "FormRow",
    "FoundDigit",
    "Gate",
    "Grey",
    "Group",
    "Health",
    "HistoryFilter",
    "HistoryPage",
    "Identity",
    "ImageMap",
    "Imported",
    "Job",
    "JobChanged",
    "JobEvent",
    "JobEventKind",
    "JobKind",
    "JobState",
    "Keys",
    "Label",
    "LabelChanged",
    "Labelled",
    "Level",
    "Listener",
    "Matter",
    "Metric",
    "ModelServed",
    "ModelVersion",
    "NamedFile",
    "Neighbour",
    "NewExperiment",
    "NewKey",
    "Notes",
    "NumberDimension",
    "NumberFeedback",
    "NumberFigures",
    "NumberFilter",
    "NumberLine",
    "NumberOrder",
    "NumberPage",
    "NumberPredicted",
    "NumberPrediction",
    "NumberRecord",
    "OnPage",
    "OnProgress",
    "Order",
    "Overview",
    "PageImage",
    "PageMade",
    "Part",
    "Permission",
    "Prediction",
    "PredictionMade",
    "PredictionNotStored",
    "PredictionRecord",
    "PredictionStored",
    "Progress",
    "Proportion",
    "Pruned",
    "ReadForm",
    "ReadScript",
    "Reason",
    "Reliability",
    "RiskAtCoverage",
    "Role",
    "RuleMismatch",
    "Score",
    "Script",
    "Sent",
    "ShadowReport",
    "Shift",
    "Shown",
    "SignedIn",
    "Source",
    "Split",
    "Storage",
    "Strokes",
    "Suspect",
    "SystemFigures",
    "TrainingConfig",
    "TuningConfig",
    "User",
    "UserFigures",
    "Verdict",
    "Waiting",
    "Workspace",
    "about",
    "act_in_words",
    "all_scripts",
    "all_values",
    "as_png",
    "authorised",
    "characters_of_symbols",
    "common_suites",
    "compare",
    "confirm_rules",
    "confusion",
    "data_url",
    "decode",
    "decode_pages",
    "document_type",
    "earlier",
    "evaluations_of",
    "example_digits",
    "example_numbers",
    "example_strokes",
    "find_script",
    "flat",
    "form_file",
    "form_table",
    "is_archive",
    "is_own_address",
    "limits_of",
    "matching",
    "may",
    "media_type",
    "narrowed",
    "new_token",
    "open_workspace",
    "originals_of",
    "require",
    "sheet",
    "start_of_today",
    "symbol_of",
    "table_as_csv",
    "values_of",
]
