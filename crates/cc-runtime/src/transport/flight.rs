//! The shared part of a call: it holds permits, and identical concurrent GETs share it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::hash::BuildHasherDefault;
use std::sync::{Arc, Mutex};

use crate::error::{Error, Result};
use crate::lock::lock;
use crate::tasks::{self, Home, Lost, Waiting, Work};
use crate::transport::exchange::Exchange;
use crate::transport::key::{Folded, Key};
use crate::transport::overlaps::Read;
use crate::transport::stack::Stack;
use crate::transport::{Body, HttpResponse};

/// All attempts of one request, which go on by themselves when anybody depends on them.
pub(crate) type Flight = Work<Landed>;

/// Result of a flight, for each waiter.
pub(crate) struct Landed(Result<HttpResponse>);

/// The flights that others may join, with the time at which each began to read.
#[derive(Default)]
pub(crate) struct Flights(Mutex<HashMap<Key, (Flight, u64), BuildHasherDefault<Folded>>>);

impl Stack {
    /// Sends a request, or waits for the answer to an identical request in progress. The others keep waiting
    /// if the first caller gives up.
    pub(crate) async fn fly(self: &Arc<Self>, exchange: Arc<Exchange>) -> Result<HttpResponse> {
        while exchange.is_shareable() {
            let (flight, leads) = self.join_or_start(Home::current()?, &exchange);
            match flight.await {
                Ok(Landed(outcome)) if leads || exchange.other_signers().is_empty() => return outcome,
                // Its answer is for another account: this call asks for its own.
                Ok(_) => {
                    exchange.part();
                    break;
                }
                // Its runtime has ended: this call takes over, or joins the one that did.
                Err(Lost) if !leads => exchange.part(),
                Err(Lost) => break,
            }
        }
        match self.start(Home::current()?, exchange.clone(), None).await {
            Ok(Landed(outcome)) => outcome,
            Err(Lost) => Err(tasks::ended()),
        }
    }

    /// Waits for the flight of the same request, or starts it; `true` when it is the latter.
    fn join_or_start(self: &Arc<Self>, home: Home, exchange: &Arc<Exchange>) -> (Waiting<Landed>, bool) {
        let key = Key::new(exchange.clone());
        let mut flights = lock(&self.flights.0);
        if let Some((key, (flight, began))) = flights.get_key_value(&key)
            // What was asked before a write must not answer what is asked after it.
            && !self.overlaps.overtook(*began, &exchange.identity, exchange.path())
            && let Some(flight) = flight.join()
        {
            exchange.join(key.exchange());
            drop(flights);
            return (flight.go_on(), false);
        }
        let read = self.overlaps.read();
        let began = read.began();
        let runway = Runway { stack: self.clone(), key: key.clone(), _read: read };
        let flight = self.start(home, exchange.clone(), Some(runway));
        // The key names the call that leads: that of another flight goes.
        flights.remove(&key);
        flights.insert(key, (flight.work(), began));
        (flight, true)
    }

    /// Starts the attempts of a request.
    fn start(
        self: &Arc<Self>,
        home: Home,
        exchange: Arc<Exchange>,
        runway: Option<Runway>,
    ) -> Waiting<Landed> {
        let stack = self.clone();
        Work::begin(home, |flight: Flight| async move {
            let outcome = stack.attempts(&exchange, &flight).await;
            drop(runway);
            Landed(outcome)
        })
    }
}

/// Registers a flight for others to join, until it has landed or has no callers.
struct Runway {
    stack: Arc<Stack>,
    key: Key,
    _read: Read,
}

impl Drop for Runway {
    fn drop(&mut self) {
        if let Entry::Occupied(flight) = lock(&self.stack.flights.0).entry(self.key.clone()) {
            // Another flight may have taken the place of one that a write has overtaken.
            if Arc::ptr_eq(flight.key().exchange(), self.key.exchange()) {
                flight.remove();
            }
        }
    }
}

impl Clone for Landed {
    fn clone(&self) -> Self {
        Self(self.0.as_ref().map_err(Error::clone).map(|answer| {
            let mut copy = HttpResponse::new(Body::from(answer.body().whole().cloned().unwrap_or_default()));
            *copy.status_mut() = answer.status();
            *copy.version_mut() = answer.version();
            *copy.headers_mut() = answer.headers().clone();
            *copy.extensions_mut() = answer.extensions().clone();
            copy
        }))
    }
}

impl fmt::Debug for Flights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Flights({})", lock(&self.0).len())
    }
}
