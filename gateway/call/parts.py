"""The parts that decide what follows from an event, made and wired together. See `gateway.call.machine`."""

from gateway.call.agenda import Agenda
from gateway.call.alerts import Alerts
from gateway.call.call_length import CallLength
from gateway.call.clock import ClockWatch
from gateway.call.connection import ModelConnection
from gateway.call.dead_air import DeadAir
from gateway.call.deadlines import Deadlines
from gateway.call.desk import Desk
from gateway.call.emergency_watch import EmergencyWatch
from gateway.call.farewell import Farewell
from gateway.call.floor import Floor
from gateway.call.holding import Holding
from gateway.call.keypad import Keypad
from gateway.call.kitchen import Kitchen
from gateway.call.moves import Moves
from gateway.call.offers import Offers
from gateway.call.purpose import Purpose
from gateway.call.replies import Replies
from gateway.call.severity import SeverityRules
from gateway.call.staff import Staff
from gateway.call.staff_line import StaffLine
from gateway.call.state_machine import StateMachine
from gateway.call.texts import Texts
from gateway.call.turn_taking import TurnTaking
from gateway.call.turns import Turns
from gateway.call.understanding import Understanding
from gateway.orders.restaurant import Restaurant
from gateway.orders.tools import OrderTools


class Parts:
    """What one call is made of. They share the agenda, the floor and the state machine, and no other data."""

    def __init__(
        self, call_id: str, restaurant: Restaurant, tools: OrderTools | None, *, server_creates_responses: bool
    ) -> None:
        """Arguments as of `Call`."""
        self.agenda = agenda = Agenda(call_id)
        self.machine = machine = StateMachine()
        self.floor = floor = Floor()
        self.turns = turns = Turns()
        self.staff_line = staff_line = StaffLine(restaurant)
        self.desk = desk = Desk(restaurant, turns, staff_line, tools)
        self.alerts = alerts = Alerts(agenda)
        self.farewell = farewell = Farewell(agenda, machine)
        holding = Holding(agenda, floor)
        self.connection = connection = ModelConnection(agenda, machine, restaurant, desk, turns, farewell, holding)
        self.texts = texts = Texts(agenda, desk, turns, connection)
        self.replies = replies = Replies(agenda, floor, desk, connection, farewell, alerts, holding, texts)
        self.offers = Offers(desk, connection, replies)
        understanding = Understanding(staff_line, connection, farewell)
        self.staff = Staff(restaurant, connection, farewell)
        self.kitchen = Kitchen(restaurant, desk, staff_line, connection, farewell)
        self.emergency = EmergencyWatch(agenda, floor, restaurant, connection, replies, farewell, alerts)
        self.turn_taking = TurnTaking(
            agenda,
            machine,
            floor,
            turns,
            desk,
            connection,
            replies,
            farewell,
            understanding,
            server_creates_responses=server_creates_responses,
        )
        self.keypad = Keypad(staff_line, desk, connection, self.turn_taking, understanding, farewell)
        self.severity = SeverityRules(agenda, machine, connection, replies, farewell, understanding)
        self.purpose = Purpose(desk, connection, replies, farewell, self.turn_taking)
        self.length = length = CallLength(
            agenda, floor, restaurant, desk, connection, replies, farewell, self.turn_taking
        )
        self.clock = ClockWatch(agenda, length)
        self.dead_air = DeadAir(agenda, machine, floor, turns, desk, connection, replies, farewell, holding)
        self.moves = Moves(agenda, machine, floor, farewell, self.dead_air)
        self.deadlines = Deadlines(
            agenda, machine, connection, self.turn_taking, replies, farewell, self.moves, length, self.dead_air
        )
