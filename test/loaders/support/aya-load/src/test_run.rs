//! BPF_PROG_TEST_RUN, which aya offers for a few types of programs only.

use std::{
    io::{self, BufRead},
    os::fd::{AsRawFd as _, BorrowedFd},
};

use crate::json::{self, Json};

const BPF_PROG_TEST_RUN: libc::c_long = 10;

/// The first fields of the kernel's `union bpf_attr` for this command.
#[repr(C)]
#[derive(Default)]
struct Attributes {
    prog_fd: u32,
    retval: u32,
    data_size_in: u32,
    data_size_out: u32,
    data_in: u64,
    data_out: u64,
    repeat: u32,
    duration: u32,
    ctx_size_in: u32,
    ctx_size_out: u32,
    ctx_in: u64,
    ctx_out: u64,
    flags: u32,
    cpu: u32,
    batch_size: u32,
    padding: u32,
}

/// One packet a line, in hex; what follows a space is left out.
pub fn packets(input: impl BufRead) -> Vec<Vec<u8>> {
    input
        .lines()
        .map_while(Result::ok)
        .map(|line| {
            let digits = line.split(' ').next().unwrap_or_default();
            bytes_of(digits).unwrap_or_default()
        })
        .collect()
}

/// What hex digits say.
pub fn bytes_of(digits: &str) -> Option<Vec<u8>> {
    (0..digits.len() / 2)
        .map(|i| u8::from_str_radix(digits.get(i * 2..i * 2 + 2)?, 16).ok())
        .collect()
}

/// `{ retval, data }`, or `{ error }` where the kernel refuses to run the program. Without a packet the program
/// gets no data at all, which is what programs of the syscall and tracing kinds want.
pub fn run(program: BorrowedFd<'_>, packet: &[u8]) -> Json {
    let mut out = vec![0u8; packet.len() + 4096];
    let mut attributes = Attributes {
        prog_fd: program.as_raw_fd() as u32,
        ..Default::default()
    };
    if !packet.is_empty() {
        attributes.data_in = packet.as_ptr() as u64;
        attributes.data_size_in = packet.len() as u32;
        attributes.data_out = out.as_mut_ptr() as u64;
        attributes.data_size_out = out.len() as u32;
    }
    // Safety: the kernel reads and writes what the lengths say, and both buffers outlive the call.
    let result = unsafe {
        libc::syscall(
            libc::SYS_bpf,
            BPF_PROG_TEST_RUN,
            &raw mut attributes,
            size_of::<Attributes>(),
        )
    };
    if result != 0 {
        let error = io::Error::last_os_error().to_string();
        return json::object([("error", json::string(&error))]);
    }
    let written = (attributes.data_size_out as usize).min(out.len());
    let written = if packet.is_empty() { 0 } else { written };
    json::object([
        ("retval", json::number(attributes.retval)),
        ("data", json::hex(&out[..written])),
    ])
}
