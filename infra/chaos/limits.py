"""What must hold, line by line. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from infra.chaos.judge import SILENCE_S, Verdict, of_line_and_process, of_model
from infra.chaos.silence import percentile

LINE_P95_S: Final = 3.0
MODEL_P95_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Leaks:
    """What was left when everybody had hung up.

    Attributes:
        sessions: that workers believe to be live.
        phone_sockets: connections of telephones that workers hold.
        model_sockets: connections to the model beyond the warm ones.
        leases: keys of leases.
        lasting: keys without expiry.
        undelivered: deliveries that have not been made.
    """

    sessions: int = 0
    phone_sockets: int = 0
    model_sockets: int = 0
    leases: int = 0
    lasting: int = 0
    undelivered: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """A line of the judgement: what it says, what was found, and whether it holds."""

    text: str
    found: str
    holds: bool


def rules(verdicts: Sequence[Verdict], leaks: Leaks, strangers: Sequence[str]) -> list[Rule]:
    """All lines for the calls of a run."""
    confirmed = [verdict for verdict in verdicts if verdict.confirmed]
    exact = sum(verdict.exact for verdict in confirmed)
    unwanted = sum(verdict.at_pos > 0 and any("not confirmed" in w for w in verdict.wrong) for verdict in verdicts)
    double = sum(verdict.at_pos > 1 for verdict in verdicts)
    silent = sum(verdict.silence > SILENCE_S and not verdict.disturbed for verdict in verdicts)
    doubtful = sum(verdict.silence > SILENCE_S and verdict.disturbed for verdict in verdicts)
    nowhere = sum(not verdict.confirmed and not verdict.handed for verdict in verdicts)
    needless = sum(verdict.placed and verdict.handed for verdict in verdicts)
    harness = sum(any(w.startswith("the harness") for w in verdict.wrong) for verdict in verdicts)
    rude = sum(any(w.startswith("Twilio's rules") for w in verdict.wrong) for verdict in verdicts)
    left = leaks.undelivered
    return [
        Rule(
            "confirmed orders at the POS, once and exact",
            f"{exact} of {len(confirmed)}",
            exact == len(confirmed) and bool(confirmed),
        ),
        _none("orders at the POS that nobody confirmed", unwanted + len(strangers)),
        _none("callers with more than one order at the POS", double),
        _none("callers who got neither an order nor a person", nowhere),
        _none("callers put through although the order was placed", needless),
        Rule(
            f"calls with a silence over {SILENCE_S:g} s",
            f"{silent}" + (f" (and {doubtful} in which the harness was late)" if doubtful else ""),
            silent == 0,
        ),
        _recovery(
            "to the agent's next word after a line or process was lost", of_line_and_process(verdicts), LINE_P95_S
        ),
        _recovery("to the agent's next word after the model was lost", of_model(verdicts), MODEL_P95_S),
        _none("documents and messages against Twilio's rules, calls", rude),
        _none("sessions left", leaks.sessions),
        _none("sockets left", leaks.phone_sockets + leaks.model_sockets),
        _none("leases left", leaks.leases),
        _none("keys without expiry", leaks.lasting),
        _none("orders not delivered", left),
        _none("failures of the harness", harness),
    ]


def rolling_rules(verdicts: Sequence[Verdict], calls: int) -> list[Rule]:
    """The lines for the rolling restart under live calls."""
    whole = sum(verdict.exact and verdict.calls == 1 and not verdict.handed for verdict in verdicts)
    silent = sum(verdict.silence > SILENCE_S and not verdict.disturbed for verdict in verdicts)
    moved = len(of_line_and_process(verdicts))
    return [
        Rule("rolling restart: calls that went on to their exact order", f"{whole} of {calls}", whole == calls),
        Rule("rolling restart: moves of calls to another worker", str(moved), moved > 0),
        _none(f"rolling restart: calls with a silence over {SILENCE_S:g} s", silent),
        _recovery("rolling restart: to the next word after a move", of_line_and_process(verdicts), LINE_P95_S),
    ]


def _none(text: str, count: int) -> Rule:
    return Rule(text, str(count), count == 0)


def _recovery(text: str, seconds: Sequence[float], limit: float) -> Rule:
    p95 = percentile(seconds, 0.95)
    if p95 is None:
        return Rule(f"{text}, p95 ≤ {limit:g} s", "nothing was lost", holds=True)
    p50, most = percentile(seconds, 0.5), max(seconds)
    found = f"p50 {p50:.2f}, p95 {p95:.2f}, max {most:.2f} s of {len(seconds)}"
    return Rule(f"{text}, p95 ≤ {limit:g} s", found, p95 <= limit)
