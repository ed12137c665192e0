"""The table of prices: what is shipped, and what a file of one's own is refused for."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from smtune.errors import SpecError
from smtune.estimate.prices import SHIPPED, load_prices
from smtune.service_model import shapes

GOOD = """\
currency: EUR
sources:
  desk: {date: 2026-01-02, what: our own contract}
  phone: {date: 2026-02-03, what: a call}
regions:
  eu-west-1:
    source: desk
    storage: 0.1
    instances:
      ml.m5.large: 0.1
      ml.m5.xlarge: {price: 2, source: phone}
"""


def load(folder: Path, text: str, name: str = "prices.yaml") -> object:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return load_prices(file)


def test_a_table_has_regions_and_each_price_its_source(tmp_path: Path) -> None:
    (tmp_path / "prices.yaml").write_text(GOOD, encoding="utf-8")
    tariff = load_prices(tmp_path / "prices.yaml").tariff("eu-west-1")
    assert (tariff.region, tariff.currency) == ("eu-west-1", "EUR")
    assert {name: (price.amount, price.source.date) for name, price in tariff.instances.items()} == {
        "ml.m5.large": (0.1, "2026-01-02"),
        "ml.m5.xlarge": (2.0, "2026-02-03"),
    }
    assert tariff.storage is not None
    assert (tariff.storage.amount, tariff.storage.source.what) == (0.1, "our own contract")


def test_another_region_has_no_prices_but_the_currency(tmp_path: Path) -> None:
    (tmp_path / "prices.yaml").write_text(GOOD, encoding="utf-8")
    tariff = load_prices(tmp_path / "prices.yaml").tariff("us-east-1")
    assert (tariff.currency, tariff.instances, tariff.storage) == ("EUR", {}, None)


def test_json_is_read_too(tmp_path: Path) -> None:
    data = {
        "currency": "USD",
        "sources": {"s": {"date": "2026-01-02", "what": "w"}},
        "regions": {"r": {"source": "s", "instances": {"ml.a": 1}}},
    }
    file = tmp_path / "prices.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    assert load_prices(file).tariff("r").instances["ml.a"].amount == 1.0


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("currency: EUR\n", "", "1:1: currency is missing"),
        ("EUR", "euro", "1:1: currency: 'euro' is not a currency"),
        ("2026-01-02", "soon", "3:10: sources.desk.date: 'soon' is not a date"),
        ("what: a call", "what: ''", "sources.phone.what: '' does not say where"),
        (", what: a call", "", "4:3: sources.phone: what is missing"),
        ("source: desk", "source: nobody", "7:5: regions.eu-west-1.source: there is no source 'nobody'"),
        ("    source: desk\n", "", "6:3: regions.eu-west-1: source is missing"),
        ("storage: 0.1", "storage: -1", "8:5: regions.eu-west-1.storage: -1 is not a price"),
        ("large: 0.1", "large: cheap", "regions.eu-west-1.instances.ml.m5.large: 'cheap' is not a price"),
        ("large: 0.1", "large: true", "ml.m5.large: true is not a price"),
        ("large: 0.1", "large: .inf", "ml.m5.large: inf is not a price"),
        ("price: 2, ", "", "ml.m5.xlarge: price is missing"),
        ("source: phone", "source: fax", "ml.m5.xlarge.source: there is no source 'fax'"),
        ("storage:", "stowage:", "regions.eu-west-1.stowage: unknown key"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(SpecError) as caught:
        load(tmp_path, GOOD.replace(old, new, 1))
    assert f"{tmp_path / 'prices.yaml'}:" in str(caught.value)
    assert message in str(caught.value)


def test_all_mistakes_come_at_once(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        load(tmp_path, GOOD.replace("EUR", "euro").replace("storage: 0.1", "storage: 0"))
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize(
    "text", ["", "- 1\n", "just text\n", "currency: [\n", "regions: 3\nsources: []\ncurrency: USD\n"]
)
def test_what_is_no_table_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(SpecError):
        load(tmp_path, text)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="cannot read"):
        load_prices(tmp_path / "none.yaml")


def test_every_shipped_price_is_of_an_instance_that_can_train_and_has_a_source() -> None:
    table = load_prices()
    assert table.currency == "USD"
    assert {"us-east-1", "us-west-2", "eu-west-1"} <= set(table.regions)
    known = set(shapes()["TrainingInstanceType"]["enum"])
    for tariff in table.regions.values():
        assert set(tariff.instances) <= known
        for price in tariff.instances.values():
            assert dt.date.fromisoformat(price.source.date) <= dt.datetime.now(tz=dt.UTC).date()
            assert len(price.source.what) > 20


def test_a_bigger_instance_of_a_family_never_costs_less() -> None:
    order = ["medium", "large", "xlarge", *(f"{n}xlarge" for n in (2, 4, 8, 9, 12, 16, 18, 24, 32, 48))]
    gpus = ("ml.g", "ml.p")  # there a size may have fewer accelerators than the one before it
    for tariff in load_prices().regions.values():
        families: dict[str, dict[str, float]] = {}
        for name, price in tariff.instances.items():
            family, _, size = name.rpartition(".")
            families.setdefault(family, {})[size] = price.amount
        for family, sizes in families.items():
            amounts = [sizes[size] for size in order if size in sizes]
            assert family.startswith(gpus) or amounts == sorted(amounts), family


def test_the_shipped_table_is_part_of_the_package() -> None:
    assert SHIPPED.is_file()
