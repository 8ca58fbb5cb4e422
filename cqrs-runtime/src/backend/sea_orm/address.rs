//! Showing a database's address without what is secret in it.

/// The address without password and parameters, for messages.
///
/// A password that is not percent-encoded may hold any of an address's separators. Where they leave a doubt about which
/// part is which, only the scheme is shown.
///
/// ```
/// use cqrs_runtime::backend::sea_orm::without_password;
///
/// assert_eq!(without_password("postgres://ada:secret@db.example/bank"), "postgres://ada@db.example/bank");
/// assert_eq!(without_password("postgres://ada:se?cret@db.example/bank"), "postgres://..");
/// ```
#[must_use]
pub fn without_password(url: &str) -> String {
    let scheme = url.split_once(':').map(|(scheme, _)| scheme).filter(|scheme| is_scheme(scheme));
    match (scheme, url.split_once("://")) {
        (Some("sqlite"), _) => url.split('?').next().unwrap_or_default().to_owned(),
        (Some(scheme), Some((_, rest))) => {
            place(rest).map_or_else(|| format!("{scheme}://.."), |place| format!("{scheme}://{place}"))
        }
        _ if url.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte)) => url.to_owned(),
        _ => "..".to_owned(),
    }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte))
}

/// User, host and path; `None` where they don't separate cleanly.
fn place(rest: &str) -> Option<String> {
    let (before, parameters) = rest.split_at(rest.find(['?', '#']).unwrap_or(rest.len()));
    let (authority, path) = before.split_at(before.find('/').unwrap_or(before.len()));
    if parameters.contains('@') || path.contains(['@', '=', '&', ';']) {
        return None;
    }
    let (user, host) = match authority.rsplit_once('@') {
        Some((user, host)) => (Some(user.split(':').next().unwrap_or_default()), host),
        None => (None, authority),
    };
    let user = user.map(|user| format!("{user}@")).unwrap_or_default();
    is_host(host).then(|| format!("{user}{host}{path}"))
}

/// What follows a colon must be a port: without an `@`, a user and a password would stand here.
fn is_host(text: &str) -> bool {
    let behind = text.rsplit_once(']').map_or(text, |(_, behind)| behind);
    let port = behind.split_once(':').map_or("", |(_, port)| port);
    port.bytes().all(|byte| byte.is_ascii_digit()) && !text.contains(['=', '&', ';'])
}

#[cfg(test)]
mod tests {
    use super::without_password;

    #[test]
    fn an_address_is_shown_without_its_password() {
        for (url, shown) in [
            ("postgres://ada:secret@db.example/bank", "postgres://ada@db.example/bank"),
            ("postgres://ada:s@cret@db.example/bank?password=secret", "postgres://ada@db.example/bank"),
            ("postgres://ada:secret@[::1]:5432/bank", "postgres://ada@[::1]:5432/bank"),
            ("postgres://db.example:5432/bank", "postgres://db.example:5432/bank"),
            ("postgres:///bank?host=/run&password=secret", "postgres:///bank"),
            ("postgres://ada:se?cret@db.example/bank", "postgres://.."),
            ("postgres://ada:se#cret@db.example/bank", "postgres://.."),
            ("postgres://ada:se/cret@db.example/bank", "postgres://.."),
            ("postgres://ada:se/cr?et@db.example/bank", "postgres://.."),
            ("postgres://db.example/bank?password=secret@b", "postgres://.."),
            ("postgres://db.example/bank&password=secret", "postgres://.."),
            ("postgres://ada:secret/bank", "postgres://.."),
            ("mysql://ada:secret@db.example/bank", "mysql://ada@db.example/bank"),
            ("ada:secret@db.example", ".."),
            ("postgres:ada:secret@db.example", ".."),
            ("host=db.example password=secret", ".."),
            ("bank.db", "bank.db"),
            ("sqlite://bank.db?mode=ro", "sqlite://bank.db"),
            ("sqlite:ada@home/bank.db", "sqlite:ada@home/bank.db"),
        ] {
            assert_eq!(without_password(url), shown, "of {url}");
        }
    }
}
