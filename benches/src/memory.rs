//! What a process has taken of memory.

use std::fs;

use crate::Error;

/// The most that was resident of this process at once, in bytes.
pub(crate) fn peak() -> Result<u64, Error> {
    peak_of("self")
}

/// As well, of another process.
pub(crate) fn peak_of(process: &str) -> Result<u64, Error> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("the system does not tell the peak")?;
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kilobytes << 10)
}
