"""The migration that adds the tables of roll-ups; `keeping.catch_up` fills them from a history that is there."""

from hwr_core.db.cursor import Cursor


def roll_ups(connection: Cursor) -> None:
    """Add predictions counted by day, by quarter of an hour, by user, by confidence and by latency.

    `watermark` is the id up to which predictions are counted there. What has changed of these since (a label, a
    deletion) stands in `changed_facts` until the next fold, and newer predictions are counted as they are asked for: so
    a figure is exact at any moment, and a new prediction costs no more than before. No primary keys, as for jobs.
    """
    connection.execute("create table roll_ups (watermark bigint not null, folds bigint not null)")
    connection.execute("insert into roll_ups values (0, 0)")
    connection.execute(
        """
        create table changed_facts (
            weight bigint not null,
            created_at timestamptz not null,
            user_id bigint not null,
            source text not null,
            script text not null,
            model_version text not null,
            verdict text not null,
            digit integer,
            confidence double precision not null,
            preprocessing_seconds double precision not null,
            inference_seconds double precision not null,
            is_labelled boolean not null,
            actual_digit integer
        )
        """
    )
    for table, columns in _COUNTS.items():
        connection.execute(f"create table {table} (fold bigint not null, {columns}, predictions bigint not null)")


_LABEL = "digit integer, is_labelled boolean not null, actual_digit integer"
_COUNTS = {
    "counts_by_day": (
        "day bigint not null, source text not null, script text not null, model_version text not null, "
        f"verdict text not null, {_LABEL}, confidence bigint not null"
    ),
    "counts_by_quarter": (
        'quarter bigint not null, doubtful bigint not null, labelled bigint not null, "right" bigint not null'
    ),
    "counts_by_user": f"user_id bigint not null, {_LABEL}, confidence bigint not null, nanoseconds bigint not null",
    "counts_by_confidence": (
        "day bigint not null, bin bigint not null, is_named boolean not null, labelled bigint not null, "
        '"right" bigint not null, labelled_confidence bigint not null'
    ),
    "counts_by_latency": "day bigint not null, stage text not null, step bigint not null",
}
