//! Loads an object with redbpf and prints what happened as JSON.
//!
//!     redbpf-load OBJECT
//!     redbpf-load OBJECT PROGRAM BPF_RUN
//!
//! The first creates the maps, loads the programs and prints `{ok, stage, error, log, programs, maps}`. The second
//! hands the loaded program to `BPF_RUN id N`, which reads packets from standard input and prints what it finds;
//! where nothing is loaded it prints the same refusal as the first. Exit code 0 whenever JSON was printed.

use std::panic::{catch_unwind, AssertUnwindSafe};
use std::process::{exit, Command};
use std::sync::Mutex;
use std::{env, fs};

use redbpf::{Error, Module, ModuleBuilder, Program};

static SAID: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// What redbpf says is kept, errors and warnings.
struct Listener;

impl log::Log for Listener {
    fn enabled(&self, metadata: &log::Metadata) -> bool {
        metadata.level() <= log::Level::Warn
    }

    fn log(&self, record: &log::Record) {
        if self.enabled(record.metadata()) {
            SAID.lock().unwrap().push(record.args().to_string());
        }
    }

    fn flush(&self) {}
}

struct Refusal {
    stage: &'static str,
    error: String,
}

fn main() {
    let words: Vec<String> = env::args().skip(1).collect();
    let (path, run) = match words.as_slice() {
        [path] => (path, None),
        [path, program, runner] => (path, Some((program, runner))),
        _ => {
            eprintln!("usage: redbpf-load OBJECT [PROGRAM BPF_RUN]");
            exit(2);
        }
    };
    let bytes = fs::read(path).unwrap_or_else(|error| {
        eprintln!("redbpf-load: {path}: {error}");
        exit(2);
    });
    log::set_logger(&Listener).expect("the first logger");
    log::set_max_level(log::LevelFilter::Warn);
    std::panic::set_hook(Box::new(|panic| {
        SAID.lock().unwrap().push(panic.to_string());
    }));
    match load(&bytes) {
        Err(refusal) => print(&refused(&refusal)),
        Ok(module) => match run {
            None => print(&loaded(&module)),
            Some((program, runner)) => hand_over(&module, program, runner),
        },
    }
}

fn load(bytes: &[u8]) -> Result<Module, Refusal> {
    let builder = guarded("parse", || ModuleBuilder::parse(bytes))?;
    let mut module = guarded("maps", || builder.to_module())?;
    let (version, license) = (module.version, module.license.clone());
    for program in module.programs.iter_mut() {
        guarded("load", || program.load(version, license.clone()))?;
    }
    Ok(module)
}

fn guarded<T>(
    stage: &'static str,
    step: impl FnOnce() -> Result<T, Error>,
) -> Result<T, Refusal> {
    match catch_unwind(AssertUnwindSafe(step)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(Refusal { stage, error: format!("{error:?}") }),
        Err(_) => Err(Refusal { stage: "panic", error: "panic".to_string() }),
    }
}

fn id_of(program: &Program) -> u32 {
    let Some(fd) = program.fd() else { return 0 };
    let about = fs::read_to_string(format!("/proc/self/fdinfo/{fd}")).unwrap_or_default();
    let id = about.lines().find_map(|line| line.strip_prefix("prog_id:"));
    id.and_then(|id| id.trim().parse().ok()).unwrap_or(0)
}

fn hand_over(module: &Module, name: &str, runner: &str) {
    let Some(program) = module.programs.iter().find(|program| program.name() == name) else {
        let error = format!("no program {name}");
        print(&refused(&Refusal { stage: "load", error }));
        return;
    };
    let status = Command::new(runner).arg("id").arg(id_of(program).to_string()).status();
    exit(status.ok().and_then(|status| status.code()).unwrap_or(1));
}

fn refused(Refusal { stage, error }: &Refusal) -> String {
    let said = SAID.lock().unwrap().join("\n");
    let (error, said) = (string(error), string(&said));
    format!("{{\"ok\":false,\"stage\":\"{stage}\",\"error\":{error},\"log\":{said}}}")
}

fn loaded(module: &Module) -> String {
    let programs: Vec<String> = module.programs.iter().map(|one| string(one.name())).collect();
    let maps: Vec<String> = module
        .maps
        .iter()
        .map(|map| format!("{{\"name\":{},\"type\":{}}}", string(&map.name), map.kind))
        .collect();
    let said = string(&SAID.lock().unwrap().join("\n"));
    let (programs, maps) = (programs.join(","), maps.join(","));
    format!("{{\"ok\":true,\"log\":{said},\"programs\":[{programs}],\"maps\":[{maps}]}}")
}

fn string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c < ' ' => quoted.push_str(&format!("\\u{:04x}", c as u32)),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

fn print(json: &str) {
    println!("{json}");
}
