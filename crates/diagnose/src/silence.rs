use crate::Day;
#[derive(Clone, Debug)]
pub(crate) struct Silence {
    pub(crate) terminal: u32,
    pub(crate) start: i64,
    pub(crate) end: i64,
    pub(crate) strays: u32,
    pub(crate) expected: f64,
    pub(crate) ln_chance: f64,
    pub(crate) others_of_site: usize,
}
pub(crate) fn silences(_: &Day, _: &[Vec<i64>]) -> Vec<Silence> {
    Vec::new()
}
