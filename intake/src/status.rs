//! Token Status List (draft-ietf-oauth-status-list): an issuer says in a list what became of its tokens.

mod builder;
mod inflate;
mod kept;
mod list;
mod lists;
mod token;

pub use self::builder::StatusListsBuilder;
pub use self::list::StatusList;
pub use self::lists::StatusLists;
pub use self::token::ListFault;
