"""The comparison itself: what it lets pass and what it does not."""

import json
import unittest
from typing import Any

from . import acceptances, classify, refusals, signing, tokens
from .asking import ALL_PEERS, OURS, Answer
from .cases import Case
from .classify import Result
from .sets import Sets
from .tokens import NOW, Draft, draft

ACCEPTS, PEER = Answer("accept", "0"), "jose (Node)"


def sets() -> dict[str, Any]:
    made = Sets()
    tokens.declare(made)
    written: dict[str, Any] = json.loads(json.dumps(made.written()))
    return written


def refuses(told: str) -> Answer:
    return Answer("reject", told)


def classified(case: Case, ours: Answer, **others: Answer) -> Result:
    """What comes of it if all libraries but those named answer as lowwater does."""
    answers = dict.fromkeys(ALL_PEERS, ours) | {OURS: ours} | others
    return classify.classify([(case, answers)], sets(), ALL_PEERS)


def by_jose(made: Draft, code: str) -> Result:
    """lowwater refuses with that code, and jose alone accepts."""
    return classified(made.case("made up"), refuses(code), **{PEER: ACCEPTS})


class Comparison(unittest.TestCase):
    def test_agreement_needs_no_rule(self) -> None:
        for ours in (ACCEPTS, refuses("signature_invalid")):
            result = classified(draft("HS256").case("good"), ours)
            self.assertEqual((result.cases, result.unexplained_count), (1, 0))

    def test_a_refusal_of_a_good_token_is_unexplained_whatever_its_code(self) -> None:
        codes = {code for rule in refusals.RULES for code in rule.codes}
        for code in [*codes, "signature_invalid", "issuer_not_allowed", "a new code"]:
            result = by_jose(draft("HS256"), code)
            self.assertEqual(result.unexplained_count, 1, code)
            self.assertIn("no rule explains jose (Node)", "\n".join(classify.shown(result)))

    def test_an_acceptance_is_unexplained_whatever_was_told(self) -> None:
        told = {(peer, words) for rule in acceptances.RULES for peer, words in rule.told.items()}
        for peer, words in [*told, (PEER, "ERR_JWS_SIGNATURE_VERIFICATION_FAILED")]:
            case = draft("HS256").case("good")
            result = classified(case, ACCEPTS, **{peer: refuses(words)})
            self.assertEqual(result.unexplained_count, 1, (peer, words))

    def test_nobody_may_accept_a_wrong_signature_issuer_audience_or_algorithm(self) -> None:
        codes = {code for rule in refusals.RULES for code in rule.codes}
        never = {"issuer_not_allowed", "audience_not_allowed"}
        never |= {"algorithm_unknown", "algorithm_not_allowed"}
        self.assertFalse(codes & never)
        wrong = draft("HS256").but(signs=("HS256", "secret-other"))
        self.assertEqual(by_jose(wrong, "signature_invalid").unexplained_count, 1)

    def test_a_rule_needs_the_fault_that_it_names(self) -> None:
        twice = draft("HS256")
        twice = twice.but(claims=[*twice.claims, ('"\\u0065xp"', str(NOW + 900))])
        result = by_jose(twice, "claims_malformed")
        self.assertEqual(dict(result.refused_by_us), {("claims: one member twice", PEER): 1})
        # The same token with another code, and the same code without the fault.
        self.assertEqual(by_jose(twice, "claim_type").unexplained_count, 1)
        nested = draft("HS256").with_claims(('"x"', '{"a":1,"b":1}'))
        self.assertEqual(by_jose(nested, "claims_malformed").unexplained_count, 1)

    def test_an_expired_token_is_excused_for_less_than_rounding_only(self) -> None:
        def at(exp: str) -> Result:
            return by_jose(draft("HS256").with_claims(('"exp"', exp)), "token_expired")

        instant, long_ago = f"{NOW - 60}", f"{NOW - 62}"
        self.assertEqual(
            dict(at(instant).refused_by_us), {("at the very instant of `exp`", PEER): 1}
        )
        self.assertEqual(at(long_ago).unexplained_count, 1)
        self.assertEqual(at(f"{NOW - 59}").unexplained_count, 1)

    def test_what_the_policy_allows_excuses_nothing(self) -> None:
        good = draft("HS256")
        timeless = good.but(policy="no times", claims=good.claims[:-2])
        self.assertEqual(by_jose(timeless, "claim_missing").unexplained_count, 1)
        self.assertEqual(by_jose(timeless.but(policy="own"), "claim_missing").unexplained_count, 0)
        long = good.with_claims(('"iat"', str(NOW - 10**6)))
        self.assertEqual(by_jose(long, "lifetime_too_long").unexplained_count, 0)
        endless = long.but(policy="unbounded")
        self.assertEqual(by_jose(endless, "lifetime_too_long").unexplained_count, 1)
        self.assertEqual(by_jose(long, "token_too_old").unexplained_count, 1)
        self.assertEqual(by_jose(long.but(policy="max age"), "token_too_old").unexplained_count, 0)

    def test_a_key_is_excused_by_its_own_fault(self) -> None:
        weak = draft("RS256").but(signs=("RS256", "rsa-1024"), keys="own/rsa-1024")
        self.assertEqual(by_jose(weak, "config_error").unexplained_count, 0)
        self.assertEqual(by_jose(draft("RS256"), "config_error").unexplained_count, 1)

    def test_who_is_not_asked_differs_from_nobody(self) -> None:
        case = draft("HS256").case("good")
        result = classified(case, ACCEPTS, **{PEER: Answer("not asked", "its algorithm")})
        self.assertEqual(result.unexplained_count, 0)
        self.assertEqual(result.not_asked[PEER, "its algorithm"], 1)

    def test_a_rule_that_nothing_meets_is_named(self) -> None:
        result = classified(draft("HS256").case("good"), ACCEPTS)
        every = len(refusals.RULES) + len(acceptances.RULES)
        self.assertEqual(len(result.unmatched()), every)
        names = [rule.name for rule in refusals.RULES]
        names += [rule.name for rule in acceptances.RULES]
        self.assertEqual(len(names), len(set(names)))

    def test_what_several_refuse_is_told_apart(self) -> None:
        early = draft("HS256").with_claims(('"nbf"', f"{NOW + 60}.0004"))
        told = {
            "joserfc (Python)": "InvalidClaimError nbf",
            PEER: "ERR_JWT_CLAIM_VALIDATION_FAILED nbf",
            "fast-jwt (Node)": "FAST_JWT_INACTIVE",
        }
        others = {peer: refuses(words) for peer, words in told.items()}
        result = classified(early.case("made up"), ACCEPTS, **others)
        self.assertEqual(dict(result.alone), {"less than a millisecond before `nbf`": 1})


class Keys(unittest.TestCase):
    def test_a_public_key_is_known_as_what_it_is(self) -> None:
        for name, key in signing.PRIVATE.items():
            self.assertEqual(signing.jwk(key.public_key()), signing.JWKS[name])


if __name__ == "__main__":
    unittest.main()
