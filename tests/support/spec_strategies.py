"""Hypothesis strategies: specs of every kind, and the scalars that YAML readers are known to mistake."""

from __future__ import annotations

import string
from typing import Any

from hypothesis import strategies as st

from smtune.naming import is_job_name
from smtune.spec import (
    AlgorithmEntry,
    Auto,
    BuiltIn,
    Categorical,
    Channel,
    Channels,
    Checkpoints,
    Completion,
    Compute,
    Continuous,
    DiagnosisSpec,
    FileSystem,
    Hyperband,
    Image,
    InstanceGroup,
    InstanceOption,
    InstancePreference,
    Integer,
    Limits,
    MetricNames,
    Objective,
    Resource,
    Script,
    ScriptSource,
    Security,
    Split,
    Table,
    TuningSpec,
    WarmStart,
)
from smtune.spec.ranges import encode

# What YAML 1.1 or 1.2, or a careless reader, takes for something else than text.
TRAPS = """
yes No ON off y n true FALSE null ~ 1e-05 1e5 1.5E+3 .5 5. -.inf .nan NaN Infinity 1e400 12e03 +1 0_ 0x_ _1 1_000
1:30 -1:30:59 1:30.5 0123 0o17 0x1F 0b11 2020-01-01 2020-01-01T10:00:00Z = << ! & * - -- --- ... ? : | > % @ ` #
{} [] ''
""".split()  # noqa: SIM905  a list would fill a page
letters = st.text(string.ascii_letters + string.digits, min_size=1, max_size=12)
words = st.sampled_from(TRAPS) | letters
lines = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40) | words
numerals = st.text("0123456789+-_.:eExob", min_size=1, max_size=8)
texts = lines | numerals | st.sampled_from(["", " a", "a ", "a: b", "a #b", "x" * 200, "two\nlines\n", "\ttab", "é😀"])
names = letters.filter(is_job_name)
finite = st.floats(allow_nan=False, allow_infinity=False)
whole = st.integers(-(10**9), 10**9)
scalars = st.booleans() | whole | finite | texts
keys = texts.filter(bool)


def bounds(numbers: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, Any]]:
    """Pairs of different numbers, the smaller one first."""
    pairs = st.tuples(numbers, numbers).filter(lambda pair: pair[0] != pair[1])
    return pairs.map(lambda pair: (min(pair), max(pair)))


def _range(kind: type[Continuous] | type[Integer], numbers: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    anywhere = st.tuples(bounds(numbers), st.sampled_from([None, "auto", "linear"]))
    positive = st.tuples(bounds(numbers.filter(lambda number: number > 0)), st.just("log"))
    return (anywhere | positive).map(lambda item: kind(min=item[0][0], max=item[0][1], scale=item[1]))


def _reverse() -> st.SearchStrategy[Continuous]:
    pairs = bounds(st.floats(0, 1, exclude_max=True))
    return pairs.map(lambda pair: Continuous(min=pair[0], max=pair[1], scale="reverse-log"))


continuous = _range(Continuous, finite) | _reverse()
integers = _range(Integer, whole)
categoricals = st.lists(scalars, min_size=1, max_size=5, unique_by=encode).map(
    lambda values: Categorical(values=tuple(values))
)
hints = st.builds(Auto, hint=scalars)
hyperparameters = st.dictionaries(keys, scalars | continuous | integers | categoricals | hints, max_size=5)
mappings = st.dictionaries(keys, texts, max_size=3)
objectives = st.builds(Objective, maximize=texts) | st.builds(Objective, minimize=texts)
modes = st.sampled_from(["File", "Pipe", "FastFile"])
images = st.builds(Image, image=texts, program=st.none() | texts, input_mode=modes)
scripts = st.builds(
    Script,
    script=st.builds(
        ScriptSource,
        framework=st.just("scikit-learn"),
        version=st.just("1.2-1"),
        entry_point=texts,
        source_dir=texts,
        image=st.none() | texts,
    ),
)
algorithms = (
    st.builds(BuiltIn, builtin=st.just("xgboost"), version=st.sampled_from(["1.7-1", "1.5-1"]))
    | images
    | st.builds(Resource, arn=texts, input_mode=modes)
    | scripts
)
uris = texts.filter(lambda text: "://" not in text and ".." not in text) | letters.map(
    lambda text: f"s3://bucket/{text}"
)
remote_uris = letters.map(lambda text: f"s3://bucket/{text}")
# Where no channel is: what is held out is in none.
held_out_uris = letters.map("s3://held-out/{}".format) | letters.map("../held-out/{}".format)
listed = st.lists(texts, max_size=2).map(tuple)
switches = st.none() | st.booleans()
file_systems = st.builds(
    FileSystem, id=texts, type=st.sampled_from(["EFS", "FSxLustre"]), path=texts, access=st.sampled_from(["ro", "rw"])
)


def _channels(uris: st.SearchStrategy[str]) -> st.SearchStrategy[Channel]:
    details: dict[str, st.SearchStrategy[Any]] = {
        "content_type": st.none() | texts,
        "compression": st.sampled_from([None, "None", "Gzip"]),
        "input_mode": st.none() | modes,
        "record_wrapper": st.sampled_from([None, "None", "RecordIO"]),
        "shuffle_seed": st.none() | st.integers(0, 9),
    }
    on_s3 = st.builds(
        Channel,
        uri=uris,
        distribution=st.sampled_from([None, "FullyReplicated", "ShardedByS3Key"]),
        data_type=st.sampled_from([None, "ManifestFile", "AugmentedManifestFile"]),
        attributes=listed,
        groups=listed,
        hub_content=st.none() | texts,
        accept_eula=switches,
        **details,
    )
    return (
        on_s3 | st.builds(Channel, file_system=file_systems, **details) | st.builds(Channel, dataset=texts, **details)
    )


channels = _channels(uris)
remote_channels = st.builds(Channels, channels=st.dictionaries(keys, _channels(remote_uris), min_size=1, max_size=2))
# How rows are kept together, or in order: never by a column that a generated label can name too.
columns = texts.map("column {}".format)
orders = st.one_of(
    st.fixed_dictionaries({"stratify": st.none() | texts, "group": st.none() | columns}),
    st.fixed_dictionaries({"time": columns}),
)
splits = st.tuples(st.sampled_from([(0.7, 0.15, 0.15), (0.5, 0.5, 0.0), (0.98, 0.01, 0.01)]), orders).flatmap(
    lambda drawn: st.builds(
        Split,
        train=st.just(drawn[0][0]),
        validation=st.just(drawn[0][1]),
        test=st.just(drawn[0][2]),
        seed=st.integers(0, 2**32 - 1),
        **{name: st.just(column) for name, column in drawn[1].items()},
    )
)
tables = st.builds(
    Table, source=texts, label=texts, split=splits, layout=st.sampled_from([None, "label-first", "as-is"])
)
data = tables | st.builds(
    Channels,
    channels=st.dictionaries(keys.filter(lambda name: name != "test"), channels, min_size=1, max_size=3),
    test=st.none() | _channels(held_out_uris),
)
counts = st.integers(1, 1000)
timing: dict[str, st.SearchStrategy[Any]] = {
    "runtime_seconds": counts,
    "spot": switches,
    "wait_seconds": st.none() | counts,
    "pending_seconds": st.none() | counts,
    "keep_alive_seconds": st.none() | counts,
    "training_plan": st.none() | texts,
}
sizes: dict[str, st.SearchStrategy[Any]] = {"instance": st.none() | texts, "count": st.none() | counts}
volumes = st.none() | counts
computes = (
    st.builds(Compute, volume_gb=volumes, shared_config=st.booleans(), **sizes, **timing)
    | st.builds(
        Compute,
        volume_gb=volumes,
        groups=st.lists(st.builds(InstanceGroup, name=texts, instance=texts, count=counts), max_size=2).map(tuple),
        **timing,
    )
    | st.builds(
        Compute,
        preferences=st.lists(
            st.builds(
                InstancePreference,
                instance=texts,
                count=st.none() | counts,
                training_plans=st.none() | st.lists(texts, min_size=1, max_size=2).map(tuple),
            ),
            max_size=2,
        ).map(tuple),
        **timing,
    )
    | st.builds(
        Compute,
        flexible=st.lists(
            st.builds(InstanceOption, instance=texts, count=counts, volume_gb=counts), min_size=1, max_size=2
        ).map(tuple),
        allocation=st.sampled_from([None, "prioritized"]),
        **timing,
    )
)
networks: st.SearchStrategy[dict[str, Any]] = st.just({}) | st.fixed_dictionaries(
    {"subnets": st.just(("a", "b")), "security_groups": st.just(("c",))}
)
securities = st.builds(
    lambda network, **others: Security(**network, **others),
    networks,
    isolation=switches,
    encrypt_traffic=switches,
    volume_key=st.none() | texts,
    output_key=st.none() | texts,
)
checkpoints = st.builds(Checkpoints, uri=texts, path=st.none() | texts)
completions = st.builds(
    Completion,
    target=st.none() | finite,
    not_improving_jobs=st.none() | st.integers(3, 99),
    convergence=switches,
)
hyperbands = bounds(st.integers(1, 999)).map(lambda pair: Hyperband(min_resource=pair[0], max_resource=pair[1]))
warm_starts = st.builds(
    WarmStart,
    type=st.sampled_from(["identical", "transfer"]),
    parents=st.lists(texts, min_size=1, max_size=2).map(tuple),
)
limits = st.builds(
    Limits,
    jobs=st.none() | counts,
    parallel=counts,
    runtime_seconds=st.none() | st.integers(120, 10**6),
    budget=st.sampled_from([None, "20 USD", "0.5 EUR"]),
)
metric_names = st.none() | texts
diagnoses = st.builds(
    DiagnosisSpec,
    human_error=st.none() | st.floats(0, 1),
    baseline=st.none() | st.floats(0, 1),
    metrics=st.builds(MetricNames, train=metric_names, validation=metric_names, test=metric_names),
)
json_values: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
entries = st.builds(
    AlgorithmEntry,
    name=names,
    algorithm=algorithms,
    hyperparameters=hyperparameters,
    objective=st.none() | objectives,
    metrics=st.none() | mappings,
    compute=st.none() | computes,
    environment=st.none() | mappings,
    data=st.none() | remote_channels,
    security=st.none() | securities,
    checkpoints=st.none() | checkpoints,
    retries=st.none() | counts,
    role=st.none() | texts,
    output=st.none() | texts,
    output_compression=st.sampled_from([None, "gzip", "none"]),
    raw=st.dictionaries(texts, json_values, max_size=1),
)


@st.composite
def specs(draw: st.DrawFn, *, several: bool | None = None, raw: bool = True) -> TuningSpec:
    """A spec with one algorithm (`several=False`), with a list of them, or either."""
    listed = draw(st.booleans()) if several is None else several
    fields: dict[str, Any] = {
        "name": draw(names),
        "objective": draw(objectives),
        "metrics": draw(mappings),
        "strategy": draw(st.sampled_from(["bayesian", "random", "hyperband", "grid"])),
        "hyperband": draw(st.none() | hyperbands),
        "autotune": draw(st.sampled_from([None, True])),
        "early_stopping": draw(st.sampled_from([None, "off", "auto"])),
        "completion": draw(st.none() | completions),
        "warm_start": draw(st.none() | warm_starts),
        "security": draw(securities),
        "checkpoints": draw(st.none() | checkpoints),
        "retries": draw(st.none() | counts),
        "output_compression": draw(st.sampled_from([None, "gzip", "none"])),
        "limits": draw(limits),
        "seed": draw(st.none() | st.integers(0, 2**31 - 1)),
        "compute": draw(computes),
        "environment": draw(mappings),
        "data": draw(st.none() | data),
        "diagnosis": draw(st.none() | diagnoses),
        "role": draw(st.none() | texts),
        "output": draw(st.none() | texts),
        "tags": draw(mappings),
        "raw": draw(st.dictionaries(texts, json_values, max_size=2)) if raw else {},
    }
    if listed:
        fields["algorithms"] = tuple(
            draw(st.lists(entries, min_size=1, max_size=2, unique_by=lambda entry: entry.name))
        )
    else:
        fields |= {"algorithm": draw(algorithms), "hyperparameters": draw(hyperparameters)}
    return TuningSpec(**fields)
