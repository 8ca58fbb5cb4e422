/* Preloaded, it lets a program's flushes fail while the file that FAILING_FLUSH names is there: what was written stays
 * written, and whether the disk has it nobody knows. The first failure makes a second file, with `.seen` at its end. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static int flush(long call, int file) {
    const char *sign = getenv("FAILING_FLUSH");
    char seen[4096];
    if (sign == NULL || access(sign, F_OK) != 0) {
        return (int)syscall(call, file);
    }
    snprintf(seen, sizeof seen, "%s.seen", sign);
    close(open(seen, O_CREAT | O_WRONLY, 0600));
    errno = EIO;
    return -1;
}

int fsync(int file) { return flush(SYS_fsync, file); }
int fdatasync(int file) { return flush(SYS_fdatasync, file); }
