"""Runs every vector of the files and folders named; with --answers it prints what came of each."""
import base64, json, sys
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlencode
from lowwater import ANY, NO_CUTOFFS, ConfigError, Cutoffs, EventReceiver, GlobalRevocation, Key, KeySet, LogoutReceiver, MessageRefused
from lowwater import Rejected, RevocationRequest, Rule, StatusLists, Validator
from lowwater._lowwater import Introspections

class Raw(dict):  # An object as it was written: twins are a mistake that some vectors make.
    def __init__(self, pairs): super().__init__(pairs); self.text = "{%s}" % ",".join(f"{json.dumps(k)}:{text(v)}" for k, v in pairs)
def text(value):  # Numbers keep their digits: a rule tells 5 from 5.0.
    if isinstance(value, list): return "[%s]" % ",".join(map(text, value))
    return value.text if isinstance(value, Raw) else str(value) if isinstance(value, Decimal) else json.dumps(value)
def keys(given, short=False):
    if "text" in given: return KeySet.from_jwks(given["text"], allow_short_secret=short)
    name = lambda key: {new: key[old] for old, new in (("kid", "id"), ("alg", "algorithm")) if old in key}
    read = lambda key: (Key.from_short_secret if short else Key.from_secret)(base64.urlsafe_b64decode(key["base64url"] + "=="), **name(key))
    named = [*map(read, given.get("secrets", [])), *(Key.from_pem(key["pem"], **name(key)) for key in given.get("pems", []))]
    return KeySet([text(given["jwks"]), *named] if "jwks" in given else named, allow_short_secret=short)
def change(rules, step, new, validator, clock):
    now, old, other, reload = step.get("now", 0), rules, Cutoffs(), step.get("reload")
    if "apply" in step: rules.apply(text(step["apply"]), now=now)
    if "prune" in step: rules.prune(validator, now=step["prune"])
    if "lift" in step: rules.lift(step["lift"])
    if "merge" in step: other.apply_json_lines("\n".join(map(text, step["merge"])), now=now); rules.merge(other)
    if reload: rules = new()
    if reload == "json": rules.load_json_lines(old.to_json_lines())
    if reload == "snapshot": rules.load_snapshot(old.to_snapshot(now=clock), now=clock)
    if "loaded" in step: rules.loaded(step["loaded"], now=step["loaded"])
    return rules
def answer(call):
    try: call()
    except Rejected as no: return "reject", no.code, no.stage, no.remedy, str(no.status), json.dumps(no.headers, separators=(",", ":")), str(no)
    return ("accept",)
def listed(rules, case, given):  # One that is not taken is not there.
    lists = StatusLists(**case["config"])
    for one in case["lists"]:
        try: lists.hydrate(one["uri"], one["token"], given, now=one["fetched"])
        except MessageRefused: pass
    return rules.with_status(lists)
def asking(config, policy):  # One instance for a test or a scenario.
    return Introspections(config, **{name: ANY if value == "any" else value for name, value in policy.items()})
def inquire(own, step, rules, given):  # The server is the vector. Whether anybody is asked has to be as it says.
    now, response = step.get("now", 0), step.get("response")
    inquiry, fetch = own.inquire(step["ask"], clock=now)
    if (fetch is None) != (response is None): raise ConfigError(f"asked: {fetch}", "vector")
    said = [("Content-Type", response["content_type"])] if response and "content_type" in response else []
    if fetch: own.answered(fetch, int(response.get("status", 200)), said, response["body"].encode(), keys=given, clock=now)
    came, awaited = own.ask(inquiry, rules, now=now)
    if awaited: raise ConfigError("nobody would answer", "vector")
    if isinstance(came, Rejected): raise came
    return came
def revoke(validator, request, case):
    try: return RevocationRequest.access_token(validator.validate(request.token, NO_CUTOFFS, now=case["now"]), **{"client": case["client"]} if "client" in case else {}), []
    except (Rejected, MessageRefused) as no: return None, [no.code]
def taken(given, case):  # What came of a message, and why there are no more rules.
    kind, config, token, body, said, now = case["kind"], case["config"], case.get("token"), case.get("body", "").encode(), case.get("content_type"), {"now": case["now"]}
    if kind == "logout": return LogoutReceiver(**config).receive(body if "body" in case else urlencode({"logout_token": token}).encode(), given, **now), []
    if kind == "revocation": return GlobalRevocation(**config).receive(said, body, **now), []
    if kind == "token_revocation": return revoke(Validator.from_json(text(config), keys=given), RevocationRequest.read(said, body), case)
    if kind == "status_list": return StatusLists(**config).hydrate(case["uri"], token, given, **now), []
    receiver = EventReceiver(**config)
    received = receiver.push(said, body, given, **now) if "body" in case else receiver.receive(token, given, **now)
    return received, [code for event in received.events for code in event["not_applied"]]
def message(given, case):  # What should come of it, and what came.
    want = ("accept", [Rule.from_json(text(rule)).to_json() for rule in case.get("rules", [])], case.get("not_applied", []))
    try: came, why = taken(given, case)
    except MessageRefused as no: got = ("reject", no.code)
    except ConfigError: got = ("config_error",)
    else: got = ("accept", [rule.to_json() for rule in came.rules] if came else [], why)
    return want if case["result"] == "accept" else tuple(case[name] for name in ("result", "code") if name in case), got
def run(file, case):  # Each step that asks, and what came.
    given, policy, clock = file["keysets"][case["keys"]], file["policies"].get(case.get("policy")), 0
    if policy is None: return (yield "", case, answer(lambda: keys(given).verify(case["token"], case["algorithms"])))
    validator = Validator.from_json(text(policy), keys=keys(given, policy.get("allow_short_secret") is True))
    bounds = {name: case["set"][name] for name in ("stale_after", "expired_after") if name in case.get("set", {})}
    own = asking(case["config"], policy) if "config" in case and "lists" not in case else None
    new = lambda: Cutoffs.replica(**bounds) if bounds else Cutoffs()
    rules, test = new(), [*({"apply": rule, "now": case["now"]} for rule in case.get("rules", [])), case if "ask" in case else {**case, "check": case.get("token", "")}]
    for place, step in enumerate(case.get("steps", test)):
        clock = step.get("now", step.get("prune", step.get("loaded", clock)))
        rules = change(rules, step, new, validator, clock)
        asked = listed(rules, case, validator.keys) if "lists" in case else rules
        ask = lambda s=step: validator.validate(s["check"], asked, now=s.get("now", 0)).require(**s.get("require", {}))
        if "ask" in step: ask = lambda s=step, rules=rules: inquire(own, s, rules, validator.keys).require(**s.get("require", {}))
        if "check" in step or "ask" in step: yield f"#{place}" * ("steps" in case), step, answer((lambda: validator.verify(case["token"])) if "only" in case else ask)
def right(want, got):
    fits = lambda name, came: name not in want or came in (want[name] if isinstance(want[name], list) else [str(want[name])])
    result = got[0] != "accept" if want.get("result") == "refuse" else got[0] == want.get("result", "accept")
    return result and all(map(fits, ("code", "stage", "remedy", "status"), got[1:]))
def main(show, paths, passed=0, failed=0):
    for path in (file for path in paths for file in sorted(path.rglob("*.json") if path.is_dir() else [path]) if "data" not in file.relative_to(path).parts):
        file = json.loads(path.read_text(encoding="utf-8"), parse_int=Decimal, parse_float=Decimal, object_pairs_hook=Raw)
        for case in file.get("tests", []) + file.get("scenarios", []):
            try: came = list(run(file, case))
            except ConfigError: came = [("", case, ("config_error",))]
            wrong = [f"{case['id']}{step}: expected {want.get('result')} {want.get('code')}, got {got}" for step, want, got in came if not right(want, got)]
            for line in ("\t".join((path.name, case["id"], step, *got)) for step, _, got in came) if show else wrong: print(line)
            passed, failed = passed + (not wrong), failed + bool(wrong)
        for case in file.get("messages", []):
            want, got = message(keys(file["keysets"][case["keys"]]), case)
            if want != got and not show: print(f"{case['id']}: expected {want}, got {got}")
            passed, failed = passed + (want == got), failed + (want != got)
    print(f"{passed} passed, {failed} failed")
    return failed > 0 or passed == 0
if __name__ == "__main__": sys.exit(main("--answers" in sys.argv, [Path(path) for path in sys.argv[1:] if path != "--answers"]))
