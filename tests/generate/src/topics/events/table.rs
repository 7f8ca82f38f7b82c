//! What each event does.

use super::{CAEP, KNOWN, OAUTH, RISC, USER, message, payload, rule, sign};
use crate::format::Topic;
use crate::payload::{AUDIENCE, ISSUER};

const DEVICE: &str = r#"{"format":"complex","device":{"format":"opaque","id":"d1"}}"#;
const TOKEN: &str = r#"{"format":"jwt_id","iss":"https://issuer.example/","jti":"t1"}"#;
const CLIENT: &str = r#"{"format":"complex","application":{"format":"opaque","id":"c1"}}"#;
const MAIL: &str = r#"{"format":"email","email":"a@b.example"}"#;
const U: &str = r#""subject":"u1""#;
const D: &str = r#""device":"d1""#;
const C: &str = r#""client":"c1""#;
const M: &str = r#""claim:email":"a@b.example""#;

/// What an event does, to this target.
enum Does {
    Nothing,
    Unclear,
    Login(&'static str),
    Refresh(&'static str),
    Revoke(&'static str),
    Suspend(&'static str),
    SuspendAndLogin(&'static str),
    SuspendAndRefresh(&'static str),
    Resume(&'static str),
    Purge(&'static str),
    EndGrant,
}

use Does::{
    EndGrant, Login, Nothing, Purge, Refresh, Resume, Revoke, Suspend, SuspendAndLogin,
    SuspendAndRefresh, Unclear,
};

pub(super) fn add(topic: &mut Topic) {
    let rows: &[(&str, &str, &str, &str, Does)] = &[
        (CAEP, "session-revoked", USER, "", Login(U)),
        (
            CAEP,
            "token-claims-change",
            TOKEN,
            r#","claims":{"role":"ro-admin"}"#,
            Revoke(r#""token_id":"t1""#),
        ),
        (CAEP, "token-claims-change", USER, r#","claims":{"role":"ro-admin"}"#, Refresh(U)),
        (CAEP, "credential-change", USER, r#","change_type":"revoke""#, Login(U)),
        (CAEP, "credential-change", USER, r#","change_type":"update""#, Login(U)),
        (CAEP, "credential-change", USER, r#","change_type":"delete""#, Login(U)),
        (CAEP, "credential-change", USER, r#","change_type":"another""#, Login(U)),
        (CAEP, "credential-change", USER, r#","change_type":"create""#, Nothing),
        (CAEP, "assurance-level-change", USER, r#","change_direction":"decrease""#, Refresh(U)),
        (CAEP, "assurance-level-change", USER, r#","current_level":"x""#, Refresh(U)),
        (CAEP, "assurance-level-change", USER, r#","change_direction":"increase""#, Nothing),
        (
            CAEP,
            "device-compliance-change",
            DEVICE,
            r#","current_status":"not-compliant""#,
            SuspendAndRefresh(D),
        ),
        (CAEP, "device-compliance-change", DEVICE, r#","current_status":"compliant""#, Resume(D)),
        (CAEP, "device-compliance-change", DEVICE, r#","current_status":"unknown""#, Unclear),
        (CAEP, "session-established", USER, "", Nothing),
        (CAEP, "session-presented", USER, "", Nothing),
        (CAEP, "risk-level-change", USER, r#","current_level":"HIGH""#, Login(U)),
        (CAEP, "risk-level-change", USER, r#","current_level":"MEDIUM""#, Nothing),
        (CAEP, "risk-level-change", USER, r#","current_level":"LOW""#, Nothing),
        (CAEP, "risk-level-change", USER, "", Unclear),
        (RISC, "account-disabled", USER, r#","reason":"hijacking""#, SuspendAndLogin(U)),
        (RISC, "account-enabled", USER, "", Resume(U)),
        (RISC, "account-purged", USER, "", Purge(U)),
        (RISC, "account-purged", MAIL, "", Login(M)),
        (RISC, "credential-compromise", USER, r#","credential_type":"password""#, Login(U)),
        (RISC, "account-credential-change-required", USER, "", Login(U)),
        (RISC, "identifier-changed", MAIL, r#","new-value":"c@d.example""#, Nothing),
        (RISC, "identifier-recycled", MAIL, "", Login(M)),
        (RISC, "sessions-revoked", USER, "", Login(U)),
        (RISC, "recovery-activated", USER, "", Nothing),
        (RISC, "recovery-information-changed", USER, "", Nothing),
        (RISC, "opt-in", USER, "", Nothing),
        (RISC, "opt-out-initiated", USER, "", Nothing),
        (RISC, "opt-out-cancelled", USER, "", Nothing),
        (RISC, "opt-out-effective", USER, "", Nothing),
        (OAUTH, "tokens-revoked", USER, "", EndGrant),
        (OAUTH, "token-revoked", TOKEN, "", Revoke(r#""token_id":"t1""#)),
        (OAUTH, "client-disabled", CLIENT, "", Suspend(C)),
        (OAUTH, "client-enabled", CLIENT, "", Resume(C)),
        (OAUTH, "client-credential-changed", CLIENT, "", Refresh(C)),
    ];
    for (number, (base, name, subject, members, does)) in rows.iter().enumerate() {
        let value = format!(r#"{{"event_timestamp":1699999000{members}}}"#);
        let token = sign(payload(subject, &format!("{base}{name}"), &value));
        let message = message(&format!("table-{number:02}-{name}"), "the default", KNOWN, token);
        topic.message(match came(does, name) {
            Ok(rules) => message.rules(rules),
            Err(why) => message.not_applied(why),
        });
    }
    otherwise(topic);
}

fn came(does: &Does, name: &str) -> Result<Vec<String>, &'static str> {
    let at = r#""at":1699999000"#;
    let login = |target: &str| rule("authenticated_before", target, at, name);
    let refresh = |target: &str| rule("issued_before", target, at, name);
    let suspended = |target: &str, on: bool, version: u64| {
        rule("suspended", target, &format!(r#""on":{on},"version":{version}"#), name)
    };
    let happened = 1_699_999_000_000;
    Ok(match does {
        Nothing => return Err("nothing_to_do"),
        Unclear => return Err("event_value_unknown"),
        Login(target) => vec![login(target)],
        Refresh(target) => vec![refresh(target)],
        Revoke(target) => vec![rule("revoked", target, r#""until":"never""#, name)],
        Suspend(target) => vec![suspended(target, true, happened)],
        SuspendAndLogin(target) => vec![suspended(target, true, happened), login(target)],
        SuspendAndRefresh(target) => vec![suspended(target, true, happened), refresh(target)],
        Resume(target) => vec![suspended(target, false, happened)],
        Purge(target) => {
            let more = format!(
                r#""on":true,"version":9007199254740991,"id":"account-purged {ISSUER} j1""#
            );
            vec![rule("suspended", target, &more, name), login(target)]
        }
        EndGrant => vec![refresh(&format!(r#"{U},"client":"{AUDIENCE}""#))],
    })
}

fn otherwise(topic: &mut Topic) {
    let value = r#"{"event_timestamp":1699999000,"current_level":"MEDIUM"}"#;
    let risk = format!("{CAEP}risk-level-change");
    let token = |event: &str| sign(payload(USER, event, value));
    let at = r#""at":1699999000"#;
    let by_value = format!(r#","events":{{"{risk}":{{"MEDIUM":"refresh"}}}}"#);
    let medium = message("table-otherwise-by-value", "an operator's word", &by_value, token(&risk));
    topic.message(medium.rules([rule("issued_before", U, at, "risk-level-change")]));
    let always = r#","events":{"urn:example:gone":"reauthenticate"}"#;
    let own =
        message("table-otherwise-new", "an event of their own", always, token("urn:example:gone"));
    topic.message(own.rules([rule("authenticated_before", U, at, "security event")]));
    let unknown =
        message("table-unknown", "valid, and nobody knows it", "", token("urn:example:gone"));
    topic.message(unknown.not_applied("event_unknown"));
}
