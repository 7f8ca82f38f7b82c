//! Whatever happens to a state, against the naive model of the tests that forgets nothing.

use crate::naive::replicated::Replicated;
use crate::naive::world::{Step, World};

fn block<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut block = [0; N];
    block.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    block
}

/// One byte: how many questions; then 32 for what happens and 32 for each question.
fn steps(mut data: &[u8]) -> Vec<Step> {
    let mut steps = Vec::new();
    while let Some((count, rest)) = data.split_first() {
        let mut blocks = rest.chunks(32).take(1 + usize::from(count % 4)).map(block);
        let what = blocks.next().unwrap_or_default();
        steps.push(Step { what, asks: blocks.collect() });
        data = rest.get(32 * (1 + usize::from(count % 4))..).unwrap_or_default();
    }
    steps
}

pub fn run(data: &[u8]) {
    let Some((start, rest)) = data.split_at_checked(9) else { return };
    let (alone, start) = (start[0] & 1 == 0, &start[1..]);
    let steps = steps(rest);
    if alone {
        let mut world = World::new(start);
        for step in &steps {
            if let Err(difference) = world.take(step) {
                panic!("{difference}\n{world}");
            }
        }
        return;
    }
    let mut pair = Replicated::new(start);
    for step in &steps {
        if let Err(difference) = pair.take(step) {
            panic!("{difference}\n{pair}");
        }
    }
    if let Err(difference) = pair.deliver_everything() {
        panic!("{difference}\n{pair}");
    }
}
