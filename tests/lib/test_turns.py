"""Whoever leaves much waits behind whoever leaves little."""

from sanderling.lib.turns import Turns


def filled():
    turns = Turns()
    for number in range(6):
        turns.put("flood", f"flood {number}")
    turns.put("shop", "shop 0")
    turns.put("cafe", "cafe 0")
    turns.put("shop", "shop 1")
    return turns


def test_everybody_has_a_turn_before_anybody_has_two():
    turns = filled()
    assert len(turns) == 9
    assert turns.take(4) == ["flood 0", "shop 0", "cafe 0", "flood 1"]
    assert turns.take(2) == ["shop 1", "flood 2"]
    assert len(turns) == 3
    turns.put("cafe", "cafe 1")
    assert turns.take(2) == ["flood 3", "cafe 1"]
    assert turns.take(9) == ["flood 4", "flood 5"]
    assert (len(turns), turns.take(9)) == (0, [])


def test_where_all_can_be_taken_each_one_keeps_the_order_of_its_own():
    taken = filled().take(9)
    assert sorted(taken) == sorted(filled().take(100))
    for who in ("flood", "shop", "cafe"):
        own = [item for item in taken if item.startswith(who)]
        assert own == sorted(own)
