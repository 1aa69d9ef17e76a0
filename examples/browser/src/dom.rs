//! The few things that the page does with its document. A missing element is a mistake of the HTML, which the test of the page finds: it is
//! left alone here.

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Document, Element, Event, HtmlElement, HtmlInputElement, HtmlTemplateElement};

fn document() -> Option<Document> {
    web_sys::window()?.document()
}

fn element<T: JsCast>(id: &str) -> Option<T> {
    document()?.get_element_by_id(id)?.dyn_into().ok()
}

/// Content of a `meta` element.
pub(crate) fn meta(name: &str) -> Option<String> {
    document()?.query_selector(&format!("meta[name={name}]")).ok()??.get_attribute("content")
}

pub(crate) fn set_text(id: &str, text: &str) {
    if let Some(element) = element::<Element>(id) {
        element.set_text_content(Some(text));
    }
}

pub(crate) fn show(id: &str, is_shown: bool) {
    if let Some(element) = element::<HtmlElement>(id) {
        element.set_hidden(!is_shown);
    }
}

/// Hides a part. If it has the focus, another part gets it: otherwise, the next press of the tabulator would begin at the top of the page.
pub(crate) fn hide(id: &str, next: &str) {
    if document().and_then(|document| document.active_element()).is_some_and(|active| active.id() == id) {
        focus(next);
    }
    show(id, false);
}

/// Scrolls the page until a part is at its top.
pub(crate) fn reveal(id: &str) {
    if let Some(element) = element::<Element>(id) {
        element.scroll_into_view();
    }
}

pub(crate) fn is_shown(id: &str) -> bool {
    element::<HtmlElement>(id).is_some_and(|element| !element.hidden())
}

pub(crate) fn focus(id: &str) {
    if let Some(element) = element::<HtmlElement>(id) {
        // The element is hidden if it cannot get the focus, and then it should not.
        element.focus().ok();
    }
}

/// Value of an input, which is empty afterwards.
pub(crate) fn take_value(id: &str) -> String {
    let Some(input) = element::<HtmlInputElement>(id) else { return String::new() };
    let value = input.value();
    input.set_value("");
    value
}

pub(crate) fn clear(id: &str) {
    if let Some(element) = element::<Element>(id) {
        element.replace_children_with_node_0();
    }
}

/// Calls a function at each event of an element, in the place of what the browser does by itself.
pub(crate) fn on(id: &str, event: &str, act: impl Fn() + 'static) {
    if let Some(element) = element::<Element>(id) {
        listen(&element, event, act);
    }
}

fn listen(element: &Element, event: &str, act: impl Fn() + 'static) {
    let act = Closure::<dyn Fn(Event)>::new(move |event: Event| {
        event.prevent_default();
        act();
    });
    // It fails for no event of a name.
    element.add_event_listener_with_callback(event, act.as_ref().unchecked_ref()).ok();
    // It lives as long as the element: the browser frees it with the element.
    act.forget();
}

/// A copy of a template, at the end of a list.
pub(crate) struct Row(Option<Element>);

/// Adds a row to a list that scrolls. A list that shows its end goes on to show it. Of more rows than `most`, the first ones go.
pub(crate) fn append(list: &str, template: &str, most: u32, fill: impl FnOnce(&Row)) {
    let Some(shown) = element::<Element>(list) else { return };
    // The browser may round each of them.
    let is_at_end = shown.scroll_top() + shown.client_height() + 2 >= shown.scroll_height();
    fill(&row(list, template));
    while shown.child_element_count() > most
        && let Some(first) = shown.first_element_child()
    {
        first.remove();
    }
    if is_at_end {
        shown.set_scroll_top(shown.scroll_height());
    }
}

/// Adds a copy of the template to the list.
pub(crate) fn row(list: &str, template: &str) -> Row {
    Row(added(list, template))
}

fn added(list: &str, template: &str) -> Option<Element> {
    let list = element::<Element>(list)?;
    let template = element::<HtmlTemplateElement>(template)?;
    list.append_child(&template.content().clone_node_with_deep(true).ok()?).ok()?;
    list.last_element_child()
}

impl Row {
    fn part(&self, name: &str) -> Option<Element> {
        self.0.as_ref()?.query_selector(&format!("[data-part={name}]")).ok()?
    }

    /// Sets the text of a part, and shows it if there is one.
    pub(crate) fn set_text(&self, part: &str, text: &str) {
        if let Some(part) = self.part(part) {
            part.set_text_content(Some(text));
        }
    }

    /// Gives a button of the row a name for assistive technology, and its effect.
    pub(crate) fn on(&self, part: &str, label: &str, act: impl Fn() + 'static) {
        if let Some(button) = self.part(part) {
            button.set_attribute("aria-label", label).ok();
            listen(&button, "click", act);
        }
    }
}
