use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use tokio::time::timeout;

/// How long a client may take to say good-bye.
const FAREWELL: Duration = Duration::from_secs(5);

/// Why a socket is closed: the codes of the protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Close {
    /// The server ends: the client should connect again.
    GoingAway,
    TryAgainLater,
    InvalidText,
    TooBig,
    InternalError,
    InvalidMessage(&'static str),
    Unauthorized,
    InitTimeout,
    Duplicate(String),
    TooManyInits,
    /// The client has closed it, is gone, or does not take what is written to it.
    Gone,
}

impl Close {
    fn frame(&self) -> Option<CloseFrame> {
        let (code, reason) = match self {
            Self::GoingAway => (1001, "Going away"),
            Self::InvalidText => (1007, "A text is UTF-8"),
            Self::TooBig => (1009, "Message too big"),
            Self::InternalError => (4500, "Internal server error"),
            Self::TryAgainLater => (1013, "Try again later"),
            Self::InvalidMessage(reason) => (4400, *reason),
            Self::Unauthorized => (4401, "Unauthorized"),
            Self::InitTimeout => (4408, "Connection initialisation timeout"),
            Self::Duplicate(id) => return Some(frame(4409, &format!("Subscriber for {id} already exists"))),
            Self::TooManyInits => (4429, "Too many initialisation requests"),
            Self::Gone => return None,
        };
        Some(frame(code, reason))
    }

    /// Says why, and waits a while for the client to have heard it: an end with unread messages would take it back.
    pub(super) async fn tell(&self, mut socket: WebSocket) {
        let Some(frame) = self.frame() else { return };
        let farewell = async {
            if socket.send(Message::Close(Some(frame))).await.is_ok() {
                while let Some(Ok(_)) = socket.recv().await {}
            }
        };
        // A client that stays on regardless is cut off.
        let _ = timeout(FAREWELL, farewell).await;
    }
}

/// A control frame holds 125 bytes, two of which are the code.
fn frame(code: u16, reason: &str) -> CloseFrame {
    let mut end = reason.len().min(123);
    while !reason.is_char_boundary(end) {
        end -= 1;
    }
    CloseFrame { code, reason: reason.get(..end).unwrap_or_default().into() }
}
