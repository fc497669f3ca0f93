// Included into the module of each version, which has `aya`, `aya_obj` and what differs between versions.

use std::{collections::HashSet, os::fd::AsFd as _};

use crate::{
    Run, explain,
    json::{self, Json},
    sections, test_run,
};

/// The steps that aya goes before anything reaches the kernel, with made-up file descriptors of maps.
pub fn user_space(bytes: &[u8]) -> Json {
    match relocated(bytes) {
        Ok(json) => json,
        Err((stage, error)) => json::refusal(stage, &error, false),
    }
}

/// The descriptor of the first map; the others count on from it. No small number that code may contain by itself.
const FIRST_FD: i32 = 0x5000;

fn relocated(bytes: &[u8]) -> Result<Json, (&'static str, String)> {
    let mut object = aya_obj::Object::parse(bytes).map_err(|error| ("parse", explain(&error)))?;
    fixup(&mut object).map_err(|error| ("types", explain(&error)))?;
    if wants_kernel_types(&object) {
        let types = aya_obj::btf::Btf::from_sys_fs().map_err(|error| ("kernel types", explain(&error)))?;
        object
            .relocate_btf(&types)
            .map_err(|error| ("CO-RE", explain(&error)))?;
        resolve(&mut object, Some(&types)).map_err(|error| ("externs", error))?;
    } else {
        resolve(&mut object, None).map_err(|error| ("externs", error))?;
    }

    let mut maps: Vec<_> = object.maps.clone().into_iter().collect();
    maps.sort_by(|a, b| a.0.cmp(&b.0));
    let text_sections: HashSet<usize> = object.functions.keys().map(|(section, _)| *section).collect();
    let with_fds = maps
        .iter()
        .enumerate()
        .map(|(i, (name, map))| (name.as_str(), FIRST_FD + i as i32, map));
    object
        .relocate_maps(with_fds, &text_sections)
        .map_err(|error| ("maps", explain(&error)))?;
    with_externs(&mut object).map_err(|error| ("externs", error))?;
    object
        .relocate_calls(&text_sections)
        .map_err(|error| ("calls", explain(&error)))?;

    let names = sections::names(bytes);
    let programs = {
        let mut programs: Vec<_> = object.programs.iter().collect();
        programs.sort_by_key(|(_, program)| program.function_key());
        programs
    };
    Ok(json::object([
        ("ok", "true".to_owned()),
        ("license", json::string(&object.license.to_string_lossy())),
        (
            "maps",
            json::array(maps.iter().enumerate().map(|(i, (name, map))| map_json(name, FIRST_FD + i as i32, map))),
        ),
        (
            "programs",
            json::array(programs.into_iter().map(|(name, program)| {
                let function = &object.functions[&program.function_key()];
                json::object([
                    ("name", json::string(name)),
                    ("section", json::string(names.get(program.section_index).map_or("", String::as_str))),
                    ("kind", json::string(&format!("{:?}", program.section))),
                    ("instructions", json::hex(&instruction_bytes(&function.instructions))),
                    (
                        "funcInfo",
                        json::array(function.func_info.func_info.iter().map(|info| json::number(info.insn_off))),
                    ),
                    (
                        "lineInfo",
                        json::array(function.line_info.line_info.iter().map(|info| json::number(info.insn_off))),
                    ),
                ])
            })),
        ),
    ]))
}

fn map_json(name: &str, fd: i32, map: &aya_obj::Map) -> Json {
    json::object([
        ("name", json::string(name)),
        ("fd", json::number(fd)),
        ("type", json::number(map.map_type())),
        ("keySize", json::number(map.key_size())),
        ("valueSize", json::number(map.value_size())),
        ("maxEntries", json::number(map.max_entries())),
        ("flags", json::number(map.map_flags())),
        ("pinning", json::string(&format!("{:?}", map.pinning()))),
        ("data", json::hex(map.data())),
    ])
}

fn instruction_bytes(instructions: &[aya_obj::generated::bpf_insn]) -> Vec<u8> {
    instructions
        .iter()
        .flat_map(|instruction| {
            // Safety: an instruction is eight bytes without padding.
            unsafe { std::mem::transmute_copy::<_, [u8; 8]>(instruction) }
        })
        .collect()
}

/// Loads every program of the object, or the one that is to `run` over the packets; `*` runs each.
pub fn kernel(bytes: &[u8], packets: &[Vec<u8>], run: Option<&Run>) -> Json {
    let types = aya::Btf::from_sys_fs().ok();
    let mut loader = loader(types.as_ref());
    for (name, value) in run.map_or(&[][..], |run| &run.globals) {
        set(&mut loader, name, value);
    }
    let mut ebpf = match loader.load(bytes) {
        Ok(ebpf) => ebpf,
        Err(error) => return json::refusal("object", &explain(&error), false),
    };
    let targets = program_targets(bytes);
    let mut programs: Vec<_> = ebpf.programs_mut().collect();
    programs.sort_by(|a, b| a.0.cmp(b.0));
    let verdicts = programs
        .into_iter()
        .filter(|(name, _)| run.is_none_or(|run| run.program == "*" || run.program == *name))
        .map(|(name, program)| {
            let target = targets.get(name).map_or("", String::as_str);
            let mut members = vec![("name", json::string(name))];
            let loaded = load_program(program, target, types.as_ref());
            members.push(("ok", loaded.is_ok().to_string()));
            if let Err((error, log)) = &loaded {
                members.push(("error", json::string(error)));
                members.push(("log", json::string(log)));
            }
            if loaded.is_ok() && run.is_some() {
                let results = packets.iter().map(|packet| match program.fd() {
                    Ok(fd) => test_run::run(fd.as_fd(), packet),
                    Err(error) => json::object([("error", json::string(&explain(&error)))]),
                });
                members.push(("results", json::array(results)));
            }
            json::object(members)
        });
    json::object([("ok", "true".to_owned()), ("programs", json::array(verdicts))])
}

/// What each program's section names behind its kind.
fn program_targets(bytes: &[u8]) -> std::collections::HashMap<String, String> {
    let names = sections::names(bytes);
    let Ok(object) = aya_obj::Object::parse(bytes) else {
        return Default::default();
    };
    object
        .programs
        .iter()
        .filter_map(|(name, program)| {
            let section = names.get(program.section_index)?;
            Some((name.clone(), sections::target(section).to_owned()))
        })
        .collect()
}

/// Err: the message, and the verifier's log.
fn load_program(
    program: &mut aya::programs::Program,
    target: &str,
    types: Option<&aya::Btf>,
) -> Result<(), (String, String)> {
    use aya::programs::Program as P;
    let needed = || types.ok_or_else(|| ("the kernel tells nothing of its types".to_owned(), String::new()));
    let result = match program {
        P::KProbe(p) => p.load(),
        P::UProbe(p) => p.load(),
        P::TracePoint(p) => p.load(),
        P::SocketFilter(p) => p.load(),
        P::ReusePortSocketFilter(p) => p.load(),
        P::Xdp(p) => p.load(),
        P::SkMsg(p) => p.load(),
        P::SkSkb(p) => p.load(),
        P::CgroupSockAddr(p) => p.load(),
        P::SockOps(p) => p.load(),
        P::SchedClassifier(p) => p.load(),
        P::CgroupSkb(p) => p.load(),
        P::CgroupSysctl(p) => p.load(),
        P::CgroupSockopt(p) => p.load(),
        P::LircMode2(p) => p.load(),
        P::PerfEvent(p) => p.load(),
        P::RawTracePoint(p) => p.load(),
        P::Lsm(p) => p.load(target, needed()?),
        P::LsmCgroup(p) => p.load(target, needed()?),
        P::BtfTracePoint(p) => p.load(target, needed()?),
        P::FEntry(p) => p.load(target, needed()?),
        P::FExit(p) => p.load(target, needed()?),
        P::FlowDissector(p) => p.load(),
        P::Extension(_) => return Err(("freplace needs a loaded program".to_owned(), String::new())),
        P::SkLookup(p) => p.load(),
        P::SkReuseport(p) => p.load(),
        P::CgroupSock(p) => p.load(),
        P::CgroupDevice(p) => p.load(),
        P::Iter(p) => p.load(target, needed()?),
    };
    result.map_err(|error| {
        let log = match &error {
            aya::programs::ProgramError::LoadError { verifier_log, .. } => verifier_log.to_string(),
            _ => String::new(),
        };
        let message = match &error {
            aya::programs::ProgramError::LoadError { io_error, .. } => {
                format!("the BPF_PROG_LOAD syscall returned {io_error}")
            }
            other => explain(other),
        };
        (message, log)
    })
}
