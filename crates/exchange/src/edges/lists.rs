//! Many short lists in one piece of memory.
//!
//! Nearly every component holds two legs and an exchange, for twenty minutes: a list of its own for each
//! would cost allocations, and room for four of them.

/// No place.
const NONE: u32 = u32::MAX;

/// A list, which [`Lists`] holds.
#[derive(Clone, Copy)]
pub(super) struct List {
    first: u32,
    last: u32,
    length: u32,
}

impl Default for List {
    fn default() -> Self {
        Self { first: NONE, last: NONE, length: 0 }
    }
}

impl List {
    pub(super) fn len(&self) -> usize {
        self.length as usize
    }
}

/// The values of all lists. What a list lets go makes room for the others.
pub(super) struct Lists<T> {
    /// Each with the place of the next one in its list.
    values: Vec<(T, u32)>,
    /// The first place that is free; from there on each tells the next.
    free: u32,
}

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Self { values: Vec::new(), free: NONE }
    }
}

impl<T: Copy> Lists<T> {
    /// Puts a value at the end of a list.
    pub(super) fn push(&mut self, list: &mut List, value: T) {
        let place = self.free;
        let place = match self.values.get_mut(place as usize) {
            Some(free) => {
                self.free = free.1;
                *free = (value, NONE);
                place
            }
            None => {
                self.values.push((value, NONE));
                // So many do not fit into memory.
                (self.values.len() - 1) as u32
            }
        };
        self.link(list.last, place);
        if list.first == NONE {
            list.first = place;
        }
        list.last = place;
        list.length += 1;
    }

    /// Puts a list behind another one.
    pub(super) fn append(&mut self, list: &mut List, more: List) {
        if list.first == NONE {
            *list = more;
        } else if more.first != NONE {
            self.link(list.last, more.first);
            list.last = more.last;
            list.length += more.length;
        }
    }

    /// The values of a list, with their places.
    pub(super) fn iter(&self, list: List) -> impl Iterator<Item = (u32, &T)> {
        let mut next = list.first;
        std::iter::from_fn(move || {
            let place = next;
            let (value, behind) = self.values.get(place as usize)?;
            next = *behind;
            Some((place, value))
        })
    }

    /// The value at a place that [`Lists::iter`] told.
    pub(super) fn at(&self, place: u32) -> &T {
        &self.values[place as usize].0
    }

    /// Lets all values of a list go.
    pub(super) fn free(&mut self, list: List) {
        if list.first != NONE {
            self.link(list.last, self.free);
            self.free = list.first;
        }
    }

    fn link(&mut self, place: u32, next: u32) {
        if let Some(value) = self.values.get_mut(place as usize) {
            value.1 = next;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lists: &Lists<u32>, list: List) -> Vec<u32> {
        lists.iter(list).map(|(place, value)| *lists.at(place).max(value)).collect()
    }

    #[test]
    fn lists_keep_their_order_and_their_values_apart() {
        let (mut lists, mut a, mut b) = (Lists::default(), List::default(), List::default());
        for value in 0..6 {
            lists.push(if value % 2 == 0 { &mut a } else { &mut b }, value);
        }
        assert_eq!((of(&lists, a), of(&lists, b)), (vec![0, 2, 4], vec![1, 3, 5]));
        lists.append(&mut a, b);
        lists.append(&mut a, List::default());
        lists.push(&mut a, 6);
        assert_eq!((of(&lists, a), a.len()), (vec![0, 2, 4, 1, 3, 5, 6], 7));
        let mut empty = List::default();
        lists.append(&mut empty, a);
        assert_eq!((of(&lists, empty), of(&lists, List::default())), (of(&lists, a), vec![]));
    }

    #[test]
    fn what_is_let_go_makes_room() {
        let (mut lists, mut kept) = (Lists::default(), List::default());
        lists.push(&mut kept, 9);
        for round in 0..3 {
            let (mut a, mut b) = (List::default(), List::default());
            for value in 0..10 {
                lists.push(&mut a, value);
                lists.push(&mut b, round);
            }
            assert_eq!((of(&lists, a), of(&lists, b)), ((0..10).collect(), vec![round; 10]));
            lists.free(a);
            lists.free(List::default());
            lists.free(b);
        }
        assert_eq!((lists.values.len(), of(&lists, kept)), (21, vec![9]));
    }
}
