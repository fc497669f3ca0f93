//! JSON, written as text: values are put together from strings that are JSON already.

pub type Json = String;

pub fn string(text: &str) -> Json {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\0'..='\x1f' => out.push_str(&format!("\\u{:04x}", c as u32)),
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}

pub fn array(values: impl IntoIterator<Item = Json>) -> Json {
    format!("[{}]", values.into_iter().collect::<Vec<_>>().join(","))
}

pub fn object<K: AsRef<str>>(members: impl IntoIterator<Item = (K, Json)>) -> Json {
    let members: Vec<_> = members
        .into_iter()
        .map(|(key, value)| format!("{}:{value}", string(key.as_ref())))
        .collect();
    format!("{{{}}}", members.join(","))
}

pub fn number(value: impl std::fmt::Display) -> Json {
    value.to_string()
}

pub fn hex(bytes: &[u8]) -> Json {
    string(&bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

/// A verdict that is no: at which step, and why.
pub fn refusal(stage: &str, error: &str, panicked: bool) -> Json {
    object([
        ("ok", "false".to_owned()),
        ("stage", string(stage)),
        ("error", string(error)),
        ("panic", panicked.to_string()),
    ])
}
