"""What excuses nothing: each loose excuse that a rule could have, tried on a token that needs it."""

import base64
import json
import unittest
from typing import Any

from cryptography.hazmat.primitives import serialization

from . import classify, signing, tokens
from .asking import ALL_PEERS, OURS, Answer
from .classify import Result
from .question import Question
from .sets import Sets
from .tokens import NOW, Draft, draft

PYJWT, JOSERFC, JOSE = "PyJWT (Python)", "joserfc (Python)", "jose (Node)"
ACCEPTS = Answer("accept", "0", "same")
LEEWAY = tokens.LEEWAY


def written() -> dict[str, Any]:
    sets = Sets()
    tokens.declare(sets)
    made: dict[str, Any] = json.loads(json.dumps(sets.written()))
    return made


def judged(
    made: Draft, ours: Answer, others: dict[str, Answer], keys: dict[str, Any] | None = None
) -> Result:
    """What comes of it if all libraries but those named answer as lowwater does, under other keys if some are given."""
    sets = Sets()
    tokens.declare(sets)
    if keys is not None:
        made = made.but(keys=sets.keys("odd", keys))
    answers = dict.fromkeys(ALL_PEERS, ours) | {OURS: ours} | others
    written = json.loads(json.dumps(sets.written()))
    return classify.classify([(made.case("made up"), answers)], written, ALL_PEERS)


def policed(made: Draft, policy: dict[str, Any], jwk: dict[str, Any], peer: str, told: str) -> int:
    """The same under a policy and a key of its own: how many answers stay unexplained."""
    sets = Sets()
    tokens.declare(sets)
    policy = sets.policies["own"] | policy
    made = made.but(
        policy=sets.policy("odd", policy), keys=sets.keys("odd", {"jwks": {"keys": [jwk]}})
    )
    answers = dict.fromkeys(ALL_PEERS, ACCEPTS) | {
        OURS: ACCEPTS,
        peer: Answer("reject", told),
    }
    written = json.loads(json.dumps(sets.written()))
    result = classify.classify([(made.case("made up"), answers)], written, ALL_PEERS)
    return result.unexplained_count


class Acceptances(unittest.TestCase):
    def told(self, made: Draft, peer: str, told: str) -> int:
        """lowwater accepts, one library refuses: does the library's answer stay unexplained?"""
        result = judged(made, ACCEPTS, {peer: Answer("reject", told)})
        return sum(peer in one.peers for one in result.unexplained)

    def at(self, claim: str, value: str, millis: int = 500) -> Draft:
        return draft("HS256").with_claims((f'"{claim}"', value)).but(now=NOW * 1000 + millis)

    def test_no_token_is_accepted_after_its_end(self) -> None:
        told = "ExpiredSignatureError"
        # The clock stands half a second past NOW, the leeway is 60 s.
        for exp, excused in (
            *((f"{NOW - 61}.1", False), (f"{NOW - 61}.6", False), (f"{NOW - 60}.4", False)),
            *((f"{NOW - 60}.5", False), (f"{NOW - 60}.501", True), (f"{NOW - 58}.5", False)),
        ):
            self.assertEqual(self.told(self.at("exp", exp), PYJWT, told), not excused, exp)
        # Digits below the millisecond are cut off: this one ends at the very instant.
        self.assertEqual(self.told(self.at("exp", f"{NOW - 60}.5009"), PYJWT, told), 1)

    def test_no_token_is_accepted_before_its_beginning(self) -> None:
        told = {
            "nbf": "ERR_JWT_CLAIM_VALIDATION_FAILED nbf",
            "iat": "ERR_JWT_CLAIM_VALIDATION_FAILED iat",
        }
        for claim, words in told.items():
            for part, excused in (("5", True), ("5009", True), ("501", False), ("9", False)):
                made = self.at(claim, f"{NOW + LEEWAY}.{part}")
                self.assertEqual(self.told(made, JOSE, words), not excused, (claim, part))
            far = self.at(claim, f"{NOW + LEEWAY + 1}.9")
            self.assertEqual(self.told(far, JOSE, words), 1, claim)

    def test_times_are_held_against_every_bound(self) -> None:
        nbf = "ERR_JWT_CLAIM_VALIDATION_FAILED nbf"
        good = self.at("nbf", f"{NOW + LEEWAY}.5")
        self.assertEqual(self.told(good, JOSE, nbf), 0)
        for claim, value in (
            *(("exp", f"{NOW - 60}"), ("iat", f"{NOW + 61}"), ("auth_time", f"{NOW + 61}")),
            *(("iat", f"{NOW - 86400}"), ("exp", '"5"'), ("auth_time", "-1")),
        ):
            wrong = good.with_claims((f'"{claim}"', value))
            self.assertEqual(self.told(wrong, JOSE, nbf), 1, (claim, value))
        old = good.but(policy="max age").with_claims(('"iat"', f"{NOW - 361}"))
        self.assertEqual(self.told(old, JOSE, nbf), 1)
        timeless = good.but(claims=[one for one in good.claims if one[0] != '"iat"'])
        self.assertEqual(self.told(timeless, JOSE, nbf), 1)
        self.assertEqual(self.told(timeless.but(policy="no times"), JOSE, nbf), 0)

    def test_the_library_must_have_named_the_claim(self) -> None:
        made = self.at("nbf", f"{NOW + LEEWAY}.5")
        for words, excused in (
            *(("InvalidClaimError nbf", True), ("InvalidClaimError", False)),
            *(("InvalidClaimError iss", False), ("InvalidClaimError nbf2", False)),
        ):
            self.assertEqual(self.told(made, JOSERFC, words), not excused, words)
        issued = self.at("iat", f"{NOW + LEEWAY}.5")
        self.assertEqual(self.told(issued, PYJWT, "ImmatureSignatureError iat"), 0)
        self.assertEqual(self.told(issued, PYJWT, "ImmatureSignatureError nbf"), 1)
        nobody = draft("HS256").but(policy="needs sub").with_claims(('"sub"', '""'))
        self.assertEqual(self.told(nobody, JOSERFC, "InvalidClaimError sub"), 0)
        self.assertEqual(self.told(nobody, JOSERFC, "InvalidClaimError aud"), 1)

    def test_a_wrong_acceptance_is_none_the_better_for_agreement(self) -> None:
        good = draft("HS256")
        for made, wrong in (
            *((good, 0), (good.with_claims(('"exp"', str(NOW - 59))), 0)),
            *((good.with_claims(('"exp"', str(NOW - 60))), 1), (self.at("iat", f"{NOW + 61}"), 1)),
            *((good.with_header(('"crit"', "[]")), 1), (good.with_claims(('"exp"', '"5"')), 1)),
        ):
            self.assertEqual(judged(made, ACCEPTS, {}).unexplained_count, wrong, made.claims)
        padded = good.case("padded", good.token() + "=")
        result = classify.classify([(padded, {OURS: ACCEPTS})], written(), [])
        self.assertEqual(result.unexplained_count, 1)

    def test_the_end_of_max_age_needs_a_max_age(self) -> None:
        made, node = draft("HS256").but(policy="no leeway"), "jsonwebtoken (Node)"
        self.assertEqual(self.told(made, node, "TokenExpiredError maxAge exceeded"), 1)

    def test_an_unknown_header_parameter_is_none_that_must_be_refused(self) -> None:
        custom = draft("HS256").with_header(('"custom"', "1"))
        self.assertEqual(self.told(custom, JOSERFC, "UnsupportedHeaderError"), 0)
        for name, value in (("crit", '["x"]'), ("b64", "true"), ("zip", '"DEF"'), ("enc", '""')):
            made = custom.with_header((f'"{name}"', value))
            self.assertEqual(self.told(made, JOSERFC, "UnsupportedHeaderError"), 1, name)
        twice = custom.but(header=[*custom.header, ('"custom"', "2")])
        self.assertEqual(self.told(twice, JOSERFC, "UnsupportedHeaderError"), 1)

    def test_ed25519_has_another_name_only_for_its_keys(self) -> None:
        told = "UnsupportedKeyAlgorithmError"
        made, jwk = draft("EdDSA"), signing.JWKS["ed25519"] | {"kid": "k"}
        self.assertEqual(self.told(made, JOSERFC, told), 1)

        def left(policy: list[str], key: dict[str, Any]) -> int:
            return policed(made, {"algorithms": policy}, key, JOSERFC, told)

        self.assertEqual(left(["Ed25519"], jwk), 0)
        self.assertEqual(left(["EdDSA"], jwk | {"alg": "Ed25519"}), 0)
        self.assertEqual(left(["EdDSA"], jwk), 1)
        self.assertEqual(left(["EdDSA"], jwk | {"alg": "EdDSA"}), 1)
        self.assertEqual(left(["Ed25519"], jwk | {"kid": "another"}), 1)
        self.assertEqual(left(["Ed25519"], signing.JWKS["p256"] | {"kid": "k"}), 1)


class Refusals(unittest.TestCase):
    def refused(self, made: Draft, code: str, keys: dict[str, Any], place: int = 0) -> int:
        theirs = {JOSE: Answer("accept", str(place))}
        return judged(made, Answer("reject", code), theirs, keys).unexplained_count

    def test_a_member_twice_excuses_the_refusal_of_the_whole_set_alone(self) -> None:
        good = json.dumps(signing.JWKS["secret"] | {"kid": "k"})
        twice = good.replace('"kty"', '"kty": "none", "kty"')
        keys = {"text": f'{{"keys": [{twice}, {good}]}}'}
        for place in (0, 1):
            for code in ("signature_invalid", "key_not_found", "key_mismatch"):
                self.assertEqual(self.refused(draft("HS256"), code, keys, place), 1, (code, place))
            self.assertEqual(self.refused(draft("HS256"), "config_error", keys, place), 0, place)

    def test_a_secret_is_public_by_its_structure(self) -> None:
        public = signing.PRIVATE["p256"].public_key()
        spki = public.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        own = signing.PRIVATE["rsa"].public_key()
        pkcs1 = own.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
        jwk, pem = json.dumps(signing.JWKS["rsa"]).encode(), signing.pem(public).encode()
        for secret, excused in (
            *((spki, True), (pkcs1, True), (jwk, True), (pem, True)),
            *((b" " + jwk, True), (b"ssh-ed25519 " + b"A" * 40, True)),
            *((b"\x30" + b"s" * 63, False), (b"{" + b"s" * 63, False)),
            *((b'{"name":"' + b"s" * 63 + b'"}', False), (spki[:-1], False)),
            *((b"\x30\x3e\x04\x3c" + b"s" * 60, False), (b"s" * 64, False)),
        ):
            encoded = base64.urlsafe_b64encode(secret).decode().rstrip("=")
            keys = {"secrets": [{"base64url": encoded}]}
            left = self.refused(draft("HS256"), "config_error", keys)
            self.assertEqual(left, not excused, secret)

    def test_a_machine_has_no_session_that_is_over(self) -> None:
        sets = Sets()
        tokens.declare(sets)
        policy = sets.policies["own"] | {"max_session": 1, "leeway": 0}
        sets.policy("session", policy)
        machine = draft("HS256").but(policy="session").with_claims(('"client_id"', '"auth0|42"'))
        user = machine.with_claims(('"auth_time"', str(NOW - 10)))
        other = machine.with_claims(('"client_id"', '"another"'))
        for made, excused in ((machine, False), (user, True), (other, True)):
            question = Question(made.case("made up"), sets.written())
            rule = classify.refusal(question, "session_revoked", {})
            self.assertEqual(rule is not None, excused, made.claims)


class Readings(unittest.TestCase):
    def test_who_accepts_must_have_read_the_same(self) -> None:
        same = judged(draft("HS256"), ACCEPTS, {JOSE: Answer("accept", "0", "same")})
        self.assertEqual(same.unexplained_count, 0)
        other = judged(draft("HS256"), ACCEPTS, {JOSE: Answer("accept", "0", "another")})
        self.assertEqual(other.unexplained_count, 1)
        self.assertIn("no rule explains jose (Node)", "\n".join(classify.shown(other)))

    def test_an_answer_is_read_from_its_line(self) -> None:
        self.assertEqual(Answer.of("accept\t3\tabc\n"), Answer("accept", "3", "abc"))
        self.assertEqual(Answer.of("accept\t\tabc\n"), Answer("accept", "", "abc"))
        self.assertEqual(Answer.of("reject\tno key\n"), Answer("reject", "no key"))


class Size(unittest.TestCase):
    def test_a_run_that_asks_too_little_is_named(self) -> None:
        result = Result(cases=300_000, compared=200_000)
        result.asked.update(dict.fromkeys(ALL_PEERS, 150_000))
        self.assertEqual(result.thin(ALL_PEERS), [])
        result.asked[JOSE] -= 1
        self.assertEqual(len(result.thin(ALL_PEERS)), 1)
        result.not_asked[JOSE, "a key that it does not read"] = 100_000
        self.assertEqual(len(result.thin(ALL_PEERS)), 1)
        result.not_asked[JOSE, "its algorithm"] = 2
        self.assertEqual(result.thin(ALL_PEERS), [])
        result.compared -= 1
        self.assertEqual(len(result.thin(ALL_PEERS)), 1)

    def test_who_is_given_no_key_is_not_asked(self) -> None:
        answers = dict.fromkeys(ALL_PEERS, Answer("not asked", "its algorithm"))
        answers[JOSE] = Answer("reject", "no key")
        result = judged(draft("HS256"), Answer("reject", "key_not_found"), answers)
        self.assertEqual((result.cases, result.compared, result.asked.total()), (1, 0, 0))


if __name__ == "__main__":
    unittest.main()
