//! A naive model of the rules: the definitions of the design, word for word, over plain lists. Nothing
//! in it is quick, nothing is forgotten, and nothing is taken from the library but the names of remedies.

pub mod ask;
pub mod decide;
pub mod dice;
pub mod forms;
pub mod policy;
pub mod replicated;
pub mod rule;
pub mod state;
pub mod target;
pub mod token;
pub mod world;
