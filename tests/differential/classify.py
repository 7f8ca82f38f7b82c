"""Holds every answer against lowwater's: each difference belongs to the first rule that explains it, or to none.

Two that accept must also have read the same claims: no rule excuses another reading. And what lowwater accepts must hold
by the design as `acceptances.wrong` reckons it, whatever the libraries say.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from . import acceptances, refusals
from .asking import OURS, Answer
from .cases import Case
from .question import Question

# How many that no rule explains are kept to be shown.
MOST_SHOWN = 20
SEVERAL = 3
# What a full run compares at least.
LEAST = 200_000


@dataclass(slots=True)
class Unexplained:
    case: Case
    peers: list[str]
    answers: dict[str, Answer]


@dataclass(slots=True)
class Result:
    cases: int = 0
    compared: int = 0
    """Cases that at least one library was asked about."""
    asked: Counter[str] = field(default_factory=Counter)
    """By library: it saw the token with at least one key."""
    accepted: Counter[str] = field(default_factory=Counter)
    not_asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    refused_by_us: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(rule, library): lowwater refuses, the library accepts."""
    accepted_by_us: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(rule, library): lowwater accepts, the library refuses."""
    alone: Counter[str] = field(default_factory=Counter)
    """The rules of cases that lowwater accepts and several libraries refuse: the first to look at."""
    unexplained: list[Unexplained] = field(default_factory=list)
    unexplained_count: int = 0

    def thin(self, peers: list[str]) -> list[str]:
        """What a full run says too little about."""
        few = [f"{self.compared} tokens are compared, fewer than {LEAST}"] * (self.compared < LEAST)
        for peer in peers:
            # An algorithm that a library lacks is known, and no fault of the run.
            lacks = self.not_asked[peer, "its algorithm"]
            if 2 * self.asked[peer] < self.cases - lacks:
                few.append(f"{peer} was asked about {self.asked[peer]} of {self.cases} tokens")
        return few

    def unmatched(self) -> list[str]:
        """Rules that no case met: they may be false by now."""
        met = {rule for rule, _ in [*self.refused_by_us, *self.accepted_by_us]}
        every = [rule.name for rule in refusals.RULES]
        every += [rule.name for rule in acceptances.RULES]
        return [name for name in every if name not in met]


def refusal(question: Question, code: str, key: dict[str, Any]) -> str | None:
    """The rule by which lowwater refuses with that code what a library accepts with that key."""
    rules = (rule for rule in refusals.RULES if code in rule.codes)
    return next((rule.name for rule in rules if rule.test(question, key)), None)


def acceptance(question: Question, peer: str, told: str) -> str | None:
    """The rule by which that library refuses with these words what lowwater accepts."""
    if acceptances.wrong(question):
        return None
    rules = (rule for rule in acceptances.RULES if rule.explains(question, peer, told))
    return next((rule.name for rule in rules), None)


def explained(question: Question, ours: Answer, peer: str, theirs: Answer) -> str | None:
    if ours.accepts:
        return acceptance(question, peer, theirs.told)
    return refusal(question, ours.told, question.jwks[int(theirs.told)])


def classify(
    asked: Iterable[tuple[Case, dict[str, Answer]]], sets: dict[str, Any], peers: list[str]
) -> Result:
    result = Result()
    for case, answers in asked:
        result.cases += 1
        result.accepted.update(name for name, answer in answers.items() if answer.accepts)
        result.not_asked.update(
            (name, answer.told) for name, answer in answers.items() if answer.result == "not asked"
        )
        ours = answers[OURS]
        seen = [peer for peer in peers if answers[peer].asked]
        result.compared += bool(seen)
        result.asked.update(seen)
        others = [peer for peer in peers if answers[peer].result != "not asked"]
        differing = [peer for peer in others if answers[peer].accepts != ours.accepts]
        accepting = [peer for peer in others if ours.accepts and answers[peer].accepts]
        otherwise = [peer for peer in accepting if answers[peer].read != ours.read]
        if not differing and not ours.accepts:
            continue
        question, rules = Question(case, sets), set()
        # Also where all agree: what the design refuses is not accepted.
        without = otherwise + [OURS] * (ours.accepts and acceptances.wrong(question))
        for peer in differing:
            rule = explained(question, ours, peer, answers[peer])
            rules.add(rule or "no rule")
            if rule is None:
                without.append(peer)
                continue
            counted = result.accepted_by_us if ours.accepts else result.refused_by_us
            counted[rule, peer] += 1
        result.unexplained_count += len(without)
        if without and len(result.unexplained) < MOST_SHOWN:
            result.unexplained.append(Unexplained(case, without, answers))
        if ours.accepts and len(differing) >= SEVERAL:
            result.alone[", ".join(sorted(rules))] += 1
    return result


def shown(result: Result) -> Iterator[str]:
    """What a person needs to look into a difference that no rule explains."""
    for one in result.unexplained:
        yield f"no rule explains {', '.join(one.peers)}: {one.case.base}, {one.case.kind}"
        yield f"  keys {one.case.keys}, policy {one.case.policy}, now {one.case.now}"
        yield f"  {one.case.token[:2000]}"
        for name, answer in one.answers.items():
            yield f"    {name}: {answer.result} {answer.told} {answer.read}"
    if len(result.unexplained) == MOST_SHOWN:
        yield f"and perhaps more: {result.unexplained_count} answers in all"
