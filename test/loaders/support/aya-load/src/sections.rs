//! The names of an object's sections, which aya does not tell.

use object::{Object as _, ObjectSection as _};

/// By index; none where the file is no ELF file.
pub fn names(bytes: &[u8]) -> Vec<String> {
    let Ok(file) = object::read::File::parse(bytes) else {
        return Vec::new();
    };
    let mut names = Vec::new();
    for section in file.sections() {
        let index = section.index().0;
        names.resize(index + 1, String::new());
        names[index] = section.name().unwrap_or_default().to_owned();
    }
    names
}

/// What follows the kind: `do_unlinkat` of `fentry/do_unlinkat`.
pub fn target(section: &str) -> &str {
    section.split_once('/').map_or("", |(_, rest)| rest)
}
