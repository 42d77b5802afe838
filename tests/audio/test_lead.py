"""The lead grows at once with unsteadiness, shrinks slowly, and stays within its bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audio.lead import LONGEST_LEAD_MS, Lead


def test_a_constant_delay_of_the_network_does_not_change_it():
    lead = Lead(300)
    for _ in range(100):
        lead.measure(180.0)
    lead.adapt(0.0)
    assert lead.round_trip_ms == pytest.approx(180)
    assert lead.ms == 300


def test_a_delay_that_varies_makes_it_grow_and_calm_makes_it_shrink():
    lead = Lead(300)
    for late in [20.0, 220.0] * 50:
        lead.measure(late)
    lead.adapt(0.0)
    grown = lead.ms
    assert grown > 400
    for _ in range(50):
        lead.measure(120.0)
    lead.adapt(0.0)
    assert 300 < lead.ms < grown
    for _ in range(200):
        lead.adapt(0.0)
    assert lead.ms == pytest.approx(300, abs=1)


def test_our_own_lag_makes_it_grow_at_once():
    lead = Lead(300)
    lead.adapt(80.0)
    assert lead.ms == 460


def test_a_mark_that_comes_early_counts_as_punctual():
    lead = Lead(300)
    lead.measure(-50.0)
    assert lead.round_trip_ms == 0


@given(st.lists(st.tuples(st.floats(-1e4, 1e4), st.floats(0, 1e5))))
def test_it_never_leaves_its_bounds(steps):
    lead = Lead(300)
    for late, lag in steps:
        lead.measure(late)
        lead.adapt(lag)
        assert 300 <= lead.ms <= LONGEST_LEAD_MS
