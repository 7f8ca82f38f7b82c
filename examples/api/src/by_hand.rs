//! The page that `--listen` prints: tokens, and lines to paste into a shell.

use std::net::SocketAddr;

use lowwater_edge::now;

use crate::api::ISSUER;
use crate::issuer::{Issuer, Login};
use crate::story::OLD_LOGIN;

/// Address, tokens (valid for an hour) and the story as curl lines.
pub(crate) fn page(server: SocketAddr, issuer: &Issuer) -> String {
    // As old as the logins of the story, so that a cutoff pasted at once lies after them.
    let issued_at = now().before(OLD_LOGIN);
    let token = |subject, scope| issuer.token(&Login::of(subject, scope).at(issued_at));
    let user = token("u1", "read:messages");
    let admin = token("admin", "admin:cutoffs");
    let other = token("u2", "read:messages");
    let target = format!(r#"{{"issuer":"{ISSUER}","subject":"u1"}}"#);
    let rule = |members: &str| {
        format!(
            r#"curl -i -H "Authorization: Bearer $ADMIN" "$API/cutoffs" -d '{{"rule":{members}}}'"#
        )
    };
    let cut_off = rule(&format!(r#""issued_before","target":{target},"at":'"$(date +%s)"'"#));
    let suspend = rule(&format!(r#""suspended","target":{target},"on":true,"version":1"#));
    let reinstate = rule(&format!(r#""suspended","target":{target},"on":false,"version":2"#));
    format!(
        r#"Serving until Ctrl-C. Tokens are new at every start, and so is the key unless `--key` gives one.

Paste first: the address, and tokens of user u1, an administrator and user u2
    API='http://{server}'
    USER1='{user}'
    ADMIN='{admin}'
    USER2='{other}'

no token: 401
    curl -i "$API/messages"
good token: 200
    curl -i -H "Authorization: Bearer $USER1" "$API/messages"
scope missing: 403
    curl -i -H "Authorization: Bearer $ADMIN" "$API/messages"
someone else's inbox: 403
    curl -i -H "Authorization: Bearer $USER1" "$API/users/u2/inbox"
own inbox: 200
    curl -i -H "Authorization: Bearer $USER1" "$API/users/u1/inbox"
suspend u1: 201; then u1 gets 403
    {suspend}
reinstate u1: 201; then u1 gets 200
    {reinstate}
cut off the tokens of u1: 201; then u1 gets 401
    {cut_off}
but u2 still gets 200
    curl -i -H "Authorization: Bearer $USER2" "$API/messages"
"#
    )
}
