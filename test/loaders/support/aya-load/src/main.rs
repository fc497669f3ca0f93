//! What the Rust crates aya-obj and aya make of an object, as one JSON value.
//!
//!     aya-load VERSION OBJECT                          user space: parse, types, CO-RE, maps, calls
//!     aya-load VERSION OBJECT --kernel                 also: load each program into the kernel
//!     aya-load VERSION OBJECT --run PROGRAM [NAME=HEX]... < LINES
//!                                                      also: run one over the packets on standard input, in hex,
//!                                                      with other initial values of variables
//!
//! VERSION is that of aya-obj: 0.3 (aya 0.14) or 0.6 (aya 0.16). Nothing is attached. Maps that ask for it are
//! pinned in /sys/fs/bpf, so `--kernel` belongs into a mount namespace of its own.

use std::{env, fs, io, panic, process::ExitCode, sync::Mutex};

mod json;
mod sections;
mod test_run;

use json::Json;

/// aya-obj 0.3.0, aya 0.14.0.
mod v0_3 {
    use {aya_0_14 as aya, aya_obj_0_3 as aya_obj};

    fn fixup(object: &mut aya_obj::Object) -> Result<(), aya_obj::btf::BtfError> {
        let all = aya_obj::btf::BtfFeatures::new(true, true, true, true, true, true, true, true);
        object.fixup_and_sanitize_btf(&all).map(drop)
    }

    fn with_externs(_: &mut aya_obj::Object) -> Result<(), String> {
        Ok(())
    }

    fn resolve(_: &mut aya_obj::Object, _: Option<&aya_obj::btf::Btf>) -> Result<(), String> {
        Ok(())
    }

    fn wants_kernel_types(object: &aya_obj::Object) -> bool {
        object.has_btf_relocations()
    }

    fn loader<'a>(types: Option<&'a aya::Btf>) -> aya::EbpfLoader<'a> {
        let mut loader = aya::EbpfLoader::new();
        loader.btf(types);
        loader
    }

    fn set<'a>(loader: &mut aya::EbpfLoader<'a>, name: &'a str, value: &'a [u8]) {
        loader.set_global(name, value, true);
    }

    include!("load.rs");
}

/// aya-obj 0.6.0, aya 0.16.0.
mod v0_6 {
    use {aya_0_16 as aya, aya_obj_0_6 as aya_obj};

    fn fixup(object: &mut aya_obj::Object) -> Result<(), aya_obj::btf::BtfError> {
        object
            .fixup_and_sanitize_btf(|| Some(|_: aya_obj::btf::BtfFeature| true))
            .map(drop)
    }

    fn with_externs(object: &mut aya_obj::Object) -> Result<(), String> {
        object.relocate_externs().map_err(|error| explain(&error))
    }

    fn resolve(
        object: &mut aya_obj::Object,
        types: Option<&aya_obj::btf::Btf>,
    ) -> Result<(), String> {
        object.resolve_externs(types).map_err(|error| explain(&error))
    }

    fn wants_kernel_types(object: &aya_obj::Object) -> bool {
        object.has_btf_relocations() || object.has_typed_ksyms()
    }

    fn loader<'a>(types: Option<&'a aya::Btf>) -> aya::EbpfLoader<'a> {
        let mut loader = aya::EbpfLoader::new();
        if let Some(types) = types {
            loader.btf(types);
        }
        loader
    }

    fn set<'a>(loader: &mut aya::EbpfLoader<'a>, name: &'a str, value: &'a [u8]) {
        loader.override_global(name, value, true);
    }

    include!("load.rs");
}

/// The last panic's message and place.
static PANIC: Mutex<Option<String>> = Mutex::new(None);

/// What `work` gives, or the message of its panic.
fn caught(work: impl FnOnce() -> Json) -> Json {
    match panic::catch_unwind(panic::AssertUnwindSafe(work)) {
        Ok(value) => value,
        Err(_) => {
            let message = PANIC.lock().unwrap().take().unwrap_or_default();
            json::refusal("panic", &message, true)
        }
    }
}

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let (version, path, mode) = match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [version, path] => (version, path, Mode::UserSpace),
        [version, path, "--kernel"] => (version, path, Mode::Kernel(None)),
        [version, path, "--run", program, ref globals @ ..] => (
            version,
            path,
            Mode::Kernel(Some(Run {
                program: program.to_owned(),
                globals: globals.iter().filter_map(|word| global(word)).collect(),
            })),
        ),
        _ => {
            eprintln!("usage: aya-load 0.3|0.6 OBJECT [--kernel | --run PROGRAM [NAME=HEX]...]");
            return ExitCode::FAILURE;
        }
    };
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            eprintln!("aya-load: {path}: {error}");
            return ExitCode::FAILURE;
        }
    };
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(|at| {
            let file = at.file().rsplit("/src/").next().unwrap_or_default();
            format!(" ({file}:{})", at.line())
        });
        let message = info.payload_as_str().unwrap_or_default();
        *PANIC.lock().unwrap() = Some(format!("{message}{}", place.unwrap_or_default()));
    }));

    let mut report = vec![("version", json::string(version))];
    let (user, kernel): (fn(&[u8]) -> Json, fn(&[u8], &[Vec<u8>], Option<&Run>) -> Json) = match version {
        "0.3" => (v0_3::user_space, v0_3::kernel),
        "0.6" => (v0_6::user_space, v0_6::kernel),
        _ => {
            eprintln!("aya-load: no version {version}");
            return ExitCode::FAILURE;
        }
    };
    report.push(("user", caught(|| user(&bytes))));
    if let Mode::Kernel(run) = mode {
        let packets = match &run {
            Some(_) => test_run::packets(io::stdin().lock()),
            None => Vec::new(),
        };
        report.push(("kernel", caught(|| kernel(&bytes, &packets, run.as_ref()))));
    }
    println!("{}", json::object(report));
    ExitCode::SUCCESS
}

enum Mode {
    UserSpace,
    Kernel(Option<Run>),
}

/// One program that is to run, with what its variables are to hold at first.
struct Run {
    program: String,
    globals: Vec<(String, Vec<u8>)>,
}

/// `NAME=HEX` taken apart.
fn global(word: &str) -> Option<(String, Vec<u8>)> {
    let (name, value) = word.split_once('=')?;
    Some((name.to_owned(), test_run::bytes_of(value)?))
}

/// An error and all its causes, as `anyhow` prints them with `{:#}`.
fn explain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        // Some errors print their cause themselves.
        if !text.ends_with(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}
