"""The measuring of deliveries: a short run, and that it would notice what it looks for."""

from infra.deliveries.measures import disordered, exactly_once
from infra.deliveries.plan import planned
from infra.deliveries.rig import Accepted


async def test_a_short_run_with_faults_and_a_kill_holds() -> None:
    told: list[str] = []
    lines = await exactly_once(60, 1, told.append, kills=1)
    assert [line.name for line in lines if not line.holds] == []
    assert lines[0].figure == lines[0].limit == "80"
    assert len(told) == 2


def test_orders_are_the_same_for_the_same_seed_and_some_are_changed() -> None:
    orders = list(planned(24, 7))
    assert [order.order_id for order in orders] == [order.order_id for order in planned(24, 7)]
    assert sorted(len(order.messages) for order in orders) == [1] * 18 + [2] * 4 + [3] * 2


def test_a_message_that_overtakes_another_is_noticed_and_a_repeated_one_is_none() -> None:
    def accepted(*came: tuple[str, int]) -> Accepted:
        return Accepted(0, [(f"{order}{sequence}", order, sequence, 0.0) for order, sequence in came])

    assert disordered(accepted(("a", 1), ("b", 1), ("a", 2), ("a", 1), ("a", 3))) == 0
    assert disordered(accepted(("a", 2), ("a", 1), ("b", 1))) == 1
