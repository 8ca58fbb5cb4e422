//! The lines of a file, none of which can fill the memory.

use std::io::{self, BufRead, Read};

/// No command is nearly as long.
const LONGEST: u64 = 1 << 20;

pub(super) struct Lines<R> {
    file: R,
    number: u64,
}

/// A line without its end.
pub(super) struct Line {
    pub(super) number: u64,
    /// `None` where it is too long.
    pub(super) text: Option<Vec<u8>>,
    /// How many bytes of the file it was.
    pub(super) bytes: u64,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(file: R) -> Self {
        Self { file, number: 0 }
    }

    pub(super) fn next(&mut self) -> io::Result<Option<Line>> {
        let mut text = Vec::new();
        let mut bytes = self.file.by_ref().take(LONGEST).read_until(b'\n', &mut text)? as u64;
        if bytes == 0 {
            return Ok(None);
        }
        self.number += 1;
        let whole = bytes < LONGEST || text.ends_with(b"\n");
        if !whole {
            bytes += self.skip()?;
        }
        Ok(Some(Line { number: self.number, text: whole.then_some(text), bytes }))
    }

    /// Leaves out what is left of a line.
    fn skip(&mut self) -> io::Result<u64> {
        let mut skipped = 0;
        loop {
            let buffer = self.file.fill_buf()?;
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let used = end.map_or(buffer.len(), |end| end + 1);
            let ended = end.is_some() || used == 0;
            self.file.consume(used);
            skipped += used as u64;
            if ended {
                return Ok(skipped);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_too_long_is_left_out_and_the_next_one_is_read() {
        let long = "x".repeat(3 << 20);
        let file = format!("one\n{long}\nthree");
        let mut lines = Lines::new(io::BufReader::new(file.as_bytes()));
        let mut read = Vec::new();
        let mut bytes = 0;
        while let Some(line) = lines.next().expect("memory can be read") {
            bytes += line.bytes;
            read.push((line.number, line.text));
        }
        assert_eq!(read, [(1, Some(b"one\n".to_vec())), (2, None), (3, Some(b"three".to_vec()))]);
        assert_eq!(bytes, file.len() as u64);
    }
}
