//! Lists of an answer as lists of models, in an order that is always the same.

use crate::model::EnvironmentVariable;

/// The elements in ascending order.
#[allow(dead_code)] // Which domains are on decides who needs it.
pub(crate) fn sorted<T: Ord>(list: Vec<T>) -> Vec<T> {
    sorted_by(list, T::cmp)
}

/// The elements in the order of `compare`.
#[allow(dead_code)] // Which domains are on decides who needs it.
pub(crate) fn sorted_by<T>(mut list: Vec<T>, compare: impl FnMut(&T, &T) -> std::cmp::Ordering) -> Vec<T> {
    list.sort_by(compare);
    list
}

/// A list of models.
#[allow(dead_code)] // Which domains are on decides who needs it.
pub(crate) fn each<T, M: From<T>>(list: Vec<T>) -> Vec<M> {
    list.into_iter().map(Into::into).collect()
}

/// Variables by name, in the order of the platform's own tools.
#[allow(dead_code)] // Which domains are on decides who needs it.
pub(crate) fn by_name<V: Into<EnvironmentVariable>>(
    variables: impl IntoIterator<Item = V>,
) -> Vec<EnvironmentVariable> {
    let mut list: Vec<EnvironmentVariable> = variables.into_iter().map(Into::into).collect();
    list.sort_by(|a, b| a.name.cmp(&b.name));
    list
}
