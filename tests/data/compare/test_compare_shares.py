"""How many bytes of each object on S3 are read: never more than the limit in all, and a fair part of each."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtune.data.compare.stored.listing import Stored
from smtune.data.compare.stored.shares import LEAST, MOST, fits, share_out, share_out_whole
from smtune.errors import UsageError


def objects(sizes: list[int]) -> list[Stored]:
    return [Stored(f"{number:06}", size, None) for number, size in enumerate(sizes)]


SIZES = st.lists(st.one_of(st.integers(0, 100), st.integers(0, 10 * LEAST), st.integers(0, 1 << 32)), max_size=60)
LIMITS = st.one_of(st.integers(1, LEAST), st.integers(LEAST, 1 << 30))


@given(sizes=SIZES.filter(any), limit=LIMITS)
def test_the_limit_holds_and_what_is_worth_a_request_is_read(sizes: list[int], limit: int) -> None:
    shares = share_out(objects(sizes), limit)
    assert shares
    assert sum(share.bytes for share in shares) <= limit
    keys = [share.object.key for share in shares]
    assert keys == sorted(set(keys))
    for share in shares:
        assert min(share.object.size, LEAST, limit) <= share.bytes <= share.object.size


@given(sizes=SIZES.filter(any), limit=LIMITS)
def test_whole_objects_within_the_limit_or_a_limit_that_is_enough(sizes: list[int], limit: int) -> None:
    if min(filter(None, sizes)) > limit:
        with pytest.raises(UsageError, match="--limit 0 for all"):
            share_out_whole(objects(sizes), limit)
        return
    shares = share_out_whole(objects(sizes), limit)
    assert all(share.is_whole for share in shares)
    assert len({share.object.key for share in shares}) == len(shares) > 0
    assert sum(share.bytes for share in shares) <= limit


def test_large_objects_have_more_of_it() -> None:
    small, large = share_out(objects([10 * LEAST, 1000 * LEAST]), 100 * LEAST)
    assert (small.bytes // LEAST, large.bytes // LEAST) == (1, 98)


def test_large_objects_that_stand_where_small_ones_are_usual_do_not_exceed_it() -> None:
    shares = share_out(objects([LEAST, *[1] * 9] * 10), 2 * LEAST)
    assert 0 < sum(share.bytes for share in shares) <= 2 * LEAST


def test_of_many_small_objects_as_many_are_read_as_fit() -> None:
    shares = share_out(objects([LEAST // 8] * 4_000), 100 * LEAST)
    assert len(shares) == 800
    assert [int(share.object.key) for share in shares[:3]] == [0, 5, 10]


@pytest.mark.parametrize("count", [MOST, MOST + 1])
def test_no_more_requests_than_somebody_waits_for(count: int) -> None:
    many = objects([10] * count)
    assert fits(many, 1 << 30) == (count == MOST)
    assert len(share_out(many, 1 << 30)) == len(share_out_whole(many, 1 << 30)) == MOST
    assert fits(many, 0)
